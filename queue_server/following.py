"""What others wrote: each process follows every office's log and acts on what it did not write itself.

Others are a second server process, or a command at the shell. The database is the truth; a hint from Redis only says
where to look at once, so that a lost one costs a second and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from .database import Database
from .kit import Kit
from .press import Recorded
from .store import log, offices
from .store.offices import Head

logger = logging.getLogger(__name__)

#: Told of events that another process recorded: the office, its newest seq, the events.
Happened = Callable[[str, int, list[Recorded]], None]


class Follower:
    """Knows up to which event of each office this process has acted."""

    def __init__(self, database: Database, kit: Kit, happened: Happened) -> None:
        self.database, self.kit, self.happened = database, kit, happened
        self._seen: dict[str, int] = {}
        self._asked: set[str] = set()
        self._wake = kit.signal()

    def start(self) -> None:
        self.kit.spawn(self._loop)

    def own(self, key: str, events: list[Recorded]) -> bool:
        """This process recorded them; whether that is new: the log may have told of them before their answers could
        leave. With somebody else's between, what is missing is read soon."""
        if events and self._seen.get(key, -1) >= events[-1].seq:
            return False
        if events and self._seen.get(key, events[0].seq - 1) >= events[0].seq - 1:
            self._seen[key] = events[-1].seq
        return True

    def hinted(self, key: str) -> None:
        """Another process says that it has recorded something."""
        self._asked.add(key)
        self._wake.set()

    def _loop(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            asked, self._asked = self._asked, set()
            try:
                self.catch_up(self.kit.blocking(self._heads, sorted(asked)))
            except Exception:
                logger.exception("what another process wrote could not be read; it is within the second")

    def _heads(self, keys: list[str]) -> list[Head]:
        with self.database.read() as c:
            return offices.heads_of(c, keys)

    def catch_up(self, heads: Iterable[Head]) -> None:
        """Acts on whatever stands in the log and was not seen here. An office that is new here begins with its head."""
        behind = [(h, seen) for h in heads if h.head_seq > (seen := self._seen.setdefault(h.key, h.head_seq))]
        if not behind:
            return
        for head, read in self.kit.blocking(self._read, behind):
            # Meanwhile this process may have recorded more itself.
            events = [e for e in read if e.seq > self._seen[head.key]]
            if events:
                self._seen[head.key] = events[-1].seq
                self.happened(head.key, events[-1].seq, events)

    def _read(self, behind: list[tuple[Head, int]]) -> list[tuple[Head, list[Recorded]]]:
        """All of them in one turn of a native thread: hundreds of offices are busy at the same moment."""
        with self.database.read() as c:
            return [(head, [Recorded(*row) for row in log.after(c, head.id, seen)]) for head, seen in behind]
