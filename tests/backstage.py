"""What a test may do behind the screens: run a command at the shell, read the database, let time pass."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import databases
import nursery

from queue_server.domain import presence
from queue_server.domain.chain import Event
from queue_server.domain.office import Office
from queue_server.office_file import demo_open, read, write

ROOT = Path(__file__).resolve().parents[1]
T = TypeVar("T")


def shell(data: Path, *words: str) -> str:
    """Runs ``python -m queue_server WORDS`` on a data folder, as the IT person does; returns what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    done = nursery.run([*words, "--data", str(data)], {**clean, **databases.environment(data)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def demo_office(key: str) -> Office:
    """The demo office as ``serve --demo`` loads it."""
    return demo_open(read((ROOT / "offices" / f"{key}.toml").read_text(encoding="utf-8"), f"{key}.toml"))


def apply(data: Path, office: Office) -> None:
    """Puts an office in force through ``office apply``, whether or not a server runs."""
    file = data.parent / f"{office.key}.toml"
    file.write_text(write(office), encoding="utf-8")
    shell(data, "office", "apply", str(file), "--yes")


def with_rules(key: str, **rules: Any) -> Office:
    """The demo office with other rules."""
    office = demo_office(key)
    return replace(office, rules=replace(office.rules, **rules))


def rows(data: Path, sql: str, *values: Any) -> list[Any]:
    """Reads the database beside the running server; ``?`` stands for each value."""
    with databases.opened(data) as c:
        return [tuple(row) for row in databases.execute(c, sql, *values).fetchall()]


def acted(data: Path) -> list[Any]:
    """How much was done in each office and which event was the last; without what the house does because time passes
    (a seal, a paper that nobody spoke of), which comes when it is due, whatever a test does meanwhile."""
    return rows(data, "SELECT office_id, count(*), max(seq) FROM event WHERE actor <> 'system'"
                      " GROUP BY office_id ORDER BY office_id")


def shown_code(data: Path, office: str, minutes_ago: int = 0) -> str:
    """The code that the screens at the door show, or showed so many minutes ago."""
    key = presence.key_from((data / "secret").read_bytes())
    return presence.code(key, office, presence.minute_of(round(time.time() * 1000)) - minutes_ago)


def let_time_pass(data: Path, sql: str, *values: Any) -> None:
    """Moves a stored instant back: an hour passes without waiting for it. ``event`` cannot be changed so."""
    with databases.opened(data, writing=True) as c:
        assert databases.execute(c, sql, *values).rowcount > 0, "there was nothing to make older"


def events(data: Path, office: str) -> list[Event]:
    """The office's whole log."""
    return [Event(*row) for row in rows(
        data, "SELECT o.key, e.seq, e.kind, e.version, e.body, e.at, e.boot_id, e.boot_ns, e.actor, e.step_id, "
        "e.previous_hash, e.hash FROM event e JOIN office o ON o.id = e.office_id WHERE o.key = ? ORDER BY e.seq",
        office)]


def until(true: Callable[[], Any], seconds: float = 60, what: str = "it") -> Any:
    """Waits until ``true()`` is; returns what it returned. A failed wait is a failed test."""
    end = time.monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not come true in {seconds:g} s"
        time.sleep(0.05)


def play(work: Coroutine[Any, Any, T]) -> T:
    """Runs it on a loop of its own, in a thread of its own: in the test's thread an earlier test's browser may
    hold a running one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()
