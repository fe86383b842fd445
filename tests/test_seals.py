"""Seals: what is printed, when one is made, and that two processes make only one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from played import KEY, MINUTE, Played

from queue_server.commands import visitor
from queue_server.commands.seal import EVERY_MS, seal_when_due
from queue_server.domain.chain import GENESIS
from queue_server.domain.seal import BITS, NotASeal, Seal, read_seal, seal_of
from queue_server.live import Live
from queue_server.paper.escpos import ticket_bytes
from queue_server.paper.slips import seal_text, slip_of
from queue_server.screens.pages import words_of
from queue_server.snapshot import Snapshot
from queue_server.store import offices, pictures, seals

HASH = "c0ffee" * 10 + "beef"


# --- the printed form ----------------------------------------------------------------------------


def test_a_seal_is_read_back_however_it_was_copied() -> None:
    seal = seal_of("rutan", "2026-11-22", 1234, HASH)
    assert [len(group) for group in seal.groups] == [4] * 9
    for text in (
        seal.text, seal.text.upper(), f"  {seal.text.replace('-', ' ')} ", seal.text.replace(" 1234 ", " #1234 "),
        seal.text.replace("-", "–").lower(), seal.text.replace("0", "O").replace("1", "l").replace("l234", "1234"),
    ):
        assert read_seal(text.replace("2O26", "2026").replace("2026–ll–22", "2026-11-22").replace(
            "2026–11–22", "2026-11-22").replace("2026 11 22", "2026-11-22").replace("2026-ll-22", "2026-11-22")) == seal
    assert seal.fits(HASH) and not seal.fits(GENESIS)


def test_every_bit_that_is_printed_counts() -> None:
    seal = seal_of("rutan", "2026-11-22", 1234, HASH)
    number = int(HASH, 16)
    for bit in range(256):
        is_printed = bit >= 256 - BITS
        assert seal.fits(f"{number ^ 1 << bit:064x}") is not is_printed
    assert BITS >= 160  # two logs made beforehand with one seal take 2^(BITS / 2) trials


@pytest.mark.parametrize("wrong", ["", "rutan", "rutan 2026-11-22 1234", "rutan 2026-11-22 x ABCD-ABCD", "a b c d"])
def test_what_is_no_seal_is_refused(wrong: str) -> None:
    with pytest.raises(NotASeal) as no:
        read_seal(wrong)
    assert no.value.code == "not_a_seal"


def test_a_slip_of_the_pen_is_no_forgery() -> None:
    seal = seal_of("rutan", "2026-11-22", 1234, HASH)
    text = seal.text
    for other in (
        replace(seal, seq=1243), replace(seal, day="2026-11-23"), replace(seal, office="kanim"),
        Seal(seal.office, seal.day, seal.seq, "9" + seal.letters[1:]),
    ):
        copied = f"{other.office} {other.day} {other.seq} {other.letters}{text[-4:]}"
        with pytest.raises(NotASeal) as no:
            read_seal(copied)
        assert no.value.code == "seal_miscopied"


# --- when one is made ------------------------------------------------------------------------------


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "data")
    yield made
    made.close()


def made_seals(played: Played) -> list[seals.Sealed]:
    with played.database.read() as c:
        return seals.between(c, 1, 1, 10**9)


def test_a_log_is_sealed_when_half_an_hour_has_passed_and_not_before(played: Played) -> None:
    assert played.press("seal", seal_when_due)["sealed"]
    assert not played.press("seal", seal_when_due)["sealed"]
    played.clock.go_on(EVERY_MS - MINUTE)
    assert not played.press("seal", seal_when_due)["sealed"]
    played.clock.set_wall(5 * 60 * MINUTE)  # the wall clock says nothing about how long it was
    assert not played.press("seal", seal_when_due)["sealed"]
    played.clock.go_on(MINUTE)
    assert played.press("seal", seal_when_due)["sealed"]
    assert [found.reason for found in made_seals(played)] == ["start", "time"]


def test_a_machine_started_anew_seals_at_once(played: Played) -> None:
    played.press("seal", seal_when_due)
    played.clock.restart()
    assert played.press("seal", seal_when_due)["sealed"]


def test_two_processes_make_one_seal(played: Played, tmp_path: Path) -> None:
    """The second finds the first one's under the lock, whatever it had read before."""
    other = Played.__new__(Played)
    other.__dict__.update(played.__dict__)
    assert played.press("seal", seal_when_due)["sealed"]
    assert not other.press("seal", seal_when_due)["sealed"]
    assert len(made_seals(played)) == 1


def test_a_closed_day_is_sealed_with_its_refusals(played: Played) -> None:
    played.take()
    played.tried("issue", visitor.issue, service=played.office.services[0].key, channel="nowhere")
    played.end_day()
    assert [found.reason for found in made_seals(played)] == ["closing"]
    with played.database.read() as c:
        kinds = [row[0] for row in c.exec_driver_sql("SELECT kind FROM event ORDER BY seq").fetchall()]
    assert kinds[-2:] == ["day_closed", "sealed"]


# --- where it goes ---------------------------------------------------------------------------------


def snapshot(played: Played) -> Snapshot:
    with played.database.read() as c:
        return pictures.snapshot(c, offices.heads_of(c, [KEY])[0], played.clock.now())


def test_every_picture_and_every_slip_carries_the_newest_seal(played: Played) -> None:
    assert snapshot(played).seal_picture() is None
    played.press("seal", seal_when_due)
    shown = snapshot(played)
    text = made_seals(played)[-1].of(KEY).text
    assert shown.office_head()["seal"]["text"] == text == seal_text(shown)
    ticket = played.press("issue", visitor.issue, service=played.office.services[0].key, channel="door")["ticket"]
    paper = ticket_bytes(slip_of(shown.office, ticket, 0, "", seal=text), words_of("kiosk"), columns=32)
    printed = b"".join(line for line in paper.split(b"\n"))
    assert all(group.encode() in printed for group in made_seals(played)[-1].of(KEY).groups)


def test_the_screens_are_drawn_again_for_a_seal() -> None:
    from queue_server.live import CALM

    assert "sealed" in CALM and Live is not None
