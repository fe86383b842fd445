"""Media of an office: taken in piece by piece, listed with where it is used, deleted when nothing shows it."""

from __future__ import annotations

from typing import Any

from flask import request

from .. import media_store
from ..commands import media
from ..domain.errors import Refused
from ..domain.office import Office
from ..store import offices
from ..transaction import Actor, Answer, Job
from .door import Door

#: The only request that may be large.
MOST_REQUEST = media_store.MOST_BYTES + 1024


class MediaRoom:
    """One folder of media serves all offices of a server; each file is named by its content."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.data = door.config.data

    def take_in(self, office: str, actor: Actor) -> Answer:
        """The request's body as a file: never whole in memory. Raises Refused with what to give instead."""
        request.max_content_length = MOST_REQUEST
        size = request.content_length or 0
        if size > media_store.MOST_BYTES:
            raise Refused("media_large", most=media_store.MOST_BYTES // 1024 // 1024)
        blocking = self.door.kit.blocking
        if not blocking(media_store.room_for, self.data, size):
            raise Refused("media_no_room")
        arriving = blocking(media_store.Arriving, self.data)
        try:
            # The line is read here, where it may wait; the disk is written in a thread of its own.
            while piece := request.stream.read(media_store.CHUNK):
                blocking(arriving.take, piece)
            name, new = blocking(arriving.keep)
        except media_store.BadMedia as bad:
            raise Refused(bad.code, most=media_store.MOST_BYTES // 1024 // 1024) from None
        finally:
            blocking(arriving.drop)
        if new:
            args = {"media": name, "bytes": arriving.size}
            self.door.writer.press(Job(office, actor, "media_added", media.added, args))
        return {"ok": True, "media": name, "bytes": arriving.size, "new": new}

    # --- in native threads ---------------------------------------------------------------------

    def kept(self) -> list[media_store.Kept]:
        return media_store.listed(self.data)

    def listed(self, office: str) -> dict[str, Any]:
        """Every file, with the notices of this office that show it and whether another office does."""
        configured = self._offices()
        own = configured.get(office)
        others = {n.file for key, one in configured.items() if key != office for n in one.notices}
        files = [{
            "name": kept.name, "bytes": kept.bytes, "at": kept.at, "elsewhere": kept.name in others,
            "used": [n + 1 for n, notice in enumerate(own.notices if own else ()) if notice.file == kept.name],
        } for kept in self.kept()]
        return {"files": files, "most": media_store.MOST_BYTES}

    def delete(self, name: str) -> None:
        """Deletes a file unless a notice of any office shows it."""
        if all(notice.file != name for office in self._offices().values() for notice in office.notices):
            media_store.remove(self.data, name)

    def tidy(self) -> None:
        media_store.drop_abandoned(self.data)

    def _offices(self) -> dict[str, Office]:
        with self.door.database.read() as c:
            return {h.key: offices.config(c, h.id, h.config_version) for h in offices.heads(c) if h.config_version}
