"""The reserve's rules without a server: whose which number is, clocks, days that are over, paper, and the verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from any_office import example
from backstage import events, rows
from small_house import KEY, settings

from queue_server import opening
from queue_server.commands import day, paper_roll, reserve, visitor
from queue_server.commands.setup import configure
from queue_server.domain import chain, hours
from queue_server.domain.chain import Event
from queue_server.domain.errors import Refused
from queue_server.domain.numbering import ROLL, Part, part_of, parts
from queue_server.domain.office import Office, Quota, Span, Week
from queue_server.domain.verify import NUMBER_PROBLEMS, check_numbers
from queue_server.kiosk_agent.alone import Alone
from queue_server.kiosk_agent.shelf import Number, Shelf
from queue_server.moment import wall_ms
from queue_server.office_file import to_json
from queue_server.paper import roll
from queue_server.shell import Session
from queue_server.transaction import Actor, Job

DAY_MS = 24 * 3_600_000


def office(**of_service: Any) -> Office:
    """The template's office, open day and night, with a reserve for one kiosk and the roll."""
    found = example("template")
    service = replace(found.services[0], reserved=(901, 910), reserved_for={"pintu": (901, 905)}, **of_service)
    return replace(found, services=(service,), always_open=True)


class House:
    """One office in a database of its own; every press is a transaction of the writer."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.session = Session(settings(data))
        opening.add_office(self.session.database, KEY)
        self.session.press(KEY, "configure", configure, office=office(), reason="import")

    def press(self, command: Any, **args: Any) -> dict[str, Any]:
        actor = Actor("device", "device:1", device_id=1)
        return self.session.writer.press_now(Job(KEY, actor, "act", command, args))

    def hand_in(self, number: int, ago: int = 60_000, off: int = 0, **more: Any) -> dict[str, Any]:
        """``ago``: when it was given, ms; ``off``: so far the kiosk's clock is ahead, ms."""
        came_at = wall_ms() - ago
        told = {name: more.pop(name) for name in ("steady", "paper", "instead_of") if name in more}
        return self.press(partial(reserve.hand_in, reserve.Told(came_at, **told)), **{
            "service": "umum", "number": number, "issued_at": came_at + off, "secret": f"s-{number}-{ago}",
            "kiosk": "pintu", **more})

    def steps(self, *columns: str) -> dict[int, Any]:
        """Number -> those columns of its step."""
        found = rows(self.data, f"SELECT t.number, {', '.join('s.' + c for c in columns)} FROM ticket t "
                     "JOIN step s ON s.ticket_id = t.id")
        return {row[0]: row[1] if len(columns) == 1 else tuple(row[1:]) for row in found}

    def log(self) -> list[Event]:
        found = events(self.data, KEY)
        assert chain.check(found) == [] and check_numbers(found) == []
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "data")
    yield found
    found.session.close()


def bodies(found: list[Event], kind: str) -> list[dict[str, Any]]:
    return [json.loads(e.body) for e in found if e.kind == kind]


# --- whose which number is ---------------------------------------------------------------------------------


def test_every_number_of_a_reserve_has_one_holder() -> None:
    service = replace(example("rutan").services[0], reserved=(901, 960), reserved_for={
        "samping": (941, 950), "pintu": (901, 930)})
    assert parts(service) == (
        Part("kiosk:pintu", 901, 930), Part(ROLL, 931, 940), Part("kiosk:samping", 941, 950), Part(ROLL, 951, 960))
    assert [len([p for p in parts(service) if p.holds(n)]) for n in range(900, 962)] == [0, *[1] * 60, 0]
    assert part_of(service, 960) == Part(ROLL, 951, 960) and part_of(service, 17) is None
    assert parts(replace(service, reserved_for={})) == (Part(ROLL, 901, 960),)
    assert parts(replace(service, reserved_for={"pintu": (901, 960)})) == (Part("kiosk:pintu", 901, 960),)
    assert parts(replace(service, reserved=None, reserved_for={})) == ()


# --- handing in ----------------------------------------------------------------------------------------------


