"""The clock of the server is set back or forward in the middle of the day: nobody waits until it is right again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from backstage import apply, rows, until, with_rules
from cast import Server, copy_of
from small_house import KEY, house, session

from bench.shims import BadDay
from queue_server.client import Officer
from queue_server.commands import visitor
from queue_server.domain.office import TIME_ZONES
from queue_server.moment import wall_ms
from queue_server.store import upkeep

HOUR_S = 3600
RULES = {"recall_spacing_s": 5, "no_show_after_s": 5, "no_show_calls": 1, "double_press_ms": 0}


def not_just_after_midnight() -> str:
    """Where it was the same day an hour ago: what happened tomorrow is on no screen."""
    zones = ("WIB", "WIT")
    return next(zone for zone in zones if datetime.now(ZoneInfo(TIME_ZONES[zone])).hour >= 2)


@dataclass
class House:
    server: Server
    clock: BadDay
    officer: Officer


@pytest.fixture(scope="module")
def running(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("clock")
    bad = BadDay(folder / "page", folder)
    server = copy_of(demo, folder / "data")
    server.environment = bad.environment()
    server.start()
    try:
        apply(server.data, replace(with_rules("rutan", **RULES), time_zone=not_just_after_midnight()))
        officer = server.officer("ani", "rutan", "4")
        yield House(server, bad, officer)
        officer.close()
    finally:
        server.stop()
        bad.close()


@pytest.fixture
def wrong(running: House) -> Iterator[House]:
    """The clock is right again after each test."""
    yield running
    running.clock.clock_off(0)
    for step, in rows(running.server.data, "SELECT id FROM step WHERE state IN ('waiting', 'called')"):
        running.officer.press("cancel", step=step, reason="visitor_asked")


def test_a_visitor_is_called_again_although_the_clock_went_back(wrong: House) -> None:
    wrong.server.kiosk().take("informasi")
    wrong.officer.press("call_next")
    wrong.clock.clock_off(-HOUR_S)
    assert wrong.officer.press("recall")["count"] == 2
    current = wrong.officer.wait_for(lambda p: p["current"] and p["current"]["calls"] == 2)
    assert current["current"]["next_recall_at"] <= current["at"] + RULES["recall_spacing_s"] * 1000


def test_a_visitor_who_does_not_come_need_not_be_awaited_for_an_hour(wrong: House) -> None:
    wrong.server.kiosk().take("informasi")
    wrong.officer.press("call_next")
    wrong.clock.clock_off(-HOUR_S)
    shown = wrong.officer.wait_for(lambda p: p["current"] and p["at"] < wall_ms() - HOUR_S * 500)["current"]
    assert shown["next_recall_at"] == shown["no_show"]["at"] == 0
    wrong.officer.press("no_show", reason="called_aloud")


def test_a_board_that_lives_is_seen_after_the_clock_went_back(wrong: House) -> None:
    board = wrong.server.board()
    seen = "SELECT max(seen_at) FROM device WHERE kind = 'board'"
    until(lambda: (rows(wrong.server.data, seen)[0][0] or 0) > wall_ms() - 5_000, 60, "the board's first sign")
    wrong.clock.clock_off(-HOUR_S)
    until(lambda: rows(wrong.server.data, seen)[0][0] < wall_ms() - HOUR_S * 900, 6, "a sign by the new clock")
    board.close()


def test_whoever_is_at_work_stays_signed_in_whatever_the_clock_says(wrong: House) -> None:
    """A session ends after an hour without use, and after twelve: hours that passed, not that a clock says."""
    for hours in (2, -2, 25):
        wrong.clock.clock_off(hours * HOUR_S)
        label = wrong.server.kiosk().take("informasi")["label"]
        assert wrong.officer.press("call_next")["label"] == label
        wrong.officer.press("start")
        wrong.officer.press("finish")


def test_a_press_is_known_although_the_clock_was_a_day_ahead_for_a_moment(wrong: House) -> None:
    kiosk = wrong.server.kiosk()
    first = kiosk.take("informasi", key="a-press-that-was-not-answered")
    wrong.clock.clock_off(25 * HOUR_S)
    time.sleep(5)  # the clockwork looks every two seconds what is old
    wrong.clock.clock_off(0)
    assert kiosk.take("informasi", key="a-press-that-was-not-answered")["label"] == first["label"]


def test_a_paper_that_nobody_answered_for_is_noticed_although_the_clock_went_back(tmp_path: Path) -> None:
    found = house(tmp_path / "data", 0)
    with session(found) as opened:
        opened.press(KEY, "issue", visitor.issue, service="umum", channel="door", paper="escpos")
        now = wall_ms()
        with opened.database.read() as c:
            assert upkeep.papers_due(c, now - 12_000, now - 40_000, now) == []
        before = now - HOUR_S * 1000
        with opened.database.read() as c:
            (office, _secret, state), = upkeep.papers_due(c, before - 12_000, before - 40_000, before)
    assert (office, state) == (KEY, "unknown")
