"""The office file: read, refused with the line, written again, compared; and its documentation."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from any_office import OFFICES, example, offices, text_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_faults import WRONG

from queue_server import office_file
from queue_server.domain import hours
from queue_server.domain.office import COMPONENTS, PUBLISHED_COMPONENTS, WEEKDAYS, Notice, Office, Quota
from queue_server.icons import SERVICE_ICONS
from queue_server.office_file import OfficeFileError, Problem, differences, from_json, read, to_json, write

DOCS = Path(__file__).resolve().parent.parent / "docs" / "office-file.md"
slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def faults(text: str) -> list[Problem]:
    with pytest.raises(OfficeFileError) as refused:
        read(text, "salah.toml")
    return list(refused.value.problems)


def codes(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in faults(text)]


def changed(before: str, after: str, times: int = 1) -> tuple[str, int]:
    """The Rutan's file with one place changed, and the line of that place."""
    text = text_of("rutan")
    assert text.count(before) >= 1, before
    line = text[:text.index(before)].count("\n") + 1 + (len(before) - len(before.lstrip("\n")))
    return text.replace(before, after, times), line


# -- the offices that come with the program ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rutan", "kanim"])
def test_the_demo_offices_are_complete_and_need_no_warning(name: str) -> None:
    office = example(name)
    assert office_file.warnings(office) == []
    for service in office.services:
        assert set(service.standard.components) == set(COMPONENTS)
        for part in PUBLISHED_COMPONENTS:
            assert set(service.standard.components[part]) == {"id", "en"}
        assert service.reserved == (None if service.key in office.stage_keys else (901, 960))


def test_the_demo_offices_are_as_described() -> None:
    rutan, kanim = example("rutan"), example("kanim")
    assert [s.prefix for s in rutan.services] == list("ADEFG")
    assert [s.prefix for s in kanim.services] == list("ABDEFHGT")
    assert {c.key for c in rutan.counters if "video" in c.services} == {f"unit-{n}" for n in range(1, 11)}
    assert rutan.service("kunjungan").standard.promise("online", False).wait_min == 2
    assert rutan.service("kunjungan").standard.promise("door", False).wait_min == 10
    assert rutan.service("kunjungan").standard.promise("online", True).wait_min == 5
    assert kanim.counter("jalur-1").spoken == ("jalur", 1)
    assert kanim.hall_of("paspor") == {"a"} and kanim.hall_of("izin-tinggal") == {"b"}
    assert [b.hall for b in kanim.boards].count("a") == 2
    assert [s.key for s in kanim.services if s.english] == ["izin-tinggal", "foto"]
    assert kanim.journey("izin-tinggal") == ("izin-tinggal", "foto") and kanim.service("izin-tinggal").elsewhere


@pytest.mark.parametrize("name", ["rutan", "kanim", "template"])
def test_nothing_is_said_of_the_files_that_come_with_the_program(name: str) -> None:
    assert office_file.warnings(example(name)) == []


def test_the_template_is_short_and_a_part_taken_out_of_it_is_missed() -> None:
    text = text_of("template")
    assert len(text.splitlines()) < 70
    shorter = "\n".join(line for line in text.splitlines() if not line.startswith("staff_count"))
    (told,) = office_file.warnings(office_file.read(shorter, "shorter.toml"))
    assert told.code == "components_missing" and "staff_count" in told.say("en")


