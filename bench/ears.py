"""Listeners so light that they are not what is measured: a thousand Socket.IO lines in one process, on picows.

Each says who it is, answers pings, and notes when a message arrived, in nanoseconds of the machine's monotonic clock,
which is the same in every process. Nothing is parsed but the first bytes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Auth = dict[str, Any]
#: Connections under way at once when nobody measures how they come in.
AT_ONCE = 50


class Crowd:
    """What all ears of one measure share: which message they wait for, and when each had it."""

    def __init__(self) -> None:
        self.awaited = b""
        self.arrived: list[int] = []
        self.newest = b""              # the last awaited message
        self.complete = asyncio.Event()
        self.wanted = 0
        #: Where every awaited message is kept with its time, for whoever must look into it afterwards.
        self.kept: list[tuple[int, bytes]] | None = None

    def expect(self, name: str, wanted: int) -> None:
        """From now on so many messages of this name are counted, then ``complete`` is set."""
        self.awaited, self.wanted = f'42["{name}"'.encode(), wanted
        self.arrived.clear()
        self.complete.clear()

    async def all(self, timeout_s: float = 60) -> list[int]:
        """When each arrived, in order; raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self.complete.wait()
        self.awaited = b""
        return list(self.arrived)


class Ear(WSListener):  # type: ignore[misc]  # picows is compiled
    """One line. Every second message it can hear is ignored at the price of one comparison."""

    def __init__(self, crowd: Crowd, auth: Auth | None) -> None:
        super().__init__()
        self.crowd = crowd
        self.hello = b"40" + (json.dumps(auth).encode() if auth is not None else b"")
        self.transport: WSTransport | None = None
        self.up = asyncio.Event()
        self.gone = False
        self.answers: dict[int, asyncio.Future[Any]] = {}

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.gone = True

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        text = frame.get_payload_as_bytes()
        crowd = self.crowd
        if crowd.awaited and text.startswith(crowd.awaited):
            crowd.arrived.append(time.monotonic_ns())
            crowd.newest = text
            if crowd.kept is not None:
                crowd.kept.append((crowd.arrived[-1], text))
            if len(crowd.arrived) == crowd.wanted:
                crowd.complete.set()
        elif text == b"2":
            transport.send(WSMsgType.TEXT, b"3")
        elif text.startswith(b"40"):
            self.up.set()
        elif text.startswith(b"0"):
            transport.send(WSMsgType.TEXT, self.hello)
        elif text.startswith(b"43"):
            number, _, rest = text[2:].partition(b"[")
            self.answers.pop(int(number)).set_result(json.loads(b"[" + rest)[0])

    async def ask(self, name: str, data: Any) -> Any:
        """The acknowledgement of a message."""
        number = len(self.answers) + 1
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, f"42{number}".encode() + json.dumps([name, data]).encode())
        return await answer

    def close(self) -> None:
        if self.transport is not None:
            self.transport.disconnect()


async def one(port: int, crowd: Crowd, auth: Auth | None, headers: dict[str, str] | None = None) -> Ear:
    """Connected, but perhaps not yet let in."""
    _transport, ear = await ws_connect(
        lambda: Ear(crowd, auth), f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket",
        extra_headers=headers or {}, websocket_handshake_timeout=60)
    found: Ear = ear
    return found


async def many(port: int, crowd: Crowd, auths: Sequence[Auth | None], at_once: int = AT_ONCE) -> list[Ear]:
    """All connected and let in, so many at once."""
    turn = asyncio.Semaphore(at_once)

    async def enter(auth: Auth | None) -> Ear:
        async with turn:
            ear = await one(port, crowd, auth)
            async with asyncio.timeout(60):
                await ear.up.wait()
            return ear

    return list(await asyncio.gather(*(enter(auth) for auth in auths)))


async def leave(ears: Sequence[Ear]) -> None:
    for ear in ears:
        ear.close()
    async with asyncio.timeout(20):
        while not all(ear.gone for ear in ears):
            await asyncio.sleep(0.01)
