"""People who need more: what they say is seen by whoever serves and by nobody else, and is gone the day after; who must
be fetched is called by the voice only when somebody is with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backstage import events
from held_clock import DOOR, KEY, MINUTE, House, house

from queue_server import clockwork
from queue_server.commands import counter, needs, undo, visitor
from queue_server.domain.chain import Event
from queue_server.domain.chain import check as check_chain
from queue_server.domain.errors import Refused
from queue_server.domain.needs import CLASS_OF, CLASSES, FETCHED, Stated, grants_priority, stated
from queue_server.domain.office import NEEDS
from queue_server.domain.rebuilt import Rebuilt
from queue_server.domain.verify import check_calls
from queue_server.screens import alerts, display, kiosk
from queue_server.screens import counter as console_screen
from queue_server.screens import visitor as phone_screen
from queue_server.snapshot import Snapshot
from queue_server.store import needs as kept
from queue_server.store import offices, pictures, queue
from queue_server.store.acts import acts_of
from queue_server.transaction import SYSTEM


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


def boards(here: House) -> list[dict[str, Any]]:
    """What each hall's boards show."""
    snapshot = shown(here)
    return [display.picture(snapshot, f"{hall.key}/tv", 0) for hall in snapshot.office.halls]


def alarms(here: House) -> list[dict[str, Any]]:
    """What the supervisor must act on."""
    return alerts.found(shown(here), [], {}, "none")


def log(here: House) -> list[Event]:
    return events(here.session.settings.data, KEY)


def phone(here: House, step: int) -> dict[str, Any]:
    with here.session.database.read() as c:
        found = queue.step(c, 1, step)
        assert found is not None
        held = pictures.held(c, 1, queue.ticket(c, found.ticket_id).secret)
    assert held is not None
    picture: dict[str, Any] = phone_screen.picture(shown(here), held, None)["ticket"]
    return picture


def refused(here: House, command: Any, **args: Any) -> str:
    with pytest.raises(Refused) as no:
        here.press(command, **args)
    return no.value.code


def call(here: House) -> dict[str, Any]:
    here.passes(0.02)
    return here.press(counter.call_next)


def announced(here: House) -> set[int]:
    """The calls that any board shows."""
    return {call["id"] for board in boards(here) for call in board["calls"]}


# --- what is said -----------------------------------------------------------------------------------


def test_only_what_the_office_asks_about_is_kept() -> None:
    assert stated(("seat", "blind"), "blind,nursing,seat").needs == ("seat", "blind")
    with pytest.raises(Refused):
        stated(NEEDS, "rich")


def test_who_does_not_hear_or_see_is_fetched_unless_they_say_otherwise() -> None:
    assert {need for need in NEEDS if stated(NEEDS, need).fetch} == FETCHED
    assert not stated(NEEDS, "blind", False).fetch
    assert stated(NEEDS, "", True, " kursi\n dekat pintu ") == Stated((), True, "kursi dekat pintu")


def test_a_need_gives_priority_only_where_the_law_names_the_class(here: House) -> None:
    assert set(CLASS_OF.values()) <= set(CLASSES) and set(CLASS_OF) <= set(NEEDS)
    assert not grants_priority(("seat", "unread")) and grants_priority(("seat", "wheelchair"))
    seat, chair = here.number(needs="seat,unread"), here.number(needs="wheelchair")
    waiting = {row["step"]: row for row in console(here)["waiting"]["rows"]}
    assert not waiting[seat]["priority"] and waiting[chair]["priority"]


def test_where_no_priority_number_is_left_an_ordinary_one_is_given(here: House) -> None:
    services = tuple(
        replace(s, quota=replace(s.quota, priority=0)) if s.key == "informasi" else s for s in here.office.services)
    here.configure(replace(here.office, services=services))
    step = here.number(needs="blind")
    assert [row["priority"] for row in console(here)["waiting"]["rows"] if row["step"] == step] == [False]


