"""Makes the README's pictures from the real screens: ``python tests/browser/pictures.py [FOLDER]``.

A demo server of its own, a morning played through the public interface, Chromium. Only the minutes are
made up: between the morning and the pictures the server is stopped and what waited seconds has waited minutes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cast import Server, settle  # noqa: E402  (after the path)

from queue_server.client import Officer  # noqa: E402

OFFICERS = (("ani", "1"), ("budi", "2"), ("citra", "3"), ("dewi", "4"))
TAKEN = ("kunjungan", "titipan", "kunjungan", "informasi", "kunjungan", "titipan", "kunjungan", "pengaduan")
MINUTE = 60_000


def morning(server: Server) -> None:
    """Thirty visitors, of whom a dozen were served."""
    kiosk = server.kiosk()
    people = [server.officer(name, counter=counter) for name, counter in OFFICERS]
    for nth in range(32):
        kiosk.take(TAKEN[nth % len(TAKEN)], priority=nth % 9 == 4)
    for _ in range(3):
        for person in people:
            serve_one(person)
    for person in people:
        person.close()


def serve_one(person: Officer) -> None:
    person.press("call_next")
    settle()
    person.press("start")
    settle()
    person.press("finish", outcome="served")
    settle()


def let_minutes_pass(data: Path) -> None:
    """What was seconds becomes minutes, in the rows that the screens are drawn from; the log keeps the truth."""
    c = sqlite3.connect(data / "queue.db")
    newest = c.execute("SELECT max(id) FROM step").fetchone()[0]
    for (step,) in c.execute("SELECT id FROM step").fetchall():
        earlier = (1 + (newest - step) // 4) * MINUTE
        c.execute(
            "UPDATE step SET queued_at = queued_at - ?, queued_tick = queued_tick - ?, since_tick = since_tick - ?, "
            "arrived_at = arrived_at - ?, waited_ms = CASE WHEN waited_ms > 0 THEN ? ELSE 0 END, "
            "served_ms = CASE WHEN served_ms > 0 THEN ? ELSE 0 END WHERE id = ?",
            (earlier, earlier, earlier, earlier, (3 + step * 7 % 8) * MINUTE, (2 + step * 5 % 5) * MINUTE, step))
        c.execute(
            "UPDATE ticket SET issued_at = issued_at - ?, issued_tick = issued_tick - ? "
            "WHERE id = (SELECT ticket_id FROM step WHERE id = ?)", (earlier, earlier, step))
    c.commit()
    c.close()


def signed_in(context: BrowserContext, server: Server, person: Officer) -> BrowserContext:
    context.add_cookies([{"name": c.name, "value": str(c.value), "url": server.base} for c in person.http.cookies])
    return context


def keep(page: Page, path: Path) -> None:
    page.screenshot(path=str(path))
    print(f"{path.name}: {path.stat().st_size // 1000} KB", flush=True)


def shot(page: Page, address: str, text: str, path: Path, rest: float = 1.5) -> None:
    page.goto(address)
    wait_for(page, text)
    time.sleep(rest)
    keep(page, path)


def wait_for(page: Page, text: str, seconds: float = 60) -> None:
    """Until the page shows the text, spaces left aside; asked from here, as the page's own policy allows no eval."""
    until = time.monotonic() + seconds
    while "".join(text.split()) not in "".join(page.inner_text("body").split()):
        if time.monotonic() > until:
            raise TimeoutError(f"{text!r} is not on {page.url}")
        time.sleep(0.2)


def take(browser: Any, server: Server, folder: Path) -> None:
    people = [server.officer(name, counter=counter) for name, counter in OFFICERS]
    sari = server.supervisor()
    board, video = (browser.new_context(viewport={"width": 1920, "height": 1080}).new_page() for _ in range(2))
    board.goto(f"{server.base}/display/rutan/tv-tunggu")
    wait_for(board, "Loket")
    video.goto(f"{server.base}/display/rutan/tv-video")
    for person in people[1:]:
        person.press("call_next")
        settle(0.3)
    for person in people[1:3]:
        settle()
        person.press("start")
    phone = server.phone()
    ticket = server.kiosk().take("informasi")
    people[0].press("call_next")
    label = people[0].wait_for(lambda p: p["current"])["current"]["label"]
    wait_for(board, label)
    time.sleep(2)
    keep(board, folder / "board.png")
    settle()
    people[0].press("start")
    phone.close()

    def context(width: int, height: int, **more: Any) -> BrowserContext:
        made: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, locale="id-ID", reduced_motion="reduce", **more)
        return made

    desk = signed_in(context(1280, 720), server, people[0]).new_page()
    shot(desk, f"{server.base}/counter/rutan", label, folder / "console.png", 2.5)
    shot(context(1024, 768).new_page(), f"{server.base}/kiosk/rutan", "Kunjungan", folder / "kiosk.png")
    shot(context(360, 640, device_scale_factor=2, is_mobile=True).new_page(),
         f"{server.base}/t/{ticket['secret']}", ticket["label"], folder / "phone.png")
    page = signed_in(context(1440, 900), server, sari).new_page()
    shot(page, f"{server.base}/supervisor/rutan", "Kunjungan", folder / "supervisor.png", 2.5)
    for person in (*people, sari):
        person.close()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is needed: apt-get install chromium"
    flags = ["--autoplay-policy=no-user-gesture-required"]
    flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as scratch:
        server = Server(Path(scratch) / "data").start()
        try:
            morning(server)
            server.stop()
            let_minutes_pass(server.data)
            server.start()
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=program, args=flags)
                take(browser, server, folder)
                browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
