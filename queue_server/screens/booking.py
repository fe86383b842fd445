"""Reserving from a phone: which sessions have places, a place taken, moved, given back, and the way in at the door.

Nobody can list who is in custody here: a look-up takes the register number that the family was given and tells only
on which days a visit is possible. Unknown, hidden and not to be visited are answered in the same words, after the
same time.
"""

from __future__ import annotations

import hmac
import math
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template

from ..bookings import Bookings
from ..commands import reservations as commands
from ..domain import calendar_file
from ..domain import reservation as rules
from ..domain.errors import Busy, NotFound, Refused, TooMany
from ..domain.needs import CLASSES
from ..domain.office import LANGUAGES, Booking, Office, Service
from ..domain.personal import Form
from ..domain.reservation import KINDS
from ..domain.ticket import label
from ..live import Live
from ..moment import wall_ms
from ..store import custody, offices, queue, reservations
from ..store.reservations import Reservation
from ..transaction import Actor, Answer, Job
from ..web import cookie
from .door import Door, key_of, new_token
from .entrance import Entrance, first_cookie, keyed, said, set_cookie
from .guard import body, own_secret, text_of
from .limits import HOUR_S, MINUTE_S, Limits, Rule
from .media import qr_svg
from .pages import zipped
from .privacy import lines

#: So long it takes at least until somebody is told that a person in custody cannot be visited, whatever the reason.
EVEN_S = 0.5
#: So long the door goes on trying by itself while the writer has too much to do, and pauses between, seconds.
PATIENCE_S, PAUSE_S = 3.0, 0.1
#: Presses for a place from one address, whatever becomes of them: a village, or a carrier, is one address.
ASKED = Rule("asked_to_book", 1_200)
#: Places that one phone and one address really got. Only these count: who is told "full" may go on trying.
OF_PHONE = (Rule("booked_phone", 6, HOUR_S), Rule("booked_phone_day", 12, 24 * HOUR_S))
OF_ADDRESS = (Rule("booked_address", 120, HOUR_S),)
#: Register numbers that lead nowhere, from one address.
WRONG_LOOKUPS = (Rule("wrong_lookup", 10, MINUTE_S), Rule("wrong_lookup_hour", 40, HOUR_S))
#: Reservations that do not exist, asked for from one address; their secrets hold 128 random bits.
GUESSES = Rule("guessed_reservation", 60)
OF_A_RESERVATION = Rule("reservation", 120)
LOOKUPS = Rule("lookup", 60)
MONTH_S = 31 * 86_400
ACTS = {"change": commands.change, "cancel": commands.cancel, "check_in": commands.check_in}


@dataclass(frozen=True)
class _Desk:
    """What the routes share."""

    house: Entrance
    live: Live
    bookings: Bookings

    @property
    def door(self) -> Door:
        return self.house.door

    @property
    def limits(self) -> Limits:
        return self.house.limits

    def office(self, key: str) -> Office:
        found = self.live.latest(key)
        if found is None:
            abort(404)
        return found.office

    def held(self, secret: str) -> tuple[Office, Reservation]:
        """The reservation of a secret address; guessing counts for the address that asks."""
        self.limits.check(GUESSES)
        found = self.door.kit.blocking(self._held, secret)
        if found is None:
            self.limits.spend(GUESSES)
            raise NotFound("no_such_reservation")
        self.limits.spend(OF_A_RESERVATION, secret)
        return self.office(found[0]), found[1]

    def _held(self, secret: str) -> tuple[str, Reservation] | None:
        with self.door.database.read() as c:
            row, key = reservations.by_secret(c, secret), reservations.office_of(c, secret)
            return None if row is None or key is None else (key, row)

    def not_visitable(self, begun: float) -> Refused:
        """The one answer for unknown, hidden and closed, after the same time since ``begun`` (monotonic seconds).
        Other answers tell already that the number is right: they need not wait."""
        self.limits.take(WRONG_LOOKUPS)
        self.door.kit.sleep(max(0.0, begun + EVEN_S - time.monotonic()))
        return Refused("not_visitable")


