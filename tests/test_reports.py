"""The figures of a report: equal to a brute force from the raw events, whichever way a period is put together."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backstage import events, rows
from figures_oracle import Log, Step, half_hour
from past_days import KEY, Life, boss

from queue_server.commands import supervisor
from queue_server.commands.seal import seal_now
from queue_server.database import Database
from queue_server.domain import figures
from queue_server.domain.report import start_of
from queue_server.exports.columns import names
from queue_server.exports.lines import JsonLines
from queue_server.press import SYSTEM
from queue_server.reporting import keep, units
from queue_server.reporting.period import NotKept, Period, Span
from queue_server.reporting.report import report
from queue_server.store.reports import Filters, Reader

#: The last two days of one month and the first two of the next, both over.
_FIRST: date = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)
DAYS = [(_FIRST + timedelta(days=n)).isoformat() for n in (-2, -1, 0, 1)]
#: Both months as a whole.
MONTHS = Span((_FIRST - timedelta(days=1)).replace(day=1).isoformat(), units.month_end(_FIRST.isoformat()[:7]))
#: The last third of the one and the first of the other, with days before and after.
THIRDS = Span(f"{MONTHS.first[:8]}19", f"{_FIRST.isoformat()[:8]}14")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of sixty visitors; on the last one a step of the first is reopened and served again."""
    data = tmp_path_factory.mktemp("lived") / "data"
    life = Life(data, seed=7)
    for day in DAYS:
        life.day(day, 60)
    life.comes_back(rows(data, "SELECT id FROM step WHERE day = ? AND state = 'done' AND service = 'kunjungan' "
                         "ORDER BY id", DAYS[0])[0][0])
    life.press(SYSTEM, seal_now)  # with a seal the refusals since the last one enter the log
    life.session.close()
    return data


@pytest.fixture(scope="module")
def log(lived: Path) -> Log:
    standards = {row[0]: json.loads(row[1]) for row in rows(lived, "SELECT id, body FROM standard")}
    in_force = dict(rows(lived, "SELECT service, max(id) FROM standard GROUP BY service"))
    return Log(events(lived, KEY), standards, in_force)


