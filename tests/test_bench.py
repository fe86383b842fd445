"""The benchmarks measure what they say: bars are judged, baselines do the same work as we do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import export, fanout, grow, ministry
from bench.bars import Found, good, table
from bench.fill import fill
from bench.storm import PICTURE, frame
from bench.trio import small_office
from queue_server import config
from queue_server.replay.place import set_up
from queue_server.shell import Session


def test_a_bar_is_a_floor_or_a_ceiling() -> None:
    kept = [Found("a", 1.6, bar=1.6, least=True), Found("b", 70, " KB", 70), Found("c", 9e9)]
    assert good(kept)
    assert not good([*kept, Found("d", 1.59, bar=1.6, least=True)])
    assert not good([*kept, Found("e", 71, bar=70)])


def test_the_table_is_one_line_each_and_says_what_was_missed() -> None:
    lines = table([Found("emit", 7, bar=6, beside="ours | theirs"), Found("idle", 812.4, " MB", 1_000)]).splitlines()
    assert lines[2] == "| emit | at most 6 | 7 | MISSED | ours / theirs |"
    assert lines[3] == "| idle | at most 1,000 MB | 812 MB | kept |  |"


def test_what_bench_fast_prints_is_understood() -> None:
    said = "  8 clients to bare syncs: 3.91 (bar at least 3.5): kept"
    found = ministry._LINE.match(said)
    assert found and found.groups() == ("8 clients to bare syncs", "3.91", "at least", "3.5", "kept")
    said = "     20 waiting:   412 us of CPU a command, its statements alone   140 us: ratio 2.94 (bar 3)"
    found = ministry._STATEMENTS.match(said)
    assert found and found.groups() == ("20", "2.94", "3")


def test_every_part_of_the_whole_is_there() -> None:
    parts = set(ministry._parts(1, False, ""))
    assert set(fanout.PARTS) <= parts and {"processes", "offices", "screens", "idle", "history"} <= parts
    for words in (["processes"], ["idle", "--phones", "10000"], ["history", "--events", "0,5000000"]):
        grow._arguments().parse_args(words)


def test_a_clients_frame_is_masked_with_nothing() -> None:
    assert frame(b"3") == b"\x81\x81\0\0\0\x003"
    assert frame(PICTURE * 20)[:4] == b"\x81\xfe" + (len(PICTURE) * 20).to_bytes(2, "big")


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    set_up(session, small_office(), 1)
    session.close()
    fill(data, "bench", 60, 30)
    return data


def test_the_databases_own_csv_is_the_same_as_ours(visits: Path, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    export.ours({"QUEUE_DATA": str(visits)}, mine)
    export.Sqlite(visits).export(theirs)
    export._same(mine, theirs)
    assert len(mine.read_text("utf-8").splitlines()) == 61
    theirs.write_text(theirs.read_text("utf-8").replace("served", "gone", 1), "utf-8")
    with pytest.raises(SystemExit):
        export._same(mine, theirs)


@pytest.mark.long
def test_the_three_servers_send_the_same_bytes() -> None:
    found = fanout.emit(5, 2)
    assert [one.figure > 0 for one in found] == [True, True] and found[0].bar is None
    assert [one.figure > 0 for one in fanout.reconnect(5, 1)] == [True, True]
