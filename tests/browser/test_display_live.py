"""The board on a running server: from an officer's press to the TV, and back to the officer's console."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from cast import ROOT, Server, settle
from playwright.sync_api import Browser, Page

LARGE = "(document.querySelector('.call-live .call-number') || {textContent: ''}).textContent"
OLD_TV = """JSON.stringify({
  number: document.querySelector('.call-number').textContent,
  list: document.querySelector('.row-number').textContent,
  tall: document.querySelector('.call-number').getBoundingClientRect().height,
  marks: document.querySelector('.head-marks').textContent,
  face: document.fonts.check('700 40px "Atkinson Hyperlegible Next"'),
  cards: document.querySelectorAll('.card-service').length
})"""


def open_board(browser: Browser, server: Server, board: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{server.base}/display/rutan/{board}")
    page.wait_for_selector(".board")
    return page


def test_a_press_reaches_the_board_and_the_officer_hears_that_it_was_drawn_and_spoken(
    browser: Browser, server: Server
) -> None:
    page = open_board(browser, server, "tv-tunggu")
    officer = server.officer(counter="1")
    number = server.kiosk().take("kunjungan")["label"]
    officer.press("call_next")
    page.wait_for_selector("[data-painted-call]", timeout=60_000)
    assert page.evaluate(LARGE) == number
    assert "Loket 1" in " ".join(page.locator(".call-counter").inner_text().split())
    told = officer.wait_for(lambda p: p["current"] and p["current"]["spoken"], timeout=25)
    assert (told["current"]["drawn"], told["current"]["spoken"]) == (1, 1)
    page.close()


def test_an_undone_call_leaves_the_board_visibly(browser: Browser, server: Server) -> None:
    page = open_board(browser, server, "tv-tunggu")
    officer = server.officer(counter="1")
    server.kiosk().take("kunjungan")
    officer.press("call_next")
    page.wait_for_selector("[data-painted-call]", timeout=60_000)
    undo = officer.wait_for(lambda p: p["undo"])["undo"]
    settle()
    assert officer.press("undo", event=undo["event"])["ok"]
    page.get_by_text("Panggilan ditarik kembali").wait_for()
    page.wait_for_selector(".call", state="detached", timeout=60_000)
    assert page.locator(".row-call").count() == 0
    page.close()


def test_a_restarted_server_finds_the_board_right_again_without_a_reload(browser: Browser, server: Server) -> None:
    page = open_board(browser, server, "tv-tunggu")
    page.evaluate("window.sameLoad = true")
    server.restart()
    officer = server.officer(counter="1")
    number = server.kiosk().take("kunjungan")["label"]
    officer.press("call_next")
    page.wait_for_selector("[data-painted-call]", timeout=60_000)
    assert page.evaluate(LARGE) == number
    assert page.evaluate("window.sameLoad") is True
    page.close()


def test_a_tv_of_2018_shows_and_speaks_a_call(server: Server, tmp_path: Path) -> None:
    officer = server.officer(counter="1")
    number = server.kiosk().take("kunjungan")["label"]
    boards: list[dict[str, Any]] = []
    watching = threading.Thread(target=lambda: boards.append(old_tv(server, tmp_path / "board.png")))
    watching.start()
    server.supervisor().wait_for(lambda p: any(b["alive"] for b in p["boards"]), timeout=30)
    officer.press("call_next")
    told = officer.wait_for(lambda p: p["current"] and p["current"]["spoken"], timeout=30)
    assert told["current"]["drawn"] == 1
    watching.join()
    report, seen = boards[0], json.loads(boards[0]["result"])
    assert "Chrome/69." in report["agent"]
    assert report["errors"] == []
    assert (seen["number"], seen["list"], seen["marks"]) == (number, number, "")
    assert seen["face"] is True
    assert seen["tall"] > 1080 / 4
    assert seen["cards"] == 4
    assert (tmp_path / "board.png").stat().st_size > 10_000


def old_tv(server: Server, shot: Path) -> dict[str, Any]:
    """The board in Chromium 69, looked at ten seconds after the call was painted."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "oldbrowser.py"),
         f"{server.base}/display/rutan/tv-tunggu", "--until", "document.querySelector('[data-painted-call]') !== null",
         "--wait", "10", "--script", OLD_TV, "--shot", str(shot)],
        capture_output=True, encoding="utf-8", timeout=120, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_picture_names_every_clip_before_it_is_needed_and_one_board_of_a_hall_speaks(server: Server) -> None:
    officer = server.officer("budi", office="kanim", counter="3")
    boards = [server.board(name, office="kanim") for name in ("a-1", "a-2")]
    officer.press("issue", service="paspor", priority=False, language="id")
    settle()
    officer.press("call_next")
    shown = [board.wait_for(lambda p: p["calls"]) for board in boards]
    for picture in shown:
        for said in picture["calls"][0]["say"]:
            assert set(said["clips"]) <= set(picture["clips"][said["lang"]])
    assert [p["board"]["key"] for p in shown] == ["a-1", "a-2"]
    assert shown[0]["calls"] == shown[1]["calls"]
    assert sum(p["speaker"] for p in shown) <= 1
    for board in boards:
        board.close()
