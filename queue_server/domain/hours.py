"""When an office is open and whether a number may be issued now: the one decision for every screen.

Nothing here reads a clock. Instants are UTC milliseconds, dates are ISO strings of the office day (which
may begin after midnight, ``Office.day_starts``), times of day are minutes since that date's midnight and so
may exceed 1440 in an office whose day runs past midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache

from .errors import Refused
from .office import OFFSETS_H, Office, Override, Quota, Service, Span

DAY_MIN = 24 * 60
#: How far ahead a next opening is looked for; longer than any row of holidays an office has.
SEARCH_DAYS = 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MINUTE = timedelta(minutes=1)
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Window:
    """The part [opens, closes) of a day in which numbers are issued for one open period."""

    opens: int
    closes: int
    period: Span


@dataclass(frozen=True)
class IssuedToday:
    """Numbers of one service already issued: (channel, priority) -> how many.

    ``day`` counts the office day, ``session`` what was issued since ``session_starts``. Voided numbers are
    left out by whoever counts: nobody was served with them. ``quota`` holds instead of the service's own where
    places can be reserved (``reservation.quota_now``); check-ins are then counted in neither, and ``reopens`` is when
    the next session's numbers begin (UTC ms; None: not today).
    """

    day: Mapping[tuple[str, bool], int] = field(default_factory=dict)
    session: Mapping[tuple[str, bool], int] = field(default_factory=dict)
    quota: Quota | None = None
    reopens: int | None = None


@dataclass(frozen=True)
class Decision:
    """May a number be issued? If not: ``code`` (sentence ``refused.<code>``), its facts, the next opening.

    Facts: ``name`` (holiday), ``last`` and ``ends`` (after_cutoff, "HH:MM"), ``ends`` (closed), ``quota``
    (quota_full), ``reason`` (paused); with a next opening those of ``opening_words`` too.
    """

    allowed: bool
    code: str = ""
    facts: dict[str, str | int] = field(default_factory=dict)
    next_opening: int | None = None

    def refusal(self) -> Refused:
        """The error that a command raises when ``allowed`` is false."""
        return Refused(self.code, **self.facts)


def office_day(office: Office, at_utc_ms: int) -> str:
    """The office's day at an instant, as an ISO date in its own zone; it changes at ``day_starts``."""
    return _day_of_minute(office.time_zone, office.day_starts, at_utc_ms // _MINUTE_MS)


@lru_cache(maxsize=1024)
def _day_of_minute(time_zone: str, day_starts: int, minute: int) -> str:
    """Every command asks for its day, and a day never changes within a minute."""
    wall = (_EPOCH + minute * _MINUTE).astimezone(_zone(time_zone)).replace(tzinfo=None)
    return (wall - day_starts * _MINUTE).date().isoformat()


def local_minutes(office: Office, at_utc_ms: int) -> int:
    """Whole minutes since midnight of the office day's date: ``day_starts`` … ``day_starts`` + 1439."""
    since = at_utc_ms // _MINUTE_MS + OFFSETS_H[office.time_zone] * 60 - office.day_starts
    return since % DAY_MIN + office.day_starts


def instant(office: Office, day: str, minutes: int) -> int:
    """UTC milliseconds of a time of day; the reverse of ``office_day`` with ``local_minutes``."""
    wall = datetime.combine(date.fromisoformat(day), time()) + minutes * _MINUTE
    return (wall.replace(tzinfo=_zone(office.time_zone)) - _EPOCH) // _MILLISECOND


def day_begins(office: Office) -> int | None:
    """Milliseconds after midnight UTC at which the office's day changes; None: always open, so no day ends there."""
    return None if office.always_open else instant(office, "2000-01-01", office.day_starts) % (DAY_MIN * _MINUTE_MS)


def day_after(office: Office, day: str) -> int:
    """UTC ms of the end of the office day after ``day``: until then what was kept for the day is erased."""
    later = date.fromisoformat(day) + timedelta(days=2)
    return instant(office, later.isoformat(), office.day_starts)


def hhmm(minutes: int) -> str:
    """``07:30``; minutes past midnight of the next day read as the next day's clock."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def periods(office: Office, service: Service | None, day: str) -> tuple[Span, ...]:
    """The open periods of a service (None: of the office) on a date, in order.

    A holiday closes everything. Otherwise an override that names the service decides; then its own week;
    then an override for all services; then the office's week. A service with hours of its own is, under an
    override for all, open where both are: Ramadan hours never open a morning service in the afternoon.
    """
    if office.always_open:
        return (Span(office.day_starts, office.day_starts + DAY_MIN),)
    if _holiday(office, day) is not None:
        return ()
    named = _override(office, service, day)
    if named is not None:
        return named.week.days[_weekday(day)]
    general = _override(office, None, day)
    house = (general.week if general is not None else office.week).days[_weekday(day)]
    if service is None or service.week is None:
        return house
    own = service.week.days[_weekday(day)]
    return own if general is None else _common(own, house)


def windows(office: Office, service: Service, day: str) -> tuple[Window, ...]:
    """When numbers of the service are issued on a date, one window per open period (it may be empty).

    Issuing ends ``last_ticket_min`` before the day's last end and ``break_ticket_min`` before a break; before
    the first period it may begin early (``issue_from``).
    """
    spans = periods(office, service, day)
    if office.always_open:
        return tuple(Window(span.start, span.end, span) for span in spans)
    start = _issue_from(office, service, day, spans)
    cut, break_cut = _cut_offs(office, service)
    return tuple(
        Window(
            opens=start if i == 0 else max(span.start, start),
            closes=span.end - (cut if i == len(spans) - 1 else break_cut),
            period=span,
        )
        for i, span in enumerate(spans)
    )


def session_starts(office: Office, service: Service, at_utc_ms: int) -> int:
    """The instant (UTC ms) from which the present session's numbers are counted for a quota per session.

    A session begins when the period before it ends, so that an early kiosk belongs to the period it serves.
    """
    day, now = office_day(office, at_utc_ms), local_minutes(office, at_utc_ms)
    ended = [span.end for span in periods(office, service, day)[:-1] if span.end <= now]
    return instant(office, day, ended[-1] if ended else office.day_starts)


def may_issue(
    office: Office, service: Service, channel: str, priority: bool, at_utc_ms: int,
    issued: IssuedToday, paused: str | None = None,
) -> Decision:
    """May a number of ``service`` be issued at this instant? The only place where that is decided.

    ``paused`` is the reason with which a supervisor paused issuing, or None. There is no individual
    exception: staff are refused like anybody else, and only a published change of the schedule opens.
    """
    if service.key in office.stage_keys:
        return Decision(False, "stage_only")
    if channel == "online" and not (office.remote_numbers and service.remote):
        return Decision(False, "remote_off")
    if channel == "online" and service.booking is not None and not service.booking.numbers_too:
        return Decision(False, "reserve_first")
    day, now = office_day(office, at_utc_ms), local_minutes(office, at_utc_ms)
    spans = windows(office, service, day)
    if not any(w.opens <= now < w.closes for w in spans):
        code, facts = _why_closed(office, service, day, now, spans)
        return _refuse(office, code, facts, at_utc_ms, next_opening(office, service, at_utc_ms))
    if paused is not None:
        return Decision(False, "paused", {"reason": paused})
    quota = service.quota if issued.quota is None else issued.quota
    limit = _exhausted(quota, channel, priority, issued)
    if limit is None:
        return Decision(True)
    opens = issued.reopens or next_opening(office, service, at_utc_ms, today=quota.per != "day")
    return _refuse(office, "quota_full", {"quota": limit}, at_utc_ms, opens)


def next_opening(office: Office, service: Service, at_utc_ms: int, today: bool = True) -> int | None:
    """The next instant (UTC ms) after ``at_utc_ms`` at which issuing begins; None: not within 60 days.

    ``today`` = False leaves out the rest of the present office day.
    """
    first = date.fromisoformat(office_day(office, at_utc_ms))
    for ahead in range(0 if today else 1, SEARCH_DAYS + 1):
        day = (first + timedelta(days=ahead)).isoformat()
        for window in windows(office, service, day):
            opens = instant(office, day, window.opens)
            if window.opens < window.closes and opens > at_utc_ms:
                return opens
    return None


def opening_words(office: Office, opens_utc_ms: int, at_utc_ms: int) -> dict[str, str | int]:
    """An opening as facts for a sentence: ISO date, "HH:MM", and in how many days (0: today)."""
    wall = _wall(office, opens_utc_ms)
    opens, today = _day(office, wall), date.fromisoformat(office_day(office, at_utc_ms))
    return {
        "opens_date": wall.date().isoformat(),
        "opens_time": f"{wall:%H:%M}",
        "opens_in_days": (opens - today).days,
    }


def _refuse(office: Office, code: str, facts: dict[str, str | int], at: int, opens: int | None) -> Decision:
    more = {} if opens is None else opening_words(office, opens, at)
    return Decision(False, code, {**facts, **more}, opens)


def _why_closed(
    office: Office, service: Service, day: str, now: int, spans: tuple[Window, ...]
) -> tuple[str, dict[str, str | int]]:
    """The reason that holds at ``now``, a minute that lies in none of the windows."""
    if not spans:
        return _why_no_hours(office, service, day)
    for i, window in enumerate(spans):
        if now >= window.period.end:
            continue
        if i and now < window.period.start:
            return "break", {}
        if now >= window.closes:
            return "after_cutoff", {"last": hhmm(window.closes), "ends": hhmm(window.period.end)}
        return "before_opening", {}
    return "closed", {"ends": hhmm(spans[-1].period.end)}


def _why_no_hours(office: Office, service: Service, day: str) -> tuple[str, dict[str, str | int]]:
    """A named holiday, an override that closes what is open otherwise, or simply a closed weekday."""
    name = _holiday(office, day)
    if name is not None:
        return "holiday", {"name": name}
    override = _override(office, service, day) or _override(office, None, day)
    if override is not None and (service.week or office.week).days[_weekday(day)]:
        return "holiday", {"name": override.name}
    return "closed_today", {}


def _exhausted(quota: Quota, channel: str, priority: bool, issued: IssuedToday) -> int | None:
    """The limit that the next number would pass, or None; the meaning of each limit is at ``Quota``."""
    if quota.total is None and quota.door is None and quota.online is None and quota.priority is None:
        return None
    counts = issued.session if quota.per == "session" else issued.day
    if priority and quota.priority is not None:
        used = sum(n for (_, first), n in counts.items() if first)
        return quota.priority if used >= quota.priority else None
    shared = {key: n for key, n in counts.items() if not (key[1] and quota.priority is not None)}
    online = sum(n for (by, _), n in shared.items() if by == "online")
    door = sum(shared.values()) - online
    side, used = (quota.online, online) if channel == "online" else (quota.door, door)
    if side is not None and used >= side:
        return side
    if quota.total is not None and door + online >= quota.total:
        return quota.total
    return None


def _issue_from(office: Office, service: Service, day: str, spans: tuple[Span, ...]) -> int:
    """When the day's first number is issued.

    The office's ``issue_from`` holds for services that begin with the office or before it; one that begins
    later in the day (collection in the afternoon) issues from its own beginning unless it says otherwise.
    """
    if not spans:
        return 0
    if service.issue_from is not None:
        return service.issue_from
    house = periods(office, None, day)
    if office.issue_from is not None and house and spans[0].start <= house[0].start:
        return office.issue_from
    return spans[0].start


def _cut_offs(office: Office, service: Service) -> tuple[int, int]:
    """Minutes before the day's last end and before a break at which issuing stops."""
    last = service.last_ticket_min if service.last_ticket_min is not None else office.last_ticket_min
    if service.break_ticket_min is not None:
        return last, service.break_ticket_min
    if service.last_ticket_min is None and office.break_ticket_min is not None:
        return last, office.break_ticket_min
    return last, last


def _holiday(office: Office, day: str) -> str | None:
    return next((h.name for h in office.holidays if h.date == day), None)


def _override(office: Office, service: Service | None, day: str) -> Override | None:
    """The override in force: one that names the service, or for None one that names no service."""
    for override in office.overrides:
        concerned = service.key in override.services if service is not None else not override.services
        if concerned and override.first <= day <= override.last:
            return override
    return None


def _common(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> tuple[Span, ...]:
    """Where both are open, in order."""
    both = (Span(max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return tuple(sorted((span for span in both if span.start < span.end), key=lambda span: span.start))


def _weekday(day: str) -> int:
    return date.fromisoformat(day).weekday()


@cache
def _zone(name: str) -> timezone:
    """Indonesia knows no summer time: an offset is the whole zone, and no machine's tables are asked for it."""
    return timezone(timedelta(hours=OFFSETS_H[name]))


def _wall(office: Office, at_utc_ms: int) -> datetime:
    """What a clock on the office's wall shows, without a zone."""
    return (_EPOCH + at_utc_ms * _MILLISECOND).astimezone(_zone(office.time_zone)).replace(tzinfo=None)


def _day(office: Office, wall: datetime) -> date:
    return (wall - office.day_starts * _MINUTE).date()
