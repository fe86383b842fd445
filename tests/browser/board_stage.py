"""A stage for the board: its real files in a real Chromium, with pictures and a voice that the test plays."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

from queue_server.domain.announcement import announcement
from queue_server.domain.office import Counter, Office, Service
from queue_server.domain.ticket import label
from tests.browser.door_stage import NOW, ROOT, Stage

#: Before any of the page's scripts: the server's beat, what was played, and a browser that refuses sound when asked to.
SOUND = """
window.played = [];
window.setInterval(function () { if (window.socket && socket.connected) { socket.hear("beat", { seq: 0 }); } }, 1000);
(function () {
  var Source = window.AudioBufferSourceNode.prototype, start = Source.start, at = {};
  Source.start = function (when) {
    window.played.push({ when: when, seconds: this.buffer.duration });
    return start.call(this, when);
  };
  if (/[?&]blocked/.test(location.search)) {
    var state = "suspended", Base = window.BaseAudioContext.prototype;
    Object.defineProperty(Base, "state", { get: function () { return state; } });
    window.AudioContext.prototype.resume = function () { state = "running"; return Promise.resolve(); };
  }
}());
"""


class BoardStage(Stage):
    """The board of the demo Rutan. ``calls`` and ``speaker`` are what the next picture says."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, "display/display.html", office="rutan", board="b1")
        self.hall = self.office.halls[0].key
        self.seq, self.calls, self.changes = 1, [], {}  # type: int, list[dict[str, Any]], dict[str, Any]
        self.on("POST", "/hello", lambda _path, _body: {"paired": True, "device": 1})
        page.add_init_script(SOUND)

    def _file(self, path: str) -> Any:
        if path.startswith("/voice/rutan/"):
            clip = ROOT / "sounds" / path.removeprefix("/voice/rutan/")
            return (200, "audio/wav", clip.read_bytes()) if clip.is_file() else (404, "text/plain", "no clip")
        return super()._file(path)

    def call(self, prefix: str, number: int, counter: str, **changes: Any) -> dict[str, Any]:
        """Adds a call to the next pictures; ``ago`` is its age in ms."""
        ago = changes.pop("ago", 0)
        call = call_of(self.office, len(self.calls) + 1, prefix, number, counter, NOW - ago)
        self.calls.append({**call, **changes})
        return self.calls[-1]

    def show(self, **changes: Any) -> None:
        """Sends the picture of this moment; ``changes`` stay for the pictures after it."""
        self.changes.update(changes)
        self.seq += 1
        picture = board_picture(self.office, self.hall, self.calls)
        self.picture({**picture, "seq": self.seq, **self.changes})

    def sent(self, name: str) -> list[Any]:
        messages: list[Any] = self.page.evaluate("name => socket.sent.filter(m => m[0] === name).map(m => m[1])", name)
        return messages

    def large(self) -> str:
        """The number in the large place, without its thin space; "" when there is none."""
        text = self.page.evaluate(
            "(document.querySelector('.call-live .call-number') || {textContent: ''}).textContent")
        return "".join(str(text).split())

    def listed(self) -> list[str]:
        rows = self.page.evaluate(
            "Array.from(document.querySelectorAll('.row-call:not(.is-gone)'))"
            ".sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"
            ".map(row => row.querySelector('.row-number').textContent)")
        return ["".join(row.split()) for row in rows]


def call_of(office: Office, number_of_call: int, prefix: str, number: int, counter: str, at: int) -> dict[str, Any]:
    """A call as the picture shows it."""
    where = office.counter(counter)
    service = next(s for s in office.services if s.prefix == prefix)
    languages = ("id", "en") if service.english else ("id",)
    return {
        "id": number_of_call, "label": label(prefix, number), "prefix": prefix, "number": number, "counter": counter,
        "counter_name": where.name, "direction": where.direction, "at": at, "n": 1, "state": "calling",
        "service": service.key,
        "say": announcement(prefix, number, where, languages), "heard": False,
    }


def service_of(service: Service, place: int) -> dict[str, Any]:
    promise = service.standard.promise("door", False)
    return {
        "key": service.key, "letter": service.prefix, "name": service.name, "icon": service.icon,
        "colour": service.colour, "waiting": (7, 0, 12, 3, 24, 1, 4, 2)[place % 8],
        "next": [label(service.prefix, n) for n in range(18, 18 + (3, 0, 3, 2, 3, 1, 3, 2)[place % 8])],
        "serving": [label(service.prefix, 17 - n) for n in range((1, 0, 2, 4, 1, 6, 1, 2)[place % 8])],
        "staffing": "serving" if (1, 0, 2, 4, 1, 6, 1, 2)[place % 8] else "ready",
        "may": {"allowed": True, "code": "", "facts": {}, "next_opening": None},
        "promise": {"wait_min": promise.wait_min, "service_min": promise.service_min},
        "components": dict(service.standard.components),
    }


def counter_of(counter: Counter, taken: str | None) -> dict[str, Any]:
    return {
        "key": counter.key, "name": counter.name, "direction": counter.direction, "label": taken,
        "service": counter.services[0], "state": "serving" if taken else "open", "since": NOW,
    }


def board_picture(office: Office, hall: str, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """The picture ``board`` of a hall: each service with somebody, the counters of the newest calls taken."""
    taken = {call["counter"]: call["label"] for call in calls if call["state"] != "withdrawn"}
    return {
        "kind": "board", "seq": 1, "at": NOW, "device": 1,
        "office": {"key": office.key, "name": office.name, "institution": office.institution,
                   "time_zone": office.time_zone, "languages": list(office.languages),
                   "complaint": office.complaint},
        "hall": {"key": hall, "name": office.halls[0].name}, "board": {"key": "b1", "name": "Papan 1"},
        "speaker": False, "voice": True, "calls": calls[-12:], "withdrawn": [], "always_open": False,
        "counters": [counter_of(c, taken.get(c.key)) for c in office.counters],
        "services": [service_of(s, place) for place, s in enumerate(office.services)],
        "notices": [{"kind": n.kind, "text": n.text, "file": n.file, "seconds": n.seconds} for n in office.notices],
        "running_text": office.running_text, "clips": {},
        "hours": [{"start": "08:00", "end": "11:00"}, {"start": "13:00", "end": "14:00"}],
    }


def wait_until(true: Any, seconds: float = 10) -> None:
    """Waits for a condition of the test; a failed wait is a failed test."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)