@pytest.fixture
def database(lived: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{lived}/queue.db")
    yield found
    found.close()


@pytest.fixture
def flagged(database: Database) -> set[int]:
    """The steps that the exported log names as flagged."""
    with database.read() as c:
        lines = JsonLines(names(Period(c, KEY, Span(DAYS[0], DAYS[0])).office, {}))
        text = b"".join(lines.block(chunk) for chunk in Reader(c, 1).all(Filters("2000-01-01", "2999-12-31")))
    return {one["step"] for one in map(json.loads, io.BytesIO(text)) if one["flags"]}


def same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """A group of a report against the brute force; what the oracle names must be equal."""
    found = {**found, "overtaken": found["overtaken"]["times"]}
    for part, (kept, judged) in wanted["on_time"].items():
        share = found["on_time"][part]
        assert (share["kept"], share["judged"]) == (kept, judged), part
        assert (share["share"], share["low"], share["high"]) == interval(kept, judged)
    assert {name: found[name] for name in wanted if name != "on_time"} == {
        name: value for name, value in wanted.items() if name != "on_time"}


def interval(kept: int, judged: int) -> tuple[float | None, float | None, float | None]:
    """Wilson's, from the two ends at which (p - x)^2 = z^2 x (1 - x) / n."""
    if not judged:
        return None, None, None
    z, p = figures.Z_95, kept / judged
    a, b, c = 1 + z * z / judged, -(2 * p + z * z / judged), p * p
    root = (b * b - 4 * a * c) ** 0.5
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return round(p, 6), round(low, 6) + 0.0, round(high, 6)


def check(found: dict[str, Any], log: Log, span: Span, flagged: set[int]) -> None:
    def group(one: dict[str, Any], mine: Callable[[Step], bool]) -> None:
        same(one["with"], log.figures(lambda s: s.day in span and mine(s)))
        counted = [s for s in log.steps.values() if s.day in span and mine(s) and s.step in flagged]
        assert one["flagged"]["steps"] == len(counted)
        if counted:
            same(one["without"], log.figures(lambda s: s.day in span and mine(s) and s.step not in flagged))

    group(found["all"], lambda s: True)
    for name, of in (
        ("services", lambda s: s.service), ("counters", lambda s: s.counter), ("officers", lambda s: s.officer),
        ("hours", lambda s: half_hour(s)[:2]), ("series", lambda s: start_of(found["period"]["by"], s.day)),
    ):
        keys = {of(s) for s in log.steps.values() if s.day in span} - {""}
        assert {one["key"] for one in found[name]} == keys, name
        for one in found[name]:
            group(one, lambda s, of=of, one=one: of(s) == one["key"])
    refused = {key: n for key, n in log.refused.items() if key[0] in span}
    assert found["all"]["refusals"] == sum(refused.values())
    for one in found["services"]:
        assert one["refusals"] == sum(n for key, n in refused.items() if key[1] == one["key"])


def test_the_lived_days_hold_every_kind_of_thing(log: Log) -> None:
    found = log.figures(lambda s: True)
    assert all(found[name] for name in (
        "served", "no_shows", "abandoned", "unserved", "transferred", "priority", "overtaken"))
    assert set(found["channels"]) == {"door", "online"} and log.refused


@pytest.mark.parametrize("span", [
    Span(DAYS[0], DAYS[0]), Span(DAYS[0], DAYS[-1]), Span(DAYS[1], DAYS[2]), THIRDS, MONTHS], ids=str)
@pytest.mark.parametrize("kept", ["from the log", "kept"])
def test_every_figure_is_that_of_the_brute_force(
    database: Database, log: Log, flagged: set[int], span: Span, kept: str
) -> None:
    with database.writer().begin():
        keep.tallies.forget(database.writer(), 1)
    if kept == "kept":
        keep.keep(database, KEY)
    elif len([day for day in DAYS if day in span]) > 3:
        with database.read() as c, pytest.raises(NotKept):
            Period(c, KEY, span)
        return
    for by in ("day", "week", "month"):
        with database.read() as c:
            check(report(Period(c, KEY, span), by), log, span, flagged)


@pytest.mark.parametrize(("day", "third", "last"), [
    ("2028-02-01", "2028-02-01", "2028-02-10"), ("2028-02-20", "2028-02-11", "2028-02-20"),
    ("2028-02-29", "2028-02-21", "2028-02-29"), ("2026-12-31", "2026-12-21", "2026-12-31"),
])
def test_a_day_lies_in_its_third(day: str, third: str, last: str) -> None:
    assert (units.THIRD.of(day), units.THIRD.first(third), units.THIRD.last(third)) == (third, third, last)


def test_one_service_alone(database: Database, log: Log, flagged: set[int]) -> None:
    keep.keep(database, KEY)
    with database.read() as c:
        found = report(Period(c, KEY, MONTHS, "informasi"))
    same(found["all"]["with"], log.figures(lambda s: s.service == "informasi"))
    assert [one["key"] for one in found["services"]] == ["informasi"]
    for one in found["counters"]:
        same(one["with"], log.figures(lambda s, key=one["key"]: s.service == "informasi" and s.counter == key))


def test_what_is_added_up_beforehand_covers_every_day_once(database: Database) -> None:
    keep.keep(database, KEY)

    def read(span: Span) -> list[tuple[str, str]]:
        return sorted({(row.span, row.start) for row in Period(c, KEY, span).rows("service")})

    with database.read() as c:
        assert read(MONTHS) == [("month", DAYS[0][:7]), ("month", DAYS[-1][:7])]
        assert read(THIRDS) == [("third", f"{MONTHS.first[:8]}21"), ("third", DAYS[2])]
        assert read(Span(DAYS[0], DAYS[-1])) == [("day", day) for day in DAYS]


def test_a_day_with_somebody_under_way_is_not_kept(tmp_path: Path) -> None:
    life = Life(tmp_path / "data", seed=3)
    life.day(DAYS[0], 8)
    done = rows(tmp_path / "data", "SELECT min(id) FROM step WHERE state = 'done'")[0][0]
    life.press(boss(), supervisor.reopen, step=done, reason="visitor_returned")
    assert keep.keep(life.session.database, KEY) == 1
    with life.session.database.read() as c:
        assert keep.tallies.starts(c, 1, "day", *keep.EVER) == set()
        found = Period(c, KEY, Span(DAYS[0], DAYS[-1]))
        assert list(found.live) == [DAYS[0]] and report(found)["all"]["with"]["under_way"] == 1
    life.session.close()


def test_a_step_that_is_reopened_on_another_day_leaves_its_own(database: Database, lived: Path) -> None:
    """The day it leaves has changed, though no step of it has."""
    keep.keep(database, KEY, anew=True)
    raw = sqlite3.connect(lived / "queue.db")
    seq = raw.execute("SELECT max(seq) FROM event WHERE kind = 'reopened'").fetchone()[0]
    raw.execute("UPDATE tally_book SET seq = ?", (seq - 1,))
    raw.commit()
    raw.close()
    with database.read() as c:
        office = Period(c, KEY, Span(DAYS[0], DAYS[0])).office
        assert keep.tallies.changed_days(c, 1, office, seq - 1) == {DAYS[0], DAYS[-1]}


def test_weeks_begin_on_monday() -> None:
    assert start_of("week", "2026-11-22") == "2026-11-16" == start_of("week", "2026-11-16")
    assert start_of("month", "2026-11-22") == "2026-11-01" == start_of("month", "2026-11")
