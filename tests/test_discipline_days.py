"""Days full of everything, against a naive oracle that shares no code with the order.

A hypothesis machine lets visitors arrive, miss calls, come back, change class and cancel; officers
at three counters call, call out of order and undo. Each call must be the oracle's and the first of
the order that screens show; nobody may be overtaken more often than the bound; nobody may starve.
"""

from __future__ import annotations

import random

import pytest
from discipline_oracle import BACK, MIXED, Call, Oracle, Visitor
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
    in_order_at,
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
WHO = st.integers(0, 10**6)


def pick(visitors: list[Visitor], who: int) -> Visitor:
    return visitors[who % len(visitors)]


class Day(RuleBasedStateMachine):
    @initialize(
        p=st.integers(1, 3),
        r=st.integers(1, 3),
        longest=st.sampled_from([None, 5, 60]),
        merge=st.sampled_from(["earliest", "listed"]),
        return_after=st.integers(0, 3),
    )
    def begin(self, p: int, r: int, longest: int | None, merge: str, return_after: int) -> None:
        self.office_rules = Rules(MixRule(p, r, longest), merge, return_after)
        self.oracle = Oracle(self.office_rules.mix, merge)
        self.now, self.seq = 1_000, 0
        self.visitors: list[Visitor] = []
        self.history: list[Happened] = []

    # what the store would give

    def those(self, *states: str) -> list[Visitor]:
        return [v for v in self.visitors if v.state in states]

    def line(self, service: str = "") -> list[Waiting]:
        return [v.row() for v in self.those("waiting") if service in ("", v.service)]

    def heads(self, service: str) -> Heads:
        whole, k = Heads.of(self.line(service)), heads_needed(self.office_rules.mix)
        return Heads(whole.ordinary[:k], whole.priority[:k], whole.returning)

    def recent(self, service: str) -> Recent:
        mine = [c for c in reversed(self.oracle.calls) if c.service == service and not c.undone]
        oldest = min((w.returned_seq for w in self.line(service) if w.returned_seq), default=self.seq)
        classes = [c.priority for c in mine if c.rule in MIXED][: recent_needed(self.office_rules.mix)]
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
    @rule(who=WHO)
    def paper_is_out(self, who: int) -> None:
        v = pick(self.those("issuing"), who)
        v.state = "waiting"
        self.joined(v)

    @rule(key=st.sampled_from(sorted(COUNTERS)), ms=st.sampled_from([0, 1_000, 120_000]))
    def call_next(self, key: str, ms: int) -> None:
        self.now += ms
        counter = COUNTERS[key]
        lines = {s: (self.heads(s), self.recent(s)) for s in SERVICES}
        choice = choose(counter, lines, self.office_rules, self.now)
        expected = self.oracle.at_counter(self.line(), counter.services, self.now)
        if choice is None:
            assert expected is None
            return
        assert (choice.step, choice.why["rule"]) == expected
        assert decide_again(choice.why) == expected[::-1]
        order = in_order(
            self.line(choice.service), self.recent(choice.service), self.office_rules.mix, self.now
        )
        assert (order[0][0].step, order[0][1]["rule"]) == expected
        self.call(choice.step, str(choice.why["rule"]), counter)

    def call(self, step: int, why: str, counter: Counter) -> None:
        v = self.visitors[step - 1]
        present, row = self.line(), v.row()
        seq = self.happened("called", v, rule=why, serves=counter.services, merge=self.office_rules.merge)
        v.skipped = ()
        call = Call(seq, v, v.service, v.priority, why, counter.services, present, row)
        self.oracle.calls.append(call)
        v.state = "called"

    @precondition(lambda self: self.those("waiting"))
    @rule(who=WHO)
    def call_out_of_order(self, who: int) -> None:
        v = pick(self.those("waiting"), who)
        self.call(v.step, "out_of_order", COUNTERS["ab"])

    @precondition(lambda self: self.those("called"))
    @rule(who=WHO, becomes=st.sampled_from(["waiting", "missed", "gone"]))
    def the_call_ends(self, who: int, becomes: str) -> None:
        v = pick(self.those("called"), who)
        if becomes == "waiting":
            self.come_back(v)
        v.state = becomes

    @precondition(lambda self: self.those("missed"))
    @rule(who=WHO)
    def bring_back(self, who: int) -> None:
        self.come_back(pick(self.those("missed"), who))

    def come_back(self, v: Visitor) -> None:
        was = (v.returned_seq, v.return_after, v.since)
        v.return_after = self.office_rules.return_after
        v.returned_seq = v.since = self.happened("returned", v, return_after=v.return_after)
        v.skipped = (v.returned_seq, *was) if v.state == "called" else ()
        v.state = "waiting"

    @precondition(lambda self: self.those("called"))
    @rule(who=WHO)
    def undo_a_call(self, who: int) -> None:
        v = pick(self.those("called"), who)
        call = [c for c in self.oracle.calls if c.visitor is v][-1]
        call.undone, v.state = True, "waiting"
        since, older, undisturbed = v.since, v.older_elsewhere, v.undisturbed
        self.joined(v, "undone", undone_seq=call.seq)
        v.since, v.older_elsewhere, v.undisturbed = since, older, undisturbed

    @precondition(lambda self: any(v.skipped for v in self.those("waiting")))
    @rule(who=WHO)
    def undo_a_skip(self, who: int) -> None:
        """Called again at the same counter; while he stood there he was in nobody's line."""
        v = pick([v for v in self.those("waiting") if v.skipped], who)
        seq, v.returned_seq, v.return_after, v.since = v.skipped
        for call in self.oracle.calls:
            call.present = [w for w in call.present if w.step != v.step or call.seq < seq]
        v.state, v.skipped = "called", ()
        self.happened("undone", v, undone_seq=seq)

    @precondition(lambda self: self.those("waiting"))
    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        v = pick(self.those("waiting"), who)
        v.state = "gone"
        self.happened("left", v)

    @precondition(lambda self: any(not v.returned_seq for v in self.those("waiting")))
    @rule(who=WHO)
    def change_class(self, who: int) -> None:
        v = pick([v for v in self.those("waiting") if not v.returned_seq], who)
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
            # While he stood at a counter the others' calls went on: after each undone call the count begins anew.
            stretches = 1 + sum(c.visitor is v and c.undone for c in self.oracle.calls if c.seq > v.since)
            block = self.office_rules.mix.priority if v.priority else self.office_rules.mix.ordinary
            ahead += (stretches - 1) * block
            later = [c for c in here if c.row.queued_at > v.queued_at and not c.undone]
            assert all(c.priority != v.priority for c in later)
            assert len(later) <= overtake_bound(self.office_rules.mix, ahead, v.priority)
            elsewhere = [c for c in mixed if c.service != v.service and v.service in c.serves]
            self.check_elsewhere(v, elsewhere, stretches)

    def check_elsewhere(self, v: Visitor, calls: list[Call], stretches: int) -> None:
        if not v.undisturbed or self.office_rules.merge == "listed":
            return
        later = [c for c in calls if c.row.queued_at > v.queued_at and not c.undone]
        none, here = [
            overtake_bound(self.office_rules.mix, 0, v.priority, x) for x in ((), [v.older_elsewhere])
        ]
        assert len(later) <= stretches * (here - none)

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
            shown = [w.step for w, _ in in_order(line, self.recent(service), self.office_rules.mix, now)]
            ahead = Oracle(self.office_rules.mix, "earliest", list(self.oracle.calls))
            for n, step in enumerate(shown):
                found = ahead.in_service(line, now)
                assert found is not None
                assert found[0] == step
                w = next(w for w in line if w.step == step)
                v = self.visitors[step - 1]
                ahead.calls.append(Call(self.seq + 1 + n, v, service, w.priority, found[1], (), [], w))
                line.remove(w)
            assert not line

    @invariant()
    def consoles_show_whom_they_will_call(self) -> None:
        for counter in COUNTERS.values():
            line = [w for w in self.line() if w.service in counter.services]
            lines = {s: (Heads.of(self.line(s)), self.recent(s)) for s in counter.services}
            shown = [w.step for w, _ in in_order_at(counter, lines, self.office_rules, self.now, most=8)]
            assert len(shown) == min(8, len(line))
            ahead = Oracle(self.office_rules.mix, self.office_rules.merge, list(self.oracle.calls))
            for n, step in enumerate(shown):
                found = ahead.at_counter(line, counter.services, self.now)
                assert found is not None
                assert found[0] == step
                w = next(w for w in line if w.step == step)
                v = self.visitors[step - 1]
                ahead.calls.append(Call(self.seq + 1 + n, v, w.service, w.priority, found[1], (), [], w))
                line.remove(w)

    def teardown(self) -> None:
        """Nobody waits for ever, though both classes keep arriving at both services with every call."""
        if not hasattr(self, "office_rules"):
            return
        mix, present = self.office_rules.mix, self.those("waiting")
        fair = self.office_rules.merge == "earliest" or mix.longest_wait_min is not None
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
                choice = choose(COUNTERS[key], lines, self.office_rules, self.now)
                assert choice is not None
                self.call(choice.step, str(choice.why["rule"]), COUNTERS[key])
                self.now += MINUTE
            assert all(v.state != "waiting" for v in mine)


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)


