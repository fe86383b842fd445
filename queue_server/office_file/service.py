"""The tables of one service in an office file: its hours, quota, standard; and how a week is written."""

from __future__ import annotations

from ..domain.hours import DAY_MIN
from ..domain.office import (
    COMPONENTS,
    COUNTS,
    SERVICE_FROM,
    WAIT_FROM,
    WAIT_TO,
    WEEKDAYS,
    Clocks,
    Promise,
    Quota,
    Service,
    Span,
    Standard,
    Week,
    Words,
)
from ..icons import SERVICE_ICONS
from .booking import as_span, booking, session
from .lines import Path
from .node import KEY, Node, shown, suggestion

COLOUR = r"#[0-9a-fA-F]{6}"
PREFIX = r"[A-Z]{1,2}"
#: Working days: what takes longer is not the same errand any more.
MOST_FINISH_DAYS = 250
PROMISED = ("door", "online", "staff", "priority")


def _spans(node: Node, day: str, day_starts: int) -> tuple[Span, ...]:
    """The open periods of a day: valid, in order, not overlapping, inside the office day."""
    found: list[Span] = []
    for place, item in enumerate(node.items(day, "spans", most=12)):
        path: Path = (*node.path, day, place)
        span = as_span(node, day, item, day_starts, path)
        if span is not None and found and span.start < found[-1].end:
            node.sheet.note("span_overlap", path, where=node.where, key=day, given=shown(item))
        elif span is not None:
            found.append(span)
    return tuple(found)


def week(node: Node, day_starts: int) -> Week | None:
    """The week of a table; None where no day is named. A day that is left out is closed."""
    named = any(day in node.value for day in WEEKDAYS)
    days = tuple(_spans(node, day, day_starts) for day in WEEKDAYS)
    return Week(days) if named else None


def service(node: Node, day_starts: int, texts: dict[str, Words]) -> Service:
    """One [[service]]; ``texts`` are the office's components, which its own replace."""
    hours = node.table("hours")
    standard = node.table("standard", required=True)
    reserved = _reserved(node)
    found = Service(
        key=node.key("key"),
        prefix=node.matching("prefix", PREFIX, "prefix"),
        name=node.words("name", required=True, most=60),
        icon=_icon(node),
        colour=node.matching("colour", COLOUR, "colour"),
        standard=_standard(standard, texts) if standard else Standard({"door": Promise()}),
        quota=_quota(node.table("quota")),
        week=week(hours, day_starts) if hours else None,
        issue_from=hours.clock("issue_from") if hours else None,
        last_ticket_min=hours.whole("last_ticket_min", None, 0, DAY_MIN) if hours else None,
        break_ticket_min=hours.whole("break_ticket_min", None, 0, DAY_MIN) if hours else None,
        remote=node.yes_no("remote", True),
        english=node.yes_no("english", False),
        priority_prefix=node.matching("priority_prefix", PREFIX, "prefix", ""),
        reserved=reserved,
        reserved_for=_reserved_for(node, reserved),
        summary=node.words("summary", most=160),
        booking=booking(node.table("booking")),
        sessions=tuple(session(each, day_starts) for each in node.tables("session", 48)),
        stages=node.texts("stages"), first_stage=node.words("first_stage", most=60),
        elsewhere=node.words("elsewhere", most=160), both_ready=node.yes_no("both_ready", False),
        phone_away=node.yes_no("phone_away", False), plate=node.yes_no("plate", False),
        finish_in_days=node.whole("finish_in_days", None, 0, MOST_FINISH_DAYS),
        collected_at=node.texts("collected_at"),
    )
    if hours:
        hours.done()
    node.done()
    return found


def _icon(node: Node) -> str:
    value = node.text("icon", kind="icon")
    if value and value not in SERVICE_ICONS:
        facts = suggestion(value, SERVICE_ICONS)
        node.note("no_such_icon", "icon", given=shown(value), **facts)
    return value


def _range(value: object) -> tuple[int, int] | None:
    """Two whole numbers in a list; None where it is something else."""
    if not (isinstance(value, list) and len(value) == 2
            and all(isinstance(n, int) and not isinstance(n, bool) for n in value)):
        return None
    return value[0], value[1]


