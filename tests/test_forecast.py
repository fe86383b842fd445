"""The forecast of the wait: what it says, what it learns from, and what it must not know."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from random import Random

import pytest

from queue_server.domain.forecast import ENOUGH, Forecast, NotYetKnown, Reason
from queue_server.domain.forecast_line import FEATURES, Line, Moment, seconds
from queue_server.domain.forecast_range import Calibration, Range, groups

DAY, OPENS = 86_400, 8 * 3600
JOIN, FINISH, FREE = 0, 1, 2
PAPERWORK = 60  # s between the end of a service and the next call: no formula knows of it


@dataclass
class Told:
    """A visitor's forecast at the moment of issue, and the wait that came of it."""

    at: float
    moment: Moment
    said: Range | NotYetKnown
    waited: float = 0.0


@dataclass
class SmallOffice:
    """Three counters, two services, one of them slow; people come in waves. The same seed gives the same days."""

    seed: int
    forecast: Forecast = field(default_factory=Forecast)
    told: list[Told] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    busy: float = 1.0  # how fast people come

    def day(self, number: int) -> None:
        chance = Random(f"{self.seed} {number}")
        coming, at = [], number * DAY + OPENS
        while at < number * DAY + OPENS + 4 * 3600:
            at += 1 + int(chance.expovariate(self.busy / (95 if at % 7200 < 3600 else 150)))
            coming.append((at, JOIN, len(coming), ""))
        heapq.heapify(coming)
        free, queue, open_, service_of = ["1", "2", "3"], [], {}, {}
        while coming:
            now, act, n, counter = heapq.heappop(coming)
            step = (number, n)
            if act == JOIN:
                service_of[step] = "slow" if chance.random() < 0.3 else "quick"
                self.line.joined(step, now, service_of[step])
                moment = self.line.moment(step, now)
                open_[step] = Told(now, moment, self.forecast.forecast(moment))
                queue.append(step)
            elif act == FINISH:
                self.line.finished(step, now, counter)
                heapq.heappush(coming, (now + PAPERWORK, FREE, n, counter))
            else:
                free.append(counter)
            while free and queue:
                step, counter = queue.pop(0), free.pop(0)
                self.line.called(step, now, counter)
                told = open_.pop(step)
                told.waited = now - told.at
                if told.waited > 0:
                    self.told.append(told)
                    self.forecast.observe(told.moment, told.waited)
                needs = 20 + int(chance.expovariate(1 / (400 if service_of[step] == "slow" else 150)))
                heapq.heappush(coming, (now + needs, FINISH, step[1], counter))
        self.forecast.learn()

    def known(self, since_day: int) -> Iterator[tuple[Told, Range]]:
        for told in self.told:
            if told.at >= since_day * DAY and isinstance(told.said, Range):
                yield told, told.said


@cache
def thirty_days() -> SmallOffice:
    office = SmallOffice(seed=4)
    for number in range(30):
        office.day(number)
    return office


def a_moment(ahead: int, service: str = "quick", counters: int = 3) -> Moment:
    """Three counters at work since a while, the usual pace, ``ahead`` people waiting since a minute or more."""
    line = Line()
    now = 400 * DAY + OPENS
    for n in range(12 * counters):
        counter = str(n % counters)
        line.joined(("before", n), now, service)
        now += 20
        line.called(("before", n), now, counter)
        line.finished(("before", n), now + 150, counter)
    for n in range(ahead):
        line.joined(("ahead", n), now + 60, service)
    line.joined("me", now + 150, service)
    return line.moment("me", now + 150)


def middle(forecast: Forecast, moment: Moment) -> float:
    said = forecast.forecast(moment)
    assert isinstance(said, Range)
    return said.middle


def test_nothing_is_said_before_enough_waits_are_learned() -> None:
    forecast, moment = Forecast(), a_moment(2)
    for _ in range(ENOUGH - 1):
        forecast.observe(moment, 100)
    forecast.learn()
    assert forecast.forecast(moment) == NotYetKnown(Reason.LEARNING)
    forecast.observe(moment, 100)
    assert forecast.forecast(moment) == NotYetKnown(Reason.LEARNING), "the day is not over"
    forecast.learn()
    assert isinstance(forecast.forecast(moment), Range)


def test_a_service_never_seen_is_not_guessed() -> None:
    assert thirty_days().forecast.forecast(a_moment(2, service="opened today")) == NotYetKnown(Reason.NEW_SERVICE)


def test_before_the_first_call_of_the_day_nobody_knows() -> None:
    line = Line()
    line.joined("yesterday", 499 * DAY, "quick")
    line.called("yesterday", 499 * DAY, "1")
    line.finished("yesterday", 499 * DAY + 60, "1")
    line.joined("first of the day", 500 * DAY, "quick")
    moment = line.moment("first of the day", 500 * DAY)
    assert thirty_days().forecast.forecast(moment) == NotYetKnown(Reason.NOBODY_SERVES)


def test_four_of_five_waits_end_within_the_range() -> None:
    known = list(thirty_days().known(since_day=10))
    assert len(known) > 1500
    assert 0.76 < sum(said.low <= told.waited <= said.high for told, said in known) / len(known) < 0.84
    for service in ("quick", "slow"):
        own = [said.low <= told.waited <= said.high for told, said in known if told.moment.service == service]
        assert 0.74 < sum(own) / len(own) < 0.86, service


def test_both_ends_are_missed_about_equally() -> None:
    known = list(thirty_days().known(since_day=10))
    assert 0.07 < sum(told.waited < said.low for told, said in known) / len(known) < 0.13
    assert 0.07 < sum(told.waited > said.high for told, said in known) / len(known) < 0.13


