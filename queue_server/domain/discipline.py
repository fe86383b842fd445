"""The order: who is next, and why. The only order any screen may show (decisions 8-10).

Per service, in this order of rules:

1. a visitor who missed the call and whose ``return_after`` others have been called since;
2. whoever has waited ``longest_wait_min``, the longest waiting first, whatever the class;
3. the mix: priority, if fewer than p of the last p + r - 1 calls were priority, else ordinary;
   within a class first come, first served (queued_at, then step id);
4. a visitor who missed the call and is not yet due: only when nobody else waits.

The mix looks at the calls that rules 2 and 3 made (IN_THE_MIX). Returns and calls out of order do
not count in it: if an ordinary return counted, it would buy a priority call at the cost of those
who never missed anything. A return becomes due after calls of others that were not returns
themselves (ADVANCES): else a few absent visitors, called in turn, could hold the counter for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .events import Json
from .office import Counter, MixRule, Rules
from .ticket import Waiting

Why = dict[str, Json]
MINUTE = 60_000

#: Why a step was called, as stored with the call and as key of the words "why.<rule>".
RULES: dict[str, str] = {
    "first": "only one class waits: the first of it",
    "priority_turn": "both classes wait and the mix gives this turn to priority",
    "ordinary_turn": "both classes wait and the mix gives this turn to ordinary",
    "overdue": "has waited the longest wait or more, longest first",
    "returning": "missed the call, and as many others as promised have been called since",
    "returning_early": "missed the call, is not yet due, but nobody else waits",
    "out_of_order": "an officer chose, with a reason from the list",
    "batch": "called with others to a room: the first who fitted, with why those before did not",
    "parked": "an officer went on with a visitor whose service had rested",
}
IN_THE_MIX = frozenset({"first", "priority_turn", "ordinary_turn", "overdue"})
RETURNS = frozenset({"returning", "returning_early"})
#: Calls that bring a return nearer: those of visitors who had not been called before.
ADVANCES = IN_THE_MIX | {"out_of_order", "batch"}


@dataclass(frozen=True)
class Recent:
    """What today's calls of one service say, newest first, undone calls left out.

    ``classes``: True = priority, of the calls whose rule is IN_THE_MIX, at least ``recent_needed``
    of them if there are so many. ``seqs``: event seqs of the calls whose rule is in
    ADVANCES, back to the oldest ``returned_seq`` that still waits.
    """

    classes: tuple[bool, ...] = ()
    seqs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Heads:
    """The first ``heads_needed`` rows of each class of one service by (queued_at, step), and every
    waiting row with a ``returned_seq``, which belongs to neither class until it is called."""

    ordinary: tuple[Waiting, ...] = ()
    priority: tuple[Waiting, ...] = ()
    returning: tuple[Waiting, ...] = ()

    @classmethod
    def of(cls, waiting: Sequence[Waiting]) -> Heads:
        """From unordered rows of one service."""
        rows = sorted(waiting, key=_place)
        return cls(
            tuple(w for w in rows if not w.returned_seq and not w.priority),
            tuple(w for w in rows if not w.returned_seq and w.priority),
            tuple(w for w in rows if w.returned_seq),
        )


@dataclass(frozen=True)
class Choice:
    """The step to call and why: ``why`` goes into the event as it is (decisions 34)."""

    step: int
    service: str
    why: Why


def heads_needed(rule: MixRule) -> int:
    """Rows per class that one decision looks at: the mix compares the first of each."""
    return 1


def recent_needed(rule: MixRule) -> int:
    """How many calls back the mix looks."""
    return rule.priority + rule.ordinary - 1


def next_in_service(heads: Heads, recent: Recent, rule: MixRule, now: int) -> Choice | None:
    """Who is next in one service at ``now`` (ms on the clock of queued_at); None: nobody waits."""
    for waiting, why in _walk(heads, recent, rule, now):
        return Choice(waiting.step, waiting.service, why)
    return None


def in_order(
    waiting: Sequence[Waiting], recent: Recent, rule: MixRule, now: int
) -> list[tuple[Waiting, Why]]:
    """The full order of one service: next_in_service again and again, with ``now`` held fixed."""
    return list(_walk(Heads.of(waiting), recent, rule, now))


class ReEntry(NamedTuple):
    """Where somebody comes back who missed the call. ``after``: so many others are called first, as the line stands
    now; ``most``: so many at most, if others still come (and unless an officer goes on with somebody parked)."""

    after: int
    most: int


def re_entry(heads: Heads, recent: Recent, rule: MixRule, now: int, back: Waiting) -> ReEntry:
    """The place of ``back`` if it waited again from now on, told before anybody chooses it. Its ``returned_seq`` is
    later than every call so far."""
    waiting = [*heads.ordinary, *heads.priority, *heads.returning]
    order = [w.step for w, _why in in_order([*waiting, back], recent, rule, now)]
    # Each of the others that are called first brings this return nearer, but for returns; those before it go first.
    return ReEntry(order.index(back.step), back.return_after + len(heads.returning))


def choose(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int
) -> Choice | None:
    """Who is next at a counter that serves several services; each service's own rule decides within it.

    A due return comes first (the one due longest), one not yet due last. Between them, "earliest"
    gives the turn to the service of whoever waits longest: compared is the longest waiting visitor
    and not the service's choice, for otherwise a waiting priority visitor would make the choice of
    his service look late and others would pass his whole service. "listed" gives the turn to the
    first service listed that has somebody, after the services with somebody overdue.
    """
    bids = _bids(counter, per_service, rules, now)
    if not bids:
        return None
    service = min(bids, key=lambda s: bids[s][0])
    _, chosen, why = bids[service]
    if len(counter.services) > 1:
        firsts = [(s, _oldest(per_service[s][0])) for s in bids]
        why = {
            **why,
            "merge": rules.merge,
            "oldest": [[s, w.step, w.queued_at] for s, w in firsts if w is not None],
        }
    return Choice(chosen.step, service, why)


def in_order_at(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int, most: int
) -> list[tuple[Waiting, Why]]:
    """The first ``most`` that a counter will call: ``choose`` again and again, with ``now`` held fixed.

    Only the line that was called from is looked at anew, so that ``most`` rows cost ``most`` decisions.
    """
    lines = dict(per_service)
    # The calls to come are later than every call, and than every skip that waits for calls.
    seqs = [
        s
        for heads, recent in lines.values()
        for s in (*recent.seqs[:1], *(w.returned_seq for w in heads.returning))
    ]
    seq = max(seqs, default=0)
    bids = _bids(counter, lines, rules, now)
    order: list[tuple[Waiting, Why]] = []
    while bids and len(order) < most:
        service = min(bids, key=lambda s: bids[s][0])
        _, chosen, why = bids.pop(service)
        order.append((chosen, why))
        seq += 1
        lines[service] = _after(*lines[service], chosen, str(why["rule"]), seq)
        again = _bid(counter, service, *lines[service], rules, now)
        if again is not None:
            bids[service] = again
    return order


#: A service's place among those of a counter, whom it would send there, and why.
Bid = tuple[tuple[int, ...], Waiting, Why]


def _bids(
    counter: Counter, per_service: Mapping[str, tuple[Heads, Recent]], rules: Rules, now: int
) -> dict[str, Bid]:
    """What each service of a counter has to offer; those without anybody are not in it."""
    asked = {s: _bid(counter, s, *per_service[s], rules, now) for s in counter.services if s in per_service}
    return {service: bid for service, bid in asked.items() if bid is not None}


def _bid(counter: Counter, service: str, heads: Heads, recent: Recent, rules: Rules, now: int) -> Bid | None:
    found = next(_walk(heads, recent, rules.mix, now), None)
    if found is None:
        return None
    listed = counter.services.index(service) if rules.merge == "listed" else 0
    return _rank(str(found[1]["rule"]), _oldest(heads), heads, recent, listed), *found


def _oldest(heads: Heads) -> Waiting | None:
    return min(heads.ordinary[:1] + heads.priority[:1], key=_place, default=None)


def _after(heads: Heads, recent: Recent, called: Waiting, rule: str, seq: int) -> tuple[Heads, Recent]:
    """A line after one of it was called."""
    ordinary, priority, returning = (
        tuple(w for w in part if w is not called)
        for part in (heads.ordinary, heads.priority, heads.returning)
    )
    classes = (called.priority, *recent.classes) if rule in IN_THE_MIX else recent.classes
    seqs = (seq, *recent.seqs) if rule in ADVANCES else recent.seqs
    return Heads(ordinary, priority, returning), Recent(classes, seqs)


def _rank(rule: str, first: Waiting | None, heads: Heads, recent: Recent, listed: int) -> tuple[int, ...]:
    """Place of a service's choice among those of a counter's services; the smallest is called."""
    if first is None or rule in RETURNS:
        returning = min((_due(w, recent.seqs), *_place(w)) for w in heads.returning)
        (is_early, since), queued_at, step = returning
        return (3, queued_at, step) if is_early else (0, since, queued_at, step)
    if rule == "overdue":
        return (1, *_place(first))
    return (2, listed, *_place(first))


def _place(waiting: Waiting) -> tuple[int, int]:
    return waiting.queued_at, waiting.step


def _due(waiting: Waiting, seqs: Sequence[int]) -> tuple[int, int]:
    """(0, seq of the call that made it due) or (1, how many calls are still to come)."""
    since = [seq for seq in seqs if seq > waiting.returned_seq]
    missing = waiting.return_after - len(since)
    if missing > 0:
        return 1, missing
    return 0, since[-waiting.return_after] if waiting.return_after else waiting.returned_seq


def _walk(heads: Heads, recent: Recent, rule: MixRule, now: int) -> Iterator[tuple[Waiting, Why]]:
    """One decision after the other, as if each were called at once; lazy, so that one costs one."""
    ordinary, priority = deque(heads.ordinary), deque(heads.priority)
    dues = sorted(((_due(w, recent.seqs), w) for w in heads.returning), key=lambda d: (d[0], _place(d[1])))
    returning = deque(dues)
    window = deque(reversed(recent.classes[: recent_needed(rule)]), maxlen=recent_needed(rule))
    calls = 0  # those made by this walk that bring the returns nearer
    while ordinary or priority or returning:
        (missing, due), back = returning[0] if returning else ((1, 0), None)
        sight = _Sight(
            first=ordinary[0] if ordinary else None,
            prior=priority[0] if priority else None,
            back=back,
            back_is_due=back is not None and (not missing or due <= calls),
            recent=tuple(window),
            rule=rule,
            now=now,
        )
        name, chosen = sight.decide()
        yield chosen, sight.why(name)
        if name in RETURNS:
            returning.popleft()
            continue
        (priority if chosen.priority else ordinary).popleft()
        window.append(chosen.priority)
        calls += 1


class _Sight(NamedTuple):
    """All that one decision looks at: the first of each line, the mix's calls, the rule, the instant."""

    first: Waiting | None
    prior: Waiting | None
    back: Waiting | None
    back_is_due: bool
    recent: tuple[bool, ...]  # oldest first
    rule: MixRule
    now: int

    def decide(self) -> tuple[str, Waiting]:
        """The rules of the page's head, in their order."""
        if self.back is not None and self.back_is_due:
            return "returning", self.back
        if self.first is None or self.prior is None:
            oldest = self.first or self.prior
        else:
            oldest = self.first if _place(self.first) < _place(self.prior) else self.prior
        if oldest is None:
            assert self.back is not None, "asked although nobody waits"
            return "returning_early", self.back
        longest = self.rule.longest_wait_min
        if longest is not None and self.now - oldest.queued_at >= longest * MINUTE:
            return "overdue", oldest
        if self.first is None or self.prior is None:
            return "first", oldest
        if sum(self.recent) < self.rule.priority:
            return "priority_turn", self.prior
        return "ordinary_turn", self.first

    def why(self, name: str) -> Why:
        """Everything looked at, so that the decision can be taken again from the event alone."""
        heads: list[Json] = []
        for waiting in (self.back, self.first, self.prior):
            if waiting is not None:
                w = waiting
                heads.append([w.step, w.queued_at, w.priority, w.returned_seq, w.return_after])
        return {
            "rule": name,
            "at": self.now,
            "mix": [self.rule.priority, self.rule.ordinary, self.rule.longest_wait_min],
            "recent": list(self.recent),
            "heads": heads,
        }


