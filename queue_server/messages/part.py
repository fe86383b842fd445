"""The loop that empties the outbox, and what this server can send at all.

A message is claimed by a command, so that of several server processes one sends it; then a process of its own makes
the attempt, and a command notes what became of it. Nothing here stands between an officer and a call.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from .. import opening
from ..commands import messages as acts
from ..config import Config
from ..database import Database
from ..domain.office import Messages as Offered
from ..kit import Kit
from ..moment import wall_ms
from ..store import messages, offices
from ..store.messages import Contact, Message
from ..transaction import SYSTEM, Job, Writer
from . import senders
from .push import b64, public_bytes
from .sealed import Sealer
from .text import worded

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
#: How often it is looked whether something is to be sent, and whether a batch is through, seconds.
LOOK_S, LOOK_AT_IT_EVERY_S = 1.0, 0.1
#: Batches under way at once: a gateway that does not answer holds up no other.
MOST_BATCHES = 4
#: A batch that takes longer is ended, seconds; each attempt gives up long before (rules.LEASE_MS is longer still).
MOST_S = 60.0
#: The demo's sender for everything but push: a file in the data folder.
DEMO, DEMO_FILE = "demo", "messages.txt"


class Ways:
    """The senders of this server by name, and the keys by which addresses are closed."""

    def __init__(self, config: Config) -> None:
        self._known = senders.read(config.senders)
        if config.demo:
            self._known.setdefault(DEMO, {"kind": "file", "path": str(config.data / DEMO_FILE)})
        self._config = config
        self.sealer = Sealer(opening.secret(config.data))

    @property
    def address(self) -> str:
        """What links lead to; "" where no phone could follow them."""
        return self._config.address

    @cached_property
    def private_push(self) -> bool:
        """Whether push services inside the office's own network are meant too."""
        return bool(self._known.get("push", {}).get("private"))

    @cached_property
    def push_key(self) -> str:
        """By which a browser knows who sends (applicationServerKey)."""
        return b64(public_bytes(self.sealer.vapid().public_key()))

    def settings(self, name: str) -> dict[str, Any] | None:
        """A sender's; None: this server has none of that name."""
        found = self._known.get(name)
        if name != "push":
            return found
        number = self.sealer.vapid().private_numbers().private_value
        subject = self._config.public_url if self._config.secure else ""
        return {"subject": subject, **(found or {}), "kind": "push", "key": b64(number.to_bytes(32, "big"))}

    def offered(self, office: Offered) -> list[str]:
        """The channels that an office offers and this server can send by."""
        return [channel for channel in office.channels if self.settings(office.sender(channel)) is not None]

    def repeatable(self, office: Offered) -> list[str]:
        """Those whose receivers notice by themselves what comes twice."""
        return [channel for channel in self.offered(office)
                if senders.made(self.settings(office.sender(channel)) or {}).repeatable]


