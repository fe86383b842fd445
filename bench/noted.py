"""Our server as ``serve`` starts it, but that it notes when each message to screens was handed over.

``python -m bench.noted FILE serve …``: a line per emit in FILE, "nanoseconds event room"; the clock is the machine's
monotonic one, which is the same in every process.
"""

from __future__ import annotations

import os
import sys

from queue_server import bootstrap

if __name__ == "__main__":
    bootstrap.patch(os.environ.get("ASYNC_MODE", "eventlet"))

import time
from typing import Any


def main() -> int:
    from flask_socketio import SocketIO

    from queue_server import cli

    notes = open(sys.argv[1], "a", buffering=1)  # noqa: SIM115 (as long as the server)
    emit = SocketIO.emit

    def noted(self: SocketIO, event: str, *args: Any, **how: Any) -> None:
        begun = time.monotonic_ns()
        emit(self, event, *args, **how)
        notes.write(f"{begun} {event} {how.get('to', '')}\n")

    SocketIO.emit = noted
    return cli.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
