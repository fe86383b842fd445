"""Many kiosks or officers at once from one process, each over a kept connection, each waiting for its answer.

Plain sockets and one selector, and whoever presses is a generator that yields a body and is sent the answer: the
clients share the machine with the server, and must not be what is measured.
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Generator, Iterable
from contextlib import suppress

from queue_server.client import Message

#: Yields the body of a request and is sent its answer.
Presses = Generator[bytes, Message, None]


def head(port: int, path: str, cookie: str = "") -> str:
    """A request's head up to its length; ``cookie`` is a whole line."""
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Queue: 1\r\n"
            f"Content-Type: application/json\r\n{cookie}")


class _Client:
    def __init__(self, port: int, path: str, cookie: str, presses: Presses) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), 30)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.presses, self._head, self._heard = presses, head(port, path, cookie), b""

    def send(self, body: bytes) -> None:
        self.line.sendall(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def answer(self) -> Message | None:
        """What came, once all of it is there. Raises ConnectionError when the server ended the line before that."""
        part = self.line.recv(65_536)
        if not part:
            raise ConnectionError(f"the line was ended after {self._heard!r}")
        self._heard += part
        told, end, body = self._heard.partition(b"\r\n\r\n")
        if not end or len(body) < length(told):
            return None
        self._heard = b""
        found: Message = json.loads(body)
        return found


def length(told: bytes) -> int:
    """Bytes of the body whose head this is."""
    return int(told.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def together(port: int, path: str, those: Iterable[tuple[str, Presses]]) -> None:
    """Everybody (a line with a cookie, and what they press) at once, until the last has no more to press."""
    with selectors.DefaultSelector() as selector:
        for cookie, presses in those:
            client = _Client(port, path, cookie, presses)
            selector.register(client.line, selectors.EVENT_READ, client)
            client.send(next(presses))
        while selector.get_map():
            for key, _events in selector.select():
                client = key.data
                found = client.answer()
                if found is None:
                    continue
                with suppress(StopIteration):
                    client.send(client.presses.send(found))
                    continue
                selector.unregister(client.line)
                client.line.close()
