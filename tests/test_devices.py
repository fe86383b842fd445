"""A screen that takes the place of one that is gone: the old one is revoked; who stands side by side stays."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import socketio
from backstage import events, let_time_pass, rows, until
from cast import Server
from small_house import KEY, house, session, settings

from queue_server.client import Kiosk, Refusal
from queue_server.clockwork import tidy
from queue_server.commands import setup, supervisor

BOTH_DATABASES = True  # the whole module; see conftest.py

HOUR_MS = 3_600_000


class Office:
    """Devices of the small house, introduced and paired without a server; times are how long ago, ms."""

    def __init__(self, data: Path) -> None:
        self.data = data
        house(data, numbers=0)

    def press(self, act: str, command: Any, **args: Any) -> Any:
        with session(settings(self.data)) as opened:
            return opened.press(KEY, act, command, **args)

    def hello(self, kind: str) -> Any:
        args = {"kind": kind, "board": "tv-1" if kind == "board" else "", "token_hash": secrets.token_hex(16)}
        return self.press("hello", setup.hello, **args)

    def paired(self, kind: str, name: str = "", paired_ago: int = 0, seen_ago: int | None = None) -> int:
        """A device paired now, and then made as old as that; ``seen_ago`` None: it never said that it lives."""
        code = self.hello(kind)["code"]
        device = int(self.press("pair", supervisor.pair, code=code, name=name)["device"])
        seen = "0" if seen_ago is None else f"paired_at - {seen_ago}"
        sql = f"UPDATE device SET seen_at = {seen}, paired_at = paired_at - ? WHERE id = ?"
        let_time_pass(self.data, sql, paired_ago, device)
        return device

    def states(self) -> dict[int, str]:
        return dict(rows(self.data, "SELECT id, state FROM device ORDER BY id"))


@pytest.fixture
def office(placed: Callable[[Path], Path], tmp_path: Path) -> Office:
    return Office(placed(tmp_path / "data"))


def test_a_board_that_is_gone_is_replaced_by_the_one_paired_for_its_place(office: Office) -> None:
    old = office.paired("board", paired_ago=HOUR_MS, seen_ago=HOUR_MS // 2)
    new = office.paired("board")
    assert office.states() == {old: "revoked", new: "paired"}
    last = events(office.data, KEY)[-1]
    assert last.kind == "device_revoked" and f'"device":{old}' in last.body and '"reason":"replaced"' in last.body


@pytest.mark.parametrize(("kind", "more"), [
    ("board", {"seen_ago": 1_000}),                             # two TVs show the same board
    ("board", {"name": "Loudspeaker", "seen_ago": HOUR_MS}),    # another thing at the same board, switched off
    ("board", {"paired_ago": 5_000}),                           # about to connect
    ("kiosk", {"seen_ago": 11_000}),                            # side by side, noted every ten seconds
    ("kiosk", {"name": "Kiosk B", "seen_ago": HOUR_MS}),        # side by side, switched off
    ("kiosk", {}),                                              # was never connected
])
def test_who_is_there_or_is_called_otherwise_stays(office: Office, kind: str, more: dict[str, Any]) -> None:
    first = office.paired(kind, **{"paired_ago": HOUR_MS, **more})
    second = office.paired(kind)
    assert office.states() == {first: "paired", second: "paired"}


def test_a_kiosk_that_is_gone_is_replaced(office: Office) -> None:
    first = office.paired("kiosk", paired_ago=HOUR_MS, seen_ago=60_000)
    second = office.paired("kiosk")
    assert office.states() == {first: "revoked", second: "paired"}


def test_a_request_that_nobody_answered_goes_after_a_day(office: Office) -> None:
    office.hello("board")
    fresh = office.hello("kiosk")["device"]
    let_time_pass(office.data, "UPDATE device SET created_at = created_at - ? WHERE kind = 'board'", 25 * HOUR_MS)
    office.press("tidy", tidy)
    assert office.states() == {fresh: "pending"}


def test_the_list_holds_one_board_after_its_browser_lost_its_cookie(server: Server) -> None:
    sari = server.supervisor()
    old = server.board()
    kiosk = KioskWithLine(server)
    device = old.hello["device"]
    until(lambda: rows(server.data, "SELECT 1 FROM device WHERE id = ? AND seen_at > 0", device))
    old.close()
    sari.wait_for(lambda p: [d["life"] for d in p["boards"] if d["device"] == device] == ["gone"], 20)
    let_time_pass(server.data, "UPDATE device SET paired_at = paired_at - 60000 WHERE id = ?", device)
    new = server.board()
    listed = sari.wait_for(lambda p: any(d["device"] == new.hello["device"] for d in p["boards"]))["boards"]
    assert {d["device"] for d in listed if d["kind"] == "board"} == {new.hello["device"]}
    noted = until(lambda: rows(
        server.data, "SELECT 1 FROM device WHERE id = ? AND seen_at > 0", kiosk.device), 15, "the kiosk's note")
    assert noted
    kiosk.line.disconnect()
    again = old.post("/hello", {"screen": "board", "office": "rutan", "board": "tv-tunggu"})
    assert again["device"] not in (device, new.hello["device"]), "the revoked browser is a new device"


class KioskWithLine(Kiosk):
    """A kiosk whose page is open."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.base, "rutan")
        self.device: int = self.hello["device"]
        self.line = socketio.Client(handle_sigint=False)
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        self.line.connect(
            server.base, headers={"Cookie": cookies}, auth={"screen": "kiosk", "office": "rutan"},
            transports=["websocket"], wait_timeout=10)


def test_a_wrong_code_is_refused(server: Server) -> None:
    with pytest.raises(Refusal, match="no_such_code"):
        server.supervisor().press("pair", code="ABCDEF")
