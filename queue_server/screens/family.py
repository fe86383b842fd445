"""Family self-service: the stages of a case, for whoever proves that staff enrolled them.

Code unknown, date of birth wrong, revoked, run out, held back after too many tries: one answer, after the same time.
A look leaves no session behind: the page holds what it was told for a minute, the server nothing but the entry.
"""

from __future__ import annotations

import hmac
import math
import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from ..commands import family as commands
from ..domain import family as rules
from ..domain.errors import NotAllowed, Refused, TooMany
from ..domain.office import Office
from ..live import Live
from ..moment import wall_ms
from ..store import custody, family, offices
from ..store.passkeys import Passkey
from ..transaction import Actor, Job
from ..web import cookie
from .door import Door, key_of
from .guard import body, own_secret, text_of
from .limits import HOUR_S, MINUTE_S, Limits, Rule
from .passkeys import Asker, Site

#: So long it takes at least until somebody is told that they may not look, whatever the reason, seconds.
EVEN_S = 0.5
#: Tries of one address, right or wrong, in a minute; and those that came to nothing.
LOOKS = Rule("family_look", 60)
WRONG = (Rule("family_wrong", 10, MINUTE_S), Rule("family_wrong_hour", 40, HOUR_S))
#: So long after a look with code and date of birth this phone may be set up to open by fingerprint, ms.
LEAVE_MS = 180_000
#: A phone's name of a passkey is shorter than this.
MOST_CREDENTIAL = 1_400


@dataclass(frozen=True)
class _Desk:
    """What the routes share."""

    door: Door
    live: Live
    limits: Limits

    def office(self, key: str) -> Office:
        found = self.live.latest(key)
        if found is None:
            abort(404)
        return found.office

    def place(self, office: str) -> str:
        return "phone" if self.door.device(office, cookie("queue_device"), "kiosk") is None else "kiosk"

    def no(self, begun: float) -> NotAllowed:
        """The one answer for whoever may not look, not before ``EVEN_S`` since ``begun`` (monotonic seconds)."""
        self.limits.take(WRONG)
        self.door.kit.sleep(max(0.0, begun + EVEN_S - time.monotonic()))
        return NotAllowed("family_no")


def blueprint(door: Door, live: Live, limits: Limits) -> Blueprint:
    bp = Blueprint("family", __name__)
    desk = _Desk(door, live, limits)

    @bp.get("/family/<office>")
    def page(office: str) -> str:
        found = desk.office(office)
        return render_template("visitor/family.html", office=found, place=desk.place(office),
                               offered=found.rules.family.offered, passkeys=_asker(desk, 0) is not None)

    @bp.post("/office/<office>/family/look")
    def look(office: str) -> Response:
        begun, found, message = time.monotonic(), desk.office(office), body()
        desk.limits.spend(LOOKS)
        _check_wrong(desk)
        args = _proof(desk, found, message)
        if args is None:
            raise desk.no(begun)
        job = Job(office, Actor("visitor", "visitor"), "look", commands.look, {**args, "place": desk.place(office)})
        seen = desk.door.writer.press(job)
        if not seen["family"]:
            raise desk.no(begun)
        shown = desk.door.kit.blocking(_case, desk, seen["inmate"])
        leave = _leave(found.key, seen["family"], wall_ms()) if "proof" in args else ""
        return jsonify({"ok": True, "case": shown, "leave": leave})

    @bp.post("/office/<office>/family/question")
    def question(office: str) -> Response:
        """For whoever names a passkey, known or not: nobody learns which is."""
        desk.office(office)
        desk.limits.spend(LOOKS)
        credential = text_of(body(), "credential", MOST_CREDENTIAL)
        named = Passkey(0, 0, credential, "", "", 0, 0, 0)
        try:
            options = desk.door.kit.blocking(_here(desk, 0).to_sign_in, [named])
        except ValueError:
            raise Refused("bad_request", field="credential") from None
        return jsonify({"ok": True, "options": options})

    @bp.post("/office/<office>/family/phone/question")
    def phone_question(office: str) -> Response:
        found = desk.office(office)
        desk.limits.spend(LOOKS)
        number = _left(found.key, text_of(body(), "leave", 120))
        mine = desk.door.kit.blocking(_passkeys, desk, number)
        name = found.name[:40]
        return jsonify({"ok": True, "options": desk.door.kit.blocking(
            _here(desk, number).to_add, name, name, mine)})

    @bp.post("/office/<office>/family/phone")
    def phone(office: str) -> Response:
        found, message = desk.office(office), body()
        desk.limits.spend(LOOKS)
        number = _left(found.key, text_of(message, "leave", 120))
        made = desk.door.kit.blocking(_here(desk, number).added, message.get("passkey"))
        job = Job(office, Actor("visitor", "visitor"), "add_phone", commands.add_phone, {**made, "family": number},
                  key_of(message))
        return jsonify({**desk.door.writer.press(job), "credential": made["credential"]})

    return bp


