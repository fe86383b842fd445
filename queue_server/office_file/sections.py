"""From the tables of an office file to the values of ``domain.office``, table by table."""

from __future__ import annotations

import re

from ..domain.hours import DAY_MIN
from ..domain.office import (
    COUNTER_KINDS,
    DIRECTIONS,
    LANGUAGES,
    NEEDS,
    TIME_ZONES,
    Board,
    ComplaintRule,
    Counter,
    FamilyRule,
    Hall,
    Holiday,
    MixRule,
    Notice,
    Office,
    Override,
    Rules,
    Week,
    Words,
)
from .messages import messages
from .node import Node, Sheet, shown, suggestion
from .room import room
from .service import COLOUR, components, service, week

WORDING = re.compile(r"[A-Za-z0-9_.-]{1,80}")
FILE_ENDINGS = {"picture": ("png", "jpg", "jpeg", "webp"), "video": ("mp4", "webm")}

_SPOKEN_NAME = re.compile(rf"({'|'.join(COUNTER_KINDS)}) (\d{{1,2}})", re.IGNORECASE)
_CLOSED = Week(((),) * 7)


def office(sheet: Sheet, values: dict[str, object]) -> Office:
    """The office that the file describes; whatever is wrong is noted in ``sheet``."""
    root = Node(sheet, values, (), "", "@this_file")
    top = root.table("office", required=True) or _nothing(sheet, "office")
    day_starts = top.clock("day_starts") or 0
    hours = root.table("hours", required=True) or _nothing(sheet, "hours")
    common = root.table("components")
    texts = components(common) if common else {}
    found = Office(
        key=top.key("key"),
        name=top.text("name"),
        institution=top.text("institution"),
        time_zone=top.choice("time_zone", tuple(TIME_ZONES)),
        languages=_languages(top),
        accent=top.matching("accent", COLOUR, "colour"),
        week=week(hours, day_starts) or _CLOSED,
        issue_from=hours.clock("issue_from"),
        last_ticket_min=hours.number("last_ticket_min", 0, 0, DAY_MIN),
        break_ticket_min=hours.whole("break_ticket_min", None, 0, DAY_MIN),
        halls=tuple(_hall(node) for node in root.tables("hall", 20, required=True)),
        boards=tuple(_board(node) for node in root.tables("board", 100)),
        counters=tuple(_counter(node) for node in root.tables("counter", 300, required=True)),
        services=tuple(
            service(node, day_starts, texts) for node in root.tables("service", 60, required=True)
        ),
        holidays=tuple(_holiday(node) for node in root.tables("holiday", 500)),
        overrides=tuple(_override(node, day_starts) for node in root.tables("override", 100)),
        rules=_rules(root.table("rules")),
        notices=tuple(_notice(node) for node in root.tables("notice", 100)),
        running_text=root.words("running_text", most=1000),
        complaint=root.words("complaint", most=300),
        number_reading=top.choice("number_reading", ("digits", "words"), "digits"),
        voice=top.yes_no("voice", True),
        voice_set=top.matching("voice_set", r"[a-z0-9][a-z0-9_-]{0,39}", "key", "shipped"),
        remote_numbers=top.yes_no("remote_numbers", False),
        door_code=top.choice("door_code", ("screen", "sheet", "both"), "screen"),
        day_starts=day_starts,
        pause_reasons=_pause_reasons(top),
        words=_wording(root.table("words")),
        always_open=top.yes_no("always_open", False),
        demo=top.yes_no("demo", False),
        rooms=tuple(room(node) for node in root.tables("room", 20)),
        messages=messages(root.table("messages")),
    )
    if day_starts >= DAY_MIN:
        top.note("out_of_range", "day_starts", given="24:00", least="00:00", most="23:59")
    for node in (top, hours, common, root):
        if node is not None:
            node.done()
    return found


def _nothing(sheet: Sheet, name: str) -> Node:
    """Stands in for a table that is missing, on a sheet of its own: its keys are not each reported."""
    return Node(Sheet(sheet.lines, [], sheet.asked), {}, (name,), name, name)


def _languages(top: Node) -> tuple[str, ...]:
    found = top.texts("languages", required=True)
    for lang in found:
        if lang not in LANGUAGES:
            top.note("unknown_language", "languages", given=shown(lang), choices=", ".join(LANGUAGES))
    if found and found[0] != "id":
        top.note("indonesian_first", "languages")
    return tuple(lang for lang in found if lang in LANGUAGES)


def _pause_reasons(top: Node) -> tuple[Words, ...]:
    reasons = top.items("pause_reasons", "list", most=30)
    return tuple(top.as_words("pause_reasons", item, 80, place=n) for n, item in enumerate(reasons))


def _wording(node: Node | None) -> dict[str, Words]:
    if node is None:
        return {}
    for key in node.value:
        if not WORDING.fullmatch(key):
            node.note("wording_key", key)
    # The keys are the office's own choice, so that they are not asked for in the documentation's sense.
    node.known.update(node.value)
    return {key: node.as_words(key, value, 500, lines=True) for key, value in node.value.items()}


def _holiday(node: Node) -> Holiday:
    found = Holiday(date=node.day("date"), name=node.text("name"))
    node.done()
    return found


def _override(node: Node, day_starts: int) -> Override:
    found = Override(
        first=node.day("first"), last=node.day("last"), name=node.text("name"),
        week=week(node, day_starts) or _CLOSED, services=node.texts("services"),
    )
    if found.first and found.last and found.last < found.first:
        node.note("last_before_first", "last", given=found.last, first=found.first)
    node.done()
    return found


def _hall(node: Node) -> Hall:
    found = Hall(key=node.key("key"), name=node.words("name", required=True, most=60))
    node.done()
    return found


