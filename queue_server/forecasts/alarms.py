"""When an alert is raised and when it is over, and its way to wherever the office has it sent."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from ..commands import alerts as acts
from ..database import Database
from ..domain.errors import Refused
from ..domain.outlook import Ahead
from ..kit import Kit
from ..store import alerts, offices
from ..transaction import SYSTEM, Answer, Command, Job, Writer

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
#: Looks in a row that must say the same: one look alone is chance. It is over later than it is raised, so that an
#: alert does not come and go by the minute.
RAISED_AFTER, OVER_AFTER = 2, 6
LOOK_AT_IT_EVERY_S = 0.2
#: Messages under way at once; what comes beyond stands on the screens all the same.
MOST_MESSAGES = 4
VERSION = 1


class Alarms:
    """The alerts of every office of this process; which process raises one is settled by the command."""

    def __init__(self, database: Database, writer: Writer, kit: Kit) -> None:
        self.database, self.writer, self.kit = database, writer, kit
        #: (office, service, code) -> looks in a row that spoke for it (positive) or against it (negative)
        self._seen: dict[tuple[str, str, str], int] = defaultdict(int)
        self._on: set[tuple[str, str, str]] = set()
        self._days: dict[str, str] = {}        # office -> the day whose alerts are in ``_on``
        self._sending = 0

    def looked(self, office: str, day: str, ahead: Ahead) -> None:
        """A new look at the next hour of an office's day; called from a thread of the mode."""
        if self._days.get(office) != day:  # alerts end with their day; what was raised before a restart goes on
            self._on = {key for key in self._on if key[0] != office} | self.kit.blocking(self._under_way, office, day)
            self._days[office] = day
        found = facts(ahead)
        known = {(service, code) for key, service, code in (*self._seen, *self._on) if key == office}
        for service, code in known | set(found):
            self._one((office, service, code), found.get((service, code)))

    def _under_way(self, office: str, day: str) -> set[tuple[str, str, str]]:
        with self.database.read() as c:
            heads = offices.heads_of(c, [office])
            return {(office, *found) for found in alerts.under_way(c, heads[0].id, day)} if heads else set()

    def _one(self, key: tuple[str, str, str], said: dict[str, Any] | None) -> None:
        seen = self._seen[key]
        seen = self._seen[key] = max(1, seen + 1) if said is not None else min(-1, seen - 1)
        if said is not None and key not in self._on and seen >= RAISED_AFTER:
            self._on.add(key)
            self._press(key, "raise_alert", acts.raise_alert, said, "raised")
        elif said is None and key in self._on and -seen >= OVER_AFTER:
            self._on.discard(key)
            self._press(key, "end_alert", acts.end_alert, {}, "ended")
        elif said is None and key not in self._on:
            del self._seen[key]

    def _press(
        self, key: tuple[str, str, str], act: str, command: Command, said: dict[str, Any], state: str
    ) -> None:
        office, service, code = key
        answer = self._pressed(office, act, command, {"service": service, "code": code, "facts": said})
        if answer and answer.get("alert") is not None:
            message = {
                "version": VERSION, "office": office, "alert": answer["alert"], "code": code, "state": state,
                "service": service, "at": answer["at"], **said}
            self.kit.spawn(self.send, office, message, answer["alert"])

    def _pressed(self, office: str, act: str, command: Command, args: dict[str, Any]) -> Answer | None:
        try:
            return self.writer.press(Job(office, SYSTEM, act, command, args))
        except Refused as refused:
            logger.warning("an alert of %s could not be noted: %s", office, refused.code)
            return None

    # --- sending ---------------------------------------------------------------------------------

    def send(
        self, office: str, message: dict[str, Any], alert: int | None = None, pauses: Sequence[float] | None = None
    ) -> str:
        """Sends a message where the office has its alerts sent: "ok", why it did not arrive, or "" for nowhere."""
        if self._sending >= MOST_MESSAGES:
            logger.warning("an alert of %s was not sent: too many are under way", office)
            return "busy"
        self._sending += 1
        try:
            hook = self.kit.blocking(self._hook, office)
            if hook is None:
                return ""
            asked = {"url": hook.url, "secret": hook.secret, "body": json.dumps(message, sort_keys=True)}
            told = self._process(asked if pauses is None else {**asked, "pauses": list(pauses)})
            if told != "ok":
                logger.warning("an alert of %s did not arrive: %s", office, told)
            self._pressed(office, "note_sent", acts.note_sent, {"alert": alert, "told": told})
            return told
        finally:
            self._sending -= 1

    def _hook(self, office: str) -> alerts.Webhook | None:
        with self.database.read() as c:
            heads = offices.heads_of(c, [office])
            return alerts.webhook(c, heads[0].id) if heads else None

    def _process(self, asked: dict[str, Any]) -> str:
        """The address may hold a key, so it goes by standard input: options can be seen by everybody."""
        given: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed below, after the process)
        said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        with given, said:
            given.write(json.dumps(asked).encode())
            given.seek(0)
            process: Any = self.kit.blocking(self._start, given, said)
            while process.poll() is None:
                self.kit.sleep(LOOK_AT_IT_EVERY_S)
            said.seek(0)
            return (said.read().decode(errors="replace").strip().splitlines() or ["no_word"])[-1][:80]

    def _start(self, given: IO[bytes], said: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "queue_server.forecasts.send"], cwd=ROOT, env=dict(os.environ), stdin=given,
            stdout=said, stderr=subprocess.DEVNULL)


def facts(ahead: Ahead) -> dict[tuple[str, str], dict[str, Any]]:
    """(service, code) -> what is said of it: how many, minutes until the first, what helps. Nobody's data."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    remedies = {remedy.service: remedy for remedy in ahead.remedies}
    for risk in ahead.risks:
        if risk.left_ms < 0:
            said = found.setdefault((risk.service, "late"), {"n": 0, "minutes": 0})
            said["n"] += 1
            said["minutes"] = max(said["minutes"], -risk.left_ms // 60_000)
        elif risk.likely:
            said = found.setdefault((risk.service, "will_be_late"), {"n": 0, "minutes": risk.left_ms // 60_000})
            said["n"] += 1
            said["minutes"] = min(said["minutes"], risk.left_ms // 60_000)
    for service, remedy in remedies.items():
        if (service, "will_be_late") in found:
            found[service, "will_be_late"]["remedy"] = remedy.picture()
    return found
