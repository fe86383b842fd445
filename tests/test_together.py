"""Questions put at the same moment are read in one go, and everybody gets the answer to their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from queue_server.kit import ThreadKit
from queue_server.together import Once, Together

PEOPLE = 40


class Reader:
    """Answers with ten times the question; the first reading waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go_on = threading.Event()
        self.begun = threading.Event()

    def read(self, asked: list[int]) -> list[int]:
        self.batches.append(list(asked))
        self.begun.set()
        assert self.go_on.wait(10)
        if 13 in asked:
            raise LookupError("nothing is known of thirteen")
        return [10 * one for one in asked]


def test_who_asks_while_others_are_answered_is_in_the_next_reading() -> None:
    reader = Reader()
    together = Together(ThreadKit(), reader.read)
    with ThreadPoolExecutor(PEOPLE) as pool:
        first = pool.submit(together.ask, 100)
        assert reader.begun.wait(10)
        others = [pool.submit(together.ask, n) for n in range(20, 20 + PEOPLE - 1)]
        while together._gathering is None or len(together._gathering.questions) < PEOPLE - 1:
            assert not first.done()
        reader.go_on.set()
        assert first.result(10) == 1000
        assert [other.result(10) for other in others] == [10 * n for n in range(20, 20 + PEOPLE - 1)]
    assert [len(batch) for batch in reader.batches] == [1, PEOPLE - 1]


def test_a_reading_that_fails_is_told_to_all_of_it_and_the_next_one_works() -> None:
    reader = Reader()
    reader.go_on.set()
    together = Together(ThreadKit(), reader.read)
    with pytest.raises(LookupError):
        together.ask(13)
    assert together.ask(4) == 40


def test_what_many_ask_for_is_read_once() -> None:
    kept: dict[str, int] = {}
    begun, go_on, readings = threading.Event(), threading.Event(), []

    def read() -> int:
        readings.append(threading.get_ident())
        begun.set()
        assert go_on.wait(10)
        kept["office"] = 7
        return 7

    once: Once[str, int] = Once(ThreadKit())
    with ThreadPoolExecutor(PEOPLE) as pool:
        asked = [pool.submit(once.ask, "office", lambda: kept.get("office"), read) for _ in range(PEOPLE)]
        assert begun.wait(10)
        go_on.set()
        assert [one.result(10) for one in asked] == [7] * PEOPLE
    assert len(readings) == 1


def test_a_single_reading_that_fails_leaves_the_way_free() -> None:
    once: Once[str, int] = Once(ThreadKit())

    def fails() -> int:
        raise LookupError("not there")

    with pytest.raises(LookupError):
        once.ask("office", lambda: None, fails)
    assert once.ask("office", lambda: None, lambda: 3) == 3