def test_no_file_says_antrian_silahkan_or_kosong() -> None:
    for path in OFFICES.glob("*.toml"):
        assert not re.search(r"antrian|silahkan|kosong", path.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_demo_is_open_at_any_hour_and_nothing_gets_scarcer() -> None:
    for name in ("rutan", "kanim"):
        office, demo = example(name), office_file.demo_open(example(name))
        assert demo.demo and not office.demo
        assert read(write(demo), "demo.toml") == demo
        for before, service in zip(office.services, demo.services, strict=True):
            for day in ("2026-11-29", "2026-12-25"):  # a Sunday, Christmas
                assert hours.windows(demo, service, day)[0].closes == 1440
            assert service.quota == Quota()
            assert service.standard == before.standard
        assert [c.key for c in demo.counters] == [c.key for c in office.counters]


def test_the_demo_shows_no_hours_but_its_own() -> None:
    for name in ("rutan", "kanim"):
        office, demo = example(name), office_file.demo_open(example(name))
        assert len(demo.notices) == len(office.notices) - 1 > 0
        assert not any("08" in text for notice in demo.notices for text in notice.text.values())


# -- there and back ------------------------------------------------------------------------------------------


@slow
@given(offices())
def test_any_office_reads_back_equal_from_its_file_and_from_the_database(office: Office) -> None:
    assert read(write(office), "x.toml") == office
    assert from_json(to_json(office)) == office
    assert differences(office, office) == []


@slow
@given(offices(), offices())
def test_there_are_differences_exactly_between_different_offices(one: Office, other: Office) -> None:
    assert (differences(one, other) == []) == (one == other)


@pytest.mark.parametrize("name", ["rutan", "kanim", "template"])
def test_files_read_back_equal(name: str) -> None:
    office = example(name)
    assert read(write(office), name) == office
    assert write(read(write(office), name)) == write(office)
    assert from_json(to_json(office)) == office


def test_the_stored_form_is_canonical() -> None:
    text = to_json(example("rutan"))
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert not re.search(r"[0-9]\.[0-9]+[,}\]]", text)


def test_a_stored_office_of_an_earlier_release_gets_defaults_and_a_later_one_is_refused() -> None:
    stored = json.loads(to_json(example("rutan")))
    del stored["break_ticket_min"], stored["rules"]["undo_s"]
    assert from_json(json.dumps(stored)) == example("rutan")
    with pytest.raises(ValueError, match=r"office\.rules: unknown teleport"):
        from_json(json.dumps({**stored, "rules": {"teleport": 1}}))
    with pytest.raises(ValueError, match=r"office\.voice: bool expected"):
        from_json(json.dumps({**stored, "voice": 1}))
    with pytest.raises(ValueError, match="office"):
        from_json("{}")


def test_a_file_from_windows_is_read_like_any_other() -> None:
    assert read("\ufeff" + text_of("rutan").replace("\n", "\r\n"), "rutan.toml") == example("rutan")


def test_text_that_looks_like_html_is_text() -> None:
    text, _ = changed('"Selamat datang di Rutan', '"<script>alert(1)</script> & Selamat datang di Rutan')
    office = read(text, "x.toml")
    assert office.running_text["id"].startswith("<script>alert(1)</script> &")
    assert read(write(office), "x.toml") == office


# -- what office apply shows ---------------------------------------------------------------------------------


def test_differences_are_told_by_name_before_and_after() -> None:
    office = example("rutan")
    kunjungan = replace(office.services[0], quota=Quota(per="session", online=80, door=15))
    after = replace(
        office, services=(kunjungan, *office.services[1:]), holidays=office.holidays[1:],
        notices=(*office.notices, Notice("text", {"id": "Baru"})),
    )
    found = {d.path: d for d in differences(office, after)}
    assert found["service.kunjungan.quota.online"].say("id") == "service.kunjungan.quota.online: 60 → 80"
    assert found["holiday.2026-12-25.name"].say("en") == (
        "holiday.2026-12-25.name: removed (was Hari Raya Natal)")
    assert found["notice.6.text.id"].say("id") == "notice.6.text.id: baru, Baru"
    assert set(found) == {
        "service.kunjungan.quota.online", "holiday.2026-12-25.name", "holiday.2026-12-25.date",
        "holiday (order)", "notice.6.kind", "notice.6.text.id", "notice.6.seconds"}


def test_another_order_of_services_is_a_difference() -> None:
    office = example("kanim")
    turned = replace(office, services=office.services[::-1])
    assert [d.path for d in differences(office, turned)] == ["service (order)"]


# -- refused, with the line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("before, after, code, said", WRONG, ids=[f"{w[2]}-{n}" for n, w in enumerate(WRONG)])
def test_a_fault_is_refused_with_its_line_and_what_to_write(before: str, after: str, code: str, said: str) -> None:
    text, line = changed(before, after)
    # Where the fault is in what was added below or after, it is there that the message points.
    added = [n for n, row in enumerate(after.split("\n")) if row not in before.split("\n")]
    found = [problem for problem in faults(text) if problem.code == code]
    assert said in found[0].say("en"), found
    assert found[0].line in {line + n for n in added or [0]}
    assert found[0].say("en").startswith(f"line {found[0].line}: ")
    assert found[0].say("id").startswith(f"baris {found[0].line}: ")


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = text_of("rutan").replace('prefix = "D"', 'prefix = "A"').replace("online = 60", "online = 0")
    text = text.replace('time_zone = "WIB"', 'time_zone = "WIP"').replace('hall = "video"\nname', 'hall = "x"\nname')
    found = codes(text)
    assert [code for _, code in found] == ["not_one_of", "no_such_hall_listed", "out_of_range", "not_unique"]
    assert found == sorted(found)


def test_several_slips_of_toml_are_told_at_once() -> None:
    text = '[office]\nname = Rutan\n\nvoice = Ya\n[hours]\nissue_from = 07:30\nmonday = ["08:00-11:00"]\n'
    assert codes(text) == [(2, "text_unquoted"), (4, "yes_no_spelled"), (6, "clock_unquoted")]


def test_each_key_and_table_that_is_written_twice_is_told_with_the_first() -> None:
    found = faults('[office]\nname = "a"\nname = "b"\n[hours]\n[office]\nkey = "c"\n')
    assert [(p.line, p.facts["key"], p.facts["first"]) for p in found] == [(3, "office.name", 2), (5, "office", 1)]


def test_a_missing_key_is_told_where_its_table_begins_with_an_example() -> None:
    text, _ = changed('icon = "package"\n', "")
    found = faults(text)[0]
    assert text.split("\n")[found.line - 1] == "[[service]]"
    assert found.say("en").endswith('service "titipan": "icon" is missing. Write, for instance: icon = "users"')


def test_an_empty_file_is_told_what_it_needs() -> None:
    assert sorted(str(p.facts["table"]) for p in faults("")) == ["counter", "hall", "hours", "office", "service"]


def test_a_service_that_nobody_serves_is_refused() -> None:
    text, _ = changed('services = ["informasi", "pengaduan"]', 'services = ["informasi"]')
    assert [(p.code, p.facts["given"]) for p in faults(text)] == [("unserved_service", '"pengaduan"')]


def test_hours_in_which_no_number_is_ever_given_are_refused() -> None:
    text, _ = changed("last_ticket_min = 30", "last_ticket_min = 200")
    assert {p.code for p in faults(text)} == {"never_issues"}


def test_two_overrides_for_one_service_may_not_overlap() -> None:
    more = '\n[[override]]\nname = "Lagi"\nfirst = 2027-03-09\nlast = 2027-03-20\nservices = ["titipan"]\n'
    [found] = faults(text_of("rutan") + more)
    assert (found.code, found.line) == ("override_overlap", len(text_of("rutan").splitlines()) + 4)
    read(text_of("rutan") + more.replace("03-09", "03-10"), "x.toml")
    read(text_of("rutan") + more.replace('services = ["titipan"]\n', ""), "x.toml")


@pytest.mark.parametrize("text", [
    "a=" + "[" * 5000, "[" * 5000, "x" * 1_000_001, "\x00", 'a = "\x1b[2J"', "[a.b]\n[[a]]", "a.b=1\na=2",
    "office = 1\nhall = 3\nservice = [1]", "a = 1e999", "= 1", "[]", '"" = 1', "a = 2026-13-45", "a = '''", "a = [",
])
def test_hostile_text_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(OfficeFileError) as refused:
        read(text, "jahat.toml")
    for lang in ("id", "en"):
        assert all(row.isprintable() for row in refused.value.say(lang).split("\n"))


@slow
@given(st.data())
def test_a_file_with_a_piece_cut_out_is_read_or_refused_but_never_breaks(data: st.DataObject) -> None:
    text = text_of("kanim")
    start = data.draw(st.integers(0, len(text)))
    end = start + data.draw(st.integers(1, 400))
    try:
        read(text[:start] + data.draw(st.sampled_from(["", '"', "]", "=", "\n", "[[x]]\n"])) + text[end:], "x.toml")
    except OfficeFileError as refused:
        assert refused.problems
        assert all(0 <= problem.line <= text.count("\n") + 2 for problem in refused.problems)
        assert refused.say("id") and refused.say("en")


# -- warnings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before, after, code, said", [
    ('accent = "#0b5c4a"', 'accent = "#7fd0b0"', "accent_contrast", "at least 4.5"),
    ('prefix = "D"', 'prefix = "O"', "prefix_confusing", '"O"'),
    ('prefix = "D"', 'prefix = "D"\npriority_prefix = "P"', "priority_prefix", "everybody sees"),
    ('key = "tv-video"\nhall = "video"', 'key = "tv-video"\nhall = "tunggu"', "hall_without_board", '"video"'),
    ('name = "TV ruang tunggu"', 'name = "TV"\nspeaks = false', "hall_without_voice", '"tunggu"'),
    ('product.en = "A visit in person."', "", "language_missing", "product"),
    ('product.id = "Kunjungan tatap muka."\nproduct.en = "A visit in person."', "", "components_unpublished",
     "product"),
    ("door = { wait_min = 15, service_min = 15 }", "door = { service_min = 15 }", "no_stated_wait", '"video"'),
])
def test_what_will_trouble_somebody_is_a_warning(before: str, after: str, code: str, said: str) -> None:
    text, _ = changed(before, after)
    [warned] = office_file.warnings(read(text, "x.toml"))
    assert warned.code == code and said in warned.say("en")
    assert warned.say("id") != warned.say("en")


