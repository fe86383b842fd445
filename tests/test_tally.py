"""Tallies: what days add up to is what their single steps are, whichever way it is come by."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import ROOT

from bench.fill import fill
from queue_server import config, opening
from queue_server.commands.setup import configure
from queue_server.database import Database
from queue_server.domain import figures
from queue_server.domain.line_history import Noted, Place, history
from queue_server.domain.overtaking import overtakes
from queue_server.domain.tally import Half, Passed, Tally, half_hour, spread_of_runs
from queue_server.office_file import read
from queue_server.reporting import keep
from queue_server.shell import Session
from queue_server.store import tallies

# --- percentiles of runs -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_percentiles_of_runs_are_those_of_all_durations_together(seed: int) -> None:
    chance = random.Random(seed)
    widest = chance.choice((3, 1_000, 10_000_000))
    runs = [
        sorted(chance.randrange(widest) for _ in range(chance.choice((0, 1, 2, 150, 900))))
        for _ in range(chance.randrange(1, 20))
    ]
    together = [ms for run in runs for ms in run]
    kept = tallies.unpacked(tallies.packed(runs))
    assert spread_of_runs(runs, sum(together)) == figures.spread(together)
    assert spread_of_runs([*kept, *runs], 2 * sum(together)) == figures.spread(together * 2)


def test_a_duration_of_years_is_kept_as_it_is() -> None:
    long = [5, 56 * 365 * 86_400_000]
    assert list(tallies.unpacked(tallies.packed([long]))[0]) == long


def test_halves_add_up() -> None:
    one = Half({"steps": 2, "state.done": 2}, [[1, 2]], [[5]], Passed(2, "2026-11-02", "A", 7))
    other = Half({"steps": 1, "flag.overnight": 1}, [[9]], [], Passed(2, "2026-11-01", "B", 3))
    whole = Tally(one, other).whole()
    assert whole.counts == {"steps": 3, "state.done": 2, "flag.overnight": 1}
    assert (whole.waits, whole.services) == ([[1, 2], [9]], [[5]])
    assert whole.passed == other.passed, "of equals, the earlier day"
    assert one.counts == {"steps": 2, "state.done": 2}, "what was added is left as it was"


def test_half_hours_are_the_offices_own() -> None:
    assert half_hour(1_795_366_799_999, 7 * 60) == "23:30"
    assert half_hour(1_795_366_800_000, 7 * 60) == "00:00"
    assert half_hour(1_795_366_800_000, 9 * 60) == "02:00"


# --- who was overtaken, from the log -------------------------------------------------------------


def note(seq: int, kind: str, step: int, **body: object) -> Noted:
    return Noted(seq, kind, step, body)


ISSUED = {"state": "waiting", "channel": "door"}
PLACES = {step: Place("a", step * 10) for step in range(1, 9)}


def counted(*events: Noted) -> dict[int, int]:
    return {step: n for step, n in overtakes(history(events, PLACES, 2)).items() if n}


def call(seq: int, step: int, rule: str = "first") -> Noted:
    return note(seq, "called", step, why={"rule": rule})


def test_who_came_later_and_went_first_overtook() -> None:
    came = [note(1, "ticket_issued", 1, **ISSUED), note(2, "ticket_issued", 2, **ISSUED)]
    assert counted(*came, call(3, 2, "priority_turn"), call(4, 1)) == {1: 1}
    assert counted(*came, call(3, 2, "out_of_order"), call(4, 1)) == {}
    assert counted(*came, call(3, 1), call(4, 2)) == {}


def test_who_is_not_here_or_holds_no_paper_yet_is_not_overtaken() -> None:
    later = [note(2, "ticket_issued", 2, **ISSUED), call(3, 2)]
    assert counted(note(1, "ticket_issued", 1, state="waiting", channel="online"), *later) == {}
    assert counted(note(1, "ticket_issued", 1, state="issuing", channel="door"), *later) == {}
    waits = note(1, "ticket_issued", 1, state="issuing", channel="door")
    arrives = [note(2, "paper_confirmed", 1), note(3, "ticket_issued", 2, **ISSUED), call(4, 2)]
    assert counted(waits, *arrives) == {1: 1}
    remote = note(1, "ticket_issued", 1, state="waiting", channel="online")
    assert counted(remote, note(2, "arrived", 1), note(3, "ticket_issued", 2, **ISSUED), call(4, 2)) == {1: 1}


def test_who_left_or_was_let_past_is_not_overtaken() -> None:
    came = [note(1, "ticket_issued", 1, **ISSUED), note(2, "ticket_issued", 2, **ISSUED)]
    for kind in ("cancelled", "unserved", "ticket_voided", "passed"):
        assert counted(*came, note(3, kind, 1), call(4, 2)) == {}


def test_an_undone_call_overtook_nobody_and_one_set_back_is_passed_at_the_promised_place() -> None:
    came = [note(n, "ticket_issued", n, **ISSUED) for n in (1, 2, 3)]
    undone = note(5, "undone", 2, undone_seq=4, undone_kind="called")
    assert counted(*came, call(4, 2), undone, call(6, 1)) == {}
    skipped = [call(4, 1), note(5, "skipped", 1, return_after=1)]
    assert counted(*came, *skipped, call(6, 2), call(7, 3)) == {1: 1}, "one may pass, then it is overtaken"


def test_answering_a_call_on_the_way_does_not_join_the_line_again() -> None:
    came = [note(1, "ticket_issued", 1, state="waiting", channel="online"), note(2, "ticket_issued", 2, **ISSUED)]
    assert counted(*came, call(3, 1, "out_of_order"), note(4, "arrived", 1), call(5, 2)) == {}


def test_a_counter_chooses_among_the_lines_in_which_somebody_waited() -> None:
    places = {1: Place("a", 10), 2: Place("b", 20)}
    came = [note(1, "ticket_issued", 1, **ISSUED), note(2, "ticket_issued", 2, **ISSUED)]
    both = note(3, "called", 2, why={"rule": "first", "merge": "earliest", "oldest": [["a", 1, 10], ["b", 2, 20]]})
    listed = note(3, "called", 2, why={"rule": "first", "merge": "listed", "oldest": [["a", 1, 10], ["b", 2, 20]]})
    assert overtakes(history([*came, both], places, 3))[1] == 1
    assert overtakes(history([*came, listed], places, 3))[1] == 0
    assert overtakes(history([*came, call(3, 2)], places, 3))[1] == 0


# --- what is kept ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,200 ended visits of 40 past days, so that at least one whole month is among them."""
    data = tmp_path_factory.mktemp("tallies") / "data"
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    office = read((ROOT / "offices" / "rutan.toml").read_text(encoding="utf-8"), "rutan.toml")
    opening.add_office(session.database, office.key)
    session.press(office.key, "configure", configure, office=office, reason="test")
    session.close()
    fill(data, "rutan", 2_800, 40)
    return data


