"""The log of a replay against the recording: nothing lost, nothing twice, and how far each time is off.

Errors are in recorded seconds: what a clock that ran N times as fast makes of a delay.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ..domain import discipline
from ..domain.overtaking import Happened, overtakes
from .cast import MIX
from .log import Logged
from .play import CLOCK_ERROR_S, Decide, Played, Player

#: A logged instant or duration may lie outside of its presses by this much, seconds: rounding, two clocks.
PRESS_S = 0.05
#: Of many alike, so many are named.
NAMED = 5


@dataclass
class Verdict:
    """What is said at the end; ``wrong`` is empty when all holds."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    too_fast: list[str] = field(default_factory=list)

    def blame(self, what: str, who: Iterable[str]) -> None:
        """Something that must not be, with the first of those it happened to."""
        names = list(who)
        if names:
            self.wrong.append(f"{what}: {_some(names)}")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def compare(player: Player, log: Sequence[Logged], any_speed: bool = False) -> Verdict:
    """The whole judgement; ``log`` is the public export of the replay's office. With ``any_speed`` a clock
    error above the limit is said, not blamed: what our log says must then fit the presses all the same."""
    verdict = Verdict()
    of_step = _once(player, log, verdict)
    pairs = [(played, of_step[played.step]) for played in player.played if played.step in of_step]
    _inside_presses(pairs, verdict)
    if isinstance(player, Decide):
        _decided(player, pairs, verdict)
    else:
        _followed(player, pairs, verdict)
    if any_speed:
        verdict.lines += [f"not judged at any speed: {what}" for what in verdict.too_fast]
    else:
        verdict.wrong += verdict.too_fast
    return verdict


def _once(player: Player, log: Sequence[Logged], verdict: Verdict) -> dict[int, Logged]:
    """Every row has exactly one step in the log, and the log has no other."""
    ours = [line for line in log if line.step not in player.trial_steps]
    of_step = {line.step: line for line in ours}
    steps = Counter(played.step for played in player.played if played.step)
    verdict.lines.append(
        f"{len(player.played)} tickets recorded, {len(ours)} in our log"
        + (f" (and {len(player.trial_steps)} of the trial before)" if player.trial_steps else ""))
    verdict.blame("more than once in the log", (str(s) for s, n in Counter(x.step for x in ours).items() if n > 1))
    verdict.blame("one number for two", (str(step) for step, n in steps.items() if n > 1))
    verdict.blame("lost", (p.row.ticket for p in player.played if p.step not in of_step))
    verdict.blame("in the log, but not played", (str(step) for step in of_step if step not in steps))
    verdict.blame("refused or failed", (f"{p.row.ticket} ({p.problem})" for p in player.played if p.problem))
    verdict.blame("not ended", (p.row.ticket for p in player.played
                                if p.step in of_step and of_step[p.step].state not in ("done", "cancelled")))
    return of_step


def _inside_presses(pairs: Sequence[tuple[Played, Logged]], verdict: Verdict) -> None:
    """Each logged instant lies between the moment a press was sent and the moment it was answered."""
    checked = []
    for played, line in pairs:
        at = {"issue": line.issued, "call": line.called, "start": line.started,
              "finish": line.ended, "cancel": line.ended}
        for name, moment in played.moments.items():
            instant = at[name]
            if instant is not None:
                checked.append((played.row.ticket, name, moment, instant))
    # A server on another machine has another clock: its middle difference is taken off.
    offset = median(instant - (m.sent + m.answered) / 2 for _t, _n, m, instant in checked) if checked else 0.0
    offset = offset if abs(offset) > 1.0 else 0.0
    outside = [
        f"{ticket} {name}" for ticket, name, m, instant in checked
        if not m.sent - PRESS_S <= instant - offset <= m.answered + PRESS_S
    ]
    verdict.lines.append(f"{len(checked) - len(outside)} of {len(checked)} logged instants lie within their presses")
    verdict.blame("logged at another time than pressed", outside)
    verdict.blame("a duration that its presses cannot give", _not_between_presses(pairs))


def _not_between_presses(pairs: Sequence[tuple[Played, Logged]]) -> Iterator[str]:
    """Each logged duration lies between the shortest and the longest that its two presses allow."""
    for played, line in pairs:
        m = played.moments
        end = "cancel" if "cancel" in m and "call" not in m else "call"
        for name, first, last, logged in (
            ("wait", "issue", end, line.wait), ("walk", "call", "start", line.walk),
            ("serve", "start", "finish", line.serve),
        ):
            if first in m and last in m:
                shortest, longest = m[last].sent - m[first].answered, m[last].answered - m[first].sent
                if not shortest - PRESS_S <= logged <= longest + PRESS_S:
                    yield f"{played.row.ticket} {name} {logged:.3f} s"