def test_the_officer_sees_it_and_no_board_no_line_and_no_entry_of_the_log_does(here: House) -> None:
    step = here.number(needs="sign,unread", where="kursi merah", fetch=False)
    row = next(row for row in console(here)["waiting"]["rows"] if row["step"] == step)
    assert (row["needs"], row["fetch"], row["where"]) == (["sign", "unread"], False, "kursi merah")
    call(here)
    assert console(here)["current"]["needs"] == ["sign", "unread"]
    here.press(needs.state_needs, step=step, needs="blind", where="bangku biru", fetch=False)
    assert console(here)["current"]["needs"] == ["blind"]
    said = {"sign", "unread", "blind", "merah", "biru"}
    public = [json.dumps(board) for board in boards(here)]
    public += [event.body for event in log(here) if event.kind != "office_configured"]
    assert not [word for word in said for text in public if word in text]
    door = kiosk.picture(shown(here), "door")
    assert not any("where" in service or "needs" in service for service in door["services"])


def test_the_log_has_the_same_of_a_change_as_of_any_note(here: House) -> None:
    step = here.number()
    before = len(log(here))
    here.press(needs.state_needs, step=step, needs="seat")
    here.press(needs.state_needs, step=step, needs="seat")  # nothing new
    [event] = log(here)[before:]
    assert event.kind == "note_added" and set(json.loads(event.body)) == {"ticket", "commitment"}


def test_the_holder_says_it_on_their_own_phone(here: House) -> None:
    ticket = here.press(visitor.issue, DOOR, service="informasi", channel="door")["ticket"]
    here.press(needs.own_needs, DOOR, secret=ticket["secret"], needs="nursing", where="di luar")
    assert phone(here, ticket["step"])["needs"] == ["nursing"]
    assert phone(here, here.number())["needs"] == []


def test_an_office_that_asks_nothing_keeps_nothing(here: House) -> None:
    here.configure(replace(here.office, rules=replace(here.office.rules, needs=())))
    here.number(needs="blind")
    assert shown(here).needs == {} and kiosk.picture(shown(here), "door")["needs"] == []


def test_all_of_it_is_erased_the_day_after_and_nothing_says_that_it_was_there(here: House) -> None:
    here.number(needs="blind")
    here.passes(24 * 60)
    here.press(clockwork.tidy, SYSTEM)
    with here.session.database.read() as c:
        assert kept.of_ticket(c, 1).needs == ("blind",)
    here.passes(24 * 60)
    here.press(clockwork.tidy, SYSTEM)
    with here.session.database.read() as c:
        assert not kept.of_ticket(c, 1)
    assert not [event for event in log(here) if event.kind == "erased"]


# --- fetched ----------------------------------------------------------------------------------------


def test_who_is_fetched_is_on_no_board_until_somebody_is_with_them(here: House) -> None:
    step = here.number(needs="blind", where="kursi depan")
    assert [(row["step"], row["since"]) for row in console(here)["fetch"]] == [(step, None)]
    answer = call(here)
    assert answer["fetch"] is True
    current, board = console(here)["current"], boards(here)
    assert current["held"] and current["where"] == "kursi depan"
    assert announced(here) == set()
    label = current["label"]
    assert label not in json.dumps(board, ensure_ascii=False)
    assert phone(here, step)["held"] is True
    assert [row["since"] for row in console(here)["fetch"]] == [here.clock.at]
    assert refused(here, counter.recall) == "being_fetched"
    here.passes(5)
    assert refused(here, counter.no_show, reason="called_aloud") == "being_fetched"
    (alert,) = [one for one in alarms(here) if one["code"] == "not_fetched"]
    assert (alert["facts"]["label"], alert["facts"]["minutes"]) == (label, 5) and "blind" not in repr(alert)
    told = here.press(needs.fetched, step=step)
    assert announced(here) == {told["call"]} and told["call"] > answer["call"]
    assert not console(here)["current"]["held"] and not phone(here, step)["held"]
    assert "not_fetched" not in {one["code"] for one in alarms(here)}
    assert console(here)["fetch"] == []
    assert refused(here, needs.fetched, step=step) == "not_fetched"


