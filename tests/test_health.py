"""Whether the server lives, may be sent visitors, and how it is: told truly, and nothing about anybody."""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator

import pytest
import requests
from cast import Server, copy_of, settle

from queue_server import logs


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("health") / "data", environment={"QUEUE_LOG": "json"}).start()
    yield running
    running.stop()


def metrics(server: Server) -> dict[str, float]:
    """Name with labels -> figure."""
    text = requests.get(f"{server.base}/metrics", timeout=20).text
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_a_well_server_says_so(server: Server) -> None:
    assert requests.get(f"{server.base}/healthz", timeout=20).json() == {"ok": True, "writer": "works"}
    ready = requests.get(f"{server.base}/readyz", timeout=20)
    assert ready.status_code == 200
    assert ready.json() == {"ok": True, "database": "works", "writer": "works", "disk": "works"}


def test_it_is_not_ready_while_the_database_is_held_by_somebody_else(server: Server) -> None:
    """Lives, and cannot give a number: a balancer sends nobody, a watchdog does not restart it."""
    import sqlite3

    held = sqlite3.connect(server.data / "queue.db", isolation_level=None, timeout=10)
    held.execute("BEGIN IMMEDIATE")
    try:
        ready = requests.get(f"{server.base}/readyz", timeout=20)
        assert ready.status_code == 503 and ready.json()["writer"] != "works"
        assert requests.get(f"{server.base}/healthz", timeout=20).status_code == 200
    finally:
        held.execute("ROLLBACK")
        held.close()
    assert requests.get(f"{server.base}/readyz", timeout=30).status_code == 200


def test_figures_of_a_call_that_a_board_drew(server: Server) -> None:
    kiosk, board, ani = server.kiosk(), server.board(), server.officer("ani", counter="1")
    kiosk.take("kunjungan")
    before = metrics(server)
    assert before['queue_visitors{office="rutan",service="kunjungan",state="waiting"}'] == 1
    assert before['queue_screens{kind="board",office="rutan"}'] == 1
    settle()
    ani.press("call_next")
    drawn, deadline = 'queue_call_drawn_seconds_count{office="rutan"}', time.monotonic() + 10
    while metrics(server).get(drawn, 0) < 1:
        assert time.monotonic() < deadline, "the board's word never arrived"
        time.sleep(0.1)
    now = metrics(server)
    assert now['queue_visitors{office="rutan",service="kunjungan",state="called"}'] == 1
    assert now['queue_press_seconds_count{act="call_next",answer="ok"}'] == 1
    assert now['queue_events_total{kind="called",office="rutan"}'] == 1
    assert now['queue_call_drawn_seconds_sum{office="rutan"}'] < 10
    assert now["queue_commands_waiting"] == 0 and 'queue_event_lag{office="rutan"}' in now
    for screen in (board, ani):
        screen.close()


def test_figures_are_for_this_machine_or_whoever_has_the_token(
    demo: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Behind a proxy of ours the asker's address is the one that the proxy names."""
    token = secrets.token_urlsafe(16)
    server = copy_of(demo, tmp_path_factory.mktemp("token") / "data",
                     environment={"QUEUE_METRICS_TOKEN": token, "QUEUE_PROXIES": "1"}).start()
    try:
        address, outside = f"{server.base}/metrics", {"X-Forwarded-For": "203.0.113.9"}
        assert requests.get(address, headers=outside, timeout=20).status_code == 403
        wrong = requests.get(address, headers={**outside, "Authorization": "Bearer no"}, timeout=20)
        assert wrong.status_code == 403 and wrong.json()["refused"] == "not_allowed"
        right = requests.get(address, headers={**outside, "Authorization": f"Bearer {token}"}, timeout=20)
        assert right.status_code == 200 and "queue_commands_waiting" in right.text
    finally:
        server.stop()


def test_lines_for_a_collector_are_objects_and_name_nobody(server: Server) -> None:
    requests.post(f"{server.base}/sign-in", headers={"X-Queue": "1"}, timeout=20, json={
        "office": "rutan", "name": "siti-rahasia", "password": "kata-sandi-rahasia"})
    server.restart()
    written = (server.data.parent / "data.log").read_text()
    assert "rahasia" not in written
    for line in written.splitlines():
        if line.startswith("{"):
            assert {"at", "level", "from", "message"} <= set(json.loads(line))


def test_what_broke_is_told_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.begin("json")
        try:
            raise LookupError("nothing there")
        except LookupError:
            logging.getLogger("queue").exception("it broke")
    finally:
        root.handlers[:], root.level = before, level
    line = json.loads(capsys.readouterr().err)
    assert line["message"] == "it broke" and "LookupError: nothing there" in line["trace"]
    assert line["level"] == "ERROR" and line["at"].endswith("+00:00")
    assert os.linesep not in line["message"] and sys.exc_info() == (None, None, None)
