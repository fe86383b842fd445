"""Reservations: a place in a session, which becomes a number only at check-in.

Who may reserve what and when, which places are left, and what somebody is told who comes too early, too late, on
another day, or a second time. Instants are UTC ms, days ISO dates of the office.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from . import hours
from .complaint import ALPHABET
from .errors import Refused
from .office import WEEKDAYS, Booking, Office, Quota, Service, Session

MINUTE_MS, DAY_MS = 60_000, 86_400_000
#: Which quota a place belongs to.
ONLINE, PRIORITY = "online", "priority"
#: A party is counted in these kinds.
KINDS = ("men", "women", "children")
MOST_NAME, MOST_REGISTER = 60, 40


class State(StrEnum):
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: Who holds a place: the others have given it back.
HOLDING = (State.BOOKED, State.CHECKED_IN)


# --- sessions and places ------------------------------------------------------------------------------


def sessions_of(office: Office, service: Service, day: str) -> tuple[Session, ...]:
    """The sessions that are held on a date, in order: on their weekdays, while the service is open all through."""
    weekday = WEEKDAYS[date.fromisoformat(day).weekday()]
    open_ = hours.periods(office, service, day)
    return tuple(sorted(
        (s for s in service.sessions if (not s.weekdays or weekday in s.weekdays)
         and any(span.start <= s.time.start and s.time.end <= span.end for span in open_)),
        key=lambda s: s.time.start))


def session_of(office: Office, service: Service, day: str, key: str) -> Session:
    """The session of a date; raises Refused("no_such_session")."""
    found = next((s for s in sessions_of(office, service, day) if s.key == key), None)
    if found is None:
        raise Refused("no_such_session")
    return found


def begins(office: Office, day: str, session: Session) -> int:
    """The instant (UTC ms) at which a session begins."""
    return hours.instant(office, day, session.time.start)


def pool_of(session: Session, priority: bool) -> str:
    """The quota that a place counts against; without one of its own priority counts in the ordinary."""
    return PRIORITY if priority and session.priority is not None else ONLINE


def places(session: Session, pool: str) -> int:
    return session.online if pool == ONLINE else session.priority or 0


def free_place(taken: Collection[int], most: int) -> int | None:
    """The lowest place from 1 to ``most`` that nobody holds; None: all are taken."""
    return next((place for place in range(1, most + 1) if place not in taken), None)


def days_ahead(office: Office, booking: Booking, at: int) -> list[str]:
    """The days of the booking window, today first."""
    today = date.fromisoformat(hours.office_day(office, at))
    return [(today + timedelta(days=n)).isoformat() for n in range(booking.opens_days + 1)]


def closed_since(office: Office, booking: Booking, day: str, session: Session, at: int) -> str:
    """Why a place of a session cannot be reserved at this instant: session_not_yet, session_closed; "": it can."""
    today = date.fromisoformat(hours.office_day(office, at))
    if (date.fromisoformat(day) - today).days > booking.opens_days:
        return "session_not_yet"
    return "session_closed" if at >= begins(office, day, session) - booking.closes_min * MINUTE_MS else ""


def check_open(office: Office, booking: Booking, day: str, session: Session, at: int) -> None:
    """Raises Refused: session_not_yet, session_closed."""
    why = closed_since(office, booking, day, session, at)
    if why == "session_not_yet":
        first = date.fromisoformat(day) - timedelta(days=booking.opens_days)
        raise Refused("session_not_yet", date=first.isoformat(), days=booking.opens_days)
    if why:
        closes = begins(office, day, session) - booking.closes_min * MINUTE_MS
        raise Refused("session_closed", date=hours.office_day(office, closes), time=_clock(office, closes))


# --- numbers at the office beside reservations ----------------------------------------------------------


def session_now(office: Office, service: Service, at: int) -> Session | None:
    """The session that a number taken at the office now belongs to: the one that runs, or comes next today."""
    minute = hours.local_minutes(office, at)
    found = sessions_of(office, service, hours.office_day(office, at))
    return next((s for s in found if minute < s.time.end), None)


def counted_from(office: Office, service: Service, at: int) -> int:
    """The instant (UTC ms) from which numbers taken at the office count for the session of now."""
    day, minute = hours.office_day(office, at), hours.local_minutes(office, at)
    ended = [s.time.end for s in sessions_of(office, service, day) if s.time.end <= minute]
    return hours.instant(office, day, max(ended)) if ended else hours.session_starts(office, service, at)


def quota_now(office: Office, service: Service, at: int, held: Mapping[str, int]) -> Quota | None:
    """What limits numbers at the office beside reservations; None: no session is held any more, or none has limits.

    ``held``: pool -> places of this session that somebody holds. When the tolerance is over, places that nobody
    holds go to those who come without a reservation: the session as a whole never grows.
    """
    session, booking = session_now(office, service, at), service.booking
    if session is None or booking is None:
        return None
    over = at >= begins(office, hours.office_day(office, at), session) + booking.late_min * MINUTE_MS
    freed = max(0, session.online - held.get(ONLINE, 0)) if over and booking.release else 0
    return Quota(
        per="session", online=service.quota.online,
        door=None if session.walk_in is None else session.walk_in + freed,
        priority=None if session.priority is None else max(0, session.priority - held.get(PRIORITY, 0)))


def reopens(office: Office, service: Service, at: int) -> int | None:
    """When the numbers of the next session begin: as this one ends (UTC ms); None: no other follows today."""
    now, day = session_now(office, service, at), hours.office_day(office, at)
    if now is None or all(s.time.start < now.time.end for s in sessions_of(office, service, day)):
        return None
    ends = now.time.end
    opens = (max(ends, w.opens) for w in hours.windows(office, service, day) if max(ends, w.opens) < w.closes)
    return next((hours.instant(office, day, minute) for minute in opens), None)


# --- the rules about who --------------------------------------------------------------------------------


def weekdays_for(booking: Booking, status: str, own: Collection[str]) -> frozenset[str] | None:
    """The weekdays on which somebody in custody is visited: their own, else those of their status; None: any."""
    if own:
        return frozenset(own)
    return frozenset(booking.days[status]) if status in booking.days else None


def visited_on(booking: Booking, status: str, own: Collection[str], day: str) -> bool:
    allowed = weekdays_for(booking, status, own)
    return allowed is None or WEEKDAYS[date.fromisoformat(day).weekday()] in allowed


def week_of(day: str) -> tuple[str, str]:
    """The Monday and the Sunday of a day's week, ISO dates."""
    found = date.fromisoformat(day)
    monday = found - timedelta(days=found.weekday())
    return monday.isoformat(), (monday + timedelta(days=6)).isoformat()


