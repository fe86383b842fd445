"""What Prometheus is told: how long calls take to reach a board, how many wait, how far behind screens are.

Numbers only: no name, no ticket, no address of a visitor. Observed from the hub, never in a native thread
(the library's locks belong to the hub's threads). Each process tells of itself; a sum over processes is the
house. What is true of the house as a whole (who waits) is read from the database when asked.
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector

from .database import Database
from .kit import Kit
from .live import Live
from .moment import wall_ms
from .store import upkeep
from .transaction import Recorded, Writer

#: Upper ends, seconds: a call is on the board within a tenth of one; ten seconds are a board that was away.
DRAWN_S = (0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
PRESS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
#: A board that reports a call so late was away when it was made: it says nothing of the way.
AWAY_MS = 60_000


class Metrics:
    """The counters of this process; ``text()`` is what /metrics answers."""

    def __init__(self, live: Live, writer: Writer, database: Database, kit: Kit) -> None:
        self.live, self.writer, self.database, self.kit = live, writer, database, kit
        self.registry = CollectorRegistry()
        self.drawn = Histogram(
            "queue_call_drawn_seconds", "From a call's commit to a board's word that it is drawn",
            ["office"], buckets=DRAWN_S, registry=self.registry)
        self.pressed = Histogram(
            "queue_press_seconds", "From a press that arrived to its answer", ["act", "answer"],
            buckets=PRESS_S, registry=self.registry)
        self.events = Counter(
            "queue_events", "Entries of the log since this process began, whichever process wrote them",
            ["office", "kind"], registry=self.registry)
        self._counted: dict[tuple[str, str], Any] = {}  # the library takes longer to find one than to count it
        ProcessCollector(registry=self.registry)
        self.registry.register(self)

    def note_drawn(self, office: str, seq: int) -> None:
        """A board says that it drew a call."""
        snapshot = self.live.shown(office)
        call = next((call for call in snapshot.calls if call.seq == seq), None) if snapshot else None
        if call is not None and wall_ms() - call.at < AWAY_MS:
            self.drawn.labels(office).observe(max(0, wall_ms() - call.at) / 1000)

    def note_press(self, act: str, answer: str, seconds: float) -> None:
        self.pressed.labels(act, answer).observe(seconds)

    def note_events(self, office: str, events: list[Recorded]) -> None:
        for event in events:
            counted = self._counted.get((office, event.kind))
            if counted is None:
                counted = self._counted[office, event.kind] = self.events.labels(office, event.kind)
            counted.inc()

    def text(self) -> bytes:
        return bytes(generate_latest(self.registry))

    def collect(self) -> Iterator[Metric]:
        """What is true now; called by the library when it is asked."""
        yield from self._of_the_database()
        screens = GaugeMetricFamily("queue_screens", "Connected screens of this process", labels=["office", "kind"])
        for (office, kind), n in Count((s.office, s.kind) for s in list(self.live.screens.values())).items():
            screens.add_metric([office, kind], n)
        yield screens
        waiting = GaugeMetricFamily("queue_commands_waiting", "Presses that wait for the writer")
        waiting.add_metric([], self.writer.waiting)
        yield waiting

    def _of_the_database(self) -> Iterator[Metric]:
        steps, heads = self.kit.blocking(self._read)
        visitors = GaugeMetricFamily(
            "queue_visitors", "Visitors who are not done", labels=["office", "service", "state"])
        for office, service, state, n in steps:
            visitors.add_metric([office, service, state], n)
        yield visitors
        lag = GaugeMetricFamily("queue_event_lag", "Entries of the log that screens were not shown", labels=["office"])
        for key, seq in heads:
            behind = self.live.behind(key, seq)
            if behind is not None:
                lag.add_metric([key], behind)
        yield lag

    def _read(self) -> tuple[list[tuple[str, str, str, int]], list[tuple[str, int]]]:
        with self.database.read() as c:
            return upkeep.open_steps(c), upkeep.heads(c)
