"""The board in a real Chromium: what people see and hear, and what the server is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from queue_server.theme import contrast
from tests.browser.board_stage import BoardStage, board_picture, wait_until
from tests.browser.door_stage import ROOT

SIZES = {"full-hd": (1920, 1080), "4k": (3840, 2160), "hd": (1280, 720), "portrait": (1080, 1920), "old": (1024, 768)}
HEIGHT_OF = """selector => {
  const element = document.querySelector(selector), style = getComputedStyle(element);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = style.fontWeight + ' ' + style.fontSize + ' ' + style.fontFamily;
  return pen.measureText('7').actualBoundingBoxAscent;
}"""
PARTS = ".call-number, .row-number, .row-counter, .served, .card-waiting, .head-clock, .call .counter, .now-number"
CUT = """parts => Array.from(document.querySelectorAll(parts)).filter(e => {
  const box = e.getBoundingClientRect();
  const area = e.closest('.stage, .row-call, .card-service, .head').getBoundingClientRect();
  return box.width && (box.left < area.left - 1 || box.right > area.right + 1 || box.right > innerWidth + 1
    || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline');
}).map(e => e.className + ' ' + e.textContent)"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[BoardStage]:
    yield from stage_of(browser, (1920, 1080))


def stage_of(browser: Browser, size: tuple[int, int], **context: Any) -> Iterator[BoardStage]:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **context)
    stage = BoardStage(page)
    yield stage
    assert stage.errors == []
    page.close()


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_a_call_is_as_large_as_ten_metres_need(browser: Browser, size: tuple[int, int]) -> None:
    for stage in stage_of(browser, size):
        stage.open()
        stage.call("A", 17, "3")
        stage.show()
        stage.page.wait_for_selector("[data-painted-call]")
        short = min(size)
        number, counter, row = (stage.page.evaluate(HEIGHT_OF, s) for s in (
            ".call-number", ".call .counter-number", ".row-number"))
        wide = size[0] / size[1] < 1 or size[0] / size[1] > 1.5
        assert number >= short * (0.22 if wide else 0.17)
        assert counter >= short * (1 / 11 if wide else 0.085)
        assert row >= short * (0.088 if wide else 0.06)
        arrow = stage.page.locator(".call-arrow .arrow").bounding_box()
        assert arrow and arrow["height"] >= short / 11
        area = stage.page.locator(".stage").bounding_box()
        assert area and area["height"] >= size[1] * 0.33


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_long_numbers_and_names_are_never_cut(browser: Browser, size: tuple[int, int]) -> None:
    for stage in stage_of(browser, size):
        stage.open()
        name = {"id": "Ruang Wawancara 12", "en": "Interview room 12"}
        for number, prefix, counter in ((17, "A", "1"), (1203, "D", "unit-10"), (999, "F", "4"), (8, "M", "2")):
            stage.call("A", number, counter, label=f"{prefix}\u2009{number:03d}", counter_name=name, ago=60_000)
        stage.call("A", 1999, "3", label="MW\u20091999", counter_name=name)
        stage.show()
        stage.page.wait_for_selector("[data-painted-call='5']")
        assert stage.page.evaluate(CUT, PARTS) == []


def test_every_call_of_several_at_once_has_its_turn_and_the_list_shows_all_at_once(stage: BoardStage) -> None:
    stage.open()
    for prefix, number, counter in (("A", 17, "1"), ("D", 4, "3"), ("F", 9, "4")):
        stage.call(prefix, number, counter)
    stage.show()
    stage.page.wait_for_selector("[data-painted-call='1']")
    assert stage.large() == "A017"
    assert stage.listed() == ["F009", "D004", "A017"]
    stage.page.wait_for_selector("[data-painted-call='2']", timeout=60_000)
    assert stage.large() == "D004"
    stage.page.wait_for_selector("[data-painted-call='3']", timeout=60_000)


