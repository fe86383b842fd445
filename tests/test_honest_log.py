"""What the log says of real acts: which promise a number is judged by, what its clocks leave out, what is flagged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from any_office import example
from held_clock import DAY, MINUTE, House, house

from queue_server.commands import counter, undo
from queue_server.domain.office import Clocks, Office, Promise, Span, Week
from queue_server.domain.plausible import RULES
from queue_server.store import offices, pictures, standards
from queue_server.store.acts import _noted

BOTH_DATABASES = True

Place = Callable[[Path], Path]


@pytest.fixture
def rutan(placed: Place, tmp_path: Path) -> Iterator[House]:
    """Open day and night: hours play no part."""
    with house(placed(tmp_path / "data"), replace(example("rutan"), always_open=True)) as found:
        yield found


def with_standard(office: Office, service: str, **changes: Any) -> Office:
    return replace(office, services=tuple(
        replace(s, standard=replace(s.standard, **changes)) if s.key == service else s for s in office.services))


def stated(minutes: int) -> dict[str, Promise]:
    return {"door": Promise(minutes, 5)}


def events(found: House, kind: str) -> list[dict[str, Any]]:
    with found.session.database.read() as c:
        rows = c.exec_driver_sql(f"SELECT body FROM event WHERE kind = '{kind}' ORDER BY seq")
        return [json.loads(row[0]) for row in rows]


# --- the promise in force ------------------------------------------------------------------------


def test_a_standard_whose_day_has_not_come_is_not_in_force(rutan: House) -> None:
    first = rutan.number()
    rutan.configure(with_standard(rutan.office, "informasi", promises=stated(3), valid_from="2026-11-24"))
    before = rutan.number()
    rutan.passes(24 * 60)
    after = rutan.number()
    found = rutan.entries()
    assert [found[step].stated.wait_min for step in (first, before, after)] == [15, 15, 3]
    assert [found[step].standard_version for step in (first, before, after)] == [1, 1, 2]


def test_what_screens_promise_is_what_is_in_force(rutan: House) -> None:
    rutan.configure(with_standard(rutan.office, "informasi", promises=stated(3), valid_from="2026-11-24"))

    def shown() -> tuple[int | None, tuple[tuple[str, str, str], ...]]:
        with rutan.session.database.read() as c:
            snapshot = pictures.snapshot(c, offices.heads(c)[0], rutan.clock.now())
        return snapshot.office.service("informasi").standard.promise("door", False).wait_min, snapshot.gaps

    assert shown() == (15, ())
    rutan.passes(24 * 60)
    assert shown() == (3, ())
    rutan.configure(with_standard(rutan.office, "informasi", valid_to="2026-11-24"))
    assert shown() == (3, (("standard_ends", "informasi", "2026-11-24"),))
    rutan.passes(24 * 60)
    assert shown() == (None, (("standard_none", "informasi", "2026-11-24"),))


def test_one_whose_last_day_is_over_states_nothing(rutan: House) -> None:
    rutan.configure(with_standard(rutan.office, "informasi", valid_to=DAY))
    kept = rutan.number()
    rutan.passes(24 * 60)
    without = rutan.number()
    rutan.passes(90)
    found = rutan.entries()
    assert found[kept].verdict.wait.on_time is False
    assert found[without].verdict.wait.why == "not_stated" and found[without].standard == 0


def test_a_transfer_is_judged_by_what_was_promised_when_the_number_was_taken(rutan: House) -> None:
    step = rutan.number("informasi")
    rutan.passes(1)
    rutan.configure(with_standard(rutan.office, "titipan", promises=stated(1)))
    rutan.press(counter.call_next)
    moved = rutan.press(counter.transfer, service="titipan")["step"]
    fresh = rutan.number("titipan")
    found = rutan.entries()
    old = example("rutan").service("titipan").standard.promise("door", False).wait_min
    assert [found[one].stated.wait_min for one in (moved, fresh)] == [old, 1]
    assert found[step].state == "transferred"


def test_publishing_is_an_event_with_before_and_after_and_nothing_else_is(rutan: House) -> None:
    at_first = len(events(rutan, "standard_published"))
    assert at_first == len(rutan.office.services)
    rutan.configure(replace(rutan.office, name="Rutan Lain"))
    assert len(events(rutan, "standard_published")) == at_first
    rutan.configure(with_standard(rutan.office, "informasi", promises=stated(3), decree="Nomor 2"))
    body = events(rutan, "standard_published")[-1]
    assert (body["service"], body["version"], body["valid_from"]) == ("informasi", 2, "2025-01-02")
    assert body["before"]["promises"]["door"] == {"wait_min": 15, "service_min": 10}
    assert body["after"]["promises"]["door"] == {"wait_min": 3, "service_min": 5}
    assert body["after"]["decree"] == "Nomor 2"
    with rutan.session.database.read() as c:
        assert standards.by_id(c, 1, 3)[body["standard"]].standard == rutan.office.service("informasi").standard


# --- clocks --------------------------------------------------------------------------------------


def noon(counts: str) -> Office:
    """Open from 8 to 12 and from 13 to 15."""
    office = replace(
        example("rutan"), overrides=(), holidays=(), last_ticket_min=0, break_ticket_min=0,
        week=Week(((Span(480, 720), Span(780, 900)),) * 7))
    office = replace(office, services=tuple(replace(s, week=None) for s in office.services))
    return with_standard(office, "informasi", promises=stated(15), clocks=Clocks(counts=counts))


@pytest.mark.parametrize(("counts", "wait", "on_time"), [("always", 70, False), ("no_breaks", 10, True)])
def test_a_break_counts_as_the_standard_says(
    placed: Place, tmp_path: Path, counts: str, wait: int, on_time: bool
) -> None:
    with house(placed(tmp_path / "data"), noon(counts), "11:55") as found:
        step = found.number()
        found.passes(70)
        called = found.press(counter.call_next)["call"]
        found.press(undo.undo, event=called)  # the exact place, and the exact clocks
        found.press(counter.call_next)
        found.passes(0.5)
        found.press(counter.start)
        found.passes(2)
        found.press(counter.park, reason="system_down")
        found.passes(10)
        found.press(counter.call, step=step)
        found.passes(0.5)
        found.press(counter.start)
        found.passes(2)
        found.press(counter.finish)
        entry = found.entries()[step]
        assert entry.wait == wait * MINUTE and entry.wait_off == (70 - wait) * MINUTE
        assert entry.verdict.wait.on_time is on_time
        assert entry.parked_office == 10 * MINUTE and entry.parked_visitor == 0
        assert entry.total == 85 * MINUTE
        assert entry.service_ms == 14 * MINUTE and entry.verdict.service.on_time is False


def test_parked_for_papers_is_the_visitors_time_and_for_the_system_the_offices(rutan: House) -> None:
    for reason, served in (("papers_missing", True), ("system_down", False)):
        step = rutan.number()
        rutan.press(counter.call_next)
        rutan.passes(0.1)
        rutan.press(counter.start)
        rutan.passes(1)
        rutan.press(counter.park, reason=reason)
        rutan.passes(30)
        rutan.press(counter.call, step=step)
        rutan.passes(0.1)
        rutan.press(counter.start)
        rutan.passes(1)
        rutan.press(counter.finish)
        rutan.passes(0.1)
        entry = rutan.entries()[step]
        assert entry.verdict.service.on_time is served
        assert {entry.parked_visitor, entry.parked_office} == {0, 30 * MINUTE}
        assert bool(entry.parked_visitor) is served


# --- flags ---------------------------------------------------------------------------------------


def flags(found: House, step: int) -> tuple[str, ...]:
    return found.entries()[step].flags


def test_an_ordinary_visit_has_no_flag(rutan: House) -> None:
    step = rutan.number()
    rutan.passes(4)
    rutan.serve()
    assert flags(rutan, step) == ()


def test_acts_are_flagged_by_their_rules(rutan: House) -> None:
    expected: dict[int, tuple[str, ...]] = {}

    step = rutan.number()
    rutan.serve(minutes=0.2)
    expected[step] = ("served_short",)

    step = rutan.number()
    rutan.serve(minutes=41)
    expected[step] = ("finish_forgotten",)

    step = rutan.number()
    rutan.serve(walk=3.1)
    expected[step] = ("walk_long",)

    step = rutan.number()
    rutan.serve(minutes=0.1, walk=2)
    expected[step] = ("served_short", "no_start")

    step = rutan.number()
    rutan.serve()
    rutan.reopen(step)
    rutan.passes(5)
    rutan.serve()
    expected[step] = ("reopened",)

    first, out_of_order = rutan.number(), rutan.number()
    rutan.passes(0.1)
    rutan.press(counter.call, step=out_of_order, reason="urgent_need")
    rutan.passes(0.2)
    rutan.press(counter.start)
    rutan.passes(2)
    rutan.press(counter.finish)
    rutan.serve()
    expected |= {first: (), out_of_order: ("called_early",)}

    found = rutan.entries()
    assert {one: found[one].flags for one in expected} == expected


def test_a_number_from_afar_that_is_called_before_its_holder_came(rutan: House) -> None:
    step = rutan.number(channel="online")
    rutan.passes(1)
    rutan.press(counter.call, step=step, reason="supervisor_asked")
    rutan.passes(0.5)
    rutan.press(counter.start)
    rutan.passes(2)
    rutan.press(counter.finish)
    assert flags(rutan, step) == ("called_early",)


def test_giving_up_quickly_is_flagged_and_stays_flagged_when_the_visitor_comes_back(rutan: House) -> None:
    quick, patient = rutan.number(), rutan.number()
    for step, minutes in ((quick, 0.5), (patient, 1.5)):
        assert rutan.press(counter.call_next)["step"] == step
        rutan.passes(minutes)
        rutan.press(counter.no_show, reason="called_aloud")
    assert (flags(rutan, quick), flags(rutan, patient)) == (("no_show_quick",), ())
    rutan.press(counter.bring_back, step=quick)
    rutan.serve()
    assert flags(rutan, quick) == ("no_show_quick",)


def test_a_no_show_that_was_taken_back_never_was(rutan: House) -> None:
    step = rutan.number()
    rutan.press(counter.call_next)
    rutan.passes(0.5)
    event = rutan.press(counter.no_show, reason="called_aloud")["event"]
    rutan.passes(0.1)
    rutan.press(undo.undo, event=event)
    rutan.passes(0.5)
    rutan.press(counter.start)
    rutan.passes(2)
    rutan.press(counter.finish)
    assert flags(rutan, step) == ()


def test_a_chain_of_transfers_is_flagged_where_it_goes_round(rutan: House) -> None:
    steps = [rutan.number("informasi")]
    for service in ("titipan", "informasi"):
        rutan.press(counter.call_next)
        rutan.passes(0.2)
        rutan.press(counter.start)
        rutan.passes(1)
        steps.append(rutan.press(counter.transfer, service=service)["step"])
    rutan.serve()
    assert [flags(rutan, step) for step in steps] == [(), (), ("transfer_chain",)]


@pytest.mark.parametrize("time", ["6:00", "17:30"])
def test_a_wall_clock_that_is_set_changes_no_duration_and_is_seen(rutan: House, time: str) -> None:
    step = rutan.number()
    rutan.passes(4)
    rutan.set_wall(DAY, time)
    rutan.serve()
    entry = rutan.entries()[step]
    assert (entry.wait, entry.walk, entry.serve) == (4.02 * MINUTE, 0.5 * MINUTE, 2 * MINUTE)
    assert entry.flags == ("clock_jumped",)


def test_who_is_left_at_night_is_flagged(placed: Place, tmp_path: Path) -> None:
    with house(placed(tmp_path / "data"), noon("always"), "14:50") as found:
        told, forgotten = found.number(), found.number()
        found.press(counter.cancel, step=told, reason="visitor_asked")
        found.passes(18 * 60)
        found.number()  # the next morning's first number closes the day that nobody closed
        seen = found.entries()
        assert (seen[told].flags, seen[forgotten].flags) == ((), ("overnight",))
        assert seen[forgotten].state == "unserved"


def test_a_cancelled_number_is_no_jump(rutan: House) -> None:
    step = rutan.number()
    rutan.passes(7)
    rutan.press(counter.cancel, step=step, reason="visitor_asked")
    rutan.passes(50)
    rutan.reopen(step)
    rutan.serve()
    assert flags(rutan, step) == ()


def test_the_few_events_of_note_are_found_by_their_own_index(rutan: House) -> None:
    if rutan.session.database.is_sqlite:
        with rutan.session.database.read() as c:
            compiled = _noted.params(office=1, steps=[1, 2, 3]).compile(
                c.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True})
            plan = c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
        assert "event_of_note" in plan[0][3], plan


def test_every_rule_is_tried_here_or_in_the_table_of_its_thresholds() -> None:
    told = (Path(__file__).parent / "test_plausible.py").read_text("utf-8")
    assert [code for code in RULES if f'"{code}"' not in told] == []
