"""Family self-service through a server: enrolled, seen, refused in one way, revoked, and never listed."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from backstage import apply, events, let_time_pass, rows, shell, with_rules
from cast import Server, copy_of
from requests.adapters import HTTPAdapter

from queue_server.client import Refusal, Site
from queue_server.domain.chain import check
from queue_server.domain.office import FamilyRule

REGISTRY = """register,status,block,days,may_visit,hidden,remission,release,programme
B12,narapidana,C,,,,1 bulan 15 hari,2027-08-17,lanjutan
B13,narapidana,C,,tidak,,,,
B14,narapidana,C,,,ya,,,
B15,narapidana,C,,,,,,awal
"""
BORN = "1961-03-07"
NAME = "Siti Rahma Unik"


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    room = tmp_path_factory.mktemp("family")
    running = copy_of(demo, room / "data")
    apply(running.data, with_rules("rutan", family=FamilyRule(offered=True)))
    (room / "wbp.csv").write_text(REGISTRY)
    shell(running.data, "custody", "import", "rutan", str(room / "wbp.csv"), "--anyway")
    running.start()
    yield running
    running.stop()


def staff(server: Server, name: str = "ani") -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})
    return site


def pressed(site: Site, act: str, key: str = "", **args: Any) -> dict[str, Any]:
    return site.post("/press", {"office": "rutan", "act": act, "key": key or secrets.token_hex(16), **args})


def enrolled(server: Server, **more: Any) -> dict[str, Any]:
    return pressed(staff(server), "enrol_family", **{
        "register": "b12", "relation": "parent", "holder_name": NAME, "born": BORN, **more})


class From(HTTPAdapter):
    """Asks from an address of its own: 127.0.0.2, .3 and so on are this machine too."""

    nth = 1

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, source_address=(f"127.0.0.{From.nth}", 0), **more)  # type: ignore[no-untyped-call]


def ask(server: Server, path: str, message: dict[str, Any], cookies: Any = None) -> dict[str, Any]:
    with requests.Session() as http:
        http.mount("http://", From())
        answer: dict[str, Any] = http.post(
            f"{server.base}/office/rutan/family/{path}", json=message, headers={"X-Queue": "1"}, cookies=cookies,
            timeout=20).json()
    return answer


def look(server: Server, code: str, born: str = BORN, cookies: Any = None) -> dict[str, Any]:
    return ask(server, "look", {"code": code, "born": born}, cookies)


@pytest.fixture
def fresh(server: Server) -> Server:
    """Wrong tries of one address are limited: whoever makes some comes from another one."""
    From.nth += 1
    return server


# --- what a family sees -----------------------------------------------------------------------------


def test_code_and_date_of_birth_show_the_stages_and_nothing_else(server: Server) -> None:
    made = enrolled(server)
    seen = look(server, made["code"].lower().replace("-", " "))
    assert seen["ok"] and {name: seen["case"][name] for name in seen["case"] if name != "at"} == {
        "status": "narapidana", "remission": "1 bulan 15 hari", "release_day": "2027-08-17", "programme": "second"}
    assert NAME not in json.dumps(seen) and "B12" not in json.dumps(seen)
    (looked,) = [json.loads(e.body) for e in events(server.data, "rutan")
                 if e.kind == "family_looked" and json.loads(e.body)["family"] == made["family"]]
    assert looked == {"family": made["family"], "way": "code", "place": "phone", "outcome": "seen"}


def test_a_press_whose_answer_was_lost_gives_the_same_code_and_nobody_twice(server: Server) -> None:
    ani, key = staff(server), secrets.token_hex(16)
    given = {"register": "B12", "relation": "sibling", "holder_name": NAME, "born": BORN}
    first, again = (pressed(ani, "enrol_family", key, **given) for _ in range(2))
    assert first == again and first["qr"].startswith("data:image/svg+xml")
    kept = repr(rows(server.data, "SELECT digest, answer FROM command"))
    assert first["code"] not in kept and BORN not in kept and NAME not in kept


def test_whatever_is_wrong_the_answer_is_one_after_one_time(fresh: Server) -> None:
    right, revoked = enrolled(fresh)["code"], enrolled(fresh)
    pressed(staff(fresh, "sari"), "revoke_family", family=revoked["family"], reason="slip_lost")
    own = enrolled(fresh, relation="self")["code"]
    answers, took = [], []
    for code, born in (("0000-0000-0000", BORN), ("rubbish", BORN), (right, "1961-03-08"), (right, "07-03-1961"),
                       (revoked["code"], BORN), (own, BORN)):
        begun = time.monotonic()
        answers.append(look(fresh, code, born))
        took.append(time.monotonic() - begun)
    print(f"wrong looks took {min(took):.3f} to {max(took):.3f} s")
    assert answers == [{"ok": False, "refused": "family_no", "facts": {}}] * 6 and min(took) >= 0.5
    assert look(fresh, right)["ok"]


def test_after_five_wrong_dates_even_the_right_one_waits_an_hour(fresh: Server) -> None:
    made = enrolled(fresh)
    assert [look(fresh, made["code"], f"1961-03-1{n}")["refused"] for n in range(5)] == ["family_no"] * 5
    assert look(fresh, made["code"])["refused"] == "family_no"
    let_time_pass(fresh.data, "UPDATE family_look SET at = at - 3600000")
    assert look(fresh, made["code"])["ok"]


def test_who_goes_on_guessing_waits(fresh: Server) -> None:
    told = [look(fresh, "0000-0000-0000")["refused"] for _ in range(11)]
    assert told[:10] == ["family_no"] * 10 and told[10] == "family_wait"


def test_the_person_in_custody_looks_at_the_kiosk_only(fresh: Server) -> None:
    code = enrolled(fresh, relation="self", holder_name="")["code"]
    assert look(fresh, code)["refused"] == "family_no"
    assert look(fresh, code, cookies=fresh.kiosk().http.cookies)["ok"]


def test_who_leaves_the_registry_is_seen_no_more(fresh: Server) -> None:
    code = enrolled(fresh, register="B15")["code"]
    assert look(fresh, code)["case"]["programme"] == "first"
    registry = fresh.data.parent / "wbp.csv"
    registry.write_text(REGISTRY.replace("B15,narapidana,C,,,,,,awal\n", ""))
    shell(fresh.data, "custody", "import", "rutan", str(registry))
    assert look(fresh, code)["refused"] == "family_no"
    with pytest.raises(Refusal, match="no_such_inmate"):
        enrolled(fresh, register="B15")
    said = shell(fresh.data, "erase", "rutan", "inmate", "B15")
    assert said == "Erased: 1 in family, 1 in family_look, 1 in inmate\n"


def test_an_enrolment_runs_out(fresh: Server) -> None:
    made = enrolled(fresh)
    let_time_pass(fresh.data, "UPDATE family SET until_at = 1 WHERE number = ?", made["family"])
    assert look(fresh, made["code"])["refused"] == "family_no"
    shell(fresh.data, "erase", "rutan", "--due")
    assert rows(fresh.data, "SELECT state, code_digest, proof FROM family WHERE number = ?", made["family"]) == [
        ("run_out", "", "")]


# --- those who work here ----------------------------------------------------------------------------


def test_staff_see_whom_they_enrolled_and_who_looked_and_the_auditor_no_names(server: Server) -> None:
    made = enrolled(server)
    look(server, made["code"])
    seen = staff(server).get("/supervisor/rutan/families")
    row = next(r for r in seen["rows"] if r["number"] == made["family"])
    assert (row["name"], row["register"], row["relation"], row["state"]) == (NAME, "B12", "parent", "enrolled")
    assert seen["looks"][0]["family"] == made["family"] and made["code"] not in json.dumps(seen)
    audited = json.dumps(staff(server, "auditor").get("/supervisor/rutan/families"))
    assert NAME not in audited and "B12" not in audited
    with pytest.raises(Refusal, match="not_allowed"):
        pressed(staff(server, "auditor"), "revoke_family", family=made["family"], reason="slip_lost")


@pytest.mark.parametrize(("wrong", "code"), [
    ({"born": "1961-02-30"}, "family_born"), ({"born": ""}, "family_born"), ({"relation": "friend"}, "family_relation"),
    ({"holder_name": " "}, "name_missing"), ({"register": "ZZZ"}, "no_such_inmate"),
    ({"register": "B14"}, "no_such_inmate"),
])
def test_what_cannot_be_enrolled_is_refused(server: Server, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        enrolled(server, **wrong)


def test_where_it_is_not_offered_nothing_is_taken_over_and_nobody_looks(demo: Server, tmp_path: Any) -> None:
    off = copy_of(demo, tmp_path / "data")
    (tmp_path / "wbp.csv").write_text(REGISTRY)
    shell(off.data, "custody", "import", "rutan", str(tmp_path / "wbp.csv"), "--anyway")
    assert rows(off.data, "SELECT DISTINCT remission, release_day, programme FROM inmate "
                "WHERE office_id = (SELECT id FROM office WHERE key = 'rutan')") == [("", "", "")]
    off.start()
    try:
        assert look(off, "0000-0000-0000")["refused"] == "family_off"
        with pytest.raises(Refusal, match="family_off"):
            enrolled(off)
    finally:
        off.stop()


def test_nothing_of_it_is_in_the_log_and_the_chain_holds(server: Server) -> None:
    made = enrolled(server)
    look(server, made["code"])
    whole = " ".join(e.body + e.actor for e in events(server.data, "rutan"))
    lines = (server.data.parent / f"{server.data.name}.log").read_text()
    for text in (NAME, BORN, made["code"], "B12", "2027-08-17", "1 bulan 15 hari"):
        assert text not in whole and text not in lines
    table = repr(rows(server.data, "SELECT * FROM family"))
    assert made["code"] not in table and BORN not in table and NAME in table
    assert check(events(server.data, "rutan")) == []
    assert shell(server.data, "erase", "rutan", "family", str(made["family"])) == (
        "Erased: 1 in family, 1 in family_look\n")
    assert rows(server.data, "SELECT 1 FROM family WHERE number = ?", made["family"]) == []
    assert check(events(server.data, "rutan")) == []


@pytest.mark.parametrize(("line", "says"), [
    ("B1,narapidana,,,,,," + "17-08-2027,", "write 2027-08-17"), ("B1,narapidana,,,,,,,besok", "programme 'besok'"),
    ("B1,narapidana,,,,," + "x" * 121 + ",,", "remission"),
])
def test_a_registry_with_a_wrong_case_changes_nothing(server: Server, tmp_path: Any, line: str, says: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(REGISTRY.partition("\n")[0] + "\n" + line + "\n")
    before = rows(server.data, "SELECT count(*) FROM inmate")
    with pytest.raises(AssertionError, match=says):
        shell(server.data, "custody", "import", "rutan", str(file))
    assert rows(server.data, "SELECT count(*) FROM inmate") == before
