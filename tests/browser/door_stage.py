"""A stage for the kiosk and the phone: their real files in a real Chromium, with a server that the test plays.

Nothing listens on a port: every request of the page is answered here, with the production's kind of
Content-Security-Policy, and the socket is a small stand-in through which the test sends pictures.
"""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Template
from playwright.sync_api import Page, Route

from queue_server.office_file import read
from queue_server.screens.pages import TOGETHER, bare, words_of
from queue_server.theme import theme_css

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://office.test"
CSP = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
       "connect-src 'self' ws://office.test; object-src 'none'; base-uri 'none'; frame-ancestors 'none'")
NOW = 1_795_396_200_000  # Monday 2026-11-23, 08.10 WIB

SOCKET = """
window.io = function (options) {
  const heard = {};
  const socket = {
    options: options, connected: false, active: true, sent: [], io: { on: function () {} },
    on: function (name, act) { (heard[name] = heard[name] || []).push(act); },
    hear: function (name, message) { (heard[name] || []).forEach(function (act) { act(message); }); },
    emit: function (name, message) { socket.sent.push([name, message]); },
    timeout: function () { return socket; },
    connect: function () { socket.sent.push(["connect"]); },
    disconnect: function () { socket.connected = false; },
    close: function () { socket.connected = false; socket.closed = true; },
    up: function () { socket.connected = true; socket.hear("connect"); },
    down: function () { socket.connected = false; socket.hear("disconnect", "transport close"); }
  };
  window.sockets = (window.sockets || []).concat([socket]);
  window.socket = socket;
  return socket;
};
"""

#: The server's beat, once a second for real; here twice, so that a test waits less. Stops with window.still = true.
BEAT = """
window.setInterval(function () {
  if (window.socket && socket.connected && !window.still) { socket.hear("beat", { at: Date.now(), seq: 0 }); }
}, 500);
"""

#: A key that is sent from here comes as late as a busy machine lets it, which a kiosk would take for a finger's.
SLOW_SCANNER = "Kiosk.SCANNER_MS = 30000"

Answer = dict[str, Any] | tuple[int, str, str | bytes] | None
Handler = Callable[[str, dict[str, Any]], Answer]


