"""May a number be issued now? The demo offices by sentence, any office against the oracle."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import hours_oracle
import pytest
from any_office import DAYS, example, opening_offices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain import hours
from queue_server.domain.hours import IssuedToday, may_issue
from queue_server.domain.numbering import Range, fates, next_number, ranges
from queue_server.domain.office import CHANNELS, Holiday, Office, Override, Quota, Span, Week

WIB = timezone(timedelta(hours=7))
NOTHING = IssuedToday()
# 2026-11-23 is a Monday, 2026-11-27 a Friday.


def at(text: str) -> int:
    """"2026-11-23 08:00" on the wall of an office in WIB, as UTC milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=WIB).timestamp() * 1000)


def decision(office: Office, service: str, when: str, **more: object) -> hours.Decision:
    asked: dict = {"channel": "door", "priority": False, "issued": NOTHING, "paused": None, **more}
    return may_issue(office, office.service(service), at_utc_ms=at(when), **asked)


def verdict(office: Office, service: str, when: str, **more: object) -> str:
    told = decision(office, service, when, **more)
    return "yes" if told.allowed else told.code


def opens(office: Office, service: str, when: str, **more: object) -> str | None:
    found = decision(office, service, when, **more).next_opening
    return None if found is None else f"{datetime.fromtimestamp(found / 1000, WIB):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("when, expected, next_time", [
    ("2026-11-23 07:59", "before_opening", "2026-11-23 08:00"),
    ("2026-11-23 08:00", "yes", None),
    ("2026-11-23 10:29", "yes", None),
    ("2026-11-23 10:30", "after_cutoff", "2026-11-23 13:00"),
    ("2026-11-23 11:00", "break", "2026-11-23 13:00"),
    ("2026-11-23 13:00", "yes", None),
    ("2026-11-23 13:30", "after_cutoff", "2026-11-24 08:00"),
    ("2026-11-23 14:00", "closed", "2026-11-24 08:00"),
    ("2026-11-27 08:15", "before_opening", "2026-11-27 08:30"),
    ("2026-11-27 13:00", "closed", "2026-11-28 08:30"),
    ("2026-11-29 09:00", "closed_today", "2026-11-30 08:00"),
    ("2026-12-25 09:00", "holiday", "2026-12-26 08:30"),
])
def test_a_day_at_the_rutan(when: str, expected: str, next_time: str | None) -> None:
    assert verdict(example("rutan"), "kunjungan", when) == expected
    assert opens(example("rutan"), "kunjungan", when) == next_time


@pytest.mark.parametrize("service, when, expected, next_time", [
    ("paspor", "2026-11-23 07:29", "before_opening", "2026-11-23 07:30"),
    ("paspor", "2026-11-23 07:30", "yes", None),  # the kiosk opens before the counters
    ("paspor", "2026-11-23 11:30", "after_cutoff", "2026-11-23 13:00"),
    ("paspor", "2026-11-23 14:59", "yes", None),
    ("paspor", "2026-11-23 15:00", "after_cutoff", "2026-11-24 07:30"),
    ("paspor", "2026-11-23 16:00", "closed", "2026-11-24 07:30"),  # the four o'clock case: nobody is an exception
    ("paspor", "2026-11-27 11:45", "break", "2026-11-27 13:00"),  # Friday's break is earlier
    ("percepatan", "2026-11-23 11:29", "yes", None),
    ("percepatan", "2026-11-23 11:30", "closed", "2026-11-24 07:30"),
    ("pengambilan", "2026-11-23 08:00", "before_opening", "2026-11-23 13:00"),  # not from 07:30
    ("pengambilan", "2026-11-23 15:00", "after_cutoff", "2026-11-24 13:00"),
    ("paspor", "2026-12-24 09:00", "holiday", "2026-12-28 07:30"),  # two holidays and a weekend
    ("paspor", "2027-02-08 12:15", "break", "2027-02-08 12:30"),  # Ramadan, for the whole office
    ("paspor", "2027-02-08 14:00", "after_cutoff", "2027-02-09 07:30"),
    ("pengambilan", "2027-02-08 14:29", "yes", None),  # its own hours within those of Ramadan
    ("pengambilan", "2027-02-08 14:30", "after_cutoff", "2027-02-09 13:00"),
])
def test_a_day_at_the_kanim(service: str, when: str, expected: str, next_time: str | None) -> None:
    assert verdict(example("kanim"), service, when) == expected
    assert opens(example("kanim"), service, when) == next_time


