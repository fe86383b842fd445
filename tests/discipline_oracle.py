"""The order by the letter of docs/order.md, slowly: sort everything, count everything. No code is shared."""

from __future__ import annotations

from dataclasses import dataclass, field

from queue_server.domain.office import MixRule
from queue_server.domain.ticket import Waiting

MIXED = ("first", "priority_turn", "ordinary_turn", "overdue")
BACK = ("returning", "returning_early")


@dataclass(eq=False)
class Visitor:
    step: int
    service: str
    queued_at: int
    priority: bool
    state: str  # issuing | waiting | called | missed | gone
    returned_seq: int = 0
    return_after: int = 0
    since: int = 0  # seq at which this class and place began
    older_elsewhere: tuple[int, int] = (0, 0)
    skipped: tuple[int, ...] = ()  # seq of the skip that stands, and returned_seq, return_after and since before it
    undisturbed: bool = True  # nobody joined at an earlier place of the other service since

    @property
    def place(self) -> tuple[int, int]:
        return self.queued_at, self.step

    def row(self) -> Waiting:
        return Waiting(
            self.step, self.service, self.queued_at, self.priority, self.returned_seq, self.return_after
        )


@dataclass(eq=False)
class Call:
    seq: int
    visitor: Visitor
    service: str
    priority: bool
    rule: str
    serves: tuple[str, ...]
    present: list[Waiting]  # who waited just then
    row: Waiting  # how the visitor had waited
    undone: bool = False


@dataclass
class Oracle:
    """The rules of docs/order.md by the letter, slowly: sort everything, count everything."""

    mix: MixRule
    merge: str
    calls: list[Call] = field(default_factory=list)

    def fresh_since(self, w: Waiting, until: int = 10**9) -> list[int]:
        return [
            c.seq
            for c in self.calls
            if c.service == w.service
            and not c.undone
            and c.rule not in BACK
            and w.returned_seq < c.seq < until
        ]

    def due_at(self, w: Waiting, until: int = 10**9) -> int | None:
        since = self.fresh_since(w, until)
        if len(since) < w.return_after:
            return None
        return since[w.return_after - 1] if w.return_after else w.returned_seq

    def in_service(self, line: list[Waiting], now: int) -> tuple[int, str] | None:
        due = [
            (at, w.queued_at, w.step) for w in line if w.returned_seq and (at := self.due_at(w)) is not None
        ]
        if due:
            return min(due)[2], "returning"
        plain = sorted((w.queued_at, w.step, w.priority) for w in line if not w.returned_seq)
        if not plain:
            early = [(w.return_after - len(self.fresh_since(w)), w.queued_at, w.step) for w in line]
            return (min(early)[2], "returning_early") if early else None
        if self.overdue(plain[0][0], now):
            return plain[0][1], "overdue"
        if len({priority for _, _, priority in plain}) == 1:
            return plain[0][1], "first"
        mixed = [c for c in self.calls if c.service == line[0].service and not c.undone and c.rule in MIXED]
        size = self.mix.priority + self.mix.ordinary - 1
        turn = sum(c.priority for c in mixed[-size:]) < self.mix.priority
        return next(step for _, step, p in plain if p == turn), "priority_turn" if turn else "ordinary_turn"

    def overdue(self, queued_at: int, now: int) -> bool:
        longest = self.mix.longest_wait_min
        return longest is not None and now - queued_at >= longest * 60_000

    def at_counter(self, line: list[Waiting], services: tuple[str, ...], now: int) -> tuple[int, str] | None:
        line = [w for w in line if w.service in services]
        due = [
            (at, w.queued_at, w.step, w)
            for w in line
            if w.returned_seq and (at := self.due_at(w)) is not None
        ]
        plain = [(w.queued_at, w.step, w) for w in line if not w.returned_seq]
        if due:
            service = min(due)[3].service
        elif plain and (self.merge == "earliest" or self.overdue(min(plain)[0], now)):
            service = min(plain)[2].service
        elif plain:
            service = next(s for s in services if any(w.service == s for _, _, w in plain))
        else:
            by_service = [self.in_service([w for w in line if w.service == s], now) for s in services]
            early = [
                (w.queued_at, w.step, w.service) for w in line if (w.step, "returning_early") in by_service
            ]
            return (min(early)[1], "returning_early") if early else None
        return self.in_service([w for w in line if w.service == service], now)

    def passed(self) -> dict[tuple[int, str], int]:
        """(step, cause) -> times, from who was present at each call."""
        found: dict[tuple[int, str], int] = {}
        for c in self.calls:
            for w in c.present:
                not_due = w.returned_seq and self.due_at(w, until=c.seq) is None
                if c.undone or not_due or w.service not in c.serves or w.queued_at >= c.row.queued_at:
                    continue
                cause = "" if c.rule in MIXED else "returning" if c.rule in BACK else c.rule
                if not cause and self.merge == "listed" and w.service != c.service:
                    cause = "listed"
                found[w.step, cause] = found.get((w.step, cause), 0) + 1
        return found
