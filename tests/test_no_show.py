"""When somebody may be recorded as not having come, and what is still missing (decisions 11)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from queue_server.domain.no_show import standing
from queue_server.domain.office import Rules

RULES = Rules(no_show_calls=2, no_show_after_s=20)


@dataclass(frozen=True)
class Call:
    at: int
    drawn_at: int | None = None
    spoken_at: int | None = None


def heard(at: int) -> Call:
    return Call(at, at + 500, at + 3_000)


def missing(*calls: Call, now: int, boards: bool = True, voice: bool = True) -> tuple[str, dict[str, object]] | None:
    refused = standing(calls, RULES, voice, 0).refusal(boards, now)
    return None if refused is None else (refused.code, dict(refused.facts))


def test_everything_that_is_missing_is_said_at_once() -> None:
    facts = {"needed": 2, "heard": 1, "missing": 1}
    # The second call is still to be made: from then on it takes the whole time.
    assert missing(heard(0), now=7_000) == ("no_show_calls_then", {**facts, "seconds": 20})
    assert missing(heard(0), now=90_000) == ("no_show_calls_then", {**facts, "seconds": 20})
    # The second call is made and on its way to a board: the time has begun.
    assert missing(heard(0), Call(20_000), now=27_000) == ("no_show_calls_then", {**facts, "seconds": 13})
    assert missing(heard(0), Call(20_000), now=60_000) == ("no_show_calls", facts)


def test_two_that_were_heard_and_the_time() -> None:
    assert missing(heard(0), heard(20_000), now=27_001) == ("no_show_too_soon", {"seconds": 13})
    assert missing(heard(0), heard(20_000), now=40_000) is None


def test_without_a_board_only_the_time_is_missing_and_a_reason() -> None:
    assert missing(Call(0), now=5_000, boards=False) == ("no_show_too_soon", {"seconds": 15})
    assert missing(Call(0), now=20_000, boards=False) is None


@pytest.mark.parametrize("voice", [True, False])
def test_where_nothing_is_spoken_a_drawn_call_is_heard(voice: bool) -> None:
    drawn = Call(0, 500)
    assert standing([drawn], RULES, voice, 0).heard == (0 if voice else 1)
