"""A call that its own record does not bear out is found."""

from __future__ import annotations

from typing import Any

import pytest

from queue_server.domain.chain import GENESIS, Envelope, Event, Problem, canonical, digest
from queue_server.domain.discipline import Heads, Recent, in_order, next_in_service
from queue_server.domain.office import MixRule
from queue_server.domain.ticket import Waiting
from queue_server.domain.verify import CALL_PROBLEMS, check_calls

LINE = [
    Waiting(1, "visit", 1, False),
    Waiting(2, "visit", 2, True),
    Waiting(3, "visit", 3, False, returned_seq=5, return_after=1),
    Waiting(4, "visit", 4, False, returned_seq=5, return_after=3),
]


def called(step: int, why: Any) -> Event:
    body = canonical({"ticket": 70 + step, "why": why})
    envelope = Envelope("office", 9, "called", 1, body, 0, "boot", 0, "person:1", step)
    return Event(**vars(envelope), previous_hash=GENESIS, hash=digest(GENESIS, envelope))


def test_calls_as_the_order_made_them_are_borne_out() -> None:
    order = in_order(LINE, Recent((True,), (9,)), MixRule(), 100)
    assert {why["rule"] for _, why in order} >= {"returning", "ordinary_turn", "first"}
    assert check_calls(called(w.step, why) for w, why in order) == []


def test_somebody_else_than_the_next_is_found() -> None:
    choice = next_in_service(Heads.of(LINE[:2]), Recent(), MixRule(), 100)
    assert choice is not None
    assert check_calls([called(1, choice.why)]) == [Problem(9, "not_the_next", "priority_turn 2")]
    assert check_calls([called(2, {**choice.why, "rule": "first"})]) == [
        Problem(9, "not_the_next", "priority_turn 2")
    ]


def test_out_of_order_needs_its_reason() -> None:
    assert check_calls([called(1, {"rule": "out_of_order", "reason": "urgent_need"})]) == []
    assert check_calls([called(1, {"rule": "parked"})]) == []
    assert check_calls([called(1, {"rule": "out_of_order"})]) == [Problem(9, "no_reason")]


@pytest.mark.parametrize("why", [None, [], "first", {}, {"rule": "first"}, {"rule": "first", "heads": 3}])
def test_a_call_that_does_not_say_why_is_found(why: Any) -> None:
    assert [p.code for p in check_calls([called(1, why)])] == ["no_reason"]
    assert "no_reason" in CALL_PROBLEMS
