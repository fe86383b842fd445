"""A visiting day through the public interface, on a server whose clock runs faster: reservations from phones, check-in
at a kiosk, counters, search, tables, video units; afterwards the log alone says whether everything was in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.visiting import LITTLE, WHOLE, Day, Plan, play

SOME_S = 60


def in_order(day: Day, plan: Plan) -> None:
    """At any speed: no table or unit twice, no quota exceeded, everybody in order or with a reason, nobody lost."""
    assert day.told.problems == []
    assert max(day.told.held.values()) == plan.online, "more wanted a place than there are"
    video = [n for which, n in day.told.besides.items() if which.startswith("video until")]
    assert video == [plan.video, plan.video], "more wanted a video call than there are places for"
    for party in day.parties:
        assert party.label or party.told, f"party {party.n} got neither a number nor a reason"
        assert "a second number" not in party.told, "a code was taken twice"
    given = sum(bool(party.label) for party in day.parties)
    assert sum(day.told.fates.values()) == given and day.told.fates["served"] >= given - 4
    assert all(day.told.used[f"{unit}-1"] for unit in ("meja", "unit")) and day.told.batches


def played(plan: Plan, speed: float) -> Day:
    """In a thread of its own: where browsers were driven before, this one has a loop that still runs."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(play, plan, speed).result()


def test_a_little_visiting_day() -> None:
    in_order(played(LITTLE, 500), LITTLE)


@pytest.mark.long
def test_a_visiting_day_of_four_hundred_parties() -> None:
    """Here the times count too: registration takes the two minutes that the plan says."""
    day = played(WHOLE, SOME_S)
    in_order(day, WHOLE)
    assert [one.cells() for one in day.found if not one.kept] == []
