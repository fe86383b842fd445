"""The real screens together: visitors at a kiosk and a phone, two officers, two boards, and a server that is killed."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from cast import Server, copy_of
from playwright.sync_api import Browser

from queue_server.domain import chain
from tests.backstage import events, rows
from tests.browser.day_stage import OFFICE, Day, squeezed, told, until

CALLED = "() => Boolean(document.querySelector('[data-testid=called]'))"
LISTED = "labels => labels.every(label => seen.rows().includes(label))"
LISTED_UNMARKED = LISTED + " && seen.all('.mark').length === 0"
LARGE = "label => seen.text('.call-live .call-number') === label"
WAITS = "label => seen.waiting().includes(label)"
AT_COUNTER = """([label, state]) => seen.test('current-label') === label
  && document.querySelector('.visitor').dataset.state === state && !document.querySelector('[data-testid=line-down]')"""
IDLE = "() => ['idle', 'empty'].includes(document.querySelector('.visitor').dataset.state)"
CROSSED_OUT = "() => Boolean(document.querySelector('[data-mood=withdrawn], .row-call.is-gone'))"
MARKED = "() => seen.all('.mark').length > 0"
UNMARKED = "() => seen.all('.mark').length === 0"


@pytest.fixture(scope="module")
def day(browser: Browser, demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """One house with all its screens for all these tests; each leaves both counters without a visitor."""
    server = copy_of(demo, tmp_path_factory.mktemp("day") / "data").start()
    try:
        screens = Day(browser, server)
        yield screens
        screens.close()
    finally:
        server.stop()
    assert screens.errors == []


def log(day: Day, *kinds: str) -> list[chain.Event]:
    return [e for e in events(day.server.data, OFFICE) if e.kind in kinds]


def call_ids(day: Day, *labels: str) -> list[int]:
    """The newest call of each of these numbers."""
    found = dict(rows(
        day.server.data, "SELECT t.prefix || printf('%03d', t.number), max(c.seq) FROM call c JOIN step s "
        "ON s.id = c.step_id JOIN ticket t ON t.id = s.ticket_id GROUP BY 1"))
    return [found[label] for label in labels]


def test_a_number_at_the_kiosk_takes_two_taps_and_both_officers_see_it(day: Day) -> None:
    taps = 0
    for button in ("service-paspor", "take"):
        day.at("kiosk", button).tap()
        taps += 1
    label = squeezed(day.at("kiosk", "ticket-label").inner_text())
    assert taps == 2 and label.startswith("A")
    told("a number of the kiosk on the consoles", day.all_see({"ani": (WAITS, label), "budi": (WAITS, label)}))
    day.at("kiosk", "done").tap()
    day.press("ani", "call_next")
    day.serve("ani")


def test_two_calls_are_on_both_boards_and_one_board_speaks(day: Day) -> None:
    by_phone, by_kiosk = day.take_on_phone(), day.take_at_kiosk()
    day.ready("ani", "call_next")
    day.see("budi", WAITS, by_kiosk)
    for board in ("a-1", "a-2"):
        day.pages[board].evaluate("() => { window.played = 0; }")
    day.at("ani", "primary").click()
    day.at("budi", "primary").click()
    told("the call on the phone", {"phone": day.see("phone", CALLED)})
    told("both calls in the lists", day.both_boards(LISTED, [by_phone, by_kiosk]))
    day.all_see({"ani": (AT_COUNTER, [by_phone, "called"]), "budi": (AT_COUNTER, [by_kiosk, "called"])})
    assert "5" in day.pages["phone"].locator(".called-counter").inner_text()
    day.both_boards(LARGE, by_phone)
    day.both_boards(LARGE, by_kiosk)  # in turn, after the first one was spoken

    calls = call_ids(day, by_phone, by_kiosk)
    spoken = until(lambda: reports(day, calls, "spoken_at") if len(reports(day, calls, "spoken_at")) == 2 else None)
    assert Counter(call for call, _device in reports(day, calls, "drawn_at")) == Counter(dict.fromkeys(calls, 2))
    assert len({device for _call, device in spoken}) == 1
    clips = sorted(day.pages[board].evaluate("() => window.played") for board in ("a-1", "a-2"))
    assert clips[0] == 0 and clips[1] > 10, "one board says both sentences, the other says nothing"

    day.at("phone", "coming").tap()
    day.serve("ani")
    day.see("phone", "() => Boolean(document.querySelector('[data-testid=done]'))")
    day.serve("budi")
    day.both_boards("labels => !seen.all('.served .number').some(n => labels.includes(n))", [by_phone, by_kiosk])


def reports(day: Day, calls: list[int], what: str) -> list[tuple[int, int]]:
    """(call, board) of what boards acknowledged."""
    marks = ",".join("?" * len(calls))
    return rows(
        day.server.data,
        f"SELECT call_seq, device_id FROM board_ack WHERE call_seq IN ({marks}) AND {what} IS NOT NULL", *calls)


def test_recall_skip_and_undo_are_seen_on_every_screen(day: Day) -> None:
    label = day.take_at_kiosk()
    day.press("ani", "call_next")
    day.both_boards(LARGE, label)
    # Calls are spaced: the button says how long, and then takes the press.
    day.see("ani", "() => document.querySelector('[data-testid=recall]').getAttribute('aria-disabled') !== 'true'")
    day.at("ani", "recall").click()
    told("the second call", day.both_boards(LARGE + " && seen.text('.call-note') !== ''", label))
    day.key("ani", "l", "start")
    day.see("ani", IDLE)
    day.both_boards("label => !seen.all('.served .number').includes(label)", label)
    assert [e.kind for e in log(day, "recalled", "skipped")] == ["recalled", "skipped"]

    day.press("ani", "call_next")  # nobody else waits: the same visitor again
    day.see("ani", AT_COUNTER, [label, "called"])
    day.key("ani", "z", "start")
    told("the call taken back", day.both_boards(CROSSED_OUT))
    day.see("ani", IDLE)
    day.see("budi", WAITS, label)

    day.press("budi", "call_next")
    day.press("budi", "start")
    day.press("budi", "finish")
    day.see("budi", IDLE)
    day.at("budi", "undo").click()
    day.see("budi", AT_COUNTER, [label, "serving"])
    day.press("budi", "finish")
    day.ready("budi", "call_next")
    assert [json.loads(e.body)["undone_kind"] for e in log(day, "undone")][-2:] == ["called", "done"]


def test_a_double_click_calls_once(day: Day) -> None:
    first, second = day.take_at_kiosk(), day.take_at_kiosk()
    day.see("ani", "() => seen.waiting().length === 2")
    before = len(log(day, "called"))
    day.ready("ani", "call_next")
    day.at("ani", "primary").dblclick()
    day.see("ani", AT_COUNTER, [first, "called"])
    time.sleep(1.5)  # a second press would have been taken by now
    assert day.pages["ani"].evaluate(AT_COUNTER, [first, "called"])
    assert len(log(day, "called")) == before + 1 and log(day, "called", "started")[-1].kind == "called"
    assert day.at("ani", "refusal").count() == 0  # and nobody is scolded for a trembling finger
    day.serve("ani")
    day.press("ani", "call_next")
    day.see("ani", AT_COUNTER, [second, "called"])
    day.serve("ani")


def test_a_phone_that_was_offline_is_right_again(day: Day) -> None:
    label = day.take_on_phone()
    load = day.loads()["phone"]
    day.contexts["phone"].set_offline(True)
    day.press("ani", "call_next")
    day.see("ani", AT_COUNTER, [label, "called"])
    time.sleep(2)
    assert not day.pages["phone"].evaluate(CALLED), "the phone was not offline"
    day.contexts["phone"].set_offline(False)
    told("back from no network", {"phone": day.see("phone", CALLED)})
    day.serve("ani")
    day.see("phone", "() => Boolean(document.querySelector('[data-testid=done]'))")
    assert day.loads()["phone"] == load


def test_a_board_without_its_network_says_so_and_heals(day: Day) -> None:
    label = day.take_at_kiosk()
    load = day.loads()["a-2"]
    assert day.pages["a-2"].evaluate("() => seen.all('.mark')") == []
    day.wire.cut()
    took = day.see("a-2", MARKED)
    told("the mark after the cut", {"a-2": took})
    # Three seconds of silence; the last beat may have come up to a second before the cut.
    assert took > 1.5, "a board that is marked at once would flicker"
    day.press("ani", "call_next")
    day.see("a-1", LISTED, [label])
    assert day.pages["a-1"].evaluate(UNMARKED)
    assert not day.pages["a-2"].evaluate(LISTED, [label])
    day.wire.mend()
    told("healed", {"a-2": day.see("a-2", LISTED_UNMARKED, [label])})
    assert day.loads()["a-2"] == load
    day.serve("ani")


def test_after_a_kill_all_screens_are_right_again_without_a_reload(day: Day) -> None:
    served, called = day.take_at_kiosk(), day.take_at_kiosk()
    day.press("ani", "call_next")
    day.press("ani", "start")
    day.press("budi", "call_next")
    on_phone = day.take_on_phone()
    day.all_see({"ani": (AT_COUNTER, [served, "serving"]), "budi": (AT_COUNTER, [called, "called"])})
    day.both_boards(LISTED, [served, called])
    loads, before = day.loads(), events(day.server.data, OFFICE)

    day.server.stop(signal.SIGKILL)
    day.at("kiosk", "service-paspor").tap()
    day.at("kiosk", "take").tap()  # somebody stands there just now: the wish is kept and sent when it can be
    told("the lost line is marked", day.all_see({
        "a-1": (MARKED, None), "a-2": (MARKED, None), "phone": ("() => seen.test('lost') !== ''", None),
        "ani": ("() => seen.test('line-down') !== ''", None), "budi": ("() => seen.test('line-down') !== ''", None),
    }))
    since = time.monotonic()
    day.server.start()
    print(f"started again in {time.monotonic() - since:.1f} s")

    told("right again, from the moment the server was ready", day.all_see({
        "ani": (AT_COUNTER, [served, "serving"]), "budi": (AT_COUNTER, [called, "called"]),
        "a-1": (LISTED_UNMARKED, [served, called]), "a-2": (LISTED_UNMARKED, [served, called]),
        "phone": ("label => seen.test('ticket-label') === label && seen.test('lost') === ''", on_phone),
        "kiosk": ("() => seen.test('ticket-label') !== ''", None),
    }))
    fresh = squeezed(day.at("kiosk", "ticket-label").inner_text())
    day.at("kiosk", "done").tap()
    # Not a still picture of before: what happens now is on every screen.
    day.all_see({"ani": (WAITS, fresh), "budi": (WAITS, fresh)})
    day.both_boards("label => seen.all('.card-next .number').includes(label)", fresh)
    day.press("ani", "finish")
    day.press("ani", "call_next")
    told("the next call, on every screen", day.all_see({
        "ani": (AT_COUNTER, [on_phone, "called"]), "phone": (CALLED, None),
        "a-1": (LISTED, [on_phone]), "a-2": (LISTED, [on_phone]),
        "kiosk": ("() => seen.text('[data-testid=service-paspor] .waiting').includes('1')", None),
    }))
    assert day.loads() == loads, "a screen was loaded anew"
    after = events(day.server.data, OFFICE)
    assert after[: len(before)] == before and chain.check(after) == []
    numbers = [n for n, in rows(day.server.data, "SELECT number FROM ticket WHERE service = 'paspor' ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1)), "the wish at the kiosk became one number"
    day.serve("ani")
    day.serve("budi")
    day.press("budi", "call_next")
    day.see("budi", AT_COUNTER, [fresh, "called"])
    day.serve("budi")
