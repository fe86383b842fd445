"""A visiting day of 400 parties through the public interface: registration, search, tables, video units, inmates who
are fetched; afterwards the log alone says that no table was used twice and nobody was passed over without a reason."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backstage import apply, demo_office, events, shell
from cast import Server, copy_of
from journeys import with_stages

from queue_server.client import Refusal, Site
from queue_server.domain.chain import check as check_chain
from queue_server.domain.discipline import IN_THE_MIX, RETURNS
from queue_server.domain.seal import read_seal
from queue_server.domain.verify import check_calls
from queue_server.proof.reading import Bundle
from queue_server.proof.verifier import examine

pytestmark = pytest.mark.long
VISITS, CALLS, TABLES = 300, 100, 12
LONGEST_S = 900.0


@pytest.fixture
def house(demo: Server, tmp_path: Path) -> Iterator[Server]:
    server = copy_of(demo, tmp_path / "data")
    office = with_stages(demo_office("rutan"), tables=tuple(f"meja-{n}" for n in range(1, TABLES + 2)))
    services = tuple(replace(s, quota=replace(s.quota, per="day", total=VISITS if s.key == "kunjungan" else CALLS,
                                              online=None, door=None)) for s in office.services)
    apply(server.data, replace(office, services=services, rules=replace(office.rules, double_press_ms=0)))
    server.start()
    yield server
    server.stop()


class Staff:
    """Somebody signed in who presses over HTTP; what is refused because others were quicker is tried again later."""

    def __init__(self, server: Server, name: str) -> None:
        self.site = Site(server.base)
        self.site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})

    def press(self, act: str, **args: Any) -> Any:
        return self.site.post("/press", {"office": "rutan", "act": act, "key": secrets.token_hex(16), **args})

    def room(self, key: str) -> Any:
        return self.site.get(f"/api/v1/offices/rutan/rooms/{key}")


def at_counter(staff: Staff, counter: str, over: threading.Event) -> None:
    staff.press("sit", counter=counter)
    while not over.is_set():
        try:
            for act in ("call_next", "start", "finish"):
                staff.press(act)
        except Refusal as no:
            assert no.code == "nobody_waiting", no.code
            over.wait(0.05)


def in_room(staff: Staff, key: str, over: threading.Event, by_batch: bool) -> None:
    """Calls whoever fits, lets everybody sit down and leave again; sizes of parties are counted before."""
    staff.press("open_room", room=key)
    counted: set[int] = set()
    while not over.is_set():
        seen = staff.room(key)
        for one in seen["awaited"]:
            if one["other_at"] is None:
                staff.press("other_ready", ticket=one["ticket"], service=seen["room"]["service"]["key"])
        for row in seen["waiting"]["rows"] if by_batch else ():
            if row["step"] not in counted:
                counted.add(row["step"])
                staff.press("count_party", step=row["step"], people=1 + row["step"] % 5)
        for unit in seen["units"]:
            if "visitor" in unit:
                act = "room_start" if unit["state"] == "called" else "room_end"
                staff.press(act, step=unit["visitor"]["step"])
        with suppress(Refusal):
            staff.press("call_batch" if by_batch else "room_call", room=key)


def test_a_visiting_day_of_four_hundred_parties(house: Server) -> None:
    over, problems = threading.Event(), list[BaseException]()

    def guarded(work: Callable[..., None], *args: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*args)
            except BaseException as problem:
                problems.append(problem)
                over.set()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    crew = [
        guarded(at_counter, Staff(house, "ani"), "1", over), guarded(at_counter, Staff(house, "budi"), "2", over),
        guarded(at_counter, Staff(house, "citra"), "geledah", over),
        guarded(in_room, Staff(house, "sari"), "besuk", over, True),
        guarded(in_room, Staff(house, "dewi"), "video", over, False),
    ]
    kiosk = house.kiosk()
    for n in range(VISITS + CALLS):
        kiosk.take("video" if n % 4 == 3 else "kunjungan", priority=n % 10 == 0)
    for service in ("kunjungan", "video"):
        with pytest.raises(Refusal) as full:
            kiosk.take(service)
        assert full.value.code == "quota_full"
    end = time.monotonic() + LONGEST_S
    while not over.is_set() and time.monotonic() < end and served(house) < VISITS + CALLS:
        over.wait(1.0)
    over.set()
    for thread in crew:
        thread.join()
    assert problems == []
    assert served(house) == VISITS + CALLS
    judge(house)


def log(server: Server) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    return ((e.kind, e.step, json.loads(e.body)) for e in events(server.data, "rutan"))


def served(server: Server) -> int:
    return sum(kind == "finished" and body["outcome"] == "served" for kind, _step, body in log(server))


def judge(server: Server) -> None:
    """From the events alone."""
    at: dict[str, int | None] = {}
    people: dict[int, int] = defaultdict(lambda: 1)
    inside: dict[str, int] = defaultdict(int)
    fullest = 0
    for kind, step, body in log(server):
        if kind == "party_counted":
            people[body["ticket"]] = body["people"]
        elif kind == "called":
            unit = body["counter"]
            assert unit not in at, f"{unit} is used twice"
            at[unit] = step
            rule = body["why"]["rule"]
            assert rule in IN_THE_MIX | RETURNS or body["why"]["reason"], "called out of order without a reason"
            if unit.startswith("meja-"):
                inside[unit] = people[body["ticket"]]
                fullest = max(fullest, sum(inside.values()))
        elif kind in ("finished", "transferred"):
            assert at.pop(body["counter"]) == step
            inside.pop(body["counter"], None)
    assert 0 < fullest <= 40, "the room holds forty people"
    assert at == {}
    whole = events(server.data, "rutan")
    assert check_chain(whole) == [] and check_calls(whole) == []
    bundle = server.data.parent / "day.zip"
    seal = shell(server.data, "evidence", "rutan", "--out", str(bundle)).strip().rpartition("seal: ")[2]
    assert examine(Bundle(bundle), [read_seal(seal)]).result.holds