@dataclass(frozen=True)
class Party:
    """Who comes, the one who reserves among them."""

    men: int = 0
    women: int = 0
    children: int = 0

    @property
    def people(self) -> int:
        return self.men + self.women + self.children


def check_party(booking: Booking, party: Party) -> int:
    """How many people come; raises Refused: party_size, party_adult. Where it is not asked it is one."""
    if "party" not in booking.asks:
        return 1
    if min(party.men, party.women, party.children) < 0 or not 1 <= party.people <= booking.most_party:
        raise Refused("party_size", most=booking.most_party, others=booking.most_party - 1)
    if party.men + party.women == 0:
        raise Refused("party_adult")
    return party.people


_NIK = re.compile(r"\d{6}(\d\d)(\d\d)\d{6}")
_PASSPORT = re.compile(r"[A-Z]{0,2}\d{6,9}")


def identity(typed: str) -> str:
    """A NIK (16 digits; its day of birth counts 40 more for women) or a passport's number, in one form; "": neither."""
    text = "".join(c for c in typed.upper() if not c.isspace() and c not in ".-")
    nik = _NIK.fullmatch(text) if text.isascii() else None
    if nik is not None:
        return text if 1 <= int(nik[1]) % 40 <= 31 and int(nik[1]) <= 71 and 1 <= int(nik[2]) <= 12 else ""
    return text if text.isascii() and _PASSPORT.fullmatch(text) else ""


def person_digest(secret: bytes, office: str, identity_: str) -> str:
    """What is kept of who somebody is: a keyed hash, because sixteen structured digits could be tried one by one."""
    return hmac.digest(secret, f"person {office} {identity_}".encode(), "sha256").hex()


def register_form(typed: str) -> str:
    """A register number as it is compared: without spaces, in capitals."""
    return "".join(c for c in typed.upper() if not c.isspace() and c.isprintable())[:MOST_REGISTER]


# --- checking in ----------------------------------------------------------------------------------------