# --- follow ------------------------------------------------------------------------------------


def _followed(player: Player, pairs: Sequence[tuple[Played, Logged]], verdict: Verdict) -> None:
    instants, durations = _instants(player, pairs), _durations(player, pairs)
    verdict.lines += ["", "error in recorded seconds      n    median     p99     max"]
    for name, errors in (*instants.items(), *durations.items()):
        sizes = [abs(error) for _ticket, error in errors]
        verdict.lines.append(
            f"  {name:<24} {len(sizes):>7} {quantile(sizes, 0.5):>9.2f} {quantile(sizes, 0.99):>7.2f} "
            f"{max(sizes, default=0.0):>7.2f}")
    far = sorted(((abs(error), ticket, name) for name, errors in durations.items() for ticket, error in errors
                  if abs(error) > CLOCK_ERROR_S), reverse=True)
    if far:
        verdict.too_fast.append(
            f"{len(far)} durations are off by more than {CLOCK_ERROR_S:g} s, the machine was too busy for this speed: "
            + _some([f"{ticket} {name} {size:.1f} s" for size, ticket, name in far]))
    verdict.blame("served at another counter", (
        p.row.ticket for p, line in pairs if p.row.served and line.counter != p.row.counter))
    verdict.blame("another end than recorded", (
        p.row.ticket for p, line in pairs if line.state != ("done" if p.row.served else "cancelled")))
    verdict.blame("not logged as out of order for the replay", (
        p.row.ticket for p, line in pairs if p.row.served and (line.rule, line.reason) != ("out_of_order", "replay")))
    verdict.blame("recalled, though nobody did", (p.row.ticket for p, line in pairs if line.recalls))


Errors = dict[str, list[tuple[str, float]]]


def _instants(player: Player, pairs: Sequence[tuple[Played, Logged]]) -> Errors:
    """Each logged instant against its recorded one, after the two clocks are laid upon each other."""
    both: dict[str, list[tuple[str, float, float]]] = {name: [] for name in ("issue", "call", "start", "end")}
    for p, line in pairs:
        row, end = p.row, p.row.ended if p.row.served else p.row.abandoned
        known = (("issue", row.issued, line.issued), ("call", row.called, line.called),
                 ("start", row.started, line.started), ("end", end, line.ended))
        for name, recorded, logged in known:
            if recorded is not None and logged is not None:
                both[name].append((row.ticket, recorded, logged))
    everything = [logged - recorded / player.speed for found in both.values() for _t, recorded, logged in found]
    zero = median(everything) if everything else 0.0
    return {
        f"{name} at": [(ticket, (logged - zero) * player.speed - recorded) for ticket, recorded, logged in found]
        for name, found in both.items()
    }


def _durations(player: Player, pairs: Sequence[tuple[Played, Logged]]) -> Errors:
    found: Errors = {"wait": [], "walk": [], "serve": [], "wait of who gave up": []}
    for p, line in pairs:
        row = p.row
        if row.called is not None and row.started is not None and row.ended is not None:
            found["wait"].append((row.ticket, line.wait * player.speed - (row.called - row.issued)))
            found["walk"].append((row.ticket, line.walk * player.speed - (row.started - row.called)))
            found["serve"].append((row.ticket, line.serve * player.speed - (row.ended - row.started)))
        elif row.abandoned is not None:
            found["wait of who gave up"].append((row.ticket, line.wait * player.speed - (row.abandoned - row.issued)))
    return found


# --- decide ------------------------------------------------------------------------------------


def _decided(player: Decide, pairs: Sequence[tuple[Played, Logged]], verdict: Verdict) -> None:
    _totals(player, pairs, verdict)
    verdict.blame("two visitors at one counter at a time", _overlaps([line for _p, line in pairs]))
    verdict.blame("not called by the order", (
        p.row.ticket for p, line in pairs if line.called is not None and line.rule not in discipline.IN_THE_MIX))
    _bound([line for _p, line in pairs], player.day.services, verdict)


