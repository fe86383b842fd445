"""The tables, in one place; ``schema.sql`` is this file printed for SQLite and tested fresh.

Times: ``…_at`` is UTC milliseconds by the wall clock, ``…_tick`` milliseconds of the office's steady
clock (the machine's boot clock plus an offset fixed per boot; see ``moment.py``). Durations are ms.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

metadata = MetaData()

#: SQLite counts rows only in a column that is exactly INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


def _number(name: str, default: int | None = 0, index: bool = False) -> Column[int]:
    return Column(
        name, Id, nullable=default is None, index=index,
        server_default=None if default is None else text(str(default)),
    )


def _text(name: str, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=default is None, server_default=default)


def _office() -> Column[int]:
    return Column("office_id", Id, ForeignKey("office.id"), nullable=False)


#: One row per office. It is locked first in every command, so an office is one orderly line of events.
office = Table(
    "office", metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _number("config_version"), _number("head_seq"), _text("head_hash"), _number("segment", 1),
    _text("door_code"),
)

#: Every configuration that was ever in force, as canonical JSON; the newest is the truth.
office_version = Table(
    "office_version", metadata,
    _office(), _number("version"), _text("body"), _number("at"), _number("seq"),
    UniqueConstraint("office_id", "version"),
)

#: Every promise that was ever published; a step is judged by the one in force when its ticket was issued.
standard = Table(
    "standard", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("service"), _number("version"), _text("valid_from"), _text("body"), _number("seq"),
    UniqueConstraint("office_id", "service", "version"),
)

boot = Table(
    "boot", metadata,
    Column("id", Id, primary_key=True),
    Column("boot", Text, nullable=False, unique=True),
    _number("offset_ms"), _number("first_at"),
)

person = Table(
    "person", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("name"), _text("shown_name"), _text("role"), _text("password"),
    _number("active", 1), _number("created_at"),
    _text("totp_secret"), _number("totp_step"),   # of the second factor: its secret, and the last step that opened
    UniqueConstraint("office_id", "name"),
)

session = Table(
    "session", metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    _office(), _number("created_at"), _number("expires_tick"), _number("used_tick"),
)

#: What a phone or a security key holds for a person; here lies only the half that may be known (WebAuthn).
passkey = Table(
    "passkey", metadata,
    Column("id", Id, primary_key=True),
    _office(), Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    _text("credential"), _text("public_key"), _text("name"),
    _number("uses"), _number("asked_at"),         # the key's own counter, and the last question that it answered
    _number("added_at"),
    UniqueConstraint("credential"), Index("passkey_person", "person_id"),
)

device = Table(
    "device", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("kind"), _text("board"), _text("name"), _text("state"),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("code"), _number("created_at"), _number("paired_at", None), _number("seen_at"), _text("sound"),
)

#: Who sits at a counter. ``version`` grows with everything that happens at the counter: a press carries
#: the version its officer saw.
seat = Table(
    "seat", metadata,
    _office(), _text("counter"),
    Column("person_id", Id, ForeignKey("person.id"), nullable=True),
    _text("state", "closed"), _text("reason"), _number("since_at"), _number("version"), _number("changed_tick"),
    UniqueConstraint("office_id", "counter"),
)
Index("one_seat_per_person", seat.c.person_id, unique=True)

office_day = Table(
    "office_day", metadata,
    _office(), _text("day"), _number("opened_at"), _number("closed_at", None), _text("closed_how"),
    UniqueConstraint("office_id", "day"),
)

#: The highest number issued in the ordinary range of a series: one row per service and office day.
series = Table(
    "series", metadata,
    _office(), _text("service"), _text("day"), _number("high"),
    UniqueConstraint("office_id", "service", "day"),
)

service_pause = Table(
    "service_pause", metadata,
    _office(), _text("service"), _text("reason"), _number("since_at"),
    UniqueConstraint("office_id", "service"),
)

ticket = Table(
    "ticket", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("day"), _text("service"), _text("prefix"), _number("number"),
    _text("channel"), _number("priority"), _text("language", "id"),
    Column("secret", Text, nullable=False, unique=True),
    _text("place"), _text("holder"), _text("issuer"),
    _number("issued_at"), _number("issued_tick"), _text("paper"), _number("paper_at"),
    _number("coming"),
    _number("party", 1), _text("case_code"),
    UniqueConstraint("office_id", "service", "day", "number"),
)
Index("ticket_by_holder", ticket.c.office_id, ticket.c.day, ticket.c.holder,
      sqlite_where=text("holder <> ''"), postgresql_where=text("holder <> ''"))

step = Table(
    "step", metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    _office(), _text("day"), _text("service"), _text("state"), _number("version"),
    _number("priority"), _number("queued_at"), _number("queued_tick"),
    _number("returned_seq"), _number("return_after"), _number("passed_seq"),
    _number("arrived_at", None), _number("remote_ms"),
    _text("counter"), Column("person_id", Id, nullable=True),
    _number("since_tick"), _number("boot"), _number("clock_doubt"),
    _number("called_at", None), _number("started_at", None), _number("ended_at", None),
    _number("first_called_at", None),
    _number("calls"), _number("automatic"), _text("why"), _text("outcome"), _text("park_clock"), _text("park_reason"),
    _number("waited_ms"), _number("walked_ms"), _number("served_ms"), _number("parked_office_ms"),
    _number("parked_visitor_ms"),
    _number("standard_id"), _number("last_seq"), _text("before"),
    # of waited_ms and parked_office_ms: breaks and closed time that the step's standard does not count
    _number("waited_off_ms"), _number("parked_off_ms"),
    # The forecast that was given when the wait began, seconds, and how long the first wait was: how often it holds.
    _number("foretold_low", None), _number("foretold_high", None), _number("first_waited_ms", None),
)
# SQLite knows no figures of a new database: it takes the index that binds most columns. Each of these binds one
# more than its neighbours for the statement it is made for; tests/test_plans.py holds it to that.
_waiting = "state = 'waiting' AND arrived_at IS NOT NULL AND returned_seq = 0"
Index("step_next", step.c.office_id, step.c.day, step.c.service, step.c.priority, step.c.queued_tick, step.c.id,
      sqlite_where=text(_waiting), postgresql_where=text(_waiting))
_missed = "state = 'no_show'"
Index("step_missed", step.c.office_id, step.c.day, step.c.ended_at,
      sqlite_where=text(_missed), postgresql_where=text(_missed))
_set_back = "state = 'waiting' AND returned_seq > 0"
Index("step_returning", step.c.office_id, step.c.day, step.c.service, step.c.returned_seq,
      sqlite_where=text(_set_back), postgresql_where=text(_set_back))
_remote = "state = 'waiting' AND arrived_at IS NULL"
Index("step_remote", step.c.office_id, step.c.day, step.c.service, step.c.arrived_at, step.c.queued_tick,
      sqlite_where=text(_remote), postgresql_where=text(_remote))
_open = "state IN ('issuing', 'waiting', 'called', 'serving', 'parked')"
Index("step_open", step.c.office_id, step.c.day, step.c.state, step.c.service, step.c.queued_tick, step.c.queued_at,
      sqlite_where=text(_open), postgresql_where=text(_open))
_active = "state IN ('called', 'serving')"
Index("one_visitor_per_counter", step.c.office_id, step.c.counter, unique=True,
      sqlite_where=text(_active), postgresql_where=text(_active))
Index("one_visitor_per_officer", step.c.office_id, step.c.person_id, unique=True,
      sqlite_where=text(_active), postgresql_where=text(_active))
Index("step_by_day", step.c.office_id, step.c.day, step.c.service, step.c.id)

#: What an officer must be told until they have read it: that somebody took their counter or their visitor.
told = Table(
    "told", metadata,
    _office(), Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    _text("code"), _text("counter"), _text("label"), _number("by_person"), _number("at"),
    UniqueConstraint("office_id", "person_id"),
)

#: Every call and recall, as boards announce it. ``seq`` is the event that it is.
call = Table(
    "call", metadata,
    _office(), _number("seq"), _text("day"), _text("service"), _text("hall"), _text("counter"),
    Column("step_id", Id, ForeignKey("step.id"), nullable=False),
    _number("nth", 1), _number("at"), _number("priority"), _number("in_mix"), _number("advances"),
    _text("state", "calling"),
    _number("undone"), _number("over_at", None), _number("summed"),
    UniqueConstraint("office_id", "seq"),
)
Index("call_of_hall", call.c.office_id, call.c.hall, call.c.seq)
Index("call_of_step", call.c.step_id)
Index("call_of_service", call.c.office_id, call.c.day, call.c.service, call.c.seq,
      sqlite_where=text("nth = 1 AND undone = 0"), postgresql_where=text("nth = 1 AND undone = 0"))
#: Calls that no board shows yet, because somebody goes to the visitor first.
_held = "state = 'held'"
Index("call_held", call.c.office_id, call.c.step_id,
      sqlite_where=text(_held), postgresql_where=text(_held))
Index("call_unsummed", call.c.office_id, call.c.seq,
      sqlite_where=text("summed = 0"), postgresql_where=text("summed = 0"))

#: Boards say here that they drew and spoke a call; written once a second, one summary enters the chain.
board_ack = Table(
    "board_ack", metadata,
    _office(), _number("call_seq"), _number("device_id"), _number("drawn_at", None), _number("spoken_at", None),
    UniqueConstraint("office_id", "call_seq", "device_id"),
)

voice_lease = Table(
    "voice_lease", metadata,
    _office(), _text("hall"), _number("device_id"), _number("until_at"),
    UniqueConstraint("office_id", "hall"),
)

#: The log. Append-only by trigger, chained by hash, one chain per office; never rewritten by a migration.
event_table = Table(
    "event", metadata,
    _office(), _number("seq"), _text("kind"), _number("version", 1), _text("body"), _number("at"),
    _text("boot_id"), _number("boot_ns"), _text("actor"), _number("step_id", None),
    _text("previous_hash"), _text("hash"),
    UniqueConstraint("office_id", "seq"),
)
Index("event_of_step", event_table.c.step_id)
# What a step's row no longer shows (store/acts.py), and nothing else: a page of the log looks up a few events here.
_of_note = "kind IN ('reopened', 'no_show', 'undone')"
Index("event_of_note", event_table.c.office_id, event_table.c.step_id, event_table.c.seq,
      sqlite_where=text(_of_note), postgresql_where=text(_of_note))

#: The seals of the log, as printed on tickets, sheets and boards; each is an event of its own, and this its short form.
seal = Table(
    "seal", metadata,
    _office(), _number("seq"), _text("hash"), _text("day"), _text("reason"), _number("at"), _number("tick"),
    _number("boot"),
    UniqueConstraint("office_id", "seq"),
)

#: What makes every press repeatable: the same key gets the same answer.
command = Table(
    "command", metadata,
    _text("actor"), _text("key"), _text("digest"), _text("answer"), _number("expires_at", index=True),
    UniqueConstraint("actor", "key"),
)

refusal = Table(
    "refusal", metadata,
    _office(), _text("day"), _text("service"), _text("channel"), _text("code"), _number("n"),
    _number("counted"),                           # how many of them the log tells of already
    UniqueConstraint("office_id", "day", "service", "channel", "code"),
)

#: The one place for what is personal; the log holds only a keyed commitment. Values and keys go together.
private = Table(
    "private", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("ticket_id"), _text("name"), _text("value"), _text("secret_key"),
    _number("erase_at", index=True),
)

#: Complaints. What a person wrote, how to reach them and the answer are here and nowhere else, and go when their
#: time is over (``erase_at``) with the key of their commitments; what can be counted stays.
complaint = Table(
    "complaint", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("number"), _text("day"), _number("made_at"), _text("category"), _text("kind"),
    _number("restricted"), _number("about_lead"), _number("ticket_id"), _text("service"), _text("due"),
    _text("state"), _text("tracking"), _text("language"), _number("made_seq"),
    _text("body"), _text("contact"), _text("secret_key"), _text("readers"),
    _text("answer"), _number("answered_at", None), _text("answered_day"), _number("answered_by", None),
    _text("handed_to"), _text("reference"), _number("handed_at", None), _text("handed_day"),
    _text("outcome"), _number("closed_at", None), _number("erase_at", None),
    UniqueConstraint("office_id", "number"), UniqueConstraint("tracking"),
)
_unclosed = "state <> 'closed'"
Index("complaint_open", complaint.c.office_id, complaint.c.due,
      sqlite_where=text(_unclosed), postgresql_where=text(_unclosed))
Index("complaint_of_ticket", complaint.c.ticket_id)

#: People in custody, as the registry gave them last: never listed for the public, and named nowhere.
inmate = Table(
    "inmate", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("register"), _text("status"), _text("block"), _text("days"), _number("may_visit"),
    _number("hidden"), _number("imported_at"), _number("gone"),
    # what a family may see, where the office offers that; and when somebody who is here no more is forgotten
    _text("remission"), _text("release_day"), _text("programme"), _number("erase_at"),
    UniqueConstraint("office_id", "register"),
)

#: Who may see the stages of a case: enrolled by staff, by a code and a date of birth of which only keyed hashes are
#: kept. An ended one (revoked, run out, nobody here any more) has neither.
family = Table(
    "family", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("number"), _number("inmate_id"), _text("relation"), _text("holder_name"), _text("state"),
    _text("code_digest"), _text("proof"), _number("made_at"), _number("made_by"), _number("until_at"),
    _number("ended_at", None), _text("reason"), _number("erase_at"),
    UniqueConstraint("office_id", "number"),
)
_enrolled = "code_digest <> ''"
Index("one_family_per_code", family.c.office_id, family.c.code_digest, unique=True,
      sqlite_where=text(_enrolled), postgresql_where=text(_enrolled))
Index("family_of_inmate", family.c.office_id, family.c.inmate_id)

#: A family's phone that opens by its fingerprint (WebAuthn); only the half that may be known.
family_passkey = Table(
    "family_passkey", metadata,
    Column("id", Id, primary_key=True),
    _office(), Column("family_id", Id, ForeignKey("family.id"), nullable=False),
    _text("credential"), _text("public_key"), _number("uses"), _number("asked_at"), _number("added_at"),
    UniqueConstraint("credential"), Index("family_passkey_of", "family_id"),
)

#: Who looked at a case, and who tried with a right code and could not say the date of birth.
family_look = Table(
    "family_look", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("family_id"), _number("at"), _text("way"), _text("place"), _text("outcome"),
    _number("erase_at"),
    Index("family_look_of", "family_id", "at"),
)

#: Reservations. ``place`` is one of the places of its session's quota ``pool``: while somebody holds it, nobody else
#: can. What is personal (holder_name, person, identity_end, device, inmate_id) goes at ``erase_at``.
reservation = Table(
    "reservation", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("number"), _text("service"), _text("day"), _text("session"), _text("pool"), _number("place"),
    _number("priority"), _text("state"), _number("version"),
    Column("secret", Text, nullable=False, unique=True), _text("code"), _text("language", "id"),
    _number("starts_at"), _number("ends_at"), _number("expires_at"),
    _number("men"), _number("women"), _number("children"), _number("people", 1), _number("permit"),
    _text("person"), _text("identity_end"), _text("holder_name"), _text("device"), _number("inmate_id"),
    _text("secret_key"),
    _number("made_at"), _number("changed_at", None), _number("ended_at", None), _text("ended_by"), _text("reason"),
    _number("ticket_id"), _number("erase_at", index=True),
    UniqueConstraint("office_id", "number"), UniqueConstraint("office_id", "code"),
)
_holds = "state IN ('booked', 'checked_in')"
Index("one_holder_of_a_place", reservation.c.office_id, reservation.c.service, reservation.c.day,
      reservation.c.session, reservation.c.pool, reservation.c.place, unique=True,
      sqlite_where=text(_holds), postgresql_where=text(_holds))
_active_person = "state = 'booked' AND person <> ''"
Index("one_reservation_of_a_person", reservation.c.office_id, reservation.c.service, reservation.c.person, unique=True,
      sqlite_where=text(_active_person), postgresql_where=text(_active_person))
_booked = "state = 'booked'"
Index("reservation_due", reservation.c.expires_at, sqlite_where=text(_booked), postgresql_where=text(_booked))
Index("reservation_of_day", reservation.c.office_id, reservation.c.day, reservation.c.service)
Index("reservation_of_ticket", reservation.c.ticket_id)

#: What the forecast has learned of the days up to ``day``; made anew from the log where it is missing.
forecast_state = Table(
    "forecast_state", metadata,
    _office(), _text("day"), _text("body"),
    UniqueConstraint("office_id", "day"),
)

#: What was said to people because it will go wrong, or has: each is claimed by whoever raises it first.
alert = Table(
    "alert", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("day"), _text("service"), _text("code"), _number("raised_at"), _number("ended_at", None),
    _text("facts"), _text("sent"),
)
Index("alert_of_day", alert.c.office_id, alert.c.day, alert.c.service)

#: Where alerts of an office are sent to, and the secret that signs them.
webhook = Table(
    "webhook", metadata,
    _office(), _text("url"), _text("secret"), _number("set_at"), _number("told_at", None), _text("told"),
    UniqueConstraint("office_id"),
)

#: The services of a counter for one day only, where a supervisor moved some; any other day has the configuration's.
counter_today = Table(
    "counter_today", metadata,
    _office(), _text("day"), _text("counter"), _text("services"), _text("reason"), _number("since_at"),
    UniqueConstraint("office_id", "day", "counter"),
)

#: Visits at the units of a room, each with its countdown: ``minutes`` as the room gave, ``extended_min`` was added.
sitting = Table(
    "sitting", metadata,
    Column("id", Id, primary_key=True),
    _office(), Column("step_id", Id, ForeignKey("step.id"), nullable=False),
    _text("room"), _text("unit"), _number("minutes"), _number("extended_min"),
    _number("began_at"), _number("began_tick"), _number("warned"), _number("over"), _number("ended_at", None),
)
_runs = "ended_at IS NULL"
Index("one_sitting_per_unit", sitting.c.office_id, sitting.c.unit, unique=True,
      sqlite_where=text(_runs), postgresql_where=text(_runs))
Index("sitting_of_step", sitting.c.step_id)

#: Batches that a room called ("kloter 3"): which steps, and which were passed over and why; ids and codes as JSON.
batch = Table(
    "batch", metadata,
    _office(), _text("day"), _text("room"), _number("number"), _number("at"), _text("called"), _text("passed"),
    UniqueConstraint("office_id", "day", "room", "number"),
)

#: Where two must be ready before a stage can begin: when each was, and since when the other one has been sent for.
readiness = Table(
    "readiness", metadata,
    _office(), Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False), _text("service"),
    _number("asked_at"), _number("asked_tick"), _number("visitor_at", None), _number("visitor_tick", None),
    _number("other_at", None), _number("other_tick", None),
    UniqueConstraint("ticket_id", "service"),
)

#: How somebody who asked for it is told of their number or reservation. ``sealed`` is the address, closed with a key
#: that is not in the database; it goes with its row at ``erase_at``, or when its holder has had enough. ``awaits`` is
#: the service in whose line the number stands until "nearly your turn" was said; "": nothing is to be said.
contact = Table(
    "contact", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("ticket_id"), _number("reservation_id"), _text("channel"), _text("sealed"), _text("mark"),
    _text("language", "id"), _text("awaits"), _number("made_at"), _number("erase_at", index=True),
)
Index("contact_of_ticket", contact.c.ticket_id)
Index("contact_of_reservation", contact.c.reservation_id)
Index("contact_of_mark", contact.c.office_id, contact.c.mark)
_awaits = "awaits <> ''"
Index("contact_in_line", contact.c.office_id, contact.c.awaits,
      sqlite_where=text(_awaits), postgresql_where=text(_awaits))

#: The outbox: what is to be said to whom, written in the transaction of what caused it, and what became of it. No
#: address and no text is in it. ``due_at``: when it is tried (again), or until when whoever claimed it is believed.
message = Table(
    "message", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("contact_id"), _number("ticket_id"), _number("reservation_id"), _number("step_id"),
    _text("channel"), _text("occasion"), _number("nth"), _text("facts"), _text("state", "waiting"), _number("due_at"),
    _number("until_at"), _number("tries"), _text("outcome"), _number("made_at"), _number("ended_at", None),
    _number("erase_at", index=True),
    UniqueConstraint("office_id", "ticket_id", "reservation_id", "occasion", "nth", "channel"),
)
_unended = "state IN ('waiting', 'sending')"
Index("message_due", message.c.due_at, sqlite_where=text(_unended), postgresql_where=text(_unended))
Index("message_of_contact", message.c.contact_id)
#: What a visitor said privately that they need, of a number or of a reservation that becomes one. Nowhere else, and
#: erased the day after: no event, export or board has it. ``stated``: codes, apart by commas; ``to_fetch``: somebody
#: goes to them when they are called; ``place``: where they sit.
need = Table(
    "need", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("ticket_id"), _number("reservation_id"), _text("stated"), _number("to_fetch"), _text("place"),
    _text("secret_key"), _number("erase_at"),
)
Index("need_of_office", need.c.office_id, need.c.erase_at)
Index("need_of_ticket", need.c.ticket_id)
_unmet = "ticket_id = 0"
Index("need_of_reservation", need.c.reservation_id, sqlite_where=text(_unmet), postgresql_where=text(_unmet))
#: What continues on another day: its code, until when it is promised, and what became of it. Nothing personal.
case_file = Table(
    "case_file", metadata,
    Column("id", Id, primary_key=True),
    _office(), _number("number"), _text("code"), _text("service"), _number("ticket_id"), _text("day"),
    _number("opened_at"), _number("days"), _text("due"), _text("state"), _number("ready_at", None), _text("ready_day"),
    _number("over_at", None), _text("over_day"), _text("reason"), _number("collect_ticket_id"),
    UniqueConstraint("office_id", "number"), UniqueConstraint("office_id", "code"),
)
_case_open = "state IN ('in_work', 'ready')"
Index("case_open", case_file.c.office_id, case_file.c.due,
      sqlite_where=text(_case_open), postgresql_where=text(_case_open))
Index("case_due", case_file.c.office_id, case_file.c.due, case_file.c.service)
Index("case_of_ticket", case_file.c.ticket_id)
Index("case_collected_with", case_file.c.collect_ticket_id)

#: Exports made in the background, with their progress.
job = Table(
    "job", metadata,
    Column("id", Id, primary_key=True),
    _office(), _text("kind"), _text("asked"), _text("state", "waiting"), _number("done"), _number("total"),
    _text("file"), _text("problem"), _number("person_id"), _number("created_at"), _number("ended_at", None),
)


def _run(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


#: What past days, months and their thirds add up to, per service and part (domain/tally.py), with the durations in
#: ascending order. Never the truth: made from the steps by ``python -m queue_server tally``, which can make it anew.
tally = Table(
    "tally", metadata,
    _office(), _text("span"), _text("start"), _number("weekday"), _text("service"), _text("part"), _text("name"),
    _number("numbers"), _number("steps"), _text("counts"),
    _run("waits"), _run("services"), _run("waits_flagged"), _run("services_flagged"),
    UniqueConstraint("office_id", "span", "part", "start", "service", "name"),
)

#: Up to which event an office's tallies go, by which rules they were made, and which days were left out then.
tally_book = Table(
    "tally_book", metadata,
    _office(), _number("seq"), _text("rules"), _text("left_out"),
    UniqueConstraint("office_id"),
)

for _act in ("UPDATE", "DELETE"):
    event.listen(
        event_table, "after_create",
        DDL(  # type: ignore[no-untyped-call]
            # The log only grows: neither the office nor we can rewrite it by accident.
            f"CREATE TRIGGER event_no_{_act.lower()} BEFORE {_act} ON event "
            "BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    event_table, "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE FUNCTION event_is_append_only() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'event is append-only'; END $$ LANGUAGE plpgsql"
    ).execute_if(dialect="postgresql"),
)
for _name, _when in (
    ("event_no_change", "BEFORE UPDATE OR DELETE ON event FOR EACH ROW"),
    ("event_no_truncate", "BEFORE TRUNCATE ON event FOR EACH STATEMENT"),
):
    event.listen(
        event_table, "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {_name} {_when} EXECUTE FUNCTION event_is_append_only()"
        ).execute_if(dialect="postgresql"),
    )