def _check_wrong(desk: _Desk) -> None:
    seconds = max(desk.limits.wait(rule) for rule in WRONG)
    if seconds:
        raise TooMany("family_wait", minutes=math.ceil(seconds / MINUTE_S))


def _proof(desk: _Desk, office: Office, message: dict[str, Any]) -> dict[str, Any] | None:
    """What a command may see of a proof: keyed hashes, or a passkey's checked answer; None: it proves nothing."""
    if not office.rules.family.offered:
        raise Refused("family_off")
    if message.get("passkey") is not None:
        return desk.door.kit.blocking(_by_phone, desk, office, message["passkey"], _here(desk, 0))
    code = rules.read_code(text_of(message, "code", 40)) or "-"
    born = rules.read_born(text_of(message, "born", 10)) or "-"
    key = rules.key_from(own_secret())
    return {"code_digest": rules.code_digest(key, code), "proof": rules.proof(key, code, born)}


def _by_phone(desk: _Desk, office: Office, answer: Any, asking: Asker) -> dict[str, Any] | None:
    named = answer.get("id") if isinstance(answer, dict) else None
    with desk.door.database.read() as c:
        head = offices.heads_of(c, [office.key])[0]
        mine = family.passkey(c, head.id, named) if isinstance(named, str) and len(named) < MOST_CREDENTIAL else None
    try:
        return {**asking.proof(answer, [mine] if mine else []), "family": mine.person_id if mine else 0}
    except NotAllowed:
        return None


def _case(desk: _Desk, inmate_id: int) -> dict[str, Any]:
    """The stages of a case: no name, no register number, nothing of the block. ``at``: as the registry had it then."""
    with desk.door.database.read() as c:
        kept = custody.by_ids(c, [inmate_id])[inmate_id]
    return {"status": kept.status, "remission": kept.remission, "release_day": kept.release_day,
            "programme": kept.programme, "at": kept.imported_at}


def _passkeys(desk: _Desk, family_id: int) -> list[Passkey]:
    with desk.door.database.read() as c:
        return family.passkeys(c, family_id)


# --- passkeys -------------------------------------------------------------------------------------------


def _asker(desk: _Desk, family_id: int) -> Asker | None:
    """Asks phones at this site, with a key of its own: no question to an officer is one to a family."""
    site = Site.of(desk.door.config.public_url, request.host)
    return None if site is None else Asker(_key(), site, family_id, alone=True)


def _here(desk: _Desk, family_id: int) -> Asker:
    found = _asker(desk, family_id)
    if found is None:
        raise Refused("no_passkey_here", address=desk.door.config.public_url or "https://…")
    return found


def _key() -> bytes:
    return hmac.digest(own_secret(), b"families and their phones", "sha256")


def _leave(office: str, family_id: int, at: int) -> str:
    """What lets the page that was just shown a case set up this phone; it holds the enrolment's id and the instant."""
    said = f"{family_id}.{at}"
    return f"{said}.{hmac.new(_key(), f'{office}.{said}'.encode(), 'sha256').hexdigest()[:32]}"


def _left(office: str, leave: str) -> int:
    """The enrolment of a ``_leave`` that is ours and fresh; raises NotAllowed("family_no")."""
    parts = leave.split(".")
    if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit():
        number, at = int(parts[0]), int(parts[1])
        if hmac.compare_digest(_leave(office, number, at), leave) and 0 <= wall_ms() - at <= LEAVE_MS:
            return number
    raise NotAllowed("family_no")
