"""The officer's console: one visitor, the next act, and who waits."""

from __future__ import annotations

from typing import Any

from ..commands import counter as acts
from ..commands import seat as seat_acts
from ..commands import serving
from ..domain import discipline, hours, no_show
from ..domain.needs import CLASSES
from ..domain.office import Counter
from ..domain.ticket import Waiting
from ..snapshot import SHOWN, Call, Line, Row, Snapshot
from ..store.people import ALIVE_MS, Device, Seat
from . import alerts


def picture(s: Snapshot, person: int) -> dict[str, Any]:
    """What the officer ``person`` sees at the counter where they sit; everything of the office before they sit."""
    seat = next((x for x in s.seats.values() if x.person_id == person), None)
    keys = s.office.counter(seat.counter).services if seat else tuple(x.key for x in s.office.services)
    row = s.at_counter(seat.counter) if seat else None
    lines = [s.lines[key] for key in keys if key in s.lines]
    return {
        "kind": "counter", "seq": s.seq, "at": s.at, "office": s.office_head(), "person": {"id": person},
        "counter": _seat(s, seat), "counters": _counters(s, person),
        "current": visitor(s, row) if row else None, "undo": undo(s, person) if seat else None,
        "waiting": {
            "total": sum(line.here for line in lines),
            "rows": _rows(s, s.office.counter(seat.counter)) if seat else [],
        },
        "parked": [
            {**row_picture(s, x), "reason": x.park_reason, "clock": x.park_clock, "back": re_entry(s, x, 0)}
            for x in s.parked if x.service in keys
        ],
        "missed": [
            missed(s, x) for x in s.missed if x.service in keys
        ],
        "issuing": [row.label for row in alerts.paper_late(s) if row.service in keys],
        "remote": [row_picture(s, x) for line in lines for x in line.not_arrived],
        "reservations": any(service.booking is not None for service in s.office.services) or s.office.has_cases,
        "fetch": s.once(("fetch",), lambda: to_fetch(s)), "needs": list(s.office.rules.needs),
        "classes": list(CLASSES),
        "services": s.once(("services",), lambda: [
            {**head, "may": s.may_picture(head["key"], "staff"), **_waits(s, head["key"])} for head in s.services()
        ]),
        "reasons": _reasons(s), "alerts": _alerts(s, seat), "told": _told(s, person), "undo_s": s.office.rules.undo_s,
    }


def _told(s: Snapshot, person: int) -> dict[str, Any] | None:
    """What somebody else did to this officer today and they have not read yet."""
    told = s.told.get(person)
    if told is None or hours.office_day(s.office, told.at) != s.day:
        return None
    name = next((c.name for c in s.office.counters if c.key == told.counter), {"id": told.counter})
    return {"code": told.code, "counter": name, "label": told.label, "by": told.by, "at": told.at}


def _rows(s: Snapshot, counter: Counter) -> list[dict[str, Any]]:
    """The waiting rows of a counter; those that serve the same services in the same order share them."""
    return s.once(
        ("rows", *counter.services),
        lambda: [row_picture(s, one, place) for place, one in enumerate(in_order(s, counter), 1)])


def in_order(s: Snapshot, counter: Counter) -> list[Row]:
    """Who waits for this counter, in the order in which pressing "next" again and again would call them."""
    rows = {row.id: row for key in counter.services if key in s.lines for row, _why in s.lines[key].order}
    lines = {key: (s.lines[key].heads, s.lines[key].recent) for key in counter.services if key in s.lines}
    order = discipline.in_order_at(counter, lines, s.office.rules, s.tick, SHOWN)
    return [rows[waiting.step] for waiting, _why in order if waiting.step in rows]


def _reasons(s: Snapshot) -> dict[str, list[Any]]:
    """The lists an officer chooses from; an office's own reasons for a pause come with their words."""
    own = [{"code": words["id"], "name": words} for words in s.office.pause_reasons]
    return {
        "out_of_order": [code for code in acts.OUT_OF_ORDER if code != "replay"], "outcome": list(serving.OUTCOMES),
        "park": list(acts.PARK), "pause": own or list(seat_acts.PAUSE), "no_show": list(serving.NO_SHOW),
        "reclass": list(acts.RECLASS), "cancel": list(acts.CANCEL),
    }