def blueprint(house: Entrance, live: Live, bookings: Bookings) -> Blueprint:
    bp = Blueprint("booking", __name__)
    desk = _Desk(house, live, bookings)

    @bp.get("/book/<office>")
    def page(office: str) -> Response:
        found = desk.office(office)
        response = Response(render_template(
            "visitor/book.html", office=found, elsewhere=_elsewhere(desk, office), notice=lines(found, Form.BOOK)))
        if not cookie("queue_phone"):
            set_cookie(desk.door, response, "queue_phone", new_token(), MONTH_S)
        return response

    @bp.get("/office/<office>/sessions")
    def sessions(office: str) -> Response:
        found = desk.office(office)
        asks = {"needs": list(found.rules.needs), "classes": list(CLASSES)}
        return zipped(jsonify({"ok": True, **asks, **desk.bookings.picture(found)}))

    @bp.post("/office/<office>/lookup")
    def lookup(office: str) -> Response:
        begun, found, message = time.monotonic(), desk.office(office), body()
        desk.limits.spend(LOOKUPS)
        _check_lookups(desk)
        service = _service(found, text_of(message, "service", 40))
        register = rules.register_form(text_of(message, "register", rules.MOST_REGISTER))
        days = desk.door.kit.blocking(_visiting_days, desk, found, service, register)
        if not days:
            raise desk.not_visitable(begun)
        return jsonify({"ok": True, "days": days})

    @bp.post("/office/<office>/reservations")
    def book(office: str) -> Response:
        found = desk.office(office)
        return _book(desk, found, body())

    @bp.get("/r/<token>")
    def own(token: str) -> str:
        office, row = desk.held(token)
        return render_template("visitor/book.html", office=office, token=row.secret, elsewhere=[])

    @bp.get("/r/<token>/picture")
    def picture(token: str) -> Response:
        office, row = desk.held(token)
        return jsonify({"ok": True, **desk.door.kit.blocking(_picture, desk, office, row)})

    @bp.get("/r/<token>/qr.svg")
    def qr(token: str) -> Response:
        _office, row = desk.held(token)
        return Response(qr_svg(row.code), mimetype="image/svg+xml")

    @bp.get("/r/<token>/calendar.ics")
    def calendar(token: str) -> Response:
        office, row = desk.held(token)
        response = Response(_calendar(office, row, desk.door.config.address), mimetype="text/calendar")
        response.headers["Content-Disposition"] = f'attachment; filename="{row.day}-{office.key}.ics"'
        return response

    @bp.post("/r/<token>/<act>")
    def act(token: str, act: str) -> Response:
        office, row = desk.held(token)
        if act not in ACTS:
            abort(404)
        return _act(desk, office, row, act, body())

    @bp.post("/office/<office>/check-in")
    def at_kiosk(office: str) -> Response:
        return house.check_in(office)

    return bp


# --- taking a place -------------------------------------------------------------------------------------


def _book(desk: _Desk, office: Office, message: dict[str, Any]) -> Response:
    key = key_of(message)
    phone = cookie("queue_phone") or first_cookie(key)
    device = keyed(phone)[:32]
    desk.limits.spend(ASKED)
    service = _service(office, text_of(message, "service", 40))
    booking = service.booking
    assert booking is not None
    args = {**_written(office, booking, message), **said(message), "service": service.key, "device": device}
    if "inmate" in booking.asks:
        _check_lookups(desk)
    for taken, whose, code in ((OF_PHONE, device, "too_many_from_phone"), (OF_ADDRESS, "", "too_many_numbers")):
        seconds = max(desk.limits.wait(rule, whose) for rule in taken)
        if seconds:
            raise TooMany(code, minutes=math.ceil(seconds / MINUTE_S))
    actor = Actor("visitor", f"phone:{device[:16]}", holder=device)
    job = Job(office.key, actor, "book", commands.book, args, key)
    answer = _pressed(desk, office, service, job)
    desk.limits.take(OF_PHONE, device)
    desk.limits.take(OF_ADDRESS)
    made = answer["reservation"]
    response = jsonify({**answer, "reservation": {**made, "page": f"/r/{made['secret']}"}})
    set_cookie(desk.door, response, "queue_phone", phone, MONTH_S)
    return response


