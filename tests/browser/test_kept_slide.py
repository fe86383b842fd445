"""The board between calls: today's kept promise, large enough for the last row of seats."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.board_stage import BoardStage
from tests.browser.test_display import CUT, HEIGHT_OF, SIZES, stage_of

KEPT = {"kunjungan": {"judged": 214, "late": [17, 17]}, "titipan": {"judged": 300, "late": [1, 4]},
        "video": {"judged": 40, "late": [0, 0]}}


def shown(stage: BoardStage, kept: dict[str, Any]) -> None:
    """The first slide says how queuing works; this one comes after it."""
    stage.page.clock.install()
    stage.open()
    stage.show(kept=kept, notices=[])
    for _ in range(40):
        stage.page.clock.run_for(500)
        if stage.page.locator(".kept").count():
            return
    raise AssertionError("the slide did not come")


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_the_figure_is_large_and_nothing_is_cut(browser: Browser, size: tuple[int, int]) -> None:
    for stage in stage_of(browser, size):
        shown(stage, KEPT)
        first = stage.page.get_by_test_id("kept-kunjungan").inner_text()
        assert "92 %" in first and "n = 214" in first and "Janji 10 menit" in first
        assert stage.page.evaluate(HEIGHT_OF, ".kept-share strong") >= min(size) * 0.06
        assert stage.page.evaluate(CUT, ".kept-share, .kept-name, .slide-title") == []
        stage_box, last = (stage.page.locator(s).last.bounding_box() for s in (".stage", ".kept-row"))
        assert stage_box and last and last["y"] + last["height"] <= stage_box["y"] + stage_box["height"] + 1


@pytest.mark.parametrize(("kept", "lang", "text"), [
    ({"judged": 214, "late": [17, 17]}, "id", "92 %"), ({"judged": 300, "late": [1, 4]}, "id", "98,6–99,7 %"),
    ({"judged": 300, "late": [1, 4]}, "en", "98.6–99.7 %"), ({"judged": 7, "late": [0, 0]}, "id", "100 %"),
    ({"judged": 7, "late": [1, 6]}, "id", "14–86 %"),
    ({"judged": 1000, "late": [1, 1]}, "id", "99,9 %"),
])
def test_the_board_says_a_share_as_the_public_page_does(
    browser: Browser, kept: dict[str, Any], lang: str, text: str
) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        assert stage.page.evaluate("([kept, lang]) => Board.keptShare(kept, lang)", [kept, lang]) == text


def test_a_round_says_it_in_each_of_the_offices_languages(browser: Browser) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        kept = stage.page.evaluate(
            """([office, lang]) => Board.slides({
                services: [{key: "kunjungan", promise: {wait_min: 10}}], counters: [], notices: [], door_code: "",
                kept: {kunjungan: {judged: 9, late: [0, 0]}}, office: {languages: office},
            }, lang, {}).filter(slide => slide.kind === "kept").map(slide => slide.lang)""", [["id", "en"], "en"])
        assert kept == ["en", "id"]


def test_without_figures_there_is_no_such_slide(browser: Browser) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        stage.show(kept={})
        kinds = stage.page.evaluate(
            "p => Board.slides(p, 'id', {}).map(slide => slide.kind)",
            {"services": [], "counters": [], "notices": [], "door_code": "", "kept": {}})
        assert kinds == ["how"]
