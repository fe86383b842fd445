"""A 24-hour office of its own for a replay or a benchmark: nothing of it is scarce, nothing waits for fingers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .. import opening
from ..commands.setup import add_person, configure
from ..domain.office import Board, Counter, Hall, MixRule, Office, Promise, Rules, Service, Span, Standard, Week
from ..passwords import hashed, new_password
from ..shell import Session

HALL = "hall"


@dataclass(frozen=True)
class Place:
    """An office that was set up, and who may sign in there: officers in the order of the counters."""

    key: str
    officers: tuple[str, ...]
    supervisor: str
    password: str


def office(
    key: str, name: str, services: Mapping[str, str], counters: Mapping[str, Sequence[str]], boards: int = 1,
    mix: MixRule | None = None,
) -> Office:
    """``services``: key -> letters of its numbers; ``counters``: key -> the services it serves."""
    return Office(
        key=key, name=name, institution=name, time_zone="WIB", languages=("id", "en"), accent="#1f4e79",
        week=Week(((Span(0, 24 * 60),),) * 7), issue_from=None, last_ticket_min=0,
        halls=(Hall(HALL, {"id": "Ruang tunggu", "en": "Waiting hall"}),),
        boards=tuple(Board(f"b{n}", HALL, f"B{n}") for n in range(1, boards + 1)),
        counters=tuple(
            Counter(k, {"id": f"Loket {n}", "en": f"Counter {n}"}, HALL, tuple(served), "ahead", ("loket", n))
            for n, (k, served) in enumerate(counters.items(), 1)
        ),
        services=tuple(
            Service(k, letters, {"id": k, "en": k}, "ticket", "#1f4e79", Standard({"door": Promise(15, 10)}))
            for k, letters in services.items()
        ),
        rules=Rules(mix=mix or MixRule(), double_press_ms=0, recall_spacing_s=0, tickets_per_phone=1_000),
        always_open=True,
    )


def set_up(session: Session, made: Office, officers: int) -> Place:
    """Puts a new office in force with ``officers`` officers and one supervisor, all with one password that is
    kept nowhere else; a running server notices within a second."""
    opening.add_office(session.database, made.key)
    session.press(made.key, "configure", configure, office=made, reason="replay")
    password = new_password() + secrets.token_hex(8)
    kept = hashed(password)
    names = tuple(f"officer-{n}" for n in range(1, officers + 1))
    for name in names:
        session.press(made.key, "add_person", add_person, name=name, role="officer", password_hash=kept)
    session.press(made.key, "add_person", add_person, name="supervisor", role="supervisor", password_hash=kept)
    return Place(made.key, names, "supervisor", password)
