"""Rooms, the rules: how long a visit is, when it is warned of, what an extension may be, and who fits a batch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.errors import Refused
from queue_server.domain.office import Room
from queue_server.domain.room import MINUTE, Party, Sitting, Unit, batch, extended, free

ROOM = Room("besuk", {"id": "Ruang kunjungan"}, "besuk", ("1", "2", "3"), ("4",), minutes=30, seats=5, places=12)
BEGAN = 1_000
SITTING = Sitting(1, "besuk", "1", 30, 0, 0, BEGAN)


def at(minutes: float) -> int:
    return BEGAN + round(minutes * MINUTE)


@pytest.mark.parametrize(("minutes", "phase", "due"), [
    (0, "running", ""), (24.9, "running", ""), (25, "warning", "warn"), (29.9, "warning", "warn"),
    (30, "over", "over"), (45, "over", "over"),
])
def test_a_visit_is_warned_of_and_ends(minutes: float, phase: str, due: str) -> None:
    assert (SITTING.phase(at(minutes), 5), SITTING.due(at(minutes), 5)) == (phase, due)


def test_what_was_said_is_not_said_again() -> None:
    assert replace(SITTING, warned=1).due(at(26), 5) == ""
    assert replace(SITTING, warned=1).due(at(30), 5) == "over"
    assert replace(SITTING, warned=1, over=1).due(at(31), 5) == ""


def test_a_visit_that_is_shorter_than_the_warning_is_not_warned_of() -> None:
    short = replace(SITTING, minutes=5)
    assert [short.due(at(m), 5) for m in (0, 4, 5)] == ["", "", "over"]


def test_an_extension_lasts_to_the_new_end_and_is_warned_of_again() -> None:
    warned = replace(SITTING, warned=1)
    longer = extended(warned, ROOM, 10, at(27))
    assert longer.left_ms(at(27)) == 13 * MINUTE
    assert [longer.due(at(m), 5) for m in (27, 34, 35, 40)] == ["", "", "warn", "over"]
    still_near = extended(warned, ROOM, 1, at(28))
    assert still_near.due(at(28), 5) == "", "it was warned of a moment ago"
    late = extended(replace(SITTING, warned=1, over=1), ROOM, 10, at(31))
    assert [late.due(at(m), 5) for m in (31, 36, 40)] == ["", "warn", "over"]


def test_an_extension_has_its_limits() -> None:
    with pytest.raises(Refused) as no:
        extended(SITTING, ROOM, 0, at(1))
    assert no.value.code == "extend_minutes"
    once = extended(SITTING, ROOM, 10, at(1))
    with pytest.raises(Refused) as no:
        extended(once, ROOM, 6, at(2))
    assert (no.value.code, no.value.facts) == ("extend_most", {"most": 15, "left": 5})
    assert extended(once, ROOM, 5, at(2)).extended_min == 15


def test_units_are_given_out_in_order_and_spare_ones_last() -> None:
    units = {key: Unit(key, on=key != "2", busy=False) for key in ROOM.all_units}
    assert free(ROOM, units) == ["1", "3", "4"]
    assert free(ROOM, {**units, "1": Unit("1", on=True, busy=True)}) == ["3", "4"]


def parties(*people: int) -> list[Party]:
    return [Party(step, number) for step, number in enumerate(people, 1)]


def test_a_batch_is_called_in_order_and_says_who_was_passed_over() -> None:
    found = batch(ROOM, parties(2, 6, 5, 4, 3, 1), ["1", "2", "3"], inside=2)
    # 12 places, 2 taken: 2 fit, 6 are too many for a table, 5 fit, then 3 places are left: 4 do not fit, 3 do.
    assert found.called == ((1, "1"), (3, "2"), (5, "3"))
    assert found.passed == ((2, "too_large"), (4, "room_full"))


def test_a_batch_without_limits_takes_the_first() -> None:
    found = batch(replace(ROOM, seats=None, places=None), parties(9, 9, 9), ["1", "2"], inside=50)
    assert (found.called, found.passed) == (((1, "1"), (2, "2")), ())


@given(st.lists(st.integers(1, 8), max_size=20), st.integers(0, 4), st.integers(0, 20), st.integers(1, 6),
       st.integers(1, 20))
def test_no_batch_is_unfair_or_too_full(sizes: list[int], units: int, inside: int, seats: int, places: int) -> None:
    room = replace(ROOM, seats=seats, places=places)
    found = batch(room, parties(*sizes), [str(n) for n in range(units)], inside)
    people = dict(enumerate(sizes, 1))
    steps = [step for step, _unit in found.called]
    assert steps == sorted(steps) and len({unit for _step, unit in found.called}) == len(steps) <= units
    assert inside + sum(people[s] for s in steps) <= max(places, inside)
    assert all(people[s] <= seats for s in steps)
    for step, why in found.passed:  # whoever was passed over would really not have fitted at that point
        before = inside + sum(people[s] for s in steps if s < step)
        assert people[step] > seats if why == "too_large" else before + people[step] > places
    looked_at = {*steps, *(step for step, _why in found.passed)}
    assert looked_at == set(range(1, len(looked_at) + 1)), "nobody is left out without a reason"
    assert len(steps) == units or len(looked_at) == len(sizes)
