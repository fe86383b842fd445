"""What screens are told, from snapshots made by hand: nothing runs but the pictures themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from backstage import ROOT

from queue_server.domain.office import Office
from queue_server.office_file import read
from queue_server.screens import counter, display, kiosk, supervisor
from queue_server.snapshot import Line, Row, Snapshot
from queue_server.store.glance import Today
from queue_server.store.people import Device, Seat

#: Monday, 23 November 2026, 09:00 in Jakarta: the Rutan is open.
MORNING = int(datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp() * 1000)
NIGHT = MORNING + 14 * 3_600_000


def rutan() -> Office:
    """The example office with its real hours; the demo's own is open day and night."""
    return read((ROOT / "offices" / "rutan.toml").read_text(encoding="utf-8"), "rutan.toml")


def snapshot(at: int = MORNING, **changes: Any) -> Snapshot:
    empty: dict[str, Any] = {
        "office_id": 1, "office": rutan(), "seq": 1, "at": at, "tick": 0, "day": "2026-11-23", "lines": {},
        "active": (), "parked": (), "missed": (), "issuing": (), "calls": (), "seats": {}, "pauses": {}, "issued": {},
        "speakers": {}, "devices": (),
    }
    return Snapshot(**{**empty, **changes})


def at_office_only(at: int) -> Snapshot:
    return snapshot(at, office=replace(rutan(), remote_numbers=False))


@pytest.mark.parametrize(("at", "code"), [(MORNING, "remote_off"), (NIGHT, "closed")])
def test_a_phone_is_sent_to_the_office_only_while_it_gives_numbers(at: int, code: str) -> None:
    services = kiosk.picture(at_office_only(at), "online")["services"]
    assert {service["may"]["code"] for service in services} == {code}


def test_a_closed_office_tells_phones_when_it_opens() -> None:
    picture = kiosk.picture(at_office_only(NIGHT), "online")
    assert picture["next_opening"] is not None
    assert all(service["may"]["next_opening"] for service in picture["services"])


# --- what the supervisor is told of screens -----------------------------------------------------

MINUTE = 60_000
HALL = "tunggu"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> int:
    """The server began an hour ago."""
    at = MORNING - 60 * MINUTE
    monkeypatch.setattr(supervisor, "STARTED_AT", at)
    return at


def board(paired_at: int, seen_at: int) -> Device:
    return Device(1, 1, "board", f"{HALL}/tv-tunggu", "TV", "paired", "", seen_at, "running", paired_at)


def told(s: Snapshot) -> tuple[str, list[str]]:
    """The life of the first device, and what is said of its hall."""
    picture = supervisor.picture(s, Today({}, {}), frozenset())
    name = next(hall.name for hall in s.office.halls if hall.key == HALL)
    codes = [alert["code"] for alert in picture["alerts"] if alert["facts"].get("name") == name]
    return picture["boards"][0]["life"] if picture["boards"] else "", codes


@pytest.mark.parametrize(("paired_ago", "seen_ago", "life", "codes"), [
    (3_000, None, "connecting", []),
    (30_000, None, "unseen", ["board_unseen"]),
    (9_000 * MINUTE, 1_600 * MINUTE, "unseen", ["board_unseen"]),   # seen last more than a day before it began
    (90 * MINUTE, 80 * MINUTE, "gone", ["no_board"]),               # was on, and did not come back with the server
    (70 * MINUTE, 80 * MINUTE, "unseen", ["board_unseen"]),         # paired anew since it was on
    (90 * MINUTE, 5 * MINUTE, "gone", ["no_board"]),
    (90 * MINUTE, 1_000, "alive", []),
])
def test_a_board_is_an_alarm_only_when_it_was_on_and_went_away(
    started: int, paired_ago: int, seen_ago: int | None, life: str, codes: list[str]
) -> None:
    seen_at = 0 if seen_ago is None else MORNING - seen_ago
    assert told(snapshot(devices=(board(MORNING - paired_ago, seen_at),))) == (life, codes)


def test_a_board_that_is_switched_off_for_the_night_is_no_alarm(started: int) -> None:
    assert told(snapshot(NIGHT, devices=(board(started, MORNING),))) == ("off", [])


def test_a_hall_whose_board_was_never_opened_gets_a_hint_with_its_address(started: int) -> None:
    assert told(snapshot()) == ("", ["board_unseen"])
    hints = supervisor.picture(snapshot(), Today({}, {}), frozenset())["alerts"]
    assert "/display/rutan/tv-tunggu" in [hint["facts"]["address"] for hint in hints]