def test_ramadan_moves_the_parcels_of_the_rutan_and_nothing_else() -> None:
    rutan = example("rutan")
    assert verdict(rutan, "titipan", "2027-02-09 09:00") == "before_opening"
    assert verdict(rutan, "titipan", "2027-02-09 15:29") == "yes"
    assert verdict(rutan, "kunjungan", "2027-02-09 09:00") == "yes"
    assert hours.periods(rutan, rutan.service("titipan"), "2027-03-10") == ()  # Idulfitri


def test_a_refusal_says_why_and_when_numbers_are_given_again() -> None:
    told = decision(example("rutan"), "kunjungan", "2026-12-25 09:00")
    assert told.facts == {"name": "Hari Raya Natal", "opens_date": "2026-12-26", "opens_time": "08:30",
                          "opens_in_days": 1}
    assert told.refusal().as_answer() == {"ok": False, "refused": "holiday", "facts": told.facts}
    assert decision(example("kanim"), "paspor", "2026-11-23 15:10").facts == {
        "last": "15:00", "ends": "16:00", "opens_date": "2026-11-24", "opens_time": "07:30", "opens_in_days": 1}
    assert decision(example("rutan"), "kunjungan", "2026-11-23 11:30").facts["opens_in_days"] == 0


def test_staff_and_phones_are_refused_like_the_door() -> None:
    for channel in CHANNELS:
        assert verdict(example("kanim"), "paspor", "2026-11-23 16:00", channel=channel) == "closed"


def without_reservations() -> Office:
    rutan = example("rutan")
    return replace(rutan, services=tuple(replace(s, booking=None, sessions=()) for s in rutan.services))


def test_a_quota_per_session_is_full_until_the_next_session() -> None:
    rutan = without_reservations()
    full = IssuedToday(day={("online", False): 60}, session={("online", False): 60})
    morning = "2026-11-23 09:00"
    assert verdict(rutan, "kunjungan", morning, channel="online", issued=full) == "quota_full"
    for when in (morning, "2026-11-23 08:00"):
        assert opens(rutan, "kunjungan", when, channel="online", issued=full) == "2026-11-23 13:00"
    assert decision(rutan, "kunjungan", morning, channel="online", issued=full).facts["quota"] == 60
    assert verdict(rutan, "kunjungan", morning, channel="door", issued=full) == "yes"
    afternoon = IssuedToday(day={("online", False): 60})
    assert verdict(rutan, "kunjungan", "2026-11-23 13:05", channel="online", issued=afternoon) == "yes"


def test_staff_cannot_go_round_the_quota_of_the_door() -> None:
    full, rutan = IssuedToday(session={("door", False): 10, ("staff", False): 5}), example("rutan")
    assert verdict(rutan, "kunjungan", "2026-11-23 09:00", channel="staff", issued=full) == "quota_full"


def test_a_quota_of_their_own_stays_for_those_with_priority() -> None:
    kanim = example("kanim")
    ordinary = IssuedToday(day={("door", False): 100})
    assert verdict(kanim, "paspor", "2026-11-23 09:00", issued=ordinary) == "quota_full"
    assert opens(kanim, "paspor", "2026-11-23 09:00", issued=ordinary) == "2026-11-24 07:30"
    assert verdict(kanim, "paspor", "2026-11-23 09:00", issued=ordinary, priority=True) == "yes"
    both = IssuedToday(day={("door", False): 20, ("door", True): 30})
    assert verdict(kanim, "paspor", "2026-11-23 09:00", issued=both, priority=True) == "quota_full"
    assert verdict(kanim, "paspor", "2026-11-23 09:00", issued=both) == "yes"


def test_numbers_from_a_phone_need_the_offices_and_the_services_leave() -> None:
    rutan = example("rutan")
    closed = replace(rutan, remote_numbers=False)
    assert verdict(closed, "kunjungan", "2026-11-23 09:00", channel="online") == "remote_off"
    assert verdict(example("kanim"), "bap", "2026-11-23 09:00", channel="online") == "remote_off"
    assert verdict(closed, "kunjungan", "2026-11-23 09:00", channel="staff") == "yes"


def test_a_pause_is_told_with_its_reason_while_the_service_is_open() -> None:
    rutan = example("rutan")
    told = decision(rutan, "kunjungan", "2026-11-23 09:00", paused="Listrik padam")
    assert (told.code, told.facts, told.next_opening) == ("paused", {"reason": "Listrik padam"}, None)
    assert verdict(rutan, "kunjungan", "2026-11-23 12:00", paused="Listrik padam") == "break"


