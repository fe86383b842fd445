"""``doctor``: looks at everything that an office depends on and says, line by line, what to do.

It only reads: the database is opened read-only, and beside a running server it disturbs nobody. Each check
is one function that yields findings; a check that breaks is itself a finding, never the end of the others.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from .. import assets, postgresql, schema
from ..config import Config
from ..database import Database
from ..domain.office import Office
from ..moment import wall_ms
from ..paper.printer import FAILED, PrinterState, printer_state
from ..sounds_tool.sets import BadSet, voice_set
from ..store import offices
from ..store.chain_events import check_office, newest_at
from . import backup, data_folder, machine, postgres_health, senders_health, startup
from .words import say

OK, WARN, BAD = "OK", "WARN", "BAD"
MB = 1024 * 1024
LITTLE_SPACE, VERY_LITTLE_SPACE = 2_000 * MB, 200 * MB
#: A number is given once the disk has it: this long is felt at the kiosk, ms.
SLOW_DISK = 50.0
FEW_FILES, TOO_FEW_FILES = 4_096, 512


@dataclass(frozen=True)
class Finding:
    """One line: OK, WARN or BAD, what was looked at, and the sentence's key with its facts."""

    level: str
    topic: str
    key: str
    facts: dict[str, Any] = field(default_factory=dict)

    def say(self, language: str) -> str:
        return say(language, f"{self.topic}.{self.key}", **self.facts)


@dataclass
class Patient:
    """What the checks look at. ``now`` is UTC ms."""

    settings: Config
    now: int
    quick: bool = False

    @property
    def file(self) -> Path | None:
        """The SQLite file; None with another database."""
        url = self.settings.database_url
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None

    @cached_property
    def unreachable(self) -> str:
        """Why a database elsewhere does not answer; "" when it does."""
        return "" if self.file is not None else postgres_health.problem(self.settings.database_url)

    @contextmanager
    def read(self) -> Iterator[Connection | None]:
        """The database read-only; None where there is none yet, or where it does not answer."""
        if self.unreachable or (self.file is not None and not self.file.exists()):
            yield None
            return
        url = self.settings.database_url if self.file is None else f"sqlite:///{self.file.as_uri()}?mode=ro&uri=true"
        database = Database(url)
        try:
            with database.read() as c:
                yield c
        finally:
            database.close()

    def offices(self) -> list[Office]:
        with self.read() as c:
            if c is None:
                return []
            return [offices.config(c, h.id, h.config_version) for h in offices.heads(c) if h.config_version]


Findings = Iterator[Finding]


def examine(patient: Patient) -> Findings:
    """All checks, in the order in which trouble is likely to be found."""
    for topic, check in CHECKS:
        try:
            yield from check(patient)
        except Exception as problem:
            yield Finding(BAD, topic, "broke", {"problem": f"{type(problem).__name__}: {problem}"})


