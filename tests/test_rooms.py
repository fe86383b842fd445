"""A room with units, without a server: who is called where, the time, and that no unit is ever used twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from any_office import example, text_of
from backstage import events
from held_clock import KEY, House, house

from queue_server.commands import rooms, seat
from queue_server.commands.serving import NO_SHOW
from queue_server.domain.chain import check as check_chain
from queue_server.domain.errors import Refused
from queue_server.domain.office import Counter, Hall, Office, Room
from queue_server.domain.verify import check_calls
from queue_server.office_file import OfficeFileError, read
from queue_server.screens import room_pictures
from queue_server.snapshot import Snapshot
from queue_server.store import offices, pictures
from queue_server.transaction import SYSTEM

TABLES = tuple(f"meja-{n}" for n in range(1, 5))


def with_tables(office: Office) -> Office:
    """Three tables and a spare one, where numbers of "informasi" are called; 5 at a table, 8 in the room."""
    hall = Hall("besuk", {"id": "Ruang kunjungan"})
    tables = tuple(Counter(key, {"id": f"Meja {n}"}, "besuk", ("informasi",)) for n, key in enumerate(TABLES, 1))
    room = Room("besuk", {"id": "Ruang kunjungan"}, "informasi", TABLES[:3], TABLES[3:], minutes=30, seats=5, places=8)
    return replace(
        office, halls=(*office.halls, hall), counters=(*office.counters, *tables), rooms=(*office.rooms, room))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", with_tables(example(KEY)), time="9:05") as found:
        found.configure(replace(found.office, always_open=True))
        found.press(rooms.open_room, room="besuk")
        found.press(rooms.open_room, room="video")
        yield found


def shown(here: House) -> Snapshot:
    with here.session.database.read() as c:
        return pictures.snapshot(c, offices.heads_of(c, [KEY])[0], here.clock.now())


def console(here: House, room: str = "besuk") -> dict[str, Any]:
    return room_pictures.console(shown(here), room, here.officer.person_id or 0)


def unit(here: House, key: str, room: str = "besuk") -> dict[str, Any]:
    return next(found for found in console(here, room)["units"] if found["key"] == key)


def called(here: House, room: str = "besuk", **more: Any) -> dict[str, Any]:
    here.passes(0.02)
    return here.press(rooms.room_call, room=room, **more)


def seated(here: House, room: str = "besuk", service: str = "informasi") -> tuple[int, str]:
    """Somebody whose time runs: their step and unit."""
    here.number(service)
    found = called(here, room)
    here.passes(1)
    here.press(rooms.room_start, step=found["step"])
    return int(found["step"]), str(found["unit"])


def refused(here: House, command: Any, **args: Any) -> str:
    with pytest.raises(Refused) as no:
        here.press(command, **args)
    return no.value.code


def kinds(here: House, *wanted: str) -> list[dict[str, Any]]:
    found = events(here.session.settings.data, KEY)
    return [json.loads(e.body) | {"kind": e.kind} for e in found if e.kind in wanted]


def test_units_are_given_out_from_the_queue_in_order(here: House) -> None:
    steps = [here.number() for _ in range(4)]
    assert console(here)["next_unit"] == "meja-1"
    given = [called(here) for _ in range(3)]
    assert [(g["step"], g["unit"]) for g in given] == list(zip(steps, TABLES[:3], strict=False))
    assert refused(here, rooms.room_call, room="besuk") in ("no_free_unit", "double_press")
    assert console(here)["next_unit"] is None
    here.press(rooms.unit_on, unit="meja-4")
    assert called(here)["unit"] == "meja-4"
    assert [u["state"] for u in console(here)["units"]] == ["called"] * 4


def test_a_unit_is_never_used_twice(here: House) -> None:
    here.number(), here.number()
    called(here, unit="meja-2")
    here.passes(1)
    assert refused(here, rooms.room_call, room="besuk", unit="meja-2") == "unit_taken"
    step = called(here, unit="meja-1")["step"]
    assert refused(here, rooms.room_move, step=step, unit="meja-2") == "unit_taken"
    assert refused(here, rooms.unit_off, unit="meja-2", reason="broken") == "unit_taken"
    assert refused(here, rooms.room_call, room="besuk", unit="meja-4") == "unit_is_off"
    assert refused(here, rooms.room_call, room="besuk", unit="unit-1") == "no_such_unit"


def test_a_second_press_of_the_same_calls_nobody_else(here: House) -> None:
    here.number(), here.number()
    called(here)
    assert refused(here, rooms.room_call, room="besuk") == "double_press"
    assert sum(u["state"] == "called" for u in console(here)["units"]) == 1


def test_nobody_sits_down_at_a_unit(here: House) -> None:
    assert refused(here, seat.sit, counter="meja-1") == "unit_of_room"


def test_the_time_runs_is_warned_of_and_is_over(here: House) -> None:
    step, at = seated(here)
    assert unit(here, at)["state"] == "running"
    assert unit(here, at)["time"]["ends_at"] == here.clock.at + 30 * 60_000
    here.passes(24.5)
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == ""
    here.passes(0.5)
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == "warn"
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == "", "another process has said it"
    assert unit(here, at)["state"] == "warning"
    here.passes(5)
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == "over"
    assert unit(here, at)["state"] == "over", "at a table an officer ends the visit"
    here.press(rooms.room_end, step=step)
    assert unit(here, at)["state"] == "free"
    said = [(b["kind"], b.get("left_min", b.get("total"))) for b in kinds(here, "time_warned", "time_over")]
    assert said == [("time_warned", 5), ("time_over", 30)]
    assert here.entries()[step].serve == 30 * 60_000


def test_where_the_file_says_so_the_clock_ends_the_visit(here: House) -> None:
    step, at = seated(here, "video", "video")
    here.passes(15)
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == "over"
    assert unit(here, at, "video")["state"] == "free"
    assert (here.entries()[step].outcome, here.entries()[step].person) == ("served", None)


def test_setting_the_wall_clock_takes_nobodys_minutes(here: House) -> None:
    step, at = seated(here)
    here.passes(10)
    here.clock.at += 60 * 60_000
    assert unit(here, at)["state"] == "running"
    assert unit(here, at)["time"]["ends_at"] == here.clock.at + 20 * 60_000
    assert here.press(rooms.time_passed, SYSTEM, step=step)["due"] == ""


def test_an_extension_needs_a_reason_and_ends_at_the_limit(here: House) -> None:
    step, at = seated(here)
    assert refused(here, rooms.extend, step=step, minutes=5, reason="because") == "reason_needed"
    assert here.press(rooms.extend, step=step, minutes=10, reason="late_start")["total"] == 40
    assert unit(here, at)["time"]["may_extend_min"] == 5
    assert refused(here, rooms.extend, step=step, minutes=10, reason="far_away") == "extend_most"
    here.passes(32)
    assert unit(here, at)["state"] == "running"
    body, = kinds(here, "time_extended")
    assert (body["minutes"], body["reason"], body["total"]) == (10, "late_start", 40)


def test_extending_what_does_not_run_is_refused(here: House) -> None:
    here.number()
    step = called(here)["step"]
    assert refused(here, rooms.extend, step=step, minutes=5, reason="far_away") == "not_now"


def test_a_unit_that_is_switched_off_keeps_its_history_and_comes_back(here: House) -> None:
    step, at = seated(here)
    here.press(rooms.room_end, step=step)
    assert refused(here, rooms.unit_off, unit=at) == "reason_needed"
    here.press(rooms.unit_off, unit=at, reason="broken")
    here.press(rooms.open_room, room="besuk")
    assert (unit(here, at)["state"], unit(here, at)["reason"]) == ("off", "broken"), "opening does not mend it"
    here.number()
    assert called(here)["unit"] == "meja-2"
    here.press(rooms.unit_on, unit=at)
    assert unit(here, at)["state"] == "free"
    assert here.entries()[step].counter == at


def test_capacity_follows_the_units(here: House) -> None:
    def calling() -> int:
        return sum(shown(here).staffed(key) for key in TABLES)

    assert calling() == 3
    here.press(rooms.unit_off, unit="meja-3", reason="cleaning")
    assert calling() == 2
    here.press(rooms.unit_on, unit="meja-4")
    assert calling() == 3
    here.press(rooms.close_room, room="besuk")
    assert calling() == 0


def test_whoever_moves_to_another_unit_keeps_their_time(here: House) -> None:
    step, at = seated(here)
    here.passes(10)
    here.press(rooms.room_move, step=step, unit="meja-3")
    assert unit(here, at)["state"] == "free"
    assert unit(here, "meja-3")["time"]["ends_at"] == here.clock.at + 20 * 60_000
    assert here.entries()[step].counter == "meja-3"


def test_an_end_by_mistake_is_taken_back_and_the_time_has_run_on(here: House) -> None:
    step, at = seated(here)
    here.passes(3)
    event = here.press(rooms.room_end, step=step)["event"]
    assert console(here)["undo"]["event"] == event
    here.passes(0.1)
    here.press(rooms.room_undo, event=event)
    assert unit(here, at)["time"]["ends_at"] == here.clock.at + round(26.9 * 60_000)


def test_a_start_taken_back_has_no_time(here: House) -> None:
    here.number()
    found = called(here)
    event = here.press(rooms.room_start, step=found["step"])["event"]
    here.press(rooms.room_undo, event=event)
    assert (unit(here, found["unit"])["state"], unit(here, found["unit"])["time"]) == ("called", None)
    here.passes(1)
    here.press(rooms.room_start, step=found["step"])
    assert unit(here, found["unit"])["time"]["ends_at"] == here.clock.at + 30 * 60_000


def test_who_does_not_come_makes_room_and_may_come_back(here: House) -> None:
    here.number()
    found = called(here)
    here.passes(1)
    assert refused(here, rooms.room_no_show, step=found["step"]) == "reason_needed_no_board"
    here.press(rooms.room_no_show, step=found["step"], reason=NO_SHOW[0])
    assert unit(here, found["unit"])["state"] == "free"
    assert [row["step"] for row in console(here)["missed"]] == [found["step"]]
    here.press(rooms.room_back, step=found["step"])
    assert [row["step"] for row in console(here)["waiting"]["rows"]] == [found["step"]]


def test_a_batch_is_called_by_size_in_order_and_the_log_says_why(here: House) -> None:
    steps = [here.number() for _ in range(5)]
    for step, people in zip(steps, (2, 6, 5, 4, 1), strict=True):
        here.press(rooms.count_party, step=step, people=people)
    here.passes(1)
    made = here.press(rooms.call_batch, room="besuk")
    # 8 places: 2 fit, 6 are too many for a table, 5 fit, one place is left: 4 do not fit, 1 does.
    assert [c["step"] for c in made["called"]] == [steps[0], steps[2], steps[4]]
    assert made["passed"] == [[steps[1], "too_large"], [steps[3], "room_full"]]
    batch = console(here)["batch"]
    assert batch["number"] == 1 and [p["step"] for p in batch["passed"]] == [steps[1], steps[3]]
    assert [row["step"] for row in console(here)["waiting"]["rows"]] == [steps[1], steps[3]], "they keep their places"
    rules = [b["why"]["rule"] for b in kinds(here, "called")]
    assert rules == ["first", "batch", "batch"]
    body, = kinds(here, "batch_called")
    assert (body["number"], body["passed"]) == (1, [[steps[1], "too_large"], [steps[3], "room_full"]])


def test_batches_are_numbered_and_a_second_press_is_no_second_batch(here: House) -> None:
    assert refused(here, rooms.call_batch, room="besuk") == "nobody_waiting"
    for _ in range(4):
        here.number()
    assert here.press(rooms.call_batch, room="besuk")["number"] == 1
    assert refused(here, rooms.call_batch, room="besuk") == "double_press"
    here.passes(1)
    assert refused(here, rooms.call_batch, room="besuk") == "no_free_unit"
    here.press(rooms.unit_on, unit="meja-4")
    assert here.press(rooms.call_batch, room="besuk")["number"] == 2


def test_nobody_is_called_when_nobody_fits(here: House) -> None:
    here.press(rooms.count_party, step=here.number(), people=6)
    assert refused(here, rooms.call_batch, room="besuk") == "nobody_fits"


def test_a_room_is_in_one_hall() -> None:
    text = text_of(KEY).replace('hall = "video"\nservices = ["video"]', 'hall = "tunggu"\nservices = ["video"]', 1)
    with pytest.raises(OfficeFileError) as wrong:
        read(text, "rutan.toml")
    assert [problem.code for problem in wrong.value.problems] == ["room_in_two_halls"]


def test_the_log_of_a_room_verifies(here: House) -> None:
    step, _unit = seated(here)
    for _ in range(4):
        here.number()
    here.passes(1)
    here.press(rooms.call_batch, room="besuk")
    here.press(rooms.extend, step=step, minutes=5, reason="nobody_waits")
    here.press(rooms.room_end, step=step)
    log = events(here.session.settings.data, KEY)
    assert check_chain(log) == [] and check_calls(log) == []


def test_a_board_and_a_unit_show_a_number_and_nobody(here: House) -> None:
    _step, at = seated(here)
    board = room_pictures.device(shown(here), "besuk")
    tile = next(u for u in board["units"] if u["key"] == at)
    assert tile["label"] and tile["time"]["minutes"] == 30 and "visitor" not in tile
    page = room_pictures.device(shown(here), f"besuk/{at}")
    assert (page["kind"], page["unit"]["label"]) == ("unit", tile["label"])
    assert room_pictures.device(shown(here), "nowhere")["room"] is None
