"""A stage for the counter console: the real page in a real Chromium, with the test as its server.

Pictures have the shape that docs/architecture.md fixes; times are relative to now, in minutes ago.
"""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from jinja2 import Template
from playwright.sync_api import Browser, Page, Route, expect

from queue_server.office_file import read
from queue_server.theme import theme_css

ROOT = Path(__file__).parents[2]
SITE = "http://console.test"
Picture = dict[str, Any]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
#: As strict as in production: nothing inline, nothing from elsewhere.
POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"

SERVICES = [("kunjungan", "A"), ("titipan", "D"), ("informasi", "F"), ("pengaduan", "G")]
NAMES = {"kunjungan": ("Kunjungan tatap muka", "Visits"), "titipan": ("Titipan barang dan makanan", "Parcels"),
         "informasi": ("Informasi, remisi dan integrasi", "Information"), "pengaduan": ("Pengaduan", "Complaints")}
MINUTE = 60_000
OFFICER = {"id": 7, "name": "Sri Wahyuni", "role": "officer"}


def now() -> int:
    return int(time.time() * 1000)


def ago(minutes: float) -> int:
    return now() - int(minutes * MINUTE)


def label(letter: str, number: int) -> str:
    return f"{letter}\u2009{number:03d}"


def row(step: int, minutes: float = 5, service: str = "kunjungan", **more: Any) -> Picture:
    letter = dict(SERVICES)[service]
    return {"step": step, "label": label(letter, step), "service": service, "priority": False, "channel": "door",
            "since": ago(minutes), "place": step, "arrived": True, "returning": False, **more}


def visitor(state: str = "called", step: int = 17, **more: Any) -> Picture:
    """A visitor called 20 s ago, or in service for 3:12 of 10 stated minutes."""
    base = row(step, 12)
    base |= {"state": state, "issued_at": ago(12), "called_at": ago(1 / 3 if state == "called" else 4),
             "started_at": ago(3.2) if state == "serving" else None, "waited_ms": 11 * MINUTE, "served_ms": 0,
             "calls": 1, "next_recall_at": None, "drawn": 1, "spoken": 1, "why": {"rule": "first", "mix": [1, 2, 60]},
             "no_show": {"allowed": False, "code": "no_show_calls", "at": ago(0), "facts": {
                 "needed": 2, "heard": 1, "missing": 1, "presses": 1, "after_s": 20}},
             "stated_wait_ms": 15 * MINUTE, "stated_service_ms": 10 * MINUTE, "note": ""}
    return base | more


def picture(**more: Any) -> Picture:
    """An officer at Loket 3, three people waiting, nobody at the counter."""
    rows = more.pop("rows", [row(21, 14), row(22, 9, priority=True), row(5, 6, "titipan")])
    counters = [
        seat("1", "Budi Santoso", label="A\u2009019", step=19, since=ago(6)), seat("2", "Dewi Lestari", "paused"),
        seat("3", "Sri Wahyuni", mine=True), seat("4", None)]
    base: Picture = {
        "kind": "counter", "seq": 1, "at": now(), "person": {"id": 7},
        "office": {"key": "rutan", "name": "Rutan Kelas IIB Contoh", "time_zone": "WIB"},
        "counter": {"key": "3", "name": {"id": "Loket 3", "en": "Counter 3"}, "version": 5, "state": "open",
                    "reason": "", "since": ago(90), "services": ["kunjungan", "titipan"]},
        "counters": counters, "current": None, "undo": None, "waiting": {"total": len(rows), "rows": rows},
        "parked": [], "missed": [], "issuing": [], "remote": [], "services": [service(key) for key, _ in SERVICES],
        "reasons": {
            "out_of_order": ["urgent_need", "companion", "short_question"],
            "outcome": ["served", "incomplete", "referred"],
            "park": ["papers_missing", "visitor_fetches", "system_down"],
            "pause": ["prayer", "rest", "meeting"], "no_show": ["board_broken", "called_aloud"],
            "reclass": ["not_in_group", "in_group", "by_mistake"], "cancel": ["visitor_asked", "double_number"],
        },
        "alerts": [], "told": None, "undo_s": 10,
    }
    return base | more


