"""Two server processes on one house: PostgreSQL is the truth, Redis the hint, and either process may die."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import databases
import pytest
import requests
from backstage import events, rows, shell, until
from cast import Server, copy_of, settle
from databases import Postgres
from redis_server import Redis

from queue_server.client import Officer, Refusal
from queue_server.domain import chain


@dataclass
class House:
    """Two processes on one data folder."""

    a: Server
    b: Server
    redis: Redis
    data: Path


@pytest.fixture(scope="module")
def house(
    demo_on_postgres: Server, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    data = tmp_path_factory.mktemp("two") / "data"
    redis = Redis().start()
    environment = {"REDIS_URL": redis.url}
    a = copy_of(demo_on_postgres, data, environment=environment)
    databases.use(data, postgres.create(databases.url_of(demo_on_postgres.data)))
    a.start()
    b = Server(data, environment=environment, passwords=a.passwords).start()
    yield House(a, b, redis, data)
    for server in (a, b):
        server.stop()
    redis.stop()


def timed(what: Callable[[], object]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


def test_what_is_pressed_at_one_process_is_on_the_screens_of_the_other(house: House) -> None:
    board, phone, dewi = house.b.board(), house.b.phone(), house.b.officer("dewi", counter="4")
    phone.take("informasi")
    phone.follow()
    number = house.a.kiosk().take("informasi")
    dewi.wait_for(lambda p: any(row["label"] == number["label"] for row in p["waiting"]["rows"]))
    settle()
    called = dewi.press("call", step=number["step"], reason="urgent_need")
    board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"]))
    settle()
    dewi.press("start")
    settle()
    dewi.press("finish")
    dewi.press("leave")
    ani = house.a.officer("ani", counter="4")  # the seat that was left at the other process is free here
    settle()
    called = ani.press("call", step=phone.ticket["step"], reason="urgent_need")
    took = timed(lambda: board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"])))
    phone.wait_for(lambda p: p["ticket"]["call"] and p["ticket"]["call"]["id"] == called["call"])
    print(f"on the other process's board {1000 * took:.0f} ms after the answer")
    settle()
    ani.press("start")
    settle()
    ani.press("finish")
    ani.press("leave")
    for screen in (board, dewi, ani):
        screen.close()


def test_the_same_press_at_both_processes_is_one_number(house: House) -> None:
    kiosk = house.a.kiosk()
    first = kiosk.take("kunjungan", key="pressed-twice-on-the-way")
    kiosk.base = house.b.base
    assert kiosk.take("kunjungan", key="pressed-twice-on-the-way") == first
    assert kiosk.take("kunjungan")["number"] == first["number"] + 1


def test_without_redis_everything_is_right_within_two_seconds(house: House) -> None:
    board = house.b.board()
    house.redis.stop()
    house.a.kiosk().take("informasi")
    ani = house.a.officer("ani", counter="4")
    settle()
    called = ani.press("call_next")
    took = timed(lambda: board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"])))
    print(f"without Redis on the other process's board {1000 * took:.0f} ms after the answer")
    house.redis.start()
    settle(2.5)
    ani.press("start")
    board.wait_for(lambda p: any(c["id"] == called["call"] and c["state"] == "over" for c in p["calls"]))
    settle()
    ani.press("finish")
    ani.press("leave")
    ani.close()
    board.close()


def test_one_board_speaks_whichever_process_it_hangs_on(house: House) -> None:
    boards = [house.a.board(), house.b.board()]
    for board in boards:
        board.sound = "running"

    def speaking() -> list[bool]:
        return [bool(board.picture and board.picture["speaker"]) for board in boards]

    until(lambda: sum(speaking()) == 1, 60, "one voice")
    first = speaking().index(True)
    boards[first].close()
    other = boards[1 - first]
    other.wait_for(lambda p: p["speaker"], 15)
    other.close()


def test_whose_door_was_closed_at_one_process_leaves_the_other(house: House) -> None:
    password = shell(house.data, "person", "add", "rutan", "eko").split()[-1]
    eko = Officer(house.b.base, "rutan", "eko", password)
    eko.wait_for(lambda p: p["kind"] == "counter")
    board, sari = house.b.board(), house.a.supervisor()
    gone: list[str] = []
    board.line.on("gone", lambda _message: gone.append("board"))
    eko.line.on("gone", lambda _message: gone.append("eko"))
    sari.press("revoke", device=board.hello["device"])
    shell(house.data, "reset-password", "rutan", "eko")
    until(lambda: sorted(gone) == ["board", "eko"], 60, "both goodbyes")
    with pytest.raises(Refusal, match="not_allowed"):
        eko.press("sit", counter="3")
    for screen in (board, eko, sari):
        screen.close()


def test_a_process_that_dies_takes_nothing_along(house: House) -> None:
    kiosk, ani = house.a.kiosk(), house.a.officer("ani", counter="4")
    number = kiosk.take("informasi")
    house.a.stop(signal.SIGKILL)
    with pytest.raises(requests.RequestException):
        kiosk.take("informasi")
    again = house.b.officer("ani")  # the seat is hers wherever she comes in
    again.wait_for(lambda p: p["counter"] and p["counter"]["key"] == "4")
    settle()
    assert again.press("call_next")["label"] == number["label"]
    settle()
    again.press("start")
    settle()
    again.press("finish")
    again.press("leave")
    house.a.start()
    assert house.a.kiosk().take("informasi")["number"] == number["number"] + 1
    ani.close()
    again.close()


def test_the_log_is_one(house: House) -> None:
    for office in ("rutan", "kanim"):
        assert chain.check(events(house.data, office)) == []
    for service, in rows(house.data, "SELECT DISTINCT service FROM ticket"):
        numbers = [n for n, in rows(house.data, "SELECT number FROM ticket WHERE service = ? ORDER BY number", service)]
        assert numbers == list(range(1, len(numbers) + 1))
