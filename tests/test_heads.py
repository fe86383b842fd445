"""The quick way through a request's head says what Python's own says, or leaves it to that."""

from __future__ import annotations

import io
import socket
from http.client import parse_headers

import pytest
from cast import Server
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queue_server.heads import END, plain_head

PIECES = st.lists(st.sampled_from([
    "Host", "X-Queue", "Cookie", "connection", ":", ": ", " ", "\t", "\r\n", "\n", "\r", "a", "1; b=2", "keep-alive",
    "close", "é", "\x00", "\x0b", '"', "Content-Length: 3\r\n", "Content-Type: application/json\r\n"]), max_size=14)


@given(PIECES)
@example(["Host", ": ", "a", "\r\n", " ", "folded"])
@example(["Host", " ", ":", "a"])
@example(["connection", ":", "close"])
@settings(max_examples=400, deadline=None)
def test_what_is_read_quickly_is_what_python_reads(pieces: list[str]) -> None:
    block = "".join(pieces).encode("utf-8").split(END)[0] + END
    quick = plain_head(block)
    if quick is not None:
        assert quick.items() == parse_headers(io.BytesIO(block)).items()


@pytest.mark.parametrize("block", [
    b"Host: office\r\nTransfer-Encoding: chunked", b"Host: office\r\nUpgrade: websocket", b"Host : office",
    b"Connection: close", b"Expect: 100-continue", b"Host: office\r\n folded", b"Host: \xc3\xa9", b"no colon", b"",
])
def test_what_is_odd_goes_the_careful_way(block: bytes) -> None:
    assert plain_head(block + END) is None


def test_plain_heads_are_read_quickly() -> None:
    head = plain_head(b"Host: office:8000\r\nX-Queue: 1\r\nConnection: keep-alive\r\nCookie: a=1; b=2" + END)
    assert head is not None and head["x-queue"] == "1" and head["Cookie"] == "a=1; b=2"


def test_requests_in_pieces_odd_ones_and_plain_ones_on_one_line(server: Server) -> None:
    """One connection: a plain request cut in two, a folded one, two at once, one that ends the connection."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        answers = line.makefile("rb")

        def status() -> int:
            first = answers.readline().split()
            length = 0
            while (read := answers.readline().strip()):
                if read.lower().startswith(b"content-length:"):
                    length = int(read.split(b":")[1])
            answers.read(length)
            return int(first[1])

        plain = b"GET /healthz HTTP/1.1\r\nHost: office\r\n\r\n"
        line.sendall(plain[:30])
        line.sendall(plain[30:])
        assert status() == 200
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: office\r\nX-Long: a\r\n b\r\n\r\n" + plain + plain)
        assert [status(), status(), status()] == [200, 200, 200]
        line.sendall(b"POST /press HTTP/1.1\r\nHost: office\r\nX-Queue: 1\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 2\r\n\r\n{}" + plain)
        assert [status(), status()] == [403, 200]
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: office\r\nConnection: close\r\n\r\n")
        assert status() == 200 and answers.read() == b""
