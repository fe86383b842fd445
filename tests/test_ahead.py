"""The next hour, simulated: who will wait longer than promised, and what helps."""

from __future__ import annotations

import pytest

from queue_server.domain.ahead import MINUTE, Desk, Now, Queued, look
from queue_server.domain.discipline import Recent
from queue_server.domain.office import Counter, MixRule, Rules
from queue_server.domain.ticket import Waiting

AT = 500 * MINUTE
WALL = 1_700_000_000_000


def counter(key: str, *services: str) -> Counter:
    return Counter(key, {"id": key}, "hall", services)


def line(service: str, people: int, left_min: int | None, first: int = 1, priority: bool = False) -> tuple[Queued, ...]:
    """So many wait, the first since ten minutes, one a minute; each has ``left_min`` minus its wait left."""
    return tuple(
        Queued(Waiting(first + n, service, AT - (10 - n) * MINUTE, priority), f"A {first + n}",
               None if left_min is None else (left_min - (10 - n)) * MINUTE)
        for n in range(people))


def now(queued: tuple[Queued, ...], desks: tuple[Desk, ...], **more: object) -> Now:
    cycles = {"a": (5 * MINUTE,), "b": (5 * MINUTE,)}
    return Now(AT, Rules(mix=MixRule(1, 2, None)), queued, desks, **{"cycles": cycles, **more})  # type: ignore[arg-type]


def test_whoever_cannot_be_called_in_time_is_named_with_the_minutes_left() -> None:
    # One counter, five minutes each: the n-th is called after 5 n minutes and has 20 minus its wait left.
    found = look(now(line("a", 6, 20), (Desk(counter("1", "a")),)), WALL)
    assert [(r.label, r.probability, r.left_ms // MINUTE) for r in found.risks] == [
        ("A 1", 0, 10), ("A 2", 0, 11), ("A 3", 0, 12), ("A 4", 100, 13), ("A 5", 100, 14), ("A 6", 100, 15)]
    assert found.late == {"a": 3}


def test_one_more_counter_keeps_some_of_them_until_a_round_time() -> None:
    found = look(now(line("a", 6, 20), (Desk(counter("1", "a")),), closed=(counter("2", "a"),)), WALL)
    (remedy,) = found.remedies
    assert (remedy.service, remedy.kind, remedy.counter, remedy.late, remedy.kept) == ("a", "open", "2", 3, 3)
    assert remedy.until_at % (5 * MINUTE) == 0 and WALL + 10 * MINUTE <= remedy.until_at <= WALL + 20 * MINUTE


def test_a_free_counter_of_another_service_may_help_too() -> None:
    found = look(now(line("a", 6, 20), (Desk(counter("1", "a")), Desk(counter("2", "b")))), WALL)
    (remedy,) = found.remedies
    assert (remedy.kind, remedy.counter, remedy.kept) == ("move", "2", 3)


def test_what_only_moves_the_trouble_to_another_service_is_no_remedy() -> None:
    queued = (*line("a", 6, 20), *line("b", 6, 20, first=11))
    found = look(now(queued, (Desk(counter("1", "a")), Desk(counter("2", "b")))), WALL)
    assert found.late == {"a": 3, "b": 3} and found.remedies == ()


def test_who_is_late_already_is_certain_and_not_counted_among_those_who_will_be() -> None:
    found = look(now(line("a", 2, 9), (Desk(counter("1", "a")),)), WALL)
    assert [(r.probability, r.left_ms // MINUTE) for r in found.risks] == [(100, -1), (100, 0)]
    assert found.late == {"a": 1}


def test_a_service_without_a_promise_has_nothing_to_pass() -> None:
    assert look(now(line("a", 6, None), (Desk(counter("1", "a")),)), WALL).risks == ()


def test_without_anybody_at_a_counter_everybody_will_be_late() -> None:
    found = look(now(line("a", 3, 30), (), closed=(counter("1", "a"),)), WALL)
    assert found.late == {"a": 3}
    assert found.remedies[0].kind == "open" and found.remedies[0].kept == 3


def test_a_closed_counter_that_others_would_take_up_is_not_the_only_one_tried() -> None:
    """The first that could be opened would be busy with who has waited longer; the second serves these at once."""
    queued = (*line("b", 9, 2), *line("a", 3, 15, first=21))
    found = look(now(queued, (), closed=(counter("1", "b", "a"), counter("2", "a"))), WALL)
    (remedy,) = (remedy for remedy in found.remedies if remedy.service == "a")
    assert (remedy.kind, remedy.counter) == ("open", "2") and remedy.kept >= 1


def test_priority_visitors_are_called_by_the_mix_of_the_house() -> None:
    # Five ordinary ones wait for ten minutes; three priority ones have just come: each third call is theirs.
    queued = (*line("a", 5, 60), *(Queued(Waiting(20 + n, "a", AT + n, True), f"P {n}", 16 * MINUTE) for n in range(3)))
    found = look(now(queued, (Desk(counter("1", "a")),), recent={"a": Recent((False, False), (2, 1))}), WALL)
    assert {r.label: r.probability for r in found.risks if r.label.startswith("P")} == {"P 0": 0, "P 1": 0, "P 2": 100}


def test_a_visitor_who_is_at_the_counter_already_leaves_sooner() -> None:
    queued = line("a", 1, 13)
    fresh = look(now(queued, (Desk(counter("1", "a"), "a", 0),)), WALL)
    nearly = look(now(queued, (Desk(counter("1", "a"), "a", 4 * MINUTE),)), WALL)
    assert (fresh.risks[0].probability, nearly.risks[0].probability) == (100, 0)


def test_those_who_come_meanwhile_with_priority_are_reckoned_with() -> None:
    queued = line("a", 4, 26)
    alone = look(now(queued, (Desk(counter("1", "a")),)), WALL)
    crowded = look(now(queued, (Desk(counter("1", "a")),), arrivals={"a": (60.0, 1.0)}), WALL)
    assert alone.late == {} and crowded.late["a"] >= 1


def test_the_same_moment_gives_the_same_answer() -> None:
    scene = now(line("a", 8, 20), (Desk(counter("1", "a")),), cycles={"a": tuple(range(60_000, 600_000, 9_000))})
    assert look(scene, WALL) == look(scene, WALL)


@pytest.mark.parametrize("people", [1, 60, 400])
def test_however_many_wait_the_answer_has_everybody(people: int) -> None:
    queued = tuple(Queued(Waiting(n, "a", AT - n, n % 7 == 0), str(n), 30 * MINUTE) for n in range(1, people + 1))
    desks = tuple(Desk(counter(str(n), "a")) for n in range(6))
    assert len(look(now(queued, desks), WALL).risks) == people
