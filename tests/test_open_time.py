"""Breaks and closing time count as the standard says; the clocks begin and end where it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from any_office import example
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import hours
from queue_server.domain.office import Clocks, Office, Promise, Span, Week
from queue_server.domain.open_time import uncounted
from queue_server.domain.standard import MINUTE, USUAL, Durations, judge
from queue_server.domain.ticket import State

MONDAY, SATURDAY = "2026-11-23", "2026-11-28"
WORKDAY = (Span(8 * 60, 12 * 60), Span(13 * 60, 15 * 60))


def office(**changes: object) -> Office:
    """Open 8 to 12 and 13 to 15, on Fridays 8 to 11, closed at the weekend."""
    week = Week((WORKDAY, WORKDAY, WORKDAY, WORKDAY, (Span(8 * 60, 11 * 60),), (), ()))
    found = replace(example("template"), week=week, holidays=(), overrides=(), always_open=False, day_starts=0)
    return replace(found, **changes)  # type: ignore[arg-type]


def minutes_off(counts: str, since: str, until: str, where: Office | None = None, day: str = MONDAY) -> int:
    """Minutes between two times of day that are left out; "+8:00" is on the next day."""
    where = where or office()

    def at(text: str) -> int:
        hour, minute = text.lstrip("+").split(":")
        return hours.instant(where, day, int(hour) * 60 + int(minute) + (24 * 60 if text[0] == "+" else 0))

    return uncounted(where, where.services[0], counts, at(since), at(until)) // MINUTE


@pytest.mark.parametrize(("since", "until", "breaks", "closed"), [
    ("9:00", "10:00", 0, 0),
    ("11:50", "13:10", 60, 60),
    ("12:10", "12:20", 10, 10),
    ("7:30", "8:10", 0, 30),       # before opening: numbers are given, nobody is served
    ("14:30", "15:20", 0, 20),     # after closing
    ("7:00", "16:00", 60, 180),
    ("14:00", "+9:00", 0, 17 * 60),
    ("12:30", "12:30", 0, 0), ("13:00", "12:00", 0, 0),
])
def test_what_is_left_out_of_a_stretch(since: str, until: str, breaks: int, closed: int) -> None:
    assert minutes_off("always", since, until) == 0
    assert minutes_off("no_breaks", since, until) == breaks
    assert minutes_off("open_hours", since, until) == closed


def test_a_closed_day_has_no_breaks_and_no_open_hours() -> None:
    assert minutes_off("no_breaks", "9:00", "14:00", day=SATURDAY) == 0
    assert minutes_off("open_hours", "9:00", "14:00", day=SATURDAY) == 300


def test_an_office_that_is_always_open_leaves_nothing_out() -> None:
    for counts in ("no_breaks", "open_hours"):
        assert minutes_off(counts, "11:50", "13:10", office(always_open=True)) == 0


def test_a_service_with_hours_of_its_own_has_its_own_breaks() -> None:
    where = office()
    own = replace(where.services[0], week=Week(((Span(9 * 60, 10 * 60), Span(11 * 60, 12 * 60)),) * 7))
    assert minutes_off("no_breaks", "9:30", "11:30", replace(where, services=(own,))) == 60


def test_the_office_day_may_begin_after_midnight() -> None:
    night = office(day_starts=240, week=Week(((Span(20 * 60, 23 * 60), Span(24 * 60, 27 * 60)),) * 7))
    assert minutes_off("no_breaks", "22:30", "+0:30", night) == 60
    assert minutes_off("open_hours", "+2:00", "+5:00", night) == 120


@given(st.integers(0, 4_000), st.integers(0, 600), st.integers(0, 600), st.sampled_from(["no_breaks", "open_hours"]))
def test_two_stretches_leave_out_what_the_whole_does(start: int, first: int, second: int, counts: str) -> None:
    where = office()
    a = hours.instant(where, MONDAY, 0) + start * MINUTE
    b, c = a + first * MINUTE, a + (first + second) * MINUTE
    service = where.services[0]
    parts = uncounted(where, service, counts, a, b) + uncounted(where, service, counts, b, c)
    assert parts == uncounted(where, service, counts, a, c)
    assert 0 <= parts <= c - a
    assert uncounted(where, service, "no_breaks", a, c) <= uncounted(where, service, "open_hours", a, c)


# the clocks of a standard

STATED = Promise(wait_min=10, service_min=5)
#: Issued at home, arrived 20 min later, called after 9 more, 4 min on the way, served 3, parked 60 of which 58 at noon.
LIVED = Durations(
    waited=29 * MINUTE, remote=20 * MINUTE, walked=4 * MINUTE, served=3 * MINUTE, parked_office=60 * MINUTE,
    parked_off=58 * MINUTE)


@pytest.mark.parametrize(("clocks", "wait", "service", "visit"), [
    (USUAL, 9, 5, 18), (Clocks(wait_from="issued"), 29, 5, 38), (Clocks(wait_to="started"), 13, 5, 18),
    (Clocks(service_from="called"), 9, 9, 18), (Clocks(wait_from="issued", wait_to="started"), 33, 5, 38),
])
def test_where_a_clock_begins_and_ends(clocks: Clocks, wait: int, service: int, visit: int) -> None:
    assert LIVED.wait(clocks) == wait * MINUTE
    assert LIVED.service(clocks) == service * MINUTE
    assert LIVED.visit(clocks) == visit * MINUTE
    found = judge(LIVED, STATED, State.DONE, True, 20, None, clocks, was_started=True)
    assert (found.wait.on_time, found.service.on_time, found.visit.on_time) == (wait <= 10, service <= 5, visit <= 20)


def test_time_that_is_left_out_makes_a_wait_kept() -> None:
    waited = Durations(waited=69 * MINUTE, waited_off=60 * MINUTE)
    assert judge(waited, STATED, State.DONE, True).wait.on_time is True
    assert judge(replace(waited, waited_off=58 * MINUTE), STATED, State.DONE, True).wait.on_time is False


@pytest.mark.parametrize(("state", "started", "kept", "why"), [
    (State.CALLED, False, None, "not_yet_known"), (State.SERVING, True, True, ""), (State.DONE, True, True, ""),
    (State.NO_SHOW, False, None, "left_in_time"), (State.CANCELLED, False, None, "left_in_time"),
])
def test_a_wait_that_ends_with_the_start_is_not_kept_by_a_call(
    state: State, started: bool, kept: bool | None, why: str
) -> None:
    found = judge(
        Durations(waited=5 * MINUTE, walked=MINUTE), STATED, state, True, clocks=Clocks(wait_to="started"),
        was_started=started)
    assert (found.wait.on_time, found.wait.why) == (kept, why)
