"""The visitor's phone, following a number: its place, the call, a locked phone, a lost network, giving it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.door_stage import NOW, SMALLER, TOO_WIDE, Stage, ticket

PICTURE = "/t/secret/picture"
COUNTER = {"name": {"id": "Loket 3", "en": "Counter 3"}, "direction": "left"}
CALLED = {"state": "called", "ahead": None, "counter": COUNTER, "call": {"id": 41, "n": 1, "at": NOW}}
#: What a phone can do for the ears and the hand, and which page can see.
PHONE = """
window.shakes = [];
navigator.vibrate = pattern => { if (pattern) { window.shakes.push(pattern); } return true; };
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones += 1; return start.call(this, at); };
"""


class Phone(Stage):
    """A phone that follows A 017; ``shown`` is what the server would draw now."""

    def __init__(self, page: Any) -> None:
        super().__init__(page, "visitor/ticket.html", office="rutan", secret="secret", door_code="yes")
        self.seq = 5
        self.shown = ticket(self)
        self.on("GET", PICTURE, lambda *_: self.shown)
        for act in ("coming", "cancel"):
            self.on("POST", f"/t/secret/{act}", lambda *_: {"ok": True})

    def draw(self, ended: bool = False, **changes: Any) -> None:
        """The server sends the picture of a new moment."""
        self.seq += 1
        self.shown = ticket(self, self.seq, ended, **changes)
        self.picture(self.shown)

    def order(self, *places: str, seq: int | None = None) -> None:
        message = {"kind": "line", "service": "kunjungan", "seq": self.seq if seq is None else seq, "at": NOW,
                   "order": places}
        self.page.evaluate("m => socket.hear('line', m)", message)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Phone]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, locale="id-ID")
    page = context.new_page()
    page.add_init_script(PHONE)
    stage = Phone(page)
    stage.open().picture(stage.shown)
    expect(stage.sees("ticket-label")).to_have_text("A\u2009017")
    yield stage
    assert stage.errors == []
    context.close()


def test_one_glance_answers_do_i_have_time(phone: Phone) -> None:
    expect(phone.sees("ahead")).to_contain_text("7 orang di depan Anda")
    expect(phone.page.get_by_text("belum diketahui")).to_be_visible()
    expect(phone.page.get_by_text("paling lama 10 menit")).to_be_visible()
    assert phone.sees("ahead").get_attribute("aria-live") == "polite"


def test_the_place_comes_from_the_public_order_by_ones_own_mark(phone: Phone) -> None:
    phone.order("x", "y", "me", "z")
    expect(phone.sees("ahead")).to_contain_text("2 orang di depan Anda")
    phone.order("me", "z")
    expect(phone.sees("ahead")).to_contain_text("Anda berikutnya")


def test_an_older_order_changes_nothing(phone: Phone) -> None:
    phone.order("x", "me", seq=9)
    phone.order("a", "b", "c", "me", seq=8)
    expect(phone.sees("ahead")).to_contain_text("1 orang di depan Anda")


def test_an_unknown_place_is_not_invented(phone: Phone) -> None:
    phone.draw(ahead=None)
    expect(phone.sees("ahead")).to_contain_text("belum diketahui")


def test_the_call_takes_the_whole_screen_and_is_said_aloud(phone: Phone) -> None:
    phone.draw(**CALLED)
    box = phone.sees("called").bounding_box()
    assert box is not None and box["width"] == 360 and box["height"] >= 640
    expect(phone.sees("called")).to_contain_text("Loket 3")
    expect(phone.sees("aloud")).to_have_text("Nomor A\u2009017 dipanggil. Silakan menuju ke Loket 3, ke kiri.")
    assert phone.sees("aloud").get_attribute("aria-live") == "assertive"
    assert phone.page.title().startswith("DIPANGGIL A\u2009017")
    assert phone.page.evaluate("() => shakes.length") == 1


def test_it_flashes_at_most_three_times_a_second_and_not_for_ever(phone: Phone) -> None:
    phone.draw(**CALLED)
    seconds = phone.page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.flash .number-called')).animationDuration)")
    assert 1 / seconds <= 3
    expect(phone.page.locator(".flash")).to_have_count(0, timeout=60_000)
    expect(phone.sees("called")).to_be_visible()


def test_who_wants_no_motion_gets_none(phone: Phone) -> None:
    phone.page.emulate_media(reduced_motion="reduce")
    phone.draw(**CALLED)
    name = phone.page.evaluate("() => getComputedStyle(document.querySelector('.number-called')).animationName")
    assert name == "none"


def test_the_same_call_rings_once_and_a_recall_again(phone: Phone) -> None:
    phone.draw(**CALLED)
    phone.draw(**CALLED)
    assert phone.page.evaluate("() => shakes.length") == 1
    phone.draw(**{**CALLED, "call": {"id": 42, "n": 2, "at": NOW}})
    expect(phone.sees("called")).to_contain_text("DIPANGGIL LAGI")
    assert phone.page.evaluate("() => shakes.length") == 2


def test_sound_needs_one_touch_and_the_page_asks_for_it(phone: Phone) -> None:
    expect(phone.page.get_by_text("Ponsel yang terkunci tidak berbunyi")).to_be_visible()
    phone.sees("sound").tap()
    expect(phone.sees("sound-on")).to_be_visible()
    tones = phone.page.evaluate("() => tones")
    phone.draw(**CALLED)
    assert phone.page.evaluate("() => tones") > tones


def test_on_my_way_reaches_the_officer_and_stills_the_ringing(phone: Phone) -> None:
    phone.draw(**CALLED)
    phone.shown = ticket(phone, phone.seq, **CALLED, coming=NOW)
    phone.sees("coming").tap()
    expect(phone.sees("coming-told")).to_be_visible()
    assert phone.posted("/t/secret/coming") == [{}]


def test_a_number_taken_from_afar_says_that_the_arrival_is_missing(phone: Phone) -> None:
    phone.draw(channel="online", arrived_at=None)
    expect(phone.sees("remote")).to_contain_text("pindai kode QR di pintu masuk")
    expect(phone.sees("coming")).to_be_visible()
    phone.draw(channel="online", arrived_at=NOW)
    expect(phone.sees("remote")).to_have_count(0)


def test_giving_the_number_back_asks_once(phone: Phone) -> None:
    phone.sees("cancel").tap()
    phone.sees("cancel-no").tap()
    assert phone.posted("/t/secret/cancel") == []
    phone.sees("cancel").tap()
    phone.shown = ticket(phone, 9, True, state="cancelled", ahead=None)
    phone.sees("cancel-yes").tap()
    expect(phone.sees("cancelled")).to_contain_text("Nomor dibatalkan")
    assert len(phone.posted("/t/secret/cancel")) == 1


def test_an_act_that_did_not_get_through_is_told(phone: Phone) -> None:
    phone.on("POST", "/t/secret/cancel", lambda *_: None)
    phone.sees("cancel").tap()
    phone.sees("cancel-yes").tap()
    expect(phone.page.get_by_text("Belum terkirim")).to_be_visible()
    phone.on("POST", "/t/secret/cancel", lambda *_: {"ok": False, "refused": "not_now", "facts": {}})
    phone.sees("cancel-yes").tap()
    expect(phone.page.get_by_text("Tidak dapat dilakukan dalam keadaan nomor ini sekarang.")).to_be_visible()


@pytest.mark.parametrize(("state", "ended", "says"), [
    ("issuing", False, "Tiket kertas sedang dicetak"), ("serving", False, "Sedang dilayani di Loket 3"),
    ("parked", False, "Anda akan dipanggil lagi"), ("done", True, "Terima kasih"),
    ("no_show", True, "dalam 60 menit"), ("cancelled", True, "ambillah nomor baru"),
    ("void", True, "ambil nomor baru"), ("unserved", True, "hari buka berikutnya"),
    ("transferred", False, "Nomor tetap sama"),
])
def test_every_state_says_what_it_means_and_what_to_do(phone: Phone, state: str, ended: bool, says: str) -> None:
    phone.draw(ended, state=state, ahead=None, counter=COUNTER)
    expect(phone.sees(state)).to_contain_text(says)
    assert phone.page.evaluate(TOO_WIDE) == []


def test_who_missed_the_call_is_told_the_new_place(phone: Phone) -> None:
    phone.draw(re_entry={"after": 3})
    expect(phone.page.get_by_text("setelah 7 orang lain")).to_be_visible()


def test_a_lost_network_leaves_the_last_picture_with_its_time_and_heals(phone: Phone) -> None:
    phone.offline = True
    phone.page.evaluate("() => socket.down()")
    expect(phone.sees("lost")).to_have_text("Sambungan terputus · terakhir pukul 08.10")
    expect(phone.sees("ticket-label")).to_be_visible()
    phone.offline = False
    phone.draw(ahead=3)
    expect(phone.sees("lost")).to_have_count(0)
    expect(phone.sees("ahead")).to_contain_text("3 orang")


def test_a_line_that_is_refused_everywhere_still_brings_the_call(phone: Phone) -> None:
    """Some networks let no websocket through: then plain requests bring the picture."""
    phone.shown = ticket(phone, 9, **CALLED)
    phone.page.evaluate("() => socket.down()")
    expect(phone.sees("called")).to_be_visible()


def test_an_unlocked_phone_is_right_within_two_seconds(phone: Phone) -> None:
    """The line died in its sleep and looks alive: nothing is heard on it any more."""
    phone.page.wait_for_timeout(600)
    phone.shown = ticket(phone, 9, **CALLED)
    phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.sees("called")).to_be_visible(timeout=60_000)
    expect_sockets(phone, 2)
    assert phone.page.evaluate("() => sockets[0].closed === true")


def test_a_line_that_answers_is_kept(phone: Phone) -> None:
    phone.page.wait_for_timeout(600)
    phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    phone.picture(phone.shown)
    phone.page.wait_for_timeout(2300)
    expect_sockets(phone, 1)


def expect_sockets(phone: Phone, count: int) -> None:
    for _ in range(60):
        if phone.page.evaluate("() => sockets.length") == count:
            return
        phone.page.wait_for_timeout(50)
    raise AssertionError(f"{phone.page.evaluate('() => sockets.length')} lines, not {count}")


def test_a_number_that_is_nobodys_is_told(phone: Phone) -> None:
    phone.on("GET", PICTURE, lambda *_: {"ok": False, "refused": "no_such_ticket", "facts": {}})
    phone.page.evaluate("() => socket.down()")
    expect(phone.sees("gone")).to_contain_text("tidak ditemukan")


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("scene", [
    {}, {"channel": "online", "arrived_at": None, "priority": True, "ahead": 123, "label": "A\u20091017"}, CALLED,
    {**CALLED, "label": "A\u20091017", "counter": {"name": {"id": "Ruang kunjungan utama"}, "direction": "up"}},
])
def test_it_fits_a_small_phone_with_text_of_twice_the_size(phone: Phone, scene: dict[str, Any], scale: int) -> None:
    phone.page.evaluate("scale => { document.documentElement.style.fontSize = scale + '%'; }", scale)
    phone.draw(**scene)
    for language in ("en", "id"):
        phone.sees(f"language-{language}").tap()
        assert phone.page.evaluate(TOO_WIDE) == []
    assert phone.page.evaluate(SMALLER, 40) == []


@pytest.mark.parametrize("scene", [
    {}, {"channel": "online", "arrived_at": None}, CALLED, {"state": "done", "ended": True}])
def test_nobody_is_shut_out(phone: Phone, scene: dict[str, Any]) -> None:
    phone.draw(**scene)
    phone.page.wait_for_timeout(700)
    result = Axe().run(phone.page)
    assert result.violations_count == 0, result.generate_report()
