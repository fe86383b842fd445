"""One's own account in a real browser: a second factor is set, asked for at the console, and taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser, Page, expect

from queue_server.commands.access import STEP_S
from queue_server.moment import wall_ms


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("account") / "data").start()
    yield running
    running.stop()


def sign_in(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.base}/{path}/rutan")
    page.get_by_test_id("name").fill("ani")
    page.get_by_test_id("password").fill(server.passwords["rutan", "ani"])
    page.get_by_test_id("sign-in").click()


def code(secret: str, steps: int) -> str:
    return pyotp.TOTP(secret).at(wall_ms() // 1000 + steps * STEP_S)


def test_an_officer_sets_a_second_factor_and_the_console_asks_for_it(server: Server, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 1024, "height": 768}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    sign_in(page, server, "account")
    page.get_by_test_id("factor-begin").click()
    page.get_by_test_id("factor-qr").wait_for()
    assert page.get_by_test_id("factor-qr").evaluate("img => img.complete && img.naturalWidth > 100")
    secret = page.get_by_test_id("factor-secret").inner_text().replace(" ", "")
    page.get_by_test_id("factor-code").fill("000000")
    page.get_by_test_id("factor-go").click()
    page.get_by_test_id("refusal").wait_for()
    page.get_by_test_id("factor-code").fill(code(secret, -1))
    page.get_by_test_id("factor-go").click()
    page.get_by_test_id("factor-set").wait_for()

    console = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    sign_in(console, server, "counter")
    console.get_by_test_id("code").wait_for()
    console.get_by_test_id("code").fill(code(secret, 0))
    console.get_by_test_id("sign-in").click()
    expect(console.get_by_role("heading", level=1)).to_contain_text("loket")

    page.get_by_test_id("factor-code").fill(code(secret, 1))
    page.get_by_test_id("factor-go").click()
    page.get_by_test_id("factor-begin").wait_for()
    page.get_by_test_id("end-sessions").click()
    page.get_by_test_id("sign-in").wait_for()
    console.get_by_test_id("sign-in").wait_for()
    assert complaints == []
