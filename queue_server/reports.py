"""What boards report: that they live, and that they drew and spoke a call.

Reports are gathered and written once a second in one go; they publish nothing by themselves
(decisions 20). The voice of a hall is a leased row, taken over when its board is gone (decisions 24).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from .database import Database
from .kit import Kit
from .live import Live, Screen
from .moment import wall_ms
from .store import boards, people, upkeep
from .transaction import SYSTEM, Answer, Job, Tx, Writer

logger = logging.getLogger(__name__)

LEASE_MS = 3_000
#: A call is summed up in the chain when boards have had so long to report it.
SUM_AFTER_MS = 90_000
#: Every so many seconds offices without any board are looked at too: that nobody showed a call is summed up as well,
#: and it is noted which kiosks are connected.
SILENT_TURNS = 10


@dataclass
class _Board:
    office: str
    hall: str
    device: int
    sound: str
    heard_at: int
    written_at: int = 0
    written_sound: str = ""


@dataclass
class BoardReports:
    """Gathers in the hub, writes through the one writer."""

    live: Live
    database: Database
    writer: Writer
    kit: Kit
    boards: dict[int, _Board] = field(default_factory=dict)
    acks: dict[tuple[str, int, int], tuple[int, int | None]] = field(default_factory=dict)
    #: Told of each call that a board drew: (office, seq of the call).
    on_drawn: Callable[[str, int], None] = lambda office, seq: None
    speakers: dict[str, dict[str, int]] = field(default_factory=dict)  # per office and hall, as seen last

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def alive(self, screen: Screen, sound: str) -> None:
        hall = screen.place.partition("/")[0]
        known = self.boards.get(screen.device_id)
        if known is None:
            self.boards[screen.device_id] = _Board(screen.office, hall, screen.device_id, sound, wall_ms())
        else:
            known.sound, known.heard_at = sound, wall_ms()

    def gone(self, screen: Screen) -> None:
        board = self.boards.get(screen.device_id)
        if board is not None and not any(s.device_id == screen.device_id for s in self.live.screens.values()):
            board.heard_at = 0

    def shown(self, screen: Screen, calls: Any) -> None:
        """Calls a board drew, and spoke; at most 50 a message, anything odd in it is left out."""
        now = wall_ms()
        for call in calls[:50] if isinstance(calls, list) else []:
            seq = call.get("id") if isinstance(call, dict) else None
            if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < 2**53:
                continue
            key = (screen.office, seq, screen.device_id)
            if key not in self.acks:
                self.on_drawn(screen.office, seq)
            drawn, spoken = self.acks.get(key, (now, None))
            self.acks[key] = (drawn, spoken or (now if call.get("spoken") is True else None))

    def _loop(self) -> None:
        turn = 0
        while True:
            self.kit.sleep(1.0)
            turn += 1
            heard = {b.office for b in self.boards.values()} | {k[0] for k in self.acks}
            everywhere = turn % SILENT_TURNS == 0
            for office in heard | self._offices() if everywhere else heard:
                self._write(office, self._kiosks(office) if everywhere else ())
            for device in [d for d, b in self.boards.items() if b.heard_at == 0 and b.written_at == 0]:
                self.boards.pop(device, None)

    def _offices(self) -> set[str]:
        try:
            return set(self.kit.blocking(self._read_offices))
        except Exception:
            logger.exception("the offices could not be read")
            return set()

    def _read_offices(self) -> list[str]:
        with self.database.read() as c:
            return upkeep.office_keys(c)

    def _kiosks(self, office: str) -> tuple[int, ...]:
        found = {s.device_id for s in self.live.screens.values() if s.kind in ("kiosk", "unit") and s.office == office}
        return tuple(sorted(found))

    def _write(self, office: str, kiosks: tuple[int, ...]) -> None:
        now = wall_ms()
        mine = [b for b in self.boards.values() if b.office == office]
        seen = [
            b for b in mine
            if (b.heard_at != b.written_at and abs(now - b.written_at) > 900) or b.sound != b.written_sound
            or (b.heard_at == 0 and b.written_at)
        ]
        acks = {k: self.acks.pop(k) for k in list(self.acks) if k[0] == office}
        halls = {b.hall for b in mine}
        args = {"seen": seen, "acks": acks, "halls": halls, "kiosks": kiosks}
        job = Job(office, SYSTEM, "board_reports", _command, args)
        try:
            answer = self.writer.press(job)
        except Exception:
            self.acks.update(acks)
            return
        for board in seen:
            board.written_at, board.written_sound = (board.heard_at, board.sound)
        if answer["changed"] or acks:
            self.live.refresh_everywhere(office)
        elif answer["speakers"] != self.speakers.get(office):
            self.live.refresh(office)  # another process handed the voice over
        self.speakers[office] = answer["speakers"]


def _command(tx: Tx, args: dict[str, Any]) -> Answer:
    for board in args["seen"]:
        # One that has gone is not alive from now on; that it was there, and until when, is kept for the supervisor.
        boards.save_seen(tx.c, board.device, board.heard_at or tx.now.at - people.ALIVE_MS, board.sound)
    for kiosk in args["kiosks"]:
        boards.save_seen(tx.c, kiosk, tx.now.at, "")
    rows = [(seq, device, drawn, spoken) for (_o, seq, device), (drawn, spoken) in args["acks"].items()]
    if rows:
        boards.save_acks(tx.c, tx.office_id, rows)
    changed = bool(args["seen"])
    speakers = {}
    for hall in sorted(args["halls"]):
        speakers[hall], handed = _lease(tx.c, tx.office_id, hall, tx.now.at)
        changed = changed or handed
    for summed in boards.sums(tx.c, tx.office_id, tx.now.at - SUM_AFTER_MS):
        tx.record("calls_summed", {
            "ticket": summed.ticket_id, "call": summed.seq, "drawn": summed.drawn, "spoken": summed.spoken,
            "first_at": summed.first_at, "last_at": summed.last_at, "boards": summed.devices,
        }, summed.step_id)
    return {"changed": changed, "speakers": speakers}


def _lease(c: Connection, office_id: int, hall: str, now: int) -> tuple[int, bool]:
    """Renews or hands over the voice of a hall; (the board that speaks now, whether it is another one)."""
    alive = boards.alive(c, office_id, hall, now - LEASE_MS, now + LEASE_MS)
    held = boards.lease(c, office_id, hall)
    holder = next((b for b in alive if held and b[0] == held[0]), None)
    running = [b for b in alive if b[1] == "running"]
    if holder is not None and (holder[1] == "running" or not running):
        chosen = holder[0]
    else:
        chosen = (running or alive or [(0, "")])[0][0]
    if held and held[0] == chosen and held[1] - now > LEASE_MS / 2:
        return chosen, False
    boards.save_lease(c, office_id, hall, chosen, now + LEASE_MS if chosen else 0)
    return chosen, not held or held[0] != chosen
