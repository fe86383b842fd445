"""The log made again from the events alone is the log of the tables, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from played import KEY, Played, busy_days

from queue_server.domain.entry import Entry
from queue_server.domain.rebuilt import Rebuilt
from queue_server.domain.rebuilt_clock import Moment
from queue_server.store import chain_events, offices, standards
from queue_server.store.reports import Filters, Reader


@pytest.fixture(scope="module", params=[1, 2])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    made = busy_days(tmp_path_factory.mktemp("played") / "data", seed=request.param)
    yield made
    made.close()


def stored(played: Played) -> list[Entry]:
    with played.database.read() as c:
        reader = Reader(c, 1)
        reader.tick, reader.now = played.clock.tick(), played.clock.at
        return [entry for chunk in reader.all(Filters("2000-01-01", "2099-12-31")) for entry in chunk]


def rebuilt(played: Played) -> Rebuilt:
    with played.database.read() as c:
        head = offices.heads_of(c, [KEY])[0]
        office = offices.config(c, head.id, head.config_version)
        made = Rebuilt(standards.by_id(c, head.id, head.config_version))
        made.office = office
        for event in chain_events.stored(c, head.id, KEY):
            made.take(event, json.loads(event.body))
    return made


def test_every_step_is_rebuilt_field_by_field(played: Played) -> None:
    made, wanted = rebuilt(played), stored(played)
    now = played.clock.now()
    found = list(made.entries(Moment(now.boot_id, now.boot_ns // 1_000_000, now.at)))
    assert made.problems == []
    assert len(found) == len(wanted) > 40
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine == theirs


def test_the_days_hold_every_fate_and_every_act(played: Played) -> None:
    """Or the comparison would compare less than it says."""
    entries = stored(played)
    states = {entry.state for entry in entries}
    assert states >= {"done", "cancelled", "transferred", "unserved", "void"}
    assert any(entry.leg > 1 for entry in entries) and any(entry.recalls for entry in entries)
    assert any(entry.clock_doubt for entry in entries) and any(entry.remote for entry in entries)
    assert any(entry.parked_office for entry in entries) and any(entry.parked_visitor for entry in entries)
    with played.database.read() as c:
        kinds = {row[0] for row in c.exec_driver_sql("SELECT DISTINCT kind FROM event").fetchall()}
    assert kinds >= {
        "undone", "no_show", "brought_back", "reopened", "offline_entered", "paper_entered", "visitor_taken_over"}