# -- the words and the documentation -------------------------------------------------------------------------


def test_every_message_is_there_in_both_languages_with_the_same_facts() -> None:
    words = json.loads((Path(office_file.__file__).with_name("words.json")).read_text(encoding="utf-8"))
    assert words["id"].keys() == words["en"].keys()
    for key in words["id"]:
        facts = [set(re.findall(r"\{(\w+)\}", words[lang][key])) for lang in ("id", "en")]
        assert facts[0] == facts[1], key
    code = "".join(path.read_text(encoding="utf-8") for path in Path(office_file.__file__).parent.glob("*.py"))
    for key in words["id"]:
        part = key.split(".")[-1].removesuffix("_listed")
        assert f'"{part}"' in code or f"@{key}" in code or f'"{key}"' in code, f"{key} is never said"


def documented() -> set[str]:
    keys, table = set(), ""
    for row in DOCS.read_text(encoding="utf-8").split("\n"):
        if row.startswith("## "):
            named = re.search(r"`\[+([a-z._]+)\]+`", row)
            table = named[1] if named else ""
        elif row.startswith("| `"):
            first = row.split("|")[1]
            names = list(WEEKDAYS) if "…" in first else re.findall(r"`([a-z_.]+)`", first)
            keys |= {name if name == table or not table else f"{table}.{name}" for name in names}
    return keys