def test_a_session_begins_when_the_one_before_ends() -> None:
    kanim, paspor = example("kanim"), example("kanim").service("paspor")
    assert hours.session_starts(kanim, paspor, at("2026-11-23 07:40")) == at("2026-11-23 00:00")
    assert hours.session_starts(kanim, paspor, at("2026-11-23 11:59")) == at("2026-11-23 00:00")
    assert hours.session_starts(kanim, paspor, at("2026-11-23 13:30")) == at("2026-11-23 12:00")
    assert hours.session_starts(kanim, paspor, at("2026-11-23 20:00")) == at("2026-11-23 12:00")


def test_an_office_day_may_change_after_midnight() -> None:
    night = Week(((Span(20 * 60, 26 * 60),),) * 7)
    office = replace(example("rutan"), week=night, day_starts=4 * 60, holidays=(), overrides=())
    assert hours.office_day(office, at("2026-11-24 01:30")) == "2026-11-23"
    assert hours.local_minutes(office, at("2026-11-24 01:30")) == 25 * 60 + 30
    assert hours.office_day(office, at("2026-11-24 04:00")) == "2026-11-24"
    assert verdict(office, "kunjungan", "2026-11-24 01:29") == "yes"
    assert verdict(office, "kunjungan", "2026-11-24 01:30") == "after_cutoff"
    assert decision(office, "kunjungan", "2026-11-24 01:30").facts["opens_date"] == "2026-11-24"


def test_the_day_changes_at_midnight_in_the_offices_own_zone() -> None:
    midnight_wib = int(datetime(2026, 11, 22, 17, tzinfo=UTC).timestamp() * 1000)
    for zone, first in (("WIB", 0), ("WITA", -60), ("WIT", -120)):
        office = replace(example("rutan"), time_zone=zone)
        change = midnight_wib + first * 60_000
        assert hours.office_day(office, change) == "2026-11-23"
        assert hours.office_day(office, change - 1) == "2026-11-22"
        assert hours.local_minutes(office, change) == 0


def test_nothing_opens_within_sixty_days() -> None:
    rutan = example("rutan")
    asleep = replace(rutan, overrides=(Override("2026-01-01", "2027-12-31", "Renovasi", Week(((),) * 7)),))
    told = decision(asleep, "kunjungan", "2026-11-23 09:00")
    assert (told.code, told.facts, told.next_opening) == ("holiday", {"name": "Renovasi"}, None)


def test_a_replay_office_never_closes() -> None:
    office = replace(example("rutan"), always_open=True, holidays=(Holiday("2026-11-23", "Libur"),))
    for when in ("2026-11-23 00:00", "2026-11-23 03:33", "2026-11-29 23:59"):
        assert verdict(office, "kunjungan", when) == "yes"


AT = st.builds(
    lambda day, minute, ms: at(f"{day} 00:00") + minute * 60_000 + ms,
    st.sampled_from(DAYS), st.integers(0, 1439), st.sampled_from([0, 0, 1, 59_999]),
)
COUNTS = st.dictionaries(st.tuples(st.sampled_from(CHANNELS), st.booleans()), st.integers(0, 4), max_size=6)
QUOTAS = st.builds(Quota, per=st.sampled_from(["day", "session"]), **{
    limit: st.none() | st.integers(1, 6) for limit in ("total", "door", "online", "priority")})
PAUSED = st.sampled_from([None, None, "Rapat"])
slow = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(opening_offices(), st.data())
def test_any_office_decides_like_the_oracle(office: Office, data: st.DataObject) -> None:
    service = replace(office.services[0], quota=data.draw(QUOTAS))
    for _ in range(3):
        channel, priority = data.draw(st.sampled_from(CHANNELS)), data.draw(st.booleans())
        issued = IssuedToday(data.draw(COUNTS), data.draw(COUNTS))
        asked = (channel, priority, data.draw(AT), issued, data.draw(PAUSED))
        told = may_issue(office, service, *asked)
        code, opening = hours_oracle.decide(office, service, *asked)
        assert (told.allowed, told.code, told.next_opening) == (code == "", code, opening)


