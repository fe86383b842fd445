"""Does it live, may it be sent visitors, and how is it: for whoever watches the server, not for people.

``/healthz`` asks this process alone: a watchdog restarts it when it fails. ``/readyz`` asks everything that a number
needs, down to the disk: a balancer sends nobody while it fails. Neither says anything about anybody.
"""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .. import schema
from ..config import Config
from ..domain.errors import NotAllowed, Refused
from ..metrics import Metrics
from ..store import upkeep
from ..transaction import SYSTEM, Answer, Job, Tx
from ..upkeep.data_folder import CannotUse, check
from .door import Door
from .limits import from_here

#: A batch that is at work for so long will not end by itself, seconds.
STUCK_S = 30.0
#: Whoever would wait longer for a number is better sent elsewhere, seconds.
READY_WITHIN_S = 5.0


def blueprint(config: Config, door: Door, metrics: Metrics) -> Blueprint:
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def alive() -> tuple[Response, int]:
        stuck = door.writer.at_work_s > STUCK_S
        return jsonify({"ok": not stuck, "writer": "stuck" if stuck else "works"}), 503 if stuck else 200

    @bp.get("/readyz")
    def ready() -> tuple[Response, int]:
        found = {"database": _database(door), "writer": _writer(door), "disk": door.kit.blocking(_disk, config)}
        well = all(state == "works" for state in found.values())
        return jsonify({"ok": well, **found}), 200 if well else 503

    @bp.get("/metrics")
    def told() -> Response:
        if not _may_watch(config):
            raise NotAllowed("not_allowed")
        return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return bp


def _may_watch(config: Config) -> bool:
    """From this very machine, or with the token that the settings name."""
    given = request.headers.get("Authorization", "")
    if config.metrics_token and hmac.compare_digest(given.encode(), f"Bearer {config.metrics_token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers:
        return False  # through a proxy of this machine that no setting names: the asker may be anywhere
    return from_here()


def _database(door: Door) -> str:
    try:
        return door.kit.blocking(_read, door)
    except Exception:
        return "not reached"


def _read(door: Door) -> str:
    with door.database.read() as c:
        return "works" if schema.release(c) == schema.newest() else "of another release"


def _writer(door: Door) -> str:
    """Goes the way of a number, and writes nothing."""
    try:
        offices = door.kit.blocking(_offices, door)
        if offices:
            door.writer.press(Job(offices[0], SYSTEM, "ready", _nothing), READY_WITHIN_S)
    except Refused as refused:
        return refused.code
    except Exception:
        return "fails"
    return "works"


def _offices(door: Door) -> list[str]:
    with door.database.read() as c:
        return upkeep.office_keys(c)


def _nothing(_tx: Tx, _args: dict[str, Any]) -> Answer:
    return {}


def _disk(config: Config) -> str:
    try:
        check(config.data)
    except CannotUse:
        return "full or not writable"
    return "works"
