"""The order that a console shows: at a counter of several services it is what pressing "next" again and again gives."""

from __future__ import annotations

import random

import pytest

from queue_server.domain.discipline import IN_THE_MIX, RETURNS, Heads, Recent, choose, in_order, in_order_at
from queue_server.domain.office import Counter, MixRule, Rules
from queue_server.domain.ticket import Waiting

NOW = 10_000_000
SERVICES = ("a", "b", "c")


def day(seed: int) -> tuple[Counter, dict[str, list[Waiting]], dict[str, Recent], Rules]:
    """Some lines with both classes and returns, and what was called before."""
    dice = random.Random(seed)
    mix = MixRule(dice.randint(1, 2), dice.randint(1, 3), dice.choice([None, 60]))
    rules = Rules(mix=mix, merge=dice.choice(["earliest", "listed"]))
    waiting: dict[str, list[Waiting]] = {service: [] for service in SERVICES}
    for step in range(1, dice.randint(2, 16)):
        service, back = dice.choice(SERVICES), dice.random() < 0.2
        waiting[service].append(Waiting(
            step, service, NOW - dice.randint(0, 80) * 60_000, dice.random() < 0.4,
            dice.randint(1, 30) if back else 0, dice.randint(0, 3) if back else 0))
    recents = {}
    for at, service in enumerate(SERVICES):
        seqs = tuple(range(30 + at, 0, -len(SERVICES)))
        recents[service] = Recent(tuple(dice.random() < 0.4 for _ in range(6)), seqs)
    return Counter("1", {"id": "Loket 1"}, "hall", SERVICES), waiting, recents, rules


def pressed_again_and_again(
    counter: Counter, waiting: dict[str, list[Waiting]], recents: dict[str, Recent], rules: Rules
) -> list[int]:
    """By definition: ask, call, forget who was called, ask again."""
    waiting, recents = {k: list(v) for k, v in waiting.items()}, dict(recents)
    seq, order = max(r.seqs[0] for r in recents.values()), []
    while True:
        choice = choose(counter, {k: (Heads.of(v), recents[k]) for k, v in waiting.items()}, rules, NOW)
        if choice is None:
            return order
        called = next(w for w in waiting[choice.service] if w.step == choice.step)
        waiting[choice.service].remove(called)
        order.append(choice.step)
        rule, recent, seq = str(choice.why["rule"]), recents[choice.service], seq + 1
        recents[choice.service] = Recent(
            (called.priority, *recent.classes) if rule in IN_THE_MIX else recent.classes,
            recent.seqs if rule in RETURNS else (seq, *recent.seqs))


@pytest.mark.parametrize("seed", range(200))
def test_the_order_shown_is_the_order_called(seed: int) -> None:
    counter, waiting, recents, rules = day(seed)
    shown = in_order_at(counter, {k: (Heads.of(v), recents[k]) for k, v in waiting.items()}, rules, NOW, 99)
    assert [w.step for w, _why in shown] == pressed_again_and_again(counter, waiting, recents, rules)


@pytest.mark.parametrize("seed", range(60))
def test_one_service_alone_keeps_its_own_order(seed: int) -> None:
    _counter, waiting, recents, rules = day(seed)
    alone = Counter("2", {"id": "Loket 2"}, "hall", ("a",))
    shown = in_order_at(alone, {"a": (Heads.of(waiting["a"]), recents["a"])}, rules, NOW, 99)
    own = in_order(waiting["a"], recents["a"], rules.mix, NOW)
    assert [w.step for w, _why in shown] == [w.step for w, _why in own]


def test_no_more_than_asked_for() -> None:
    counter, waiting, recents, rules = day(3)
    lines = {k: (Heads.of(v), recents[k]) for k, v in waiting.items()}
    assert len(in_order_at(counter, lines, rules, NOW, 2)) == 2
    assert in_order_at(counter, {}, rules, NOW, 2) == []
