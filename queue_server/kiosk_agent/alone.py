"""What the kiosk decides by itself while the server is away: may a number be given, which one, what is shown."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain import hours, reservation
from ..domain.announcement import your_number
from ..domain.errors import NotFound, Refused
from ..domain.hours import Decision, IssuedToday
from ..domain.office import LANGUAGES, Office, Service
from ..domain.ticket import label
from ..moment import BOOT_ID, boot_ns, wall_ms
from ..office_file import from_json
from ..screens import kiosk as screen
from ..snapshot import Snapshot
from .shelf import Number, Shelf

#: More places than any session has.
ALL_HELD = {reservation.ONLINE: 10_000}


@dataclass(frozen=True)
class Known:
    """What the server said last. ``parts``: service -> {first, last, used_to}; counts are those of ``day``."""

    office: Office
    at: int = 0
    day: str = ""
    from_day: str = ""
    kiosk: str = ""
    address: str = ""
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    issued: Mapping[str, Any] = field(default_factory=dict)
    paused: Mapping[str, str] = field(default_factory=dict)


class Alone:
    """The kiosk's own judgement, from what it last heard and from what it gave since."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._read: tuple[tuple[str, str], Known] | None = None

    # --- what is known -------------------------------------------------------------------------------

    def learn(self, heard: dict[str, Any]) -> None:
        """Keeps an answer of the server for the time when there is none; the office when it is new."""
        if heard.get("office") is not None:
            self.shelf.keep("office", json.dumps(heard["office"], sort_keys=True))
            self.shelf.keep("version", str(heard["version"]))
        facts = {name: heard[name] for name in ("day", "from_day", "kiosk", "address", "parts", "issued", "paused")}
        # The instant matters for counts of a session only: kept when something else changed too.
        before = json.loads(self.shelf.kept("facts") or "{}")
        if {**before, "at": 0} != {**facts, "at": 0}:
            self.shelf.keep("facts", json.dumps({**facts, "at": heard["at"]}, sort_keys=True))

    def known(self) -> Known | None:
        """None: this kiosk has never heard from its server."""
        texts = (self.shelf.kept("office"), self.shelf.kept("facts"))
        if not all(texts):
            return None
        if self._read is None or self._read[0] != texts:
            self._read = (texts, Known(from_json(texts[0]), **json.loads(texts[1])))
        return self._read[1]

    def sure(self) -> Known:
        known = self.known()
        if known is None:
            raise Refused("no_reserve")
        return known

    # --- giving a number -------------------------------------------------------------------------------

    def issue(self, message: Mapping[str, Any], asked: bool, paper: str) -> tuple[Number, bool]:
        """A number of the reserve for one touch; (number, whether it is new). The same key gets the same number.

        ``asked``: the server was asked for this touch and may have given a number that nobody saw. Refused: as
        ``hours.may_issue`` would, and ``no_reserve``, ``reserve_used_up``.
        """
        known = self.sure()
        service = _service(known.office, str(message.get("service")))
        priority = message.get("priority") is True
        language = message.get("language")

        def make() -> Number:
            at = wall_ms()
            verdict = self.may(known, service, priority, at)
            if not verdict.allowed:
                raise verdict.refusal()
            day = hours.office_day(known.office, at)
            return Number(
                key=str(message["key"]), day=day, service=service.key, number=self._next(known, service, day),
                prefix=service.priority_prefix if priority and service.priority_prefix else service.prefix,
                priority=int(priority), language=language if language in LANGUAGES else LANGUAGES[0],
                secret=secrets.token_urlsafe(16), issued_at=at, boot=BOOT_ID, boot_ns=boot_ns(), asked=int(asked),
                paper=paper, paper_at=at,
            )

        return self.shelf.add(str(message["key"]), make)

    def may(self, known: Known, service: Service, priority: bool, at: int) -> Decision:
        """The server's decision, with its hours, its last counts and pauses, and this kiosk's part of the reserve."""
        issued, paused = self._issued(known, service, at), known.paused.get(service.key)
        verdict = hours.may_issue(known.office, service, "door", priority, at, issued, paused)
        if not verdict.allowed:
            return verdict
        day = hours.office_day(known.office, at)
        part = known.parts.get(service.key)
        if part is None or day < known.from_day:
            return Decision(False, "no_reserve")
        return verdict if self._next(known, service, day) <= part["last"] else Decision(False, "reserve_used_up")

    def _next(self, known: Known, service: Service, day: str) -> int:
        part = known.parts[service.key]
        used = [n.number for n in self.shelf.of_day(day) if n.service == service.key]
        if day == known.day:
            used.append(part["used_to"])
        return max([part["first"] - 1, *used]) + 1

    def _issued(self, known: Known, service: Service, at: int) -> IssuedToday:
        """The server's counts, as far as they are of this day and session, and what this kiosk gave since."""
        day, start = hours.office_day(known.office, at), reservation.counted_from(known.office, service, at)
        heard = known.issued.get(service.key) or {"day": [], "session": []}
        whole = _counts(heard["day"]) if known.day == day else {}
        session = _counts(heard["session"]) if known.day == day and known.at >= start else {}
        for number in self.shelf.of_day(day):
            if number.service == service.key and number.handed_in_at is None and number.paper != "void":
                key = ("door", bool(number.priority))
                whole[key] = whole.get(key, 0) + 1
                if number.issued_at >= start:
                    session[key] = session.get(key, 0) + 1
        # What is reserved only the server knows: none of those places is taken to be free.
        return IssuedToday(whole, session, reservation.quota_now(known.office, service, at, ALL_HELD))

    # --- what is shown -----------------------------------------------------------------------------------

    def picture(self, known: Known) -> dict[str, Any]:
        """The door's picture, drawn here; how many wait nobody knows."""
        at = wall_ms()
        office = known.office
        snapshot = Snapshot(
            office_id=0, office=office, seq=0, at=at, tick=at, day=hours.office_day(office, at), lines={}, active=(),
            parked=(), missed=(), issuing=(), calls=(), seats={}, pauses=dict(known.paused), issued={}, speakers={},
            devices=(),
        )
        picture = screen.picture(snapshot, "door")
        for shown in picture["services"]:
            verdict = self.may(known, _service(office, shown["key"]), False, at)
            shown["may"] = {
                "allowed": verdict.allowed, "code": verdict.code, "facts": verdict.facts,
                "next_opening": verdict.next_opening}
            shown["waiting"] = None
        return {**picture, "reserve": True}

    def ticket(self, number: Number) -> dict[str, Any]:
        """The answer to the touch that got the number."""
        return {
            "label": label(number.prefix, number.number), "prefix": number.prefix, "number": number.number,
            "secret": number.secret, "service": number.service, "priority": bool(number.priority),
            "issued_at": number.issued_at, "language": number.language, "page": None, "qr": None, "reserve": True,
        }

    def ticket_picture(self, number: Number, known: Known) -> dict[str, Any]:
        """What the kiosk's page asks of a number that the server does not know yet."""
        try:
            spoken: Any = your_number(number.prefix, number.number, number.language, known.office.number_reading)
        except ValueError:
            spoken = None
        state = {"void": "void", "waiting": "issuing", "failed": "issuing"}.get(number.paper, "waiting")
        return {"kind": "ticket", "at": wall_ms(), "ticket": {
            **self.ticket(number), "state": state, "ahead": None, "paper": number.paper, "spoken": spoken}}


def _service(office: Office, key: str) -> Service:
    found = next((s for s in office.services if s.key == key), None)
    if found is None:
        raise NotFound("no_such_service")
    return found


def _counts(rows: Any) -> dict[tuple[str, bool], int]:
    return {(str(channel), bool(priority)): int(n) for channel, priority, n in rows}
