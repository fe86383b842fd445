"""Many screens in one program: requests and lines on asyncio, light enough not to be what is measured.

The replay and the benchmarks use it; like ``client.py`` it knows nothing but the public interface. It speaks
just the part of HTTP, WebSocket and Socket.IO that our server speaks.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from .client import Message, Refusal

#: A line that is down is tried again after so long, seconds (decisions 23).
RETRY_S = 0.5
#: An attempt may take so long, seconds; screens that hear the beat give up sooner (decisions 23).
ATTEMPT_S, ATTEMPT_WITH_BEAT_S = 10.0, 1.5
_SEQ = re.compile(r'"seq": ?([0-9]+)')
ANSWER_S = 30.0


class Gone(ConnectionError):
    """The server closed the connection."""


async def _connect(base: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
    where = urlsplit(base)
    secure = where.scheme == "https"
    port = where.port or (443 if secure else 80)
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(where.hostname, port, ssl=context, limit=2**22)
    return reader, writer, where.netloc


class Web:
    """A browser's requests, one after the other over one kept connection; it keeps its cookies."""

    def __init__(self, base: str, cookies: dict[str, str] | None = None) -> None:
        self.base = base.rstrip("/")
        self.cookies: dict[str, str] = dict(cookies or {})
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter, str] | None = None
        self._turn = asyncio.Lock()

    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def post(self, path: str, message: Message | None = None) -> Message:
        """The answer; raises Refusal when it says no. Sent again after a broken connection: presses carry keys."""
        async with self._turn:
            for attempt in (1, 2):
                try:
                    # Not wait_for: in Python 3.11 it loses a cancellation that comes together with the answer.
                    async with asyncio.timeout(ANSWER_S):
                        answer = await self._ask("POST", path, message or {})
                    break
                except (OSError, asyncio.IncompleteReadError):
                    await self.close()
                    if attempt == 2:
                        raise
        if not answer.get("ok"):
            raise Refusal(answer)
        return answer

    async def _ask(self, method: str, path: str, message: Message) -> Message:
        if self._open is None:
            self._open = await _connect(self.base)
        reader, writer, host = self._open
        data = json.dumps(message).encode()
        writer.write((
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Queue: 1\r\nContent-Type: application/json\r\n"
            f"Cookie: {self.cookie_header()}\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = 0
        for line in head[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "set-cookie":
                cookie, _, text = value.strip().partition("=")
                self.cookies[cookie] = text.partition(";")[0]
        said = await reader.readexactly(length)
        try:
            found = json.loads(said)
        except ValueError:
            found = None
        if not isinstance(found, dict):  # a proxy's own page while the server behind it is away
            raise Gone(f"{path} was answered with no answer of ours: {head[0]}")
        return found

    async def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


def _frame(text: str, opcode: int = 1) -> bytes:
    """A masked frame from a client, as the protocol wants it."""
    data, mask = text.encode(), secrets.token_bytes(4)
    size = len(data)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65_536:
        head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8, "big")
    whole = int.from_bytes(data, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return head + mask + whole.to_bytes(size, "big")


class Line:
    """A screen's line: keeps the newest picture unread, presses with an answer, comes back when it was cut.

    ``on_picture`` is called with each picture's text as it arrives; ``picture()`` reads the newest. ``patience``:
    seconds without a word after which the line is given up, for screens that hear the beat; None: never.
    """

    def __init__(
        self, web: Web, auth: Message, on_picture: Callable[[str], None] | None = None, patience: float | None = None,
    ) -> None:
        self.web, self.auth, self.on_picture, self.patience = web, auth, on_picture, patience
        self.pictures = 0
        self.up = asyncio.Event()
        self.seen = asyncio.Event()
        self.refused: str | None = None
        self._newest, self._seq = "", 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, timeout: float = 20) -> Line:
        """Connects and waits for the first picture; raises Refusal when not let in, TimeoutError."""
        self._task = asyncio.create_task(self._keep())
        first = asyncio.create_task(self.seen.wait())
        await asyncio.wait({first, self._task}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        if self.refused is not None:
            raise Refusal({"refused": self.refused})
        if not self.pictures:
            raise TimeoutError("no picture came")
        return self

    def picture(self) -> Message:
        found: Message = json.loads(self._newest) if self._newest else {}
        return found

    async def wait_for(self, what: Callable[[Message], Any], timeout: float = 10) -> Message:
        """The newest picture as soon as ``what`` is true of it; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while True:
                self.seen.clear()
                picture = self.picture()
                if picture and what(picture):
                    return picture
                await self.seen.wait()

    async def press(self, act: str, key: str = "", **args: Any) -> Message:
        """The answer, sent again with its key when the line was cut meanwhile; raises Refusal, and TimeoutError when
        none has come for ``ANSWER_S``."""
        message = {"act": act, "key": key or secrets.token_hex(16), **args}
        async with asyncio.timeout(ANSWER_S):
            while True:
                await self.up.wait()
                self._next += 1
                answer = self._asked[self._next] = asyncio.get_running_loop().create_future()
                self._send(f"42{self._next}" + json.dumps(["press", message]))
                found: Any = None
                with suppress(Gone):
                    found = await answer
                if isinstance(found, dict):
                    break
                # The line was cut, or its server answered a client that it was just forgetting: Flask-SocketIO says
                # ["", 400] then, whatever was pressed. In both cases it is pressed again, with its key.
                if self.up.is_set():
                    await asyncio.sleep(RETRY_S)
        if not found.get("ok"):
            raise Refusal(found)
        return found

    def say(self, name: str, data: Any) -> None:
        """Sends without waiting for anything; lost when the line is down."""
        if self.up.is_set():
            self._send("42" + json.dumps([name, data]))

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})  # only our own cancellation ends this waiting
        self._cut()

    # --- the connection --------------------------------------------------------------------------

    def _send(self, text: str, opcode: int = 1) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(_frame(text, opcode))

    async def _keep(self) -> None:
        while self.refused is None:
            try:
                await self._live()
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                pass
            finally:
                self._cut()
            if self.refused is None:
                await asyncio.sleep(RETRY_S)

    def _cut(self) -> None:
        self.up.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Gone())
                answer.exception()  # whoever waits still gets it; nobody waiting is no fault
        self._asked.clear()

    async def _live(self) -> None:
        async with asyncio.timeout(ATTEMPT_S if self.patience is None else ATTEMPT_WITH_BEAT_S):
            reader, writer, host = await _connect(self.web.base)
            self._writer = writer
            writer.write((
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {secrets.token_urlsafe(16)[:22]}==\r\nCookie: {self.web.cookie_header()}\r\n\r\n"
            ).encode())
            head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise Gone()
        while True:
            async with asyncio.timeout(self.patience):
                opcode, text = await _read_frame(reader)
            if opcode == 8:
                raise Gone()
            if opcode == 9:
                self._send(text, 10)
            elif opcode in (0, 1):
                self._heard(text)

    def _heard(self, text: str) -> None:
        if text.startswith('42["picture",'):
            found = _SEQ.search(text, 0, 200)
            seq = int(found[1]) if found else 0
            if seq < self._seq:
                return
            self._newest, self._seq = text[13:-1], seq
            self.pictures += 1
            self.seen.set()
            if self.on_picture is not None:
                self.on_picture(self._newest)
        elif text == "2":
            self._send("3")
        elif text.startswith("43"):
            number, bracket, rest = text[2:].partition("[")
            answer = self._asked.pop(int(number), None)
            if answer is not None and not answer.done():
                answer.set_result(next(iter(json.loads(bracket + rest)), None))
        elif text.startswith("40"):
            self.up.set()
        elif text.startswith("44"):
            why = json.loads(text[2:])
            self.refused = str((why.get("data") or why).get("refused", "not_allowed"))
            raise Gone()
        elif text.startswith("0"):
            self._send("40" + json.dumps(self.auth))


async def _read_frame(reader: asyncio.StreamReader) -> tuple[int, str]:
    """(opcode, text) of a whole message; the server does not mask."""
    whole, first = b"", 0
    while True:
        head = await reader.readexactly(2)
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await reader.readexactly(8), "big")
        whole += await reader.readexactly(size)
        first = first or head[0] & 0x0F
        if head[0] & 0x80:
            return first, whole.decode(errors="replace")
