"""A bare Flask-SocketIO + eventlet that sends the same bytes: what the library costs before anything of ours.

The protocol is that of ``bench/floor_picows.py``. It has our listening socket, without which eventlet lets in fifty.
"""

from __future__ import annotations

from queue_server import bootstrap

bootstrap.patch("eventlet")

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO  # noqa: E402


def make(first: Any) -> Flask:
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="eventlet", ping_interval=20, ping_timeout=20)

    @socketio.on("connect")
    def connect(_auth: Any = None) -> None:
        if first is not None:
            socketio.emit("picture", first, to=request.sid)  # type: ignore[attr-defined]

    @socketio.on("emit")
    def emit(message: Any) -> int:
        begun = time.monotonic_ns()
        socketio.emit("line", message)
        return begun

    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor_emit")
    parser.add_argument("port", type=int)
    parser.add_argument("--first", type=Path)
    args = parser.parse_args()
    app = make(json.loads(args.first.read_bytes()) if args.first else None)
    bootstrap.raise_file_limit()
    import eventlet.wsgi

    door = bootstrap.listen("127.0.0.1", args.port)
    print("ready", flush=True)
    eventlet.wsgi.server(door, app, max_size=bootstrap.MOST_CONNECTIONS, log_output=False, socket_timeout=None)


if __name__ == "__main__":
    main()
