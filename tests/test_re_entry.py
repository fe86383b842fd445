"""Who missed the call sees where they come back before they choose, and the promise holds: by the discipline, at the
counter, on the phone and at the kiosk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from held_clock import DOOR, KEY, House, house
from hypothesis import given
from hypothesis import strategies as st

from queue_server.commands import counter, visitor
from queue_server.domain.discipline import Heads, Recent, in_order, re_entry
from queue_server.domain.errors import Refused
from queue_server.domain.office import MixRule
from queue_server.domain.ticket import Waiting
from queue_server.screens import counter as console_screen
from queue_server.screens import visitor as phone_screen
from queue_server.snapshot import Snapshot
from queue_server.store import offices, pictures, queue

RULE = MixRule(1, 2, None)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data") as found:
        found.configure(replace(found.office, always_open=True))
        yield found


def shown(here: House) -> Snapshot:
    with here.session.database.read() as c:
        return pictures.snapshot(c, offices.heads_of(c, [KEY])[0], here.clock.now())


def console(here: House) -> dict[str, Any]:
    return console_screen.picture(shown(here), here.officer.person_id or 0)


def secret(here: House, step: int) -> str:
    with here.session.database.read() as c:
        found = queue.step(c, 1, step)
        assert found is not None
        return queue.ticket(c, found.ticket_id).secret


def phone(here: House, step: int) -> dict[str, Any]:
    with here.session.database.read() as c:
        held = pictures.held(c, 1, secret(here, step))
    assert held is not None
    picture: dict[str, Any] = phone_screen.picture(shown(here), held, None)["ticket"]
    return picture


def missed(here: House, **more: Any) -> int:
    """Somebody is called and does not come."""
    step = here.number(**more)
    here.passes(0.02)
    here.press(counter.call, step=step, reason="urgent_need")
    here.passes(2)
    here.press(counter.no_show, reason="called_aloud")
    return step


def called_before(here: House, step: int, most: int = 20) -> int:
    """How many others are called until the turn of ``step`` comes."""
    for others in range(most):
        here.passes(0.02)
        found = here.press(counter.call_next)["step"]
        here.passes(0.1)
        here.press(counter.start)
        here.passes(0.1)
        here.press(counter.finish)
        if found == step:
            return others
    raise AssertionError(f"{step} was not called")


@given(st.lists(st.booleans(), max_size=9), st.lists(st.integers(1, 4), max_size=3), st.integers(0, 5))
def test_the_place_told_is_the_place_in_the_one_order(classes: list[bool], returns: list[int], after: int) -> None:
    waiting = [Waiting(n, "a", n, priority) for n, priority in enumerate(classes, 1)]
    waiting += [Waiting(100 + n, "a", 0, False, n, left) for n, left in enumerate(returns, 1)]
    back = Waiting(999, "a", 0, False, 50, after)
    told = re_entry(Heads.of(waiting), Recent(), RULE, 0, back)
    order = [w.step for w, _why in in_order([*waiting, back], Recent(), RULE, 0)]
    assert order.index(999) == told.after <= told.most
    # Whoever comes later can only fill the places up to the promise.
    crowd = [*waiting, *(Waiting(n, "a", n, n % 3 == 0) for n in range(1_000, 1_030))]
    later = [w.step for w, _why in in_order([*crowd, back], Recent(), RULE, 0)]
    assert told.after <= later.index(999) <= told.most


@pytest.mark.parametrize("others", [0, 1, 3, 5])
def test_exactly_as_many_are_called_first_as_the_console_and_the_phone_have_said(here: House, others: int) -> None:
    step = missed(here)
    for _ in range(others):
        here.number()
    [row] = console(here)["missed"]
    told = phone(here, step)["back"]
    assert row["back"] == {"after": min(3, others), "most": 3} == {key: told[key] for key in ("after", "most")}
    here.press(visitor.back, DOOR, secret=secret(here, step))
    assert called_before(here, step) == told["after"]


def test_the_promise_holds_when_others_come_and_others_come_back(here: House) -> None:
    first, second = missed(here), missed(here)
    for _ in range(2):
        here.number()
    here.press(visitor.back, DOOR, secret=secret(here, first))
    told = phone(here, second)["back"]
    assert (told["after"], told["most"]) == (3, 4)  # two who wait, and who came back before
    here.press(visitor.back, DOOR, secret=secret(here, second))
    for _ in range(6):
        here.number()
    assert called_before(here, second) == told["most"]


def test_a_kiosk_brings_a_number_back_as_it_stands_on_the_paper(here: House) -> None:
    step = missed(here)
    label = next(row["label"] for row in console(here)["missed"] if row["step"] == step)
    prefix, number = label[0], int(label[1:])
    here.press(visitor.back, DOOR, prefix=prefix, number=number)
    assert console(here)["waiting"]["rows"][0]["step"] == step
    with pytest.raises(Refused) as no:
        here.press(visitor.back, DOOR, prefix=prefix, number=number)
    assert no.value.code == "not_now"
    with pytest.raises(Refused) as no:
        here.press(visitor.back, DOOR, prefix=prefix, number=777)
    assert no.value.code == "no_such_number"


def test_too_late_nothing_is_promised_and_nobody_comes_back(here: House) -> None:
    step = missed(here)
    here.passes(here.office.rules.return_within_min + 1)
    assert phone(here, step)["back"] is None
    with pytest.raises(Refused) as no:
        here.press(visitor.back, DOOR, secret=secret(here, step))
    assert no.value.code == "grace_over"


def test_from_afar_nobody_comes_back_before_they_are_here(here: House) -> None:
    here.configure(replace(here.office, remote_numbers=True))
    step = missed(here, channel="online")
    with here.session.database.read() as c:
        found = queue.step(c, 1, step)
    assert found is not None and found.arrived_at is None
    with pytest.raises(Refused) as no:
        here.press(visitor.back, DOOR, secret=secret(here, step))
    assert no.value.code == "back_at_door"
