"""Six real screens of one hall on one real server: a kiosk, a phone, two consoles, two boards; and a wire to cut."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from cast import Server
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from playwright.sync_api import TimeoutError as Late

OFFICE = "kanim"
#: Two counters of hall A that serve nothing but passports, and who sits there.
SEATS = (("ani", "5"), ("budi", "6"))
SIZES = {
    "kiosk": (1080, 1920), "phone": (360, 640), "ani": (1280, 720), "budi": (1280, 720),
    "a-1": (1920, 1080), "a-2": (1920, 1080),
}
#: Before a board's own scripts: every clip that it starts to play is counted.
COUNT_CLIPS = """
window.played = 0;
(function () {
  const Source = window.AudioBufferSourceNode.prototype, start = Source.start;
  Source.start = function (when) { window.played += 1; return start.call(this, when); };
}());
"""
#: What stands on a screen, for the conditions of a test; texts without any space in them.
HELPERS = """
(function () {
  function squeezed(found) { return (found ? found.textContent : "").replace(/\\s/g, ""); }
  function all(choice) { return Array.from(document.querySelectorAll(choice)).map(squeezed); }
  window.seen = {
    all: all,
    text: function (choice) { return squeezed(document.querySelector(choice)); },
    test: function (id) { return squeezed(document.querySelector('[data-testid="' + id + '"]')); },
    rows: function () { return all(".row-call:not(.is-gone) .row-number"); },
    waiting: function () { return all("#waiting .row-label"); }
  };
}());
window.firstLoad = Math.random();
"""


def squeezed(text: str) -> str:
    """A label without its thin space."""
    return "".join(text.split())


class Wire:
    """A cable between one screen and the server. Cut, it is as silent as one whose plug was pulled."""

    def __init__(self, port: int) -> None:
        self.whole = threading.Event()
        self.whole.set()
        self._to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole.clear()

    def mend(self) -> None:
        self.whole.set()

    def close(self) -> None:
        self._door.close()
        self.whole.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._door.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self.whole.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._to), 5)
        except OSError:
            near.close()
            return
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                data = one.recv(65_536)
                self.whole.wait()
                if not data:
                    break
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Day:
    """The screens, by name: "kiosk", "phone", the consoles "ani" and "budi", the boards "a-1" and "a-2"."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.wire = Wire(server.port)
        self.contexts: dict[str, BrowserContext] = {}
        self.pages: dict[str, Page] = {}
        self.errors: list[str] = []
        for name in SIZES:
            self._open(name)
        for name, counter in SEATS:
            self.sit(name, counter)

    def _open(self, name: str) -> None:
        width, height = SIZES[name]
        # Each has cookies of its own, as devices have.
        touch = name in ("kiosk", "phone")
        context = self.browser.new_context(viewport={"width": width, "height": height}, has_touch=touch)
        context.set_default_timeout(60_000)
        context.add_init_script(HELPERS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{name}: {error}"))
        if name in ("a-1", "a-2"):
            context.add_init_script(COUNT_CLIPS)
        base = f"http://127.0.0.1:{self.wire.port}" if name == "a-2" else self.server.base
        path = {"kiosk": f"kiosk/{OFFICE}", "phone": f"visit/{OFFICE}"}.get(name, f"counter/{OFFICE}")
        page.goto(f"{base}/display/{OFFICE}/{name}" if name in ("a-1", "a-2") else f"{base}/{path}")
        self.contexts[name], self.pages[name] = context, page

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()
        self.wire.close()

    # --- what people do ---------------------------------------------------------------------------

    def at(self, name: str, testid: str) -> Locator:
        return self.pages[name].get_by_test_id(testid)

    def sit(self, name: str, counter: str) -> None:
        """An officer signs in and chooses a counter."""
        try:
            self.at(name, "name").fill(name)
        except Late as late:
            shown = self.pages[name].content()[-3000:]
            raise AssertionError(f"no sign-in for {name}: {self.errors}\n{shown}") from late
        self.at(name, "password").fill(self.server.passwords[OFFICE, name])
        self.at(name, "password").press("Enter")
        self.at(name, f"counter-{counter}").click()
        self.at(name, "primary").wait_for()

    def take_at_kiosk(self) -> str:
        """Two taps; the number, and back to the first picture for the next visitor."""
        self.at("kiosk", "service-paspor").tap()
        self.at("kiosk", "take").tap()
        label = squeezed(self.at("kiosk", "ticket-label").inner_text())
        self.at("kiosk", "done").tap()
        return label

    def take_on_phone(self) -> str:
        """A number on the phone; an officer sees its holder and says so."""
        phone = self.pages["phone"]
        phone.goto(f"{self.server.base}/visit/{OFFICE}")
        self.at("phone", "service-paspor").tap()
        self.at("phone", "take").tap()
        phone.wait_for_url("**/t/*")
        raw = self.at("phone", "ticket-label").inner_text()
        self.at("ani", f"arrived-{raw}").click()
        self.see("phone", "() => !document.querySelector('[data-testid=remote]')")
        return squeezed(raw)

    def press(self, name: str, act: str) -> None:
        """The one large button, once it says what is meant and takes a press again."""
        self.ready(name, act)
        self.at(name, "primary").click()

    def key(self, name: str, key: str, while_next_is: str) -> None:
        """A key of the console, pressed when a person could: not within the moment after a change."""
        self.ready(name, while_next_is)
        self.pages[name].keyboard.press(key)

    def ready(self, name: str, act: str) -> None:
        """The large button says ``act``, and presses are taken."""
        self.see(name, """act => {
          const b = document.querySelector('[data-testid=primary]');
          return b.dataset.act === act && b.getAttribute('aria-disabled') !== 'true';
        }""", act)

    def serve(self, name: str) -> None:
        """From the call to the end of service."""
        self.press(name, "start")
        self.press(name, "finish")
        self.ready(name, "call_next")

    # --- what they see -----------------------------------------------------------------------------

    def see(self, name: str, condition: str, arg: Any = None, seconds: float = 30) -> float:
        """Waits until a condition holds on one screen; how many seconds it took."""
        return self.all_see({name: (condition, arg)}, seconds)[name]

    def all_see(self, wanted: dict[str, tuple[str, Any]], seconds: float = 30) -> dict[str, float]:
        """Waits until each condition holds on its screen; how many seconds that took for each."""
        since, took = time.monotonic(), dict[str, float]()
        while True:
            for name, (condition, arg) in wanted.items():
                if name not in took and self.pages[name].evaluate(condition, arg):
                    took[name] = time.monotonic() - since
            if len(took) == len(wanted):
                return took
            late = sorted(set(wanted) - set(took))
            assert time.monotonic() - since < seconds, f"not so within {seconds} s on {late}: {self.texts(late)}"
            time.sleep(0.03)

    def texts(self, names: list[str]) -> dict[str, str]:
        return {name: self.pages[name].inner_text("body")[:600] for name in names}

    def both_boards(self, condition: str, arg: Any = None, seconds: float = 30) -> dict[str, float]:
        return self.all_see({"a-1": (condition, arg), "a-2": (condition, arg)}, seconds)

    def loads(self) -> dict[str, float]:
        """A number per page load: the same again means that nobody has reloaded."""
        return {name: page.evaluate("() => window.firstLoad") for name, page in self.pages.items()}


def told(what: str, took: dict[str, float]) -> None:
    print(f"{what}: " + ", ".join(f"{name} {1000 * s:.0f} ms" for name, s in took.items()))


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """What ``true()`` gave as soon as it gave anything."""
    end = time.monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)
