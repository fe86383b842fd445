"""``python -m queue_server COMMAND``. The eventlet patch comes before every other import, and only here."""

from __future__ import annotations

import os
import sys

from . import bootstrap


def _mode(argv: list[str]) -> str:
    """The server mode asked for, found before anything that could be patched is imported."""
    for i, word in enumerate(argv):
        if word == "--async-mode" and i + 1 < len(argv):
            return argv[i + 1]
        if word.startswith("--async-mode="):
            return word.partition("=")[2]
    return os.environ.get("ASYNC_MODE", "eventlet")


if len(sys.argv) > 1 and sys.argv[1] == "serve":
    bootstrap.patch(_mode(sys.argv))

from .cli import main  # noqa: E402  (after the patch)

sys.exit(main(sys.argv[1:]))