@pytest.mark.parametrize("seed", range(24))
def test_a_long_day(seed: int) -> None:
    """The same acts in the proportions of a busy day, for crowds that a machine seldom gathers."""
    dice = random.Random(seed)
    day = Day()
    day.begin(
        dice.randint(1, 3),
        dice.randint(1, 3),
        dice.choice([None, 10, 60]),
        dice.choice(["earliest", "earliest", "listed"]),
        dice.randint(0, 3),
    )
    acts = ["arrive", "call"] * 4 + ["end"] * 3 + ["out", "back", "undo", "unskip", "print", "paper", "cancel", "class"]
    for n in range(320):
        play(day, dice.choice(acts), dice)
        if n % 8 == 0:
            day.the_screens_show_what_will_be_called()
            day.consoles_show_whom_they_will_call()
        if n % 32 == 0:
            day.nobody_is_overtaken_more_often_than_the_bound()
            day.overtaking_is_counted_by_definition()
    day.teardown()
    day.overtaking_is_counted_by_definition()


def play(day: Day, act: str, dice: random.Random) -> None:
    who, service, priority = dice.randrange(1000), dice.choice(SERVICES), dice.random() < 0.4
    if act == "arrive":
        day.arrive(service, priority, dice.randrange(0, 60_000))
    elif act == "print":
        day.take_a_number_that_is_still_printing(service, priority)
    elif act == "call":
        day.call_next(dice.choice(sorted(COUNTERS)), dice.randrange(0, 60_000))
    elif act == "end" and day.those("called"):
        day.the_call_ends(who, dice.choice(["waiting", "missed", "gone", "gone"]))
    elif act == "out" and day.those("waiting"):
        day.call_out_of_order(who)
    elif act == "back" and day.those("missed"):
        day.bring_back(who)
    elif act == "undo" and day.those("called"):
        day.undo_a_call(who)
    elif act == "unskip" and any(v.skipped for v in day.those("waiting")):
        day.undo_a_skip(who)
    elif act == "paper" and day.those("issuing"):
        day.paper_is_out(who)
    elif act == "cancel" and day.those("waiting"):
        day.cancel(who)
    elif act == "class" and any(not v.returned_seq for v in day.those("waiting")):
        day.change_class(who)
