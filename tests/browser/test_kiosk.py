"""The kiosk: a number in two touches, one number per wish, and what it says when something is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.door_stage import BEAT, NOW, SLOW_SCANNER, Stage, door, ticket

SAY = "/office/rutan/say"
ISSUE, PAPER, PICTURE = "/office/rutan/tickets", "/t/secret/paper", "/t/secret/picture"
TAKEN = {"ok": True, "ticket": {
    "label": "A\u2009017", "prefix": "A", "number": 17, "secret": "secret", "place": "me", "service": "kunjungan",
    "priority": False, "issued_at": NOW, "step": 1, "page": "/t/secret", "qr": None,
}}
TOMORROW = {"allowed": False, "code": "closed", "next_opening": NOW + 86_400_000,
            "facts": {"ends": "15:00", "opens_time": "08:00", "opens_date": "2026-11-24", "opens_in_days": 1}}


@pytest.fixture
def kiosk(browser: Browser) -> Iterator[Stage]:
    """A paired kiosk in front of its first picture, at a moment that the test moves on."""
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    page = context.new_page()
    page.clock.install(time=NOW / 1000)
    page.add_init_script(BEAT)
    stage = Stage(page, "kiosk/kiosk.html", office="rutan")
    stage.on("POST", "/hello", lambda *_: {"ok": True, "paired": True, "device": 1})
    stage.on("POST", ISSUE, lambda *_: TAKEN)
    stage.on("POST", PAPER, lambda *_: {"ok": True})
    stage.paper = "printed"  # type: ignore[attr-defined]
    stage.on("GET", PICTURE, lambda *_: ticket(stage, paper=stage.paper, ahead=12))  # type: ignore[attr-defined]
    stage.open().picture(door(stage))
    yield stage
    assert stage.errors == []
    context.close()


def pass_time(stage: Stage, seconds: float) -> None:
    stage.page.clock.run_for(seconds * 1000)


def take(stage: Stage, which: str = "take") -> None:
    stage.sees("service-kunjungan").tap()
    stage.sees(which).tap()


def test_a_number_in_two_touches(kiosk: Stage) -> None:
    take(kiosk)
    expect(kiosk.sees("ticket-label")).to_have_text("A\u2009017")
    expect(kiosk.sees("ahead")).to_have_text("12 orang di depan Anda")
    expect(kiosk.sees("next")).to_contain_text("Ambil tiket Anda")
    (wish,) = kiosk.posted(ISSUE)
    assert wish["service"] == "kunjungan" and wish["priority"] is False and wish["language"] == "id"
    assert len(wish["key"]) >= 16


def test_priority_needs_no_reason(kiosk: Stage) -> None:
    take(kiosk, "priority")
    expect(kiosk.sees("ticket-label")).to_be_visible()
    assert kiosk.posted(ISSUE)[0]["priority"] is True


def test_what_to_bring_and_that_it_is_free_stand_before_the_number(kiosk: Stage) -> None:
    kiosk.sees("service-kunjungan").tap()
    expect(kiosk.page.get_by_text("KTP asli")).to_be_visible()
    expect(kiosk.page.get_by_text("GRATIS", exact=True)).to_be_visible()
    expect(kiosk.page.get_by_text("paling lama 10 menit")).to_be_visible()
    kiosk.sees("standard-button").tap()
    for title in ("Persyaratan", "Prosedur", "Jangka waktu", "Biaya", "Hasil layanan", "Pengaduan"):
        expect(kiosk.sees("standard").get_by_role("heading", name=title)).to_be_visible()


def test_a_double_tap_is_one_wish(kiosk: Stage) -> None:
    kiosk.sees("service-kunjungan").tap()
    kiosk.sees("take").dblclick()
    expect(kiosk.sees("ticket-label")).to_be_visible()
    assert len(kiosk.posted(ISSUE)) == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_key(kiosk: Stage) -> None:
    answers: list[Any] = [None, {"ok": False, "refused": "busy", "facts": {}}, TAKEN]
    kiosk.on("POST", ISSUE, lambda *_: answers.pop(0))
    take(kiosk)
    expect(kiosk.page.get_by_text("Anda tidak akan mendapat dua nomor")).to_be_visible()
    pass_time(kiosk, 2)
    expect(kiosk.page.get_by_text("Anda tidak akan mendapat dua nomor")).to_be_visible()
    pass_time(kiosk, 2)
    expect(kiosk.sees("ticket-label")).to_be_visible()
    assert len({wish["key"] for wish in kiosk.posted(ISSUE)}) == 1 and len(kiosk.posted(ISSUE)) == 3


def test_a_wish_without_any_answer_can_be_repeated_by_hand_and_stays_one(kiosk: Stage) -> None:
    kiosk.on("POST", ISSUE, lambda *_: None)
    take(kiosk)
    for _ in range(9):
        pass_time(kiosk, 3)
        kiosk.page.wait_for_timeout(30)
    expect(kiosk.page.get_by_text("minta nomor kepada petugas")).to_be_visible()
    kiosk.on("POST", ISSUE, lambda *_: TAKEN)
    kiosk.sees("take").tap()
    expect(kiosk.sees("ticket-label")).to_be_visible()
    assert len({wish["key"] for wish in kiosk.posted(ISSUE)}) == 1


def test_a_refusal_is_told_and_the_next_wish_is_a_new_one(kiosk: Stage) -> None:
    kiosk.on("POST", ISSUE, lambda *_: {"ok": False, "refused": "quota_full", "facts": {"quota": 60}})
    take(kiosk)
    expect(kiosk.page.get_by_text("Kuota 60 nomor antrean sudah habis.")).to_be_visible()
    with kiosk.page.expect_response("**" + ISSUE):
        kiosk.sees("take").tap()
    assert len({wish["key"] for wish in kiosk.posted(ISSUE)}) == 2


def test_two_visitors_never_share_a_key(kiosk: Stage) -> None:
    for _ in range(2):
        take(kiosk)
        kiosk.sees("done").tap()
    assert len({wish["key"] for wish in kiosk.posted(ISSUE)}) == 2


def test_a_closed_office_says_why_when_it_opens_and_what_can_be_done_meanwhile(kiosk: Stage) -> None:
    closed = door(kiosk, seq=6)
    for service in closed["services"]:
        service["may"] = TOMORROW
    kiosk.picture(closed)
    expect(kiosk.sees("closed")).to_contain_text("Layanan sudah tutup pukul 15.00.")
    expect(kiosk.sees("closed")).to_contain_text("besok pukul 08.00")
    kiosk.sees("service-kunjungan").tap()
    expect(kiosk.page.get_by_text("KTP asli")).to_be_visible()
    expect(kiosk.sees("take")).to_have_count(0)
    expect(kiosk.sees("closed")).to_contain_text("besok pukul 08.00")


def test_a_service_whose_numbers_are_used_up_says_so_on_its_card(kiosk: Stage) -> None:
    full = door(kiosk, seq=6)
    full["services"][0]["may"] = {**TOMORROW, "code": "quota_full"}
    full["services"][1]["may"] = {**TOMORROW, "code": "paused", "next_opening": None, "facts": {"reason": "drill"}}
    kiosk.picture(full)
    expect(kiosk.sees("service-kunjungan")).to_contain_text("Kuota hari ini habis")
    expect(kiosk.sees("service-titipan")).to_contain_text("Nomor dihentikan sementara: sedang ada latihan")


def test_an_untouched_kiosk_goes_back_with_a_visible_countdown(kiosk: Stage) -> None:
    kiosk.sees("language-en").tap()
    kiosk.sees("service-kunjungan").tap()
    pass_time(kiosk, 33)
    expect(kiosk.sees("more-time")).to_contain_text("Touch for more time")
    kiosk.sees("more-time").tap()
    pass_time(kiosk, 20)
    expect(kiosk.sees("take")).to_be_visible()
    pass_time(kiosk, 25)
    expect(kiosk.sees("take")).to_have_count(0)
    expect(kiosk.page.get_by_text("Silakan pilih layanan")).to_be_visible()


def test_the_ticket_leaves_by_itself_and_waits_when_asked(kiosk: Stage) -> None:
    take(kiosk)
    expect(kiosk.sees("done")).to_contain_text("(25)")
    pass_time(kiosk, 10)
    expect(kiosk.sees("done")).to_contain_text("(15)")
    kiosk.sees("more-time").tap()
    pass_time(kiosk, 30)
    expect(kiosk.sees("ticket-label")).to_be_visible()
    pass_time(kiosk, 20)
    expect(kiosk.sees("ticket-label")).to_have_count(0)


def test_the_next_visitor_finds_the_office_language_and_ordinary_letters(kiosk: Stage) -> None:
    kiosk.sees("language-en").tap()
    kiosk.sees("toggle-large").tap()
    kiosk.sees("toggle-contrast").tap()
    assert kiosk.page.evaluate("() => document.documentElement.className") == "large contrast"
    take(kiosk)
    assert kiosk.posted(ISSUE)[0]["language"] == "en"
    kiosk.sees("done").tap()
    expect(kiosk.page.get_by_text("Silakan pilih layanan")).to_be_visible()
    assert kiosk.page.evaluate("() => document.documentElement.className") == ""


def test_a_lost_line_is_marked_after_three_seconds_and_heals(kiosk: Stage) -> None:
    kiosk.page.evaluate("() => { window.still = true; socket.down(); }")
    pass_time(kiosk, 5)
    expect(kiosk.sees("line-mark")).to_contain_text("Sambungan terputus · terakhir pukul 08.10")
    expect(kiosk.page.get_by_text("Sambungan terputus")).to_have_count(1)
    kiosk.page.evaluate("() => { window.still = false; }")
    kiosk.picture(door(kiosk, seq=9))
    pass_time(kiosk, 1)
    expect(kiosk.sees("line-mark")).to_have_count(0)


def test_an_unpaired_kiosk_shows_its_code_and_opens_by_itself(kiosk: Stage) -> None:
    answers: list[Any] = [{"ok": True, "paired": False, "code": "482 913"}, {"ok": True, "paired": True, "device": 1}]
    kiosk.on("POST", "/hello", lambda *_: answers.pop(0))
    kiosk.open()
    expect(kiosk.sees("pair-code")).to_have_text("482 913")
    expect(kiosk.page.get_by_text("minta nomor antrean kepada petugas")).to_be_visible()
    pass_time(kiosk, 4)
    kiosk.picture(door(kiosk))
    expect(kiosk.page.get_by_text("Silakan pilih layanan")).to_be_visible()


def test_a_revoked_kiosk_asks_to_be_paired_again(kiosk: Stage) -> None:
    kiosk.on("POST", "/hello", lambda *_: {"ok": True, "paired": False, "code": "111 222"})
    kiosk.page.evaluate("() => socket.hear('gone', { reason: 'revoked' })")
    expect(kiosk.sees("pair-code")).to_have_text("111 222")
    assert kiosk.page.evaluate("() => socket.closed")


def test_spoken_prompts_follow_when_asked_for(kiosk: Stage) -> None:
    asked: list[str] = []
    for clip in ("nomor_antrean_anda", "letter_a"):
        path = f"/voice/rutan/id/{clip}.wav"
        kiosk.on("GET", path, lambda where, _: asked.append(where) or (404, "text/plain", ""))  # type: ignore[func-returns-value]
    said = {"lang": "id", "clips": ["nomor_antrean_anda", "letter_a"], "text": "Nomor antrean Anda A"}
    kiosk.on("GET", PICTURE, lambda *_: ticket(kiosk, paper="printed", spoken=said))
    take(kiosk)
    kiosk.sees("done").tap()
    assert asked == [], "silent until somebody asks"
    assert kiosk.posted(SAY) == []
    kiosk.sees("toggle-sound").tap()
    take(kiosk)
    expect(kiosk.sees("ahead")).to_contain_text("7 orang")
    assert [path.split("/")[-1] for path in asked] == ["nomor_antrean_anda.wav", "letter_a.wav"]
    choose, one = (said["text"] for said in kiosk.posted(SAY))
    assert choose.startswith("Silakan pilih layanan. Tekan 1: Kunjungan") and "Tekan 1: Ambil nomor" in one


def test_without_any_voice_for_sentences_a_clip_says_that_there_is_a_choice(kiosk: Stage) -> None:
    asked: list[str] = []
    clip = "/voice/rutan/id/silakan_pilih_layanan.wav"
    kiosk.on("GET", clip, lambda where, _: asked.append(where) or (404, "text/plain", ""))  # type: ignore[func-returns-value]
    kiosk.on("POST", SAY, lambda *_: (204, "text/plain", ""))
    kiosk.page.evaluate("delete window.SpeechSynthesisUtterance")
    with kiosk.page.expect_response("**/silakan_pilih_layanan.wav"):
        kiosk.sees("toggle-sound").tap()
    assert asked


def test_the_last_sign_of_a_scanned_code_is_no_key_of_the_keypad(kiosk: Stage) -> None:
    kiosk.on("POST", "/office/rutan/check-in", lambda *_: {"ok": False, "refused": "no_such_reservation", "facts": {}})
    kiosk.picture(door(kiosk, reservations=True))
    kiosk.page.evaluate(SLOW_SCANNER)
    kiosk.page.keyboard.type("ABCDEFG0")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.sees("refusal")).to_be_visible()
    pass_time(kiosk, 31)
    expect(kiosk.sees("toggle-sound")).to_have_attribute("aria-pressed", "false")


# Paper


def test_paper_that_fails_leaves_three_ways_to_keep_the_number(kiosk: Stage) -> None:
    kiosk.paper = "failed"  # type: ignore[attr-defined]
    kiosk.on("POST", ISSUE, lambda *_: {"ok": True, "ticket": {**TAKEN["ticket"], "qr": "/t/secret/qr.svg"}})  # type: ignore[dict-item]
    kiosk.on("GET", "/t/secret/qr.svg", lambda *_: (200, "image/svg+xml", QR))
    take(kiosk)
    expect(kiosk.sees("paper-failed")).to_contain_text("A\u2009017 tetap milik Anda")
    for choice in ("paper-reprint", "paper-qr", "paper-kept"):
        expect(kiosk.sees(choice)).to_be_visible()
    kiosk.sees("paper-kept").tap()
    expect(kiosk.sees("next")).to_contain_text("nomor ini tetap berlaku")
    assert kiosk.posted(PAPER) == [{"state": "kept"}]


def test_without_a_phone_address_there_is_no_qr_code_to_choose(kiosk: Stage) -> None:
    kiosk.paper = "failed"  # type: ignore[attr-defined]
    take(kiosk)
    expect(kiosk.sees("paper-reprint")).to_be_visible()
    expect(kiosk.sees("paper-qr")).to_have_count(0)


def test_a_second_print_of_the_same_number(kiosk: Stage) -> None:
    kiosk.paper = "failed"  # type: ignore[attr-defined]
    take(kiosk)
    kiosk.sees("paper-reprint").tap()
    expect(kiosk.sees("next")).to_contain_text("sedang dicetak")
    pass_time(kiosk, 1)
    expect(kiosk.sees("next")).to_contain_text("sedang dicetak")
    kiosk.paper = "printed"  # type: ignore[attr-defined]
    pass_time(kiosk, 2)
    expect(kiosk.sees("next")).to_contain_text("Ambil tiket Anda")
    assert kiosk.posted(PAPER) == [{"state": "reprint"}] and len(kiosk.posted(ISSUE)) == 1


def test_a_number_that_nothing_replaced_is_said_to_be_void(kiosk: Stage) -> None:
    kiosk.paper = "failed"  # type: ignore[attr-defined]
    take(kiosk)
    expect(kiosk.sees("paper-failed")).to_be_visible()
    kiosk.on("GET", PICTURE, lambda *_: ticket(kiosk, state="void", paper="void", ended=True))
    pass_time(kiosk, 2)
    expect(kiosk.sees("voided")).to_contain_text("A\u2009017 tidak berlaku")


def test_a_kiosk_without_a_printer_says_write_it_down(kiosk: Stage) -> None:
    kiosk.picture(door(kiosk, seq=6, print="none", printer="none"))
    take(kiosk)
    expect(kiosk.sees("next")).to_have_text("Catat atau foto nomor ini.")


def test_a_printer_without_paper_is_told_before_the_number(kiosk: Stage) -> None:
    kiosk.picture(door(kiosk, seq=6, printer="paper_out"))
    expect(kiosk.page.get_by_text("Tiket sedang tidak dapat dicetak")).to_be_visible()


def test_the_browser_prints_a_slip_of_eighty_millimetres(kiosk: Stage) -> None:
    kiosk.page.evaluate("() => { window.prints = 0; window.print = () => { window.prints += 1; }; }")
    kiosk.picture(door(kiosk, seq=6, print="browser", printer="none"))
    take(kiosk)
    expect(kiosk.sees("next")).to_contain_text("Ambil tiket Anda")
    pass_time(kiosk, 1)
    assert kiosk.page.evaluate("() => window.prints") == 1
    kiosk.page.emulate_media(media="print")
    slip = kiosk.page.locator(".slip")
    expect(slip).to_contain_text("A\u2009017")
    for part in ("Rutan Kelas IIB Contoh", "12 orang di depan Anda", "GRATIS", "Pengaduan",
                 "23 November 2026, 08.10 WIB"):
        expect(slip).to_contain_text(part)
    expect(kiosk.page.locator("#kiosk")).to_be_hidden()
    box = slip.bounding_box()
    assert box is not None and box["width"] == pytest.approx(72 / 25.4 * 96, abs=1)


QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7h-7z"/></svg>'
