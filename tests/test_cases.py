"""What continues on another day: a code from the finish, working days, ready, late, collected with its own number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from any_office import example
from backstage import apply, events, rows, with_rules
from cast import Server, copy_of
from held_clock import DOOR, House, house
from test_booking import Phone, pressed

from queue_server.client import Refusal, Site
from queue_server.commands import cases, codes, counter, undo, visitor
from queue_server.domain import working_days
from queue_server.domain.case import kept, opened_by, share, standing
from queue_server.domain.chain import check
from queue_server.domain.errors import Refused
from queue_server.domain.office import Office
from queue_server.store import chain_events
from queue_server.store.cases import Case, by_code

TAKEN = "titipan"


def office() -> Office:
    """At "informasi" something is asked for that takes four working days and is fetched at "titipan"."""
    found = example("rutan")
    asked = replace(found.service("informasi"), finish_in_days=4, collected_at=(TAKEN,))
    return replace(found, services=tuple(asked if s.key == asked.key else s for s in found.services), always_open=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", office()) as found:
        yield found


def opened(home: House) -> str:
    """The code that a finish gives."""
    home.number()
    home.passes(0.02)
    for act in (counter.call_next, counter.start):
        home.press(act)
        home.passes(1)
    code = home.press(counter.finish)["case"]["code"]
    assert isinstance(code, str)
    return code


def case(home: House, code: str) -> Case:
    with home.session.database.read() as c:
        found = by_code(c, 1, code)
    assert found is not None
    return found


# --- the rules ------------------------------------------------------------------------------------


def test_weekends_and_the_offices_holidays_are_no_working_days() -> None:
    kanim = example("kanim")
    assert working_days.after(kanim, "2026-11-23", 4) == "2026-11-27"       # Monday to Friday
    assert working_days.after(kanim, "2026-11-26", 4) == "2026-12-02"       # a weekend between
    assert working_days.after(kanim, "2026-12-24", 1) == "2026-12-28"       # Christmas on a Friday
    assert working_days.after(kanim, "2026-11-28", 0) == "2026-11-28"
    assert working_days.left(kanim, "2026-11-27", "2026-12-02") == 3
    assert working_days.left(kanim, "2026-12-03", "2026-12-02") == -1


def test_a_case_is_late_from_the_day_after_and_kept_when_ready_in_time() -> None:
    assert [standing("in_work", "2026-11-27", day) for day in ("2026-11-26", "2026-11-27", "2026-11-28")] == [
        "in_work", "due", "late"]
    assert kept("in_work", "2026-11-27", "", "2026-11-27") is None
    assert kept("in_work", "2026-11-27", "", "2026-11-28") is False
    assert kept("ready", "2026-11-27", "2026-11-27", "2026-11-30") is True
    assert kept("collected", "2026-11-27", "2026-11-30", "2026-12-01") is False
    assert kept("ended", "2026-11-27", "", "2026-12-30") is None


def test_cases_kept_say_what_they_leave_out() -> None:
    found = share([
        ("collected", "2026-11-24", "2026-11-24"), ("ready", "2026-11-24", "2026-11-25"), ("in_work", "2026-11-24", ""),
        ("in_work", "2026-11-27", ""), ("ended", "2026-11-24", "")], "2026-11-26")
    assert (found.numerator, found.denominator, found.left_out) == (1, 3, {"not_due": 1, "ended": 1})


def test_a_case_begins_at_the_end_of_the_journey() -> None:
    found = office()
    service = found.service("informasi")
    assert opened_by(found, "informasi", "informasi") == service
    assert opened_by(found, "informasi", TAKEN) is None, "transferred: another service's end"
    staged = replace(found, services=tuple(
        replace(s, stages=("pengaduan",)) if s.key == "informasi" else s for s in found.services))
    assert opened_by(staged, "informasi", "informasi") is None
    assert opened_by(staged, "informasi", "pengaduan") == staged.service("informasi")


# --- its life -------------------------------------------------------------------------------------


def test_the_finish_gives_a_code_and_the_day(home: House) -> None:
    found = case(home, opened(home))
    assert (found.day, found.due, found.days, found.state) == ("2026-11-23", "2026-11-27", 4, "in_work")


def test_it_is_collected_with_a_number_of_its_own(home: House) -> None:
    code = opened(home)
    with pytest.raises(Refused, match="case_not_ready") as no:
        home.press(codes.number_for, DOOR, code=code, by="kiosk")
    assert no.value.facts == {"date": "2026-11-27"}
    home.press(cases.ready, case=1)
    home.set_wall("2026-11-26", "9:00")
    first = home.press(codes.number_for, DOOR, code=code.lower().replace("-", " "), by="kiosk")["ticket"]
    again = home.press(codes.number_for, DOOR, code=code, by="kiosk")
    assert again["again"] and again["ticket"]["label"] == first["label"], "no second number for one case"
    home.passes(0.02)
    home.press(counter.call_next)
    home.passes(1)
    home.press(counter.start)
    home.passes(1)
    assert home.press(counter.finish)["case"] == {"number": 1, "code": code, "state": "collected"}
    assert case(home, code).over_day == "2026-11-26"
    with pytest.raises(Refused, match="case_collected"):
        home.press(codes.number_for, DOOR, code=code, by="kiosk")
    with home.session.database.read() as c:
        log = list(chain_events.stored(c, 1, "rutan"))
    issued = [json.loads(e.body) for e in log if e.kind == "ticket_issued"]
    assert [body.get("case") for body in issued] == [None, 1]
    assert [e.kind for e in log if e.kind.startswith("case_")] == [
        "case_opened", "case_ready", "case_linked", "case_collected"]
    assert all(code not in e.body for e in log) and check(log) == []


def test_an_undone_finish_leaves_no_case(home: House) -> None:
    home.number()
    home.passes(0.02)
    for act in (counter.call_next, counter.start):
        home.press(act)
        home.passes(1)
    done = home.press(counter.finish)
    home.passes(0.05)
    home.press(undo.undo, event=done["event"])
    assert (case(home, done["case"]["code"]).state, case(home, done["case"]["code"]).reason) == ("ended", "undone")
    home.passes(1)
    again = home.press(counter.finish)["case"]
    assert again["code"] != done["case"]["code"] and case(home, again["code"]).state == "in_work"


def test_an_undone_collection_is_ready_again(home: House) -> None:
    code = opened(home)
    home.press(cases.ready, case=1)
    step = home.number(TAKEN)
    home.press(cases.link, step=step, code=code)
    home.passes(0.02)
    home.press(counter.call_next)
    home.passes(1)
    home.press(counter.start)
    home.passes(1)
    done = home.press(counter.finish)
    home.passes(0.05)
    home.press(undo.undo, event=done["event"])
    assert case(home, code).state == "ready"


def test_what_cannot_be(home: House) -> None:
    code = opened(home)
    with pytest.raises(Refused, match="no_such_case"):
        home.press(cases.link, step=home.number(TAKEN), code="ABCD-EFGH")
    with pytest.raises(Refused, match="case_state"):
        home.press(cases.not_ready, case=1)
    with pytest.raises(Refused, match="reason_needed"):
        home.press(cases.end, case=1, reason="")
    home.set_wall("2026-11-30", "9:00")
    with pytest.raises(Refused, match="case_late"):
        home.press(visitor.issue, DOOR, service=TAKEN, channel="door", case=code)
    home.press(cases.ready, case=1)
    with pytest.raises(Refused, match="case_elsewhere"):
        home.press(visitor.issue, DOOR, service="pengaduan", channel="door", case=code)
    home.press(cases.end, case=1, reason="not_collected")
    with pytest.raises(Refused, match="case_ended"):
        home.press(visitor.issue, DOOR, service=TAKEN, channel="door", case=code)
    with pytest.raises(Refused, match="no_such_reservation"):
        home.press(codes.number_for, DOOR, code="ABCD-EFGH", by="kiosk")


# --- through a server -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("cases") / "data")
    apply(running.data, with_rules("kanim", double_press_ms=0))
    running.start()
    yield running
    running.stop()


def staff(server: Server, name: str) -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "kanim", "name": name, "password": server.passwords["kanim", name]})
    return site


def at_kanim(site: Site, act: str, **args: object) -> dict[str, object]:
    return pressed(site, act, office="kanim", **args)


def test_a_passport_from_the_counter_to_the_lane(server: Server) -> None:
    kiosk, ani, sari = server.kiosk("kanim"), staff(server, "ani"), staff(server, "sari")
    phone = Phone(server, 0)
    ticket = kiosk.take("paspor")
    at_kanim(ani, "sit", counter="3")
    at_kanim(ani, "call", step=ticket["step"], reason="short_question")
    at_kanim(ani, "start")
    given = at_kanim(ani, "finish")["case"]
    assert isinstance(given, dict)
    shown = phone.get(f"/t/{ticket['secret']}/picture")["ticket"]["case"]
    assert shown == {"code": given["code"], "due": given["due"], "days": 4, "state": "in_work"}
    seen = phone.post("/office/kanim/case", {"code": given["code"]})["case"]
    assert (seen["state"], seen["collect"]) == ("in_work", [])
    with pytest.raises(Refusal, match="case_not_ready"):
        kiosk.post("/office/kanim/check-in", {"key": "k" * 20, "code": given["code"]})
    listed = {r["code"]: r for r in sari.get("/supervisor/kanim/cases")["rows"]}[given["code"]]
    assert (listed["state"], listed["label"], listed["left"]) == ("in_work", ticket["label"], 4)
    at_kanim(ani, "case_ready", case=listed["number"])
    seen = phone.post("/office/kanim/case", {"code": given["code"]})["case"]
    assert [(one["key"], one["plate"]) for one in seen["collect"]] == [("pengambilan", False), ("drive-thru", True)]
    taken = phone.post("/office/kanim/tickets", {
        "key": "p" * 20, "service": "drive-thru", "case": given["code"], "plate": "B 1234 XYZ", "language": "id"})
    assert taken["ok"], taken
    seen = phone.post("/office/kanim/case", {"code": given["code"]})["case"]
    assert seen["ticket"]["label"] == taken["ticket"]["label"]
    at_kanim(ani, "leave")
    at_kanim(ani, "sit", counter="jalur-1")
    at_kanim(ani, "call", step=taken["ticket"]["step"], reason="short_question")
    here = ani.get("/api/v1/offices/kanim/counter")["current"]
    assert (here["case"]["code"], here["plate"][:2]) == (given["code"], "B ")
    at_kanim(ani, "start")
    assert at_kanim(ani, "finish")["case"]["state"] == "collected"  # type: ignore[index]
    assert phone.post("/office/kanim/case", {"code": given["code"]})["case"]["state"] == "collected"
    until = given["due"]
    report = sari.get(f"/supervisor/kanim/reports/figures?from={until}&to={until}")
    assert report.get("preparing") or report["cases"] == {"kept": 1, "judged": 1, "left_out": {}}
    assert all(given["code"] not in e.body for e in events(server.data, "kanim"))
    assert rows(server.data, "SELECT state FROM case_file WHERE code = ?", given["code"]) == [("collected",)]


def test_who_guesses_codes_waits(server: Server) -> None:
    guesser = Phone(server, 1)
    told = [guesser.post("/office/kanim/case", {"code": "ABCD-EFGH"})["refused"] for _ in range(11)]
    assert told[0] == "no_such_case" and told[-1] == "too_many_requests"
    assert guesser.http.get(f"{server.base}/case/rutan", timeout=20).status_code == 404, "no cases there"