@slow
@given(opening_offices(), st.sampled_from(DAYS))
def test_every_minute_of_any_day_is_labelled_like_the_oracle(office: Office, day: str) -> None:
    service = replace(office.services[-1], quota=Quota())
    expected = hours_oracle.labels(office, service, datetime.fromisoformat(day).date())
    spans = hours.windows(office, service, day)
    for minute in list(expected)[::97]:
        instant = hours.instant(office, day, minute)
        assert hours_oracle.split(office, instant) == (datetime.fromisoformat(day).date(), minute)
        assert (hours.office_day(office, instant), hours.local_minutes(office, instant)) == (day, minute)
    for minute, label in expected.items():
        issued = [n for n, w in enumerate(spans) if w.opens <= minute < w.closes]
        assert issued == ([int(label.split()[1])] if label.startswith("issue") else [])


@slow
@given(opening_offices(), AT, COUNTS, st.sampled_from(CHANNELS), st.booleans(), st.data())
def test_more_numbers_never_turn_a_no_into_a_yes(
    office: Office, when: int, counts: dict, channel: str, priority: bool, data: st.DataObject
) -> None:
    service = replace(office.services[0], quota=data.draw(QUOTAS))
    before = may_issue(office, service, channel, priority, when, IssuedToday(counts, counts))
    another = data.draw(st.sampled_from([*counts, ("door", False)]))
    more = {key: n + 1 for key, n in counts.items()} | {another: 9}
    after = may_issue(office, service, channel, priority, when, IssuedToday(more, more))
    assert before.allowed or not after.allowed
    paused = may_issue(office, service, channel, priority, when, IssuedToday(counts, counts), "Rapat")
    assert not paused.allowed


@slow
@given(opening_offices(), AT)
def test_what_is_offered_as_the_next_opening_is_one(office: Office, when: int) -> None:
    service = replace(office.services[0], quota=Quota())
    told = may_issue(office, service, "door", False, when, NOTHING)
    if told.next_opening is not None:
        assert told.next_opening > when
        assert may_issue(office, service, "door", False, told.next_opening, NOTHING).allowed
        assert not may_issue(office, service, "door", False, told.next_opening - 1, NOTHING).allowed


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    words = json.loads((Path(__file__).parent.parent / "common" / "words.json").read_text(encoding="utf-8"))
    for code in ("closed_today", "holiday", "before_opening", "break", "after_cutoff", "closed", "quota_full",
                 "remote_off", "paused"):
        for lang in ("id", "en"):
            assert words[lang][f"refused.{code}"]


# -- numbers -------------------------------------------------------------------------------------------------


def test_the_ordinary_series_jumps_over_the_reserved_range_and_goes_on_after_999() -> None:
    kunjungan = example("rutan").service("kunjungan")
    assert [next_number(n, kunjungan) for n in (0, 1, 899, 900, 961, 999, 1000)] == [
        1, 2, 900, 961, 962, 1000, 1001]
    assert next_number(900, replace(kunjungan, reserved=None)) == 901


@given(st.integers(0, 1500), st.none() | st.tuples(st.integers(100, 600), st.integers(0, 300)))
def test_the_series_is_every_number_but_the_reserved(count: int, reserved: tuple[int, int] | None) -> None:
    service = replace(example("rutan").services[0], reserved=reserved and (reserved[0], sum(reserved)))
    numbers, high = [], 0
    for _ in range(count):
        high = next_number(high, service)
        numbers.append(high)
    kept = range(reserved[0], sum(reserved) + 1) if reserved else range(0)
    assert numbers == [n for n in range(1, high + 1) if n not in kept]
    assert fates(ranges(service)[0], high, [(n, "done") for n in numbers]) == []


def test_every_number_below_the_mark_has_exactly_one_fate() -> None:
    ordinary, paper = ranges(example("rutan").service("kunjungan"))
    assert fates(ordinary, 3, [(1, "done"), (2, "void"), (3, "no_show")]) == []
    found = fates(ordinary, 4, [(1, "done"), (1, "void"), (3, "done"), (5, "done"), (901, "done")])
    assert [(v.number, v.code) for v in found] == [
        (1, "twice"), (2, "missing"), (4, "missing"), (5, "beyond"), (901, "outside")]
    assert found[0].fates == ("done", "void")
    assert fates(paper, 902, [(901, "done"), (902, "done")]) == []
    assert [v.code for v in fates(paper, 902, [(902, "done"), (7, "done")])] == ["outside", "missing"]
    assert fates(ordinary, 962, [(n, "done") for n in (*range(1, 901), 961, 962)]) == []
    assert fates(Range(1), 0, []) == []
