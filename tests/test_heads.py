"""The quick way through a request's head says what Python's own says, or leaves it to that."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import subprocess
import sys
from http.client import HTTPConnection, parse_headers
from pathlib import Path

import pytest
from cast import Server
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queue_server.heads import END, plain_head

ROOT = Path(__file__).parents[1]
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


#: A server whose handler compares what it tells with what eventlet would have told; the answer is how they differ.
COMPARED = """
import json, sys, warnings
warnings.simplefilter("ignore")
import eventlet, eventlet.wsgi
from queue_server.heads import QuickHeads

def plain(told):
    found = {n: v for n, v in told.items() if n not in ("wsgi.input", "eventlet.input", "eventlet.set_idle")}
    body = told["wsgi.input"]
    return {**found, "body": [body.content_length, body.chunked_input, body.wfile, told["eventlet.input"] is body]}

class Protocol(QuickHeads, eventlet.wsgi.HttpProtocol):
    def get_environ(self):
        quick, whole = super().get_environ(), eventlet.wsgi.HttpProtocol.get_environ(self)
        mine, theirs = plain(quick), plain(whole)
        differ = {n: repr((mine.get(n), theirs.get(n))) for n in mine.keys() | theirs.keys()
                  if mine.get(n) != theirs.get(n)}
        whole["found"] = differ or sorted(whole.keys() ^ quick.keys())
        return whole

def app(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [json.dumps(environ["found"]).encode()]

door = eventlet.listen(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
eventlet.wsgi.server(door, app, log_output=False, protocol=Protocol, environ={"wsgi.errors": sys.stderr})
"""


def test_the_application_is_told_what_eventlet_would_have_told_it() -> None:
    server = subprocess.Popen([sys.executable, "-c", COMPARED], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout is not None
        with contextlib.closing(HTTPConnection("127.0.0.1", int(server.stdout.readline()), timeout=10)) as line:
            for method, path, lines, body in ASKED:
                line.putrequest(method, path, skip_accept_encoding=True)
                for name, value in lines:
                    line.putheader(name, value)
                line.endheaders(body)
                answer = line.getresponse()
                assert (answer.status, json.loads(answer.read())) == (200, []), (method, path, lines)
    finally:
        server.kill()
        server.wait()


ASKED: list[tuple[str, str, list[tuple[str, str]], bytes | None]] = [
    ("GET", "/", [], None), ("GET", "/", [], None), ("GET", "/a%20b/%C3%A9?", [], None),
    ("GET", "/visit/rutan?door=x%3F&a=?", [("Cookie", "a=1"), ("Accept", "text/html"), ("accept", "*/*")], None),
    ("POST", "/press", [("Content-Type", "application/json"), ("Content-Length", "2"), ("X-Queue", "1")], b"{}"),
    ("POST", "/press", [("content-length", "2")], b"{}"),
    ("GET", "/", [("Content-Type", "a"), ("Content-Type", "b")], None),
    ("GET", "/", [("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-For", "10.0.0.2"), ("X-A-B", "c")], None),
    ("POST", "/odd", [("Transfer-Encoding", "chunked")], b"0\r\n\r\n"),
    ("GET", "/", [("Connection", "keep-alive")], None),
]


#: A server that lets nobody in at /full.
FULL = """
import sys, warnings
warnings.simplefilter("ignore")
import eventlet, eventlet.wsgi
from queue_server.heads import QuickHeads
from queue_server.turnstile import MOST, Turnstile

def inside(environ, start_response):
    start_response("200 OK", [])
    return [environ["wsgi.input"].read() or b"in"]

turnstile = Turnstile(inside)

class Protocol(QuickHeads, eventlet.wsgi.HttpProtocol):
    def turned_away(self, method, path):
        turnstile.inside = MOST if path == "/full" else 0
        return turnstile.turned_away(method, path)

def app(environ, start_response):
    turnstile.inside = MOST if environ["PATH_INFO"] == "/full" else 0
    return turnstile(environ, start_response)

door = eventlet.listen(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
eventlet.wsgi.server(door, app, log_output=False, protocol=Protocol, environ={"wsgi.errors": sys.stderr})
"""


def test_who_is_not_let_in_is_told_at_once_and_the_line_goes_on() -> None:
    server = subprocess.Popen([sys.executable, "-c", FULL], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stdout is not None
        with contextlib.closing(HTTPConnection("127.0.0.1", int(server.stdout.readline()), timeout=10)) as line:
            said = set()
            for method, path, lines, body, status in [
                ("POST", "/full", {}, b"{}", 503), ("POST", "/press", {}, b"{}", 200), ("GET", "/full", {}, None, 503),
                ("GET", "/full?a=1", {"Accept": "text/html"}, None, 503), ("GET", "/press", {}, None, 200),
                ("POST", "/full", {"Expect": "nothing"}, b"x" * 9_000, 503), ("POST", "/full", {}, b"x" * 9_000, 503),
                ("POST", "/press", {}, b"again", 200),
            ]:
                line.request(method, path, body, lines)
                answer = line.getresponse()
                told = answer.read()
                assert answer.status == status, (method, path, lines)
                if status == 503:
                    assert answer.headers["Retry-After"] == "1" and (b"busy" in told or b"Sebentar" in told)
                    said.add(answer.headers["Content-Type"])
                else:
                    assert told == (body or b"in")
            assert said == {"application/json", "text/html; charset=utf-8"}
    finally:
        server.kill()
        server.wait()


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
