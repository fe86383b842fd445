"""The network between the screens and the server, which can be cut: a TCP proxy of our own."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Proxy:
    """Passes bytes on to the server. While it is cut nothing gets through and nobody is told; what was sent
    meanwhile arrives afterwards, as TCP has it. ``drop`` instead forgets every connection."""

    def __init__(self, *to: int) -> None:
        """``to``: the port of the server; behind it those that are tried when that one does not accept, as a web
        server before several processes does it."""
        self.to = to
        self.port = 0
        self._whole = asyncio.Event()
        self._whole.set()
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> Proxy:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._whole.clear()

    def join(self) -> None:
        self._whole.set()

    def drop(self) -> None:
        """Every connection ends without a word, as when a router has forgotten them."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.drop()
        for task in list(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._writers.add(writer)
        try:
            await self._whole.wait()
            to_reader, to_writer = await self._server_side()
            self._writers.add(to_writer)
            both = (self._pump(reader, to_writer), self._pump(to_reader, writer))
            await asyncio.wait([asyncio.ensure_future(one) for one in both], return_when=asyncio.FIRST_COMPLETED)
            self._end(to_writer)
        except (OSError, asyncio.CancelledError):
            pass  # the server is down: the screen's connection ends as if it had been refused; or all is over
        finally:
            self._end(writer)
            self._passing.discard(task)

    async def _server_side(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for port in self.to[:-1]:
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        return await asyncio.open_connection("127.0.0.1", self.to[-1], limit=2**20)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
