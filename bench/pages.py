"""What each screen weighs and when it shows its first picture, in a real Chromium whose processor is four times slower.

``python -m bench.pages --chromium /usr/bin/chromium``. Each page is opened with an empty cache and once more with what
the first visit left. First picture: from the start of the navigation until two frames after the first picture came over
the line; where a page has no line yet, its first paint with content. Bytes are those that went over the wire, headers
and the line's messages included, until nothing more was fetched for a second.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from bench.bars import Found, load
from bench.house import House, machine
from bench.trio import give, small_office

SLOWER = 4
#: Waits for the first picture, ms.
PATIENCE_MS = 60_000
#: A board fetches the clips of its voice after it has drawn.
QUIET_MS = 1_000
#: Two frames after the first picture came over the line, a mark is written.
WATCH = """(() => {
  const Plain = window.WebSocket;
  window.WebSocket = function (...how) {
    const socket = new Plain(...how);
    const hear = (event) => {
      if (typeof event.data === "string" && event.data.startsWith('42["picture"')) {
        socket.removeEventListener("message", hear);
        requestAnimationFrame(() => requestAnimationFrame(() => { window.__pictured = performance.now(); }));
      }
    };
    socket.addEventListener("message", hear);
    return socket;
  };
  window.WebSocket.prototype = Plain.prototype;
  Object.assign(window.WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
})();"""
PAINTED = "() => (performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime || 0"
PICTURED = "() => window.__pictured || 0"


@dataclass
class Visit:
    """One opening of a page. Times are ms since the navigation began."""

    requests: int
    kb: float
    painted: float
    picture: float


class Wire:
    """Counts what a page fetches."""

    def __init__(self, cdp: CDPSession) -> None:
        self.requests, self.bytes, self.loaded = 0, 0, 0
        cdp.send("Network.enable")
        cdp.on("Network.requestWillBeSent", self._asked)
        cdp.on("Network.loadingFinished", self._loaded)
        cdp.on("Network.webSocketCreated", self._asked)
        cdp.on("Network.webSocketFrameReceived", self._heard)

    def _asked(self, _event: Any) -> None:
        self.requests += 1

    def _loaded(self, event: Any) -> None:
        self.bytes += int(event["encodedDataLength"])
        self.loaded += 1

    def _heard(self, event: Any) -> None:
        self.bytes += len(event["response"]["payloadData"])


class Screens:
    """The addresses of the screens, and who must be signed in there."""

    def __init__(self, house: House, ticket: str) -> None:
        place = house.place
        self.base, self.place = house.base, place
        self.pages = {
            "board": (f"/display/{place.key}/b1", ""), "kiosk": (f"/kiosk/{place.key}", ""),
            "phone: take a number": (f"/visit/{place.key}", ""), "phone: my number": (f"/t/{ticket}", ""),
            "counter": (f"/counter/{place.key}", place.officers[0]),
            "supervisor": (f"/supervisor/{place.key}", place.supervisor),
            "administration": (f"/admin/{place.key}", place.supervisor),
        }
        self.without_line = {"phone: take a number", "administration"}

    def enter(self, context: BrowserContext, name: str) -> None:
        """The cookie of whoever works at this screen."""
        who = self.pages[name][1]
        if who:
            answer = context.request.post(f"{self.base}/sign-in", headers={"X-Queue": "1"}, data={
                "office": self.place.key, "name": who, "password": self.place.password, "key": secrets.token_hex(16)})
            if not answer.ok:
                raise SystemExit(f"{name}: {answer.text()}")

    def open(self, page: Page, name: str) -> Visit:
        cdp = page.context.new_cdp_session(page)
        wire = Wire(cdp)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(self.base + self.pages[name][0])
        drawn = PAINTED if name in self.without_line else PICTURED
        page.wait_for_function(drawn, timeout=PATIENCE_MS)
        loaded = -1
        while loaded != wire.loaded:
            loaded = wire.loaded
            page.wait_for_timeout(QUIET_MS)
        found = Visit(wire.requests, wire.bytes / 1000, page.evaluate(PAINTED), page.evaluate(drawn))
        cdp.detach()
        return found


@contextmanager
def chromium(path: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path or shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def _visits(browser: Any, screens: Screens, name: str) -> tuple[Visit, Visit]:
    """With an empty cache, and with what that left."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    screens.enter(context, name)
    found = []
    for _ in range(2):
        page = context.new_page()
        page.add_init_script(WATCH)
        found.append(screens.open(page, name))
        page.close()
    context.close()
    return found[0], found[1]


def run(rounds: int, path: str = "") -> list[Found]:
    house = House(small_office(officers=1), 1)
    ticket = give(house.settings(), 20)[-1]
    found = []
    print(f"  {'screen':<22} {'requests':>8} {'KB':>7} {'painted':>9} {'picture':>9}   again: {'KB':>6} {'picture':>9}")
    with house, chromium(path) as browser:
        screens = Screens(house, ticket)
        for name in screens.pages:
            visits = [_visits(browser, screens, name) for _ in range(rounds)]
            first, again = visits[-1]
            painted, picture = (median(getattr(v, part) for v, _ in visits) for part in ("painted", "picture"))
            once_more = median(v.picture for _, v in visits)
            print(f"  {name:<22} {first.requests:>8} {first.kb:>7.1f} {painted:>6.0f} ms {picture:>6.0f} ms   "
                  f"       {again.kb:>6.1f} {once_more:>6.0f} ms", flush=True)
            found.append(Found(
                f"first picture: {name}", picture, " ms",
                beside=f"{first.requests} requests, {first.kb:.0f} KB, painted {painted:.0f} ms; again "
                       f"{again.kb:.0f} KB, {once_more:.0f} ms; processor {SLOWER} times slower; {load()}"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description="Weight and first picture of screens.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chromium", default="", help="path of the browser [the system's, else playwright's own]")
    args = parser.parse_args()
    print(machine())
    run(args.rounds, args.chromium)


if __name__ == "__main__":
    main()
