"""A hall with boards: one of them speaks, what they report counts, and who does not come may come back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from backstage import apply, events, let_time_pass, rows, until, with_rules
from cast import Server, settle

from queue_server.client import Board, Officer, Refusal

BOTH_DATABASES = True  # the whole module; see conftest.py

#: Shorter than any office would have it, so that a no-show does not take a minute of the test.
RULES = {"recall_spacing_s": 5, "no_show_after_s": 5, "double_press_ms": 0}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, copied: Callable[..., Server]) -> Iterator[Server]:
    """One house for all these tests; each leaves its hall empty."""
    running = copied(tmp_path_factory.mktemp("hall") / "data").start()
    for office in ("rutan", "kanim"):
        apply(running.data, with_rules(office, **RULES))
    yield running
    running.stop()


@pytest.fixture
def ani(server: Server) -> Iterator[Officer]:
    """Ani alone at Loket 4, which serves two services that nobody else serves; she leaves nobody behind."""
    officer = server.officer("ani", "rutan", "4")
    yield officer
    for step, in rows(server.data, "SELECT id FROM step WHERE state IN ('waiting', 'called', 'parked')"):
        officer.press("cancel", step=step, reason="visitor_asked")
    officer.press("leave", becomes="finish")
    officer.close()


@pytest.fixture
def boards(server: Server) -> Iterator[list[Board]]:
    """A place to put boards in; they are switched off after the test."""
    found: list[Board] = []
    yield found
    for board in found:
        board.close()
    until(lambda: alive(server) == [], 60, "switching the boards off")


def alive(server: Server) -> list[Any]:
    fresh = int(time.time() * 1000) - 6_000
    return rows(server.data, "SELECT id FROM device WHERE kind = 'board' AND seen_at > ?", fresh)


def refused(work: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        work(*args, **more)  # type: ignore[operator]
    return no.value.code


def speaks(board: Board) -> Any:
    return bool(board.picture["speaker"])


def two_boards(
    server: Server, boards: list[Board], sounds: tuple[str, str] = ("running", "running")
) -> tuple[Board, Board]:
    """Both boards of the Kanim's hall A; returns (who speaks, the other)."""
    for key, sound in zip(("a-1", "a-2"), sounds, strict=True):
        boards.append(Board(server.base, "kanim", key, sound))
    one, two = boards
    until(lambda: one.picture and two.picture and speaks(one) != speaks(two), 60, "one voice")
    return (one, two) if speaks(one) else (two, one)


# --- the voice of a hall -------------------------------------------------------------------------


def test_of_two_boards_one_speaks_and_goes_on_speaking(server: Server, boards: list[Board]) -> None:
    voice, other = two_boards(server, boards)
    end = time.monotonic() + 3.5
    while time.monotonic() < end:
        assert speaks(voice) and not speaks(other)
        time.sleep(0.1)


def test_when_the_voice_is_switched_off_the_other_takes_over(server: Server, boards: list[Board]) -> None:
    voice, other = two_boards(server, boards)
    since = time.monotonic()
    voice.close()
    other.wait_for(lambda p: p["speaker"], 15)
    assert time.monotonic() - since < 5.0


def test_a_voice_that_falls_silent_on_a_dead_line_is_replaced_too(server: Server, boards: list[Board]) -> None:
    voice, other = two_boards(server, boards)
    since = time.monotonic()
    voice._open = False  # connected still, but it says nothing any more: a frozen TV
    other.wait_for(lambda p: p["speaker"], 15)
    assert time.monotonic() - since < 8.0


def test_a_board_whose_sound_is_blocked_gives_way_to_one_that_can_speak(server: Server, boards: list[Board]) -> None:
    voice, other = two_boards(server, boards)
    voice.sound = "blocked"
    other.wait_for(lambda p: p["speaker"], 10)
    voice.wait_for(lambda p: not p["speaker"], 10)
    # It can speak again: no reason to change the voice once more.
    voice.sound = "running"
    settle(3)
    assert speaks(other) and not speaks(voice)


def test_where_no_board_can_speak_one_holds_the_voice_all_the_same(server: Server, boards: list[Board]) -> None:
    voice, other = two_boards(server, boards, ("blocked", "blocked"))
    other.sound = "running"
    other.wait_for(lambda p: p["speaker"], 10)
    assert voice.wait_for(lambda p: not p["speaker"], 10)


def test_halls_of_one_office_have_a_voice_each(server: Server, boards: list[Board]) -> None:
    two_boards(server, boards)
    boards.append(server.board("b-1", "kanim"))
    boards[2].wait_for(lambda p: p["speaker"], 10)
    assert speaks(boards[0]) != speaks(boards[1])


# --- what boards reported ------------------------------------------------------------------------


def test_what_boards_reported_of_a_call_is_summed_up_in_the_log_once(
    server: Server, ani: Officer, boards: list[Board]
) -> None:
    boards += [server.board(), server.board()]
    one, two = boards
    until(lambda: speaks(one) != speaks(two), 60, "one voice")
    server.kiosk().take("informasi")
    call = ani.press("call_next")["call"]
    ani.wait_for(lambda p: p["current"] and p["current"]["spoken"] == 1)
    until(lambda: len(rows(server.data, "SELECT 1 FROM board_ack WHERE call_seq = ?", call)) == 2, 60, "both reports")
    assert summaries(server, call) == []
    let_time_pass(server.data, "UPDATE call SET at = at - 91000 WHERE seq = ?", call)
    body = json.loads(until(lambda: summaries(server, call), 60, "the summary")[0])
    assert (body["drawn"], body["spoken"]) == (2, 1)
    assert body["boards"] == sorted(board.hello["device"] for board in boards)
    assert 0 < body["first_at"] <= body["last_at"]
    settle(2.5)
    assert len(summaries(server, call)) == 1


