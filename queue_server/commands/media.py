"""Pictures and videos that an office took in; the files themselves are in media_store.py."""

from __future__ import annotations

from typing import Any

from ..domain.errors import Refused
from ..media_store import NAME
from ..transaction import Answer, Tx


def added(tx: Tx, args: dict[str, Any]) -> Answer:
    """A file has arrived and is kept under its content's name."""
    tx.record("media_added", {"media": args["media"], "bytes": args["bytes"]})
    return {"media": args["media"]}


def remove(tx: Tx, args: dict[str, Any]) -> Answer:
    """A file that no notice shows is not needed any more; whoever hears of the event deletes it."""
    name = str(args.get("media") or "")
    if not NAME.fullmatch(name):
        raise Refused("no_such_media")
    if any(notice.file == name for notice in tx.office.notices):
        raise Refused("media_in_use")
    tx.record("media_removed", {"media": name})
    return {"media": name}
