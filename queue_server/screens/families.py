"""Families for those who work here: whom they enrolled, who looked, and the form for a new enrolment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, render_template

from ..domain import family as rules
from ..domain.office import Office
from ..live import Live
from ..moment import wall_ms
from ..store import custody, family, people
from ..store.people import Person
from .door import Door
from .roles import OVERSEES, SERVES

#: So many of the newest enrolments and looks are shown.
MOST_ROWS, MOST_LOOKS = 300, 200


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("families", __name__)

    def office_of(key: str) -> Office:
        found = live.latest(key)
        if found is None:
            abort(404)
        return found.office

    @bp.get("/families/<office>")
    def page(office: str) -> str:
        return render_template("supervisor/families.html", office=office_of(office), address=door.config.address)

    @bp.get("/supervisor/<office>/families")
    def listed(office: str) -> Response:
        return jsonify({"ok": True, **door.kit.blocking(_listed, door, office_of(office), g.person)})

    return bp


def _listed(door: Door, office: Office, person: Person) -> dict[str, Any]:
    """Whoever only reads the log sees that somebody was enrolled and looked, not who and about whom."""
    serves = person.role in SERVES or (person.role in OVERSEES and door.may(office.key, person.role, SERVES))
    with door.database.read() as c:
        rows = family.page(c, person.office_id, MOST_ROWS)
        looks = family.looks(c, person.office_id, MOST_LOOKS)
        phones = family.phones(c, person.office_id)
        inmates = custody.by_ids(c, [row.inmate_id for row in rows]) if serves else {}
        names = {p.id: p.shown_name for p in people.people_of(c, person.office_id)}
    numbers = {row.id: row.number for row in rows}
    return {
        "at": wall_ms(), "offered": office.rules.family.offered, "serves": person.role in SERVES,
        "revokes": person.role in SERVES | OVERSEES, "relations": list(rules.RELATIONS),
        "reasons": list(rules.REVOKE_REASONS),
        "rows": [_row(row, serves, inmates.get(row.inmate_id), names, phones.get(row.id, 0)) for row in rows],
        "looks": [{"at": look.at, "family": numbers.get(look.family_id), "way": look.way, "place": look.place,
                   "outcome": look.outcome} for look in looks],
    }


def _row(
    row: family.Enrolled, serves: bool, inmate: custody.Kept | None, names: dict[int, str], phones: int,
) -> dict[str, Any]:
    return {
        "number": row.number, "state": row.state, "relation": row.relation, "made_at": row.made_at,
        "made_by": names.get(row.made_by, ""), "until_at": row.until_at, "ended_at": row.ended_at,
        "reason": row.reason, "phones": phones, "name": row.holder_name if serves else "",
        "register": inmate.register if inmate else "", "block": inmate.block if inmate else "",
    }