def _reserved(node: Node) -> tuple[int, int] | None:
    value = node.take("reserved", "range")
    if value is None:
        return None
    found = _range(value)
    if found is None:
        node.wrong("reserved", value, "range")
        return None
    first, last = found
    # The ordinary series starts at 1; a range that a normal day reaches would make it jump.
    if not 100 <= first <= last <= 9999:
        node.note("reserved_range", "reserved", given=shown(value))
        return None
    return first, last


def _reserved_for(node: Node, reserved: tuple[int, int] | None) -> dict[str, tuple[int, int]]:
    """Which kiosk gives which part of the reserve while the server is away; no number belongs to two."""
    value = node.take("reserved_for", "reserved_for")
    if value is None or (reserved is None and "reserved" in node.value):  # the range itself is told to be wrong
        return {}
    if not isinstance(value, dict):
        node.wrong("reserved_for", value, "reserved_for")
        return {}
    found: dict[str, tuple[int, int]] = {}
    for kiosk, given in value.items():
        span = _range(given)
        if span is None or not KEY.fullmatch(str(kiosk)):
            node.wrong("reserved_for", {kiosk: given}, "reserved_for")
        elif reserved is None or not reserved[0] <= span[0] <= span[1] <= reserved[1]:
            node.note("reserved_part_outside", "reserved_for", kiosk=shown(kiosk), given=shown(given))
        elif any(span[0] <= last and first <= span[1] for first, last in found.values()):
            node.note("reserved_part_shared", "reserved_for", kiosk=shown(kiosk), given=shown(given))
        else:
            found[str(kiosk)] = span
    return found


def _quota(node: Node | None) -> Quota:
    if node is None:
        return Quota()
    limits = {name: node.whole(name, None, 1, 9999) for name in ("total", "door", "online", "priority")}
    found = Quota(per=node.choice("per", ("day", "session"), "day"), **limits)
    node.done()
    return found


def _standard(node: Node, texts: dict[str, Words]) -> Standard:
    own = node.table("components")
    clocks = node.table("clocks")
    promises = node.table("promise", required=True)
    found = Standard(
        promises=_promises(promises) if promises else {"door": Promise()},
        visit_min=node.whole("visit_min", None, 1, DAY_MIN),
        decree=node.text("decree", "", most=200),
        valid_from=node.day("valid_from", ""),
        components={**texts, **(components(own) if own else {})},
        valid_to=node.day("valid_to", ""),
        clocks=_clocks(clocks) if clocks else Clocks(),
    )
    if "" < found.valid_to < found.valid_from:
        node.note("standard_ends_first", "valid_to", first=found.valid_from, last=found.valid_to)
    if own:
        own.done()
    node.done()
    return found


def _clocks(node: Node) -> Clocks:
    usual = Clocks()
    found = Clocks(
        wait_from=node.choice("wait_from", WAIT_FROM, usual.wait_from),
        wait_to=node.choice("wait_to", WAIT_TO, usual.wait_to),
        service_from=node.choice("service_from", SERVICE_FROM, usual.service_from),
        counts=node.choice("counts", COUNTS, usual.counts),
    )
    if (found.wait_to, found.service_from) == ("started", "called"):
        node.note("walk_counted_twice", "wait_to")
    node.done()
    return found


def components(node: Node) -> dict[str, Words]:
    """The texts of the 14 components that are given."""
    texts = {name: node.words(name, most=2000, lines=True) for name in COMPONENTS}
    return {name: text for name, text in texts.items() if text}


def _promises(node: Node) -> dict[str, Promise]:
    found = {}
    for name in PROMISED:
        promise = node.table(name, required=name == "door")
        if promise is not None:
            found[name] = Promise(
                wait_min=promise.whole("wait_min", None, 1, DAY_MIN),
                service_min=promise.whole("service_min", None, 1, DAY_MIN),
            )
            promise.done()
    node.done()
    return {"door": Promise(), **found}
