"""The head of a plain request, read quickly, and told to the application quickly.

Python's own way (``http.client.parse_headers``) makes an e-mail of it: a tenth of the time that a number takes. Heads
whose every line is plain are cut at their colons; whatever is odd in any way goes the whole, careful way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    class Handler(BaseHTTPRequestHandler):
        """Eventlet's, which has no types."""

        def get_environ(self) -> dict[str, Any]: ...
else:
    Handler = object

END = b"\r\n\r\n"
_FIRST = re.compile(rb"(GET|POST) (/|/[!-.0-~][!-~]*) HTTP/1\.1\r\n")
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*): ?([!-~](?:[ -~]*[!-~])?)")
#: Lines that say how the connection itself goes on; Python's own parser acts on them.
_ODD = frozenset({"connection", "expect", "transfer-encoding", "upgrade"})
#: A request with any of these is never refused briefly; nor is one whose body is not here as a whole, and nothing else.
_NOT_BRIEF = (b"text/html", b"transfer-encoding", b"expect", b"upgrade", b"close", b"\r\n ", b"\r\n\t")
_SIZE = re.compile(rb"\r\ncontent-length: ?([0-9]{1,6})(?=\r\n)")
#: What an application is told of a request itself; the rest is the same for all of a line.
_OF_ONE = frozenset({
    "REQUEST_METHOD", "RAW_PATH_INFO", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "headers_raw",
    "wsgi.input", "eventlet.input", "eventlet.posthooks",
})


class PlainHead(HTTPMessage):
    """Found by a dictionary: the server asks for five of the lines, and an e-mail looks through all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, str] = {}

    def set_raw(self, name: str, value: str) -> None:
        super().set_raw(name, value)
        self._found.setdefault(name.lower(), value)

    def get(self, name: str, failobj: Any = None) -> Any:
        return self._found.get(name.lower(), failobj)


def plain_head(block: bytes) -> HTTPMessage | None:
    """The header lines of a whole block that ends in an empty line; None: not plain, or none of our business."""
    try:
        text = block[:-len(END)].decode("ascii")
    except UnicodeDecodeError:
        return None
    head = PlainHead()
    for line in text.split("\r\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        name, value = found.groups()
        if name.lower() in _ODD and not (name.lower() == "connection" and value.lower() == "keep-alive"):
            return None
        head.set_raw(name, value)
    return head


class QuickHeads(Handler):
    """Before eventlet's handler: plain requests of HTTP/1.1 are read at once, others by it."""

    headers: HTTPMessage
    rfile: Any
    raw_requestline: bytes
    _of_all: dict[str, Any] | None = None
    #: (method, path without its question) -> the whole answer to whoever is not let in, or None.
    turned_away: Callable[[str, str], bytes | None] = staticmethod(lambda _method, _path: None)

    def parse_request(self) -> bool:
        first = _FIRST.fullmatch(self.raw_requestline)
        if first is not None:
            held = self.rfile.fp  # eventlet counts the lines of long heads; what is held at once is never long
            waiting = held.peek()
            end = waiting.find(END) + len(END)
            self.command, self.path = first[1].decode(), first[2].decode()
            if self._sent_away(waiting, end, held):
                return False
            head = plain_head(waiting[:end]) if end > len(END) else None
            if head is not None:
                held.read(end)
                self.request_version, self.close_connection = "HTTP/1.1", False
                self.requestline = self.raw_requestline.decode().rstrip("\r\n")
                self.headers = head
                return True
        return super().parse_request()

    def _sent_away(self, waiting: bytes, end: int, held: Any) -> bool:
        """Whether that was the whole answer. Whoever typed an address gets a page, and what is not the plain request of
        one of our screens, here as a whole, is refused by the application."""
        told = self.turned_away(self.command, self.path.partition("?")[0])
        if told is None or end <= len(END):
            return False
        head = b"\r\n" + waiting[:end].lower()
        sizes = _SIZE.findall(head)
        if len(sizes) > 1 or end + int(*sizes) != len(waiting) or any(odd in head for odd in _NOT_BRIEF):
            return False
        held.read(len(waiting))
        self.close_connection = False
        self.connection.sendall(told)
        return True

    def get_environ(self) -> dict[str, Any]:
        """The first of a line is told by eventlet, and so is whatever is odd."""
        head = self.headers
        told: dict[str, Any]
        if not isinstance(head, PlainHead):  # a line of a screen: it lives for hours, and nothing more is asked on it
            return super().get_environ()
        if self._of_all is None:
            told = super().get_environ()
            self._input = type(told["eventlet.input"])
            self._of_all = {n: v for n, v in told.items() if n not in _OF_ONE and not n.startswith("HTTP_")}
            return told
        path, mark, query = self.path.partition("?")
        told = {**self._of_all, "REQUEST_METHOD": self.command, "RAW_PATH_INFO": path,
                "PATH_INFO": unquote(path, encoding="latin1"), "CONTENT_TYPE": head.get("content-type", "text/plain"),
                "headers_raw": tuple(head.items()), "eventlet.posthooks": []}
        if mark:
            told["QUERY_STRING"] = query
        for name, value in told["headers_raw"]:
            name = name.upper().replace("-", "_")
            if name == "CONTENT_LENGTH":
                told.setdefault(name, value)
            elif name != "CONTENT_TYPE":
                name = "HTTP_" + name
                told[name] = f"{told[name]},{value}" if name in told else value
        told["wsgi.input"] = told["eventlet.input"] = self._input(
            self.rfile, told.get("CONTENT_LENGTH", "0"), self.connection)
        return told
