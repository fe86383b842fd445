"""Days full of everything, against a naive oracle that shares no code with the order.

A hypothesis machine lets visitors arrive, miss calls, come back, change class and cancel; officers
at three counters call, call out of order and undo. Each call must be the oracle's and the first of
the order that screens show; nobody may be overtaken more often than the bound; nobody may starve.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queue_server.domain.discipline import (
    MINUTE,
    Heads,
    Recent,
    choose,
    decide_again,
    heads_needed,
    in_order,
    overtake_bound,
    recent_needed,
)
from queue_server.domain.office import Counter, MixRule, Rules
from queue_server.domain.overtaking import Happened, excused, overtakes
from queue_server.domain.ticket import Waiting

SERVICES = ("a", "b")
COUNTERS = {
    "a": Counter("1", {}, "hall", ("a",)),
    "b": Counter("2", {}, "hall", ("b",)),
    "ab": Counter("3", {}, "hall", ("a", "b")),
    "ba": Counter("4", {}, "hall", ("b", "a")),
}
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


class Day(RuleBasedStateMachine):
    @initialize(
        p=st.integers(1, 3),
        r=st.integers(1, 3),
        longest=st.sampled_from([None, 5, 60]),
        merge=st.sampled_from(["earliest", "listed"]),
        return_after=st.integers(0, 3),
    )
    def begin(self, p: int, r: int, longest: int | None, merge: str, return_after: int) -> None:
        self.rules = Rules(MixRule(p, r, longest), merge, return_after)
        self.oracle = Oracle(self.rules.mix, merge)
        self.now, self.seq = 1_000, 0
        self.visitors: list[Visitor] = []
        self.history: list[Happened] = []

    # what the store would give

    def those(self, *states: str) -> list[Visitor]:
        return [v for v in self.visitors if v.state in states]

    def line(self, service: str = "") -> list[Waiting]:
        return [v.row() for v in self.those("waiting") if service in ("", v.service)]

    def heads(self, service: str) -> Heads:
        whole, k = Heads.of(self.line(service)), heads_needed(self.rules.mix)
        return Heads(whole.ordinary[:k], whole.priority[:k], whole.returning)

    def recent(self, service: str) -> Recent:
        mine = [c for c in reversed(self.oracle.calls) if c.service == service and not c.undone]
        oldest = min((w.returned_seq for w in self.line(service) if w.returned_seq), default=self.seq)
        classes = [c.priority for c in mine if c.rule in MIXED][: recent_needed(self.rules.mix)]
        seqs = [c.seq for c in mine if c.rule not in BACK and c.seq > oldest]
        return Recent(tuple(classes), tuple(seqs))

    def happened(self, kind: str, v: Visitor, **more: object) -> int:
        self.seq += 1
        self.history.append(Happened(self.seq, kind, v.step, v.service, v.queued_at, **more))  # type: ignore[arg-type]
        return self.seq

    def joined(self, v: Visitor, kind: str = "joined", **more: object) -> None:
        """A visitor stands at an ordinary place from now on; counts for the bound begin anew."""
        v.since = self.happened(kind, v, **more)
        elsewhere = [w for w in self.those("waiting") if w.service != v.service and not w.returned_seq]
        earlier = [w.priority for w in elsewhere if w.place < v.place]
        v.older_elsewhere, v.undisturbed = (earlier.count(False), earlier.count(True)), True
        for w in elsewhere:
            w.undisturbed = w.undisturbed and w.place < v.place

    # what people do

    @rule(service=st.sampled_from(SERVICES), priority=st.booleans(), ms=st.sampled_from([0, 1, 90_000]))
    def arrive(self, service: str, priority: bool, ms: int) -> None:
        self.now += ms
        v = Visitor(len(self.visitors) + 1, service, self.now, priority, "waiting")
        self.visitors.append(v)
        self.joined(v)

    @rule(service=st.sampled_from(SERVICES), priority=st.booleans())
    def take_a_number_that_is_still_printing(self, service: str, priority: bool) -> None:
        self.visitors.append(Visitor(len(self.visitors) + 1, service, self.now, priority, "issuing"))

    @precondition(lambda self: self.those("issuing"))
    @rule(data=st.data())
    def paper_is_out(self, data: st.DataObject) -> None:
        v = data.draw(st.sampled_from(self.those("issuing")))
        v.state = "waiting"
        self.joined(v)

    @rule(key=st.sampled_from(sorted(COUNTERS)), ms=st.sampled_from([0, 1_000, 120_000]))
    def call_next(self, key: str, ms: int) -> None:
        self.now += ms
        counter = COUNTERS[key]
        lines = {s: (self.heads(s), self.recent(s)) for s in SERVICES}
        choice = choose(counter, lines, self.rules, self.now)
        expected = self.oracle.at_counter(self.line(), counter.services, self.now)
        if choice is None:
            assert expected is None
            return
        assert (choice.step, choice.why["rule"]) == expected
        assert decide_again(choice.why) == expected[::-1]
        order = in_order(self.line(choice.service), self.recent(choice.service), self.rules.mix, self.now)
        assert (order[0][0].step, order[0][1]["rule"]) == expected
        self.call(choice.step, str(choice.why["rule"]), counter)

    def call(self, step: int, why: str, counter: Counter) -> None:
        v = self.visitors[step - 1]
        present, row = self.line(), v.row()
        seq = self.happened("called", v, rule=why, serves=counter.services, merge=self.rules.merge)
        call = Call(seq, v, v.service, v.priority, why, counter.services, present, row)
        self.oracle.calls.append(call)
        v.state = "called"

    @precondition(lambda self: self.those("waiting"))
    @rule(data=st.data())
    def call_out_of_order(self, data: st.DataObject) -> None:
        v = data.draw(st.sampled_from(self.those("waiting")))
        self.call(v.step, "out_of_order", COUNTERS["ab"])

    @precondition(lambda self: self.those("called"))
    @rule(data=st.data(), becomes=st.sampled_from(["waiting", "missed", "gone"]))
    def the_call_ends(self, data: st.DataObject, becomes: str) -> None:
        v = data.draw(st.sampled_from(self.those("called")))
        if becomes == "waiting":
            self.come_back(v)
        v.state = becomes

    @precondition(lambda self: self.those("missed"))
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        self.come_back(data.draw(st.sampled_from(self.those("missed"))))

    def come_back(self, v: Visitor) -> None:
        v.return_after = self.rules.return_after
        v.returned_seq = v.since = self.happened("returned", v, return_after=v.return_after)
        v.state = "waiting"

    @precondition(lambda self: self.those("called"))
    @rule(data=st.data())
    def undo_a_call(self, data: st.DataObject) -> None:
        v = data.draw(st.sampled_from(self.those("called")))
        call = [c for c in self.oracle.calls if c.visitor is v][-1]
        call.undone, v.state = True, "waiting"
        since, older, undisturbed = v.since, v.older_elsewhere, v.undisturbed
        self.joined(v, "undone", undone_seq=call.seq)
        v.since, v.older_elsewhere, v.undisturbed = since, older, undisturbed

    @precondition(lambda self: self.those("waiting"))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        v = data.draw(st.sampled_from(self.those("waiting")))
        v.state = "gone"
        self.happened("left", v)

    @precondition(lambda self: any(not v.returned_seq for v in self.those("waiting")))
    @rule(data=st.data())
    def change_class(self, data: st.DataObject) -> None:
        v = data.draw(st.sampled_from([v for v in self.those("waiting") if not v.returned_seq]))
        v.priority = not v.priority
        self.joined(v)

    # what must hold

    @invariant()
    def nobody_is_overtaken_more_often_than_the_bound(self) -> None:
        for v in self.those("waiting", "called"):
            since = [
                c for c in self.oracle.calls if c.seq > v.since and v.step in [w.step for w in c.present]
            ]
            mixed = [c for c in since if c.rule in MIXED]
            if v.returned_seq:
                continue
            here = [c for c in mixed if c.service == v.service]
            ahead = sum(c.priority == v.priority and c.visitor is not v for c in here)
            later = [c for c in here if c.row.queued_at > v.queued_at and not c.undone]
            assert all(c.priority != v.priority for c in later)
            assert len(later) <= overtake_bound(self.rules.mix, ahead, v.priority)
            self.check_elsewhere(v, [c for c in mixed if c.service != v.service and v.service in c.serves])

    def check_elsewhere(self, v: Visitor, calls: list[Call]) -> None:
        if not v.undisturbed or self.rules.merge == "listed":
            return
        later = [c for c in calls if c.row.queued_at > v.queued_at and not c.undone]
        none, here = [overtake_bound(self.rules.mix, 0, v.priority, x) for x in ((), [v.older_elsewhere])]
        assert len(later) <= here - none

    @invariant()
    def overtaking_is_counted_by_definition(self) -> None:
        naive = self.oracle.passed()
        counted = {(step, ""): n for step, n in overtakes(self.history).items() if n}
        for step, causes in excused(self.history).items():
            counted.update({(step, cause): n for cause, n in causes.items()})
        assert counted == naive

    @invariant()
    def the_screens_show_what_will_be_called(self) -> None:
        for service in SERVICES:
            line, now = self.line(service), self.now
            shown = [w.step for w, _ in in_order(line, self.recent(service), self.rules.mix, now)]
            ahead = Oracle(self.rules.mix, "earliest", list(self.oracle.calls))
            for n, step in enumerate(shown):
                found = ahead.in_service(line, now)
                assert found is not None
                assert found[0] == step
                w = next(w for w in line if w.step == step)
                v = self.visitors[step - 1]
                ahead.calls.append(Call(self.seq + 1 + n, v, service, w.priority, found[1], (), [], w))
                line.remove(w)
            assert not line

    def teardown(self) -> None:
        """Nobody waits for ever, though both classes keep arriving at both services with every call."""
        if not hasattr(self, "rules"):
            return
        mix, present = self.rules.mix, self.those("waiting")
        fair = self.rules.merge == "earliest" or mix.longest_wait_min is not None
        for key in ["ab"] if fair else ["a", "b"]:
            mine = [v for v in present if v.service in key]
            calls = 10 + 4 * len(mine) * (mix.priority + mix.ordinary) + 2 * (mix.longest_wait_min or 0)
            for _ in range(calls):
                if all(v.state != "waiting" for v in mine):
                    break
                for service in key:
                    self.arrive(service, True, 0)
                    self.arrive(service, False, 0)
                lines = {s: (self.heads(s), self.recent(s)) for s in key}
                choice = choose(COUNTERS[key], lines, self.rules, self.now)
                assert choice is not None
                self.call(choice.step, str(choice.why["rule"]), COUNTERS[key])
                self.now += MINUTE
            assert all(v.state != "waiting" for v in mine)


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
