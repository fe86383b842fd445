"""A long log written by several processes: the same bytes as by one, and of one moment."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backstage import rows, shell
from past_days import KEY, Life

from queue_server.exports import crew, work
from queue_server.exports.columns import names
from queue_server.exports.lines import JsonLines
from queue_server.store import people, reports

BOTH_DATABASES = True  # the whole module; see conftest.py

_TODAY = datetime.now(UTC).date()
DAYS = [(_TODAY - timedelta(days=n)).isoformat() for n in (4, 3, 2)]


@pytest.fixture(scope="module")
def life(engine: str, tmp_path_factory: pytest.TempPathFactory, placed: Callable[[Path], Path]) -> Iterator[Life]:
    """Three days of six visitors."""
    data = tmp_path_factory.mktemp("crew") / "data"
    lived = Life(data, seed=5)
    for day in DAYS:
        lived.day(day, 6)
    if engine == "postgresql":
        lived.session.close()
        shell(placed(data), "move")
        lived.opened(data, lived.clock.at)
    yield lived
    lived.session.close()


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "WORTH_IT", 0)


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    work.add_arguments(parser)
    return parser.parse_args([KEY, "--from", DAYS[0], "--to", DAYS[-1], *words])


@pytest.mark.parametrize("how", [
    ("--separator", ";", "--language", "id"), ("--format", "jsonl", "--flag", "any")], ids=" ".join)
def test_two_processes_write_what_one_writes(life: Life, tmp_path: Path, how: tuple[str, ...]) -> None:
    told: list[tuple[int, int]] = []
    for processes in ("1", "2"):
        work.run(life.session.settings, asked(*how, "--out", str(tmp_path / processes), "--processes", processes),
                 lambda done, total: told.append((done, total)))
    alone, together = ((tmp_path / processes).read_bytes() for processes in ("1", "2"))
    assert together == alone and alone.count(b"\n") > 3
    assert told[-1] == told[len(told) // 2 - 1]


def test_it_is_the_log_of_one_moment(life: Life) -> None:
    """A step of the first day comes back on another after the snapshot, and before the helpers have theirs."""
    asking = work.asked_of(asked("--format", "jsonl"), DAYS[-1])
    of_the_first = "SELECT min(id) FROM step WHERE day = ? AND state = 'done' AND service = 'kunjungan'"
    step = rows(life.session.settings.data, of_the_first, DAYS[0])[0][0]
    with life.session.database.read() as c:
        counted = reports.days(c, 1, asking.filters)
        lines = JsonLines(names(reports.Reader(c, 1).office, {p.id: p.shown_name for p in people.people_of(c, 1)}))

        def log(processes: int) -> bytes:
            return b"".join(block for _count, block in work.blocks(
                life.session.settings, c, 1, asking, lines, counted, processes))

        before = log(1)
        life.comes_back(step)
        assert log(2) == before == log(1)
    with life.session.database.read() as c:
        assert log(1) != before


def test_a_helper_that_is_lost_is_no_end_of_the_log(life: Life) -> None:
    options = work.asked_of(asked(), DAYS[-1]).options()
    with crew.Crew(life.session.settings, options, 2) as at_work:
        at_work.wait()
        shared = at_work.share(DAYS)
        at_work.helpers[0].process.kill()
        at_work.helpers[0].process.wait()
        with pytest.raises(crew.Lost):
            for day in DAYS:
                list(shared[day])
    assert all(helper.process.poll() is not None for helper in at_work.helpers)


def test_the_shares_go_into_the_file_that_is_named(life: Life, tmp_path: Path) -> None:
    days = ("--from", DAYS[0], "--to", DAYS[-1], "--format", "shares")
    said = shell(life.session.settings.data, "export", KEY, *days)
    assert shell(life.session.settings.data, "export", KEY, *days, "--out", str(tmp_path / "shares.json")) == ""
    written = json.loads((tmp_path / "shares.json").read_bytes())
    assert written == json.loads(said) and written["entries"] > 3
