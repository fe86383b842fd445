"""The least that could be called a queue server: Flask-SocketIO, eventlet, SQLite (WAL, FULL). The floor that
ours is measured against: a number is a row, committed before the answer, and everyone is told.
"""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import argparse  # noqa: E402
import sqlite3  # noqa: E402
import time  # noqa: E402

from flask import Flask, jsonify, request  # noqa: E402
from flask_socketio import SocketIO  # noqa: E402


def make(path: str) -> tuple[Flask, SocketIO]:
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="eventlet")
    c = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    c.execute("PRAGMA journal_mode=WAL")
    c.execute("PRAGMA synchronous=FULL")
    c.execute("CREATE TABLE series (service TEXT PRIMARY KEY, high INTEGER NOT NULL)")
    c.execute(
        "CREATE TABLE ticket (id INTEGER PRIMARY KEY, service TEXT, number INTEGER, at REAL, UNIQUE (service, number))")

    @app.get("/")
    def ready() -> str:
        return "ready"

    @app.post("/tickets")
    def tickets():  # type: ignore[no-untyped-def]
        service = request.get_json()["service"]
        c.execute("BEGIN IMMEDIATE")
        number = c.execute(
            "INSERT INTO series VALUES (?, 1) ON CONFLICT DO UPDATE SET high = high + 1 RETURNING high", (service,)
        ).fetchone()[0]
        c.execute("INSERT INTO ticket (service, number, at) VALUES (?, ?, ?)", (service, number, time.time()))
        c.execute("COMMIT")
        socketio.emit("issued", {"service": service, "number": number})
        return jsonify({"ok": True, "ticket": {"service": service, "number": number}})

    return app, socketio


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.baseline_app")
    parser.add_argument("database")
    parser.add_argument("port", type=int)
    args = parser.parse_args()
    app, socketio = make(args.database)
    socketio.run(app, host="127.0.0.1", port=args.port)


if __name__ == "__main__":
    main()
