"""Reservations by their rules: sessions, places, who may, checking in, codes, signals, calendar file, registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from any_office import example
from hypothesis import given
from hypothesis import strategies as st

from queue_server.custody_file import CsvSource
from queue_server.domain import calendar_file, hours
from queue_server.domain import reservation as rules
from queue_server.domain.custody import Inmate, SourceError, checked
from queue_server.domain.errors import Refused
from queue_server.domain.office import Booking, Holiday, Session, Span
from queue_server.domain.reservation import ONLINE, PRIORITY, Made, Party, State
from queue_server.screens import alerts
from queue_server.screens.pages import words_of

RUTAN = example("rutan")
VISIT = RUTAN.service("kunjungan")
BOOKING = VISIT.booking or Booking()
MONDAY, TUESDAY, FRIDAY = "2026-11-23", "2026-11-24", "2026-11-27"
MINUTE = 60_000


def at(text: str) -> int:
    """UTC ms of "2026-11-23 08:00" on the office's wall."""
    day, clock = text.split(" ")
    hour, minute = clock.split(":")
    return hours.instant(RUTAN, day, int(hour) * 60 + int(minute))


def session(key: str, day: str = MONDAY) -> Session:
    return rules.session_of(RUTAN, VISIT, day, key)


# --- sessions and places -------------------------------------------------------------------------


def test_sessions_are_held_on_their_weekdays_while_the_service_is_open() -> None:
    assert [s.key for s in rules.sessions_of(RUTAN, VISIT, MONDAY)] == ["pagi-1", "pagi-2", "siang"]
    assert rules.sessions_of(RUTAN, VISIT, FRIDAY) == ()
    closed = replace(RUTAN, holidays=(Holiday(MONDAY, "Libur"),))
    assert rules.sessions_of(closed, VISIT, MONDAY) == ()
    with pytest.raises(Refused, match="no_such_session"):
        rules.session_of(RUTAN, VISIT, FRIDAY, "siang")


def test_a_session_that_reaches_into_the_break_is_not_held() -> None:
    late = replace(VISIT, sessions=(replace(VISIT.sessions[1], time=Span(570, 690)),))
    assert rules.sessions_of(RUTAN, late, MONDAY) == ()


@given(st.sets(st.integers(1, 12)), st.integers(0, 12))
def test_the_lowest_free_place_is_given_and_never_one_that_somebody_holds(taken: set[int], most: int) -> None:
    place = rules.free_place(taken, most)
    if place is None:
        assert set(range(1, most + 1)) <= taken
    else:
        assert 1 <= place <= most and place not in taken and set(range(1, place)) <= taken


@pytest.mark.parametrize(("day", "when", "code"), [
    (MONDAY, "2026-11-22 19:59", ""),
    (MONDAY, "2026-11-22 20:00", "session_closed"),      # twelve hours before 08:00
    (MONDAY, "2026-11-16 00:00", ""),                    # a week before
    (MONDAY, "2026-11-15 23:59", "session_not_yet"),
])
def test_places_are_reserved_within_the_window(day: str, when: str, code: str) -> None:
    assert rules.closed_since(RUTAN, BOOKING, day, session("pagi-1"), at(when)) == code


# --- numbers at the office ------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "held", "door", "priority"), [
    ("2026-11-23 07:40", {ONLINE: 20}, 8, 5),                    # before the session: its own walk-ins
    ("2026-11-23 08:14", {ONLINE: 20, PRIORITY: 2}, 8, 3),       # reserved places with priority are not given
    ("2026-11-23 08:15", {ONLINE: 20, PRIORITY: 2}, 18, 3),      # the tolerance is over: ten that nobody holds
    ("2026-11-23 08:15", {ONLINE: 30}, 8, 5),
    ("2026-11-23 09:30", {}, 7, 5),                              # the next session
    ("2026-11-23 12:00", {}, 15, 10),                            # the break belongs to the afternoon
])
def test_what_is_left_for_those_without_a_reservation(
    when: str, held: dict[str, int], door: int, priority: int,
) -> None:
    quota = rules.quota_now(RUTAN, VISIT, at(when), held)
    assert quota is not None and (quota.per, quota.door, quota.priority) == ("session", door, priority)


