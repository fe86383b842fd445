"""Everybody connects at once, by raw sockets and one epoll: what the clients need must not hide what the server needs.

Each line says what a browser says, waits where a browser waits, and reads no further than it must.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import select
import socket
import time
from collections.abc import Sequence
from typing import Any

_REQUEST = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n")
PICTURE = b'42["picture"'


def frame(text: bytes) -> bytes:
    """A client's text frame; its mask is zero, so that masking costs nothing."""
    size = bytes((0x80 | len(text),)) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + text


class _Line:
    """What one socket said and heard so far."""

    def __init__(self, port: int, auth: dict[str, Any] | None) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.request = (_REQUEST % (port, base64.b64encode(os.urandom(16)).decode())).encode()
        self.hello = frame(b"40" + (json.dumps(auth).encode() if auth is not None else b""))
        self.greeted = False
        self.heard = b""

    def hear(self, piece: bytes) -> bool:
        """True when the picture is there as a whole."""
        self.heard += piece
        if not self.greeted and b'0{"sid"' in self.heard:
            self.socket.send(self.hello)
            self.greeted, self.heard = True, b""
        at = self.heard.find(PICTURE)
        return at >= 0 and len(self.heard) - at >= self._size(at)

    @property
    def picture(self) -> bytes:
        """The message with the picture, without what came behind it."""
        at = self.heard.find(PICTURE)
        return self.heard[at:at + self._size(at)]

    def _size(self, at: int) -> int:
        """Length of the message that begins there, from its frame's head."""
        head = self.heard[:at]
        if len(head) > 3 and head[-4:-2] == b"\x81\x7e":
            return int.from_bytes(head[-2:], "big")
        return head[-1] if head[-2:-1] == b"\x81" else int.from_bytes(head[-8:], "big")


def storm(port: int, auths: Sequence[dict[str, Any] | None], timeout_s: float = 120) -> tuple[list[float], bytes]:
    """Seconds from the first attempt until each has its picture, in order, and the last one's picture.

    Raises TimeoutError, ConnectionError when a line is refused.
    """
    lines = [_Line(port, auth) for auth in auths]
    known = {line.socket.fileno(): line for line in lines}
    poll, seconds, newest = select.epoll(), [], b""
    begun = time.perf_counter()
    try:
        for line in lines:
            found = line.socket.connect_ex(("127.0.0.1", port))
            if found not in (0, errno.EINPROGRESS):
                raise ConnectionError(os.strerror(found))
            poll.register(line.socket, select.EPOLLOUT)
        while len(seconds) < len(lines):
            events = poll.poll(1)
            if time.perf_counter() - begun > timeout_s:
                raise TimeoutError(f"{len(lines) - len(seconds)} lines got no picture")
            for number, event in events:
                line = known[number]
                if event & select.EPOLLOUT:
                    line.socket.send(line.request)
                    poll.modify(line.socket, select.EPOLLIN)
                    continue
                piece = line.socket.recv(65_536)
                if not piece:
                    raise ConnectionError("the server closed a line")
                if line.hear(piece):
                    seconds.append(time.perf_counter() - begun)
                    newest = line.picture
                    poll.unregister(line.socket)
        return seconds, newest
    finally:
        poll.close()
        for line in lines:
            line.socket.close()
