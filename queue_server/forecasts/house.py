"""One office as its forecasts see it today: hears the log on, and says what its screens may show."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ..domain import hours
from ..domain.ahead import look
from ..domain.forecast_day import Day, pools
from ..domain.office import MixRule, Office
from ..domain.outlook import Outlook, Said
from ..moment import Moment
from ..store import foretold, pictures
from ..store.offices import Head
from . import learned, log, scene

#: What is heard now may stand in the log behind something not yet committed: lines are looked at so much later, s.
BEHIND_S = 2.0
#: Of those who wait, as many are told anew in one round as this leaves time for, seconds; the others next time.
BUDGET_S = 0.03
#: A day that is told again after a restart is heard in turns of so long, seconds: others have theirs between.
TURN_S = 0.1
#: The share of forecasts that held is counted again after so long, seconds, or so many times what counting took.
HITS_S, HITS_REST = 1.0, 50
HITS_DAYS = 28
#: The next hour is simulated at most so often, seconds.
AHEAD_S = 5.0


@dataclass(frozen=True)
class Rules:
    """What of a configuration the lines depend on."""

    pools: tuple[tuple[str, str], ...]
    mix: MixRule

    @classmethod
    def of(cls, office: Office) -> Rules:
        return cls(tuple(sorted(pools(office).items())), office.rules.mix)


class House:
    """Made once for a day and a set of rules. Every method blocks and is called by one native thread at a time."""

    def __init__(self, c: Connection, head: Head, office: Office, now: Moment, learned_to: str) -> None:
        self.rules = Rules.of(office)
        self.name = hours.office_day(office, now.at)
        found = learned.newest(c, head.id)
        self.learned_to = learned_to
        self.day: Day = found.start_of_day(office)
        self.seq = log.seq_before(c, head.id, log.begins(office, self.name), head.head_seq)
        #: Whether something that is over has not been learned yet.
        self.behind = learned.is_behind(c, head, office, found.day, self.name, self.seq)
        self.outlook = Outlook()
        self._local = log.LocalTime(office)
        self._told: dict[int, tuple[float, Said]] = {}
        self._hits_due = self._ahead_due = 0.0

    def fits(self, office: Office, now: Moment, learned_to: str) -> bool:
        """Whether it still is this day, under these rules, with all that has been learned."""
        return (self.name == hours.office_day(office, now.at) and self.rules == Rules.of(office)
                and self.learned_to == learned_to)

    def hear(self, c: Connection, head: Head) -> bool:
        """What was recorded since the last time, as far as one turn goes; True when there is no more of it."""
        until = time.perf_counter() + TURN_S
        while events := log.written(c, head.id, self.seq, head.head_seq):
            for event in events:
                self.day.hear([event.heard(self._local)])
                self.seq = event.seq
                if time.perf_counter() > until:
                    return False
        self.seq = max(self.seq, head.head_seq)
        return True

    @property
    def calm(self) -> bool:
        """Nobody waits: as long as nothing happens there is little to say anew."""
        return self.day.nobody_waits

    def look_ahead(self, c: Connection, head: Head, office: Office, now: Moment) -> Outlook:
        """What can be said now."""
        at = self._local(now.boot_id, now.boot_ns, now.at)
        self.day.look(at - BEHIND_S)
        newcomers = {
            (service.key, priority): Said.of(self.day.newcomer(at, service.key, priority))
            for service in office.services for priority in (False, True)}
        self._tell(at)
        steps = {step: said.after(at - told_at) for step, (told_at, said) in self._told.items()}
        hits, ahead = self.outlook.hits, self.outlook.ahead
        if time.monotonic() >= self._hits_due:
            began = time.monotonic()
            first = (date.fromisoformat(self.name) - timedelta(days=HITS_DAYS)).isoformat()
            hits = foretold.hits(c, head.id, first, self.name)
            self._hits_due = time.monotonic() + max(HITS_S, HITS_REST * (time.monotonic() - began))
        if time.monotonic() >= self._ahead_due:
            self._ahead_due = time.monotonic() + AHEAD_S
            snapshot = pictures.snapshot(c, head, now)
            ahead = look(scene.of(c, snapshot, self.day, at), now.at)
        self.outlook = Outlook(now.at, newcomers, steps, ahead, hits)
        return self.outlook

    def _tell(self, at: float) -> None:
        """Tells those who wait anew, the longest untold first, as far as the time goes."""
        waiting = self.day.steps()
        self._told = {step: told for step, told in self._told.items() if step in waiting}
        until = time.perf_counter() + BUDGET_S
        for step in sorted(waiting, key=lambda step: self._told[step][0] if step in self._told else 0.0):
            said = self.day.rest(step, at)
            if said is not None:
                self._told[step] = (at, Said.of(said))
            if time.perf_counter() > until:
                break
