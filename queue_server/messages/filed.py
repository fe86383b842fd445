"""The sender ``file``: writes what it would send to a file. For the demo, and to try an office's texts."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from .senders import BadSender, NotSent, Outgoing, only


class FileSender:
    """``path`` of the file; only its owner can read it, for addresses stand in it."""

    repeatable = False

    def __init__(self, settings: dict[str, Any]) -> None:
        only(settings, {"path": str})
        if not settings.get("path"):
            raise BadSender("path is missing: the file to write to.")
        self.path = Path(settings["path"])

    def send(self, message: Outgoing) -> None:
        at = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        subject = f"{message.subject}\n" if message.channel == "email" else ""
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(f"{at}  {message.channel} -> {message.to}\n{subject}{message.text}\n\n")
        except OSError as error:
            raise NotSent("no_file") from error