def clock(p: Patient) -> Findings:
    told = machine.clock()
    if told.synchronised is None:
        yield Finding(WARN, "clock", "unknown_sync")
    elif not told.synchronised:
        yield Finding(WARN, "clock", "not_synchronised")
    else:
        yield Finding(OK, "clock", "synchronised")
    with p.read() as c:
        last = newest_at(c) if c is not None else {}
    ahead = {key: at - p.now for key, at in last.items() if at - p.now > startup.TOLERATED_MS}
    for key, by in sorted(ahead.items()):
        yield Finding(BAD, "clock", "earlier", {"office": key, "minutes": by // 60_000})
    zones = {office.time_zone for office in p.offices()}
    hours = {"WIB": 7, "WITA": 8, "WIT": 9}
    here = told.offset_min / 60
    if zones and here and here not in {hours[zone] for zone in zones}:
        yield Finding(WARN, "clock", "zone", {"here": f"{here:+g}", "zones": ", ".join(sorted(zones))})


def disk(p: Patient) -> Findings:
    folder = p.settings.data
    if not folder.is_dir():
        yield Finding(WARN, "disk", "no_folder", {"folder": folder})
        return
    free = shutil.disk_usage(folder).free
    level = BAD if free < VERY_LITTLE_SPACE else WARN if free < LITTLE_SPACE else OK
    yield Finding(level, "disk", "space" if level == OK else "little_space", {"free": f"{free / 1000**3:.1f}"})
    try:
        took = statistics.median(data_folder.write_ms(folder) for _ in range(5))
    except OSError as error:
        yield Finding(BAD, "disk", "cannot_write", {"folder": folder, "problem": error.strerror or error})
        return
    slow = took > SLOW_DISK
    yield Finding(WARN if slow else OK, "disk", "slow" if slow else "writes", {"ms": f"{took:.1f}"})
    if os.name != "posix":
        return  # Windows' folders of a user are that user's
    if folder.stat().st_mode & 0o077 and any(p.stat().st_mode & 0o077 for p in folder.glob("queue.db*")):
        yield Finding(WARN, "disk", "readable", {"folder": folder})
    else:
        yield Finding(OK, "disk", "private")


def database(p: Patient) -> Findings:
    if p.unreachable:
        url = postgresql.shown(p.settings.database_url)
        yield Finding(BAD, "database", "unreachable", {"url": url, "problem": p.unreachable})
        return
    moved = p.settings.data / data_folder.MOVED
    if p.file is not None and moved.exists():
        yield Finding(BAD, "database", "moved", {"where": moved.read_text(encoding="utf-8").strip()})
    with p.read() as c:
        if c is not None and p.file is None:
            yield from (Finding(level, "database", key, facts) for level, key, facts in postgres_health.look(c))
        if c is None:
            yield Finding(WARN, "database", "none", {"file": p.file})
            return
        found, newest, known = schema.release(c), schema.newest(), schema.known()
    if found == newest:
        yield Finding(OK, "database", "release", {"release": newest})
    elif found in known:
        yield Finding(WARN, "database", "older", {"release": found, "newest": newest})
    else:
        yield Finding(BAD, "database", "unknown", {"release": found or "?"})
    if not p.offices():
        yield Finding(WARN, "database", "no_office")


def chains(p: Patient) -> Findings:
    if p.quick:
        return
    with p.read() as c:
        if c is None:
            return
        for head in offices.heads(c):
            count, problems = check_office(c, head.id, head.key, head.head_seq, head.head_hash)
            facts: dict[str, Any] = {"office": head.key, "count": count}
            broken = [one for one in problems if one.code != "new_segment"]
            if broken:
                facts.update(n=len(broken), seq=broken[0].seq, code=broken[0].code)
                yield Finding(BAD, "log", "broken", facts)
            elif problems:
                yield Finding(WARN, "log", "segments", {**facts, "n": len(problems)})
            else:
                yield Finding(OK, "log", "holds", facts)


def printer(p: Patient) -> Findings:
    setting = p.settings.printer
    if setting in ("", "browser"):
        yield Finding(OK, "printer", "browser" if setting else "none")
        return
    if setting.startswith("usb://") and not machine.importable("usb.core"):
        yield Finding(BAD, "printer", "no_usb")
        return
    if machine.is_plain_file(setting):
        yield Finding(OK, "printer", "file", {"printer": setting})
        return
    state = printer_state(setting)
    level = BAD if state in FAILED else WARN if state in (PrinterState.PAPER_LOW, PrinterState.UNKNOWN) else OK
    yield Finding(level, "printer", str(state), {"printer": setting})


def sound(p: Patient) -> Findings:
    for office in p.offices():
        facts: dict[str, Any] = {"office": office.key, "set": office.voice_set}
        if not office.voice:
            yield Finding(OK, "sound", "off", facts)
            continue
        try:
            used, problems = voice_set(p.settings.data, office.voice_set, office.languages)
        except BadSet as error:
            yield Finding(BAD, "sound", "shipped_broken", {**facts, "problem": error})
            continue
        if problems:
            more = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
            yield Finding(WARN, "sound", "incomplete", {**facts, "problem": problems[0] + more})
        else:
            yield Finding(OK, "sound", "complete", {**facts, "languages": ", ".join(used.languages)})
    player = machine.player()
    yield Finding(OK, "sound", "player" if player else "no_player", {"player": player})


def addresses(p: Patient) -> Findings:
    s = p.settings
    here = machine.own_addresses()
    facts = {"port": s.port, "addresses": ", ".join(f"http://{a}:{s.port}" for a in here) or "-"}
    if not machine.answers("127.0.0.1", s.port):
        yield Finding(WARN, "addresses", "no_server", facts)
    elif s.host in ("127.0.0.1", "localhost"):
        yield Finding(WARN, "addresses", "only_here", facts)
    elif here and not machine.answers(here[0], s.port):
        yield Finding(BAD, "addresses", "not_reached", {**facts, "address": here[0]})
    else:
        yield Finding(OK, "addresses", "reached", facts)
    firewall = machine.firewall()
    if firewall:
        yield Finding(WARN, "addresses", f"firewall_{firewall}", {"port": s.port})
    yield from _outside(s, here, p.offices())


def no_code_at_the_door(offices: list[Office]) -> Finding | None:
    """Offices that give numbers to phones, on a server that has no address for phones: nobody can scan an arrival."""
    remote = ", ".join(sorted(office.key for office in offices if office.remote_numbers))
    return Finding(WARN, "addresses", "no_door_code", {"offices": remote}) if remote else None


def _outside(s: Config, here: list[str], offices: list[Office]) -> Findings:
    """What QR codes lead to (decisions 26)."""
    if not s.address:
        yield no_code_at_the_door(offices) or Finding(OK, "addresses", "no_phones")
    if s.public_url:
        wrong = machine.public_problem(s.public_url)
        yield Finding(WARN if wrong else OK, "addresses", f"public_{wrong or 'good'}", {"url": s.public_url})
    if s.wifi_url:
        wrong = machine.wifi_problem(s.wifi_url, s.port, here)
        facts = {"url": s.wifi_url, "port": s.port}
        yield Finding(WARN if wrong else OK, "addresses", f"wifi_{wrong or 'good'}", facts)


def files(_p: Patient) -> Findings:
    most = machine.most_open_files()
    if most is not None:
        level = BAD if most < TOO_FEW_FILES else WARN if most < FEW_FILES else OK
        yield Finding(level, "files", "enough" if level == OK else "few", {"n": most})


def libraries(_p: Patient) -> Findings:
    lacking = assets.missing()
    if lacking:
        yield Finding(BAD, "libraries", "missing", {"names": ", ".join(lacking[:3])})
    else:
        yield Finding(OK, "libraries", "there")


def backups(p: Patient) -> Findings:
    to, known = p.settings.backup, backup.state(p.settings.data)
    if not to:
        yield Finding(WARN, "backups", "none")
        return
    hours = (p.now - known.get("last_good_at", 0)) // 3_600_000
    facts = {"to": to, "hours": hours}
    if not known:
        yield Finding(WARN, "backups", "not_yet", facts)
    elif not known["ok"]:
        why = f"backup.{known['problem']}"
        yield Finding(BAD, "backups", "failed", {**facts, "problem": why, "detail": known["detail"]})
    elif p.now - known["last_good_at"] > backup.OLD_MS:
        yield Finding(BAD, "backups", "old", facts)
    elif not (Path(known["to"]) / known["file"]).exists():
        yield Finding(BAD, "backups", "gone", {**facts, "file": known["file"]})
    else:
        yield Finding(OK, "backups", "good", {**facts, "file": known["file"]})
    if machine.same_disk(p.settings.data, Path(to)):
        yield Finding(WARN, "backups", "same_disk", facts)


def messages(p: Patient) -> Findings:
    for key, facts in senders_health.findings(p.settings, p.offices()):
        yield Finding(WARN if key in ("no_sender", "readable") else OK, "messages", key, facts)


CHECKS: tuple[tuple[str, Callable[[Patient], Findings]], ...] = (
    ("clock", clock), ("disk", disk), ("database", database), ("log", chains), ("printer", printer), ("sound", sound),
    ("addresses", addresses), ("files", files), ("libraries", libraries), ("backups", backups),
    ("messages", messages),
)


def run(settings: Config, language: str, quick: bool) -> int:
    """Prints every finding; 0 when nothing is BAD, else 1."""
    worst = 0
    counted = {OK: 0, WARN: 0, BAD: 0}
    colours = {OK: "32", WARN: "33", BAD: "31"} if sys.stdout.isatty() and "NO_COLOR" not in os.environ else {}
    for finding in examine(Patient(settings, wall_ms(), quick)):
        counted[finding.level] += 1
        word = f"{finding.level:<5}"
        if colours:
            word = f"\x1b[{colours[finding.level]}m{word}\x1b[0m"
        text = finding.say(language)
        if "problem" in finding.facts and str(finding.facts["problem"]).startswith("backup."):
            text = f"{text} {say(language, str(finding.facts['problem']), detail=finding.facts['detail'])}"
        print(f"{word} {say(language, 'topic.' + finding.topic):<12} {text}", flush=True)
        worst = max(worst, finding.level == BAD)
    print(say(language, "summary", ok=counted[OK], warn=counted[WARN], bad=counted[BAD]))
    return int(worst)