def test_places_are_not_released_where_the_office_says_so() -> None:
    strict = replace(VISIT, booking=replace(BOOKING, release=False))
    quota = rules.quota_now(RUTAN, strict, at("2026-11-23 08:30"), {})
    assert quota is not None and quota.door == 8


def test_after_the_last_session_the_services_own_quota_holds() -> None:
    assert rules.quota_now(RUTAN, VISIT, at("2026-11-23 14:00"), {}) is None


def test_numbers_count_from_the_end_of_the_session_before() -> None:
    assert rules.counted_from(RUTAN, VISIT, at("2026-11-23 10:00")) == at("2026-11-23 09:30")
    assert rules.counted_from(RUTAN, VISIT, at("2026-11-23 08:00")) == at("2026-11-23 00:00")


def decided(channel: str, priority: bool, when: str, issued: hours.IssuedToday) -> str:
    found = hours.may_issue(RUTAN, VISIT, channel, priority, at(when), issued)
    return found.code or "yes"


def test_the_quota_of_the_session_decides_at_the_door() -> None:
    when = "2026-11-23 08:05"
    quota = rules.quota_now(RUTAN, VISIT, at(when), {PRIORITY: 4})
    some = hours.IssuedToday({}, {("door", False): 7, ("door", True): 1}, quota)
    full = hours.IssuedToday({}, {("door", False): 7, ("staff", False): 1, ("door", True): 1}, quota)
    assert decided("door", False, when, some) == "yes"
    assert decided("door", False, when, full) == decided("staff", False, when, full) == "quota_full"
    assert decided("door", True, when, full) == "quota_full"
    assert decided("online", False, when, some) == "reserve_first"


@pytest.mark.parametrize(("when", "opens"), [
    ("2026-11-23 08:05", "2026-11-23 09:30"),    # the same opening period, the next session
    ("2026-11-23 09:40", "2026-11-23 13:00"),    # the next session is after the break
    ("2026-11-23 13:05", None),
])
def test_a_full_session_tells_when_the_next_ones_numbers_begin(when: str, opens: str | None) -> None:
    assert rules.reopens(RUTAN, VISIT, at(when)) == (None if opens is None else at(opens))
    full = hours.IssuedToday({}, {("door", False): 99}, rules.quota_now(RUTAN, VISIT, at(when), {}),
                             rules.reopens(RUTAN, VISIT, at(when)))
    told = hours.may_issue(RUTAN, VISIT, "door", False, at(when), full)
    assert told.code == "quota_full" and (opens is None or told.next_opening == at(opens))


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "own", "day", "may"), [
    ("tahanan", (), TUESDAY, True), ("tahanan", (), MONDAY, False),
    ("narapidana", (), MONDAY, True), ("narapidana", (), TUESDAY, False),
    ("tahanan", ("monday",), MONDAY, True), ("tahanan", ("monday",), TUESDAY, False),
])
def test_each_status_has_its_days_and_a_person_may_have_their_own(
    status: str, own: tuple[str, ...], day: str, may: bool,
) -> None:
    assert rules.visited_on(BOOKING, status, own, day) is may


@pytest.mark.parametrize(("party", "code"), [
    (Party(1, 2, 2), ""), (Party(1), ""), (Party(1, 2, 3), "party_size"), (Party(), "party_size"),
    (Party(children=2), "party_adult"), (Party(-1, 2), "party_size"),
])
def test_one_and_four_may_come_and_an_adult_among_them(party: Party, code: str) -> None:
    if code:
        with pytest.raises(Refused, match=code):
            rules.check_party(BOOKING, party)
    else:
        assert rules.check_party(BOOKING, party) == party.people


