"""The console at its real sizes: beside the office's own program, in a side window, on a tablet, with large text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.counter_stage import MINUTE, Picture, Stage, ago, now, picture, row, visitor

SIZES = {"desk": (1280, 720), "tablet": (1280, 800), "side": (480, 800), "small": (360, 640)}

#: Text of a sign-in form or a list of the browser's own is no target of ours.
SMALL_TARGETS = """() => [...document.querySelectorAll('button')].filter(b => {
  const r = b.getBoundingClientRect(); return r.width > 0 && (r.height < 43.5 || r.width < 43.5);
}).map(b => b.textContent.trim() + ' ' + JSON.stringify(b.getBoundingClientRect()))"""


def many() -> list[Picture]:
    return [row(100 + i, 62 - i, ("kunjungan", "titipan")[i % 3 == 0], priority=i % 5 == 1, returning=i == 4,
                channel="online" if i % 7 == 3 else "door") for i in range(40)]


def busy() -> Picture:
    """Everything at once: a full list, long words, a note, a late visitor, alerts, an undo."""
    late = visitor("serving", 17, started_at=ago(11.2), priority=True, waited_ms=17 * MINUTE, note="Kursi roda " * 8,
                   why={"rule": "priority_turn", "mix": [1, 2, 60]})
    return picture(
        rows=many(), current=late, alerts=[{"code": "no_board", "facts": {}}],
        undo={"event": 9, "act": "start", "label": "A\u2009017", "until": now() + 60_000},
        parked=[row(11, 20, reason="papers_missing", clock="visitor")], missed=[row(12, 30, until=now() + 600_000)],
        remote=[row(33, 3, channel="online", arrived=False)])


SCENES: dict[str, Callable[[], Picture]] = {
    "empty": lambda: picture(rows=[]),
    "forty": lambda: picture(rows=many()),
    "called": lambda: picture(current=visitor("called", next_recall_at=now() + 30_000)),
    "nearly": lambda: picture(current=visitor("serving", started_at=ago(8.5))),
    "busy": busy,
    "pause": lambda: picture(counter={**picture()["counter"], "state": "paused", "reason": "prayer", "since": ago(7)}),
    "seats": lambda: picture(counter=None),
}


def overflow(stage: Stage) -> int:
    wider: int = stage.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wider


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_size(browser: Browser, size: str, scene: str) -> None:
    stage = Stage(browser, *SIZES[size]).open(SCENES[scene]())
    assert overflow(stage) <= 0
    assert stage.page.evaluate(SMALL_TARGETS) == []
    if scene != "seats" and size != "small":
        box = stage.get("primary").bounding_box()
        assert box and box["y"] + box["height"] <= SIZES[size][1], "the one button is on the screen without scrolling"
    stage.context.close()


@pytest.mark.parametrize("scene", ["called", "busy", "seats"])
@pytest.mark.parametrize("size", ["desk", "side"])
def test_text_of_twice_the_size_breaks_nothing(browser: Browser, size: str, scene: str) -> None:
    stage = Stage(browser, *SIZES[size]).open(SCENES[scene]())
    stage.page.evaluate("document.documentElement.style.fontSize = '200%'; window.dispatchEvent(new Event('resize'))")
    stage.page.keyboard.press("b")
    assert overflow(stage) <= 0
    stage.context.close()


@pytest.mark.parametrize("open_with", ["", "t", "b", "?"])
def test_nobody_is_shut_out(browser: Browser, open_with: str) -> None:
    stage = Stage(browser).open(SCENES["busy"]())
    if open_with:
        stage.page.keyboard.press(open_with)
        stage.page.wait_for_timeout(300)
    result = Axe().run(stage.page)
    assert result.violations_count == 0, result.generate_report()
    stage.context.close()


@pytest.mark.parametrize("first", [None, SCENES["seats"], SCENES["empty"]])
def test_nobody_is_shut_out_before_the_work(browser: Browser, first: Callable[[], Picture] | None) -> None:
    stage = Stage(browser).open(first() if first else None)
    result = Axe().run(stage.page)
    assert result.violations_count == 0, result.generate_report()
    stage.context.close()


def test_the_button_stays_where_it_is_from_call_to_finish(browser: Browser) -> None:
    """Four hundred times a day the hand finds it without looking."""
    stage = Stage(browser).open(picture())
    places = []
    for shown in (picture(), picture(current=visitor("called")), picture(current=visitor("serving")), picture(rows=[])):
        stage.show(shown)
        places.append(stage.get("primary").bounding_box())
    assert all(place == places[0] for place in places), places
    stage.context.close()


#: Rows that the lower edge of their scrolling list cuts through.
CUT_ROWS = """() => [...document.querySelectorAll('#waiting, .rest')].map(box => {
  const end = box.getBoundingClientRect().bottom;
  return [...box.querySelectorAll('.queue-row')].filter(row => {
    const r = row.getBoundingClientRect(); return r.top < end - 2 && r.bottom > end + 2; }).map(row => row.innerText);
}).flat()"""


@pytest.mark.parametrize("scene", ["forty", "busy"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768), (1366, 768), (800, 1280)])
def test_no_row_is_cut_through(browser: Browser, width: int, height: int, scene: str) -> None:
    stage = Stage(browser, width, height).open(SCENES[scene]())
    assert stage.page.evaluate(CUT_ROWS) == []
    stage.page.locator("#waiting").evaluate("box => { box.scrollTop = 120; }")
    stage.show(SCENES[scene]())
    assert stage.page.locator("#waiting").evaluate("box => box.scrollTop") == 120
    stage.context.close()


@pytest.mark.parametrize("scene", ["called", "busy", "seats"])
def test_fingers_are_shown_no_keys(browser: Browser, scene: str) -> None:
    keys = "[...document.querySelectorAll('kbd, .help-button')].filter(key => key.offsetWidth > 0).length"
    tablet = Stage(browser, 800, 1280, has_touch=True, is_mobile=True).open(SCENES[scene]())
    assert tablet.page.evaluate(keys) == 0
    phone = Stage(browser, 400, 800).open(SCENES[scene]())
    assert phone.page.evaluate(keys) == 0
    side = Stage(browser, 480, 800).open(SCENES[scene]())
    assert side.page.evaluate(keys) > 0
    for stage in (tablet, phone, side):
        stage.context.close()