def test_it_learns_more_than_the_formula_knows() -> None:
    known = list(thirty_days().known(since_day=10))
    ours = sum(abs(said.middle - told.waited) for told, said in known)
    formula = sum(abs(seconds(told.moment.core) - told.waited) for told, _ in known)
    assert ours < 0.95 * formula  # most of what is left is chance: exponential services


def test_a_range_is_ordered_and_never_negative() -> None:
    for _, said in thirty_days().known(since_day=0):
        assert 0 <= said.low <= said.middle <= said.high


@pytest.mark.parametrize("service", ["quick", "slow"])
def test_more_people_ahead_never_means_a_shorter_wait(service: str) -> None:
    said = [middle(thirty_days().forecast, a_moment(ahead, service)) for ahead in (1, 2, 4, 8, 16)]
    assert said == sorted(said)
    assert said[-1] > 2 * said[0]


def test_it_follows_when_the_office_gets_slower() -> None:
    forecast = Forecast.from_state(json.loads(json.dumps(thirty_days().forecast.state())))
    moment = a_moment(4)
    before = middle(forecast, moment)
    for _ in range(20):
        for ahead in (2, 4, 6):
            for _ in range(10):
                same = a_moment(ahead)
                forecast.observe(same, 3 * before * (ahead + 1) / 5)
        forecast.learn()
    assert middle(forecast, moment) > 2 * before


def test_a_state_goes_through_a_database_row_and_goes_on_alike() -> None:
    office = thirty_days()
    row = json.dumps(office.forecast.state())
    assert len(row) < 60_000
    back = Forecast.from_state(json.loads(row))
    one, other = SmallOffice(7, Forecast.from_state(json.loads(row))), SmallOffice(7, back)
    for number in (31, 32):
        one.day(number)
        other.day(number)
    assert [told.said for told in one.told] == [told.said for told in other.told]
    assert back.forecast(a_moment(3)) != office.forecast.forecast(a_moment(3)), "two more days taught it something"
    assert Forecast.from_state(office.forecast.state()).forecast(a_moment(3)) == office.forecast.forecast(a_moment(3))


def test_a_state_is_taken_between_days_and_by_one_version() -> None:
    forecast = Forecast()
    forecast.observe(a_moment(1), 60)
    with pytest.raises(ValueError, match="not learned yet"):
        forecast.state()
    forecast.learn()
    with pytest.raises(ValueError, match="another version"):
        Forecast.from_state({**forecast.state(), "features": ["other"]})


def test_the_same_log_gives_the_same_forecasts() -> None:
    one, other = SmallOffice(5), SmallOffice(5)
    for number in range(6):
        one.day(number)
        other.day(number)
    assert one.told == other.told
    assert one.forecast.state() == other.forecast.state()


def test_nothing_is_known_from_the_future() -> None:
    """Two offices that part ways after day 7 have said the same until then."""
    one, other = SmallOffice(5), SmallOffice(5)
    for number in range(8):
        one.day(number)
        other.day(number)
    until = len(one.told)
    other.busy = 1.3
    one.day(8)
    other.day(8)
    assert one.told[:until] == other.told[:until]
    assert one.told[until:] != other.told[until:]


def test_during_the_day_only_the_range_moves() -> None:
    forecast = Forecast.from_state(thirty_days().forecast.state())
    moment = a_moment(3)
    before = forecast.forecast(moment)
    forecast.observe(moment, 5000)
    after = forecast.forecast(moment)
    assert isinstance(before, Range) and isinstance(after, Range)
    assert after.middle == before.middle
    assert after.high > before.high and after.low >= before.low


def test_who_did_not_wait_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="did not wait"):
        Forecast().observe(a_moment(0), 0)


def test_every_factor_can_be_read() -> None:
    factors = thirty_days().forecast.factors()
    assert set(FEATURES) < set(factors)
    assert factors["service slow"] != factors["service quick"]


def test_a_wrong_range_is_moved_until_it_is_right_in_every_group() -> None:
    chance, held = Random(1), Calibration()
    right: dict[str, list[bool]] = {"A": [], "B": []}
    for n in range(6000):
        service = "A" if chance.random() < 0.8 else "B"
        waited = chance.lognormvariate(5, 0.4 if service == "A" else 1.0)
        raw, names = Range(140, 150, 160), groups(service, 9, 150)
        said = held.apply(raw, names)
        if n > 2000:
            right[service].append(said.low <= waited <= said.high)
        held.learn(raw, names, waited)
    for service, hits in right.items():
        assert 0.77 < sum(hits) / len(hits) < 0.83, service


def test_the_line_counts_who_goes_before() -> None:
    line = Line()
    line.joined("ordinary", 1000, "quick", order=1000)
    line.joined("me", 1030, "quick", order=1030)
    line.joined("priority", 1050, "quick", priority=True, order=960)
    line.joined("later", 1060, "quick", order=1060)
    assert line.moment("me", 1060).ahead == 2
    line.left("ordinary", 1070)
    assert line.moment("me", 1070).ahead == 1
    line.called("priority", 1080, "4")
    now = line.moment("me", 1080)
    assert (now.ahead, now.counters) == (0, 1)


def test_a_counter_that_stopped_serving_is_not_counted() -> None:
    line = Line()
    line.joined("one", 0, "quick")
    line.called("one", 0, "1")
    line.joined("me", 10, "quick")
    assert line.moment("me", 3000).counters == 1, "still serving, however long"
    line.finished("one", 3000, "1")
    assert line.moment("me", 3500).counters == 1
    later = line.moment("me", 3700)
    assert later.counters == 0 and later.open