@pytest.mark.parametrize(("typed", "read"), [
    ("3171 0123 0190 0001", "3171012301900001"), ("3171016301900001", "3171016301900001"),  # a woman born on the 23rd
    ("3171013201900001", ""), ("3171012313900001", ""), ("317101230190000", ""), ("31710123019000011", ""),
    ("a1234567", "A1234567"), ("X-123456", "X123456"), ("", ""), ("A", ""), ("３171012301900001", ""),
])
def test_a_nik_or_passport_number_is_read_as_it_is_written(typed: str, read: str) -> None:
    assert rules.identity(typed) == read


def test_the_same_person_has_one_hash_in_an_office_and_another_elsewhere() -> None:
    key = b"k" * 32
    one = rules.person_digest(key, "rutan", "3171012301900001")
    assert one == rules.person_digest(key, "rutan", "3171012301900001") and "3171" not in one
    assert one != rules.person_digest(key, "kanim", "3171012301900001")
    assert one != rules.person_digest(b"l" * 32, "rutan", "3171012301900001")


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert rules.week_of("2026-11-29") == rules.week_of("2026-11-23") == ("2026-11-23", "2026-11-29")


# --- checking in ----------------------------------------------------------------------------------


def problem(when: str, state: str = State.BOOKED, day: str = MONDAY) -> Refused | None:
    starts = rules.begins(RUTAN, day, session("pagi-2", day))
    return rules.check_in_problem(RUTAN, BOOKING, day, starts, starts + 15 * MINUTE, state, at(when))


@pytest.mark.parametrize(("when", "state", "code"), [
    ("2026-11-23 08:59", State.BOOKED, "too_early"),
    ("2026-11-23 09:00", State.BOOKED, ""),
    ("2026-11-23 09:44", State.BOOKED, ""),
    ("2026-11-23 09:45", State.BOOKED, "too_late"),
    ("2026-11-23 09:20", State.EXPIRED, "too_late"),
    ("2026-11-22 09:30", State.BOOKED, "wrong_day"),
    ("2026-11-24 09:30", State.BOOKED, "day_over"),
    ("2026-11-23 09:30", State.CHECKED_IN, "used"),
    ("2026-11-24 09:30", State.CHECKED_IN, "used"),
    ("2026-11-23 09:30", State.CANCELLED, "reservation_cancelled"),
])
def test_check_in_is_answered_by_the_clock_and_what_became_of_it(when: str, state: str, code: str) -> None:
    found = problem(when, state)
    assert (found.code if found else "") == code


def test_who_comes_too_early_is_told_when() -> None:
    found = problem("2026-11-23 08:40")
    assert found is not None and found.facts == {
        "date": MONDAY, "time": "09:30", "opens": "09:00", "minutes": 20}


# --- the code -------------------------------------------------------------------------------------


@given(st.text(min_size=16, max_size=30))
def test_a_code_is_read_however_it_was_written_down(secret: str) -> None:
    code = rules.code(secret)
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert rules.read_code(typed) == code and len(code) == 9