def service(key: str) -> Picture:
    name = dict(zip(("id", "en"), NAMES[key], strict=True))
    return {"key": key, "letter": dict(SERVICES)[key], "name": name, "icon": "users", "colour": "#1f6f8b", "waiting": 3,
            "may": {"allowed": True, "code": None, "facts": {}}}


def seat(key: str, person: str | None, state: str = "open", **more: Any) -> Picture:
    return {"key": key, "name": {"id": f"Loket {key}", "en": f"Counter {key}"}, "person": person, "state": state,
            "label": None, "step": None, "since": None, "mine": False, "services": ["kunjungan", "titipan"]} | more


def words() -> dict[str, dict[str, str]]:
    common = json.loads((ROOT / "common/words.json").read_text())
    own = json.loads((ROOT / "counter/words.json").read_text())
    return {lang: common[lang] | own[lang] for lang in ("id", "en")}


@cache
def theme() -> str:
    return theme_css(read((ROOT / "offices/rutan.toml").read_text(), "rutan.toml"))


class Stage:
    """The page and what it asked for; ``posts`` are the bodies of its POSTs, ``answers`` what they get."""

    def __init__(self, browser: Browser, width: int = 1280, height: int = 720, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.posts: list[tuple[str, Picture]] = []
        self.answers: dict[str, Picture] = {}
        self.signed_in = True
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.route("**/*", self._serve)

    def open(self, first: Picture | None, quiet_ms: int = 0) -> Stage:
        """Opens the page: signed in with this picture, or (None) nobody signed in yet.

        ``quiet_ms``: how long after a change a press does nothing; 700 where that is what is tried.
        """
        self.signed_in = first is not None
        self.page.goto(f"{SITE}/counter/rutan")
        self.page.locator(".console").wait_for()  # drawn once the words are there and the line is asked for
        self.page.evaluate("ms => { Counter.QUIET_MS = ms; }", quiet_ms)
        if first is not None:
            self.show(first, settle=quiet_ms < 1_000)
            self.page.evaluate("stage.up()")
        return self

    def show(self, new: Picture, settle: bool = True) -> None:
        """Sends a picture; ``settle`` waits until a press is taken again."""
        self.page.evaluate("p => stage.send(p)", new)
        if settle and new.get("counter"):
            expect(self.get("primary")).not_to_have_attribute("aria-disabled", "true")

    def presses(self) -> list[Picture]:
        sent: list[Picture] = self.page.evaluate("stage.presses")
        return sent

    def last(self) -> Picture:
        return self.presses()[-1]

    def get(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def _serve(self, route: Route) -> None:
        path = urlparse(route.request.url).path
        if route.request.method == "POST":
            self.posts.append((path, route.request.post_data_json))
            route.fulfill(json=self.answers.get(path, {"ok": True}))
        elif path == "/counter/rutan":
            html = Template((ROOT / "counter/counter.html").read_text()).render(office="rutan")
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})
        elif path == "/who":
            route.fulfill(json={"ok": True, "person": OFFICER if self.signed_in else None})
        elif path == "/office/rutan/door":
            route.fulfill(json={"office": {"name": "Rutan Kelas IIB Contoh"}})
        elif path.startswith("/words/"):
            route.fulfill(json=words())
        elif path.endswith("theme.css"):
            route.fulfill(body=theme(), content_type="text/css")
        else:
            self._file(route, path)

    def _file(self, route: Route, path: str) -> None:
        where = ROOT / "tests/browser/fixtures/counter_socket.js" if path == "/lib/socket.io.min.js" else None
        if path.startswith("/web/"):
            where = ROOT / path.removeprefix("/web/")
        elif where is None and path.startswith("/lib/"):
            where = ROOT / "build/web" / path.removeprefix("/lib/")
        if where is None or not where.is_file():
            route.fulfill(status=404, body="")
        else:
            route.fulfill(body=where.read_bytes(), content_type=TYPES.get(where.suffix, "text/plain"))