def _totals(player: Decide, pairs: Sequence[tuple[Played, Logged]], verdict: Verdict) -> None:
    rows = [p.row for p, _line in pairs]
    served = [row for row in rows if row.served]
    before = [row.called - row.issued for row in served if row.called is not None]
    done = [line for _p, line in pairs if line.state == "done"]
    after = [line.wait * player.speed for line in done]
    serving = [(p.row.ended - p.row.started, line.serve * player.speed) for p, line in pairs
               if p.row.started is not None and p.row.ended is not None and line.state == "done"]
    verdict.lines += [
        "", "                              recorded      ours",
        f"  served                       {len(served):>8} {len(done):>9}",
        f"  gave up                      {len(rows) - len(served):>8} {len(pairs) - len(done):>9}",
    ]
    for name, share in (("median", 0.5), ("90 %", 0.9), ("longest", 1.0)):
        verdict.lines.append(
            f"  wait of the served, {name:<8} {quantile(before, share):>8.0f}s {quantile(after, share):>8.0f}s")
    lengths = [abs(logged - recorded) for recorded, logged in serving]
    verdict.lines += [
        f"  {len(player.sooner)} who gave up in the recording were called before that here and served for their "
        "service's median",
        *_crossed(player),
        f"  length of service against the recording: median {quantile(lengths, 0.5):.2f} s, p99 "
        f"{quantile(lengths, 0.99):.2f} s, max {max(lengths, default=0.0):.2f} s off",
    ]
    if max(lengths, default=0.0) > CLOCK_ERROR_S:
        verdict.too_fast.append(f"a service is off by {max(lengths):.1f} s, more than {CLOCK_ERROR_S:g} s")


def _crossed(player: Decide) -> list[str]:
    """Who gave up at the very moment of the call; nothing is wrong with that."""
    told = (
        (player.left_called, "gave up while they were being called: called, and gone before service began"),
        (player.stayed, "gave up while they were being called: service had begun, so they were served"))
    return [f"  {len(who)} {what}: {_some([p.row.ticket for p in who])}" for who, what in told if who]


def _overlaps(lines: Sequence[Logged]) -> list[str]:
    spans = sorted(
        (x.counter, x.called, x.ended, x.step) for x in lines if x.called is not None and x.ended is not None)
    return [
        f"{a[0]} (steps {a[3]} and {b[3]})" for a, b in pairwise(spans) if a[0] == b[0] and b[1] < a[2]
    ]


def _bound(lines: Sequence[Logged], services: tuple[str, ...], verdict: Verdict) -> None:
    """Nobody was overtaken more often than the rule allows, counted from the log alone."""
    history = _history(lines, services)
    counts, ahead = overtakes(history), _ahead(lines)
    over, tight = [], 0.0
    for line in lines:
        same, others = ahead[line.step]
        allowed = discipline.overtake_bound(MIX, same, line.priority, others)
        tight = max(tight, counts.get(line.step, 0) / allowed)
        if counts.get(line.step, 0) > allowed:
            over.append(f"step {line.step} ({counts[line.step]} times, {allowed} allowed)")
    total = sum(counts.values())
    verdict.lines.append(
        f"  overtaken by the rule of the mix: {total} times in all, one visitor at most {max(counts.values())} times; "
        f"{tight:.0%} of the bound at most")
    verdict.blame("overtaken more often than the rule allows", over)


def _history(lines: Sequence[Logged], services: tuple[str, ...]) -> list[Happened]:
    """What happened, in order. Of two calls within one millisecond the older visitor's is taken as the first."""
    found: list[tuple[float, int, int, str, Logged]] = []
    for line in lines:
        found.append((line.issued, 0, line.step, "joined", line))
        if line.called is not None:
            found.append((line.called, 1, line.step, "called", line))
        elif line.ended is not None:
            found.append((line.ended, 2, line.step, "left", line))
    return [
        Happened(seq, kind, line.step, line.service, round(line.issued * 1000), line.rule, services)
        for seq, (_at, _rank, _step, kind, line) in enumerate(sorted(found, key=lambda x: x[:3]), 1)
    ]


Ahead = dict[int, tuple[int, list[tuple[int, int]]]]


def _ahead(lines: Sequence[Logged]) -> Ahead:
    """Who was there when each one came: how many of the own class and service, and (ordinary, priority) of each
    other service."""
    happenings: list[tuple[float, int, Logged]] = []
    for line in lines:
        gone = line.called if line.called is not None else line.ended
        happenings.append((line.issued, line.step, line))
        if gone is not None:
            happenings.append((gone, -1, line))
    here: dict[str, list[int]] = {}
    found: Ahead = {}
    # Who goes within the millisecond in which another comes was still there: the larger bound is the true one.
    for _at, step, line in sorted(happenings, key=lambda x: (x[0], x[1] < 0, x[1])):
        counts = here.setdefault(line.service, [0, 0])
        if step < 0:
            counts[line.priority] -= 1
            continue
        found[step] = (counts[line.priority], [(c[0], c[1]) for key, c in here.items() if key != line.service])
        counts[line.priority] += 1
    return found
