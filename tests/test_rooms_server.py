"""A room at a real server: several officers press at once and no unit is used twice, the clock warns and ends, what
hangs in the room shows it, and a whole visit goes through by the public interface."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from backstage import apply, demo_office, events, let_time_pass
from cast import Server
from journeys import TABLES, with_stages

from queue_server.client import Officer, Refusal, Screen, Site

BOTH_DATABASES = True
STAFF = ("ani", "budi", "citra", "dewi")


@pytest.fixture(scope="module")
def house(copied: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = copied(tmp_path_factory.mktemp("rooms") / "data")
    office = demo_office("rutan")
    rules = replace(office.rules, double_press_ms=0)
    apply(server.data, replace(with_stages(office, both_ready=False), rules=rules))
    server.start()
    yield server
    server.stop()


def console(server: Server, name: str = "ani", room: str = "besuk") -> Officer:
    found = Officer(server.base, "rutan", name, server.passwords["rutan", name], "room", room)
    found.wait_for(lambda p: p["kind"] == "room")
    return found


def served(officer: Officer) -> None:
    """One visitor through a counter."""
    for act in ("call_next", "start", "finish"):
        officer.press(act)


def unit(picture: dict[str, Any], key: str) -> dict[str, Any]:
    return next(found for found in picture["units"] if found["key"] == key)


def log(server: Server, *kinds: str) -> list[tuple[str, int | None, dict[str, Any]]]:
    return [(e.kind, e.step, json.loads(e.body)) for e in events(server.data, "rutan") if e.kind in kinds]


def test_many_officers_at_one_room_use_no_unit_twice(house: Server) -> None:
    kiosk = house.kiosk()
    steps = [kiosk.take("video")["step"] for _ in range(30)]
    consoles = [console(house, name, "video") for name in STAFF]
    consoles[0].press("open_room", room="video")

    def work(officer: Officer) -> int:
        """Calls, lets sit down, ends whatever is there, until nobody waits."""
        done = 0
        while True:
            acts: list[tuple[str, dict[str, Any]]] = [("room_call", {"room": "video"})]
            for found in officer.picture["units"]:
                if "visitor" in found:
                    act = "room_start" if found["state"] == "called" else "room_end"
                    acts.append((act, {"step": found["visitor"]["step"]}))
            for act, args in acts:
                try:
                    officer.press(act, **args)
                    done += act == "room_end"
                except Refusal as no:
                    assert no.code in ("no_free_unit", "nobody_waiting", "not_in_room", "not_now", "changed"), no.code
            seq = officer.picture["seq"]
            if not officer.picture["waiting"]["total"] and all(u["state"] == "free" for u in officer.picture["units"]
                                                               if not u["spare"]):
                return done
            officer.line.emit("look")
            officer.wait_for(lambda p, seen=seq: p["seq"] >= seen)

    with ThreadPoolExecutor(len(consoles)) as pool:
        done = sum(pool.map(work, consoles))
    assert done == len(steps)
    at: dict[str, int] = {}
    called: list[int] = []
    for kind, step, body in log(house, "called", "finished"):
        if step not in steps:
            continue
        assert step is not None
        if kind == "called":
            assert body["counter"] not in at, f"{body['counter']} was given out twice"
            at[body["counter"]] = step
            called.append(step)
        else:
            assert at.pop(body["counter"]) == step
    assert called == steps, "everybody in order, nobody twice"
    for officer in consoles:
        officer.close()


def test_the_clock_warns_and_ends_and_what_hangs_in_the_room_shows_it(house: Server) -> None:
    officer = console(house, "ani", "video")
    officer.press("open_room", room="video")
    page = Screen(house.base)
    assert page.post("/hello", {"screen": "unit", "office": "rutan", "board": "video/unit-1"})["paired"]
    page.connect({"screen": "unit", "office": "rutan"})
    board = Screen(house.base)
    assert board.post("/hello", {"screen": "unit", "office": "rutan", "board": "video"})["paired"]
    board.connect({"screen": "unit", "office": "rutan"})
    house.kiosk().take("video")
    called = officer.press("room_call", room="video")
    assert called["unit"] == "unit-1"
    shown = page.wait_for(lambda p: p["unit"]["state"] == "called")
    assert shown["unit"]["label"] == called["label"] and "visitor" not in shown["unit"]
    officer.press("room_start", step=called["step"])
    running = page.wait_for(lambda p: p["unit"]["state"] == "running")
    left = running["unit"]["time"]["ends_at"] - running["at"]
    assert 14 * 60_000 < left <= 15 * 60_000
    earlier = "UPDATE sitting SET began_tick = began_tick - ? WHERE ended_at IS NULL"
    let_time_pass(house.data, earlier, 11 * 60_000)
    page.wait_for(lambda p: p["unit"]["state"] == "warning")
    board.wait_for(lambda p: unit(p, "unit-1")["state"] == "warning")
    officer.press("extend", step=called["step"], minutes=5, reason="connection_lost")
    page.wait_for(lambda p: p["unit"]["state"] == "running" and p["unit"]["time"]["extended_min"] == 5)
    let_time_pass(house.data, earlier, 20 * 60_000)
    officer.wait_for(lambda p: unit(p, "unit-1")["state"] == "free")
    board.wait_for(lambda p: unit(p, "unit-1")["label"] is None)
    kinds = ("time_began", "time_warned", "time_extended", "time_over", "finished")
    said = [kind for kind, step, _body in log(house, *kinds) if step == called["step"]]
    assert said == ["time_began", "time_warned", "time_extended", "time_over", "finished"]
    for screen in (officer, page, board):
        screen.close()


def test_a_visit_from_the_door_to_the_table_on_one_number(house: Server) -> None:
    ticket = house.kiosk().take("kunjungan")
    ani, budi = house.officer("ani", counter="1"), house.officer("budi", counter="geledah")
    served(ani)
    budi.wait_for(lambda p: p["waiting"]["total"] == 1)
    phone = house.phone()
    phone.follow(ticket["secret"])
    seen = phone.wait_for(lambda p: p["kind"] == "ticket")
    assert [s["state"] for s in seen["ticket"]["journey"]] == ["done", "now", "ahead"]
    served(budi)
    phone.wait_for(lambda p: [s["state"] for s in p["ticket"]["journey"]] == ["done", "done", "now"])
    room = console(house, "citra")
    room.press("open_room", room="besuk")
    with pytest.raises(Refusal) as no:
        house.officer("dewi").press("sit", counter=TABLES[0])
    assert no.value.code == "unit_of_room"
    step = room.wait_for(lambda p: p["waiting"]["total"] == 1)["waiting"]["rows"][0]["step"]
    room.press("count_party", step=step, people=3)
    batch = room.press("call_batch", room="besuk")
    assert (batch["number"], [c["label"] for c in batch["called"]]) == (1, [ticket["label"]])
    phone.wait_for(lambda p: p["ticket"]["state"] == "called" and p["ticket"]["counter"]["name"]["id"] == "Meja 1")
    room.press("room_start", step=step)
    room.wait_for(lambda p: unit(p, TABLES[0])["state"] == "running" and unit(p, TABLES[0])["visitor"]["people"] == 3)
    room.press("room_end", step=step)
    phone.wait_for(lambda p: p["ended"] and p["ticket"]["state"] == "done")
    kept = {body["ticket"] for _kind, found, body in log(house, "called") if found == step}
    stages = [body["service"] for _kind, _found, body in log(house, "called") if body["ticket"] in kept]
    assert stages == ["kunjungan", "penggeledahan", "besuk"]
    for screen in (ani, budi, room, phone):
        screen.close()


def test_the_pages_of_a_room_and_nothing_at_other_addresses(house: Server) -> None:
    site = Site(house.base)
    for path, status in (
        ("/units/rutan/besuk", 200), ("/room/rutan/besuk", 200), (f"/room/rutan/besuk/{TABLES[0]}", 200),
        ("/units/rutan/nowhere", 404), ("/room/rutan/besuk/unit-1", 404), ("/room/kanim/besuk", 404),
    ):
        assert site.http.get(house.base + path).status_code == status, path
    listed = site.http.get(house.base + "/").text
    assert "/units/rutan/besuk" in listed and "/room/rutan/video" in listed


def test_a_plate_is_masked_on_every_screen_and_in_no_log(house: Server) -> None:
    phone = Site(house.base)
    given = phone.post("/office/kanim/tickets", {
        "key": secrets.token_hex(16), "service": "drive-thru", "priority": False, "language": "id",
        "plate": "b 1234 xyz"})["ticket"]
    shown = phone.get(f"/t/{given['secret']}/picture")
    assert shown["ticket"]["plate"] == "B ••34 •••"
    noted = [e for e in events(house.data, "kanim") if "1234" in e.body or e.kind == "plate_noted"]
    assert [set(json.loads(e.body)) for e in noted] == [{"ticket", "commitment"}]
    with pytest.raises(Refusal) as no:
        Site(house.base).post("/office/kanim/tickets", {
            "key": secrets.token_hex(16), "service": "drive-thru", "plate": "ganti oli"})
    assert no.value.code == "bad_plate"


def test_a_server_that_starts_again_goes_on_with_the_countdown(house: Server) -> None:
    officer = console(house, "dewi", "video")
    officer.press("open_room", room="video")
    house.kiosk().take("video")
    called = officer.press("room_call", room="video")
    officer.press("room_start", step=called["step"])
    before = officer.wait_for(lambda p: unit(p, called["unit"])["time"])
    ends = unit(before, called["unit"])["time"]["ends_at"]
    officer.close()
    house.restart()
    again = console(house, "dewi", "video")
    after = unit(again.wait_for(lambda p: unit(p, called["unit"])["time"]), called["unit"])["time"]["ends_at"]
    assert abs(after - ends) < 2_000
    again.press("room_end", step=called["step"])
    again.close()