def decide_again(why: Mapping[str, Any]) -> tuple[str, int]:
    """(rule, step) that the recorded circumstances lead to: the verifier compares it with the call.

    Whether a return among the heads was due is taken from the recorded rule: that one is told by
    the calls in the chain. Raises KeyError, TypeError or ValueError for what is no such record.
    """
    rows = [Waiting(step, "", at, prior, seq, after) for step, at, prior, seq, after in why["heads"]]
    heads = Heads.of(rows)
    sight = _Sight(
        first=next(iter(heads.ordinary), None),
        prior=next(iter(heads.priority), None),
        back=next(iter(heads.returning), None),
        back_is_due=why["rule"] == "returning",
        recent=tuple(why["recent"]),
        rule=MixRule(*why["mix"]),
        now=why["at"],
    )
    if not rows:
        raise ValueError("a decision among nobody")
    name, chosen = sight.decide()
    return name, chosen.step


def overtake_bound(
    rule: MixRule, ahead_same_class: int, priority: bool, others: Sequence[tuple[int, int]] = ()
) -> int:
    """How often a waiting visitor can be overtaken at most, by the rule alone.

    With a ordinary visitors ahead an ordinary one is overtaken at most p * (a // r + 1) times; with b
    priority visitors ahead a priority one at most r * (b // p + 1) times.

    Why. While an ordinary one waits, a priority visitor who came later is called only by the mix, and
    then fewer than p of the p + r - 1 calls before were priority: any p + r calls in a row hold at
    most p of them. Cut the calls of its wait into blocks of p + r from the start: each full block
    holds at least r ordinary calls, so there are at most a // r full blocks with p priority calls
    each, and the rest holds at most p more. The other way round: while a priority one waits, an
    ordinary one who came later is called only if at least p of the p + r - 1 calls before were
    priority, and the same count follows with p and r exchanged. Calls of those who have waited the
    longest wait overtake nobody (they are the oldest) and only fill the window with the other class's
    turns; leaving them out of the row leaves both statements true.

    "Ahead" are all of the own class with an earlier (queued_at, step): those who wait, who cannot be
    called yet, who are put back at their place later; each undone call counts once more. One's own undone call cuts
    the wait in two, for which the count is made each: it adds one more block, p or r.
    At counters that serve several services (merge = "earliest") calls of another service overtake
    only while somebody older waits there; ``others`` are (ordinary, priority) older ones for each.
    Raises ValueError for a rule with p or r below 1: it would promise nothing to one class.
    """
    p, r = rule.priority, rule.ordinary
    if p < 1 or r < 1:
        raise ValueError("a mix needs at least one call for each class")
    own = r * (ahead_same_class // p + 1) if priority else p * (ahead_same_class // r + 1)
    for older_ordinary, older_priority in others:
        # there, by priority until the last older ordinary one is called, and the other way round
        own += p * ((older_ordinary - 1) // r + 1) + r * ((older_priority - 1) // p + 1)
    return own
