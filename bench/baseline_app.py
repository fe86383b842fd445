"""The least that could be called a queue server: Flask-SocketIO, eventlet, SQLite (WAL, FULL). The floor that
ours is measured against: a number is a row, a call, a start or a finish is a changed row and an event, committed
before the answer, and everyone is told.
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
        "CREATE TABLE ticket (id INTEGER PRIMARY KEY, service TEXT, number INTEGER, at REAL, "
        "state TEXT DEFAULT 'waiting', counter TEXT, UNIQUE (service, number))")
    c.execute("CREATE INDEX waiting ON ticket (service, number) WHERE state = 'waiting'")
    c.execute("CREATE INDEX here ON ticket (counter) WHERE state IN ('called', 'serving')")
    c.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, ticket INTEGER, kind TEXT, at REAL)")

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

    @app.post("/press")
    def press():  # type: ignore[no-untyped-def]
        asked = request.get_json()
        c.execute("BEGIN IMMEDIATE")
        found = c.execute(PRESSES[asked["act"]], (asked["counter"],)).fetchone()
        if found is not None:
            c.execute("INSERT INTO event (ticket, kind, at) VALUES (?, ?, ?)", (found[0], asked["act"], time.time()))
        c.execute("COMMIT")
        if found is None:
            return jsonify({"ok": False})
        socketio.emit(asked["act"], {"number": found[1], "counter": asked["counter"]})
        return jsonify({"ok": True, "number": found[1]})

    return app, socketio


PRESSES = {
    "call_next": "UPDATE ticket SET state = 'called', counter = ? WHERE id = (SELECT id FROM ticket "
                 "WHERE service = 'a' AND state = 'waiting' ORDER BY number LIMIT 1) RETURNING id, number",
    "start": "UPDATE ticket SET state = 'serving' WHERE counter = ? AND state = 'called' RETURNING id, number",
    "finish": "UPDATE ticket SET state = 'done' WHERE counter = ? AND state = 'serving' RETURNING id, number",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.baseline_app")
    parser.add_argument("database")
    parser.add_argument("port", type=int)
    args = parser.parse_args()
    app, socketio = make(args.database)
    socketio.run(app, host="127.0.0.1", port=args.port)


if __name__ == "__main__":
    main()
