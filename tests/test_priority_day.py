"""A mixed day on the real server: every call in its log is the one the rules lead to, and nobody was passed too often.

Three officers work at the same time, visitors come by door and phone; what they do is drawn from a fixed seed,
how it interleaves is not, and what is checked holds for every interleaving.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backstage import apply, demo_office, events, rows, shown_code, with_rules
from cast import Server

from queue_server.client import Officer, Refusal
from queue_server.domain import chain
from queue_server.domain.discipline import IN_THE_MIX, overtake_bound
from queue_server.domain.overtaking import Happened, excused, overtakes
from queue_server.domain.verify import check_calls

BOTH_DATABASES = True  # the whole module; see conftest.py

OFFICE = demo_office("rutan")
SEATS = {"ani": "1", "budi": "2", "dewi": "4"}
#: 40 numbers: service, how many; every third is a priority number, every fifth comes from a phone.
NUMBERS = ["kunjungan"] * 24 + ["informasi"] * 10 + ["pengaduan"] * 6


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, copied: Callable[..., Server]) -> Iterator[Path]:
    """The data folder after the day; the server stands still by then."""
    server = copied(tmp_path_factory.mktemp("day") / "data").start()
    apply(server.data, with_rules("rutan", double_press_ms=0))
    try:
        live(server)
    finally:
        server.stop()
    yield server.data


def live(server: Server) -> None:
    """The day itself."""
    numbers = list(enumerate(NUMBERS))
    random.Random(1).shuffle(numbers)
    officers = [server.officer(name, counter=seat) for name, seat in SEATS.items()]
    come(server, numbers[:18])
    over = threading.Event()
    troubles: list[BaseException] = []

    def guarded(officer: Officer, seed: int) -> None:
        try:
            work(officer, random.Random(seed), over)
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=guarded, args=(o, seed)) for seed, o in enumerate(officers)]
    for thread in threads:
        thread.start()
    come(server, numbers[18:])
    over.set()
    for thread in threads:
        thread.join(60)
    assert not troubles and not any(thread.is_alive() for thread in threads), troubles
    for officer in officers:
        officer.close()


def come(server: Server, numbers: list[tuple[int, str]]) -> None:
    """Visitors come one after the other; two of three with a phone are at the door soon after."""
    kiosk = server.kiosk()
    for place, service in numbers:
        if place % 5:
            kiosk.take(service, place % 3 == 0)
            continue
        phone = server.phone()
        ticket = phone.take(service, place % 3 == 0)
        if place % 15:
            phone.post(f"/t/{ticket['secret']}/arrived", {"door": shown_code(server.data, "rutan")})


def work(officer: Officer, chance: random.Random, over: threading.Event) -> None:
    """An officer calls until nobody is left; now and then something goes otherwise than planned."""
    while True:
        try:
            called = call(officer, chance)
        except Refusal as refusal:
            assert refusal.code in ("nobody_waiting", "changed", "not_now"), refusal.code
            if refusal.code == "nobody_waiting" and over.is_set():
                return
            time.sleep(0.05)
            continue
        what = chance.random()
        if what < 0.08:
            officer.press("undo", event=called["call"])
        elif what < 0.20:
            officer.press("skip")
        else:
            serve(officer, called["step"], what)


def call(officer: Officer, chance: random.Random) -> dict[str, object]:
    waiting = officer.picture["waiting"]["rows"]
    if chance.random() < 0.08 and len(waiting) > 2:
        return officer.press("call", step=waiting[2]["step"], reason="companion")
    return officer.press("call_next")


def serve(officer: Officer, step: object, what: float) -> None:
    officer.press("start")
    if what < 0.30:
        officer.press("park", reason="papers_missing")
        officer.press("bring_back", step=step)
    elif what < 0.36 and officer.wait_for(lambda p: p["current"] and p["current"]["step"] == step)[
            "current"]["service"] == "kunjungan":
        officer.press("transfer", service="informasi")
    else:
        officer.press("finish")


# --- what the log says ---------------------------------------------------------------------------


def test_the_chain_of_the_day_is_whole(day: Path) -> None:
    assert chain.check(events(day, "rutan")) == []


def test_every_call_is_the_one_that_its_circumstances_lead_to(day: Path) -> None:
    found = events(day, "rutan")
    assert check_calls(found) == []
    rules = Counter(json.loads(e.body)["why"]["rule"] for e in found if e.kind == "called")
    assert sum(rules.values()) >= 40 and {"priority_turn", "ordinary_turn"} <= set(rules), rules


def test_every_number_has_one_fate(day: Path) -> None:
    newest = "SELECT max(id) FROM step GROUP BY ticket_id"
    states = Counter(state for state, in rows(day, f"SELECT state FROM step WHERE id IN ({newest})"))
    away = rows(day, "SELECT count(*) FROM step WHERE state = 'waiting' AND arrived_at IS NULL")[0][0]
    assert states == Counter({"done": len(NUMBERS) - away, "waiting": away}) and away == 3
    for service in ("kunjungan", "informasi", "pengaduan"):
        numbers = [n for n, in rows(day, "SELECT number FROM ticket WHERE service = ? ORDER BY number", service)]
        assert numbers == list(range(1, NUMBERS.count(service) + 1))


def test_nobody_was_overtaken_more_often_than_the_bound_allows(day: Path) -> None:
    history = as_history(day)
    counts, found = overtakes(history), Steps(day, history)
    beyond = {step: (n, found.bound(step)) for step, n in counts.items() if n > found.bound(step)}
    assert beyond == {}
    assert sum(counts.values()) > 0, "the mix let nobody pass: the day proves nothing"


def test_why_somebody_later_went_first_is_known_each_time(day: Path) -> None:
    causes = {cause for by_cause in excused(as_history(day)).values() for cause in by_cause}
    assert causes <= {"returning", "returning_early", "out_of_order", "parked"}, causes


def as_history(day: Path) -> list[Happened]:
    """The log as the overtaking report reads it."""
    queued = {step: (tick, service) for step, tick, service in rows(day, "SELECT id, queued_tick, service FROM step")}
    passed: set[int] = set()
    history = []
    for event in events(day, "rutan"):
        body, step = json.loads(event.body), event.step or 0
        kind, more = "", {}
        if event.kind == "ticket_issued" and body["channel"] != "online":
            kind = "joined"
        elif event.kind == "arrived":
            kind, more = ("returned", {"return_after": OFFICE.rules.return_after}) if step in passed else ("joined", {})
        elif event.kind == "passed":
            passed.add(step)
        elif event.kind in ("skipped", "brought_back"):
            kind, more = "returned", {"return_after": body["return_after"]}
        elif event.kind == "called":
            serves = OFFICE.counter(body["counter"]).services
            kind, more = "called", {"rule": body["why"]["rule"], "serves": serves}
        elif event.kind == "undone":
            kind, more = "undone", {"undone_seq": body["undone_seq"]}
        elif event.kind == "transferred":
            kind, step = "joined", body["to_step"]
        if kind:
            history.append(Happened(event.seq, kind, step, queued[step][1], queued[step][0], **more))
    return history


class Steps:
    """Who stood before whom, for the formula of the bound."""

    def __init__(self, day: Path, history: list[Happened]) -> None:
        self.priority = dict(rows(day, "SELECT id, priority FROM step"))
        self.service = {h.step: h.service for h in history}
        self.place = {h.step: (h.queued_at, h.step) for h in history}
        self.joined = {h.step: h.seq for h in reversed(history) if h.kind in ("joined", "returned")}
        self.calls = [h for h in history if h.kind == "called"]

    def before(self, step: int, service: str, priority: int) -> int:
        """Calls, after ``step`` joined, of those of a line and class whose place is before its own."""
        return sum(
            1 for c in self.calls
            if c.seq > self.joined[step] and c.service == service and self.priority[c.step] == priority
            and self.place[c.step] < self.place[step])

    def bound(self, step: int) -> int:
        service, priority = self.service[step], self.priority[step]
        together = {s for c in OFFICE.counters if service in c.services and c.key in SEATS.values() for s in c.services}
        others = [(self.before(step, s, 0), self.before(step, s, 1)) for s in sorted(together - {service})]
        return overtake_bound(
            OFFICE.rules.mix, self.before(step, service, priority), bool(priority), [o for o in others if any(o)])


def test_the_mix_really_alternates_while_both_classes_wait(day: Path) -> None:
    """A priority turn is the only one within three calls of the mix of its line, as they stood at that moment."""
    calls: dict[str, dict[int, bool]] = {}
    turns = 0
    for event in events(day, "rutan"):
        body = json.loads(event.body)
        if event.kind == "undone":
            for line in calls.values():
                line.pop(body["undone_seq"], None)
        elif event.kind == "called" and body["why"]["rule"] in IN_THE_MIX:
            line = calls.setdefault(body["service"], {})
            line[event.seq] = bool(body["priority"])
            if body["why"]["rule"] == "priority_turn":
                turns += 1
                assert sum(list(line.values())[-3:]) == 1
    assert turns > 0
