"""What screens are told, from snapshots made by hand: nothing runs but the pictures themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from backstage import ROOT

from queue_server.domain.office import Office
from queue_server.office_file import read
from queue_server.screens import kiosk
from queue_server.snapshot import Snapshot

#: Monday, 23 November 2026, 09:00 in Jakarta: the Rutan is open.
MORNING = int(datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp() * 1000)
NIGHT = MORNING + 14 * 3_600_000


def rutan() -> Office:
    """The example office with its real hours; the demo's own is open day and night."""
    return read((ROOT / "offices" / "rutan.toml").read_text(encoding="utf-8"), "rutan.toml")


def snapshot(at: int = MORNING, **changes: Any) -> Snapshot:
    empty: dict[str, Any] = {
        "office_id": 1, "office": rutan(), "seq": 1, "at": at, "tick": 0, "day": "2026-11-23", "lines": {}, "active": (),
        "parked": (), "missed": (), "issuing": (), "calls": (), "seats": {}, "pauses": {}, "issued": {},
        "speakers": {}, "devices": (),
    }
    return Snapshot(**{**empty, **changes})


def at_office_only(at: int) -> Snapshot:
    return snapshot(at, office=replace(rutan(), remote_numbers=False))


@pytest.mark.parametrize(("at", "code"), [(MORNING, "remote_off"), (NIGHT, "closed")])
def test_a_phone_is_sent_to_the_office_only_while_it_gives_numbers(at: int, code: str) -> None:
    services = kiosk.picture(at_office_only(at), "online")["services"]
    assert {service["may"]["code"] for service in services} == {code}


def test_a_closed_office_tells_phones_when_it_opens() -> None:
    picture = kiosk.picture(at_office_only(NIGHT), "online")
    assert picture["next_opening"] is not None
    assert all(service["may"]["next_opening"] for service in picture["services"])
