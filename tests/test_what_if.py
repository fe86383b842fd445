"""A past day played again: as it was it comes out as it was, and a change has the effect that it must have."""

from __future__ import annotations

import pytest

from queue_server.domain.office import Counter, MixRule, Rules
from queue_server.domain.what_if import ONE_MORE, Change, Past, Shift, Visit, compare, figures, play, real

MINUTE = 60_000
HOUR = 60 * MINUTE


def counter(key: str, *services: str) -> Counter:
    return Counter(key, {"id": key}, "hall", services)


def visit(step: int, joined: int, **more: object) -> Visit:
    values: dict[str, object] = {
        "label": f"A {step}", "service": "a", "priority": False, "keeps": 10 * MINUTE, "stated": 15 * MINUTE}
    return Visit(step=step, joined=joined * MINUTE, **{**values, **more})  # type: ignore[arg-type]


def past(*visits: Visit, counters: tuple[Counter, ...] = (counter("1", "a"),), mix: MixRule | None = None) -> Past:
    shifts = tuple(Shift(c.key, 0, 4 * HOUR) for c in counters if c.key != "closed")
    return Past(visits, shifts, counters, Rules(mix=mix or MixRule(1, 2, None)))


#: Four come at once, each keeps the one counter for ten minutes.
RUSH = past(*(visit(n, 0, waited=(n - 1) * 10 * MINUTE) for n in range(1, 5)))


def waits(day: Past, change: Change | None = None) -> list[int | None]:
    """Minutes of each, in the order of their steps."""
    found = sorted(play(day, change), key=lambda p: p.visit.step)
    return [None if p.waited is None else p.waited // MINUTE for p in found]


def test_a_day_as_it_was_comes_out_as_it_was() -> None:
    assert waits(RUSH) == [0, 10, 20, 30]
    compared, _film = compare(RUSH, Change())
    assert compared.real == compared.same == compared.changed
    assert compared.real[""].late == 2 and compared.real[""].judged == 4


@pytest.mark.parametrize(("change", "expected"), [
    (Change(ONE_MORE, ("a",), 0, 4 * HOUR), [0, 0, 10, 10]),
    (Change(ONE_MORE, ("a",), 15 * MINUTE, 4 * HOUR), [0, 10, 15, 20]),
    (Change(ONE_MORE, ("a",), 0, 5 * MINUTE), [0, 0, 10, 20]),
    (Change(ONE_MORE, ("b",), 0, 4 * HOUR), [0, 10, 20, 30]),
    (Change("1", ("b",), 0, 4 * HOUR), [0, 10, 20, 30]),
])
def test_one_more_counter_helps_whom_it_serves_while_it_is_open(change: Change, expected: list[int]) -> None:
    assert waits(RUSH, change) == expected


def test_an_existing_counter_may_be_open_for_longer_and_serve_more() -> None:
    day = past(*RUSH.visits, counters=(counter("1", "a"), counter("closed", "b")))
    assert waits(day, Change("closed", ("a",), 0, 4 * HOUR)) == [0, 0, 10, 10]


def test_another_rule_changes_who_waits_for_whom() -> None:
    visits = [visit(n, 0) for n in range(1, 5)] + [visit(n, 1, priority=True) for n in (5, 6)]
    # One priority call for two ordinary ones; then one for one; then two for one.
    assert waits(past(*visits)) == [0, 20, 30, 50, 9, 39]
    assert waits(past(*visits), Change(mix=MixRule(1, 1, None))) == [0, 20, 40, 50, 9, 29]
    assert waits(past(*visits), Change(mix=MixRule(2, 1, None))) == [0, 30, 40, 50, 9, 19]


def test_who_gave_up_gives_up_again_unless_called_before() -> None:
    day = past(visit(1, 0), visit(2, 0, keeps=None, patience=8 * MINUTE), visit(3, 1))
    assert waits(day) == [0, None, 9]
    assert waits(day, Change(ONE_MORE, ("a",), 0, HOUR)) == [0, 0, 9]  # and then takes as long as others do
    assert figures(play(day), 4 * HOUR)["a"].gave_up == 1


def test_the_next_leg_begins_when_the_one_before_has_ended() -> None:
    day = past(visit(1, 0), visit(2, 0), visit(3, 20, service="b", after=2),
               counters=(counter("1", "a"), counter("2", "b")))
    legs = {p.visit.step: p for p in play(day)}
    assert legs[3].joined == legs[2].freed == 20 * MINUTE
    sooner = {p.visit.step: p for p in play(day, Change(ONE_MORE, ("a",), 0, HOUR))}
    assert sooner[3].joined == 10 * MINUTE


def test_whoever_is_left_when_the_counters_close_counts_with_the_wait_until_then() -> None:
    day = Past((visit(1, 0), visit(2, 0)), (Shift("1", 0, 5 * MINUTE),), (counter("1", "a"),), Rules())
    assert waits(day) == [0, None]
    assert figures(play(day), 5 * MINUTE)["a"].late == 0
    assert figures(play(day), 20 * MINUTE)["a"].late == 1


def test_a_counter_finishes_its_visitor_when_its_officer_leaves_and_calls_nobody_else() -> None:
    day = Past(RUSH.visits, (Shift("1", 0, 12 * MINUTE),), RUSH.counters, RUSH.rules)
    found = play(day)
    assert [p.freed and p.freed // MINUTE for p in found] == [10, 20, None, None]


@pytest.mark.parametrize("percent", [0, 25, 50, 100])
def test_the_share_of_priority_is_what_was_asked_for_and_the_same_each_time(percent: int) -> None:
    day = past(*(visit(n, n, priority=n % 4 == 0) for n in range(1, 41)))
    first, again = play(day, Change(priority=percent)), play(day, Change(priority=percent))
    assert sum(p.priority for p in first) == 40 * percent // 100
    assert first == again


def test_what_was_is_told_from_the_log_alone() -> None:
    found = real((visit(1, 0, waited=MINUTE), visit(2, 0, waited=16 * MINUTE), visit(3, 0, patience=20 * MINUTE),
                  visit(4, 0, waited=2 * MINUTE, stated=None)))
    all_ = found[""]
    assert (all_.n, all_.median, all_.worst, all_.judged, all_.late, all_.gave_up) == (
        3, 2 * MINUTE, 16 * MINUTE, 3, 2, 1)


def test_nobody_came() -> None:
    compared, film = compare(Past((), (), (counter("1", "a"),), Rules()), Change(ONE_MORE, ("a",), 0, HOUR))
    assert film == [] and compared.changed[""].n == 0
