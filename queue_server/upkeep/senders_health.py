"""What ``doctor`` says of the messages that offices offer: whether this server can send them, and who can read how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..config import Config
from ..domain.office import Office
from ..messages.part import DEMO
from ..messages.senders import PUSH, read

Said = tuple[str, dict[str, Any]]


def findings(settings: Config, offices: Iterable[Office]) -> Iterator[Said]:
    """(key, facts); the keys are those of doctor.json below "messages."."""
    known = {PUSH, *read(settings.senders)}
    offering = [office for office in offices if office.messages.channels]
    for office in offering:
        needed = {channel: office.messages.sender(channel) for channel in office.messages.channels}
        lacking = [channel for channel, name in needed.items()
                   if name not in known and not (office.demo and name == DEMO)]
        facts = {"office": office.key, "channels": ", ".join(lacking or needed)}
        yield ("no_sender" if lacking else "good"), facts
        if office.messages.push and not settings.secure:
            yield "no_https", {"office": office.key}
    if not offering:
        yield "none", {}
    if settings.senders and Path(settings.senders).stat().st_mode & 0o077:
        yield "readable", {"file": settings.senders}