@pytest.mark.parametrize(("began_ago", "expected"), [
    (3_000, ("connecting", [])), (119_000, ("connecting", [])), (121_000, ("gone", ["no_board"]))])
def test_boards_have_two_minutes_to_come_back_when_the_server_begins(
    monkeypatch: pytest.MonkeyPatch, began_ago: int, expected: tuple[str, list[str]]
) -> None:
    monkeypatch.setattr(supervisor, "STARTED_AT", MORNING - began_ago)
    assert told(snapshot(devices=(board(MORNING - 9_000 * MINUTE, MORNING - 900 * MINUTE),))) == expected


# --- numbers that wait for their paper ----------------------------------------------------------


def row(state: str, **changes: Any) -> Row:
    empty: dict[str, Any] = {
        name: "" if kind == "str" else None if "None" in kind else 0
        for name, kind in Row.__annotations__.items()}
    return Row(**{**empty, "service": "kunjungan", "state": state, "prefix": "A", **changes})


def printing(number: int, for_ms: int) -> Row:
    return row("issuing", number=number, since_tick=100_000 - for_ms)


def test_a_number_is_said_to_wait_for_its_paper_when_the_paper_is_late() -> None:
    s = snapshot(tick=100_000, issuing=(printing(17, 1_500), printing(16, 9_000)))
    assert counter.picture(s, 1)["issuing"] == ["A\u2009016"]
    alerts = supervisor.picture(s, Today({}, {}), frozenset())["alerts"]
    assert {"code": "paper_waiting", "facts": {"n": 1, "labels": "A\u2009016"}} in alerts


# --- who waits, and who has not come yet --------------------------------------------------------


def test_numbers_whose_holders_have_not_come_are_told_apart_and_do_not_wait() -> None:
    tick = 100 * MINUTE
    # Taken first on a phone, an hour ago; its holder came two minutes ago. The other one waits ten minutes.
    came = row("waiting", number=1, channel="online", queued_tick=40 * MINUTE, since_tick=40 * MINUTE,
               remote_ms=58 * MINUTE, arrived_at=MORNING - 2 * MINUTE)
    here = row("waiting", number=2, queued_tick=90 * MINUTE, since_tick=90 * MINUTE, arrived_at=MORNING - 10 * MINUTE)
    away = tuple(row("waiting", number=n, channel="online", queued_tick=10 * MINUTE) for n in (3, 4, 5))
    line = Line(5, ((came, {}), (here, {})), away)
    s = snapshot(tick=tick, lines={"kunjungan": line})
    told = supervisor.picture(s, Today({}, {}), frozenset())["services"][0]
    assert (told["waiting"], told["not_arrived"]) == (2, 3)
    assert (told["oldest_label"], told["longest_since"]) == ("A\u2009002", MORNING - 10 * MINUTE)


# --- what a board says of a service that nobody is served at -------------------------------------


def seat(counter: str, state: str = "open", person: int | None = 1) -> Seat:
    return Seat(counter, person, state, "", 0, 1, 0, "Ani")


@pytest.mark.parametrize(("seats", "active", "word"), [
    ((), (), "nobody"),
    ((seat("4", person=None),), (), "nobody"),
    ((seat("3"),), (), "nobody"),                                                        # serves something else
    ((seat("4", "paused"),), (), "paused"),
    ((seat("4"),), (), "ready"),
    ((seat("4"),), (row("serving", service="informasi", counter="4"),), "busy"),
    ((seat("4"),), (row("called", service="pengaduan", counter="4"),), "serving"),
])
def test_a_board_knows_whether_an_officer_is_there(
    seats: tuple[Seat, ...], active: tuple[Row, ...], word: str
) -> None:
    s = snapshot(seats={seat.counter: seat for seat in seats}, active=active)
    services = display.picture(s, "tunggu/tv-tunggu", 1)["services"]
    assert {service["key"]: service["staffing"] for service in services}["pengaduan"] == word


def test_of_two_counters_the_better_news_is_said() -> None:
    s = snapshot(seats={"1": seat("1", "paused"), "2": seat("2")})
    services = display.picture(s, "tunggu/tv-tunggu", 1)["services"]
    assert {service["key"]: service["staffing"] for service in services}["kunjungan"] == "ready"