def _pressed(desk: _Desk, office: Office, service: Service, job: Job) -> Answer:
    """The place, or why not; who finds a session full is told where there still is room."""
    begun = time.monotonic()
    try:
        if job.act == "book" and desk.bookings.known_full(office.key, service.key, job.args):
            raise Refused("session_full", date=job.args["day"])
        answer = _patiently(desk, job, begun + PATIENCE_S)
    except Refused as refused:
        if refused.code == "not_visitable" and job.act == "book":
            raise desk.not_visitable(begun) from None
        if refused.code == "session_full":
            refused.facts.update(desk.bookings.next_free(office, service, job.args["day"]))
        raise
    desk.bookings.changed(office.key)
    return answer


def _patiently(desk: _Desk, job: Job, until: float) -> Answer:
    """A press that the writer never ran is pressed again: at eight o'clock everybody comes in the same second, and
    most of them only need to hear that the session is full."""
    while True:
        try:
            return desk.door.writer.press(job)
        except Busy:
            if time.monotonic() > until:
                raise
            desk.door.kit.sleep(PAUSE_S)


def _written(office: Office, booking: Booking, message: dict[str, Any]) -> dict[str, Any]:
    """What somebody wrote, in the form in which a command may see it: of who they are only a keyed hash."""
    language = text_of(message, "language", 2)
    args: dict[str, Any] = {
        "day": text_of(message, "day", 10), "session": text_of(message, "session", 40),
        "priority": message.get("priority") is True, "permit": message.get("permit") is True,
        "language": language if language in LANGUAGES else LANGUAGES[0], "party": _party(message),
    }
    if not _is_day(args["day"]):
        raise Refused("bad_request", field="day")
    if "name" in booking.asks:
        args["holder_name"] = " ".join(text_of(message, "name", rules.MOST_NAME).split())
    if "inmate" in booking.asks:
        args["register"] = text_of(message, "register", rules.MOST_REGISTER)
    if "nik" in booking.asks:
        written = rules.identity(text_of(message, "identity", 30))
        if written:
            args.update(person=rules.person_digest(_key(), office.key, written), identity_end=written[-4:])
    return args


def _party(message: dict[str, Any]) -> dict[str, int]:
    given = message.get("party") or {}
    if not isinstance(given, dict):
        raise Refused("bad_request", field="party")
    found = {kind: given.get(kind, 0) for kind in KINDS}
    if any(not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= 99 for n in found.values()):
        raise Refused("bad_request", field="party")
    return {kind: int(n) for kind, n in found.items()}


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _key() -> bytes:
    """For hashes of who somebody is: made from the server's secret, which has other uses too."""
    return hmac.digest(own_secret(), b"identity of who reserves", "sha256")


def _service(office: Office, key: str) -> Service:
    found = next((s for s in office.services if s.key == key), None)
    if found is None:
        raise NotFound("no_such_service")
    if found.booking is None:
        raise Refused("no_reservations")
    return found


def _check_lookups(desk: _Desk) -> None:
    seconds = max(desk.limits.wait(rule) for rule in WRONG_LOOKUPS)
    if seconds:
        raise TooMany("too_many_lookups", minutes=math.ceil(seconds / MINUTE_S))


def _visiting_days(desk: _Desk, office: Office, service: Service, register: str) -> list[str]:
    """The days of the booking window on which this person may be visited. The same is asked of the database whether
    or not anybody has this number."""
    booking, at = service.booking, wall_ms()
    assert booking is not None
    days = rules.days_ahead(office, booking, at)
    with desk.door.database.read() as c:
        head = offices.heads_of(c, [office.key])[0]
        found = custody.by_register(c, head.id, register)
        visits = reservations.visits_to(c, head.id, found.id if found else -1, days[0], days[-1])
    status, own = (found.status, found.own_days) if found else ("", ())
    most = booking.per_inmate_day
    possible = [
        day for day in days if rules.sessions_of(office, service, day) and rules.visited_on(booking, status, own, day)
        and (most is None or visits.get(day, 0) < most)]
    return possible if found is not None and found.open_to_visits else []


