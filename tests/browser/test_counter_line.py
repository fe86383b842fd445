"""Double presses, a slow line, a lost line: pressing is harmless and nothing is done that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.counter_stage import Stage, picture, visitor


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    made = Stage(browser)
    yield made
    assert made.errors == []
    made.context.close()


def test_a_second_press_while_one_is_under_way_is_ignored(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.held = true")
    for _ in range(4):
        stage.page.keyboard.press(" ")
    stage.get("primary").dblclick(force=True)
    assert len(stage.presses()) == 1


def test_a_press_just_after_a_change_is_for_what_was_there_before(stage: Stage) -> None:
    stage.open(picture(), quiet_ms=700)
    stage.page.keyboard.press(" ")
    stage.show(picture(current=visitor("called")), settle=False)
    stage.page.keyboard.press(" ")
    stage.get("primary").click(force=True)
    assert [p["act"] for p in stage.presses()] == ["call_next"]
    stage.get("primary").click()  # waits until it is ready: a press meant for the new state
    assert [p["act"] for p in stage.presses()] == ["call_next", "start"]


def test_a_choice_opened_after_a_change_is_meant_for_it(stage: Stage) -> None:
    stage.open(picture(), quiet_ms=60_000)
    stage.page.keyboard.press("j")
    stage.page.keyboard.press("1")
    assert [p["act"] for p in stage.presses()] == ["pause"]


def test_a_held_down_space_bar_is_one_press(stage: Stage) -> None:
    stage.open(picture())
    for _ in range(5):
        stage.page.keyboard.down(" ")
    stage.page.keyboard.up(" ")
    assert len(stage.presses()) == 1


def test_other_people_s_changes_do_not_swallow_a_press(stage: Stage) -> None:
    stage.open(picture(), quiet_ms=700)
    stage.show(picture(rows=[]), settle=False)
    stage.page.keyboard.press(" ")
    assert len(stage.presses()) == 1


def test_after_a_click_the_space_bar_belongs_to_the_one_button(stage: Stage) -> None:
    stage.open(picture(current=visitor("called")))
    stage.get("recall").click()
    stage.page.keyboard.press(" ")
    assert [p["act"] for p in stage.presses()] == ["recall", "start"]


def test_a_slow_line_says_sending(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.held = true")
    stage.page.keyboard.press(" ")
    assert "Mengirim" not in stage.get("primary").inner_text()
    expect(stage.get("primary")).to_contain_text("Mengirim…", timeout=60_000)
    stage.page.evaluate("stage.release()")
    expect(stage.get("primary")).to_contain_text("Panggil berikutnya")


def test_another_act_just_after_a_press_is_done(stage: Stage) -> None:
    """Within the 700 ms only the same press once more does nothing."""
    stage.open(picture(current=visitor("called")), quiet_ms=60_000)
    stage.page.keyboard.press("u")
    stage.page.keyboard.press("u")
    stage.page.wait_for_function("stage.presses.length === 1")
    expect(stage.get("refusal")).to_have_count(0)
    stage.page.keyboard.press("l")
    stage.show(picture(), settle=False)
    stage.page.keyboard.press("l")
    expect(stage.get("refusal")).to_have_count(0)
    stage.page.keyboard.press(" ")
    assert [p["act"] for p in stage.presses()] == ["recall", "skip", "call_next"]


def test_what_ones_own_press_changed_is_known_before_its_picture(stage: Stage) -> None:
    """Or a quick second act would be refused as if somebody else had changed something."""
    stage.open(picture(current=visitor("called")))
    stage.page.evaluate("stage.answers = [{ok: true, seats: {'3': 6}}, {ok: true, seats: {'4': 90}}, {ok: true}]")
    for nth, key in enumerate("uls", 1):
        stage.page.keyboard.press(key)
        if key == "s":
            stage.page.keyboard.press("1")
        stage.page.wait_for_function("n => stage.presses.length === n", arg=nth)
        stage.page.locator(".console[data-ready=true]").wait_for()  # the answer is here
    assert [p["seen"] for p in stage.presses()] == [5, 6, 6]


def test_opening_a_list_again_is_no_repeat_of_what_was_chosen_from_it(stage: Stage) -> None:
    stage.open(picture(), quiet_ms=60_000)
    for nth in (1, 2):
        stage.page.keyboard.press("b")
        expect(stage.page.locator(".panel")).to_have_count(1)
        stage.page.keyboard.press("1")
        stage.page.wait_for_function("n => stage.presses.length === n", arg=nth)
        expect(stage.page.locator(".panel")).to_have_count(0)
    assert [p["act"] for p in stage.presses()] == ["issue", "issue"]


def test_any_act_after_a_refusal_is_done(stage: Stage) -> None:
    stage.open(picture(current=visitor("called")), quiet_ms=60_000)
    stage.page.evaluate("""stage.answers = [1, 2].map(function () {
        return {ok: false, refused: 'no_show_too_soon', facts: {seconds: 9}}; })""")
    for key in "hhu":
        stage.page.keyboard.press(key)
        stage.page.wait_for_timeout(50)
    assert [p["act"] for p in stage.presses()] == ["no_show", "no_show", "recall"]


def test_another_act_while_one_is_under_way_is_answered(stage: Stage) -> None:
    stage.open(picture(current=visitor("called")))
    stage.page.evaluate("stage.held = true")
    stage.page.keyboard.press("u")
    stage.page.keyboard.press("l")
    said = "“Lewati” tidak dilakukan: “Panggil ulang” masih dikirim."
    expect(stage.get("refusal")).to_contain_text(said)
    stage.page.evaluate("stage.release()")
    expect(stage.get("refusal")).to_contain_text(said)
    assert [p["act"] for p in stage.presses()] == ["recall"]


def test_the_big_button_just_after_a_change_from_elsewhere_says_so(stage: Stage) -> None:
    """A visitor who gives the number back must not turn "start" into calling the next."""
    stage.open(picture(current=visitor("called")), quiet_ms=700)
    stage.show(picture(), settle=False)
    stage.page.keyboard.press(" ")
    expect(stage.get("refusal")).to_contain_text("baru saja berubah dari tempat lain")
    assert stage.presses() == []
    stage.get("primary").click()
    assert [p["act"] for p in stage.presses()] == ["call_next"]


def test_a_press_that_the_server_takes_for_a_second_one_is_not_lost_silently(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.answers = [{ok: false, refused: 'double_press', facts: {}}]")
    stage.page.keyboard.press(" ")
    expect(stage.get("refusal")).to_contain_text("Lihat dulu, lalu tekan lagi.")


def test_a_press_while_offline_is_kept_and_sent_once(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.down()")
    expect(stage.get("line-down")).to_contain_text("Terputus sejak")
    stage.page.keyboard.press(" ")
    expect(stage.get("held")).to_contain_text("“Panggil berikutnya” belum terkirim")
    assert stage.presses() == []
    stage.page.evaluate("stage.up()")
    expect(stage.get("held")).to_have_count(0)
    expect(stage.get("line-down")).to_have_count(0)
    assert [p["act"] for p in stage.presses()] == ["call_next"]


def test_a_press_whose_answer_was_lost_is_repeated_with_its_key(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.held = true")
    stage.page.keyboard.press(" ")
    stage.page.evaluate("stage.down()")
    expect(stage.get("held")).to_contain_text("terkirim, jawabannya belum datang")
    stage.page.evaluate("stage.held = false; stage.up()")
    expect(stage.get("held")).to_have_count(0)
    first, again = stage.presses()
    assert first == again


def test_what_was_never_sent_can_be_taken_back(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.down()")
    stage.page.keyboard.press(" ")
    stage.page.keyboard.press("Escape")
    expect(stage.get("held")).to_have_count(0)
    stage.page.evaluate("stage.up()")
    stage.page.wait_for_timeout(100)
    assert stage.presses() == []


@pytest.mark.parametrize(("sent", "words"), [(False, "tidak terkirim dan tidak dilakukan"), (True, "tidak dijawab")])
def test_after_ten_seconds_it_says_what_was_not_done(stage: Stage, sent: bool, words: str) -> None:
    stage.open(picture())
    stage.page.evaluate("Counter.REPEAT_MS = 1500")
    if sent:
        stage.page.evaluate("stage.held = true")
        stage.page.keyboard.press(" ")
        stage.page.evaluate("stage.down()")
    else:
        stage.page.evaluate("stage.down()")
        stage.page.keyboard.press(" ")
    expect(stage.get("lost")).to_contain_text(words, timeout=60_000)
    before = len(stage.presses())
    stage.page.evaluate("stage.held = false; stage.up()")
    stage.page.wait_for_timeout(200)
    assert len(stage.presses()) == before


def test_a_silent_line_is_marked_after_three_seconds(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.mute = true; stage.reachable = false")
    expect(stage.get("line-down")).to_be_visible(timeout=60_000)


def test_an_ended_session_asks_to_sign_in_and_comes_back(stage: Stage) -> None:
    stage.open(picture())
    stage.page.evaluate("stage.gone('revoked')")
    expect(stage.get("sign-in-why")).to_contain_text("Sesi ini diakhiri")
    stage.answers["/sign-in"] = {"ok": True, "person": {"id": 7, "name": "Sri Wahyuni", "role": "officer"}}
    stage.get("name").fill("sri")
    stage.get("password").fill("benar")
    stage.page.keyboard.press("Enter")
    expect(stage.get("primary")).to_be_visible()
