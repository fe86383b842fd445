"""Kiosks and officers that press as fast as they are answered, and how long a call takes to the boards."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.clients import head, length
from bench.ears import Crowd, Ear, leave, many
from bench.houses import Houses, Papers, cookie, spread
from queue_server.client import Message
from queue_server.replay.compare import quantile

#: Kiosks, and as many officers, that press at once.
CLIENTS = 8
VISIT = ("call_next", "start", "finish")
NOBODY_S = 0.01


@dataclass
class Rates:
    """What was done in ``seconds``."""

    seconds: float
    numbers: int = 0
    calls: int = 0
    others: int = 0                # starts and finishes
    refused: int = 0
    took: list[float] = field(default_factory=list)   # milliseconds of each answer
    cpu: float = 0.0               # seconds of the server's processes

    @property
    def per_s(self) -> float:
        """Commands a second."""
        return (self.numbers + self.calls + self.others) / self.seconds

    def __str__(self) -> str:
        cpu_ms = 1000 * self.cpu / max(1, len(self.took))
        return (f"{self.numbers / self.seconds:.0f} numbers/s, {self.calls / self.seconds:.0f} calls/s, "
                f"{self.per_s:.0f} commands/s; answer {quantile(self.took, 0.5):.1f} / {quantile(self.took, 0.99):.1f} "
                f"ms; {cpu_ms:.2f} ms CPU each")


class Client:
    """Requests over one kept connection, among others of a loop; ``bench/clients.py`` is lighter and waits."""

    def __init__(self, told: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head, self.reader, self.writer = told, reader, writer

    async def post(self, data: bytes) -> Message:
        self.writer.write(f"{self.head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        found: Message = json.loads(await self.reader.readexactly(length(answer)))
        return found


async def _timed(client: Client, message: Message, rates: Rates) -> Message:
    begun = time.perf_counter()
    answer = await client.post(json.dumps({"key": secrets.token_hex(16), **message}).encode())
    if answer.get("ok"):
        rates.took.append((time.perf_counter() - begun) * 1000)
    return answer


async def _kiosk(houses: Houses, nth: int, mine: Sequence[Papers], until: float, rates: Rates) -> None:
    """Numbers in one office after the other."""
    clients = [await _client(spread(houses, nth).port, f"/office/{one.key}/tickets", cookie("device", one.kiosk))
               for one in mine]
    while time.perf_counter() < until:
        for client in clients:
            answer = await _timed(client, {"service": "a", "priority": False, "language": "id"}, rates)
            rates.numbers += bool(answer.get("ok"))
            rates.refused += not answer.get("ok")
    for client in clients:
        client.writer.close()


async def _officer(houses: Houses, nth: int, mine: Sequence[tuple[Papers, str]], until: float, rates: Rates) -> None:
    """Calls, starts and finishes in one office after the other."""
    # Not the process of the same office's kiosk, half of the time: a proxy sorts by screen, not by office.
    port = spread(houses, nth // max(1, len(houses.processes))).port
    clients = [(one, await _client(port, "/press", cookie("session", token))) for one, token in mine]
    while time.perf_counter() < until:
        for one, client in clients:
            if not (await _press(client, one, "call_next", rates)).get("ok"):
                rates.refused += 1
                await asyncio.sleep(NOBODY_S)  # nobody waits
                continue
            rates.calls += 1
            for act in VISIT[1:]:
                rates.others += bool((await _press(client, one, act, rates)).get("ok"))
    for _one, client in clients:
        client.writer.close()


async def _client(port: int, path: str, papers: str) -> Client:
    return Client(head(port, path, papers), *await asyncio.open_connection("127.0.0.1", port))


async def _press(client: Client, one: Papers, act: str, rates: Rates) -> Message:
    return await _timed(client, {"office": one.key, "act": act}, rates)


def _slices(houses: Houses) -> list[tuple[list[Papers], list[tuple[Papers, str]]]]:
    """What each client works on: its offices, or its counter where there are fewer offices than clients."""
    offices = houses.offices
    if len(offices) >= CLIENTS:
        return [(offices[n::CLIENTS], [(one, one.officers[0]) for one in offices[n::CLIENTS]]) for n in range(CLIENTS)]
    found = []
    for n in range(CLIENTS):
        one = offices[n % len(offices)]
        found.append(([one], [(one, one.officers[n // len(offices) % len(one.officers)])]))
    return found


async def saturate(houses: Houses, seconds: float) -> Rates:
    """Everybody presses as fast as they are answered."""
    rates, before = Rates(seconds), houses.cpu
    until = time.perf_counter() + seconds
    work = []
    for n, (at_kiosk, at_counter) in enumerate(_slices(houses)):
        work += [_kiosk(houses, n, at_kiosk, until, rates), _officer(houses, n, at_counter, until, rates)]
    await asyncio.gather(*work)
    rates.cpu = houses.cpu - before
    return rates


class Boards:
    """The first board of some offices, at another process than the officer's where there are several."""

    def __init__(self, houses: Houses, offices: Sequence[Papers]) -> None:
        self.houses, self.offices = houses, offices
        self.crowds = [Crowd() for _ in offices]
        self.ears: list[Ear] = []

    async def __aenter__(self) -> Boards:
        for n, (one, crowd) in enumerate(zip(self.offices, self.crowds, strict=True)):
            auth = {"screen": "board", "office": one.key, "device": one.boards[0]}
            self.ears += await many(spread(self.houses, n + 1).port, crowd, [auth])
        return self

    async def __aexit__(self, *_error: object) -> None:
        await leave(self.ears)

    async def calls(self, count: int, pause_s: float) -> list[float]:
        """Milliseconds from the officer's press until the board has the call, one call after the other."""
        clients = [await _client(spread(self.houses, n).port, "/press", cookie("session", one.officers[0]))
                   for n, one in enumerate(self.offices)]
        found, rates = [], Rates(1)
        for nth in range(count):
            at = nth % len(self.offices)
            one, crowd, client = self.offices[at], self.crowds[at], clients[at]
            crowd.expect("picture", 0)
            crowd.kept = []
            begun = time.monotonic_ns()
            answer = await _press(client, one, "call_next", rates)
            if not answer.get("ok"):
                raise SystemExit(f"call_next: {answer}")
            found.append((await _shown(crowd, int(answer["call"])) - begun) / 1e6)
            for act in VISIT[1:]:
                await _press(client, one, act, rates)
            await asyncio.sleep(pause_s)
        for client in clients:
            client.writer.close()
        return found


async def _shown(crowd: Crowd, call: int) -> int:
    """When the board had a picture with this call; raises TimeoutError."""
    assert crowd.kept is not None
    mark = f'"id":{call},'.encode()
    async with asyncio.timeout(30):
        while True:
            for at, text in crowd.kept:
                if mark in text:
                    return at
            await asyncio.sleep(0.001)


def delay(took: Sequence[float]) -> str:
    return f"call to board {median(took):.1f} / {quantile(list(took), 0.99):.1f} ms"
