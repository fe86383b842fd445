"""The bench of the forecast knows no more than the office did, whatever months lie in the folder."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from bench.forecast import Replay, Ticket, read
from bench.forecast_tables import tables

COLUMNS = (
    "ticket", "issued_at", "service", "priority", "called_at", "served_at", "ended_at", "abandoned_at", "outcome",
    "counter", "wait_s", "service_s",
)


def write_month(folder: Path, month: str, days: int) -> Path:
    """One counter; every tenth visitor gives up after a minute, who comes to an empty line is called at once."""
    chance, rows = Random(month), []
    for day in range(1, days + 1):
        now = free = datetime.fromisoformat(f"{month}-{day:02d}T08:00:00")
        for n in range(60):
            now += timedelta(seconds=chance.randrange(20, 200))
            called = max(now, free)
            row = dict.fromkeys(COLUMNS, "") | {"ticket": f"A{n}", "service": "A", "priority": "0"}
            row["issued_at"] = now.isoformat()
            if called > now + timedelta(seconds=60) and n % 10 == 0:
                gone = (now + timedelta(seconds=60)).isoformat()
                rows.append(row | {"outcome": "abandoned", "abandoned_at": gone, "wait_s": "60"})
                continue
            free = called + timedelta(seconds=chance.randrange(60, 160))
            rows.append(row | {
                "outcome": "served", "called_at": called.isoformat(), "served_at": called.isoformat(),
                "ended_at": free.isoformat(), "counter": "C1", "wait_s": str(int((called - now).total_seconds())),
            })
    path = folder / f"{month}.csv.gz"
    with gzip.open(path, "wt", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def replayed(tickets: list[Ticket]) -> Replay:
    replay = Replay(tickets, "1999-01")
    replay.run()
    return replay


def test_a_month_that_follows_changes_nothing_in_the_month_before(tmp_path: Path) -> None:
    january, june = (list(read(write_month(tmp_path, month, 6))) for month in ("1999-01", "1999-06"))
    alone, followed = replayed(january), replayed(january + june)
    assert [a.said for a in alone.asked] == [a.said for a in followed.asked[:len(alone.asked)]]
    assert any(a.said for a in followed.asked[len(alone.asked):])


def test_the_tables_hold_every_month_but_the_first_and_what_is_beside(tmp_path: Path) -> None:
    replay = replayed([t for month in ("1999-01", "1999-06") for t in read(write_month(tmp_path, month, 6))])
    text = tables(replay.asked, replay.again, [], replay.learned_only)
    assert "| | 1999-06 |" in text and "1999-01" not in text
    for words in ("this forecast", "head of line", "called at once", "gave up", "per hour", "while waiting"):
        assert words in text.lower(), words