@pytest.mark.parametrize("typed", ["", "K7QF", "K7QF-2M9!", "U" * 8, "K" * 9, "http://x/r/abcdefgh"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert rules.read_code(typed) == ""


# --- signals --------------------------------------------------------------------------------------


def made(number: int, device: str, person: str, minute: int, cancelled: int | None = None) -> Made:
    gone = None if cancelled is None else cancelled * 1000
    return Made(number, device, person, ("kunjungan", MONDAY, "pagi-1"), minute * MINUTE, gone)


def test_many_reservations_of_one_phone_are_shown() -> None:
    rows = [made(n, "d1", f"p{n}", n) for n in range(1, 5)] + [made(9, "d2", "p9", 1)]
    [found] = rules.signals(BOOKING, rows)
    assert (found.code, found.n, found.people, found.numbers) == ("many", 4, 4, (1, 2, 3, 4))
    assert rules.signals(BOOKING, rows[1:]) == []
    old = [replace(rows[0], made_at=-8 * rules.DAY_MS), *rows[1:]]
    assert rules.signals(BOOKING, old) == []


def test_a_place_given_back_and_taken_again_within_seconds_is_shown() -> None:
    gone = made(1, "d1", "p1", 1, cancelled=600)
    [found] = rules.signals(BOOKING, [gone, made(2, "d1", "p2", 11)])
    assert (found.code, found.seconds, found.same) == ("retaken", 60, True)
    assert (found.days, found.at) == ((MONDAY, MONDAY), 11 * MINUTE)
    assert rules.signals(BOOKING, [gone, made(2, "d1", "p2", 12)]) == []
    [other] = rules.signals(BOOKING, [gone, made(2, "d2", "p2", 10)])
    assert (other.seconds, other.same) == (0, False)


def test_fresh_signals_are_a_hint_on_today_and_old_ones_are_not() -> None:
    assert alerts.brokers([1], rules.DAY_MS) == [{"code": "brokers", "facts": {"n": 1}}]
    assert alerts.brokers([1], rules.DAY_MS + 1) == alerts.brokers([], 0) == []


# --- the calendar file ----------------------------------------------------------------------------


def test_the_calendar_file_is_read_back_by_its_rules() -> None:
    entry = calendar_file.Entry(
        "u@rutan", 2, at("2026-11-23 08:00"), at("2026-11-23 09:30"), at("2026-11-20 10:00"),
        "Kunjungan; Rutan, \u00e9" * 6, "Rutan", "Kode: K7QF-2M9X\nhttps://a/r/b")
    data = calendar_file.write(entry)
    lines = data.split(b"\r\n")
    assert lines.pop() == b"" and all(len(line) <= 75 for line in lines)
    whole = data.replace(b"\r\n ", b"").decode().split("\r\n")
    values = dict(line.split(":", 1) for line in whole if line)
    assert values["DTSTART"] == "20261123T010000Z" and values["DTEND"] == "20261123T023000Z"
    assert values["SUMMARY"] == "Kunjungan\\; Rutan\\, \u00e9" * 6 and values["SEQUENCE"] == "2"
    assert (values["UID"], values["STATUS"]) == ("u@rutan", "CONFIRMED")
    assert values["DTSTAMP"] == "20261120T030000Z"


# --- the registry ---------------------------------------------------------------------------------


def test_a_registry_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "wbp.csv"
    rows = ("Register;Status;Block;Days;may_visit;hidden", "b 1;Tahanan;A;senin, rabu;;", "B2;narapidana;;;tidak;ya")
    file.write_text("\n".join(rows))
    assert checked(CsvSource(file)) == [
        Inmate("B1", "tahanan", "A", ("monday", "wednesday")), Inmate("B2", "narapidana", "", (), False, True)]


@pytest.mark.parametrize(("text", "said"), [
    ("register\nB1\n", "no column status"),
    ("register,status,name\nB1,tahanan,X\n", "not taken: name"),
    ("register,status\nB1,bebas\n", "line 2: status"),
    ("register,status\nB1,tahanan\nb1,tahanan\n", "stands there twice"),
    ("register,status\n,tahanan\n", "is empty"),
    ("register,status,days\nB1,tahanan,libur\n", "is no day"),
    ("register,status,may_visit\nB1,tahanan,mungkin\n", "write ya or tidak"),
    ("register,status\nB1,tahanan,x\n", "more values"),
    ("register,status\n", "nobody"),
])
def test_a_wrong_registry_says_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wbp.csv"
    file.write_text(text)
    with pytest.raises(SourceError, match=said):
        checked(CsvSource(file))


def test_the_phone_has_words_for_every_state_and_refusal() -> None:
    words: dict[str, Any] = words_of("book")["id"]
    assert [s for s in State if f"state.{s}" not in words] == []
    staff = words_of("reservations")["id"]
    assert [s for s in State if f"state.{s}" not in staff] == []