class Outbox:
    """One loop per process; who sends what is settled by the command that claims it."""

    def __init__(self, database: Database, writer: Writer, kit: Kit, ways: Ways) -> None:
        self.database, self.writer, self.kit, self.ways = database, writer, kit, ways
        self._under_way = 0

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def _loop(self) -> None:
        for said in self.kit.blocking(self._lacking):
            logger.warning(said)
        while True:
            self.kit.sleep(LOOK_S)
            try:
                self.look()
            except Exception:
                logger.exception("the outbox stumbled; it goes on")

    def look(self) -> None:
        """Claims what is due and has it sent, office by office."""
        for office, repeatable in self.kit.blocking(self._due):
            if self._under_way >= MOST_BATCHES:
                return
            claimed = self.writer.press(Job(office, SYSTEM, "claim_messages", acts.claim, {"repeatable": repeatable}))
            if claimed["messages"]:
                self._under_way += 1
                self.kit.spawn(self._batch, office, claimed["messages"])

    def _batch(self, office: str, ids: list[int]) -> None:
        try:
            asked, told = self.kit.blocking(self._worded, office, ids)
            told += self._attempted(asked) if asked else []
            self.writer.press(Job(office, SYSTEM, "note_messages", acts.note, {"told": told}))
            failed = sorted({why for _id, _try, why in told if why != "ok"})
            if failed:
                logger.warning("messages of %s did not go out: %s", office, ", ".join(failed))
        except Exception:
            logger.exception("a batch of messages stumbled; what nobody can say of it stays in doubt")
        finally:
            self._under_way -= 1

    # --- in native threads -----------------------------------------------------------------------

    def _lacking(self) -> list[str]:
        with self.database.read() as c:
            return unknown_senders(self.ways, {
                head.key: offices.config(c, head.id, head.config_version).messages
                for head in offices.heads(c) if head.config_version})

    def _due(self) -> list[tuple[str, list[str]]]:
        """(office, its channels that may be repeated) of those with something to send."""
        with self.database.read() as c:
            keys = messages.due(c, wall_ms())
            return [(head.key, self.ways.repeatable(offices.config(c, head.id, head.config_version).messages))
                    for head in (offices.heads_of(c, keys) if keys else [])]

    def _worded(self, key: str, ids: list[int]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
        """(what the sending process is asked, what is known of the others already)."""
        asked: list[dict[str, Any]] = []
        told: list[list[Any]] = []
        with self.database.read() as c:
            head = offices.heads_of(c, [key])[0]
            office = offices.config(c, head.id, head.config_version)
            rows = messages.by_ids(c, ids)
            kept = messages.contacts(c, [row.contact_id for row in rows])
            for row in rows:
                contact = kept.get(row.contact_id)
                address = self._address(key, contact)
                sender = self.ways.settings(office.messages.sender(row.channel) or "-")
                if contact is None or address is None or sender is None:
                    told.append([row.id, row.tries, "no_sender" if sender is None else "no_address"])
                    continue
                said = worded(c, office, row, contact, self.ways.address)
                asked.append({"id": row.id, "try": row.tries, "sender": sender, "message": {
                    **said, "to": address, "key": self._key(row), "channel": row.channel, "office": office.name,
                    "seconds_of_use": max(60, (row.until_at - wall_ms()) // 1000)}})
        return asked, told

    def _address(self, office: str, contact: Contact | None) -> str | None:
        return None if contact is None else self.ways.sealer.open(office, contact.sealed)

    def _key(self, row: Message) -> str:
        """The same for every attempt at a message; who has it knows nothing by it."""
        return self.ways.sealer.mark("message", f"{row.office_id} {row.id}")

    def _start(self, asked: list[dict[str, Any]], said: IO[bytes]) -> subprocess.Popen[bytes]:
        """The pipe is our own and not Popen's: with eventlet, Popen would make its pipes green."""
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "queue_server.messages"], cwd=ROOT, env=dict(os.environ), stdin=reading,
                stdout=said, stderr=subprocess.DEVNULL, start_new_session=True)
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(reading)
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(asked).encode())
        return process

    # --- in a thread of the mode -----------------------------------------------------------------

    def _attempted(self, asked: list[dict[str, Any]]) -> list[list[Any]]:
        """[[message, which attempt, "ok" or why not], …]; nothing of those that the process did not come to say."""
        said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, after the process)
        with said:
            process: Any = self.kit.blocking(self._start, asked, said)
            waited = 0.0
            while process.poll() is None:
                if waited > MOST_S:
                    process.kill()
                self.kit.sleep(LOOK_AT_IT_EVERY_S)
                waited += LOOK_AT_IT_EVERY_S
            said.seek(0)
            return _told(said.read().decode(errors="replace"))


def _told(text: str) -> list[list[Any]]:
    lines = (line.split(" ", 2) for line in text.splitlines())
    return [[int(parts[0]), int(parts[1]), parts[2][:40]] for parts in lines
            if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit()]


def unknown_senders(ways: Ways, found: Mapping[str, Offered]) -> list[str]:
    """A sentence for every channel that an office has switched on and this server cannot send by."""
    return [
        f"{office} offers {channel} by the sender {offered.sender(channel)!r}, which this server does not have: "
        "nobody is offered it. See docs/notifications.md."
        for office, offered in found.items() for channel in offered.channels
        if channel not in ways.offered(offered)]
