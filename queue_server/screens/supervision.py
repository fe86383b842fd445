"""The supervisor's log, its shares and its exports. Everything long runs apart from the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ..clockwork import Clockwork
from ..domain import hours
from ..domain.errors import NotFound, Refused
from ..domain.plausible import RULES
from ..domain.ticket import label
from ..exports.jobs import Exports
from ..exports.shares import Shares
from ..exports.work import SEPARATORS, Asked, filters_of
from ..kit import Kit
from ..live import Live
from ..moment import wall_ms
from ..store import people, reports
from ..store.people import Person
from ..store.reports import Entry, Filters
from ..transaction import Actor
from . import evidence, poster, register
from .door import Door

PAGE = 50
#: Up to so many entries the shares are counted in the server (a tenth of a second, in small bites); beyond, in a
#: process of their own: while a report of half a second ran here, others waited three times as long (bench/report.py).
HERE = 1_000
BLOCK = 128 * 1024
MIMES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".zip": "application/zip",
}


def blueprint(door: Door, live: Live, clockwork: Clockwork) -> Blueprint:
    """The routes below ``/supervisor/<office>/``; finishes what an earlier process left behind."""
    bp = Blueprint("supervision", __name__, url_prefix="/supervisor/<office>")
    exports = Exports(door.config, door.database, door.writer, door.kit)
    door.kit.blocking(exports.forget_unfinished)
    clockwork.hourly.append(exports.clean)

    poster.hang(bp, door, live)
    evidence.hang(bp, door, live)

    @bp.get("/log")
    def log(office: str) -> Response:
        filters, page = _filters(live, office, request.args), _page(request.args.get("page", "1"))
        if filters.flag:
            before = _before(request.args.get("before", ""))
            return jsonify({"ok": True, **door.kit.blocking(_flagged, door, g.person.office_id, filters, before)})
        return jsonify({"ok": True, **door.kit.blocking(_log, door, g.person.office_id, filters, page)})

    @bp.get("/standards")
    def standards(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_standards, door, office)})

    @bp.get("/log/shares")
    def shares(office: str) -> Response:
        filters = _filters(live, office, request.args)
        found = door.kit.blocking(_shares, door, g.person.office_id, filters)
        if found is None:
            found = exports.shares(Asked(office, filters, "shares"))
        return jsonify({"ok": True, **found})

    @bp.get("/log.<kind>")
    def stream(office: str, kind: str) -> Response:
        if kind not in ("csv", "jsonl"):
            raise NotFound("not_found")
        asked = _asked(live, office, request.args, kind)
        mime = "text/csv; charset=utf-8" if kind == "csv" else "application/x-ndjson"
        return download(Response(exports.stream(asked), content_type=mime), asked.file_name)

    @bp.post("/exports")
    def start(office: str) -> Response:
        message = request.get_json(silent=True)
        if not isinstance(message, dict) or message.get("kind") not in ("xlsx", "evidence"):
            raise Refused("bad_request", field="kind")
        given = message.get("filters")
        if not isinstance(given, dict) or not all(isinstance(v, str | int) for v in given.values()):
            raise Refused("bad_request", field="filters")
        asked = _asked(live, office, {k: str(v) for k, v in given.items()}, message["kind"])
        if asked.kind == "evidence":
            asked = evidence.sealed(door, asked)
        person: Person = g.person
        job = exports.start(asked, Actor(person.role, f"person:{person.id}", person.id))
        return jsonify({"ok": True, "job": job})

    @bp.get("/exports")
    def listed(office: str) -> Response:
        return jsonify({"ok": True, "exports": door.kit.blocking(exports.listed, g.person.office_id)})

    @bp.get("/exports/<int:job>")
    def finished(office: str, job: int) -> Response:
        path, name = door.kit.blocking(exports.finished, g.person.office_id, job)
        response = Response(_file(door.kit, path), mimetype=MIMES.get(path.suffix, "application/octet-stream"))
        response.content_length = path.stat().st_size
        return download(response, name)

    return bp


def download(response: Response, name: str) -> Response:
    """The answer as a file of this name."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(kit: Kit, path: Path) -> Iterator[bytes]:
    """A file in blocks, each read off the hub."""
    with path.open("rb") as file:
        while block := kit.blocking(file.read, BLOCK):
            yield block


# --- what is asked for -------------------------------------------------------------------------


def _filters(live: Live, office: str, given: Any) -> Filters:
    """Filters of a request; today when no day is named."""
    first = given.get("day", "")
    if not first:
        snapshot = live.latest(office)
        if snapshot is None:
            raise NotFound("no_such_office")
        first = hours.office_day(snapshot.office, wall_ms())
    service, counter, officer, flag = (given.get(name, "") for name in ("service", "counter", "officer", "flag"))
    return filters_of(first, given.get("to", "") or first, service, counter, officer, flag)


