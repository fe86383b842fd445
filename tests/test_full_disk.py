"""The disk is full for a while: what is pressed meanwhile is refused, and afterwards all goes on as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from backstage import events
from cast import Server, copy_of

from bench.shims import NO_GROWTH, NO_SYNC, NO_WRITE, BadDay
from queue_server.client import Kiosk, Refusal
from queue_server.domain import chain


def on_a_disk(demo: Server, folder: Path) -> tuple[Server, BadDay]:
    """A server whose database, whose printer and whose own messages lie on the disk that will be full."""
    bad = BadDay(folder / "page", folder)
    server = copy_of(demo, folder / "data")
    server.options, server.environment = ("--demo", "--printer", f"file://{folder}/paper"), bad.environment()
    return server.start(), bad


@pytest.fixture(scope="module")
def disk(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, BadDay]]:
    server, bad = on_a_disk(demo, tmp_path_factory.mktemp("full"))
    yield server, bad
    bad.full(0)
    server.stop()
    bad.close()


def refusals(kiosk: Kiosk, many: int) -> list[str]:
    """The refusals of so many attempts; a number that was given is none."""
    found = []
    for _ in range(many):
        try:
            kiosk.take("informasi")
        except Refusal as refusal:
            found.append(refusal.code)
    return found


@pytest.mark.parametrize("how", [NO_GROWTH, NO_WRITE, NO_WRITE | NO_SYNC])
def test_the_server_goes_on_when_there_is_room_again(disk: tuple[Server, BadDay], how: int) -> None:
    server, bad = disk
    kiosk = server.kiosk()
    last = kiosk.take("informasi")["number"]
    bad.full(how)
    assert set(refusals(kiosk, 8)) == {"failed"}
    bad.full(0)
    assert kiosk.take("informasi")["number"] == last + 1, "what was refused has left no gap"
    assert chain.check(events(server.data, "rutan")) == []


def test_where_syncs_fail_nobody_is_promised_anything_and_all_goes_on_afterwards(disk: tuple[Server, BadDay]) -> None:
    server, bad = disk
    kiosk = server.kiosk()
    last = kiosk.take("informasi")["number"]
    bad.full(NO_SYNC)
    with pytest.raises(Refusal, match="failed"):  # it is written, and nobody could say that it stays
        kiosk.take("informasi", key="written and not synced")
    assert set(refusals(kiosk, 8)) == {"failed"}
    bad.full(0)
    assert kiosk.take("informasi", key="written and not synced")["number"] == last + 1, "it is that press's number"
    assert kiosk.take("informasi")["number"] == last + 2, "what was refused meanwhile has left no gap"
    assert chain.check(events(server.data, "rutan")) == []


def test_a_press_refused_by_a_full_disk_is_done_once_when_it_is_repeated(disk: tuple[Server, BadDay]) -> None:
    server, bad = disk
    kiosk = server.kiosk()
    last = kiosk.take("informasi")["number"]
    for key, how in (("the-first-press", NO_SYNC), ("the-second-press", NO_WRITE)):
        bad.full(how)
        with pytest.raises(Refusal, match="failed"):
            kiosk.take("informasi", key=key)
        bad.full(0)
    taken = [kiosk.take("informasi", key=key)["number"] for key in ("the-second-press", "the-first-press") * 2]
    assert taken == [last + 2, last + 1] * 2, "the first was written, only its sync failed; the second was not"


def test_the_server_can_be_ended_while_nothing_can_be_written(demo: Server, tmp_path: Path) -> None:
    server, bad = on_a_disk(demo, tmp_path)
    try:
        kiosk = server.kiosk()
        bad.full(NO_WRITE)
        assert set(refusals(kiosk, 3)) == {"failed"}
    finally:
        server.stop()
        bad.close()