class Stage:
    """One page and the server it believes in. ``answer(method, path)`` decorates what the test plays."""

    def __init__(self, page: Page, template: str, **facts: str) -> None:
        self.page = page
        self.template, self.facts = template, facts
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.handlers: dict[tuple[str, str], Handler] = {}
        self.errors: list[str] = []
        self.loaded: dict[str, bytes] = {}
        self.offline = False
        self.office = read((ROOT / "offices" / "rutan.toml").read_text("utf-8"), "rutan.toml")
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if "Security Policy" in line.text else None)
        page.route("**/*", self._serve)

    def on(self, method: str, path: str, handler: Handler) -> None:
        self.handlers[method, path] = handler

    def _serve(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(ORIGIN).split("?")[0].split("#")[0]
        body = json.loads(request.post_data or "{}") if request.method == "POST" else {}
        if request.method == "POST":
            self.posts.append((path, body))
        handler = self.handlers.get((request.method, path))
        if self.offline:
            route.abort()
        elif handler:
            self._fulfil(route, path, handler(path, body))
        else:
            self._fulfil(route, path, self._file(path))

    def _fulfil(self, route: Route, path: str, answer: Answer) -> None:
        if answer is None:
            route.abort()
            return
        if isinstance(answer, dict):
            answer = (400 if answer.get("ok") is False else 200, "application/json", json.dumps(answer))
        status, kind, text = answer
        self.loaded[path] = text.encode() if isinstance(text, str) else text
        route.fulfill(status=status, content_type=kind, body=text, headers={"Content-Security-Policy": CSP})

    def _file(self, path: str) -> Answer:
        if path == "/":
            page = Template((ROOT / self.template).read_text("utf-8")).render(**self.facts)
            return 200, "text/html; charset=utf-8", page
        if path == "/lib/socket.io.min.js":
            return 200, "text/javascript", SOCKET
        if path.endswith("/theme.css"):
            return 200, "text/css", theme_css(self.office)
        if path.startswith("/words/"):
            return words_of(path.removeprefix("/words/").removesuffix(".json"))
        if path.removeprefix("/web/") in TOGETHER:
            parts = [(ROOT / part).read_bytes() for part in TOGETHER[path.removeprefix("/web/")]]
            return 200, mimetypes.guess_type(path)[0] or "", bare(b"\n".join(parts))
        for prefix, folder in (("/web/", ROOT), ("/lib/", ROOT / "build" / "web")):
            found = folder / path.removeprefix(prefix)
            if path.startswith(prefix) and found.is_file():
                kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
                return 200, kind, found.read_bytes()
        return 404, "text/plain", "not here"

    def open(self, query: str = "") -> Stage:
        self.page.goto(ORIGIN + "/" + query)
        return self

    def picture(self, picture: dict[str, Any]) -> None:
        """Sends a picture as the server does."""
        # Not wait_for_function: it evaluates in the page, which the policy rightly forbids.
        until = time.monotonic() + 20
        while not self.page.evaluate("() => Boolean(window.socket)"):
            assert time.monotonic() < until, f"the page opened no line; {self.errors}"
            self.page.wait_for_timeout(20)
        self.page.evaluate("p => { if (!socket.connected) { socket.up(); } socket.hear('picture', p); }", picture)

    def sees(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def posted(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.posts if where == path]


def door(stage: Stage, **changes: Any) -> dict[str, Any]:
    """The picture ``door`` of the demo Rutan in the morning: open, a printer, some people waiting."""
    office = stage.office
    services = [{
        "key": s.key, "letter": s.prefix, "name": s.name, "icon": s.icon, "colour": s.colour, "summary": s.summary,
        "may": {"allowed": True, "code": "", "facts": {}, "next_opening": None},
        "waiting": (7, 0, 12, 3, 0, 1, 4, 2)[place % 8], "forecast": None, "hall": None,
        "components": dict(s.standard.components), "free": True, "remote": s.remote,
        "promise": {"wait_min": s.standard.promise("door", False).wait_min,
                    "service_min": s.standard.promise("door", False).service_min},
    } for place, s in enumerate(office.services)]
    picture = {
        "kind": "door", "seq": 5, "at": NOW, "services": services, "printer": "ready", "print": "escpos",
        "office": {"key": office.key, "name": office.name, "institution": office.institution,
                   "time_zone": office.time_zone, "languages": list(office.languages),
                   "complaint": office.complaint, "remote_numbers": True},
    }
    return {**picture, **changes}


def ticket(stage: Stage, seq: int = 5, ended: bool = False, **changes: Any) -> dict[str, Any]:
    """The picture ``ticket`` of A 017 of the demo Rutan's first service: waiting, seven people ahead."""
    service = stage.office.services[0]
    told = {
        "label": "A\u2009017", "priority": False, "channel": "door", "issued_at": NOW - 600_000, "state": "waiting",
        "service": {"key": service.key, "letter": service.prefix, "name": service.name, "icon": service.icon,
                    "colour": service.colour},
        "ahead": 7, "forecast": None, "place": "me", "counter": None, "call": None, "arrived_at": NOW - 600_000,
        "coming": None, "paper": "", "re_entry": None, "return_after": 3, "return_within_min": 60, "hall": None,
        "ended_at": None, "spoken": None, "stated_wait_ms": 600_000,
    }
    return {"kind": "ticket", "seq": seq, "at": NOW, "office": door(stage)["office"], "ticket": {**told, **changes},
            "ended": ended}


#: Things to press that are smaller than the least size given (CSS pixels), and what reaches past the right edge.
SMALLER = """least => [...document.querySelectorAll('button, a[href], summary')].filter(b => {
  const r = b.getBoundingClientRect(); return r.width > 0 && (r.height < least - 0.5 || r.width < least - 0.5);
}).map(b => b.textContent.trim())"""
TOO_WIDE = """() => [...document.querySelectorAll('body *')].filter(e => {
  const r = e.getBoundingClientRect(), style = getComputedStyle(e);
  if (r.width === 0 || style.position === 'absolute' || e.closest('svg')) { return false; }
  const block = style.overflowX === 'visible' && style.display !== 'inline';
  return r.right > innerWidth + 1 || (block && e.scrollWidth > e.clientWidth + 1);
}).map(e => e.className + ' ' + e.textContent.trim().slice(0, 40))"""