def _asked(live: Live, office: str, given: Any, kind: str) -> Asked:
    separator, language = given.get("separator", ","), given.get("language", "")
    if separator not in SEPARATORS:
        raise Refused("bad_request", field="separator")
    if language not in ("", "id", "en"):
        raise Refused("bad_request", field="language")
    return Asked(office, _filters(live, office, given), kind, separator, language)


def _page(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise Refused("bad_request", field="page")
    return int(text)


def _before(text: str) -> tuple[str, int] | None:
    """Where a look for flagged steps goes on: ``2026-11-22.4711``, as the answer before gave it."""
    if not text:
        return None
    day, _, step = text.partition(".")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or not re.fullmatch(r"\d{1,15}", step):
        raise Refused("bad_request", field="before")
    return day, int(step)


# --- in native threads -------------------------------------------------------------------------


def _log(door: Door, office_id: int, filters: Filters, page: int) -> dict[str, Any]:
    with door.database.read() as c:
        rows, total = reports.Reader(c, office_id).page(filters, page, PAGE)
        numbers = reports.numbers(c, office_id, filters)
        persons = people.people_of(c, office_id)
    pages = {"total": total, "numbers": numbers, "page": page, "pages": max(1, -(-total // PAGE))}
    return {**pages, **_shown(filters, rows, persons)}


def _flagged(door: Door, office_id: int, filters: Filters, before: tuple[str, int] | None) -> dict[str, Any]:
    """The next of the steps that have the flag asked for, among as many rows as are looked at in one go.

    ``next``: where the next look begins; None: there are no more.
    """
    with door.database.read() as c:
        rows, reached = reports.Reader(c, office_id).flagged(filters, before, PAGE, HERE)
        persons = people.people_of(c, office_id)
    return {"next": f"{reached[0]}.{reached[1]}" if reached else None, **_shown(filters, rows, persons)}


def _shown(filters: Filters, rows: list[Entry], persons: list[Person]) -> dict[str, Any]:
    """What the page draws of some entries."""
    shown = {person.id: person.shown_name for person in persons}
    return {
        "filters": {
            "day": filters.first, "to": filters.last, "service": filters.service, "counter": filters.counter,
            "officer": filters.person, "flag": filters.flag,
        },
        "flags": {code: rule.n for code, rule in RULES.items()},
        "people": [{"id": p.id, "name": p.shown_name} for p in persons if p.role in ("officer", "supervisor")],
        "rows": [_row(entry, shown) for entry in rows],
    }


def _row(e: Entry, shown: dict[int, str]) -> dict[str, Any]:
    parts = {name: {"on_time": part.on_time, "why": part.why} for name, part in (
        ("wait", e.verdict.wait), ("service", e.verdict.service), ("visit", e.verdict.visit))}
    return {
        "step": e.step, "day": e.day, "label": label(e.prefix, e.number), "leg": e.leg, "service": e.service,
        "channel": e.channel, "priority": e.priority, "issued_at": e.issued_at, "arrived_at": e.arrived_at,
        "called_at": e.called_at, "first_called_at": e.first_called_at, "started_at": e.started_at,
        "ended_at": e.ended_at, "wait": e.wait, "walk": e.walk, "serve": e.serve, "parked_office": e.parked_office,
        "parked_visitor": e.parked_visitor, "before_arrival": e.remote, "total": e.total,
        "stated_wait_min": e.stated.wait_min, "stated_service_min": e.stated.service_min,
        "stated_visit_min": e.stated_visit, "judged": parts, "recalls": e.recalls, "rule": e.rule, "reason": e.reason,
        "counter": e.counter, "officer": shown.get(e.person) if e.person is not None else None, "state": e.state,
        "outcome": e.outcome, "standard": e.standard, "standard_version": e.standard_version,
        "clock_doubt": e.clock_doubt, "flags": list(e.flags), "wait_off": e.wait_off, "parked_off": e.parked_off,
        "service_ms": e.service_ms,
    }


def _standards(door: Door, office: str) -> dict[str, Any]:
    with door.database.read() as c:
        return register.picture(c, office)


def _shares(door: Door, office_id: int, filters: Filters) -> dict[str, Any] | None:
    """The shares of a range that is short enough to be counted here; None: it is not."""
    with door.database.read() as c:
        if sum(count for _day, count in reports.days(c, office_id, filters)) > HERE:
            return None
        found = Shares()
        for entries in reports.Reader(c, office_id).all(filters, reports.BITE):
            found.add(entries)
        return found.as_json()
