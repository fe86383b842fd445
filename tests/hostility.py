"""Hostile input by the thousand, from a seed: values, socket packets and requests that no screen of ours would send."""

from __future__ import annotations

import json
import random
import secrets
import string
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import websocket

from queue_server.screens.acts import ACTS
from queue_server.screens.packets import RESERVED
from queue_server.screens.roles import EVENTS, ROUTES

#: Values that broke somebody's server once: signs, sizes, types, injected languages.
TEXTS = (
    "", " ", "\x00", "\u202e", "\ud83d", "é" * 300, "A" * 5_000, "'", '"', "' OR '1'='1", "1; DROP TABLE office--",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0", "../../secret", "..\\..\\secret",
    "%2e%2e%2f", "%00", "\r\nX-Injected: 1", "null", "NaN", "1e999", "-0", "٣", "𝟛", "__proto__", "constructor",
    "rutan", "kanim", "kunjungan", "1", "2026-13-45", "99:99", "file:///etc/passwd", "http://127.0.0.1:1/",
    "\ufeff", "\u2028",
)
NUMBERS = (0, -1, 1, 2**31, 2**53, -(2**53) - 1, 2**63, 2**64, 10**40, 1.5, -0.0, 1e308)
#: Without an answer for so long a line counts as dropped; whether the server lives is looked at afterwards.
WAIT_S = 4
KEPT_WHOLE = ("sign-out", "sign-in", "/sessions", "/exports", "/second-factor")


def value(chance: random.Random, depth: int = 0) -> Any:
    """A JSON value that is seldom what was asked for."""
    kind = chance.randrange(12 if depth < 3 else 8)
    if kind < 3:
        return chance.choice(TEXTS)
    if kind < 5:
        return chance.choice(NUMBERS)
    if kind < 8:
        return chance.choice((None, True, False, "x" * chance.randrange(1, 300), {}, []))
    if kind < 10:
        return [value(chance, depth + 1) for _ in range(chance.randrange(6))]
    return {str(chance.choice(TEXTS)): value(chance, depth + 1) for _ in range(chance.randrange(6))}


def press(chance: random.Random) -> Any:
    """A press: a real act or none, with a right key or a wrong one, and arguments of any kind."""
    if chance.randrange(8) == 0:
        return value(chance)
    name = chance.choice((*ACTS, "no_such_act", value(chance)))
    message = {"act": name, "key": secrets.token_hex(16) if chance.randrange(5) else value(chance)}
    takes = ACTS[name].takes if isinstance(name, str) and name in ACTS else {}
    for argument in takes:
        if chance.randrange(6):
            message[argument] = value(chance)
    if name == "end_sessions":  # without a person it ends one's own: then nobody would be left to ask
        message["person"] = -1
    if chance.randrange(4) == 0:
        message[str(chance.choice(TEXTS))] = value(chance)
    return message


def shown(chance: random.Random) -> Any:
    calls = [{name: value(chance) for name in ("id", "drawn", "spoken")} for _ in range(chance.randrange(80))]
    return chance.choice((value(chance), {"calls": value(chance)}, {"calls": calls}))


def event(chance: random.Random) -> list[Any]:
    """One event of the table, or none of it, with what it should not carry."""
    name = chance.choice((*(e for e in EVENTS if e not in ("connect", "disconnect")), "connect", "message", "beat", ""))
    made = {"press": press, "shown": shown}.get(name, value)
    return [name, *(made(chance) for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2, 9))))]


def sent_event(chance: random.Random) -> str:
    """An event as it goes over the line; the server reads it, and must judge what is in it."""
    while True:
        made = event(chance)
        body = json.dumps(made)
        if made[0] not in RESERVED and "\\ud83d\"" not in body and abs(_largest(made)) < 2**64:
            return f"42{chance.randrange(10**6)}{body}" if chance.randrange(2) else "42" + body


def _largest(made: Any) -> float:
    """The largest number in it; what JSON of ours cannot hold is for broken packets."""
    if isinstance(made, dict):
        return max((_largest(one) for one in made.values()), key=abs, default=0)
    if isinstance(made, list):
        return max((_largest(one) for one in made), key=abs, default=0)
    return made if isinstance(made, int) else 0


def broken_packet(chance: random.Random) -> str | bytes:
    """What only looks like a packet; it ends the line, or is thrown away."""
    body = json.dumps(event(chance))
    return (
        lambda: "42/" + chance.choice(("admin", "../", "x" * 200, "")) + "," + body,
        lambda: "42" + body[:chance.randrange(len(body))],
        lambda: "42" + "[" * chance.choice((50, 2_000, 60_000)),
        lambda: '42["press",' + '{"a":' * chance.choice((50, 5_000)) + "1" + "}" * 40 + "]",
        lambda: "42" + "9" * chance.choice((20, 200)) + body,
        lambda: chance.choice((
            '42["press",NaN]', '42["press",{"act":Infinity}]', "42[]", "42{}", "42null", '42[1,{"act":"start"}]',
            '42[["press"],{}]', '42[{"press":1}]', "43", '431["x"]', "4", "40", "40{", '40{"screen":"counter"}', "44",
            '44{"x":1}', "45", '451-["press",{"_placeholder":true,"num":0}]', '459999999-["press"]', "46", "49", "4a",
            '450-["press",{"_placeholder":true,"num":7}]', "", "2", "2probe", "3", "5", "6", "7", "9", "\x00", "💥")),
        lambda: chance.randbytes(chance.choice((0, 1, 50, 5_000))),
        lambda: '42["press","' + "A" * chance.choice((10_000, 200_000, 300_000)) + '"]',
        lambda: '42["press",{"act":"\\ud800","key":"' + "k" * 20 + '"}]',
        lambda: "42" + json.dumps(["connect", {"screen": "counter", "office": "rutan"}]),
    )[chance.randrange(10)]()


