"""The changing code at the door: the QR that boards and kiosks show, and what a scanned code is worth."""

from __future__ import annotations

from .. import opening
from ..domain import presence
from ..live import Live
from ..snapshot import Snapshot
from ..store import offices
from .door import Door
from .media import qr_svg

#: What a scanned code is worth: it proves presence, it has run out, it is none that counts here; "" is no code.
HERE, OLD, WRONG, NONE = "here", "old_door", "wrong_door", ""


class Presence:
    """Codes of every office of this server; nothing is kept, so all processes agree as long as their secret is one."""

    def __init__(self, door: Door, live: Live) -> None:
        self.door = door
        self.live = live
        self._key = presence.key_from(opening.secret(door.config.data))

    def shown_in(self, office: str, given: str) -> int | None:
        """The minute in which a genuine code was shown; None for any other."""
        return presence.shown_in(self._key, office, given)

    def judge(self, snapshot: Snapshot, given: str) -> str:
        """What a page may say of a code at once; the command that needs it judges again."""
        office = snapshot.office
        if not given:
            return NONE
        minute = self.shown_in(office.key, given)
        if presence.proves(office.door_code, given, minute, self._now(),
                           lambda: self.door.kit.blocking(self._on_sheet, snapshot.office_id)):
            return HERE
        return WRONG if minute is None else OLD

    def drawn(self, office: str) -> bytes | None:
        """This minute's QR as SVG; None where phones have no address or the office's screens show no code."""
        snapshot = self.live.latest(office)
        if snapshot is None or not self.live.door_code(snapshot):
            return None
        code = presence.code(self._key, office, presence.minute_of(self._now()))
        return qr_svg(f"{self.door.config.address}/visit/{office}?door={code}")

    def _now(self) -> int:
        return self.live.clock.now().at

    def _on_sheet(self, office_id: int) -> str:
        with self.door.database.read() as c:
            return offices.door_code(c, office_id)
