"""A day as its log tells it: what each event does to the lines, and that the same log says the same."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from queue_server.domain.forecast import Forecast, NotYetKnown
from queue_server.domain.forecast_day import Day, Heard, pools
from queue_server.domain.forecast_range import Range
from queue_server.domain.office import MixRule
from queue_server.domain.outlook import Said
from queue_server.forecasts.learned import Learned, learn
from queue_server.forecasts.log import LocalTime, Written
from queue_server.office_file import read

NINE = 9 * 3600.0
OFFICE = (Path(__file__).parents[1] / "offices" / "rutan.toml").read_text(encoding="utf-8")
POOLS = {"a": "a", "b": "a", "c": "c"}


def day() -> Day:
    return Day(POOLS, Forecast(), Forecast(), MixRule(1, 2))


def heard(kind: str, at: float, step: int | None = None, **body: Any) -> Heard:
    return Heard(kind, at, round(at * 1000), step, body)


def issued(step: int, at: float, service: str = "a", priority: int = 0, channel: str = "door", **more: Any) -> Heard:
    return heard("ticket_issued", at, step, service=service, priority=priority, channel=channel, **more)


def called(step: int, at: float, counter: str = "1") -> Heard:
    return heard("called", at, step, counter=counter)


#: What happened to step 1 after it was issued, and whether it waits then.
FATES: dict[str, tuple[list[Heard], bool]] = {
    "nothing yet": ([], True),
    "called": ([called(1, 60)], False),
    "called and undone": ([called(1, 60), heard("undone", 65, 1, counter="1", undone_kind="called")], True),
    "served": ([called(1, 60), heard("finished", 160, 1, counter="1")], False),
    "served, undone": ([called(1, 60), heard("finished", 160, 1, counter="1"),
                        heard("undone", 165, 1, counter="1", undone_kind="done")], False),
    "skipped": ([called(1, 60), heard("skipped", 80, 1, counter="1", return_after=3)], True),
    "skipped, undone": ([called(1, 60), heard("skipped", 80, 1, counter="1", return_after=3),
                         heard("undone", 85, 1, counter="1", undone_kind="waiting")], False),
    "no-show": ([called(1, 60), heard("no_show", 80, 1, counter="1")], False),
    "no-show who came back": ([called(1, 60), heard("no_show", 80, 1, counter="1"),
                               heard("brought_back", 200, 1, return_after=3)], True),
    "parked": ([called(1, 60), heard("parked", 80, 1, counter="1")], False),
    "parked and called again": ([called(1, 60), heard("parked", 80, 1, counter="1"), called(1, 120, "2")], False),
    "cancelled": ([heard("cancelled", 60, 1, by="visitor")], False),
    "void": ([heard("ticket_voided", 60, 1)], False),
    "left when the day closed": ([heard("unserved", 60, 1)], False),
    "reopened": ([called(1, 60), heard("finished", 160, 1, counter="1"), heard("reopened", 200, 1, return_after=0)],
                 True),
    "in the other class": ([heard("class_changed", 60, 1, priority=1)], True),
    "somebody else's events": ([called(99, 60), heard("finished", 70, 99, counter="1")], True),
}


@pytest.mark.parametrize("fate", FATES)
def test_who_waits_follows_the_log(fate: str) -> None:
    events, waits = FATES[fate]
    d = day()
    d.hear([issued(1, 0), *events])
    assert d.steps() == ({1} if waits else set())


def test_a_transfer_waits_at_the_other_service_until_it_is_taken_back() -> None:
    d = day()
    d.hear([issued(1, 0), called(1, 10), heard("transferred", 60, 1, counter="1", to_service="c", to_step=2)])
    assert d.steps() == {2}
    d.hear([heard("undone", 65, 1, counter="1", undone_kind="transferred")])
    assert d.steps() == set()


def test_a_number_from_a_phone_waits_from_its_arrival_on() -> None:
    d = day()
    d.hear([issued(1, 0, channel="online")])
    assert d.steps() == set()
    d.hear([heard("arrived", 600, 1)])
    assert d.steps() == {1}


def test_what_a_counter_takes_is_measured_from_call_to_call_while_somebody_waits() -> None:
    d = day()
    d.hear([issued(1, 0), issued(2, 1), issued(3, 2), called(1, 10), heard("finished", 110, 1, counter="1"),
            called(2, 130), heard("finished", 230, 2, counter="1"), called(3, 5_000)])
    # Two waited while the officer took 20 s to go on; after the second one somebody waited for far too long.
    assert list(d.cycles["a"]) == [120, 100 + 180]


def office_days(count: int, seed: int = 3) -> list[Heard]:
    """Days of a small office with one line and two counters, as its log holds them."""
    events: list[Heard] = []
    step = 0
    for number in range(count):
        chance = Random(f"{seed} {number}")
        at, free = number * 86_400 + NINE, [number * 86_400 + NINE] * 2
        for _ in range(80):
            at += chance.expovariate(1 / 150)
            step += 1
            counter = min((0, 1), key=lambda n: free[n])
            call = max(at, free[counter])
            free[counter] = call + 60 + chance.expovariate(1 / 240)
            events += [issued(step, at, "a"), called(step, call, str(counter)),
                       heard("finished", free[counter], step, counter=str(counter))]
    return sorted(events, key=lambda event: event.at)


def written(seq: int, event: Heard) -> Written:
    """As the log has it. The machine ran since 1970-01-01 07:00, midnight in UTC."""
    since_boot = round((event.at - 7 * 3600) * 1000)
    return Written(seq, event.kind, json.dumps(event.body), since_boot, event.step, "boot", since_boot * 1_000_000)


@pytest.fixture(scope="module")
def taught() -> Learned:
    """What six days have taught."""
    learned = Learned()
    events = [written(n, event) for n, event in enumerate(office_days(6), 1)]
    learn(lambda after: events[after:after + 100], read(OFFICE, "small.toml"), learned, 0)
    return learned


def test_days_are_learned_and_kept_exactly(taught: Learned) -> None:
    again = Learned.from_text(taught.day, taught.as_text())
    assert again.as_text() == taught.as_text()
    assert taught.day == "1970-01-06"
    assert len(taught.cycles["a"]) == 200
    json.loads(taught.as_text())


def test_a_day_that_is_told_again_after_a_restart_says_the_same(taught: Learned) -> None:
    today = [e._replace(at=e.at + 6 * 86_400) for e in office_days(1, seed=9)]
    office = read(OFFICE, "small.toml")
    half = today[len(today) // 2].at
    said = []
    for pieces in (1, 7):
        fresh = Learned.from_text(taught.day, taught.as_text())
        d = fresh.start_of_day(office)
        known = [event for event in today if event.at <= half]
        for n in range(pieces):
            d.hear(known[n * len(known) // pieces:(n + 1) * len(known) // pieces])
        said.append([(step, d.rest(step, half)) for step in sorted(d.steps())] + [d.newcomer(half, "a", False)])
    assert said[0] == said[1]
    assert all(isinstance(found, Range) for _step, found in said[0][:-1]) and isinstance(said[0][-1], Range)


@pytest.mark.parametrize(("set_to", "later"), [(0, 600), (3_600_000, 600), (-86_400_000, 600)])
def test_a_wall_clock_that_is_set_changes_no_duration(set_to: int, later: float) -> None:
    local = LocalTime(read(OFFICE, "small.toml"))
    first = local("boot", 5_000_000_000, 1_700_000_000_000)
    assert first == 1_700_000_000 + 7 * 3600
    assert local("boot", 605_000_000_000, 1_700_000_600_000 + set_to) - first == later
    assert local("another", 0, 1_700_001_200_000) == 1_700_001_200 + 7 * 3600


def test_a_service_that_nobody_was_ever_seen_at_is_not_yet_known(taught: Learned) -> None:
    fresh = Learned.from_text(taught.day, taught.as_text())
    d = fresh.start_of_day(read(OFFICE, "small.toml"))
    assert isinstance(d.newcomer(6 * 86_400 + NINE, "kunjungan", False), NotYetKnown)


def test_services_that_share_counters_however_indirectly_are_one_pool() -> None:
    office = read(OFFICE, "small.toml")
    found = pools(office)
    for counter in office.counters:
        assert len({found[key] for key in counter.services}) == 1
    assert len(set(found.values())) > 1


@pytest.mark.parametrize(("low", "high", "minutes"), [
    (0, 50, (0, 1)), (0, 0, (0, 1)), (61, 200, (1, 4)), (59, 61, (0, 2)), (660, 1_450, (10, 25)),
    (599, 601, (9, 15)), (3_500, 4_000, (55, 70)), (7_300, 7_900, (120, 140)),
])
def test_a_range_is_said_in_round_minutes_that_hold_it(low: int, high: int, minutes: tuple[int, int]) -> None:
    said = Said(low, high)
    assert said.minutes == minutes
    assert minutes[0] * 60 <= low and (high <= minutes[1] * 60)


def test_what_is_not_known_says_why() -> None:
    assert Said(why="learning").picture() == {"low_min": None, "high_min": None, "coverage": 80, "why": "learning"}
    assert Said(why="learning").after(60).why == "learning"
    assert Said(100, 200).after(150) == Said(0, 50)