def test_the_board_tells_what_it_painted_and_marks_it_for_measuring(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1")
    stage.show()
    stage.page.wait_for_selector("[data-painted-call='1']")
    assert stage.sent("shown") == [{"calls": [{"id": 1, "drawn": True, "spoken": False}]}]
    assert stage.page.get_attribute("#board", "data-listed-call") == "1"
    marks = stage.page.evaluate("performance.getEntriesByType('mark').map(m => m.name)")
    assert {"call-listed-1", "call-painted-1"} <= set(marks)


def test_the_speaker_says_the_call_without_a_gap_and_tells_when_it_was_heard(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1")
    stage.show(speaker=True)
    wait_until(lambda: stage.page.evaluate("window.played.length") > 1)
    played = stage.page.evaluate("window.played")
    sentence = played[1:]
    assert len(sentence) == len(stage.calls[0]["say"][0]["clips"])
    ends = [clip["when"] + clip["seconds"] for clip in sentence]
    assert all(abs(end - clip["when"]) < 1e-6 for end, clip in zip(ends, sentence[1:], strict=False))
    assert sentence[0]["when"] > played[0]["when"] + played[0]["seconds"]
    wait_until(lambda: len(stage.sent("shown")) == 2, 60)
    assert stage.sent("shown")[1] == {"calls": [{"id": 1, "drawn": True, "spoken": True}]}
    assert stage.large() == "A017", "a call is large for as long as it is audible"


def test_english_follows_indonesian_where_the_call_asks_for_it(stage: BoardStage) -> None:
    stage.open()
    call = stage.call("A", 17, "1")
    call["say"] = [{"lang": "id", "clips": ["n1"], "text": ""}, {"lang": "en", "clips": ["n2"], "text": ""}]
    stage.show(speaker=True)
    wait_until(lambda: stage.page.evaluate("window.played.length") == 3)
    chime, first, second = stage.page.evaluate("window.played")
    assert first["when"] - chime["when"] - chime["seconds"] == pytest.approx(0.5, abs=0.01)
    assert second["when"] - first["when"] - first["seconds"] == pytest.approx(0.5, abs=0.01)


def test_a_silent_board_shows_and_says_nothing(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1")
    stage.show(speaker=False)
    stage.page.wait_for_selector("[data-painted-call='1']")
    stage.page.wait_for_timeout(800)
    assert stage.page.evaluate("window.played") == []
    assert [call["spoken"] for message in stage.sent("shown") for call in message["calls"]] == [False]


def test_a_call_whose_clips_are_missing_is_shown_whole_and_spoken_not_at_all(stage: BoardStage) -> None:
    stage.open()
    call = stage.call("A", 17, "1")
    call["say"] = [{"lang": "id", "clips": ["n1", "no_such_clip"], "text": ""}]
    stage.show(speaker=True)
    stage.page.wait_for_selector("[data-painted-call='1']")
    stage.page.get_by_text("Papan ini tidak dapat bersuara").wait_for()
    assert stage.page.evaluate("window.played") == []
    assert stage.large() == "A017"
    wait_until(lambda: {"sound": "none"} in stage.sent("alive"))
    assert [call["spoken"] for message in stage.sent("shown") for call in message["calls"]] == [False]


def test_blocked_sound_is_said_small_and_one_key_wakes_it(stage: BoardStage) -> None:
    stage.open("?blocked")
    stage.show(speaker=True)
    mark = stage.page.get_by_text("Suara belum aktif: tekan OK sekali")
    mark.wait_for()
    wait_until(lambda: {"sound": "blocked"} in stage.sent("alive"))
    stage.page.keyboard.press("Enter")
    mark.wait_for(state="detached")
    wait_until(lambda: stage.sent("alive")[-1] == {"sound": "running"})


def test_a_withdrawn_call_is_crossed_out_and_its_voice_stops(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1")
    stage.show(speaker=True)
    wait_until(lambda: stage.page.evaluate("window.played.length") > 1)
    stage.calls.clear()
    stage.show(withdrawn=[1])
    stage.page.get_by_text("Panggilan ditarik kembali").wait_for()
    large = stage.page.locator(".call-withdrawn")
    assert "Mohon tetap menunggu" in large.inner_text() and "Please keep waiting" in large.inner_text()
    assert "Silakan menuju" not in large.inner_text() and large.locator(".arrow, .counter").count() == 0
    assert stage.page.locator(".row-call.is-gone").count() == 1
    stage.page.wait_for_selector(".call", state="detached", timeout=60_000)
    assert [call["spoken"] for message in stage.sent("shown") for call in message["calls"]] == [False]


def test_what_is_old_is_listed_and_not_announced(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1", ago=31_000)
    stage.show(speaker=True)
    stage.page.wait_for_selector(".slide")
    assert stage.listed() == ["A017"]
    assert stage.page.evaluate("window.played") == []


def test_before_the_first_call_the_board_says_how_queuing_works(stage: BoardStage) -> None:
    stage.open()
    stage.show()
    stage.page.get_by_text("Cara antre").wait_for()
    stage.page.get_by_text("Belum ada panggilan").wait_for()
    assert stage.page.locator(".head-date").inner_text() == "Senin, 23 November 2026"
    assert stage.page.locator(".head-clock").inner_text() == "08.10"


def test_a_lost_line_is_marked_then_gives_way_to_plain_words_and_heals(stage: BoardStage) -> None:
    stage.page.clock.install()
    stage.open()
    stage.show()
    stage.page.clock.run_for(1000)
    stage.page.evaluate("socket.down()")
    stage.page.clock.run_for(1000)
    assert stage.page.locator(".mark", has_text="Sambungan terputus").count() == 0
    stage.page.clock.run_for(2500)
    assert stage.page.locator(".mark").inner_text() == "Sambungan terputus · terakhir pukul 08.10"
    stage.page.clock.run_for(27_000)
    assert "Ikuti panggilan petugas" in stage.page.locator(".lost").inner_text()
    assert stage.page.locator("#strip").is_hidden()
    stage.call("A", 17, "1")
    stage.show()
    stage.page.clock.run_for(500)
    assert stage.large() == "A017"
    assert stage.page.locator(".lost, .mark").count() == 0


def test_a_moving_sentence_stands_still_with_whole_words_inside_the_faded_edges(stage: BoardStage) -> None:
    stage.page.clock.install()
    stage.open()
    stage.show(running_text={"id": "Semua layanan di sini gratis. " * 12, "en": ""})
    stage.page.clock.run_for(600)
    strip, line = stage.page.locator("#strip"), stage.page.locator(".strip-text")
    assert "is-moving" in (strip.get_attribute("class") or "")
    box, text = strip.bounding_box(), line.bounding_box()
    assert box and text
    fade = 0.06 * 1080
    faded = stage.page.evaluate("parseFloat(getComputedStyle(document.getElementById('strip'), '::before').width)")
    assert faded == pytest.approx(fade, abs=0.5)
    assert text["x"] >= box["x"] + fade - 0.5
    stage.page.clock.run_for(3_000)
    end = float(stage.page.evaluate("document.querySelector('.strip-text').style.transform.slice(11, -3)"))
    wide = stage.page.evaluate("document.querySelector('.strip-text').scrollWidth")
    assert wide + end <= box["width"] - fade + 0.5


@pytest.mark.parametrize(("by_phone", "said"), [
    (False, "Ambil nomor antrean di kios atau pada petugas."),
    (True, "Ambil nomor antrean di kios, lewat ponsel, atau pada petugas.")])
def test_how_to_queue_fits_a_hall_without_a_kiosk_at_its_door(stage: BoardStage, by_phone: bool, said: str) -> None:
    stage.open()
    office = {**board_picture(stage.office, stage.hall, [])["office"], "remote_numbers": by_phone}
    stage.show(office=office)
    assert stage.page.locator(".how li").first.inner_text().split("\n")[-1] == said


def test_a_new_board_shows_its_code_and_starts_by_itself_once_paired(stage: BoardStage) -> None:
    answers = iter([{"paired": False, "code": "482 913"}, {"paired": False, "code": "482 913"}])
    stage.on("POST", "/hello", lambda _path, _body: next(answers, {"paired": True, "device": 4}))
    stage.open()
    stage.page.get_by_text("482 913").wait_for()
    assert stage.page.evaluate(HEIGHT_OF, ".pair-code") > 1080 / 11
    wait_until(lambda: stage.page.evaluate("window.socket !== undefined"))
    assert stage.posted("/hello")[0] == {"screen": "board", "office": "rutan", "board": "b1"}
    stage.show()
    stage.page.get_by_text("Cara antre").wait_for()
    assert stage.page.locator(".pair").count() == 0


def test_a_revoked_board_says_so_and_shows_a_new_code(stage: BoardStage) -> None:
    stage.open()
    stage.show()
    stage.on("POST", "/hello", lambda _path, _body: {"paired": False, "code": "111 222"})
    stage.page.evaluate("socket.hear('gone', {reason: 'revoked'})")
    stage.page.get_by_text("Papan ini tidak lagi terdaftar").wait_for()
    stage.page.get_by_text("111 222").wait_for()


def test_a_broken_picture_is_skipped(stage: BoardStage) -> None:
    stage.page.clock.install()
    stage.open()
    stage.show(notices=[{"kind": "picture", "text": {}, "file": "/no/such.png", "seconds": 5},
                        {"kind": "text", "text": {"id": "Sesudahnya"}, "file": "", "seconds": 5}])
    stage.page.clock.run_for(12_500)
    stage.page.locator(".slide", has_text="Sesudahnya").wait_for()


def test_services_that_do_not_fit_take_turns(stage: BoardStage) -> None:
    stage.page.clock.install()
    stage.open()
    stage.show()
    stage.page.clock.run_for(1000)
    names = "Array.from(document.querySelectorAll('.card-name')).map(e => e.textContent)"
    first = stage.page.evaluate(names)
    stage.page.clock.run_for(13_000)
    second = stage.page.evaluate(names)
    assert first == [s.name["id"] for s in stage.office.services[:3]]
    assert second == [s.name["id"] for s in stage.office.services[3:]]


def test_reduced_motion_is_obeyed(browser: Browser) -> None:
    for stage in stage_of(browser, (1280, 720), reduced_motion="reduce"):
        stage.open()
        stage.call("A", 17, "1")
        stage.show()
        stage.page.wait_for_selector("[data-painted-call]")
        frame = "getComputedStyle(document.querySelector('.call-live'), '::after').animationName"
        assert stage.page.evaluate(frame) == "none"


def test_the_flash_stays_below_three_a_second(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "1")
    stage.show()
    stage.page.wait_for_selector("[data-painted-call]")
    beat = stage.page.evaluate("getComputedStyle(document.querySelector('.call-live'), '::after').animationDuration")
    assert float(beat.removesuffix("s")) >= 1 / 3


def test_everything_written_on_the_board_is_aaa(stage: BoardStage) -> None:
    stage.open()
    stage.call("A", 17, "3")
    stage.show()
    stage.page.wait_for_selector("[data-painted-call]")
    pairs = stage.page.evaluate("""() => Array.from(document.querySelectorAll('#board *')).filter(e =>
      Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest('.letter')).map(e => {
        let ground = e;
        while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') { ground = ground.parentElement; }
        return [e.className, getComputedStyle(e).color, getComputedStyle(ground).backgroundColor];
      })""")
    assert len(pairs) > 30
    for name, ink, ground in pairs:
        assert contrast(hexed(ink), hexed(ground)) >= 7, (name, ink, ground)


def hexed(colour: str) -> str:
    """ "rgb(1, 2, 3)" as "#010203"."""
    channels = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{int(channel):02x}" for channel in channels)


def test_every_word_of_the_board_is_there_in_both_languages() -> None:
    words = json.loads((ROOT / "display" / "words.json").read_text("utf-8"))
    assert words["id"].keys() == words["en"].keys()
    source = "".join(path.read_text("utf-8") for path in (ROOT / "display").glob("*.js"))
    unused = [key for key in words["id"] if f'"{key}"' not in source
              and not key.startswith(("board.staffing.", "direction.", "how.", "standard.", "mark.sound_", "shut."))]
    assert unused == []
