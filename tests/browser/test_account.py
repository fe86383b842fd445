"""One's own account in a real browser: a second factor is set, asked for at the console, and taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser, CDPSession, Page, expect

from queue_server.commands.access import STEP_S
from queue_server.moment import wall_ms


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("account") / "data").start()
    yield running
    running.stop()


def sign_in(page: Page, server: Server, path: str, name: str = "ani", host: str = "127.0.0.1") -> None:
    page.goto(f"http://{host}:{server.port}/{path}/rutan")
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(server.passwords["rutan", name])
    page.get_by_test_id("sign-in").click()


def authenticator(page: Page) -> CDPSession:
    """A phone with a fingerprint, played by the browser itself."""
    found = page.context.new_cdp_session(page)
    found.send("WebAuthn.enable")
    found.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})
    return found


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
    while STEP_S - wall_ms() / 1000 % STEP_S < 5:  # the step before this one is good for that long
        page.wait_for_timeout(100)
    page.get_by_test_id("factor-code").fill(code(secret, -1))
    page.get_by_test_id("factor-go").click()
    page.get_by_test_id("factor-set").wait_for()

    console = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    sign_in(console, server, "counter")
    console.get_by_test_id("code").wait_for()
    console.get_by_test_id("code").fill(code(secret, 0))
    console.get_by_test_id("sign-in").click()
    console.get_by_test_id("counter-1").wait_for()  # it is inside before its session is ended

    page.get_by_test_id("factor-code").fill(code(secret, 1))
    page.get_by_test_id("factor-go").click()
    page.get_by_test_id("factor-begin").wait_for()
    page.get_by_test_id("end-sessions").click()
    page.get_by_test_id("sign-in").wait_for()
    console.get_by_test_id("sign-in").wait_for()
    assert complaints == []


def test_a_passkey_is_set_up_asked_for_and_taken_away(server: Server, browser: Browser) -> None:
    """Dewi's phone is in this browser's first page only: elsewhere the password does not open."""
    page = browser.new_context(viewport={"width": 800, "height": 1000}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    authenticator(page)
    sign_in(page, server, "account", "dewi", "localhost")
    page.get_by_test_id("passkey-name").fill("HP Dewi")
    page.get_by_test_id("passkey-add").click()
    expect(page.get_by_test_id("passkey")).to_contain_text("HP Dewi")
    page.get_by_test_id("end-sessions").click()
    page.get_by_test_id("sign-in").wait_for()

    sign_in(page, server, "account", "dewi", "localhost")  # the browser asks the phone by itself
    expect(page.get_by_test_id("passkey")).to_contain_text("HP Dewi")

    plain = browser.new_context().new_page()
    sign_in(plain, server, "counter", "dewi")  # a bare address has no passkeys
    expect(plain.get_by_test_id("sign-in-why")).to_contain_text("kunci sandi")
    stranger = browser.new_context().new_page()  # who has no such phone cancels what the browser asks
    stranger.add_init_script("CredentialsContainer.prototype.get = () => Promise.reject(new Error('cancelled'))")
    sign_in(stranger, server, "counter", "dewi", "localhost")
    expect(stranger.get_by_test_id("sign-in-why")).to_contain_text("kunci sandi")

    page.get_by_test_id("passkey-drop").click()
    expect(page.get_by_test_id("passkey")).to_have_count(0)
    sign_in(plain, server, "counter", "dewi")
    expect(plain.get_by_role("heading", level=1)).to_contain_text("loket")
    assert complaints == []
