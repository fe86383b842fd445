"""Personal data: what is asked, why, who sees it, until when, where it lies and how it goes. One table.

The purpose notice (screens/privacy.py), docs/personal.md (``python -m queue_server personal --write``), the retention
(commands/retention.py) and the erasure of a person (commands/erasure.py) are all made from it, and a test holds every
column of tables.py against it: one is either named by a ``Datum`` here or said to be nobody's in ``personal_plain.py``.

To add a kind: a ``Datum`` here, its words in common/personal_words.json, and where its table is new a ``Rule``.
The bases are those of UU 27/2022 (Pelindungan Data Pribadi), Pasal 20(2): an office does not ask for consent to do
what the law has it do. Durations are milliseconds, days are office days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 86_400_000
#: Somebody who is in custody here no more is forgotten after so long; what a family saw, and who was enrolled, too.
GONE_KEPT_DAYS = 30


class Of(StrEnum):
    """Whose data it is."""

    VISITOR = "visitor"
    FAMILY = "family"
    CUSTODY = "custody"
    STAFF = "staff"


class Form(StrEnum):
    """Where somebody is asked; the notice stands beside each."""

    NUMBER = "number"            # taking a number, from a phone or at the office
    LANE = "lane"
    BOOK = "book"
    COMPLAINT = "complaint"
    FAMILY = "family"
    COUNTER = "counter"          # staff write it
    REGISTRY = "registry"        # it comes from another system
    ACCOUNT = "account"


class Basis(StrEnum):
    """Why it may be processed."""

    TASK = "task"                # public service: Pasal 20(2)e
    LAW = "law"                  # an obligation of the office: Pasal 20(2)c
    CONSENT = "consent"          # what somebody may leave out, or was enrolled for at their own wish: Pasal 20(2)a
    INTEREST = "interest"        # keeping the server from misuse: Pasal 20(2)f


SERVERS = ("officer", "supervisor")
OVERSEERS = ("supervisor", "administrator")


@dataclass(frozen=True)
class Datum:
    """One kind of personal datum. ``key`` has its words (what, why, until) in common/personal_words.json.

    ``columns`` are ``table.column``; empty: only in the server's memory or on the visitor's own phone. ``sees``: roles;
    empty: nobody. ``rule`` False: it is kept on purpose, and ``key``.until says why. ``ask``: shown only where a
    service asks for it (``office.ASKS``).
    """

    key: str
    of: Of
    forms: tuple[Form, ...]
    basis: Basis
    sees: tuple[str, ...]
    columns: tuple[str, ...]
    rule: bool = True
    ask: str = ""


DATA = (
    # --- visitors
    Datum("priority", Of.VISITOR, (Form.NUMBER, Form.BOOK), Basis.LAW, SERVERS,
          ("ticket.priority", "step.priority", "call.priority", "reservation.priority"), rule=False),
    Datum("plate", Of.VISITOR, (Form.LANE,), Basis.CONSENT, SERVERS, ("private.value", "private.name")),
    Datum("note", Of.VISITOR, (Form.COUNTER,), Basis.TASK, SERVERS, ("private.value", "private.name")),
    Datum("needs", Of.VISITOR, (Form.NUMBER, Form.BOOK, Form.COUNTER), Basis.CONSENT, SERVERS,
          ("need.stated", "need.to_fetch", "need.place")),
    Datum("told", Of.VISITOR, (Form.NUMBER, Form.BOOK), Basis.CONSENT, (),
          ("contact.sealed", "contact.mark", "message.contact_id")),
    Datum("name", Of.VISITOR, (Form.BOOK,), Basis.TASK, SERVERS, ("reservation.holder_name",), ask="name"),
    Datum("nik", Of.VISITOR, (Form.BOOK,), Basis.TASK, SERVERS, ("reservation.person", "reservation.identity_end"),
          ask="nik"),
    Datum("inmate", Of.VISITOR, (Form.BOOK,), Basis.TASK, SERVERS, ("reservation.inmate_id",), ask="inmate"),
    Datum("party", Of.VISITOR, (Form.BOOK,), Basis.TASK, SERVERS,
          ("reservation.men", "reservation.women", "reservation.children", "reservation.people", "ticket.party"),
          rule=False, ask="party"),
    Datum("permit", Of.VISITOR, (Form.BOOK,), Basis.LAW, SERVERS, ("reservation.permit",), rule=False, ask="permit"),
    Datum("complaint", Of.VISITOR, (Form.COMPLAINT,), Basis.LAW, ("supervisor", "auditor", "administrator"),
          ("complaint.body", "complaint.answer", "complaint.reference")),
    Datum("contact", Of.VISITOR, (Form.COMPLAINT,), Basis.CONSENT, OVERSEERS, ("complaint.contact",)),
    # What they do not give but their phone does comes last: a notice begins with what is asked.
    Datum("phone", Of.VISITOR, (Form.NUMBER, Form.BOOK), Basis.INTEREST, (),
          ("ticket.holder", "reservation.device")),
    Datum("press", Of.VISITOR, (Form.NUMBER, Form.BOOK, Form.COMPLAINT), Basis.INTEREST, (),
          ("command.actor", "command.key", "command.digest", "command.answer")),
    Datum("mark", Of.VISITOR, (Form.NUMBER, Form.BOOK), Basis.LAW, ("supervisor", "auditor", "administrator"),
          ("event.actor",), rule=False),
    Datum("address", Of.VISITOR, (Form.NUMBER, Form.BOOK, Form.COMPLAINT, Form.FAMILY), Basis.INTEREST, (), ()),
    # --- families, and people in custody
    Datum("family", Of.FAMILY, (Form.FAMILY,), Basis.CONSENT, SERVERS,
          ("family.holder_name", "family.relation", "family.inmate_id", "family.code_digest", "family.proof")),
    Datum("family_phone", Of.FAMILY, (Form.FAMILY,), Basis.CONSENT, (),
          ("family_passkey.family_id", "family_passkey.credential", "family_passkey.public_key")),
    Datum("look", Of.FAMILY, (Form.FAMILY,), Basis.LAW, SERVERS,
          ("family_look.family_id", "family_look.at", "family_look.way", "family_look.place",
           "family_look.outcome")),
    Datum("registry", Of.CUSTODY, (Form.REGISTRY,), Basis.LAW, SERVERS,
          ("inmate.register", "inmate.status", "inmate.block", "inmate.days", "inmate.may_visit", "inmate.hidden")),
    Datum("case", Of.CUSTODY, (Form.REGISTRY,), Basis.LAW, ("family",),
          ("inmate.remission", "inmate.release_day", "inmate.programme")),
    # --- those who work here
    Datum("account", Of.STAFF, (Form.ACCOUNT,), Basis.TASK, ("administrator",),
          ("person.name", "person.shown_name", "person.role", "person.password", "person.totp_secret",
           "passkey.person_id", "passkey.credential", "passkey.public_key", "passkey.name"), rule=False),
    Datum("session", Of.STAFF, (Form.ACCOUNT,), Basis.TASK, ("administrator",),
          ("session.token_hash", "session.person_id", "session.created_at", "session.used_tick")),
    Datum("acts", Of.STAFF, (Form.COUNTER,), Basis.LAW, ("supervisor", "auditor", "administrator"),
          ("event.actor", "step.person_id", "seat.person_id", "told.person_id", "told.by_person", "job.person_id",
           "ticket.issuer", "complaint.answered_by", "complaint.readers", "family.made_by"), rule=False),
)


class Due(StrEnum):
    """What the column of a rule is."""

    INSTANT = "instant"          # UTC ms; 0 or empty: not yet known
    DAY = "day"                  # an office day
    TICK = "tick"                # ms of the office's steady clock


@dataclass(frozen=True)
class Rule:
    """How the rows of a table lose what is personal: whole rows go, or the columns of ``DATA`` are emptied, with
    those of ``along`` (the keys of commitments, and whatever else is worth nothing without them).

    A row is due ``after`` its column ``due``: ms, or days where that is a day. ``by`` is the column by which an
    erasure names rows; ``says`` how the log tells of it, "" for what is only forgotten (a session).
    ``also`` are further tables of the same rows that go first: their column leads to this table's ``id``.
    """

    table: str
    due: str
    kind: Due = Due.INSTANT
    after: int = 0
    whole: bool = False
    along: tuple[str, ...] = ()
    by: str = "id"
    says: str = ""
    also: tuple[tuple[str, str], ...] = ()


#: A session that nobody used for so long has ended (commands/access.py), ms.
SESSION_IDLE_MS = 60 * 60_000

RULES = (
    Rule("private", "erase_at", whole=True, by="ticket_id", says="notes"),
    # Which number said what it needs stands nowhere, not even that it went.
    Rule("need", "erase_at", whole=True),
    Rule("message", "erase_at", whole=True, by="contact_id"),
    Rule("contact", "erase_at", whole=True, says="contacts"),
    Rule("ticket", "day", Due.DAY, after=1, says="phones"),
    Rule("reservation", "erase_at", along=("secret_key",), says="reservations"),
    Rule("complaint", "erase_at", along=("secret_key", "readers"), says="complaints"),
    Rule("family", "erase_at", whole=True, says="families", also=(("family_passkey", "family_id"),)),
    Rule("family_look", "erase_at", whole=True, says="looks", by="family_id"),
    Rule("inmate", "erase_at", whole=True, says="registry"),
    Rule("command", "expires_at", whole=True, by=""),
    Rule("session", "expires_tick", Due.TICK, whole=True, by=""),
    Rule("session", "used_tick", Due.TICK, after=SESSION_IDLE_MS, whole=True, by=""),
)


def rule_of(table: str) -> Rule:
    """The (first) rule of a table; raises KeyError where it has none."""
    for rule in RULES:
        if rule.table == table:
            return rule
    raise KeyError(table)


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table that an erasure empties: those of every kind that a rule ends, each once."""
    found: dict[str, None] = {}
    for datum in DATA:
        if datum.rule:
            found.update((column.partition(".")[2], None) for column in datum.columns
                         if column.partition(".")[0] == table)
    return (*found, *(rule_of(table).along if found else ()))


def rules_for(datum: Datum) -> tuple[Rule, ...]:
    """By which rules a kind goes, in the order of its columns."""
    tables = dict.fromkeys(column.partition(".")[0] for column in datum.columns) if datum.rule else {}
    parents = {child: rule.table for rule in RULES for child, _column in rule.also}
    return tuple(rule_of(parents.get(table, table)) for table in tables)


def notice(form: Form) -> tuple[Datum, ...]:
    """What is told at a form."""
    return tuple(datum for datum in DATA if form in datum.forms)