def test_a_number_that_is_handed_in_stands_where_it_was_given(house: House) -> None:
    house.press(visitor.issue, service="umum", channel="door")
    house.hand_in(902, ago=30_000)
    house.hand_in(901, ago=60_000)
    order = rows(house.data, "SELECT t.number FROM ticket t JOIN step s ON s.ticket_id = t.id ORDER BY s.queued_tick")
    assert [row[0] for row in order] == [901, 902, 1]
    since, queued, doubt = house.steps("since_tick", "queued_tick", "clock_doubt")[901]
    assert since == queued and doubt == 0  # the wait counts from there
    assert rows(house.data, "SELECT channel, issuer FROM ticket WHERE number = 901") == [("door", "device:1")]
    entered = bodies(house.log(), "offline_entered")
    assert [e["number"] for e in entered] == [902, 901] and not any(e["late"] or e["clock_doubt"] for e in entered)


def test_handing_in_twice_is_handing_in_once(house: House) -> None:
    first = house.hand_in(901)
    again = house.hand_in(901)
    assert again["again"] and again["ticket"]["secret"] == first["ticket"]["secret"]
    with pytest.raises(Refused, match="number_taken"):
        house.hand_in(901, secret="of another")
    for number in (906, 17):
        with pytest.raises(Refused, match="not_reserved"):
            house.hand_in(number)
    assert len(bodies(house.log(), "offline_entered")) == 1


@pytest.mark.parametrize(("off", "steady", "doubt"), [
    (0, True, 0), (4_000, True, 0), (-3_600_000, True, 1), (3_600_000, True, 1), (400 * DAY_MS, True, 1), (0, False, 1),
])
def test_a_clock_that_was_off_is_flagged_and_costs_nobody_the_place(
    house: House, off: int, steady: bool, doubt: int
) -> None:
    now = wall_ms()
    house.hand_in(901, ago=120_000, off=off, steady=steady)
    queued_at, flagged = house.steps("queued_at", "clock_doubt")[901]
    assert abs(queued_at - (now - 120_000)) < 6_000 and flagged == doubt
    assert bodies(house.log(), "offline_entered")[0]["issued_at"] - queued_at == (off if doubt else 0)


def test_a_number_that_the_server_gave_unseen_is_withdrawn_with_it(house: House) -> None:
    for paper, state in (("", "cancelled"), ("escpos", "void")):
        unseen = house.press(visitor.issue, service="umum", channel="door", paper=paper)["ticket"]
        number = 901 if paper else 902
        house.hand_in(number, instead_of=unseen["secret"])
        assert house.steps("state")[unseen["number"]] == state and house.steps("state")[number] == "waiting"
    assert house.hand_in(903, instead_of="nobody's")["ticket"]["number"] == 903
    house.log()


def test_a_number_whose_paper_nobody_took_is_void(house: House) -> None:
    house.hand_in(901, paper="void")
    assert house.steps("state") == {901: "void"}
    assert bodies(house.log(), "ticket_voided")[0]["reason"] == "no_paper"


# --- days ------------------------------------------------------------------------------------------------------


def test_what_of_the_reserve_was_not_used_is_one_fact_when_the_day_closes(house: House) -> None:
    house.hand_in(901)
    house.hand_in(902)
    house.press(day.close_day, reason="told_to_come_back")
    [closed] = bodies(house.log(), "day_closed")
    assert closed["unused_reserve"] == [
        {"service": "umum", "source": "kiosk:pintu", "first": 903, "last": 905},
        {"service": "umum", "source": ROLL, "first": 906, "last": 910}]
    house.hand_in(903)  # the kiosk's network came back only now
    assert [e["late"] for e in bodies(house.log(), "offline_entered")] == [False, False, True]
    assert house.steps("state")[903] == "unserved"


