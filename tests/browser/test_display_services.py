"""The board's lower part: services, who is served, who is next, and what is said where nobody is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from queue_server.domain.ticket import label
from tests.browser.board_stage import BoardStage, board_picture, counter_of
from tests.browser.test_display import CUT, SIZES, stage_of

FULL = {"allowed": False, "code": "quota_full", "facts": {"quota": 60, "opens_in_days": 1}, "next_opening": 1}
#: Pieces of text that lie over each other, or outside the card they belong to; a number that is next and has no room
#: goes to a line out of sight.
OVERLAPS = """() => {
  const choice = '.letter, .card-name, .card-below, .card-waiting, .served, .card-number, .card-label, .card-none';
  const found = [];
  document.querySelectorAll('.card-service').forEach(card => {
    const box = card.getBoundingClientRect();
    const seen = Array.from(card.querySelectorAll(choice)).map(e => [e, e.getBoundingClientRect()]).filter(([e, r]) =>
      r.width && (!e.matches('.card-number') || r.top < e.parentNode.getBoundingClientRect().bottom - 2));
    seen.forEach(([e, r], i) => {
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) {
        found.push(e.textContent + ' outside');
      }
      seen.slice(i + 1).forEach(([f, q]) => {
        if (r.left < q.right - 1 && q.left < r.right - 1 && r.top < q.bottom - 2 && q.top < r.bottom - 2) {
          found.push(e.textContent + ' over ' + f.textContent);
        }
      });
    });
  });
  return found;
}"""


def services(stage: BoardStage, how_many: int, **changes: Any) -> list[dict[str, Any]]:
    """The first services of the demo Rutan, three numbers at counters each unless told otherwise."""
    found = board_picture(stage.office, stage.hall, [])["services"][:how_many]
    three = [label(found[0]["letter"], n) for n in (12, 13, 14)]
    return [{**service, "serving": three, "staffing": "serving", **changes} for service in found]


def card(stage: BoardStage) -> str:
    text: str = stage.page.locator(".card-service").first.inner_text()
    return text


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
@pytest.mark.parametrize("how_many", [1, 2, 3, 4])
def test_nothing_in_a_card_lies_over_anything_else(browser: Browser, size: tuple[int, int], how_many: int) -> None:
    for stage in stage_of(browser, size):
        stage.open()
        for served in (1, 2, 3, 4, 6, 9):
            serving = [label("E", n) for n in range(12, 12 + served)]
            counters = [counter_of(c, serving[i] if i < served else None) for i, c in enumerate(stage.office.counters)]
            stage.show(services=services(stage, how_many, serving=serving), counters=counters)
            stage.page.wait_for_timeout(450)
            assert stage.page.evaluate(OVERLAPS) == [], served
            assert stage.page.evaluate(CUT, ".served, .card-waiting, .card-number") == [], served


def test_english_stands_below_the_name_where_the_office_speaks_it(browser: Browser) -> None:
    for stage in stage_of(browser, (1920, 1080)):
        stage.open()
        stage.call("D", 4, "3")
        stage.show(services=services(stage, 3))
        name = stage.office.services[1].name
        stage.page.wait_for_selector("[data-painted-call]")
        stage.page.locator(".card-service", has_text=name["id"]).get_by_text(name["en"]).wait_for()
        assert stage.page.locator(".call-other").inner_text() == name["en"]
        stage.show(office={**board_picture(stage.office, stage.hall, [])["office"], "languages": ["id"]})
        stage.page.get_by_text(name["en"]).first.wait_for(state="detached")


@pytest.mark.parametrize("name", [
    "Layanan untuk warga lanjut usia dan penyandang disabilitas",
    "Perpanjangan izin tinggal terbatas dan alih status keimigrasian bagi orang asing"])
def test_the_name_of_the_called_service_is_whole(browser: Browser, name: str) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        stage.call("A", 17, "1", n=2)
        stage.show(services=services(stage, 1, name={"id": name, "en": "Another name in English"}))
        stage.page.wait_for_selector("[data-painted-call]")
        # A little more than the box is the tail of a letter.
        over, wide = stage.page.evaluate(
            "() => { const e = document.querySelector('.call-service');"
            " return [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]; }")
        assert over < 0.005 * 720 and wide <= 0


@pytest.mark.parametrize(("staffing", "said"), [
    ("ready", "Petugas siap melayani"), ("busy", "Petugas melayani antrean lain"), ("paused", "Petugas sedang jeda"),
    ("nobody", "Belum ada petugas di loket")])
def test_where_nobody_is_served_the_card_says_what_the_officers_do(browser: Browser, staffing: str, said: str) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        stage.show(services=services(stage, 3, serving=[], staffing=staffing))
        stage.page.locator(".card-service").first.wait_for()
        assert said in card(stage)


def test_numbers_that_are_used_up_are_said_while_people_still_wait(browser: Browser) -> None:
    for stage in stage_of(browser, (1920, 1080)):
        stage.open()
        stage.show(services=services(stage, 4, may=FULL))
        stage.page.locator(".card-service").first.wait_for()
        assert "Kuota hari ini habis" in card(stage) and "Berikutnya" in card(stage)
        texts = stage.page.evaluate("p => Board.stripTexts(p, 'id')", {
            **board_picture(stage.office, stage.hall, []), "services": services(stage, 1, may=FULL)})
        assert texts[0] == f"Nomor antrean hari ini sudah habis: {stage.office.services[0].name['id']}"
        session = {**FULL, "facts": {"quota": 60, "opens_in_days": 0}}
        stage.show(services=services(stage, 4, may=session))
        stage.page.get_by_text("Kuota sesi ini habis").first.wait_for()


@pytest.mark.parametrize("reason", ["drill", "full_hall", "officer_ill", "system_down"])
def test_a_pause_says_its_published_reason_within_its_card(browser: Browser, reason: str) -> None:
    paused = {"allowed": False, "code": "paused", "facts": {"reason": reason}, "next_opening": None}
    for stage in stage_of(browser, (1920, 1080)):
        stage.open()
        stage.show(services=services(stage, 4, may=paused))
        shut = stage.page.locator(".card-shut").first
        shut.wait_for()
        assert shut.inner_text().startswith("Nomor dihentikan: ")
        box, card_box = shut.bounding_box(), stage.page.locator(".card-service").first.bounding_box()
        assert box and card_box and box["x"] + shut.evaluate("e => e.scrollWidth") <= card_box["x"] + card_box["width"]


def test_an_office_that_never_closes_names_no_hours(browser: Browser) -> None:
    for stage in stage_of(browser, (1280, 720)):
        stage.open()
        stage.show()
        texts = stage.page.evaluate("p => Board.stripTexts(p, 'id')", {
            **board_picture(stage.office, stage.hall, []), "hours": [{"start": "00:00", "end": "24:00"}]})
        assert "Hari ini buka sepanjang hari" in texts and not [text for text in texts if "24.00" in text]


def test_a_few_at_counters_fill_the_panel_that_names_them(browser: Browser) -> None:
    for stage in stage_of(browser, (1920, 1080)):
        stage.page.clock.install()
        stage.open()
        for number, counter in ((12, "1"), (13, "2")):
            stage.call("A", number, counter, ago=60_000, state="over")
        stage.show(notices=[])
        stage.page.clock.run_for(13_000)
        heights = [box["height"] for box in (e.bounding_box() for e in stage.page.locator(".now-number").all()) if box]
        assert len(heights) == 2 and min(heights) > 0.13 * 1080
        assert stage.page.evaluate(CUT, ".now-number, .now-row .counter") == []