def _board(node: Node) -> Board:
    found = Board(
        key=node.key("key"), hall=node.text("hall"), name=node.text("name", most=60),
        speaks=node.yes_no("speaks", True),
    )
    node.done()
    return found


def _counter(node: Node) -> Counter:
    name = node.words("name", required=True, most=40)
    found = Counter(
        key=node.key("key"), name=name, hall=node.text("hall"),
        services=node.texts("services", required=True),
        direction=node.choice("direction", DIRECTIONS, "ahead"),
        spoken=_spoken(node, name),
    )
    if isinstance(node.value.get("services"), list) and not found.services:
        node.note("empty_list", "services")
    node.done()
    return found


def spoken_by_name(name: Words) -> tuple[str, int] | None:
    """How the voice names a counter called "Loket 3"; None: by its bare name."""
    match = _SPOKEN_NAME.fullmatch(name.get("id", "").strip())
    return (match[1].lower(), int(match[2])) if match and int(match[2]) else None


def _spoken(node: Node, name: Words) -> tuple[str, int] | None:
    value = node.take("spoken", "spoken")
    if value is None:
        return spoken_by_name(name)
    if value == []:
        return None
    if not isinstance(value, list) or len(value) != 2:
        node.wrong("spoken", value, "spoken")
        return None
    kind, number = value
    if kind not in COUNTER_KINDS:
        meant = suggestion(kind, COUNTER_KINDS) if isinstance(kind, str) else {}
        node.note("not_one_of", "spoken", given=shown(kind), choices=", ".join(COUNTER_KINDS), **meant)
        return None
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 99:
        node.note("out_of_range", "spoken", given=shown(number), least=1, most=99)
        return None
    return kind, number


def _rules(node: Node | None) -> Rules:
    if node is None:
        return Rules()
    usual = Rules()
    found = Rules(
        mix=_mix(node.table("mix")),
        merge=node.choice("merge", ("earliest", "listed"), usual.merge),
        return_after=node.number("return_after", usual.return_after, 1, 50),
        no_show_calls=node.number("no_show_calls", usual.no_show_calls, 1, 10),
        recall_spacing_s=node.number("recall_spacing_s", usual.recall_spacing_s, 5, 600),
        no_show_after_s=node.number("no_show_after_s", usual.no_show_after_s, 5, 3600),
        return_within_min=node.number("return_within_min", usual.return_within_min, 0, DAY_MIN),
        double_press_ms=node.number("double_press_ms", usual.double_press_ms, 0, 5000),
        undo_s=node.number("undo_s", usual.undo_s, 0, 60),
        tickets_per_phone=node.number("tickets_per_phone", usual.tickets_per_phone, 1, 20),
        kept_on_boards=node.yes_no("kept_on_boards", usual.kept_on_boards),
        complaints=_complaints(node.table("complaints")),
        needs=_needs(node),
        family=_family(node.table("family")),
    )
    node.done()
    return found


def _needs(node: Node) -> tuple[str, ...]:
    """What visitors may say that they need; left out: all of it, an empty list: nothing is asked."""
    if "needs" not in node.value:
        node.take("needs", "list")
        return Rules().needs
    found = node.texts("needs", "list")
    for place, text in enumerate(found):
        if text not in NEEDS:
            node.note("not_one_of", "needs", place, given=shown(text), choices=", ".join(NEEDS),
                      **suggestion(text, NEEDS))
    return tuple(need for need in NEEDS if need in found)


def _mix(node: Node | None) -> MixRule:
    if node is None:
        return MixRule()
    usual = MixRule()
    longest = usual.longest_wait_min
    if node.take("longest_wait_min", "whole") == "none":
        longest = None
    else:
        longest = node.whole("longest_wait_min", longest, 5, DAY_MIN)
    found = MixRule(
        priority=node.number("priority", usual.priority, 1, 20),
        ordinary=node.number("ordinary", usual.ordinary, 1, 20),
        longest_wait_min=longest,
    )
    node.done()
    return found


def _complaints(node: Node | None) -> ComplaintRule:
    if node is None:
        return ComplaintRule()
    usual = ComplaintRule()
    found = ComplaintRule(
        light_days=node.number("light_days", usual.light_days, 1, 60),
        normative_days=node.number("normative_days", usual.normative_days, 1, 60),
        ordinary_days=node.number("ordinary_days", usual.ordinary_days, 1, 120),
        supervisory_days=node.number("supervisory_days", usual.supervisory_days, 1, 240),
        keep_days=node.number("keep_days", usual.keep_days, 30, 3_650),
    )
    node.done()
    return found


def _family(node: Node | None) -> FamilyRule:
    if node is None:
        return FamilyRule()
    usual = FamilyRule()
    found = FamilyRule(
        offered=node.yes_no("offered", usual.offered),
        holds_days=node.number("holds_days", usual.holds_days, 1, 3_650),
        keep_days=node.number("keep_days", usual.keep_days, 7, 3_650),
    )
    node.done()
    return found


def _notice(node: Node) -> Notice:
    found = Notice(
        kind=node.choice("kind", ("text", "picture", "video")),
        text=node.words("text", most=600, lines=True),
        file=node.matching("file", r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.[a-z0-9]{3,4}", "file", ""),
        seconds=node.number("seconds", 12, 3, 600),
    )
    endings = FILE_ENDINGS.get(found.kind, ())
    if found.kind == "text" and "text" not in node.value:
        node.note("missing", "text", example='{ id = "…", en = "…" }')
    if endings and found.file.rpartition(".")[2] not in endings:
        node.note("file_ending", "file", given=shown(found.file), choices=", ".join(endings))
    node.done()
    return found
