"""Exports as the server gives them: streams while somebody reads, spreadsheets in the background."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..config import Config
from ..database import Database
from ..domain.errors import Busy, NotFound, Refused
from ..kit import Kit
from ..moment import wall_ms
from ..proof.make import code_of_list
from ..store import jobs
from ..transaction import SYSTEM, Actor, Answer, Job, Tx, Writer
from ..upkeep.data_folder import CannotUse, DataLock
from .process import Running
from .work import Asked

logger = logging.getLogger(__name__)

#: So many streams and so many spreadsheets at once; each is a process of its own.
MOST_STREAMS = 4
MOST_JOBS = 2
KEPT_MS = 7 * 86_400_000
#: How often progress is written down, seconds.
TOLD_S = 1.0


class Blocks(Iterator[bytes]):
    """What a running export writes. Closing it ends the process, however far it is."""

    def __init__(self, exports: Exports, running: Running) -> None:
        self._exports, self._running, self._open = exports, running, True
        self._first: bytes | None = exports.kit.blocking(running.read)
        if not self._first:
            status, said = running.finish()
            self.close()
            if status:
                raise Refused(said if said == "no_such_office" else "export_failed")

    def __next__(self) -> bytes:
        block, self._first = self._first, None
        if block is None:
            block = self._exports.kit.blocking(self._running.read) if self._open else b""
        if block:
            return block
        if self._open:
            status, said = self._running.finish()
            self.close()
            if status:
                # The answer breaks off, so that nobody takes half a log for the whole.
                raise RuntimeError(f"an export ended with status {status}: {said}")
        raise StopIteration

    def close(self) -> None:
        if self._open:
            self._open = False
            self._running.end()
            self._exports.streams -= 1


class Exports:
    """The exports of one server process. Files lie in the data folder, in ``exports``."""

    def __init__(self, settings: Config, database: Database, writer: Writer, kit: Kit) -> None:
        self.settings, self.database, self.writer, self.kit = settings, database, writer, kit
        self.folder = settings.data / "exports"
        self.streams = 0
        self.running: dict[int, Running | None] = {}

    # --- streams -------------------------------------------------------------------------------

    def stream(self, asked: Asked) -> Blocks:
        """Starts an export; raises Busy when too many run, Refused when it fails at once."""
        if self.streams >= MOST_STREAMS:
            raise Busy("exports_busy")
        self.streams += 1
        try:
            running = self.kit.blocking(Running, self.settings, asked.options())
        except BaseException:
            self.streams -= 1
            raise
        return Blocks(self, running)

    def shares(self, asked: Asked) -> dict[str, Any]:
        """The shares of a long range, counted apart from the server."""
        found: dict[str, Any] = json.loads(b"".join(self.stream(asked)))
        return found

    # --- spreadsheets --------------------------------------------------------------------------

    def start(self, asked: Asked, actor: Actor) -> int:
        """Writes down a job and begins it in the background; returns its id."""
        if len(self.running) >= MOST_JOBS:
            raise Busy("exports_busy")
        args = {"kind": asked.kind, "asked": json.dumps(asdict(asked), sort_keys=True), "file": asked.file_name}
        answer = self.writer.press(Job(asked.office, actor, "start_export", start_export, args))
        job = int(answer["job"])
        self.running[job] = None
        self.kit.spawn(self._run, asked, job)
        return job

    def _run(self, asked: Asked, job: int) -> None:
        path = self.path(job, asked.file_name)
        state, problem, done = "failed", "crashed", 0
        known: dict[str, Any] = {}
        lock = DataLock(path.parent)  # as long as it is held, no other process takes the job for a dead one's
        try:
            self.kit.blocking(lock.take, "an export")
            options = [*asked.options(), "--out", str(path), "--progress"]
            running = self.running[job] = self.kit.blocking(Running, self.settings, options)
            done = self._follow(asked.office, job, running)
            status, said = running.finish()
            if status == 0:
                if asked.kind == "evidence":
                    files = self.kit.blocking(code_of_list, path)
                    known["asked"] = json.dumps({**asdict(asked), "files": files}, sort_keys=True)
                state, problem = "done", ""
            else:
                problem = "disk" if said.startswith("os:") else "crashed"
                logger.error("export %s ended with status %s: %s", job, status, said)
        except Exception:
            logger.exception("an export failed")
        finally:
            self.running.pop(job, None)
            lock.release()
            self._tell(asked.office, job, state=state, problem=problem, done=done, ended_at=wall_ms(), **known)
            if state == "failed":
                self.kit.blocking(lambda: shutil.rmtree(path.parent, ignore_errors=True))

    def _follow(self, office: str, job: int, running: Running) -> int:
        """Writes the progress down once a second until the process closes its output."""
        told_at, rest, done, total = 0.0, b"", 0, 0
        while block := self.kit.blocking(running.read):
            *lines, rest = (rest + block).split(b"\n")
            if lines:
                done, total = (int(n) for n in lines[-1].split())
            if time.monotonic() - told_at > TOLD_S:
                told_at = time.monotonic()
                self._tell(office, job, state="running", done=done, total=total)
        self._tell(office, job, done=done, total=total)
        return done

    def _tell(self, office: str, job: int, **values: Any) -> None:
        try:
            self.writer.press(Job(office, SYSTEM, "export_told", export_told, {"job": job, "values": values}))
        except Exception:
            logger.exception("the progress of an export could not be written down")

    def forget_unfinished(self) -> None:
        """At the start: what an earlier process left unfinished has failed; what another one is at goes on. In a
        native thread."""
        with self.database.read() as c:
            left = [job for job in jobs.unfinished(c) if not self._is_held(job)]
        if left:
            c = self.database.writer()
            with c.begin():
                jobs.fail(c, left, wall_ms())

    def _is_held(self, job: int) -> bool:
        lock = DataLock(self.folder / str(job))
        try:
            lock.take("a look")
        except CannotUse:
            return True
        lock.release()
        return False

    # --- what there is -------------------------------------------------------------------------

    def listed(self, office_id: int) -> list[dict[str, Any]]:
        """The jobs of the last seven days, newest first. In a native thread."""
        with self.database.read() as c:
            found = jobs.listed(c, office_id, wall_ms() - KEPT_MS)
        return [
            {"id": j.id, "kind": j.kind, "asked": asked["filters"], "seal": asked.get("seal", ""),
             "files": asked.get("files", ""), "state": j.state, "done": j.done, "total": j.total, "file": j.file,
             "problem": j.problem, "created_at": j.created_at, "ended_at": j.ended_at}
            for j, asked in ((job, json.loads(job.asked)) for job in found)
        ]

    def finished(self, office_id: int, job: int) -> tuple[Path, str]:
        """(file, its name) of a finished export of this office; raises NotFound, Refused. In a native thread."""
        with self.database.read() as c:
            found = next((j for j in jobs.listed(c, office_id, wall_ms() - KEPT_MS) if j.id == job), None)
        if found is None:
            raise NotFound("no_such_export")
        if found.state != "done":
            raise Refused("export_not_ready")
        path = self.path(job, found.file)
        if not path.is_file():
            raise NotFound("no_such_export")
        return path, found.file

    def path(self, job: int, name: str) -> Path:
        """Each job has a folder of its own: what a broken one leaves goes in one piece."""
        return self.folder / str(job) / name

    def clean(self) -> int:
        """Removes exports older than seven days; how many. For the clockwork, in a native thread."""
        if not self.folder.is_dir():
            return 0
        old = [p for p in self.folder.iterdir() if p.is_dir() and p.stat().st_mtime * 1000 < wall_ms() - KEPT_MS]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)


def start_export(tx: Tx, args: dict[str, Any]) -> Answer:
    """A job waits to be run; those of more than seven days ago are forgotten."""
    jobs.forget(tx.c, tx.office_id, tx.now.at - KEPT_MS)
    return {"job": jobs.add(tx.c, {
        "office_id": tx.office_id, "kind": args["kind"], "asked": args["asked"], "file": args["file"],
        "state": "waiting", "person_id": tx.actor.person_id or 0, "created_at": tx.now.at,
    })}


def export_told(tx: Tx, args: dict[str, Any]) -> Answer:
    jobs.save(tx.c, tx.office_id, args["job"], args["values"])
    return {}