@pytest.fixture
def database(past: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{past}/queue.db")
    yield found
    found.close()


def test_kept_days_and_months_are_what_the_log_adds_up_to(database: Database) -> None:
    assert keep.keep(database, "rutan") == 70
    checked, differing = keep.check(database, "rutan")
    assert checked >= 71 and differing == []
    with database.read() as c:
        assert len(tallies.starts(c, 1, "month", "", "9999")) >= 1
    assert keep.keep(database, "rutan") == 0, "nothing has happened since"


def test_a_kept_day_that_was_tampered_with_is_named_and_made_again(database: Database, past: Path) -> None:
    keep.keep(database, "rutan")
    raw = sqlite3.connect(past / "queue.db")
    day = raw.execute("SELECT start FROM tally WHERE span = 'day' ORDER BY start LIMIT 1 OFFSET 600").fetchone()[0]
    raw.execute("UPDATE tally SET counts = replace(counts, '\"steps\":', '\"steps\":1') "
                "WHERE span = 'day' AND start = ?",
                (day,))
    raw.commit()
    raw.close()
    assert day in keep.check(database, "rutan")[1]
    assert keep.keep(database, "rutan", anew=True) == 70
    assert keep.check(database, "rutan")[1] == []


def test_what_happens_to_a_step_of_a_past_day_makes_that_day_due(database: Database, past: Path) -> None:
    keep.keep(database, "rutan")
    raw = sqlite3.connect(past / "queue.db")
    step, day = raw.execute("SELECT id, day FROM step ORDER BY id LIMIT 1 OFFSET 100").fetchone()
    head = raw.execute("SELECT head_seq FROM office").fetchone()[0]
    raw.execute("INSERT INTO event (office_id, seq, kind, step_id, body) VALUES (1, ?, 'class_changed', ?, '{}')",
                (head + 1, step))
    raw.execute("UPDATE step SET priority = 1 - priority, last_seq = ? WHERE id = ?", (head + 1, step))
    raw.execute("UPDATE office SET head_seq = head_seq + 1")
    raw.commit()
    raw.close()
    with database.read() as c:
        assert set(keep.stale_days(c, 1, opening.office(database, "rutan"), tallies.book(c, 1))) == {day}
    assert keep.keep(database, "rutan") == 1
    assert keep.check(database, "rutan")[1] == []


def test_changed_days_are_found_by_the_newest_events_alone(database: Database) -> None:
    compiled = tallies._changed.compile(database.reading)
    with database.read() as c:
        plan = [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", (1, 10)).all()]
    assert plan[0].startswith("SEARCH event USING INDEX") and "seq>" in plan[0], plan
    assert plan[1].startswith("SEARCH step USING INTEGER PRIMARY KEY"), plan
    compiled = tallies._reopened_at.compile(database.reading)
    with database.read() as c:
        plan = [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", (1, 10, "x", "x")).all()]
    assert plan[0].startswith("SEARCH event USING INDEX") and "seq>" in plan[0], plan
