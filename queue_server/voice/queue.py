"""Which call a voice speaks next: the rules of a hall's voice, without a socket and without a clock.

A call is spoken once, in order of its id; one that was started, undone or ended leaves the queue. The
voice never falls behind the people: when more than 20 s of speech is waiting, second languages go
first, then repeats. A voice that has just started speaks nothing older than 30 s, one that takes over
from another board nothing older than 15 s, and never what somebody has heard already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BACKLOG_MS = 20_000
STARTED_MS = 30_000
TOOK_OVER_MS = 15_000

Call = Mapping[str, Any]
Said = Mapping[str, Any]


@dataclass
class VoiceQueue:
    """``length_ms`` says how long some sentences take."""

    length_ms: Callable[[Sequence[Said]], int]
    waiting: dict[int, Call] = field(default_factory=dict)
    _done: set[int] = field(default_factory=set)
    _spoke: bool | None = None  # whether this device was the speaker in the last picture

    def take(self, picture: Mapping[str, Any], now: int) -> None:
        """A new picture of the board; ``now`` is the server's time in ms."""
        calls = {call["id"]: call for call in picture["calls"]}
        self._done &= set(calls)
        speaks = bool(picture["speaker"] and picture["voice"])
        if not speaks:
            self.waiting.clear()
        else:
            self._refresh(calls, now)
        self._spoke = speaks

    def _refresh(self, calls: Mapping[int, Call], now: int) -> None:
        oldest = {None: STARTED_MS, False: TOOK_OVER_MS, True: None}[self._spoke]
        self.waiting = {}
        for key in sorted(calls):
            call = calls[key]
            if key in self._done or call["state"] != "calling":
                continue
            if call["heard"] or (oldest is not None and now - call["at"] > oldest):
                self._done.add(key)
            else:
                self.waiting[key] = call

    def next(self) -> tuple[Call, list[Said]] | None:
        """The call to speak now and its sentences; it counts as spoken from here on."""
        if not self.waiting:
            return None
        short = self._length(self.waiting.values(), None) > BACKLOG_MS
        if short and self._length(self.waiting.values(), 1) > BACKLOG_MS:
            self._drop_repeats()
        key = min(self.waiting)
        call = self.waiting.pop(key)
        self._done.add(key)
        return call, list(call["say"][:1] if short else call["say"])

    def _drop_repeats(self) -> None:
        """Repeats leave, but never the last call that is left: somebody would hear nothing at all."""
        repeats = [key for key, call in self.waiting.items() if call["n"] > 1]
        for key in repeats:
            if len(self.waiting) > 1:
                del self.waiting[key]
                self._done.add(key)

    def _length(self, calls: Any, languages: int | None) -> int:
        return sum(self.length_ms(call["say"][:languages]) for call in calls)