def _alerts(s: Snapshot, seat: Seat | None) -> list[dict[str, Any]]:
    """What the officer must know: that no board of the hall shows, or that none speaks, the calls; and that visitors
    of this counter's services will wait longer than promised."""
    if seat is None:
        return []
    hall = s.office.counter(seat.counter).hall
    boards, ahead = _boards_alive(s, hall), alerts.will_be_late(s, s.office.counter(seat.counter).services)
    if not boards:
        return [{"code": "no_board", "facts": {}}, *ahead]
    if s.office.voice and not any(board.sound == "running" for board in boards):
        return [{"code": "no_sound", "facts": {}}, *ahead]
    return ahead


def _boards_alive(s: Snapshot, hall: str) -> list[Device]:
    boards = (d for d in s.devices if d.kind == "board" and d.board.startswith(f"{hall}/"))
    return [board for board in boards if board.seen_at > s.at - ALIVE_MS]


def _seat(s: Snapshot, seat: Seat | None) -> dict[str, Any] | None:
    if seat is None:
        return None
    counter = s.office.counter(seat.counter)
    own = next(({"code": seat.reason, "name": w} for w in s.office.pause_reasons if w["id"] == seat.reason), None)
    return {
        "key": counter.key, "name": counter.name, "version": seat.version, "state": seat.state,
        "reason": own or seat.reason, "since": seat.since_at, "services": list(counter.services),
    }


def _counters(s: Snapshot, person: int) -> list[dict[str, Any]]:
    """All counters where somebody sits; only which one is ``mine`` differs from console to console."""
    alike = s.once(("counters",), lambda: [
        _counter(s, counter) for counter in s.office.counters if s.office.room_of(counter.key) is None])
    seats = (s.seats.get(counter["key"]) for counter in alike)
    return [
        {**counter, "mine": True} if seat and seat.person_id == person else counter
        for counter, seat in zip(alike, seats, strict=True)
    ]


def _counter(s: Snapshot, counter: Counter) -> dict[str, Any]:
    seat, row = s.seats.get(counter.key), s.at_counter(counter.key)
    return {
        "key": counter.key, "name": counter.name, "services": list(counter.services),
        "person": seat.shown_name if seat and seat.person_id else None,
        "state": row.state if row else (seat.state if seat else "closed"), "label": row.label if row else None,
        "step": row.id if row else None, "since": (row.started_at or row.called_at) if row else None,
        "mine": False,
    }


def re_entry(s: Snapshot, row: Row, after: int | None = None) -> dict[str, int]:
    """Where the holder of a number comes back who missed the call, if that is decided now; ``after``: as many others
    as for somebody parked (none), else as the office has it."""
    line, rules = s.lines.get(row.service, Line()), s.office.rules
    back = Waiting(
        row.id, row.service, row.queued_tick, bool(row.priority), s.seq + 1,
        rules.return_after if after is None else after)
    return discipline.re_entry(line.heads, line.recent, rules.mix, s.tick, back)._asdict()


def missed(s: Snapshot, row: Row) -> dict[str, Any]:
    """A number whose holder was not there when called: until when they may come back, and at which place."""
    until = (row.ended_at or 0) + s.office.rules.return_within_min * 60_000
    return {**row_picture(s, row), "until": until, "back": re_entry(s, row)}


def row_picture(s: Snapshot, row: Row, place: int | None = None) -> dict[str, Any]:
    return {
        "step": row.id, "label": row.label, "service": row.service, "priority": bool(row.priority),
        # The promise to the holder of a number from a phone begins when they are here (decisions 5).
        "channel": row.channel, "since": max(row.queued_at, row.arrived_at or 0), "place": place,
        "arrived": row.arrived_at is not None, "returning": bool(row.returned_seq),
        "stated_wait_ms": _ms(s.promise(row).wait_min), "plate": s.plates.get(row.ticket_id),
        **_said(s, row),
    }


def _said(s: Snapshot, row: Row) -> dict[str, Any]:
    """What the holder said privately, for whoever serves; nothing where nothing was said."""
    said = s.needs.get(row.ticket_id)
    if said is None:
        return {}
    away = s.office.phone_away_at(row.service)
    return {"needs": list(said.needs), "fetch": said.fetched(away), "where": said.where}


#: So many of a counter's line are near enough to look for whoever must be fetched.
FETCH_SOON = 5