def test_a_day_without_the_server_is_recorded_afterwards(house: House) -> None:
    house.hand_in(901, ago=DAY_MS)
    house.hand_in(902, ago=DAY_MS - 1_000)
    house.hand_in(901, ago=1_000)
    found = rows(house.data, "SELECT t.day, t.number, s.state, s.clock_doubt, s.waited_ms FROM ticket t "
                 "JOIN step s ON s.ticket_id = t.id ORDER BY s.id")
    assert [row[1:] for row in found] == [(901, "unserved", 1, 0), (902, "unserved", 1, 0), (901, "waiting", 0, 0)]
    opened = bodies(house.log(), "day_opened")
    assert [o.get("closed_late", False) for o in opened] == [True, False]
    assert opened[1]["reserves"] == [
        {"service": "umum", "source": "kiosk:pintu", "first": 901, "last": 905},
        {"service": "umum", "source": ROLL, "first": 906, "last": 910}]


def test_a_reserve_that_is_divided_anew_in_the_day_is_declared_again(house: House) -> None:
    house.hand_in(901)
    whole = office()
    service = replace(whole.services[0], reserved_for={"pintu": (901, 903), "samping": (904, 910)})
    house.press(configure, office=replace(whole, services=(service,)))
    house.hand_in(904, kiosk="samping")
    declared = bodies(house.log(), "reserve_declared")
    assert [(d["source"], d["first"], d["last"]) for d in declared] == [
        ("kiosk:pintu", 901, 903), ("kiosk:samping", 904, 910)]
    house.press(reserve.declare, kiosk="samping", day="today")
    assert bodies(house.log(), "reserve_declared")[-1]["used_to"] == 904


# --- the roll ----------------------------------------------------------------------------------------------------


def ago(house: House, minutes: int) -> str:
    """A time of day as it is written on paper."""
    wanted = hours.local_minutes(office(), wall_ms() - minutes * 60_000)
    return f"{wanted // 60:02d}.{wanted % 60:02d}"


def test_paper_numbers_are_entered_with_what_became_of_them(house: House) -> None:
    yesterday = hours.office_day(office(), wall_ms() - DAY_MS)
    now = {"service": "umum", "issued": ago(house, 0)}
    house.press(paper_roll.enter_paper, number=906, outcome="waiting", priority=True, **now)
    common = {"service": "umum", "day": yesterday, "issued": "08.15"}
    served = {"outcome": "served", "counter": "1", "started": "08:25", "ended": "8.30"}
    house.press(paper_roll.enter_paper, number=906, **served, **common)
    house.press(paper_roll.enter_paper, number=907, outcome="left", ended="08.45", **common)
    house.press(paper_roll.enter_paper, number=908, outcome="spoiled", **common)
    house.press(paper_roll.enter_paper, number=909, outcome="left", **common)
    for args, code in (
        ({"number": 906, "outcome": "left"}, "number_taken"), ({"number": 901, "outcome": "left"}, "not_on_roll"),
        ({"number": 910, "outcome": "eaten"}, "reason_needed"), ({"number": 910, "outcome": "waiting"}, "day_not_open"),
        ({"number": 910, "outcome": "served", "counter": "nine"}, "no_such_counter"),
        ({"number": 910, "outcome": "served", "counter": "1", "started": "08.10", "ended": "08.20"}, "paper_time"),
        ({"number": 910, "outcome": "left", "issued": "25.00"}, "paper_time"),
        ({"number": 910, "outcome": "left", "issued": ""}, "paper_time"),
        ({"number": 910, "outcome": "left", "day": "2020-01-01"}, "paper_day"),
        ({"number": 910, "outcome": "left", "day": "soon"}, "paper_day"),
    ):
        with pytest.raises(Refused, match=code):
            house.press(paper_roll.enter_paper, **{**common, **args})
    found = rows(house.data, "SELECT t.number, s.state, s.waited_ms, s.served_ms, s.clock_doubt, s.counter, s.priority "
                 "FROM ticket t JOIN step s ON s.ticket_id = t.id ORDER BY s.id")
    assert found == [
        (906, "waiting", 0, 0, 1, "", 1), (906, "done", 600_000, 300_000, 1, "1", 0),
        (907, "cancelled", 1_800_000, 0, 1, "", 0), (908, "void", 0, 0, 1, "", 0), (909, "cancelled", 0, 0, 1, "", 0)]
    assert [e["outcome"] for e in bodies(house.log(), "paper_entered")] == [
        "waiting", "served", "left", "spoiled", "left"]


