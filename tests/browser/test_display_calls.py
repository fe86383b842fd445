"""The board's queue of calls: whose turn it is, for how long, whether it is spoken. Time is handed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.door_stage import ROOT

AT = 1_800_000_000_000
ID_CLIPS = ["nomor_antrean", "letter_a", "n0", "n1", "n7", "pause", "silakan_menuju_ke", "loket", "n3"]
ID = {"lang": "id", "clips": ID_CLIPS, "text": ""}
EN = {"lang": "en", "clips": ID_CLIPS, "text": ""}
JOURNEY = """([steps]) => {
  var queue = Board.queue(), told = [];
  steps.forEach(function (step) {
    var now = step.now;
    if (step.picture) { queue.take(step.picture, now); }
    if (step.voice && queue.current()) {
      queue.current().voice = step.voice;
      queue.current().spoken = step.voice === "over";
    }
    var what = queue.tick(now), item = queue.current();
    told.push({
      large: item && item.call.id, voice: item && item.voice,
      languages: item && item.languages, least: item && item.least,
      leaving: item && item.leaving, waiting: queue.waiting(), last: queue.last() && queue.last().call.id,
      withdrawn: queue.withdrawn().map(function (call) { return call.id; }),
      started: what.started && what.started.call.id, ended: what.ended && what.ended.call.id
    });
  });
  return told;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content("<p>pure functions only</p>")
    for name in ("common/words.js", "display/calls.js", "display/slides.js"):
        page.add_script_tag(path=ROOT / name)
    yield page
    page.close()


def call(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "label": f"A\u2009{number:03d}", "at": AT, "n": 1, "state": "calling", "say": [ID],
            "heard": False, **changes}


def picture(*calls: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"at": AT, "speaker": True, "voice": True, "calls": list(calls), "withdrawn": [], **changes}


def journey(page: Page, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    """What the queue says after each step {now, picture?, voice?}."""
    told: list[dict[str, Any]] = page.evaluate(JOURNEY, [list(steps)])
    return told


def at(seconds: float, shown: dict[str, Any] | None = None, voice: str | None = None) -> dict[str, Any]:
    step: dict[str, Any] = {"now": seconds * 1000}
    if shown:
        step["picture"] = shown
    if voice:
        step["voice"] = voice
    return step


def test_concurrent_calls_have_their_turns_in_order_of_id(page: Page) -> None:
    three = picture(call(3), call(1), call(2), speaker=False)
    told = journey(page, at(0, three), at(7), at(30), at(60), at(90))
    assert [step["large"] for step in told] == [1, 1, 2, 3, None]


def test_a_call_is_large_for_eight_seconds_and_as_long_as_it_is_audible(page: Page) -> None:
    told = journey(page, at(0, picture(call(1))), at(7.9, voice="speaking"), at(20), at(20.1, voice="over"), at(20.2))
    assert [step["large"] for step in told] == [1, 1, 1, None, None]
    quick = journey(page, at(0, picture(call(1))), at(3, voice="over"), at(7.9), at(8.1))
    assert [step["large"] for step in quick] == [1, 1, 1, None]


def test_two_waiting_calls_keep_eight_seconds_each_below_the_backlog(page: Page) -> None:
    told = journey(page, at(0, picture(call(1), call(2))), at(6, voice="over"), at(7.9), at(8.1))
    assert [step["large"] for step in told] == [1, 1, 1, 2]
    assert told[0]["languages"] == 9


def test_above_twenty_seconds_the_second_language_goes_first(page: Page) -> None:
    both = [call(n, say=[ID, EN]) for n in range(1, 4)]
    told = journey(page, at(0, picture(*both)))
    assert told[0]["languages"] == 1
    assert journey(page, at(0, picture(call(1, say=[ID, EN]))))[0]["languages"] == 9


def test_then_repeats_are_only_shown_and_first_calls_still_spoken(page: Page) -> None:
    many = [call(1, n=2), *(call(n) for n in range(2, 6))]
    told = journey(page, at(0, picture(*many)), at(60))
    assert (told[0]["large"], told[0]["voice"]) == (1, "none")
    assert (told[1]["large"], told[1]["voice"]) == (2, "due")


def test_the_time_shrinks_with_the_backlog_but_not_below_four_seconds(page: Page) -> None:
    many = picture(*(call(n) for n in range(1, 11)), speaker=False)
    assert 4000 <= journey(page, at(0, many))[0]["least"] < 8000
    told = journey(page, at(0, picture(*(call(n) for n in range(1, 11)))), at(3.9, voice="over"), at(4.1))
    assert [step["large"] for step in told] == [1, 1, 2]


def test_a_call_that_was_started_leaves_the_queue_without_a_word(page: Page) -> None:
    told = journey(page, at(0, picture(call(1), call(2), call(3))),
                   at(1, picture(call(1), call(2, state="over"), call(3))), at(10, voice="over"))
    assert told[1]["waiting"] == [3]
    assert told[2]["large"] == 3


def test_a_withdrawn_call_is_seen_crossed_out_and_then_leaves(page: Page) -> None:
    gone = picture(call(2), withdrawn=[1])
    told = journey(page, at(0, picture(call(1), call(2))), at(2, gone), at(6.9), at(7.1))
    assert (told[1]["large"], told[1]["leaving"], told[1]["withdrawn"]) == (1, "withdrawn", [1])
    assert told[2]["large"] == 1
    assert (told[3]["large"], told[3]["last"], told[3]["withdrawn"]) == (2, None, [])


def test_a_call_missing_from_the_picture_was_withdrawn_unless_newer_ones_pushed_it_out(page: Page) -> None:
    told = journey(page, at(0, picture(call(1), call(2))), at(1, picture(call(1))))
    assert told[1]["waiting"] == []
    pushed = picture(*(call(n) for n in range(3, 15)))
    told = journey(page, at(0, picture(call(1), call(2))), at(1, pushed))
    assert told[1]["leaving"] is None
    assert told[1]["waiting"] == list(range(2, 15))


def test_a_call_is_announced_once_however_many_pictures_come(page: Page) -> None:
    same = picture(call(1), speaker=False)
    told = journey(page, at(0, same), at(1, same), at(20), at(21, same), at(22, picture(speaker=False)), at(23, same))
    assert [step["started"] for step in told] == [1, None, None, None, None, None]


def test_a_number_called_again_before_its_first_turn_has_one_turn(page: Page) -> None:
    again = call(3, label=call(2)["label"], n=2)
    told = journey(page, at(0, picture(call(1), call(2))), at(1, picture(call(1), call(2), again)))
    assert told[1]["waiting"] == [3]


def test_a_recall_after_the_first_turn_has_a_turn_of_its_own(page: Page) -> None:
    again = call(2, label=call(1)["label"], n=2)
    told = journey(page, at(0, picture(call(1))), at(9, voice="over"), at(20, picture(call(1), again)))
    assert (told[2]["large"], told[2]["voice"]) == (2, "due")


def test_a_reloaded_board_announces_nothing_older_than_thirty_seconds(page: Page) -> None:
    told = journey(page, at(0, picture(call(1, at=AT - 31_000), call(2, at=AT - 29_000))), at(60, voice="over"))
    assert [step["large"] for step in told] == [2, None]


def test_a_reloaded_speaker_does_not_repeat_what_was_heard(page: Page) -> None:
    told = journey(page, at(0, picture(call(1, heard=True))))
    assert (told[0]["large"], told[0]["voice"]) == (1, "none")


def test_a_silent_board_never_speaks_and_keeps_pace_with_the_voice(page: Page) -> None:
    told = journey(page, at(0, picture(call(1, say=[ID, EN]), speaker=False)))
    assert told[0]["voice"] == "none"
    assert told[0]["least"] > 8000
    assert journey(page, at(0, picture(call(1), voice=False)))[0]["voice"] == "none"


def test_a_successor_speaks_what_nobody_heard_and_is_younger_than_fifteen_seconds(page: Page) -> None:
    calls = [call(1, at=AT - 16_000), call(2, at=AT - 14_000), call(3, at=AT - 14_000, heard=True)]
    silent = [call(1), call(2), call(3)]
    steps = [at(0, picture(*silent, speaker=False)), at(20), at(40), at(60), at(61, picture(*calls))]
    told = journey(page, *steps)
    assert told[3]["large"] is None
    assert (told[4]["large"], told[4]["voice"], told[4]["waiting"]) == (2, "due", [])


def test_a_successor_speaks_the_call_that_is_large_now(page: Page) -> None:
    told = journey(page, at(0, picture(call(1), speaker=False)), at(2, picture(call(1))))
    assert (told[0]["voice"], told[1]["voice"]) == ("none", "due")


def test_a_voice_that_hangs_does_not_hold_the_board(page: Page) -> None:
    told = journey(page, at(0, picture(call(1), call(2))), at(40, voice="speaking"), at(46))
    assert [step["large"] for step in told] == [1, 1, 2]


def test_the_list_has_one_row_per_number_newest_first_without_withdrawn_ones(page: Page) -> None:
    calls = [call(1), call(2, state="withdrawn"), call(3, state="over"), call(4, label=call(1)["label"], n=2)]
    assert page.evaluate("calls => Board.list(calls).map(c => c.id)", calls) == [4, 3]


def test_counter_names_split_into_word_and_number(page: Page) -> None:
    names = ["Loket 12", "Ruang Wawancara 2", "Drive-thru", "Bilik 3A", "Jalur 1"]
    split = page.evaluate("names => names.map(n => Board.counterName(n))", names)
    assert [(s["word"], s["number"]) for s in split] == [
        ("Loket", "12"), ("Ruang Wawancara", "2"), ("Drive-thru", ""), ("Bilik", "3A"), ("Jalur", "1")]


def test_services_are_paged_evenly(page: Page) -> None:
    sizes = page.evaluate("[1, 4, 5, 7, 8].map(n => Board.pages(Array(n).fill(0), 4).map(p => p.length))")
    assert sizes == [[1], [4], [3, 2], [4, 3], [4, 4]]


def test_no_slide_of_the_standards_is_longer_than_its_room(page: Page) -> None:
    words = json.loads((ROOT / "display" / "words.json").read_text("utf-8"))
    page.evaluate("words => Queue.setWords(words)", words)
    text = "\n".join(f"{n}. Surat keterangan dari pihak yang berwenang, asli dan salinan." for n in range(1, 12))
    parts = [{"title": "Persyaratan", "text": text}, {"title": "Biaya", "text": "GRATIS"}]
    slides = page.evaluate("parts => Board.pack(parts)", parts)
    assert len(slides) > 2
    assert all(sum(1 + sum(-(-len(line) // 36) for line in part["text"].split("\n")) for part in slide) <= 7
               for slide in slides)
    assert "\n".join(part["text"] for slide in slides for part in slide if part["title"] != "Biaya") == text
