"""Every page judged by axe for WCAG 2.2 AA on the real server, and a number taken with nothing but the keyboard."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from backstage import shell
from cast import Server, copy_of
from playwright.sync_api import Page

from queue_server.client import Refusal
from queue_server.screens.roles import ROUTES, Who
from tests.browser.conftest import Device

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SERIOUS = ("serious", "critical")
KIOSK, PHONE, DESK, TV = (1080, 1920), (360, 640), (1280, 720), (1920, 1080)


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office with people in it, so that the pages are not empty when they are judged."""
    room = tmp_path_factory.mktemp("house")
    server = copy_of(demo, room / "data")
    (room / "wbp.csv").write_text("register,status,block\nB12,narapidana,C\nB13,narapidana,C\n")
    shell(server.data, "custody", "import", "rutan", str(room / "wbp.csv"), "--anyway")
    server.start()
    kiosk = server.kiosk()
    for service, priority in (("kunjungan", False), ("kunjungan", True), ("kunjungan", False), ("titipan", False)):
        kiosk.take(service, priority)
    yield server
    server.stop()


def judged(page: Page, what: str) -> list[str]:
    """What axe finds serious or critical here, and headings out of order; one line each, empty when all is well."""
    options = {"runOnly": {"type": "tag", "values": LEVELS}, "rules": {"heading-order": {"enabled": True}},
               "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{what}: {fault['id']} ({fault['help']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found if fault["impact"] in SERIOUS or fault["id"] == "heading-order" for node in fault["nodes"]
    ]


def sign_in(page: Page, house: Server, name: str) -> None:
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(house.passwords["rutan", name])
    page.get_by_test_id("sign-in").click()


def test_the_judge_is_awake(device: Device) -> None:
    page = device(PHONE, "about:blank")
    page.set_content("<title>x</title><main><img src=x><p style='color:#999;background:#aaa'>pale</p></main>")
    assert {line.split()[1] for line in judged(page, "bad")} >= {"image-alt", "color-contrast", "html-has-lang"}


def test_who_wants_no_motion_sees_every_change_at_once(house: Server, device: Device) -> None:
    """A phone turns to the accent colour when it is called: nothing on it stays dark on dark for a moment."""
    page = device(PHONE, f"{house.base}/visit/rutan")
    page.get_by_test_id("service-informasi").wait_for()
    assert page.evaluate("""() => {
        const heading = document.querySelector("h1, h2, strong");
        window.getComputedStyle(heading).color;
        document.body.style.color = heading.style.color = "rgb(1, 2, 3)";
        return [document.body, heading].map((element) => window.getComputedStyle(element).color);
    }""") == ["rgb(1, 2, 3)"] * 2


def test_the_kiosk(house: Server, device: Device) -> None:
    page = device(KIOSK, f"{house.base}/kiosk/rutan")
    page.get_by_test_id("service-kunjungan").wait_for()
    faults = judged(page, "start")
    page.get_by_test_id("toggle-contrast").click()
    page.get_by_test_id("toggle-large").click()
    faults += judged(page, "start, large and with more contrast")
    page.get_by_test_id("language-en").click()
    page.get_by_test_id("service-kunjungan").click()
    faults += judged(page, "service")
    page.get_by_test_id("standard-button").click()
    faults += judged(page, "service standard")
    page.get_by_test_id("standard-button").click()
    page.get_by_test_id("priority").click()
    page.get_by_test_id("ticket-label").wait_for()
    assert faults + judged(page, "ticket") == []