def test_the_time_until_a_no_show_begins_when_the_voice_may_speak(here: House) -> None:
    here.number(needs="blind")
    called = call(here)
    here.passes(10)
    here.press(needs.fetched, step=called["step"])
    assert refused(here, counter.no_show, reason="called_aloud") == "no_show_too_soon"
    here.passes(1)
    here.press(counter.no_show, reason="called_aloud")
    entry = here.entries()[called["step"]]
    assert entry.state == "no_show"


def test_who_comes_with_the_helper_is_served_without_a_call_for_all(here: House) -> None:
    step = here.number(needs="sign")
    call(here)
    here.passes(2)
    here.press(counter.start)
    assert announced(here) == set()
    here.press(undo.undo, event=console(here)["undo"]["event"])
    assert console(here)["current"]["held"] and announced(here) == set()
    here.passes(0.02)
    here.press(counter.start)
    here.passes(3)
    here.press(counter.finish)
    assert here.entries()[step].state == "done"


def test_a_call_that_nobody_saw_is_taken_back_without_a_board_knowing(here: House) -> None:
    here.number(needs="blind")
    call(here)
    here.press(undo.undo, event=console(here)["undo"]["event"])
    assert announced(here) == set() and all(not board["withdrawn"] for board in boards(here))
    assert console(here)["waiting"]["total"] == 1


def test_a_fetched_call_counts_once_in_the_mix_and_brings_returns_nearer_once(here: House) -> None:
    here.number()
    call(here)
    here.press(counter.skip)
    back = here.number(needs="blind", fetch=True)
    first = here.number()
    second = here.number()
    order = []
    for _ in range(4):
        found = call(here)
        order.append(found["step"])
        if found["fetch"]:
            here.press(needs.fetched, step=found["step"])
        here.passes(0.1)
        here.press(counter.start)
        here.passes(0.1)
        here.press(counter.finish)
    assert order == [back, first, second, 1]


def test_the_log_bears_it_out_with_the_rule_and_every_duration(here: House) -> None:
    step = here.number(needs="blind")
    here.passes(4)
    call(here)
    here.passes(3)
    here.press(needs.fetched, step=step)
    here.passes(1)
    here.press(counter.start)
    here.passes(5)
    here.press(counter.finish)
    found = log(here)
    assert [event.kind for event in found][-4:] == ["called", "announced", "started", "finished"]
    assert check_chain(found) == [] and check_calls(found) == []
    rebuilt = Rebuilt({})
    rebuilt.office = here.office
    for event in found:
        rebuilt.take(event, json.loads(event.body))
    assert rebuilt.problems == []
    leg, entry = rebuilt.legs[step], here.entries()[step]
    assert (leg.waited, leg.walked, leg.served) == (entry.wait, entry.walk, entry.serve)
    assert (entry.walk, entry.serve, entry.rule) == (4 * MINUTE, 5 * MINUTE, "first")


def test_a_no_show_is_as_old_as_the_call_that_could_be_heard_on_both_sides(here: House) -> None:
    step = here.number(needs="blind")
    call(here)
    here.passes(30)
    here.press(needs.fetched, step=step)
    here.passes(0.4)
    here.press(counter.no_show, reason="called_aloud")
    rebuilt = Rebuilt({})
    rebuilt.office = here.office
    for event in log(here):
        rebuilt.take(event, json.loads(event.body))
    with here.session.database.read() as c:
        acts = acts_of(c, 1, [step])
    assert rebuilt.legs[step].no_show_ms == acts[step].no_show_ms == 24_000


def test_what_the_helper_sees_comes_from_the_order_that_everybody_sees(here: House) -> None:
    for _ in range(console_screen.FETCH_SOON):
        here.number()
    far = here.number(needs="blind", service="informasi", priority=False)
    with_priority = [row["step"] for row in console(here)["fetch"]]
    assert with_priority == [far]  # by its class it is near
