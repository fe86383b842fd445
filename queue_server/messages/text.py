"""What a message says, in its reader's language: the sentences of common/message_words.json, or an office's own."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.message import Occasion
from ..domain.office import LANGUAGES, TIME_ZONES, Office, Words
from ..domain.ticket import label
from ..sentence import fill
from ..store import queue, reservations
from ..store.messages import Contact, Message

FILE = Path(__file__).resolve().parents[2] / "common" / "message_words.json"


@cache
def words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return found


def sentence(office: Office, language: str, key: str, facts: dict[str, Any]) -> str:
    """The sentence with its facts; an office's own wording goes before ours."""
    own = office.words.get(key, {})
    text = own.get(language) or (own.get("id") if key in office.words else None) or words()[language][key]
    return fill(text, facts)


def worded(c: Connection, office: Office, row: Message, contact: Contact, address: str) -> dict[str, Any]:
    """``text``, ``subject``, ``link`` and for a notification ``more``. Nobody's name is in it, nor whom they visit:
    whoever stands beside the phone may read it."""
    language = contact.language if contact.language in office.languages else LANGUAGES[0]
    facts: dict[str, Any] = {**json.loads(row.facts), "office": office.name}
    page = ""
    if row.ticket_id:
        ticket = queue.ticket(c, row.ticket_id)
        facts["label"], page = label(ticket.prefix, ticket.number).replace("\u2009", " "), f"/t/{ticket.secret}"
    else:
        found = reservations.by_id(c, row.reservation_id)
        if found is not None:
            page, facts["code"] = f"/r/{found.secret}", found.code
            service = next((s for s in office.services if s.key == found.service), None)
            facts["service"] = _in(service.name, language) if service else ""
    if "counter" in facts:
        counter = next((one for one in office.counters if one.key == facts["counter"]), None)
        facts["counter"] = _in(counter.name, language) if counter else ""
    if "starts_at" in facts:
        at = datetime.fromtimestamp(facts.pop("starts_at") / 1000, ZoneInfo(TIME_ZONES[office.time_zone]))
        day = words()[language]
        facts.update(time=f"{at:%H.%M}" if language == "id" else f"{at:%H:%M}", zone=office.time_zone,
                     date=f"{day[f'day.{at.weekday()}']}, {at.day} {day[f'month.{at.month}']} {at.year}")
    kind = "nearly.now" if row.occasion == Occasion.NEARLY and facts["ahead"] == 0 else row.occasion
    text = sentence(office, language, f"message.{kind}", facts)
    link = f"{address}{page}" if address and page else ""
    if contact.channel == "push":
        return {"subject": sentence(office, language, f"message.{kind}.title", facts), "text": text, "link": page,
                "more": {"tag": f"{row.ticket_id}-{row.reservation_id}", "lang": language, "occasion": row.occasion,
                         "icon": f"/office/{office.key}/icon-192.png"}}
    if link:
        text = sentence(office, language, "message.with_link", {"text": text, "link": link})
    if contact.channel == "email":
        text = f"{text}\n\n{sentence(office, language, 'message.why', facts)}\n"
    return {"subject": sentence(office, language, f"message.{kind}.title", facts), "text": text, "link": link}


def _in(both: Words, language: str) -> str:
    return both.get(language) or both["id"]