def check_in_problem(
    office: Office, booking: Booking, day: str, starts_at: int, expires_at: int, state: str, at: int,
) -> Refused | None:
    """Why a reservation cannot become a number now; None: it can. Each says when it can, or what else to do."""
    facts: dict[str, str | int | None] = {"date": day, "time": _clock(office, starts_at)}
    if state == State.CHECKED_IN:
        return Refused("used", **facts)
    if state == State.CANCELLED:
        return Refused("reservation_cancelled", **facts)
    today = hours.office_day(office, at)
    if day != today:
        return Refused("wrong_day" if day > today else "day_over", **facts)
    if state == State.EXPIRED or at >= expires_at:
        return Refused("too_late", **facts, until=_clock(office, expires_at))
    opens = starts_at - booking.early_min * MINUTE_MS
    if at < opens:
        return Refused("too_early", **facts, opens=_clock(office, opens), minutes=-(-(opens - at) // MINUTE_MS))
    return None


def _clock(office: Office, at: int) -> str:
    return hours.hhmm(hours.local_minutes(office, at))


# --- the code -------------------------------------------------------------------------------------------

SIGNS = 8
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def code(secret: str) -> str:
    """The short code of a reservation's secret, ``K7QF-2M9X``: typed at the kiosk, read by its scanner."""
    bits = int.from_bytes(hashlib.sha256(f"code {secret}".encode()).digest(), "big")
    signs = "".join(ALPHABET[bits >> (5 * n) & 31] for n in range(SIGNS))
    return f"{signs[:4]}-{signs[4:]}"


def read_code(typed: str) -> str:
    """A code as somebody typed or scanned it, in its one form; "" when it cannot be one."""
    signs = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(_READ_AS)
    return f"{signs[:4]}-{signs[4:]}" if len(signs) == SIGNS and set(signs) <= set(ALPHABET) else ""


# --- what may be a broker ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A reservation as the signals see it; ``device``: the keyed hash of a phone, ``person``: of who reserves."""

    number: int
    device: str
    person: str
    session: tuple[str, str, str]      # service, day, session
    made_at: int
    cancelled_at: int | None


@dataclass(frozen=True)
class Signal:
    """``many``: one phone made ``n`` reservations for ``people`` people within a week. ``retaken``: a place was given
    back and taken again after ``seconds``; ``same``: from the same phone. ``numbers`` are those reservations, ``days``
    the days for which they are, ``at`` when the newest was made (UTC ms)."""

    code: str
    numbers: tuple[int, ...]
    days: tuple[str, ...]
    at: int
    n: int = 0
    people: int = 0
    seconds: int = 0
    same: bool = False


def signals(booking: Booking, made: Iterable[Made]) -> list[Signal]:
    """What the supervisor should look at, of one service's reservations: it proves nothing by itself."""
    rows = sorted(made, key=lambda m: (m.made_at, m.number))
    return _many(booking, rows) + _retaken(booking, rows)


def _many(booking: Booking, rows: list[Made]) -> list[Signal]:
    by_phone: dict[str, list[Made]] = {}
    for row in rows:
        if row.device:
            by_phone.setdefault(row.device, []).append(row)
    found = []
    for theirs in by_phone.values():
        newest = theirs[-1].made_at
        week = [row for row in theirs if row.made_at > newest - 7 * DAY_MS]
        if len(week) >= booking.signal_bookings:
            people = len({row.person or str(row.number) for row in week})
            found.append(Signal("many", *_which(week), len(week), people))
    return found


def _which(rows: list[Made]) -> tuple[tuple[int, ...], tuple[str, ...], int]:
    return tuple(r.number for r in rows), tuple(r.session[1] for r in rows), max(r.made_at for r in rows)


def _retaken(booking: Booking, rows: list[Made]) -> list[Signal]:
    found: list[Signal] = []
    by_session: dict[tuple[str, str, str], list[Made]] = {}
    for row in rows:
        by_session.setdefault(row.session, []).append(row)
    for gone in rows:
        if gone.cancelled_at is None:
            continue
        until = gone.cancelled_at + booking.signal_retaken_s * 1000
        taker = next((r for r in by_session[gone.session] if r.number != gone.number
                      and gone.cancelled_at <= r.made_at <= until), None)
        if taker is not None:
            found.append(Signal(
                "retaken", *_which([gone, taker]), seconds=(taker.made_at - gone.cancelled_at) // 1000,
                same=bool(gone.device) and gone.device == taker.device))
    return found