@dataclass
class Line:
    """A raw Socket.IO line over a websocket, whose other end a screen of ours would be. ``cookie`` and ``auth`` are
    its papers; ``sent`` and ``answered`` count packets, ``dropped`` how often the server ended the line."""

    base: str
    cookie: str
    auth: dict[str, str]
    sent: int = 0
    answered: int = 0
    dropped: int = 0
    _line: Any = None
    _asked: int = 10**9
    let_in: bool = field(default=False)

    def open(self) -> None:
        self._line = websocket.create_connection(
            self.base.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket", timeout=WAIT_S,
            header=[f"Cookie: {self.cookie}"] if self.cookie else [])
        self._line.recv()
        self._line.send("40" + json.dumps(self.auth))
        heard = ""
        while not heard.startswith(("40", "44")):  # its first picture may come before the word that it is let in
            heard = str(self._line.recv())
        self.let_in = heard.startswith("40")

    def throw(self, packets: list[str | bytes]) -> None:
        """Sends all, then asks something that every screen is answered: the server took them, or ended the line."""
        try:
            if self._line is None:
                self.open()
            for one in packets:
                self.sent += 1
                if isinstance(one, bytes):
                    self._line.send_binary(one)
                else:
                    self._line.send(one.encode("utf-8", "replace").decode())
            if self.let_in:
                self._answer()
        except (OSError, websocket.WebSocketException):
            self.dropped += 1
            self.close()

    def _answer(self) -> None:
        self._asked += 1
        self._line.send(f'42{self._asked}["press",{{"act":"no_such_act"}}]')
        while True:
            heard = self._line.recv()
            if isinstance(heard, str) and heard.startswith("2"):
                self._line.send("3")
            if heard == "" or heard == "1" or (isinstance(heard, str) and heard.startswith("41")):
                raise websocket.WebSocketConnectionClosedException("the server ended the line")
            if isinstance(heard, str) and heard.startswith(f"43{self._asked}["):
                self.answered += 1
                return

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def request(chance: random.Random) -> Request:
    """A request to an address of the table, or beside it, with what it should not carry."""
    method, rule = chance.choice(list(ROUTES)).split(" ")
    if any(part in rule for part in KEPT_WHOLE) and chance.randrange(10):
        method, rule = "GET", "/office/<office>/door"  # those cost the server much, or end the cast's own sessions
    if chance.randrange(15) == 0:
        method = chance.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "POST", "GET", "TRACE", "BREW"))
    path = "/".join(_part(chance, part) for part in rule.split("/"))
    if chance.randrange(3) == 0:
        path += "?" + "&".join(f"{_name(chance)}={_quoted(chance)}" for _ in range(chance.randrange(1, 5)))
    headers = {"X-Forwarded-For": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"}
    if chance.randrange(8):
        headers["X-Queue"] = "1"
    if chance.randrange(12) == 0:
        headers[chance.choice(("Cookie", "Authorization", "Range", "Accept-Encoding", "If-None-Match", "Host", "Accept",
                               "Content-Encoding", "X-Forwarded-For", "X-Forwarded-Host"))] = _header(chance)
    return Request(method, path, headers, b"" if method in ("GET", "HEAD") else _body(chance, headers))


def _part(chance: random.Random, part: str) -> str:
    if "<" not in part or chance.randrange(40) == 0:
        return part if chance.randrange(60) else _quoted(chance)
    good = {"<office>": "rutan", "<secret>": secrets.token_urlsafe(16), "<board>": "tv-tunggu", "<lang>": "id",
            "<screen>.json": "kiosk.json", "<act>": "coming", "<folder>": "common"}.get(part, "1")
    return good if chance.randrange(2) else _quoted(chance)


def _name(chance: random.Random) -> str:
    return chance.choice(("office", "door", "service", "from", "to", "since", "page", "version", "day", "limit", "x"))


def _quoted(chance: random.Random) -> str:
    return quote(str(value(chance))[:400].encode("utf-8", "replace"), safe="")


def _header(chance: random.Random) -> str:
    text = str(value(chance))[:300].encode("ascii", "replace").decode()
    return "".join(sign for sign in text if sign in string.printable and sign not in "\r\n\x0b\x0c")


def _body(chance: random.Random, headers: dict[str, str]) -> bytes:
    odd = ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded")
    headers["Content-Type"] = "application/json" if chance.randrange(4) else chance.choice(odd)
    kind = chance.randrange(12)
    if kind == 0:
        return chance.randbytes(chance.choice((0, 3, 3_000)))
    if kind == 1:
        return b"[" * chance.choice((10, 100_000))
    if kind == 2:
        return b'{"a":NaN,"key":"' + b"x" * chance.choice((8, 300_000)) + b'"}'
    message = press(chance)
    if isinstance(message, dict):
        more = ("service", "language", "door", "screen", "board", "state", "name", "password", "numbers", "parts")
        message.update({name: value(chance) for name in more if chance.randrange(4) == 0})
        if chance.randrange(3):
            message["office"] = "rutan"
    return json.dumps(message).encode()