def to_fetch(s: Snapshot) -> list[dict[str, Any]]:
    """Whom to fetch, everywhere in the office: first those who are called and wait for it, then those whose turn is
    near in their line. ``since``: when they were called (UTC ms); None: not yet."""
    counters = {c.key: c.name for c in s.office.counters}
    called = sorted((row for row in s.active if row.id in s.held), key=lambda row: s.held[row.id])
    found = [
        {**row_picture(s, row), "since": s.held[row.id], "counter": counters.get(row.counter, {})} for row in called]
    for line in s.lines.values():
        near = enumerate((row for row, _why in line.order[:FETCH_SOON]), 1)
        found += [
            {**row_picture(s, row, place), "since": None, "counter": {}} for place, row in near
            if (said := s.needs.get(row.ticket_id)) is not None and said.fetched(s.office.phone_away_at(row.service))]
    return found


def _ms(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60_000


def _waits(s: Snapshot, key: str) -> dict[str, Any]:
    line = s.lines.get(key)
    return {"waiting": line.here if line else 0}


def _next_stage(s: Snapshot, row: Row) -> dict[str, str] | None:
    """The name of the stage at which a number goes on when it is served; None: that is all. Its letter tells the
    service that it was taken for."""
    first = next((x for x in s.office.services if row.service in s.office.journey(x.key) and x.stages), None)
    if first is None or row.prefix not in (first.prefix, first.priority_prefix):
        return None
    stage = s.office.next_stage(first.key, row.service)
    return None if stage is None else s.office.service(stage).name


def visitor(s: Snapshot, row: Row) -> dict[str, Any]:
    rules, calls = s.office.rules, _present_calls(s, row)
    last = max((c.at for c in calls), default=row.called_at or 0)
    # A call of a clock that was set back since: as the rules have it, nobody waits for that clock.
    next_recall_at = last + rules.recall_spacing_s * 1000 if last <= s.at else 0
    drawn, spoken = sum(1 for c in calls if c.drawn_at), sum(1 for c in calls if c.spoken_at)
    return {
        **row_picture(s, row), "state": row.state, "issued_at": row.issued_at, "called_at": row.called_at,
        "started_at": row.started_at, "waited_ms": row.waited_by(s.tick), "served_ms": row.served_ms,
        "calls": row.calls,
        "next_recall_at": next_recall_at, "drawn": drawn, "spoken": spoken, "why": row.reason,
        "no_show": _no_show(s, row, calls), "coming": row.coming or None,
        "note": s.notes.get(row.ticket_id), "case": _case(s, row), "next_stage": _next_stage(s, row),
        "stated_service_ms": _ms(s.promise(row).service_min),
        "held": row.id in s.held, "back": re_entry(s, row) if row.state == "called" else None,
    }


def _present_calls(s: Snapshot, row: Row) -> list[Call]:
    """The call that stands, and its repeats: what came before a skip counts no more."""
    calls = [c for c in s.calls if c.step_id == row.id and c.state != "withdrawn"]
    first = max((c.seq for c in calls if c.nth == 1), default=0)
    return [c for c in calls if c.seq >= first]


def _case(s: Snapshot, row: Row) -> dict[str, Any] | None:
    """What is collected here: the case that belongs to the number, or that it may be named; None elsewhere."""
    if all(row.service not in service.collected_at for service in s.office.services):
        return None
    case = s.cases.get(row.ticket_id)
    return {"code": case.code if case else "", "state": case.state if case else "", "day": case.day if case else ""}


def _no_show(s: Snapshot, row: Row, calls: list[Call]) -> dict[str, Any]:
    """Whether a no-show would be taken from ``at`` on, by the rule of the press; otherwise what is missing."""
    standing = no_show.standing(calls, s.office.rules, s.office.voice, row.called_at or 0)
    facts = {
        "needed": standing.needed, "heard": standing.heard, "missing": standing.missing, "presses": standing.presses,
        "after_s": standing.after_s,
    }
    code = ""
    if standing.missing:
        alive = _boards_alive(s, s.office.counter(row.counter).hall)
        code = "no_show_calls" if alive else "reason_needed_no_board"
    return {"allowed": code != "no_show_calls", "code": code, "facts": facts, "at": standing.earliest(s.at)}


def undo(s: Snapshot, person: int) -> dict[str, Any] | None:
    """The newest move of this officer that may still be taken back."""
    done = s.undoable.get(person)
    if done is None:
        return None
    until = done.at + s.office.rules.undo_s * 1000
    return {"event": done.event, "act": done.act, "label": done.label, "at": done.at, "until": until}
