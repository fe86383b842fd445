"""A bundle of evidence holds as it was made, and nothing in it can be changed unseen."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backstage import demo_office
from played import KEY, MINUTE, START, Played, busy_days
from small_house import session, settings
from tampering import ONE_ROW, Tampered, cut_tail, tampered

from bench.fill import fill
from queue_server import opening
from queue_server.commands.seal import seal_now
from queue_server.commands.setup import configure
from queue_server.commands_shell.proof import words
from queue_server.domain.blame import explained
from queue_server.domain.bundle import FILES, LIST, event_line, event_of, list_text
from queue_server.domain.chain import GENESIS, Event, digest
from queue_server.domain.entry_csv import compared
from queue_server.domain.evidence import Examination
from queue_server.domain.findings import Finding
from queue_server.domain.lines import Lines
from queue_server.domain.rebuilt import Rebuilt
from queue_server.domain.report import differences
from queue_server.domain.seal import Seal
from queue_server.domain.ticket import OPEN
from queue_server.office_file import read
from queue_server.proof import generator, make
from queue_server.proof.reading import Bundle
from queue_server.proof.verifier import examine, report
from queue_server.reporting.period import Period, Span
from queue_server.reporting.report import report as report_of
from queue_server.store import offices, seals

EVER = ("2026-01-01", "2026-12-31")


class Made:
    """A bundle of two busy days, unpacked, and the seals that were printed meanwhile."""

    def __init__(self, played: Played, place: Path, days: tuple[str, str] = EVER) -> None:
        self.zip, self.folder = place / "bundle.zip", place / "bundle"
        played.press("seal", seal_now)
        with played.database.read() as c:
            head = offices.heads_of(c, [KEY])[0]
            make.write(c, head, *days, self.zip, lambda done, total: None)
            self.printed = [found.of(KEY) for found in seals.between(c, head.id, 1, head.head_seq)]
        with zipfile.ZipFile(self.zip) as file:
            file.extractall(self.folder)
        self.lines = (self.folder / "events.jsonl").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    found = busy_days(tmp_path_factory.mktemp("evidence") / "data", seed=4)
    yield found
    found.close()


@pytest.fixture(scope="module")
def made(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(played, tmp_path_factory.mktemp("bundle"))


def examined(made: Made, lines: list[str], seals_: list[Seal]) -> Examination:
    """The log of a bundle examined without its published figures: what a change of the log itself must show in."""
    bundle = Bundle(made.folder)
    found = Examination(bundle.head(), seals_)
    for name, take in (("configurations.jsonl", found.configuration), ("standards.jsonl", found.standard)):
        for at, line in enumerate(bundle.lines(name), 1):
            take(at, line)
    found.events(lines)
    return found


def test_the_untouched_bundle_holds(made: Made) -> None:
    for place in (made.zip, made.folder):
        found = examine(Bundle(place), made.printed)
        assert found.result.findings == []
        assert found.result.anchored == found.result.last_seq == found.head.last_seq
        assert found.result.steps > 50 and found.result.figures > 1_000 and found.result.calls_checked > 20
        assert len(made.printed) == found.result.seals >= 3


def test_without_a_seal_from_outside_it_is_consistent_and_not_anchored(made: Made) -> None:
    found = examine(Bundle(made.zip), [])
    assert found.result.holds and found.result.anchored == 0
    assert "BELUM TERTAMBAT" in "\n".join(report(found, words()["id"]))
    assert "NOT ANCHORED" in "\n".join(report(found, words()["en"]))


def test_an_older_seal_anchors_what_came_before_it(made: Made) -> None:
    found = examine(Bundle(made.zip), made.printed[:1])
    assert found.result.holds and found.result.anchored == made.printed[0].seq < found.result.last_seq
    assert f"{made.printed[0].seq}" in "\n".join(report(found, words()["en"]))


@pytest.mark.parametrize("kind", ONE_ROW)
def test_a_changed_row_is_found_and_named(made: Made, kind: str) -> None:
    _all_found(made, kind, 4)


@pytest.mark.parametrize("kind", ONE_ROW)
def test_a_changed_row_with_all_later_hashes_made_anew_is_found(made: Made, kind: str) -> None:
    _all_found(made, kind, 4, anew=True)


@pytest.mark.long
@pytest.mark.parametrize("anew", [False, True])
def test_a_thousand_changes_of_a_row_are_all_found(made: Made, anew: bool) -> None:
    chance = random.Random(2026)
    for _ in range(1_000):
        _found(made, tampered(made.lines, chance.choice(ONE_ROW), chance, anew), anew)


def _all_found(made: Made, kind: str, times: int, anew: bool = False) -> None:
    chance = random.Random(kind)
    for _ in range(times):
        _found(made, tampered(made.lines, kind, chance, anew), anew)


def _found(made: Made, changed: Tampered, anew: bool) -> None:
    assert changed.lines != made.lines
    findings = examined(made, changed.lines, made.printed).result.findings
    assert findings, changed
    named = {finding.at for finding in findings}
    if anew:  # from the changed row on every seal that was printed disagrees
        assert any(f.code in ("seal_differs", "seal_not_found") for f in findings), changed
    else:
        assert named & changed.near, (changed.what, sorted(named)[:5], changed.near)


@pytest.mark.parametrize("kind", ["field", "body", "back_dated", "other_body", "hash"])
def test_one_changed_row_is_the_one_that_is_named(made: Made, kind: str) -> None:
    """And the rows that its change shows in are explained by it, not accused."""
    chance = random.Random(kind)
    for _ in range(4):
        changed = tampered(made.lines, kind, chance, False)
        seq = int(changed.what.split()[-1])
        found = explained(examined(made, changed.lines, made.printed).result.findings)
        assert {f.at for f in found if not f.because} == {seq}, changed.what
        assert {f.because for f in found if f.because} <= {seq}


def test_a_row_that_was_made_anew_alone_is_named_and_not_the_next(made: Made) -> None:
    """Its own hash fits again; only the link of the next one tells."""
    at = len(made.lines) // 2
    event = event_of(made.lines[at])
    moved = replace(event, at=event.at + 1)
    forged = event_line(replace(moved, hash=digest(moved.previous_hash, moved)))
    found = explained(examined(made, [*made.lines[:at], forged, *made.lines[at + 1:]], []).result.findings)
    assert {(f.at, f.code) for f in found if not f.because} == {(event.seq, "rehashed")}
    assert (event.seq + 1, "link_explained", event.seq) in {(f.at, f.code, f.because) for f in found}


def test_two_changed_rows_are_both_named(made: Made) -> None:
    lines = list(made.lines)
    for at in (20, 60):
        lines[at] = event_line(replace(event_of(lines[at]), hash="0" * 64))
    found = explained(examined(made, lines, []).result.findings)
    assert {f.at for f in found if not f.because} == {event_of(lines[at]).seq for at in (20, 60)}
    named = event_of(lines[20]).seq
    said = report(_with(examine(Bundle(made.folder), []), found), words()["en"])
    assert any(f"event {named + 1}: its link does not fit, which event {named} explains" in line for line in said)


def test_what_is_said_of_one_changed_row(made: Made, tmp_path: Path) -> None:
    """As somebody reads it who changed a line of an unpacked bundle: one finding, and what it explains apart."""
    folder = tmp_path / "changed"
    shutil.copytree(made.folder, folder)
    lines = list(made.lines)
    event = event_of(lines[30])
    lines[30] = event_line(replace(event, actor="person:999"))
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    said = report(examine(Bundle(folder), made.printed), words()["en"])
    assert "DOES NOT HOLD. Findings: 1." in said
    assert any(line.startswith(f"  - event {event.seq}: its content does not give") for line in said)
    assert f"  - events.jsonl: this file is not the one in the list of files: it was changed " \
        f"(because of event {event.seq})" in said


def test_a_changed_standard_is_named_before_the_figures_that_differ_because_of_it(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(made.folder, folder)
    text = (made.folder / "standards.jsonl").read_text("utf-8")
    (folder / "standards.jsonl").write_text(text.replace('wait_min\\": ', 'wait_min\\": 9'), "utf-8")
    said = report(examine(Bundle(folder), made.printed), words()["en"])
    named = [line for line in said if line.startswith("  - ")]
    assert any(line.startswith("  - steps.csv") for line in named)
    assert next(line for line in named if not line.startswith("  - event ")).startswith("  - standards.jsonl")


def _with(examination: Examination, findings: list[Finding]) -> Examination:
    examination.result.findings = []
    for finding in findings:
        examination.result.add(finding)
    return examination


def test_a_counter_serves_what_was_moved_to_it_for_that_day() -> None:
    office = demo_office(KEY)
    desk, other = office.counters[0], next(s.key for s in office.services if s.key not in office.counters[0].services)
    rebuilt = Rebuilt({})
    rebuilt.office = office
    lines = Lines(rebuilt)

    def moved(at: int, *services: str) -> None:
        event = Event(KEY, 9, "services_moved", 1, "{}", at, "boot", 0, "person:1", None, GENESIS, GENESIS)
        lines.services_moved(event, {"counter": desk.key, "services": list(services)}, office)

    today, tomorrow = (rebuilt.day_of(at) for at in (START, START + 24 * 60 * MINUTE))
    assert lines.counter_on(desk.key, today, office) == desk
    moved(START, *desk.services, other)
    assert lines.counter_on(desk.key, today, office) == replace(desk, services=(*desk.services, other))
    assert lines.counter_on(desk.key, tomorrow, office) == desk
    moved(START, *reversed(desk.services))  # all as usual again
    assert lines.counter_on(desk.key, today, office) == desk
    assert lines.counter_on("none", today, office) is None


def test_a_cut_tail_is_found(made: Made) -> None:
    chance = random.Random(3)
    for _ in range(20):
        lines, head = cut_tail(made.lines, chance, (made.folder / "bundle.json").read_text("utf-8"))
        found = Examination(head, made.printed)
        found.events(lines)
        assert "seal_not_found" in {finding.code for finding in found.result.findings}


@pytest.mark.parametrize(("change", "named"), [
    (lambda lines: lines[:9] + lines[10:], (10, "line_missing")),
    (lambda lines: lines[:9] + lines[8:], (10, "line_more")),
    (lambda lines: [*lines[:9], lines[10], lines[9], *lines[11:]], (10, "line_moved")),
    (lambda lines: [*lines[:9], *lines[10:15], lines[9], *lines[15:]], (15, "line_moved")),
    (lambda lines: [*lines[:9], lines[9] + "0", *lines[10:]], (10, "line_differs")),
    (lambda lines: lines[1:], (1, "line_missing")),
    (lambda lines: lines[:-1], (-1, "line_missing")),
])
def test_of_a_table_only_the_line_that_was_touched_is_named(made: Made, change: Any, named: tuple[int, str]) -> None:
    lines = (made.folder / "steps.csv").read_text("utf-8").splitlines()
    found = [(at, code) for at, code, _line in compared(change(lines), lines)]
    assert found == [(len(lines) if named[0] < 0 else named[0], named[1])]


@pytest.mark.parametrize(("name", "change", "code"), [
    ("report.json", lambda text: text.replace('"steps": ', '"steps": 1', 1), "figure_differs"),
    ("report.json", lambda text: text.replace('"key": "', '"key": "x', 1), "figure_differs"),
    ("steps.csv", lambda text: text.replace(";done;", ";no_show;", 1), "line_differs"),
    ("steps.csv", lambda text: "\n".join(text.split("\n")[:9] + text.split("\n")[10:]), "line_missing"),
    ("standards.jsonl", lambda text: text.replace('wait_min\\": ', 'wait_min\\": 9', 1), "standard_differs"),
    ("standards.jsonl", lambda text: text.replace('"version":1', '"version":2', 1), "register_differs"),
    ("configurations.jsonl", lambda text: text.replace('ordinary\\":', 'ordinary\\":3', 1), "configuration_differs"),
    ("seals.jsonl", lambda text: text.replace("closing", "asked", 1) if "closing" in text else text[2:],
     "seal_list_differs"),
    ("bundle.json", lambda text: text.replace('"last_seq": ', '"last_seq": 1', 1), "not_as_announced"),
    ("README.txt", lambda text: text.replace("--seal", "--no-seal", 1), "file_differs"),
    ("verifier.py", lambda text: text.replace("return 1", "return 0", 1), "file_differs"),
    ("SHA256SUMS", lambda text: text.replace("verifier.py", "verifier.pz"), "file_missing"),
    ("SHA256SUMS", lambda text: text[67:], "files_unlisted"),
])
def test_a_change_beside_the_log_is_found(made: Made, tmp_path: Path, name: str, change: object, code: str) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(made.folder, folder)
    text = (folder / name).read_text("utf-8")
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    (folder / name).write_text(changed, "utf-8", newline="\n")
    found = examine(Bundle(folder), made.printed).result
    assert code in found.counts
    assert any(finding.file == name or name in ("bundle.json", LIST) for finding in found.findings)


def test_the_list_of_files_is_held_by_its_code(made: Made, tmp_path: Path) -> None:
    """Whoever exchanges a file can write the list anew, but not the code that was noted elsewhere."""
    code = make.code_of_list(made.zip)
    assert examine(Bundle(made.zip), [], code).result.findings == []
    folder = tmp_path / "changed"
    shutil.copytree(made.folder, folder)
    (folder / "README.txt").write_text("nothing to check\n", "utf-8")
    listed = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / "SHA256SUMS").write_text(list_text(listed), "utf-8")
    assert examine(Bundle(folder), []).result.findings == []
    assert [f.code for f in examine(Bundle(folder), [], code).result.findings] == ["list_differs"]
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=made.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count(": OK") == len(FILES)


def test_a_file_that_nobody_listed_is_named(made: Made, tmp_path: Path) -> None:
    shutil.copy(made.zip, tmp_path / "more.zip")
    with zipfile.ZipFile(tmp_path / "more.zip", "a") as file:
        file.writestr("LIHAT_DULU.txt", "percaya saja")
    found = examine(Bundle(tmp_path / "more.zip"), []).result.findings
    assert [(f.file, f.code) for f in found] == [("LIHAT_DULU.txt", "file_unlisted")]


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    from queue_server.domain import chain, findings, lines, rebuilt, rebuilt_clock, verify

    codes = {
        *chain.PROBLEMS, *findings.EVIDENCE_PROBLEMS, *lines.LINE_PROBLEMS, *rebuilt.STEP_PROBLEMS,
        *rebuilt_clock.CLOCK_PROBLEMS, *verify.CALL_PROBLEMS, *verify.NUMBER_PROBLEMS}
    for language, said in words().items():
        assert {key.removeprefix("problem.") for key in said if key.startswith("problem.")} == codes, language
        assert {key.removeprefix("note.") for key in said if key.startswith("note.")} == set(findings.NOTES)
    assert words()["id"].keys() == words()["en"].keys()


def test_the_report_is_the_one_that_the_pages_show(tmp_path: Path) -> None:
    """Figure by figure, though one comes from the tables and the other from the events alone."""
    played = Played(tmp_path / "data", seed=5)
    played.every_fate()
    played.play(200)
    played.end_day()
    assert not any(state in OPEN for _step, state, _counter in played.steps())
    made = Made(played, tmp_path)
    stated = json.loads((made.folder / "report.json").read_text("utf-8"))
    with played.database.read() as c:
        shown = json.loads(json.dumps(report_of(Period(c, KEY, Span(*EVER)))))
    played.close()
    for name in ("seq", "live"):
        del shown[name]
    shown["period"] = {key: shown["period"][key] for key in stated["period"]}
    assert list(differences(shown, stated)) == [] and stated["all"]["with"]["overtaken"]["times"] > 0


def test_days_that_were_filled_hold_too(tmp_path: Path) -> None:
    """What the benches and many tests stand on is a log like a lived one."""
    data = tmp_path / "data"
    found = settings(data)
    with session(found) as opened:
        office = read((generator.ROOT / "offices" / "rutan.toml").read_text("utf-8"), "rutan.toml")
        opening.add_office(opened.database, KEY)
        opened.press(KEY, "configure", configure, office=office, reason="test")
    fill(data, KEY, 300, 120)
    with session(found) as opened:
        opened.press(KEY, "seal", seal_now)
        with opened.database.read() as c:
            head = offices.heads_of(c, [KEY])[0]
            make.write(c, head, "2020-01-01", "2099-12-31", tmp_path / "b.zip", lambda done, total: None)
    result = examine(Bundle(tmp_path / "b.zip"), []).result
    assert result.findings == [] and result.steps == result.calls_checked == 300
    assert result.notes["standard_later"] == 300


# --- a period -------------------------------------------------------------------------------------


def test_a_bundle_of_one_day_begins_at_a_seal_and_holds(played: Played, tmp_path: Path) -> None:
    with played.database.read() as c:
        last = str(c.exec_driver_sql("SELECT max(day) FROM step").scalar_one())
    made = Made(played, tmp_path, (last, last))
    found = examine(Bundle(made.zip), made.printed[-2:])
    assert found.result.findings == [] and found.result.steps > 5
    assert found.head.first_seq > 1 and json.loads(made.lines[0])["kind"] == "sealed"
    days = {line.split(";")[0] for line in (made.folder / "steps.csv").read_text("utf-8").splitlines()[1:]}
    assert days == {last}


# --- the single file ------------------------------------------------------------------------------


def run_alone(folder: Path, *words_: str) -> subprocess.CompletedProcess[str]:
    """The verifier as an inspector runs it: isolated, without site packages, in a folder with nothing else."""
    (folder / "verifier.py").write_text(generator.made(), "utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", *words_], cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}, check=False)


def test_the_single_file_is_the_one_that_the_command_makes_now() -> None:
    assert generator.FILE.read_text("utf-8") == generator.made(), "python -m queue_server verifier --write"


def test_the_single_file_runs_alone(made: Made, tmp_path: Path) -> None:
    shutil.copy(made.zip, tmp_path / "bundle.zip")
    done = run_alone(tmp_path, "bundle.zip", "--seal", made.printed[-1].text)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "KONSISTEN" in done.stdout and "ANCHORED" in done.stdout
    assert run_alone(tmp_path, "nothing.zip").returncode == 2
    miscopied = made.printed[-1].text[:-1] + ("0" if made.printed[-1].text[-1] != "0" else "1")
    assert "salah salin" in run_alone(tmp_path, "bundle.zip", "--seal", miscopied).stderr
    seal = made.printed[0]
    forged = replace(seal, letters=seal.letters[::-1])
    wrong = run_alone(tmp_path, "bundle.zip", "--seal", forged.text, "--say", "en")
    assert wrong.returncode == 1 and f"event {seal.seq}: its hash is not the one" in wrong.stdout
