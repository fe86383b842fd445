"""What was on time, and which clock runs when (decisions 5, 12, 15, 19)."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.office import Promise
from queue_server.domain.standard import (
    CLOCKS,
    ENDED_BY,
    LEFT_OUT,
    MINUTE,
    USUAL,
    Durations,
    Elapsed,
    Moment,
    Share,
    Verdict,
    add,
    clock,
    elapsed,
    judge,
    share,
)
from queue_server.domain.ticket import ENDED, MOVES, OPEN, State

STATED = Promise(wait_min=10, service_min=5)
SECOND = 1_000


def after(*stretches: tuple[State, str, int], visitors_clock: bool = False) -> Durations:
    """The clocks after (state, the act that ended it, minutes) in a row."""
    found = Durations()
    for state, act, minutes in stretches:
        found = add(found, state, act, Elapsed(minutes * MINUTE), visitors_clock)
    return found


def minutes(durations: Durations) -> dict[str, int]:
    names = ("waited", "walked", "served", "parked_office", "parked_visitor", "remote")
    return {n: getattr(durations, n) // MINUTE for n in names if getattr(durations, n)}


def wait(minutes_waited: float, state: State = State.DONE, was_called: bool = True) -> bool | None:
    durations = Durations(waited=round(minutes_waited * MINUTE))
    return judge(durations, STATED, state, was_called).wait_on_time


# the clocks


def test_a_plain_visit() -> None:
    found = after(
        (State.ISSUING, "confirm_paper", 1), (State.WAITING, "call", 8), (State.CALLED, "start", 2),
        (State.SERVING, "finish", 4),
    )  # fmt: skip
    assert minutes(found) == {"waited": 9, "walked": 2, "served": 4}
    assert found.total == 15 * MINUTE


def test_a_wait_that_was_interrupted_by_a_skip_adds_up() -> None:
    found = after((State.WAITING, "call", 6), (State.CALLED, "skip", 1), (State.WAITING, "call", 5))
    assert minutes(found) == {"waited": 12}
    assert judge(found, STATED, State.DONE, was_called=True).wait_on_time is False


def test_calling_somebody_who_is_not_there_runs_on_nobodys_clock_and_the_wait_goes_on_when_he_is_back() -> (
    None
):
    called_in_time = after((State.WAITING, "call", 9), (State.CALLED, "no_show", 3))
    assert judge(called_in_time, STATED, State.NO_SHOW, was_called=True).wait_on_time is True
    gone = add(called_in_time, State.NO_SHOW, "bring_back", Elapsed(30 * MINUTE))
    again = add(gone, State.WAITING, "call", Elapsed(2 * MINUTE))
    assert minutes(again) == {"waited": 11}


def test_a_parked_visit_runs_on_the_clock_that_the_reason_names() -> None:
    assert minutes(after((State.PARKED, "call", 7))) == {"parked_office": 7}
    assert minutes(after((State.PARKED, "call", 7), visitors_clock=True)) == {"parked_visitor": 7}


def test_every_open_state_has_its_clock_and_no_ended_one() -> None:
    assert set(CLOCKS) == OPEN
    assert all(clock(state) is None for state in ENDED)


def test_every_clock_is_a_duration_and_every_exception_a_move() -> None:
    names = {f.name for f in fields(Durations)}
    assert {*CLOCKS.values(), *filter(None, ENDED_BY.values()), "parked_visitor"} <= names
    for state, act in ENDED_BY:
        assert (act, state) in MOVES


# elapsed time


def test_within_a_boot_the_wall_clock_may_jump() -> None:
    since = Moment(at=1_000_000, boot="one", boot_ns=5_000_000_000)
    until = Moment(at=0, boot="one", boot_ns=7_500_999_999)
    assert elapsed(since, until) == Elapsed(2_500)


def test_across_a_restart_the_wall_clock_is_used_and_doubted() -> None:
    since = Moment(at=1_000, boot="one", boot_ns=9_000_000_000)
    assert elapsed(since, Moment(61_000, "two", 0)) == Elapsed(60_000, doubtful=True)
    assert elapsed(since, Moment(500, "two", 0)) == Elapsed(0, doubtful=True)
    assert elapsed(since, Moment(3_000, "one", 8_000_000_000)) == Elapsed(2_000, doubtful=True)


def test_one_doubtful_stretch_makes_the_step_doubtful() -> None:
    found = add(Durations(), State.WAITING, "call", Elapsed(MINUTE, doubtful=True))
    found = add(found, State.CALLED, "start", Elapsed(MINUTE))
    assert found.doubtful
    assert judge(found, STATED, State.SERVING, was_called=True).doubtful


def test_the_steps_of_a_ticket_add_up_clock_by_clock() -> None:
    one, two = Durations(1, 2, 3, 4, 5, 6), Durations(10, 20, 30, 40, 50, 60, doubtful=True)
    assert one + two == Durations(11, 22, 33, 44, 55, 66, doubtful=True)


# the wait


def test_exactly_the_stated_wait_is_on_time() -> None:
    assert wait(10) is True
    assert judge(Durations(waited=10 * MINUTE + 1), STATED, State.DONE, True).wait_on_time is False


@pytest.mark.parametrize("state", sorted(set(State) - {State.VOID}))
def test_a_wait_that_passed_is_late_whatever_became_of_it(state: State) -> None:
    assert wait(10.1, state, was_called=True) is False
    assert wait(10.1, state, was_called=False) is False


@pytest.mark.parametrize(
    ("state", "was_called", "on_time", "why"),
    [
        (State.WAITING, False, None, "not_yet_known"),
        (State.WAITING, True, None, "not_yet_known"),
        (State.CALLED, True, True, ""),
        (State.PARKED, True, True, ""),
        (State.NO_SHOW, True, True, ""),
        (State.TRANSFERRED, True, True, ""),
        (State.CANCELLED, True, True, ""),
        (State.CANCELLED, False, None, "left_in_time"),
        (State.UNSERVED, False, None, "closed_in_time"),
        (State.VOID, False, None, "void"),
    ],
)
def test_a_wait_within_its_time_counts_only_when_a_call_ended_it(
    state: State, was_called: bool, on_time: bool | None, why: str
) -> None:
    found = judge(Durations(waited=3 * MINUTE), STATED, state, was_called).wait
    assert (found.on_time, found.why) == (on_time, why)


def test_nothing_stated_is_neither_kept_nor_broken() -> None:
    found = judge(Durations(waited=999 * MINUTE), Promise(), State.DONE, was_called=True)
    assert (found.wait_on_time, found.service_on_time, found.visit_on_time) == (None, None, None)
    assert found.wait.why == found.service.why == found.visit.why == "not_stated"


def test_the_promise_to_a_remote_number_starts_when_its_holder_is_here() -> None:
    away = add(Durations(), State.ISSUING, "confirm_paper", Elapsed(10 * MINUTE), absent=True)
    away = add(away, State.WAITING, "arrive", Elapsed(30 * MINUTE), absent=True)
    here = add(away, State.WAITING, "call", Elapsed(9 * MINUTE))
    assert minutes(here) == {"waited": 49, "remote": 40}
    assert judge(here, STATED, State.CALLED, was_called=True).wait_on_time is True
    assert here.total == 49 * MINUTE


# service and visit


def test_the_service_is_judged_by_the_offices_clock() -> None:
    def service(durations: Durations, state: State = State.DONE) -> bool | None:
        return judge(durations, STATED, state, was_called=True).service_on_time

    assert service(Durations(served=5 * MINUTE, parked_visitor=60 * MINUTE)) is True
    assert service(Durations(served=4 * MINUTE, parked_office=2 * MINUTE)) is False
    assert service(Durations(served=5 * MINUTE), State.SERVING) is None
    assert service(Durations(served=6 * MINUTE), State.SERVING) is False
    assert service(Durations(served=6 * MINUTE), State.TRANSFERRED) is False


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (State.CANCELLED, "not_served"), (State.NO_SHOW, "not_served"), (State.UNSERVED, "not_served"),
        (State.TRANSFERRED, "goes_on"), (State.PARKED, "not_yet_known"), (State.WAITING, "not_yet_known"),
    ],
)  # fmt: skip
def test_a_service_without_an_end_is_left_out_and_says_why(state: State, why: str) -> None:
    assert judge(Durations(), STATED, state, was_called=True).service.why == why


def test_the_visit_is_the_sum_of_its_steps_without_the_visitors_own_time() -> None:
    first = Durations(waited=20 * MINUTE, remote=15 * MINUTE, walked=MINUTE, served=4 * MINUTE)
    second = Durations(waited=5 * MINUTE, served=5 * MINUTE, parked_visitor=90 * MINUTE)
    whole = first + second
    assert whole.visit(USUAL) == 20 * MINUTE

    def visit(visit_min: int, state: State = State.DONE) -> bool | None:
        return judge(second, STATED, state, True, visit_min, whole).visit_on_time

    assert visit(20) is True
    assert visit(19) is False
    assert visit(20, State.TRANSFERRED) is None
    assert visit(19, State.TRANSFERRED) is False
    assert judge(second, STATED, State.DONE, True, 19).visit_on_time is True


def test_a_visit_that_ended_early_is_left_out_and_says_why() -> None:
    def why(state: State) -> str:
        return judge(Durations(), STATED, state, True, visit_min=60).visit.why

    assert why(State.CANCELLED) == why(State.NO_SHOW) == "left_in_time"
    assert why(State.UNSERVED) == "closed_in_time"
    assert why(State.SERVING) == "not_yet_known"


def test_the_parts_are_judged_apart() -> None:
    found = judge(Durations(waited=11 * MINUTE, served=MINUTE), STATED, State.DONE, True, visit_min=30)
    assert (found.wait_on_time, found.service_on_time, found.visit_on_time) == (False, True, True)


# shares


def verdict(
    waited: int, state: State = State.DONE, was_called: bool = True, doubtful: bool = False
) -> Verdict:
    return judge(Durations(waited=waited * MINUTE, doubtful=doubtful), STATED, state, was_called)


def test_a_share_says_what_it_counted_and_what_it_left_out() -> None:
    day = [
        verdict(3), verdict(10), verdict(11), verdict(12, State.CANCELLED, was_called=False),
        verdict(2, State.CANCELLED, was_called=False), verdict(1, State.WAITING), verdict(4, State.WAITING),
        verdict(0, State.VOID), verdict(1, State.UNSERVED, was_called=False),
    ]  # fmt: skip
    assert share(day) == Share(2, 4, {"left_in_time": 1, "not_yet_known": 2, "void": 1, "closed_in_time": 1})
    assert share(day, "service") == Share(3, 3, {"not_served": 3, "not_yet_known": 2, "void": 1})
    assert share(day, "visit").left_out["not_stated"] == 8
    assert share([]) == Share(0, 0)


def test_doubtful_ones_are_counted_and_told() -> None:
    day = [verdict(3, doubtful=True), verdict(11, doubtful=True), verdict(1, State.WAITING, doubtful=True)]
    assert share(day) == Share(1, 2, {"not_yet_known": 1}, doubtful=2)


DURATIONS = st.builds(Durations, *[st.integers(0, 40 * MINUTE)] * 6)


@given(st.lists(st.tuples(DURATIONS, st.sampled_from(State), st.booleans()), max_size=20))
def test_every_step_is_in_the_share_or_left_out_for_a_known_reason(
    day: list[tuple[Durations, State, bool]],
) -> None:
    verdicts = [judge(d, STATED, state, called, visit_min=30) for d, state, called in day]
    for part in ("wait", "service", "visit"):
        found = share(verdicts, part)
        assert 0 <= found.numerator <= found.denominator
        assert found.denominator + sum(found.left_out.values()) == len(day)
        assert set(found.left_out) <= set(LEFT_OUT)


@given(DURATIONS, st.sampled_from(State), st.booleans(), st.integers(1, 10 * MINUTE))
def test_more_time_never_makes_a_late_step_good(
    durations: Durations, state: State, was_called: bool, more: int
) -> None:
    before = judge(durations, STATED, state, was_called, visit_min=30)
    longer = replace(durations, waited=durations.waited + more, served=durations.served + more)
    later = judge(longer, STATED, state, was_called, visit_min=30)
    for one, other in zip(
        (before.wait, before.service, before.visit), (later.wait, later.service, later.visit), strict=True
    ):
        assert one.on_time is not False or other.on_time is False


def test_a_second_is_a_thousand_milliseconds_everywhere() -> None:
    assert elapsed(Moment(0, "a", 0), Moment(0, "a", 1_000_000_000)).ms == SECOND
