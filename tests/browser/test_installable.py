"""The visitor's page as an app, over real TLS: it can be installed, says when there is no line, shows what is pushed.

The browser maker's push service cannot be had here. So the page gets a subscription of our own making where it would
ask for one; the server encrypts and sends to a push service on this machine; what that took is decrypted as a browser
does it, and given to the real worker by the browser's own means.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.backstage import apply, demo_office, until
from tests.browser.test_accessibility import judged
from tests.conftest import Server, copy_of
from tests.gateways import Browser as Subscriber
from tests.gateways import Gateway
from tests.tls_front import TlsFront

PHONE = {"width": 360, "height": 640}
#: What a browser's push manager would answer; the rest of the page and its worker are real.
SUBSCRIBE = """
Notification.requestPermission = function () { return Promise.resolve("granted"); };
PushManager.prototype.subscribe = function (options) {
  window.asked = { visible: options.userVisibleOnly, key: options.applicationServerKey.length };
  return Promise.resolve({ toJSON: function () { return SUBSCRIPTION; } });
};
"""


@dataclass
class Stage:
    server: Server
    front: TlsFront
    push: Gateway


@pytest.fixture(scope="module")
def stage(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    room = tmp_path_factory.mktemp("installable")
    front, push = TlsFront(room), Gateway()
    senders = room / "senders.toml"
    senders.write_text("[push]\nprivate = true\n[demo]\nkind = \"file\"\npath = \"" + str(room / "sent.txt") + "\"\n")
    server = copy_of(demo, room / "data", environment={"PUBLIC_URL": front.base, "QUEUE_SENDERS": str(senders)})
    office = demo_office("kanim")
    apply(server.data, replace(office, always_open=True, messages=replace(office.messages, ahead=1)))
    server.start()
    front.port = server.port
    yield Stage(server, front, push)
    server.stop()
    front.close()
    push.close()


@pytest.fixture(scope="module")
def trusting(browser: Browser, stage: Stage) -> Iterator[Browser]:
    """A browser that takes the certificate for a good one: a worker is fetched from no other."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    assert program, "an app is installed by Chromium itself, not by its headless shell: apt-get install chromium"
    running = browser.browser_type.launch(
        executable_path=program, args=["--no-sandbox", "--ignore-certificate-errors"])
    yield running
    running.close()


