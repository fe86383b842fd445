"""A thousand screens for the price of one thread: the least of websocket and Socket.IO that a phone's line needs."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Line:
    """One connection; ``heard`` holds the newest message of each name."""

    port: int
    auth: dict[str, Any]
    heard: dict[str, Any] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None
    listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connects and waits for the first picture; raises ConnectionError when the server does not let it in."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        key = base64.b64encode(os.urandom(16)).decode()
        self.writer.write((
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.split(b"\r\n", 1)[0].decode())
        self.say("40" + json.dumps(self.auth))
        self.listening = asyncio.create_task(self._listen(reader))
        await self.hear("picture")

    async def hear(self, name: str, true: Callable[[Any], bool] = bool) -> Any:
        """The newest message of this name, as soon as there is one of which ``true`` holds."""
        while not true(self.heard.get(name)):
            if self.listening is not None and self.listening.done():
                raise ConnectionError(f"the line ended before the {name} came")
            self.news.clear()
            await self.news.wait()
        return self.heard[name]

    def say(self, text: str) -> None:
        """A masked text frame, as a client must send it."""
        data, mask = text.encode(), os.urandom(4)
        size = bytes([128 | len(data)]) if len(data) < 126 else bytes([254]) + struct.pack(">H", len(data))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        assert self.writer is not None
        self.writer.write(b"\x81" + size + mask + masked)

    async def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        if self.listening is not None:
            await asyncio.wait([self.listening])

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                text = await self._frame(reader)
                if text == "2":
                    self.say("3")
                elif text.startswith("42"):
                    name, message = json.loads(text[2:])
                    self.heard[name] = message
                elif text.startswith("44"):
                    return
                self.news.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self.news.set()

    async def _frame(self, reader: asyncio.StreamReader) -> str:
        """The next text; the server sends frames whole and unmasked. A close frame ends the line."""
        head = await reader.readexactly(2)
        size = head[1] & 127
        if size == 126:
            size = struct.unpack(">H", await reader.readexactly(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", await reader.readexactly(8))[0]
        data = await reader.readexactly(size)
        if head[0] & 15 == 8:
            raise ConnectionError("closed by the server")
        return data.decode()
