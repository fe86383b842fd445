"""What only shows when the parts of an office are laid side by side: names that lead nowhere, doubles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from ..domain.hours import windows
from ..domain.office import (
    COMPONENTS,
    PUBLISHED_COMPONENTS,
    WEEKDAYS,
    Office,
    Override,
    Service,
    Words,
)
from ..domain.reservation import sessions_of
from . import booking
from .lines import Path
from .node import Sheet, shown, suggestion
from .problem import Facts, Problem
from .room import check_rooms
from .stages import check_stages

#: WCAG 2.2 AA for text; the accent carries white text.
LEAST_CONTRAST = 4.5
_A_MONDAY = date(2026, 1, 5)
_A_WEEK = [(_A_MONDAY + timedelta(days=n)).isoformat() for n in range(7)]


def check(office: Office, sheet: Sheet) -> None:
    """Notes every contradiction in ``sheet``."""
    _unique(sheet, "hall", (h.key for h in office.halls))
    _unique(sheet, "board", (b.key for b in office.boards))
    _unique(sheet, "counter", (c.key for c in office.counters))
    _unique(sheet, "service", (s.key for s in office.services))
    _unique(sheet, "holiday", (h.date for h in office.holidays), "date")
    _prefixes(office, sheet)
    _names(office, sheet)
    _unique(sheet, "room", (r.key for r in office.rooms))
    check_rooms(office, sheet)
    check_stages(office, sheet)
    _overrides(office, sheet)
    _hours(office, sheet)
    booking.check(office.services, sheet)


def _unique(sheet: Sheet, table: str, values: Iterable[str], key: str = "key") -> None:
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if value and value in first:
            other = sheet.lines.of((table, first[value], key))
            sheet.note("not_unique", (table, place, key), where=f"{table} {place + 1}", key=key,
                       given=shown(value), other=other)
        first.setdefault(value, place)


def _prefixes(office: Office, sheet: Sheet) -> None:
    first: dict[str, Path] = {}
    for place, service in enumerate(office.services):
        for key, prefix in (("prefix", service.prefix), ("priority_prefix", service.priority_prefix)):
            path: Path = ("service", place, key)
            if prefix and prefix in first:
                sheet.note("not_unique", path, where=f'service "{service.key}"', key=key,
                           given=shown(prefix), other=sheet.lines.of(first[prefix]))
            if prefix:
                first.setdefault(prefix, path)


def _names(office: Office, sheet: Sheet) -> None:
    """Every name leads somewhere, and every service is served by somebody."""
    halls = {hall.key for hall in office.halls}
    services = {service.key for service in office.services}
    for place, board in enumerate(office.boards):
        _known(sheet, "no_such_hall", ("board", place, "hall"), f'board "{board.key}"', board.hall, halls)
    for place, counter in enumerate(office.counters):
        where = f'counter "{counter.key}"'
        _known(sheet, "no_such_hall", ("counter", place, "hall"), where, counter.hall, halls)
        for item, name in enumerate(counter.services):
            _known(sheet, "no_such_service", ("counter", place, "services", item), where, name, services)
    for place, override in enumerate(office.overrides):
        for item, name in enumerate(override.services):
            path: Path = ("override", place, "services", item)
            _known(sheet, "override_no_service", path, f'override "{override.name}"', name, services)
    for place, room in enumerate(office.rooms):
        _known(sheet, "no_such_service", ("room", place, "service"), f'room "{room.key}"', room.service, services)
    served = {name for counter in office.counters for name in counter.services}
    for place, service in enumerate(office.services):
        if service.key and service.key not in served:
            sheet.note("unserved_service", ("service", place, "key"), given=shown(service.key))


def _known(sheet: Sheet, code: str, path: Path, where: str, name: str, known: set[str]) -> None:
    if name and name not in known:
        facts = suggestion(name, known) or {"known": ", ".join(sorted(known))}
        told = code if "meant" in facts else f"{code}_listed"
        sheet.note(told, path, where=where, given=shown(name), **facts)


def _overrides(office: Office, sheet: Sheet) -> None:
    """Two overrides for the same service on the same day would leave open which one holds."""
    for later, override in enumerate(office.overrides):
        for earlier, other in enumerate(office.overrides[:later]):
            if _collide(override, other):
                sheet.note("override_overlap", ("override", later, "first"), given=shown(override.name),
                           name=shown(other.name), other=sheet.lines.of(("override", earlier)))


def _collide(one: Override, other: Override) -> bool:
    same = bool(set(one.services) & set(other.services)) or not (one.services or other.services)
    return same and one.first <= other.last and other.first <= one.last


def _hours(office: Office, sheet: Sheet) -> None:
    """On a weekday that is open, a number must be possible; a cut-off may not eat the whole day."""
    for place, service in enumerate(office.services):
        for number, name in enumerate(WEEKDAYS):
            if not _ever_issues(office, service, number):
                path: Path = ("service", place, "hours") if service.week is not None else ("hours", name)
                sheet.note("never_issues", path, given=shown(service.key), day=name)
                break


def _ever_issues(office: Office, service: Service, weekday: int) -> bool:
    """True too for a closed day. The week alone is judged, in a week without holidays and overrides."""
    day = (_A_MONDAY + timedelta(days=weekday)).isoformat()
    spans = windows(_plain(office), service, day)
    return not spans or any(window.opens < window.closes for window in spans)


def _plain(office: Office) -> Office:
    return replace(office, holidays=(), overrides=())


def other_office(given: str, here: str) -> Problem:
    """The file of another office than the one that is being configured."""
    return Problem("other_office", 0, {"given": given, "here": here})


def missing_media(office: Office, there: Iterable[str]) -> list[Problem]:
    """A warning for each file that a notice names and that is not ``there``."""
    known = set(there)
    return [Problem("media_missing", 0, {"given": shown(notice.file)})
            for notice in office.notices if notice.file and notice.file not in known]


def warnings(office: Office) -> list[Problem]:
    """What is allowed but will trouble somebody; without lines, because the office may come from anywhere."""
    found: list[Problem] = []
    ratio = contrast_with_white(office.accent)
    if ratio < LEAST_CONTRAST:
        found.append(Problem("accent_contrast", 0, {"given": office.accent, "ratio": f"{ratio:.1f}"}))
    if not any(office.week.days) and not office.always_open:
        found.append(Problem("never_open"))
    boards = {board.hall for board in office.boards}
    for hall in office.halls:
        if hall.key not in boards:
            found.append(Problem("hall_without_board", 0, {"given": shown(hall.key)}))
        elif office.voice and not any(b.speaks for b in office.boards if b.hall == hall.key):
            found.append(Problem("hall_without_voice", 0, {"given": shown(hall.key)}))
    if not office.complaint:
        found.append(Problem("no_complaint_address"))
    for service in office.services:
        found += _service_warnings(office, service)
    return found


def _service_warnings(office: Office, service: Service) -> list[Problem]:
    found: list[Problem] = []
    name = shown(service.key)
    for prefix in (service.prefix, service.priority_prefix):
        if set(prefix) & set("IO"):
            found.append(Problem("prefix_confusing", 0, {"service": name, "given": shown(prefix)}))
    if service.priority_prefix:
        facts: Facts = {"service": name, "given": shown(service.priority_prefix)}
        found.append(Problem("priority_prefix", 0, facts))
    components = service.standard.components
    published = [part for part in PUBLISHED_COMPONENTS if part not in components]
    others = [part for part in COMPONENTS if part not in components and part not in PUBLISHED_COMPONENTS]
    for code, missing in (("components_unpublished", published), ("components_missing", others)):
        if missing:
            found.append(Problem(code, 0, {"service": name, "missing": ", ".join(missing)}))
    for lang in office.languages:
        texts: list[tuple[str, Words]] = [("name", service.name)]
        texts += [(part, components[part]) for part in PUBLISHED_COMPONENTS if part in components]
        untold = [key for key, words in texts if not words.get(lang)]
        if untold:
            found.append(Problem("language_missing", 0, {
                "service": name, "lang": lang, "missing": ", ".join(untold)}))
    for session in service.sessions:
        if not any(s.key == session.key for day in _A_WEEK for s in sessions_of(_plain(office), service, day)):
            found.append(Problem("session_never_held", 0, {"service": name, "given": shown(session.key)}))
    if service.standard.promises["door"].wait_min is None:
        found.append(Problem("no_stated_wait", 0, {"service": name}))
    return found


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of ``#rrggbb`` against white, 1 to 21 (WCAG 2.2, relative luminance)."""
    channels = [int(colour[n:n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
