"""Who is told what on their own phone, by the rules: without a server, on a clock that the test holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import databases
import pytest
from any_office import example
from backstage import events
from held_clock import DAY, DOOR, KEY, House, house
from hypothesis import given
from hypothesis import strategies as st
from journeys import with_stages

from queue_server.commands import counter, messages, needs, reservations, rooms, undo, visitor
from queue_server.domain import message as rules
from queue_server.domain.errors import Refused
from queue_server.domain.office import Messages, Office
from queue_server.messages.text import worded
from queue_server.office_file import OfficeFileError, read, with_parts, write
from queue_server.store import messages as store
from queue_server.store import offices, queue
from queue_server.transaction import SYSTEM, Actor

VISITOR = Actor("visitor", "ticket:1")
HOUR, DAY_AFTER = 3_600_000, "2026-11-25"


def told_office(**more: Any) -> Office:
    office = with_stages(example(KEY))
    service = office.service("kunjungan")
    assert service.booking is not None
    plain = replace(service, booking=replace(
        service.booking, asks=(), per_visitor_week=None, per_inmate_day=None, days={}, permit=()))
    return replace(
        office, remote_numbers=True, messages=Messages(push=True, sms="gateway", email="mail", **{"ahead": 1, **more}),
        services=tuple(plain if s.key == "kunjungan" else s for s in office.services))


#: For what the databases do each in their own way; everything else is asked of SQLite alone.
EITHER = pytest.mark.parametrize("here", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if getattr(request, "param", "") == "postgresql":
        databases.use(tmp_path / "data", request.getfixturevalue("postgres").create())
    with house(tmp_path / "data", told_office()) as found:
        found.press(rooms.open_room, room="besuk")
        yield found


def taken(here: House, service: str = "informasi", channel: str = "door", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = here.press(
        visitor.issue, DOOR, service=service, channel=channel, priority=False, **more)["ticket"]
    return found


def tell(here: House, ticket: dict[str, Any], channel: str = "sms", command: Any = messages.tell_ticket) -> None:
    here.press(command, VISITOR, secret=ticket["secret"], channel=channel, sealed="sealed", mark=ticket["secret"],
               language="id")


def outbox(here: House) -> list[tuple[str, str, str, str]]:
    with here.session.database.read() as c:
        return [tuple(row) for row in c.exec_driver_sql(  # type: ignore[misc]
            "SELECT occasion, channel, state, facts FROM message ORDER BY id").all()]


def sent(here: House, told: str = "ok", repeatable: tuple[str, ...] = ()) -> list[str]:
    """What a server would claim and send now, as its sentences."""
    claimed = here.press(messages.claim, SYSTEM, repeatable=repeatable)["messages"]
    with here.session.database.read() as c:
        rows = store.by_ids(c, claimed)
        kept = store.contacts(c, [row.contact_id for row in rows])
        office = offices.config(c, 1, offices.heads_of(c, [KEY])[0].config_version)
        texts = [worded(c, office, row, kept[row.contact_id], "")["text"] for row in rows]
    here.press(messages.note, SYSTEM, told=[[row.id, row.tries, told] for row in rows])
    return [text.partition(": ")[2] for text in texts]


# --- a number --------------------------------------------------------------------------------------


@EITHER
def test_nearly_and_called_are_said_once_each_and_a_repeated_call_is_not(here: House) -> None:
    first, second, mine = taken(here), taken(here), taken(here)
    tell(here, mine)
    assert outbox(here) == []
    here.serve()
    assert sent(here) == ["nomor F 003, 1 orang lagi di depan Anda. Silakan menunggu di dekat loket."]
    here.serve()
    assert sent(here) == [] and first["label"] != second["label"]
    here.passes(0.1)
    here.press(counter.call_next)
    assert sent(here) == ["nomor F 003 dipanggil. Silakan menuju ke Loket 3."]
    here.passes(1)
    here.press(counter.recall)
    assert sent(here) == []


def test_to_whom_somebody_goes_the_call_is_said_when_they_are_there(here: House) -> None:
    mine = taken(here, needs="blind", fetch=True)
    tell(here, mine)
    sent(here)
    called = here.press(counter.call_next)
    assert sent(here) == []
    here.press(needs.fetched, step=called["step"])
    assert sent(here) == ["nomor F 001 dipanggil. Silakan menuju ke Loket 3."]


def test_who_is_next_already_is_told_so_and_by_every_way_they_chose(here: House) -> None:
    mine = taken(here)
    tell(here, mine)
    tell(here, mine, "email")
    assert [text.partition("\n")[0] for text in sent(here)] == [
        "nomor F 001, Anda berikutnya. Silakan menunggu di dekat loket."] * 2


def test_somebody_at_home_is_told_when_they_should_come(here: House) -> None:
    for _ in range(2):
        taken(here)
    mine = taken(here, channel="online")
    tell(here, mine)
    assert outbox(here) == []
    here.serve()
    assert sent(here) == ["nomor F 003, 1 orang lagi di depan Anda. Silakan menunggu di dekat loket."]


def test_who_gives_a_number_back_brings_the_others_nearer(here: House) -> None:
    before = [taken(here) for _ in range(2)]
    tell(here, taken(here))
    here.press(visitor.cancel, VISITOR, secret=before[0]["secret"])
    assert [row[0] for row in outbox(here)] == ["nearly"]


def test_a_call_that_is_over_is_not_told_any_more_and_the_next_one_is(here: House) -> None:
    mine = taken(here)
    tell(here, mine)
    sent(here)
    here.passes(0.1)
    called = here.press(counter.call_next)["call"]
    here.passes(0.1)
    here.press(undo.undo, event=called)
    assert sent(here) == []
    here.passes(0.1)
    here.press(counter.call_next)
    assert sent(here) == ["nomor F 001 dipanggil. Silakan menuju ke Loket 3."]
    assert [(row[0], row[2]) for row in outbox(here)] == [
        ("nearly", "sent"), ("called", "needless"), ("called", "sent")]


def test_a_message_too_old_to_be_of_use_is_not_sent(here: House) -> None:
    tell(here, taken(here))
    here.passes(10)
    assert sent(here) == [] and outbox(here)[0][2] == "late"


def test_from_the_locker_on_nothing_is_said_and_nothing_is_offered(here: House) -> None:
    mine = taken(here, "kunjungan")
    tell(here, mine)
    sent(here)
    here.serve()  # registered; the search is next, and phones are in the locker
    before = outbox(here)
    here.serve()
    with pytest.raises(Refused, match="phone_away"):
        tell(here, mine, "email")
    assert [row[0] for row in before] == ["nearly", "called"] and outbox(here) == before


def test_an_office_that_offers_nothing_says_nothing(here: House) -> None:
    mine = taken(here)
    tell(here, mine)
    here.configure(replace(here.office, messages=Messages()))
    here.passes(0.1)
    here.press(counter.call_next)
    assert [row[0] for row in outbox(here)] == ["nearly"]
    with pytest.raises(Refused, match="channel_off"):
        tell(here, mine)


def test_a_number_whose_day_is_over_is_not_told_any_more(here: House) -> None:
    mine = taken(here)
    here.press(visitor.cancel, VISITOR, secret=mine["secret"])
    with pytest.raises(Refused, match="not_now"):
        tell(here, mine)


# --- attempts --------------------------------------------------------------------------------------


def test_attempts_come_after_growing_pauses_until_it_is_too_late(here: House) -> None:
    tell(here, taken(here))
    tried = []
    while outbox(here)[0][2] == "waiting":
        if sent(here, "no_answer"):
            tried.append(here.clock.at)
        here.passes(1 / 60)
    pauses = [round((later - earlier) / 1000) for earlier, later in pairwise(tried)]
    assert pauses == [5, 15, 45, 120] and outbox(here)[0][2] == "late"


@given(st.integers(1, 50), st.integers(0, 10**9))
def test_no_attempt_is_planned_for_when_it_is_of_no_use(tries: int, left: int) -> None:
    at = rules.next_try(tries, 1_000, 1_000 + left)
    assert at is None or 1_000 < at < 1_000 + left


@EITHER
def test_what_nobody_heard_of_again_is_repeated_only_where_that_does_no_harm(here: House) -> None:
    mine = taken(here)
    tell(here, mine)
    tell(here, mine, "push")
    here.press(messages.claim, SYSTEM, repeatable=["push"])
    here.passes(rules.LEASE_MS / 60_000)
    assert len(sent(here, repeatable=("push",))) == 1
    assert [row[1:3] for row in outbox(here)] == [("sms", "unknown"), ("push", "sent")]


def test_what_is_said_too_late_of_an_attempt_changes_nothing(here: House) -> None:
    tell(here, taken(here), "push")
    claimed = here.press(messages.claim, SYSTEM, repeatable=["push"])["messages"]
    here.passes(rules.LEASE_MS / 60_000)
    here.press(messages.claim, SYSTEM, repeatable=["push"])
    here.press(messages.note, SYSTEM, told=[[claimed[0], 1, "refused"]])
    assert outbox(here)[0][2] == "sending"


def test_the_log_says_what_became_of_each_and_names_nobody(here: House) -> None:
    mine = taken(here)
    tell(here, mine)
    sent(here)
    ended = [e for e in events(here.session.settings.data, KEY) if e.kind == "message_ended"]
    assert [e.body for e in ended] == [
        '{"channel":"sms","message":1,"occasion":"nearly","state":"sent","ticket":1,"tries":1}']
    assert mine["secret"] not in ended[0].body


# --- a reservation ---------------------------------------------------------------------------------


def booked(here: House, day: str = "2026-11-26", session: str = "pagi-1") -> dict[str, Any]:
    made: dict[str, Any] = here.press(
        reservations.book, VISITOR, service="kunjungan", day=day, session=session, party={})["reservation"]
    return made


def due(here: House) -> list[int]:
    """Hours before the session at which something is to be sent."""
    with here.session.database.read() as c:
        found = c.exec_driver_sql(
            "SELECT (r.starts_at - m.due_at) / 3600000 FROM message m JOIN reservation r ON r.id = m.reservation_id "
            "WHERE m.state = 'waiting' AND m.occasion = 'reminder' ORDER BY m.due_at").all()
    return [row[0] for row in found]


def test_a_reservation_is_reminded_of_as_the_office_says(here: House) -> None:
    made = booked(here)
    tell(here, made, command=messages.tell_reservation)
    assert due(here) == [24, 2] and sent(here) == []
    starts = made["starts_at"]
    here.clock.at = starts - 24 * HOUR
    said, = sent(here)
    assert said.startswith(f"pengingat reservasi {made['code']}, ") and "Kamis, 26 November 2026 pukul " in said
    assert said.endswith(" WIB.") and due(here) == [2]


@EITHER
def test_a_reservation_that_moved_is_reminded_of_its_new_day_only(here: House) -> None:
    made = booked(here)
    tell(here, made, command=messages.tell_reservation)
    here.press(reservations.change, VISITOR, secret=made["secret"], day=DAY_AFTER, session="pagi-1")
    assert due(here) == [24, 2]
    with here.session.database.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM message").scalar() == 2
        day = c.exec_driver_sql("SELECT erase_at FROM contact").scalar_one()
    assert day == here.at("2026-11-27", "0:00")


def test_who_loses_a_reservation_is_told_and_who_gives_it_back_is_not(here: House) -> None:
    lost, given_back = booked(here), booked(here)
    for made in (lost, given_back):
        tell(here, made, command=messages.tell_reservation)
    here.press(reservations.cancel, VISITOR, secret=given_back["secret"])
    here.press(reservations.take_back, reservation=lost["number"], reason="session_gone")
    said, = sent(here)
    assert said.startswith(f"reservasi {lost['code']} untuk Kamis, 26 November 2026 pukul ") and "oleh kantor" in said
    assert due(here) == []


def test_the_same_address_is_told_of_the_number_that_a_reservation_becomes(here: House) -> None:
    made = booked(here, day=DAY_AFTER)
    tell(here, made, command=messages.tell_reservation)
    here.clock.at = made["starts_at"]
    here.press(reservations.check_in, DOOR, code=made["code"], by="kiosk")
    assert [text.partition(",")[0] for text in sent(here)] == ["nomor A 001"]
    assert due(here) == []


def test_who_did_not_come_is_not_reminded(here: House) -> None:
    made = booked(here)
    tell(here, made, command=messages.tell_reservation)
    here.clock.at = made["expires_at"]
    here.press(reservations.expire, SYSTEM)
    assert sent(here) == []


# --- addresses, and the office's file --------------------------------------------------------------


@pytest.mark.parametrize(("typed", "right"), [
    ("0812 3456-7890", "+6281234567890"), ("+62 812 3456 7890", "+6281234567890"), ("62812345678", "+62812345678"),
    ("0044 20 7946 0958", "+442079460958"), ("12", None), ("0812345678901234567", None), ("abc", None), ("", None),
    ("+62812\n3456789", "+628123456789"), ("٠٨١٢٣٤٥٦٧٨٩", None),
])
def test_a_telephone_number_in_the_form_that_gateways_take(typed: str, right: str | None) -> None:
    assert rules.address("sms", typed) == right


@pytest.mark.parametrize(("typed", "right"), [
    (" ani@example.org ", "ani@example.org"), ("a.b+c@mail.go.id", "a.b+c@mail.go.id"), ("ani@localhost", None),
    ("ani", None), ("a@b.c\r\nBcc: all@example.org", None), ("a@" + "b" * 120 + ".org", None), ("<a@b.org>", None),
])
def test_an_email_address_that_can_be_one(typed: str, right: str | None) -> None:
    assert rules.address("email", typed) == right


def test_an_address_is_shown_in_part() -> None:
    assert rules.in_part("sms", "+6281234567890") == "…890"
    assert rules.in_part("email", "ani@example.org") == "a…@example.org"
    assert rules.in_part("push", '{"endpoint": "https://x"}') == ""


def test_the_table_survives_the_office_file_and_a_form() -> None:
    office = replace(example(KEY), messages=Messages(push=True, sms="gateway", ahead=5, reminders_h=()))
    assert read(write(office), "x.toml") == office
    changed = with_parts(office, {"messages": {"sms": "other", "reminders_h": [2, 48]}})
    assert changed.messages == replace(office.messages, sms="other", reminders_h=(48, 2))
    assert "messages" not in write(replace(office, messages=Messages()))


@pytest.mark.parametrize(("line", "code"), [
    ('sms = "Not A Name"', "wrong"), ("ahead = 0", "out_of_range"), ("reminders_h = [0]", "out_of_range"),
    ('reminders_h = ["2"]', "wrong"), ('sender = "x"', "unknown_key_listed"), ("push = 1", "wrong"),
])
def test_what_cannot_be_is_refused_with_its_line(line: str, code: str) -> None:
    text = write(example("template")) + f"\n[messages]\n{line}\n"
    with pytest.raises(OfficeFileError) as found:
        read(text, "x.toml")
    assert [problem.code for problem in found.value.problems] == [code]
    assert found.value.problems[0].line == text.count("\n")


def test_the_first_in_line_are_those_that_phones_see(here: House) -> None:
    """The short reading for messages against the whole order that every screen shows."""
    from queue_server.store import pictures

    for n in range(30):
        taken(here, channel="online" if n % 3 == 0 else "door")
        if n % 4 == 0:
            here.press(visitor.issue, DOOR, service="informasi", channel="door", priority=True)
        here.passes(1)
    for _ in range(6):
        here.serve()
    with here.session.database.read() as c:
        head = offices.heads_of(c, [KEY])[0]
        tick, whole = here.clock.now().tick, []
        for step, _place in pictures.whole_order(c, 1, here.office, DAY, "informasi", tick, head.head_seq):
            whole.append(step)
        for most in (1, 3, 7, 20):
            found = store.first_in_line(c, 1, here.office, DAY, "informasi", most, tick, head.head_seq)
            assert found == whole[:most]
        assert queue.step(c, 1, whole[0]) is not None


def test_a_wish_that_was_ended_after_the_backup_does_not_come_back(tmp_path: Path) -> None:
    from small_house import KEY as SMALL
    from small_house import house as small
    from small_house import session

    from queue_server.commands.setup import configure
    from queue_server.upkeep import backup, restore

    found, secrets = small(tmp_path / "data", 0), []
    with session(found) as opened:
        office = replace(example("template"), always_open=True, messages=Messages(sms="gateway"))
        opened.press(SMALL, "configure", configure, office=office, reason="test")
        for _ in range(2):
            ticket = opened.press(SMALL, "issue", visitor.issue, service="umum", channel="door")["ticket"]
            opened.press(
                SMALL, "tell", messages.tell_ticket, secret=ticket["secret"], channel="sms", sealed="s", mark="")
            secrets.append(ticket["secret"])
    made = backup.run(found, tmp_path / "second")
    with session(found) as opened:
        opened.press(SMALL, "leave", messages.leave_ticket, secret=secrets[0], channel="sms")
    restore.restore(found, made.file)
    with session(found) as opened, opened.database.read() as c:
        kept = [row.ticket_id for row in store.contacts(c, [1, 2]).values()]
    assert kept == [2]
