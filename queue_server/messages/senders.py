"""Senders: how a message leaves the house. Each is found by its name in the server's file of senders (QUEUE_SENDERS).

The office's file says which sender a channel uses; what a sender needs, gateway address and secrets, stands in the
server's file or in the environment and nowhere else. Kinds ``http`` (any gateway for SMS or WhatsApp), ``smtp`` and
``file`` ship; a package that is installed beside the server adds its own by an entry point of the group
``queue_server.senders``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

GROUP = "queue_server.senders"
#: The sender of this name is there without any settings.
PUSH = "push"
#: A value of the file that stands in the environment: ``"env:SMS_TOKEN"``.
FROM_ENVIRONMENT = "env:"


@dataclass(frozen=True)
class Outgoing:
    """One message on its way. ``key`` is the same for every attempt at it, so that a receiver can notice a repetition;
    ``link`` is the visitor's own page, "" where no phone could follow it. Times are seconds."""

    to: str
    text: str
    subject: str = ""
    link: str = ""
    key: str = ""
    channel: str = ""
    office: str = ""
    seconds_of_use: int = 300
    more: dict[str, Any] = field(default_factory=dict)


class NotSent(Exception):
    """Why, in a word that names nobody: ``refused`` and ``gone`` are final, anything else is tried again."""


class BadSender(Exception):
    """A sender's settings are wrong; the message says which, and what to write instead."""


class Sender(Protocol):
    """What a kind of sender must be. It is made anew for each batch, in a process of its own."""

    #: Whether a message that is sent twice with the same ``key`` reaches the visitor once.
    repeatable: bool

    def __init__(self, settings: dict[str, Any]) -> None:
        """Raises BadSender for settings that cannot work; connects to nobody."""

    def send(self, message: Outgoing) -> None:
        """One attempt, within about 15 seconds; raises NotSent."""


def kinds() -> dict[str, str]:
    """Kind -> where its class is, as ``module:Class``: those that ship, and those of installed packages."""
    here = __name__.rpartition(".")[0]
    found = {entry.name: entry.value for entry in metadata.entry_points(group=GROUP)}
    return {**found, "http": f"{here}.gateway:HttpSender", "smtp": f"{here}.mail:SmtpSender",
            "file": f"{here}.filed:FileSender", "push": f"{here}.push:PushSender"}


def made(settings: Mapping[str, Any]) -> Sender:
    """The sender that these settings describe; raises BadSender."""
    known, kind = kinds(), settings.get("kind")
    if kind not in known:
        raise BadSender(f"kind is {kind!r}; write one of {', '.join(sorted(known))}.")
    sender = metadata.EntryPoint(str(kind), known[str(kind)], GROUP).load()
    found: Sender = sender({name: value for name, value in settings.items() if name != "kind"})
    return found


def read(path: str, environment: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Name -> settings, from a file of senders, with what stands in the environment filled in and every sender made
    once; {} for no file. Raises BadSender."""
    if not path:
        return {}
    try:
        tables = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise BadSender(f"the file cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSender(f"the file is no TOML: {error}.") from None
    env = os.environ if environment is None else environment
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise BadSender(f"{name} stands outside of a table; write [sms] above the settings of a sender.")
        try:
            usual = {"kind": PUSH} if name == PUSH else {}
            found[name] = {**usual, **{key: _filled(value, env) for key, value in table.items()}}
            made(found[name])
        except BadSender as problem:
            raise BadSender(f"[{name}] {problem}") from None
    return found


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, environment) for key, item in value.items()}
    if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT):
        name = value.removeprefix(FROM_ENVIRONMENT)
        if not environment.get(name):
            raise BadSender(f"{name} is not in the environment.")
        return environment[name]
    return value


def only(settings: Mapping[str, Any], known: Mapping[str, type]) -> None:
    """Refuses settings that a kind does not have, and values of another type; raises BadSender."""
    for name, value in settings.items():
        if name not in known:
            raise BadSender(f"{name} is not known; write {', '.join(sorted(known))}.")
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise BadSender(f"{name} must be a {known[name].__name__}.")