# --- one's own reservation ------------------------------------------------------------------------------


def _act(desk: _Desk, office: Office, row: Reservation, act: str, message: dict[str, Any]) -> Response:
    scanned = text_of(message, "door", 60)
    args: dict[str, Any] = {"secret": row.secret}
    if act == "change":
        args.update(day=text_of(message, "day", 10), session=text_of(message, "session", 40))
        if not _is_day(args["day"]):
            raise Refused("bad_request", field="day")
    if act == "check_in":
        args.update(by="phone", door=scanned, shown=desk.house.presence.shown_in(office.key, scanned))
    job = Job(office.key, Actor("visitor", f"reservation:{row.number}"), act, ACTS[act], args, key_of(message))
    answer = _pressed(desk, office, next(s for s in office.services if s.key == row.service), job)
    return jsonify(desk.house.with_link(answer) if "ticket" in answer else answer)


def _picture(desk: _Desk, office: Office, row: Reservation) -> dict[str, Any]:
    """For whoever has its address: nothing of who they are, nor of whom they visit."""
    service = next((s for s in office.services if s.key == row.service), None)
    session = next((s for s in service.sessions if s.key == row.session), None) if service else None
    booking = service.booking if service else None
    ticket = None
    if row.ticket_id:
        with desk.door.database.read() as c:
            held = queue.ticket(c, row.ticket_id)
        ticket = {"label": label(held.prefix, held.number), "page": f"/t/{held.secret}"}
    here = service is not None and any(s.key == row.session for s in rules.sessions_of(office, service, row.day))
    return {
        "at": wall_ms(), "service": row.service, "name": service.name if service else {}, "day": row.day,
        "session": row.session, "session_name": session.name if session else {}, "starts_at": row.starts_at,
        "ends_at": row.ends_at, "expires_at": row.expires_at, "code": row.code, "state": row.state,
        "reason": row.reason, "people": row.people, "party": {kind: getattr(row, kind) for kind in KINDS},
        "asks": list(booking.asks) if booking else [], "priority": bool(row.priority), "held": here,
        "early_min": booking.early_min if booking else 0, "ticket": ticket, "requirements": _bring(service),
        "door": bool(desk.door.config.address and office.door_code),
    }


def _bring(service: Service | None) -> dict[str, str]:
    return service.standard.components.get("requirements", {}) if service else {}


def _calendar(office: Office, row: Reservation, address: str) -> bytes:
    service = next((s for s in office.services if s.key == row.service), None)
    name = (service.name if service else {}).get(row.language) or row.service
    words = {"id": "Kode reservasi", "en": "Reservation code"}[row.language]
    uid = hmac.digest(own_secret(), f"calendar {row.secret}".encode(), "sha256").hex()[:32]
    return calendar_file.write(calendar_file.Entry(
        uid=f"{uid}@{office.key}", version=row.version, starts_at=row.starts_at, ends_at=row.ends_at,
        made_at=row.changed_at or row.made_at, title=f"{name} · {office.name}", place=office.name,
        text=f"{words}: {row.code}" + (f"\n{address}/r/{row.secret}" if address else ""),
        cancelled=row.state in ("cancelled", "expired")))


def _elsewhere(desk: _Desk, office: str) -> list[dict[str, str]]:
    """The other offices of this server that take reservations."""
    found = (desk.live.latest(key) for key in desk.door.kit.blocking(_keys, desk.door) if key != office)
    return [{"key": s.office.key, "name": s.office.name} for s in found
            if s is not None and any(service.booking for service in s.office.services)]


def _keys(door: Door) -> list[str]:
    with door.database.read() as c:
        return [head.key for head in offices.heads(c) if head.config_version]