def test_the_printed_roll_holds_the_rolls_numbers_only() -> None:
    service = office().services[0]
    assert roll.numbers(service) == [906, 907, 908, 909, 910] and roll.numbers(service, 907, 908) == [907, 908]
    for first, last in ((901, None), (None, 911), (909, 907)):
        with pytest.raises(ValueError, match="paper roll"):
            roll.numbers(service, first, last)
    with pytest.raises(ValueError, match="no numbers"):
        roll.numbers(replace(service, reserved=None, reserved_for={}))
    text = roll.page(replace(office(), name="A & <B>"), service, [907, 908])
    assert text.count('class="slip"') == 2 and f"{service.prefix}\u2009907" in text and "A &amp; &lt;B&gt;" in text
    assert "size: A4" in text and "<script" not in text and "src=" not in text


# --- the verifier ------------------------------------------------------------------------------------------------


def log_of(*of: tuple[str, dict[str, Any]]) -> list[Event]:
    return [Event("k", n, kind, 1, json.dumps({"day": "2026-11-22", **body}), 0, "b", 0, None, None, "", "")
            for n, (kind, body) in enumerate(of, 1)]


def issued(number: int, source: str = "", on: str = "umum") -> tuple[str, dict[str, Any]]:
    return "ticket_issued", {"service": on, "number": number, **({"source": source} if source else {})}


OPENED = ("day_opened", {"reserves": [
    {"service": "umum", "source": "kiosk:a", "first": 3, "last": 6},
    {"service": "umum", "source": ROLL, "first": 7, "last": 8}]})


@pytest.mark.parametrize(("log", "wrong"), [
    ([OPENED, issued(1), issued(2), issued(9), issued(3, "kiosk:a"), issued(7, ROLL)], []),
    ([OPENED, issued(2)], ["number_missing umum 2026-11-22 1"]),
    ([OPENED, issued(1), issued(1)], ["number_twice umum 2026-11-22 1"]),
    ([OPENED, issued(4, "kiosk:a")], ["number_missing umum 2026-11-22 3"]),
    ([OPENED, issued(3, "kiosk:b")], ["number_outside umum 2026-11-22 3"]),
    ([OPENED, issued(1), issued(2), issued(3)], ["number_outside umum 2026-11-22 3"]),
    ([OPENED, issued(3, "kiosk:a"), ("day_closed", {"unused_reserve": [
        {"service": "umum", "source": "kiosk:a", "first": 3, "last": 6}]})], ["number_unused umum 2026-11-22 3"]),
    ([OPENED, ("day_closed", {"unused_reserve": [{"service": "umum", "source": "kiosk:a", "first": 3, "last": 6}]}),
      issued(3, "kiosk:a"), ("offline_entered", {"service": "umum", "number": 3, "late": True})], []),
    ([("day_opened", {}), issued(7), issued(9), issued(9)], ["number_twice umum 2026-11-22 9"]),
])
def test_the_verifier_finds_a_number_without_one_fate(log: list[Any], wrong: list[str]) -> None:
    found = check_numbers(log_of(*log))
    assert [f"{p.code} {p.found}" for p in found] == wrong
    assert {p.code for p in found} <= set(NUMBER_PROBLEMS)


# --- what the kiosk decides alone -----------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    found = Shelf(tmp_path / "kiosk.db")
    yield found
    found.close()


def heard(of: Office, **more: Any) -> dict[str, Any]:
    """An answer of the server, as ``screens/reserve.py`` gives it."""
    return {
        "office": json.loads(to_json(of)), "version": "1", "at": wall_ms(), "day": hours.office_day(of, wall_ms()),
        "from_day": "2026-01-01", "kiosk": "pintu", "address": "", "issued": {}, "paused": {},
        "parts": {"umum": {"first": 901, "last": 905, "used_to": 900}}, **more}