def test_a_call_in_a_hall_without_boards_is_in_the_log_as_such(server: Server, ani: Officer) -> None:
    server.kiosk().take("informasi")
    call = ani.press("call_next")["call"]
    ani.press("start")
    let_time_pass(server.data, "UPDATE call SET at = at - 91000 WHERE seq = ?", call)
    body = json.loads(until(lambda: summaries(server, call), 25, "the summary")[0])
    assert (body["drawn"], body["spoken"], body["boards"], body["first_at"]) == (0, 0, [], None)


def summaries(server: Server, call: int) -> list[str]:
    found = [e.body for e in events(server.data, "rutan") if e.kind == "calls_summed"]
    return [body for body in found if json.loads(body)["call"] == call]


# --- who does not come ---------------------------------------------------------------------------


def seconds_pass(server: Server) -> None:
    """The calls under way become six seconds older, without waiting for it."""
    let_time_pass(server.data, "UPDATE call SET at = at - 6000 WHERE state = 'calling'")


def called_in_vain(ani: Officer) -> dict[str, Any]:
    """Calls the next, and once more when that may be; both calls are drawn and spoken. Returns the picture."""
    ani.press("call_next")
    ani.wait_for(lambda p: p["current"] and p["current"]["spoken"] == 1)
    assert refused(ani.press, "no_show") == "no_show_calls_then"
    settle(5.1)
    assert refused(ani.press, "no_show") == "no_show_calls_then"
    assert ani.press("recall")["count"] == 2
    return ani.wait_for(lambda p: p["current"] and p["current"]["spoken"] == 2)


def test_a_no_show_needs_two_calls_that_were_drawn_and_spoken(
    server: Server, ani: Officer, boards: list[Board]
) -> None:
    boards.append(server.board())
    boards[0].wait_for(lambda p: p["speaker"])
    label = server.kiosk().take("informasi")["label"]
    seen = called_in_vain(ani)["current"]
    assert seen["no_show"]["allowed"] and seen["no_show"]["at"] > seen["called_at"]
    assert refused(ani.press, "no_show") == "no_show_too_soon"
    settle(5.1)
    ani.press("no_show")
    assert ani.wait_for(lambda p: p["missed"])["missed"][-1]["label"] == label
    told = json.loads([e.body for e in events(server.data, "rutan") if e.kind == "no_show"][-1])
    assert told["calls_acknowledged"] == 2 and "reason" not in told


def test_calls_that_no_board_could_speak_do_not_make_a_no_show(
    server: Server, ani: Officer, boards: list[Board]
) -> None:
    boards.append(Board(server.base, "rutan", "tv-tunggu", "blocked"))
    server.kiosk().take("informasi")
    ani.press("call_next")
    ani.wait_for(lambda p: p["current"] and p["current"]["drawn"] == 1)
    ani.wait_for(lambda p: [a["code"] for a in p["alerts"]] == ["no_sound"])
    seconds_pass(server)
    ani.press("recall")
    ani.wait_for(lambda p: p["current"]["drawn"] == 2)
    seconds_pass(server)
    assert refused(ani.press, "no_show", reason="called_aloud") == "no_show_calls"


def test_without_any_board_a_no_show_needs_a_reason_from_the_list(server: Server, ani: Officer) -> None:
    server.kiosk().take("informasi")
    ani.press("call_next")
    ani.wait_for(lambda p: [a["code"] for a in p["alerts"]] == ["no_board"])
    assert refused(ani.press, "no_show", reason="called_aloud") == "no_show_too_soon"
    seconds_pass(server)
    assert refused(ani.press, "no_show") == "reason_needed_no_board"
    assert refused(ani.press, "no_show", reason="lunch") == "reason_needed_no_board"
    ani.press("no_show", reason="called_aloud")
    told = json.loads([e.body for e in events(server.data, "rutan") if e.kind == "no_show"][-1])
    assert told["without_board"] is True and told["reason"] == "called_aloud" and told["calls_acknowledged"] == 0


def missed(server: Server, ani: Officer) -> tuple[str, int]:
    """Somebody took a number and did not come; (label, step)."""
    ticket = server.kiosk().take("informasi")
    ani.press("call_next")
    seconds_pass(server)
    ani.press("no_show", reason="called_aloud")
    return ticket["label"], ticket["step"]


def serve(ani: Officer) -> str:
    label: str = ani.press("call_next")["label"]
    ani.press("start")
    ani.press("finish")
    return label


def test_who_missed_the_call_comes_back_at_the_promised_place(server: Server, ani: Officer) -> None:
    late, step = missed(server, ani)
    labels = [server.kiosk().take("informasi")["label"] for _ in range(5)]
    assert ani.press("bring_back", step=step)["return_after"] == 3
    shown = ani.wait_for(lambda p: p["waiting"]["total"] == 6)["waiting"]["rows"]
    promised = [*labels[:3], late, *labels[3:]]
    assert [row["label"] for row in shown] == promised
    assert shown[3]["returning"] and not shown[0]["returning"]
    assert [serve(ani) for _ in promised] == promised


def test_after_the_time_of_grace_nobody_comes_back(server: Server, ani: Officer) -> None:
    label, step = missed(server, ani)
    picture = ani.wait_for(lambda p: any(row["label"] == label for row in p["missed"]))
    row = next(row for row in picture["missed"] if row["label"] == label)
    assert 3_590_000 < row["until"] - picture["at"] <= 3_600_000
    let_time_pass(server.data, "UPDATE step SET ended_at = ended_at - 3601000 WHERE id = ?", step)
    assert refused(ani.press, "bring_back", step=step) == "grace_over"
    ani.wait_for(lambda p: all(row["label"] != label for row in p["missed"]))
