"""The kiosk at its real sizes: everything in reach, large enough, nothing to scroll, nobody shut out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from backstage import until
from playwright.sync_api import Browser, expect

from tests.browser.door_stage import BEAT, NOW, SMALLER, TOO_WIDE, Stage, door, ticket
from tests.browser.test_kiosk import ISSUE, PAPER, PICTURE, TAKEN, TOMORROW

#: Size of the screen, and 20 mm on it in CSS pixels (a 22-inch portrait screen, a 15-inch one).
SCREENS = {"portrait": ((1080, 1920), 79), "landscape": ((1024, 768), 67)}
LONG = {"id": "Perpanjangan izin tinggal terbatas dan alih status keimigrasian",
        "en": "Extension of a limited stay permit and change of immigration status"}


@pytest.fixture(params=list(SCREENS))
def kiosk(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Stage]:
    (width, height), least = SCREENS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True)
    page = context.new_page()
    page.add_init_script(BEAT)
    stage = Stage(page, "kiosk/kiosk.html", office="rutan")
    stage.least = least  # type: ignore[attr-defined]
    stage.on("POST", "/hello", lambda *_: {"ok": True, "paired": True, "device": 1})
    stage.on("POST", ISSUE, lambda *_: TAKEN)
    stage.on("POST", PAPER, lambda *_: {"ok": True})
    stage.on("GET", PICTURE, lambda *_: ticket(stage, paper="failed", ahead=112))
    stage.open().picture(eight(stage))
    yield stage
    assert stage.errors == []
    context.close()


def eight(stage: Stage, **changes: Any) -> dict[str, Any]:
    """As many services as a kiosk must show at once, some with very long names."""
    picture = door(stage, **changes)
    found = picture["services"]
    more = [{**found[i % len(found)], "key": f"more{i}", "letter": "HJKLMNPQ"[i], "name": LONG}
            for i in range(8 - len(found))]
    return {**picture, "services": [*found, *more]}


def fits(stage: Stage) -> None:
    """Nothing is cut off, nothing scrolls the page, every target is 20 mm and in the lower two thirds."""
    page, size = stage.page, stage.page.viewport_size
    assert size is not None
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SMALLER, stage.least) == []  # type: ignore[attr-defined]
    assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["y"] >= size["height"] / 3 - 1, button.inner_text()
        assert box["y"] + box["height"] <= size["height"], button.inner_text()
    assert page.evaluate("""() => [...document.querySelectorAll('.service, .button')].filter(b =>
        b.scrollHeight > b.clientHeight + 2).map(b => b.textContent)""") == [], "text runs out of its button"


@pytest.mark.parametrize("language", ["id", "en"])
def test_eight_services_fit_without_scrolling(kiosk: Stage, language: str) -> None:
    kiosk.sees(f"language-{language}").tap()
    fits(kiosk)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_service_and_its_two_buttons_fit(kiosk: Stage, language: str) -> None:
    kiosk.sees(f"language-{language}").tap()
    kiosk.sees("service-kunjungan").tap()
    fits(kiosk)
    kiosk.sees("standard-button").tap()
    fits(kiosk)


def test_the_ticket_with_failed_paper_fits(kiosk: Stage) -> None:
    kiosk.sees("service-kunjungan").tap()
    kiosk.sees("take").tap()
    expect(kiosk.sees("paper-failed")).to_be_visible()
    fits(kiosk)
    kiosk.sees("paper-kept").tap()
    expect(kiosk.sees("done")).to_be_visible()
    fits(kiosk)


def test_a_closed_office_with_a_lost_line_fits(kiosk: Stage) -> None:
    closed = eight(kiosk, seq=6, printer="paper_out")
    for service in closed["services"]:
        service["may"] = TOMORROW
    kiosk.picture(closed)
    kiosk.page.evaluate("() => { window.still = true; socket.down(); }")
    expect(kiosk.sees("line-mark")).to_be_visible(timeout=60_000)
    fits(kiosk)
    kiosk.sees("service-kunjungan").tap()
    fits(kiosk)


def test_the_number_is_the_largest_thing(kiosk: Stage) -> None:
    kiosk.sees("service-kunjungan").tap()
    kiosk.sees("take").tap()
    expect(kiosk.sees("paper-failed")).to_be_visible()
    kiosk.sees("paper-kept").tap()
    sizes = kiosk.page.evaluate("""() => [...document.querySelectorAll('#kiosk *')].filter(e => e.textContent.trim())
        .map(e => [parseFloat(getComputedStyle(e).fontSize), e.dataset.testid || ''])""")
    largest = max(sizes)
    assert largest[1] == "ticket-label" and largest[0] > 0.15 * min(kiosk.page.viewport_size.values())  # type: ignore[union-attr]


def test_a_number_above_999_stays_in_one_line(kiosk: Stage) -> None:
    long = {"ok": True, "ticket": {**TAKEN["ticket"], "label": "A\u20091017"}}  # type: ignore[dict-item]
    kiosk.on("POST", ISSUE, lambda *_: long)
    kiosk.sees("service-kunjungan").tap()
    kiosk.sees("take").tap()
    expect(kiosk.sees("ticket-label")).to_have_text("A\u20091017")
    assert kiosk.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("contrast", [False, True], ids=["ordinary", "contrast"])
def test_nobody_is_shut_out(kiosk: Stage, contrast: bool) -> None:
    if contrast:
        kiosk.sees("toggle-contrast").tap()
    for step in (None, "service-kunjungan", "standard-button", "take", "paper-kept"):
        if step:
            kiosk.sees(step).tap()
        until(lambda: kiosk.page.evaluate("document.getAnimations().every(a => a.playState === 'finished')"), 60)
        result = Axe().run(kiosk.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "wcag2aaa"]})
        assert result.violations_count == 0, result.generate_report()


def test_text_made_larger_stays_in_reach(kiosk: Stage) -> None:
    """Large text may need a finger to scroll the list, but nothing overlaps or is cut off."""
    kiosk.picture(door(kiosk, seq=7, at=NOW))
    kiosk.sees("toggle-large").tap()
    assert kiosk.page.evaluate(TOO_WIDE) == []
    kiosk.sees("service-kunjungan").tap()
    fits(kiosk)
