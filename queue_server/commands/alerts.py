"""Alerts: raised and ended once, whichever process notices first; and where an office has them sent."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import orjson

from ..domain.errors import Refused
from ..domain.events import Json
from ..store import alerts
from ..transaction import Answer, Tx

#: What is raised: people who will wait too long, and people who do.
CODES = ("will_be_late", "late")


def raise_alert(tx: Tx, args: dict[str, Any]) -> Answer:
    """``args``: service, code, facts (integers and keys). The claim of who sends it: ``alert`` is None for whoever
    comes second."""
    service, code, facts = str(args["service"]), str(args["code"]), dict(args["facts"])
    if (service, code) in alerts.under_way(tx.c, tx.office_id, tx.day):
        return {"alert": None}
    found = alerts.add(
        tx.c, tx.office_id, tx.day, service, code, tx.now.at, orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode())
    body: dict[str, Json] = {"alert": found, "service": service, "code": code, "n": int(facts["n"])}
    tx.record("alert_raised", body)
    return {"alert": found, "at": tx.now.at}


def end_alert(tx: Tx, args: dict[str, Any]) -> Answer:
    """It is over; ``alert`` is None when somebody ended it before."""
    found = alerts.under_way(tx.c, tx.office_id, tx.day).get((str(args["service"]), str(args["code"])))
    if found is None:
        return {"alert": None}
    alerts.end(tx.c, found, tx.now.at)
    tx.record("alert_ended", {"alert": found, "service": str(args["service"]), "code": str(args["code"])})
    return {"alert": found, "at": tx.now.at}


def note_sent(tx: Tx, args: dict[str, Any]) -> Answer:
    """What became of a message. No event: it says nothing of the queue."""
    alerts.note_sent(tx.c, tx.office_id, args.get("alert"), tx.now.at, str(args["told"])[:80])
    return {}


def set_webhook(tx: Tx, args: dict[str, Any]) -> Answer:
    """Where alerts are sent, by whoever sets the office up; ``url`` "" ends it. A new address gets a new secret.

    Refused with ``bad_webhook``: no http or https address of a host, or one with a password in it. The address itself
    may hold a key of the receiver's, so the log has only its host.
    """
    url = str(args.get("url") or "").strip()
    host = _host(url) if url else ""
    known = alerts.webhook(tx.c, tx.office_id)
    secret = known.secret if known and known.url == url and not args.get("renew") else secrets.token_hex(32)
    alerts.set_webhook(tx.c, tx.office_id, url, secret if url else "", tx.now.at)
    tx.record("webhook_set", {"on": bool(url), "host": host})
    return {}


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("bad_webhook") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password or port == 0:
        raise Refused("bad_webhook")
    if any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise Refused("bad_webhook")
    return parts.hostname