def test_every_key_is_documented_and_no_other() -> None:
    full = text_of("rutan") + '\n[words]\n"a.b" = "c"\n'
    full = full.replace("\nonline = { wait_min = 2", "\nstaff = {}\nonline = { wait_min = 2")
    asked = office_file.keys_of(full)
    assert documented() == asked


def test_every_field_of_an_office_can_be_written_in_a_file() -> None:
    known = {key.split(".")[-1] for key in office_file.keys_of(text_of("rutan"))}
    #: Fields that the file calls otherwise, because there they are tables.
    tables = {
        "week": "monday", "days": "monday", "halls": "hall", "boards": "board", "counters": "counter",
        "services": "services", "holidays": "holiday", "overrides": "override", "notices": "notice",
        "promises": "promise", "sessions": "session", "rooms": "room", "start": "monday", "end": "monday",
    }
    seen: set[type] = set()

    def names(kind: object) -> set[str]:
        found = {name for inner in get_args(kind) for name in names(inner)}
        if isinstance(kind, type) and is_dataclass(kind) and kind not in seen:
            seen.add(kind)
            hints = get_type_hints(kind)
            found |= {f.name for f in fields(kind)} | {n for f in fields(kind) for n in names(hints[f.name])}
        return found

    everything = names(Office)
    assert {"wait_min", "longest_wait_min", "first", "speaks"} <= everything
    assert {tables.get(name, name) for name in everything} - known == set()


def test_the_documentation_lists_the_icons_that_there_are() -> None:
    listed = DOCS.read_text(encoding="utf-8").split("## Icons of a service")[1]
    assert tuple(re.findall(r"`([a-z0-9-]+)`", listed)) == SERVICE_ICONS
