"""Which steps are flagged, by written rules; figures with and without them."""

from __future__ import annotations

from typing import Any

import pytest

from queue_server.commands_shell import flags as page
from queue_server.domain import hours
from queue_server.domain.plausible import DAY, MINUTE, RULES, SECOND, Lived, flags, shares
from queue_server.domain.standard import Part, Verdict
from queue_server.domain.ticket import State
from queue_server.exports.columns import words

MORNING = 1_795_396_200_000  # Monday 2026-11-23, 08.10 WIB
WIB_MIDNIGHT = 17 * 60 * MINUTE


def lived(waited: float = 300, walked: float = 40, served: float = 240, **changes: Any) -> Lived:
    """Issued at 08.10, called after five minutes, served four; in seconds."""
    wait, walk, serve = (round(seconds * SECOND) for seconds in (waited, walked, served))
    called = MORNING + wait
    usual = Lived(
        State.DONE, 1, 5, walk, serve, wait + walk + serve, wait, False, MORNING, MORNING, called, called,
        called + walk, called + walk + serve, "first", "", False, WIB_MIDNIGHT)
    return usual._replace(**changes)


def test_a_plain_visit_is_plausible() -> None:
    assert flags(lived()) == ()


@pytest.mark.parametrize(("rule", "holds", "holds_not"), [
    ("served_short", lived(served=19.9), lived(served=20)),
    ("served_short", lived(served=0), lived(served=3, state=State.TRANSFERRED)),
    # four times the stated five minutes would be twenty: half an hour is the least
    ("finish_forgotten", lived(served=30 * 60 + 1), lived(served=30 * 60)),
    ("finish_forgotten", lived(served=61 * 60, stated_service_min=15), lived(served=60 * 60, stated_service_min=15)),
    ("finish_forgotten", lived(served=121 * 60, stated_service_min=None),
     lived(served=119 * 60, stated_service_min=None)),
    ("finish_forgotten", lived(served=31 * 60, state=State.SERVING), lived(served=29 * 60, state=State.SERVING)),
    ("overnight", lived(waited=16 * 3600), lived(waited=15 * 3600)),
    ("overnight", lived(waited=12 * 3600, day_begins=None), lived(waited=11 * 3600, day_begins=None)),
    ("overnight", lived(state=State.UNSERVED, called_at=None, until=MORNING + DAY),
     lived(state=State.UNSERVED, called_at=None, until=MORNING + 9 * 3600 * SECOND)),
    ("clock_doubt", lived(clock_doubt=True), lived()),
    ("called_early", lived(rule="out_of_order", reason="urgent_need"), lived(rule="out_of_order", reason="replay")),
    ("called_early", lived(from_afar=True, arrived_at=MORNING + 301 * SECOND),
     lived(from_afar=True, arrived_at=MORNING + 300 * SECOND)),
    ("called_early", lived(from_afar=True, arrived_at=None),
     lived(from_afar=True, arrived_at=None, first_called_at=None, called_at=None)),
    ("called_early", lived(from_afar=True, arrived_at=None), lived(arrived_at=MORNING + 301 * SECOND)),
    ("no_show_quick", lived(no_show_ms=59_999), lived(no_show_ms=60_000)),
    ("reopened", lived(reopened=True), lived(woken=True)),
    ("transfer_chain", lived(leg=4), lived(leg=3)),
    ("transfer_chain", lived(leg=2, been_here=True), lived(leg=2)),
    ("walk_long", lived(walked=180.1), lived(walked=180)),
    ("no_start", lived(walked=60, served=19), lived(walked=59, served=19)),
    ("no_start", lived(started_at=None), lived(started_at=None, state=State.CANCELLED)),
])
def test_a_rule_holds_from_its_threshold_on(rule: str, holds: Lived, holds_not: Lived) -> None:
    assert rule in flags(holds)
    assert rule not in flags(holds_not)


@pytest.mark.parametrize("ended", ["DONE", "NO_SHOW", "CANCELLED", "TRANSFERRED"])
@pytest.mark.parametrize("leg", [1, 3])
def test_a_wall_clock_that_was_set_is_seen_whichever_way(ended: str, leg: int) -> None:
    """The durations stay what they were; the times of day tell another story."""
    step = lived(state=State[ended], leg=leg)
    if step.state is State.NO_SHOW:  # on no clock since the call
        step = step._replace(walked=0, served=0, clocks=step.waited, until=(step.called_at or 0) + 40 * SECOND)
    assert flags(step) == ()
    for jump in (-3600, -11, 11, 3600):
        later = (step.called_at or 0) + jump * SECOND
        moved = step._replace(until=step.until + jump * SECOND)
        if step.state is State.NO_SHOW:
            moved = step._replace(called_at=later, first_called_at=later)
        assert ("clock_jumped" in flags(moved)) == (leg == 1 or step.state is not State.NO_SHOW), jump
    near = step._replace(until=step.until + 10 * SECOND)
    assert flags(near) == ()


@pytest.mark.parametrize("changes", [
    {"woken": True},                                      # while it was ended no clock ran
    {"first_called_at": MORNING},                         # called twice: between two calls it may have been a no-show
    {"state": State.SERVING}, {"state": State.UNSERVED},  # under way; ended at the next opening
])
def test_time_that_is_on_no_clock_is_no_jump(changes: dict[str, Any]) -> None:
    assert "clock_jumped" not in flags(lived(until=MORNING + 3600 * SECOND)._replace(**changes))


def test_a_step_can_carry_several_flags_in_the_order_of_the_table() -> None:
    found = flags(lived(walked=200, served=5))
    assert found == ("served_short", "walk_long", "no_start")
    assert list(found) == [code for code in RULES if code in found]


def test_the_office_day_may_begin_after_midnight() -> None:
    from dataclasses import replace

    from backstage import demo_office
    office = replace(demo_office("rutan"), always_open=False, day_starts=240)
    assert hours.day_begins(office) == 21 * 3_600_000  # 04.00 WIB
    assert hours.day_begins(replace(office, always_open=True)) is None


KEPT, LATE, OPEN = Part(True), Part(False), Part(None, "not_yet_known")


def test_a_share_is_printed_with_every_step_and_without_the_flagged() -> None:
    found = shares([
        (Verdict(KEPT, OPEN, OPEN), ()), (Verdict(KEPT, OPEN, OPEN), ("walk_long", "no_start")),
        (Verdict(LATE, OPEN, OPEN), ()), (Verdict(OPEN, OPEN, OPEN), ("walk_long",)), (Verdict(OPEN, OPEN, OPEN), ()),
    ])
    assert (found.all.numerator, found.all.denominator, found.all.left_out) == (2, 3, {"not_yet_known": 2})
    plausible = found.plausible
    assert (plausible.numerator, plausible.denominator, plausible.left_out) == (1, 2, {"not_yet_known": 1})
    assert (found.steps, found.flagged, found.by_flag) == (5, 2, {"walk_long": 2, "no_start": 1})


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_rule_has_its_sentence_with_its_threshold(language: str) -> None:
    known = words(language)
    for code, rule in RULES.items():
        assert ("{n}" in known[f"flag.{code}"]) == bool(rule.n), code
        assert rule.kind in ("data", "gaming") and rule.source


def test_the_documentation_is_the_code() -> None:
    assert page.FILE.read_text("utf-8") == page.printed(), "python -m queue_server flags --write"