def test_taking_a_number_on_a_phone(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/visit/rutan")
    page.get_by_test_id("service-informasi").wait_for()
    faults = judged(page, "services")
    page.get_by_test_id("service-informasi").click()
    page.locator("details.standard:not(.needs) > summary").click()
    assert faults + judged(page, "one service") == []


def test_following_a_number_on_a_phone(house: Server, device: Device) -> None:
    ticket = house.phone().take("pengaduan")
    page = device(PHONE, f"{house.base}/t/{ticket['secret']}")
    page.get_by_test_id("waiting").wait_for()
    faults = judged(page, "waiting")
    page.get_by_test_id("cancel").click()
    faults += judged(page, "asked whether to cancel")
    dewi = house.officer("dewi", counter="4")
    dewi.press("call", step=ticket["step"], reason="urgent_need")
    page.get_by_test_id("called").wait_for()
    faults += judged(page, "called")
    dewi.wait_for(lambda p: p["current"])
    page.wait_for_timeout(800)
    dewi.press("start")
    page.get_by_test_id("serving").wait_for()
    faults += judged(page, "served")
    dewi.press("leave", becomes="waiting")
    dewi.close()
    assert faults == []


def test_the_console(house: Server, device: Device) -> None:
    page = device(DESK, f"{house.base}/counter/rutan")
    page.get_by_test_id("name").wait_for()
    faults = judged(page, "sign-in")
    sign_in(page, house, "ani")
    page.get_by_test_id("counter-1").wait_for()
    faults += judged(page, "choosing a counter")
    page.get_by_test_id("counter-1").click()
    page.get_by_test_id("next-label").wait_for()
    faults += judged(page, "who is next")
    for state in ("called", "serving"):
        page.locator("[data-testid=primary]:not([aria-disabled])").click()
        page.locator(f".visitor[data-state={state}]").wait_for()
        page.locator("[data-testid=primary]:not([aria-disabled])").wait_for()
        faults += judged(page, state)
    for panel in ("transfer", "park", "pause", "help"):
        page.get_by_test_id(panel).click()
        faults += judged(page, f"with {panel} open")
        page.keyboard.press("Escape")
    page.locator("[data-testid=primary]:not([aria-disabled])").click()
    page.locator(".visitor[data-state=idle]").wait_for()
    page.locator(".row-button").first.click()
    assert faults + judged(page, "a row opened") == []


def test_the_supervisors_page(house: Server, device: Device) -> None:
    page = device(DESK, f"{house.base}/supervisor/rutan")
    page.get_by_test_id("name").wait_for()
    faults = judged(page, "sign-in")
    sign_in(page, house, "sari")
    page.get_by_test_id("day-state").wait_for()
    faults += judged(page, "today")
    page.get_by_test_id("tab-log").click()
    page.get_by_test_id("log-table").wait_for()
    faults += judged(page, "log")
    page.get_by_test_id("tab-devices").click()
    page.get_by_test_id("pair").wait_for()
    assert faults + judged(page, "devices") == []


def test_the_administration_page(house: Server, device: Device) -> None:
    page = device(DESK, f"{house.base}/admin/rutan")
    page.get_by_test_id("name").wait_for()
    sign_in(page, house, "admin")
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("edit-ani").click()
    faults = judged(page, "people")
    page.get_by_test_id("tab-media").click()
    page.get_by_test_id("media-file").wait_for(state="attached")
    faults += judged(page, "media")
    page.get_by_test_id("tab-machine").click()
    page.get_by_test_id("voice-shipped").wait_for()
    faults += judged(page, "printer and voice")
    page.get_by_test_id("tab-office").click()
    for panel in ("hours", "exceptions", "service", "places", "notices", "file", "history"):
        page.get_by_test_id(f"panel-{panel}").click()
        faults += judged(page, panel)
    assert faults == []


def test_the_board(house: Server, device: Device) -> None:
    page = device(TV, f"{house.base}/display/rutan/tv-tunggu")
    page.locator(".board").wait_for()
    faults = judged(page, "between calls")
    house.kiosk().take("titipan")
    citra = house.officer("citra", counter="3")
    citra.press("call_next")
    page.locator("[data-painted-call]").wait_for()
    faults += judged(page, "a call")
    citra.press("leave", becomes="waiting")
    citra.close()
    assert faults == []


# --- every page that visitors meet ---------------------------------------------------------------

#: Pages of boards, of those who work here, of files, and those that are no pages: a visitor meets none of them. What is
#: not here and answers a visitor's GET with a page is judged below, a new one too.
NOT_FOR_VISITORS = ("/display/", "/counter/", "/supervisor/", "/admin/", "/account/", "/units/", "/room/", "/helper/",
                    "/complaints/", "/reservations/", "/web/", "/lib/", "/words/", "/voice/", "/media/", "/api/")
SMALLEST = """() => Array.from(document.querySelectorAll('button, a[href], input, select, summary')).map(function (at) {
  const box = (at.closest('label') || at).getBoundingClientRect(), inline = getComputedStyle(at).display === 'inline';
  return { what: at.outerHTML.slice(0, 90), width: box.width, height: box.height, inline: inline };
}).filter(function (at) { return at.width > 1 && !at.inline && (at.width < 24 || at.height < 24); })"""
NAMELESS = """() => Array.from(document.querySelectorAll('button, a[href], input, select')).filter(function (at) {
  const label = at.labels && at.labels.length ? at.labels[0].textContent : '';
  return !(at.getAttribute('aria-label') || at.textContent || label || at.getAttribute('title') || '').trim();
}).map(function (at) { return at.outerHTML.slice(0, 90); })"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def visitors_pages(house: Server) -> list[str]:
    """Every address of the table of routes that gives a visitor a page, with something real in its places."""
    phone = house.phone()
    places = {"office": "rutan", "secret": phone.take("pengaduan")["secret"], "token": reserved(house)}
    found = []
    for line in ROUTES:
        method, rule = line.split(" ")
        if method != "GET" or rule.startswith(NOT_FOR_VISITORS) or not ROUTES[line].who & {Who.VISITOR, Who.HOLDER}:
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda place: places.get(place[1], "csv"), rule)
        answer = phone.http.get(house.base + address, headers={"X-Queue": "1"})
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            found.append(address)
    phone.http.close()
    return found


def reserved(house: Server) -> str:
    """The secret address of a place that somebody has reserved."""
    site = house.phone()
    offered = next(one for one in site.get("/office/rutan/sessions")["services"] if one["key"] == "kunjungan")
    asked = {"party": {"men": 1}, "name": "Tamu", "identity": "3578014506900001", "register": "B13"}
    for day in offered["days"]:
        for session in day["sessions"]:
            with suppress(Refusal):
                wish = {"key": secrets.token_hex(16), "service": "kunjungan", "day": day["day"],
                        "session": session["key"], "needs": "seat", **asked}
                return str(site.post("/office/rutan/reservations", wish)["reservation"]["secret"])
    raise AssertionError("the demo gives no place away")


def test_every_page_that_visitors_meet_is_judged_narrow_and_with_large_text(house: Server, device: Device) -> None:
    pages = visitors_pages(house)
    for known in ("/kiosk/rutan", "/visit/rutan", "/book/rutan", "/complaint/rutan", "/public/rutan", "/t/", "/r/"):
        assert any(address.startswith(known) for address in pages), f"{known} is not among {pages}"
    faults = []
    page = device((320, 640), "about:blank")
    for address in pages:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(house.base + address)
        page.locator("h1, h2, .empty").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(function (one) { one.open = true; })")
        faults += judged(page, address)
        faults += [f"{address}: no name: {html}" for html in page.evaluate(NAMELESS)]
        faults += [f"{address}: too small: {small}" for small in page.evaluate(SMALLEST)]
        if not address.startswith("/kiosk/"):  # which has a size of its own and never scrolls
            faults += [f"{address}: sideways at 320 px"] if page.evaluate(WIDER) > 1 else []
            page.set_viewport_size({"width": 640, "height": 1280})
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            faults += [f"{address}: sideways with text at 200 %"] if page.evaluate(WIDER) > 1 else []
            page.evaluate("document.documentElement.style.fontSize = ''")
    assert faults == []


def test_the_kiosks_pages_for_people_who_need_more(house: Server, device: Device) -> None:
    page = device(KIOSK, f"{house.base}/kiosk/rutan")
    page.get_by_test_id("service-kunjungan").wait_for()
    faults = []
    for mode in ((), ("large",), ("large", "contrast")):
        for name in mode:
            if page.get_by_test_id(f"toggle-{name}").get_attribute("aria-pressed") == "false":
                page.get_by_test_id(f"toggle-{name}").click()
        page.get_by_test_id("service-kunjungan").click()
        page.get_by_test_id("needs").click()
        page.get_by_test_id("need-blind").click()
        faults += judged(page, f"needs {mode}") + page.evaluate(SMALLEST)
        page.get_by_test_id("needs-done").click()
        page.get_by_test_id("back").click()
        page.get_by_test_id("missed").click()
        faults += judged(page, f"missed {mode}") + page.evaluate(SMALLEST)
        page.get_by_test_id("back").click()
    assert faults == []


def test_the_helpers_page(house: Server, device: Device) -> None:
    page = device((320, 700), f"{house.base}/helper/rutan")
    page.get_by_test_id("name").wait_for()
    faults = judged(page, "sign-in")
    sign_in(page, house, "budi")
    page.get_by_test_id("service-pengaduan").click()
    page.get_by_test_id("ask-sign").click()
    faults += judged(page, "a number for somebody")
    page.get_by_test_id("needs-save").click()
    page.locator("li[data-testid^=mine-]").first.wait_for()
    faults += judged(page, "whom to fetch, and mine") + page.evaluate(SMALLEST) + page.evaluate(NAMELESS)
    assert faults == [] and page.evaluate(WIDER) <= 1


# --- with the keyboard alone ---------------------------------------------------------------------

FOCUSED = """() => {
  const at = document.activeElement, style = window.getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    testid: at.dataset.testid || at.tagName.toLowerCase(),
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none',
    inside: box.bottom > 0 && box.top < window.innerHeight && box.width > 0
  };
}"""


def walk_to(page: Page, testid: str) -> None:
    """The Tab key until the focus is there; wherever it stops on the way it can be seen."""
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["testid"] == "body":
            continue  # out of the page and in again
        passed.append(at["testid"])
        assert at["marked"] and at["inside"], f"the focus cannot be seen on {at['testid']}"
        if at["testid"] == testid:
            return
    raise AssertionError(f"{testid} is not reached with the Tab key; passed were {passed}")


def test_a_number_is_taken_followed_and_given_back_with_the_keyboard_alone(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/visit/rutan")
    page.get_by_test_id("service-titipan").wait_for()
    walk_to(page, "language-en")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.documentElement.lang") == "en"
    walk_to(page, "service-titipan")
    page.keyboard.press("Enter")
    # A reader and the next Tab go on from the new page's title.
    assert page.evaluate("() => document.activeElement.tagName") == "H1"
    walk_to(page, "take")
    page.keyboard.press("Space")
    page.wait_for_url("**/t/*")
    page.get_by_test_id("waiting").wait_for()
    walk_to(page, "cancel")
    page.keyboard.press("Enter")
    page.get_by_test_id("cancel-yes").wait_for()
    walk_to(page, "cancel-yes")
    page.keyboard.press("Enter")
    page.get_by_test_id("cancelled").wait_for()


def test_a_place_is_reserved_and_given_back_with_the_keyboard_alone(house: Server, device: Device) -> None:
    page = device(PHONE, f"{house.base}/book/rutan")
    page.get_by_test_id("service-kunjungan").wait_for()
    walk_to(page, "service-kunjungan")
    page.keyboard.press("Enter")
    walk_to(page, "register")
    page.keyboard.type("B12")
    walk_to(page, "look")
    page.keyboard.press("Enter")
    free = page.locator("details[open] .session:not([aria-disabled])").last  # late in the evening there are few
    free.wait_for()
    walk_to(page, free.get_attribute("data-testid") or "")
    page.keyboard.press("Enter")
    walk_to(page, "name")
    page.keyboard.type("Ani Wijaya")
    walk_to(page, "identity")
    page.keyboard.type("3578014506900002")
    walk_to(page, "women-more")
    page.keyboard.press("Enter")
    walk_to(page, "reserve")
    page.keyboard.press("Enter")
    page.wait_for_url("**/r/*")
    page.get_by_test_id("code").wait_for()
    walk_to(page, "cancel")
    page.keyboard.press("Enter")
    walk_to(page, "cancel-yes")
    page.keyboard.press("Space")
    page.locator("[data-testid=over][data-state=cancelled]").wait_for()
