"""The order, a sentence per test; the long days against a naive oracle are in test_discipline_days.py."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from queue_server.domain.chain import canonical
from queue_server.domain.discipline import (
    ADVANCES,
    IN_THE_MIX,
    MINUTE,
    RETURNS,
    RULES,
    Heads,
    Recent,
    choose,
    decide_again,
    heads_needed,
    in_order,
    next_in_service,
    overtake_bound,
    recent_needed,
)
from queue_server.domain.office import Counter, MixRule, Rules
from queue_server.domain.ticket import Waiting

RULE = MixRule(priority=1, ordinary=2, longest_wait_min=60)
NOBODY_YET = Recent()


def ordinary(step: int, queued_at: int | None = None, service: str = "visit") -> Waiting:
    return Waiting(step, service, step if queued_at is None else queued_at, priority=False)


def priority(step: int, queued_at: int | None = None, service: str = "visit") -> Waiting:
    return Waiting(step, service, step if queued_at is None else queued_at, priority=True)


def missed(waiting: Waiting, seq: int, after: int = 3) -> Waiting:
    return replace(waiting, returned_seq=seq, return_after=after)


def steps(
    waiting: list[Waiting], recent: Recent = NOBODY_YET, rule: MixRule = RULE, now: int = 100
) -> list[int]:
    return [w.step for w, _ in in_order(waiting, recent, rule, now)]


def rules(
    waiting: list[Waiting], recent: Recent = NOBODY_YET, rule: MixRule = RULE, now: int = 100
) -> list[object]:
    return [why["rule"] for _, why in in_order(waiting, recent, rule, now)]


def test_who_comes_first_is_served_first() -> None:
    assert steps([ordinary(3), ordinary(1), ordinary(2)]) == [1, 2, 3]
    assert rules([ordinary(3), ordinary(1)]) == ["first", "first"]


def test_the_lower_step_goes_first_of_two_who_came_in_the_same_millisecond() -> None:
    assert steps([ordinary(8, 5), ordinary(7, 5)]) == [7, 8]
    assert steps([priority(8, 5), ordinary(7, 5)], now=5 + 60 * MINUTE) == [7, 8]


def test_nobody_waits() -> None:
    assert in_order([], NOBODY_YET, RULE, 0) == []
    assert next_in_service(Heads(), NOBODY_YET, RULE, 0) is None


def test_one_priority_call_for_two_ordinary_ones() -> None:
    line = [ordinary(n) for n in (1, 2, 3, 4)] + [priority(n) for n in (5, 6, 7)]
    assert steps(line) == [5, 1, 2, 6, 3, 4, 7]
    assert rules(line) == ["priority_turn", "ordinary_turn", "ordinary_turn"] * 2 + ["first"]


def test_the_mix_goes_on_where_the_last_calls_left_it() -> None:
    line = [ordinary(1), ordinary(2), priority(3)]
    assert steps(line, Recent(classes=(True, False, False))) == [1, 2, 3]
    assert steps(line, Recent(classes=(False, True, False))) == [1, 3, 2]
    assert steps(line, Recent(classes=(False, False, True))) == [3, 1, 2]


def test_two_priority_calls_for_three_ordinary_ones() -> None:
    line = [ordinary(n) for n in range(1, 10)] + [priority(n) for n in range(20, 30)]
    called = rules(line, rule=MixRule(2, 3, None))
    assert called[:10] == (["priority_turn"] * 2 + ["ordinary_turn"] * 3) * 2


def test_whoever_has_waited_the_longest_wait_goes_first_whatever_the_class() -> None:
    line = [ordinary(1, 0), ordinary(2, MINUTE), priority(3, 2 * MINUTE)]
    assert steps(line, now=60 * MINUTE - 1) == [3, 1, 2]
    assert steps(line, now=60 * MINUTE) == [1, 3, 2]
    assert rules(line, now=62 * MINUTE) == ["overdue"] * 3
    assert steps(line, rule=MixRule(1, 2, None), now=600 * MINUTE) == [3, 1, 2]


def test_who_missed_the_call_comes_back_after_three_others() -> None:
    line = [missed(ordinary(1), seq=10), *(ordinary(n) for n in (2, 3, 4, 5))]
    assert steps(line) == [2, 3, 4, 1, 5]
    assert steps(line, Recent(seqs=(12, 11, 9))) == [2, 1, 3, 4, 5]
    assert rules(line, Recent(seqs=(13, 12, 11)))[0] == "returning"


def test_a_due_return_is_next_even_before_who_waited_longest() -> None:
    line = [missed(priority(9, MINUTE), seq=1, after=0), ordinary(1, 0), priority(2, 0)]
    assert steps(line, now=90 * MINUTE)[0] == 9


def test_returns_are_in_the_order_in_which_they_became_due() -> None:
    calls = Recent(seqs=(6, 5, 4))
    assert steps([missed(ordinary(5), 3, after=3), missed(ordinary(7), 3, after=2)], calls) == [7, 5]
    assert steps([missed(ordinary(7), 3), missed(ordinary(5), 2)], calls) == [5, 7]  # both at 6: queued first


def test_a_return_that_is_not_due_is_called_only_when_nobody_else_waits() -> None:
    assert rules([missed(ordinary(1), 5), ordinary(2)]) == ["first", "returning_early"]
    far, near = missed(ordinary(1), seq=5, after=3), missed(ordinary(2), seq=5, after=2)
    assert steps([far, near]) == [2, 1]


def test_returns_do_not_bring_other_returns_nearer() -> None:
    """Three absent visitors, called in turn, would otherwise keep 8 waiting for ever."""
    absent = [missed(ordinary(n), seq=n, after=2) for n in (1, 2, 3)]
    calls = Recent(seqs=(20, 19))
    assert steps([*absent, ordinary(8)], calls) == [1, 2, 3, 8]
    again = [missed(ordinary(n), seq=20 + n, after=2) for n in (1, 2, 3)]
    assert steps([*again, ordinary(8)], calls)[0] == 8


def test_a_return_takes_no_turn_in_the_mix() -> None:
    line = [missed(ordinary(1), seq=1, after=0), ordinary(2), ordinary(3), priority(4)]
    assert steps(line, Recent(classes=(True,))) == [1, 2, 3, 4]


def test_one_row_of_each_class_is_enough_to_decide() -> None:
    line = [*(ordinary(n) for n in range(1, 9)), *(priority(n) for n in range(10, 15))]
    line += [missed(ordinary(20), 7), missed(priority(21), 8)]
    k, heads = heads_needed(RULE), Heads.of(line)
    few = Heads(heads.ordinary[:k], heads.priority[:k], heads.returning)
    for classes in product((False, True), repeat=recent_needed(RULE)):
        choice = next_in_service(few, Recent(classes), RULE, 100)
        first, why = in_order(line, Recent((*classes, True, True)), RULE, 100)[0]
        assert choice is not None
        assert (choice.step, choice.why) == (first.step, why)


COUNTER = Counter("3", {"id": "Loket 3"}, "hall", ("visit", "parcel"))


def both(
    visit: list[Waiting], parcel: list[Waiting], recent: Recent = NOBODY_YET
) -> dict[str, tuple[Heads, Recent]]:
    return {"visit": (Heads.of(visit), recent), "parcel": (Heads.of(parcel), recent)}


def called(line: dict[str, tuple[Heads, Recent]], merge: str, now: int = 100) -> tuple[int, object]:
    choice = choose(COUNTER, line, Rules(mix=RULE, merge=merge), now)
    assert choice is not None
    return choice.step, choice.why["rule"]


def test_a_counter_with_two_services_takes_the_service_of_whoever_waits_longest() -> None:
    line = both([ordinary(4)], [ordinary(3, service="parcel")])
    assert called(line, "earliest") == (3, "first")
    assert called(line, "listed") == (4, "first")


def test_a_priority_turn_does_not_let_another_service_pass_those_who_wait_there() -> None:
    """10 waits longest, and 50 has the turn of his service: 30 of the other may not go before both."""
    line = both([ordinary(10), priority(50)], [ordinary(30, service="parcel")])
    assert called(line, "earliest") == (50, "priority_turn")


def test_with_listed_services_nobody_waits_for_ever() -> None:
    line = both([ordinary(9, MINUTE)], [ordinary(3, 0, service="parcel")])
    assert called(line, "listed", now=60 * MINUTE - 1) == (9, "first")
    assert called(line, "listed", now=60 * MINUTE) == (3, "overdue")


def test_returns_at_a_counter_with_two_services() -> None:
    due = missed(ordinary(9, service="parcel"), seq=2, after=0)
    assert called(both([ordinary(1)], [due]), "listed") == (9, "returning")
    not_due = missed(ordinary(1), seq=2)
    assert called(both([not_due], [ordinary(9, service="parcel")]), "listed") == (9, "first")
    assert called(both([not_due], []), "listed") == (1, "returning_early")
    assert choose(COUNTER, both([], []), Rules(), 1) is None


def test_a_counter_looks_at_no_service_that_it_does_not_serve() -> None:
    only = replace(COUNTER, services=("parcel",))
    assert choose(only, both([ordinary(1)], []), Rules(), 1) is None


def test_the_reason_can_be_stored_and_decided_again() -> None:
    line = [
        ordinary(1),
        priority(2),
        ordinary(3),
        missed(ordinary(4), seq=1),
        missed(priority(5), seq=2, after=0),
    ]
    for waiting, why in in_order(line, Recent((True, False)), RULE, 100):
        stored = json.loads(canonical(why))
        assert decide_again(stored) == (why["rule"], waiting.step)
        assert set(stored) == {"rule", "at", "mix", "recent", "heads"}
    merged = choose(COUNTER, both(line, [ordinary(0, service="parcel")]), Rules(mix=RULE), 100)
    assert merged is not None
    assert canonical(merged.why)
    assert (merged.why["merge"], merged.why["oldest"]) == ("earliest", [["visit", 1, 1], ["parcel", 0, 0]])


def test_a_changed_reason_decides_otherwise() -> None:
    [(_, why), *_] = in_order([ordinary(1), priority(2)], NOBODY_YET, RULE, 100)
    assert decide_again(why) == ("priority_turn", 2)
    assert decide_again({**why, "recent": [True]}) == ("ordinary_turn", 1)
    with pytest.raises(ValueError):
        decide_again({**why, "heads": []})


def test_every_reason_has_its_meaning() -> None:
    assert ADVANCES | RETURNS | {"parked"} == set(RULES)
    assert IN_THE_MIX < ADVANCES
    assert not ADVANCES & RETURNS


def worst(rule: MixRule, ahead: int, is_priority: bool) -> int:
    """By trying: every possible row of calls before, and as many later ones of the other class as needed."""
    mine = priority if is_priority else ordinary
    other = ordinary if is_priority else priority
    line = [mine(n) for n in range(ahead + 1)] + [other(1000 + n) for n in range(40)]
    size = recent_needed(rule)
    rows = [r for n in range(size + 1) for r in product((False, True), repeat=n)]
    return max(steps(line, Recent(row), rule).index(ahead) - ahead for row in rows)


@pytest.mark.parametrize(("p", "r"), [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 4), (4, 1)])
def test_the_bound_is_reached_and_never_passed(p: int, r: int) -> None:
    rule = MixRule(p, r, None)
    for ahead in range(8):
        assert worst(rule, ahead, False) == overtake_bound(rule, ahead, priority=False)
        assert worst(rule, ahead, True) == overtake_bound(rule, ahead, priority=True)


def test_the_example_of_the_page_for_supervisors() -> None:
    assert overtake_bound(MixRule(1, 2), 7, priority=False) == 4
    assert overtake_bound(MixRule(1, 2), 7, priority=True) == 16
    assert overtake_bound(MixRule(1, 2), 0, False, others=[(3, 0), (0, 0), (0, 2)]) == 1 + 2 + 0 + 4


def test_the_page_for_supervisors_shows_the_order_that_is_called() -> None:
    line = [ordinary(n) for n in (11, 12, 13, 14)] + [priority(15), priority(16)]
    text = ", ".join(f"{step:03d}" for step in steps(line, Recent((False, False))))
    page = (Path(__file__).parent.parent / "docs" / "order.md").read_text("utf-8")
    assert page.count(text) == 2  # in both languages
    assert steps(line, Recent((True, False)))[:3] == [11, 12, 15]
    assert overtake_bound(RULE, 0, priority=True) == 2


def test_a_mix_that_gives_a_class_nothing_has_no_bound() -> None:
    for rule in (MixRule(0, 2), MixRule(1, 0)):
        with pytest.raises(ValueError):
            overtake_bound(rule, 1, priority=False)


def test_the_order_of_two_thousand_is_found_at_once() -> None:
    line = [ordinary(n) for n in range(1400)] + [priority(n) for n in range(1400, 1980)]
    line += [missed(ordinary(n), seq=1 + n % 7) for n in range(1980, 2000)]
    took = min(_seconds(line) for _ in range(5))
    assert took < 0.1  # 10 to 15 ms on a slow machine; wide, because tests share theirs


def _seconds(line: list[Waiting]) -> float:
    start = time.perf_counter()
    assert len(in_order(line, Recent((True,), (9, 8)), RULE, 5000)) == 2000
    return time.perf_counter() - start
