"""Which steps a figure should not rest on: written rules in one table, which is also the documentation's.

Two kinds. ``data``: what the row says cannot have happened so (a forgotten "finish", a clock that jumped).
``gaming``: acts that end a clock without serving anybody sooner; each has honest reasons too, so a flag accuses
nobody. No step is changed or hidden by its flags: every figure is shown with all steps and without the flagged ones.

A flag depends on the step alone, its acts and its ticket's earlier steps, never on other visitors: whoever has the
events finds the same flags, now and in ten years. Durations and instants are ms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .standard import Share, Verdict, share
from .ticket import ENDED, State

SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000

SHORT_S = 20
FORGOTTEN_TIMES, FORGOTTEN_LEAST_MIN, FORGOTTEN_UNSTATED_MIN = 4, 30, 120
NIGHT_H = 12
JUMP_S = 10
QUICK_S = 60
CHAIN = 3
WALK_MIN = 3
LATE_START_WALK_S = 60


class Lived(NamedTuple):
    """What the rules look at. Durations by the steady clock, instants by the wall clock."""

    state: State
    leg: int                        # 1: the first step of its ticket
    stated_service_min: int | None
    walked: int
    served: int
    clocks: int                     # all clocks of this step together
    waited: int                     # the part of them before calls; with the time before arrival
    from_afar: bool                 # a number from a phone that was not at the door
    issued_at: int                  # of the ticket
    arrived_at: int | None
    first_called_at: int | None
    called_at: int | None
    started_at: int | None
    until: int                      # its end, or now
    rule: str                       # why it was called
    reason: str
    clock_doubt: bool
    day_begins: int | None          # ms after midnight UTC at which the office's day changes; None: always open
    reopened: bool = False          # by a supervisor, after "finish"
    woken: bool = False             # by a supervisor, after any end: some of its time is on no clock
    no_show_ms: int | None = None   # the shortest time from a call to "did not come"
    been_here: bool = False         # an earlier step of the ticket was at the same service


@dataclass(frozen=True)
class Rule:
    """``n`` is the threshold in the words of ``flag.<code>``; ``source``: why it is where it is."""

    kind: str  # data | gaming
    n: int
    source: str
    holds: Callable[[Lived], bool]


def _forgotten(s: Lived) -> bool:
    stated = s.stated_service_min
    least = FORGOTTEN_UNSTATED_MIN if stated is None else max(FORGOTTEN_TIMES * stated, FORGOTTEN_LEAST_MIN)
    return s.served > least * MINUTE


def _overnight(s: Lived) -> bool:
    if s.day_begins is None:
        return s.until - s.issued_at >= NIGHT_H * 60 * MINUTE
    return (s.until - s.day_begins) // DAY > (s.issued_at - s.day_begins) // DAY


def _jumped(s: Lived) -> bool:
    """Wall clock and steady clock disagree about a step that was called at most once, so that nothing of it lay
    between two clocks."""
    if s.state not in ENDED or s.state in (State.UNSERVED, State.VOID) or s.called_at != s.first_called_at or s.woken:
        return False
    until = s.until
    if s.state is State.NO_SHOW and s.called_at is not None:
        until = s.called_at  # the minutes of calling are on no clock
    if s.leg == 1:
        wall, steady = until - s.issued_at, s.clocks
    elif s.called_at is not None:
        wall, steady = until - s.called_at, s.clocks - s.waited
    else:
        return False
    return abs(wall - steady) > JUMP_S * SECOND


def _called_early(s: Lived) -> bool:
    if s.rule == "out_of_order" and s.reason != "replay":
        return True
    if s.first_called_at is None or not s.from_afar:
        return False
    return s.arrived_at is None or s.arrived_at > s.first_called_at


def _late_start(s: Lived) -> bool:
    if s.state is not State.DONE:
        return False
    return s.started_at is None or (s.walked >= LATE_START_WALK_S * SECOND and s.served < SHORT_S * SECOND)


#: Code -> rule; the sentence is "flag.<code>" of the supervisor's words, the printed table docs/plausible.md.
RULES: dict[str, Rule] = {
    "served_short": Rule(
        "data", SHORT_S, "nobody is greeted, heard and helped in less: start and finish were pressed together",
        lambda s: s.state is State.DONE and s.served < SHORT_S * SECOND),
    "finish_forgotten": Rule(
        "data", FORGOTTEN_TIMES, f"and longer than {FORGOTTEN_LEAST_MIN} minutes; where no service is stated, longer "
        f"than {FORGOTTEN_UNSTATED_MIN} minutes: the visitor had gone, and nobody pressed \"finish\"", _forgotten),
    "overnight": Rule(
        "data", NIGHT_H, "nobody waits or is served through a night; an office that is always open has no change of "
        "day, and there the hours count", _overnight),
    "clock_doubt": Rule(
        "data", 0, "the machine was restarted in between, or the times were written by hand or by a kiosk alone: only "
        "the wall clock tells them (decisions 15)", lambda s: s.clock_doubt),
    "clock_jumped": Rule(
        "data", JUMP_S, "durations come from a clock that nobody can set: where the times of day tell another story, "
        "the wall clock was set in between", _jumped),
    "called_early": Rule(
        "gaming", 0, "its wait ended sooner than its turn in the queue, so it says nothing about the queue",
        _called_early),
    "no_show_quick": Rule(
        "gaming", QUICK_S, "from the far end of a hall, or from a chair, somebody needs longer",
        lambda s: s.no_show_ms is not None and s.no_show_ms < QUICK_S * SECOND),
    "reopened": Rule("gaming", 0, "\"finish\" stops the clock of the service", lambda s: s.reopened),
    "transfer_chain": Rule(
        "gaming", CHAIN, "each transfer ends one wait as kept and begins another",
        lambda s: s.been_here or s.leg > CHAIN),
    "walk_long": Rule(
        "gaming", WALK_MIN, "a call stops the clock of the wait: made long before the counter was ready, it hides a "
        "part of it", lambda s: s.walked > WALK_MIN * MINUTE),
    "no_start": Rule(
        "gaming", SHORT_S, f"after {LATE_START_WALK_S} seconds or more since the call: the visitor was served before "
        "the service's clock ran", _late_start),
}
_TABLE = tuple((code, rule.holds) for code, rule in RULES.items())


def flags(step: Lived) -> tuple[str, ...]:
    """The codes of all rules that hold, in the order of the table; empty: plausible."""
    return tuple([code for code, holds in _TABLE if holds(step)])


@dataclass(frozen=True)
class Shares:
    """A share on time with every step, and with the plausible ones only.

    ``steps`` were looked at and ``flagged`` of them carry a flag; ``by_flag`` counts each (a step may carry several).
    """

    all: Share
    plausible: Share
    steps: int = 0
    flagged: int = 0
    by_flag: dict[str, int] = field(default_factory=dict)


def shares(found: Iterable[tuple[Verdict, tuple[str, ...]]] = (), part: str = "wait") -> Shares:
    """One part ("wait", "service" or "visit") of steps with their flags, both ways."""
    steps = list(found)
    n = Counter(code for _verdict, codes in steps for code in codes)
    return Shares(
        share((verdict for verdict, _codes in steps), part),
        share((verdict for verdict, codes in steps if not codes), part),
        len(steps), sum(bool(codes) for _verdict, codes in steps), {code: n[code] for code in RULES if n[code]},
    )