def take(alone: Alone, n: int, priority: bool = False) -> Number:
    touch = {"key": f"touch-{n}", "service": "umum", "priority": priority, "language": "en"}
    return alone.issue(touch, False, "")[0]


def test_the_kiosk_gives_its_part_upwards_and_the_same_touch_the_same_number(shelf: Shelf) -> None:
    alone = Alone(shelf)
    with pytest.raises(Refused, match="no_reserve"):
        take(alone, 0)
    alone.learn(heard(office(), parts={"umum": {"first": 901, "last": 903, "used_to": 901}}))
    assert [take(alone, n).number for n in (1, 1, 2)] == [902, 902, 903]
    with pytest.raises(Refused, match="reserve_used_up"):
        take(alone, 3)
    again = Shelf(Path(shelf._c.execute("PRAGMA database_list").fetchone()[2]))  # as after a fall
    assert take(Alone(again), 2).number == 903 and len(again.to_hand_in()) == 2
    again.close()


@pytest.mark.parametrize(("known", "code"), [
    ({"from_day": "2999-01-01"}, "no_reserve"), ({"parts": {}}, "no_reserve"),
    ({"paused": {"umum": "drill"}}, "paused"),
    ({"issued": {"umum": {"day": [["door", False, 2], ["online", False, 1]], "session": []}}}, "quota_full"),
])
def test_the_kiosk_keeps_to_what_it_last_heard(shelf: Shelf, known: dict[str, Any], code: str) -> None:
    alone = Alone(shelf)
    alone.learn(heard(office(quota=Quota(total=4)), **known))
    with pytest.raises(Refused, match=code):
        take(alone, 1)
        take(alone, 2)


def test_the_kiosk_keeps_hours_and_forgets_yesterdays_counts(shelf: Shelf) -> None:
    alone = Alone(shelf)
    at = wall_ms()
    full = {"umum": {"day": [["door", False, 4]], "session": [["door", False, 4]]}}
    alone.learn(heard(office(quota=Quota(total=4)), issued=full, day="2026-01-01"))
    assert take(alone, 1).number == 901
    shut = replace(office(), always_open=False, week=Week(((),) * 7))
    alone.learn({**heard(shut), "version": "2"})
    with pytest.raises(Refused, match="closed_today"):
        take(alone, 2)
    minutes = hours.local_minutes(shut, at)
    spans = (Span(0, max(1, minutes - 60)),) if minutes > 120 else (Span(minutes + 120, minutes + 240),)
    alone.learn({**heard(replace(shut, week=Week((spans,) * 7))), "version": "3"})
    with pytest.raises(Refused, match=r"closed|before_opening"):
        take(alone, 3)
    picture = alone.picture(alone.sure())
    assert picture["reserve"] is True and picture["services"][0]["waiting"] is None
    assert picture["services"][0]["may"]["allowed"] is False


def test_only_numbers_with_settled_paper_are_handed_in_in_order(shelf: Shelf) -> None:
    alone = Alone(shelf)
    alone.learn(heard(office()))
    for n, paper in enumerate(("waiting", "printed", "failed")):
        alone.issue({"key": f"touch-{n}", "service": "umum"}, False, paper)
    assert [n.number for n in shelf.to_hand_in()] == [902]
    shelf.set_paper("touch-0", "kept", wall_ms())
    shelf.set_paper("touch-2", "void", wall_ms())
    assert [n.number for n in shelf.to_hand_in()] == [901, 902, 903]
    shelf.handed_in("touch-0", wall_ms())
    shelf.not_taken("touch-1", "number_taken")
    assert [n.number for n in shelf.to_hand_in()] == [903] and [n.number for n in shelf.refused()] == [902]
    shelf.set_paper("touch-0", "void", wall_ms())
    assert shelf.by_key("touch-0").paper == "kept", "what was handed in stays as it was"  # type: ignore[union-attr]
    shelf.try_again()
    assert [n.number for n in shelf.to_hand_in()] == [902, 903]
    shelf.forget_old(wall_ms() + 61 * DAY_MS)
    assert shelf.by_key("touch-0") is None and shelf.by_key("touch-1") is not None