@pytest.fixture
def phone(trusting: Browser, stage: Stage) -> Iterator[BrowserContext]:
    context = trusting.new_context(viewport=PHONE, locale="id-ID", ignore_https_errors=True, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    context.grant_permissions(["notifications"], origin=stage.front.base)
    yield context
    context.close()


def opened(phone: BrowserContext, stage: Stage, path: str) -> Page:
    page = phone.new_page()
    page.goto(stage.front.base + path)
    return page


def with_worker(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(function () { return true; })")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def ticket(stage: Stage) -> dict[str, Any]:
    """A number taken on a phone at home."""
    found: dict[str, Any] = requests.post(
        f"{stage.server.base}/office/kanim/tickets", headers={"X-Queue": "1"}, timeout=20,
        json={"key": secrets.token_hex(16), "service": "informasi"}).json()["ticket"]
    return found


def test_the_page_can_be_installed(phone: BrowserContext, stage: Stage) -> None:
    page = opened(phone, stage, "/visit/kanim")
    expect(page.get_by_test_id("service-paspor")).to_be_visible()
    with_worker(page)
    devtools = phone.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == [] and json.loads(found["data"])["start_url"] == "/visit/kanim"
    # A window of its own, as this one is, never counts as one that could be installed from.
    errors = {one["errorId"] for one in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}
    for icon in json.loads(found["data"])["icons"]:
        size = page.evaluate(
            "(src) => new Promise((done) => { const i = new Image(); i.onload = () => done(i.width); i.src = src; })",
            icon["src"])
        assert icon["sizes"] == f"{size}x{size}"


def test_without_a_line_the_page_says_so_and_keeps_no_number(phone: BrowserContext, stage: Stage) -> None:
    page = opened(phone, stage, "/visit/kanim")
    with_worker(page)
    held = ticket(stage)
    page.goto(f"{stage.front.base}/t/{held['secret']}")
    expect(page.get_by_test_id("ticket-label")).to_be_visible()
    kept = page.evaluate(
        "caches.open('visitor').then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname))")
    assert sorted(kept) == ["/offline", "/web/visitor/all.css", "/web/visitor/offline.js"]
    phone.set_offline(True)
    page.reload()
    expect(page.get_by_test_id("offline")).to_contain_text("Tidak ada sambungan")
    expect(page.get_by_test_id("offline")).to_contain_text(held["label"])
    faults = judged(page, "without a line")
    expect(page.get_by_role("button", name="Coba lagi")).to_be_visible()
    phone.set_offline(False)  # the page that was asked for comes by itself
    expect(page.get_by_test_id("ticket-label")).to_be_visible(timeout=60_000)
    assert faults == []


def pushed_to(page: Page, stage: Stage, said: dict[str, Any]) -> None:
    """Gives the worker what was pushed, as the browser's own push client would."""
    registrations: list[dict[str, Any]] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    until(lambda: page.evaluate("true") and registrations, 60, "what the browser has registered")
    devtools.send("ServiceWorker.deliverPushMessage", {
        "origin": stage.front.base, "registrationId": registrations[-1]["registrationId"], "data": json.dumps(said)})


def test_a_push_that_the_page_asked_for_reaches_its_worker(phone: BrowserContext, stage: Stage) -> None:
    subscriber, held = Subscriber(stage.push), ticket(stage)
    phone.add_init_script(SUBSCRIBE.replace("SUBSCRIPTION", json.dumps(subscriber.subscription)))
    page = opened(phone, stage, f"/t/{held['secret']}")
    with_worker(page)
    page.get_by_test_id("tell-open").click()
    page.get_by_test_id("tell-push").click()
    expect(page.get_by_test_id("told-push")).to_be_visible()
    assert page.evaluate("window.asked") == {"visible": True, "key": 65}
    until(subscriber.pushed, 60, "the push")
    said = subscriber.read()[0]
    assert said["body"].startswith("Kantor Imigrasi Kelas I Contoh: nomor") and said["link"] == f"/t/{held['secret']}"
    pushed_to(page, stage, said)
    shown = until(lambda: page.evaluate(
        "navigator.serviceWorker.ready.then((w) => w.getNotifications()).then((all) => all.length === 1 &&"
        " ({ title: all[0].title, body: all[0].body, tag: all[0].tag, data: all[0].data }))"), 20, "a notification")
    assert shown == {"title": said["title"], "body": said["body"], "tag": said["tag"], "data": {"link": said["link"]}}


def test_an_address_is_given_and_taken_back_by_keyboard(phone: BrowserContext, stage: Stage) -> None:
    page = opened(phone, stage, f"/t/{ticket(stage)['secret']}")
    faults = judged(page, "closed")
    page.get_by_test_id("tell-open").press("Enter")
    expect(page.get_by_test_id("tell")).to_be_focused()
    page.get_by_test_id("tell-whatsapp").press("Enter")
    faults += judged(page, "the form")
    page.get_by_test_id("tell-address").fill("12")
    page.get_by_test_id("tell-address").press("Enter")
    expect(page.get_by_test_id("tell-why")).to_contain_text("Nomor ponsel belum benar")
    page.get_by_test_id("tell-address").fill("0812 3456 7890")
    page.get_by_test_id("tell-address").press("Enter")
    expect(page.get_by_test_id("told-whatsapp")).to_contain_text("…890")
    faults += judged(page, "told")
    page.reload()
    expect(page.get_by_test_id("told-whatsapp")).to_contain_text("…890")
    assert "345678" not in page.content() and not page.evaluate("document.documentElement.scrollWidth > 360")
    page.get_by_test_id("tell-off-whatsapp").press("Enter")
    expect(page.get_by_test_id("tell-whatsapp")).to_be_visible()
    expect(page.get_by_test_id("told-whatsapp")).to_have_count(0)
    assert faults == []


def test_over_plain_http_nothing_pretends(trusting: Browser, stage: Stage) -> None:
    """In the office's network: no manifest, no worker, no button for notifications; the other ways work."""
    plain = f"http://127.0.0.1:{stage.server.port}"
    for path in ("/office/kanim/app.webmanifest", "/office/kanim/icon-192.png", "/worker.js"):
        assert requests.get(plain + path, timeout=10).status_code == 404
    context = trusting.new_context(viewport=PHONE, locale="id-ID")
    try:
        page = context.new_page()
        page.goto(f"{plain}/t/{ticket(stage)['secret']}")
        page.get_by_test_id("tell-open").click()
        expect(page.get_by_test_id("tell-sms")).to_be_visible()
        assert page.locator("link[rel=manifest]").count() == 0 and page.get_by_test_id("tell-push").count() == 0
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    finally:
        context.close()
