"""The wait-time log over HTTP, in both server modes: rows, shares, streams, spreadsheets, and who may have them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cast import Server, copy_of, settle

from queue_server.client import Officer, Refusal


def cells(written: bytes, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.fixture(scope="module")
def office_day(demo: Server, tmp_path_factory: pytest.TempPathFactory, mode: str) -> Iterator[Server]:
    """A server in each mode; at counter 1 one visitor was served, one came too late, one was transferred."""
    server = copy_of(demo, tmp_path_factory.mktemp(f"day-{mode}") / "data", mode).start()
    kiosk = server.kiosk()
    for _ in range(4):
        kiosk.take("kunjungan")
    ani = server.officer("ani", counter="1")
    for act, more in (
        ("call_next", {}), ("start", {}), ("finish", {"outcome": "served"}),
        ("call_next", {}), ("start", {}), ("transfer", {"service": "informasi"}), ("call_next", {}),
    ):
        ani.press(act, **more)
        settle()
    ani.close()
    yield server
    server.stop()


def signed_in(server: Server, name: str = "sari", office: str = "rutan") -> requests.Session:
    session = requests.Session()
    session.headers["X-Queue"] = "1"
    message = {"office": office, "name": name, "password": server.passwords[office, name]}
    assert session.post(f"{server.base}/sign-in", json=message, timeout=20).json()["ok"]
    return session


def test_the_log_over_http(office_day: Server) -> None:
    http, base = signed_in(office_day), f"{office_day.base}/supervisor/rutan"
    log = http.get(f"{base}/log", timeout=20).json()
    assert log["total"] == 5 and log["pages"] == 1
    assert log["numbers"] == 4, "a number that was sent on has two steps and is one number"
    by_label = {(row["label"].replace("\u2009", " "), row["leg"]): row for row in log["rows"]}
    served, moved, goes_on, called = (by_label[key] for key in (("A 001", 1), ("A 002", 1), ("A 002", 2), ("A 003", 1)))
    assert served["state"] == "done" and served["officer"] == "Ani" and served["counter"] == "1"
    assert served["judged"]["wait"]["on_time"] is True
    assert moved["state"] == "transferred" and moved["judged"]["service"]["why"] == "goes_on"
    assert goes_on["service"] == "informasi" and goes_on["total"] >= moved["total"]
    assert called["state"] == "called" and called["judged"]["service"]["why"] == "not_yet_known"
    assert served["issued_at"] <= served["called_at"] <= served["started_at"] <= served["ended_at"]
    assert abs(served["serve"] - (served["ended_at"] - served["started_at"])) < 1_000

    shares = http.get(f"{base}/log/shares", timeout=20).json()
    assert shares["entries"] == 5
    wait = shares["all"]["wait"]
    assert (wait["on_time"], wait["judged"], wait["left_out"], wait["doubtful"]) == (3, 3, {"not_yet_known": 2}, 0)
    sent_on = http.get(f"{base}/log?service=informasi", timeout=20).json()
    assert (sent_on["total"], sent_on["numbers"]) == (1, 1)
    assert http.get(f"{base}/log?officer={served['step'] + 900}", timeout=20).json()["total"] == 0


def test_streams_over_http(office_day: Server) -> None:
    http, base = signed_in(office_day, "auditor"), f"{office_day.base}/supervisor/rutan"
    answer = http.get(f"{base}/log.csv?separator=;&language=id", timeout=60)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = r'attachment; filename="wait-log_rutan_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv"'
    assert re.fullmatch(name, answer.headers["Content-Disposition"])
    rows = cells(answer.content, ";")
    assert len(rows) == 5 and rows[0]["Layanan"] == "Kunjungan" and rows[0]["Loket"] == "Loket 1"
    lines = http.get(f"{base}/log.jsonl", timeout=60).text.splitlines()
    assert [json.loads(line)["number"] for line in lines] == ["A 001", "A 002", "A 003", "A 004", "A 002"]
    assert http.get(f"{base}/log.jsonl?day=2001-01-01", timeout=60).content == b""


def test_a_spreadsheet_in_the_background(office_day: Server) -> None:
    http, base = signed_in(office_day), f"{office_day.base}/supervisor/rutan"
    asked = {"kind": "xlsx", "filters": {"service": "kunjungan"}}
    job = http.post(f"{base}/exports", json=asked, timeout=20).json()["job"]
    found = _wait_for(http, base, job, "done")
    assert (found["done"], found["total"]) == (4, 4)
    answer = http.get(f"{base}/exports/{job}", timeout=20)
    assert found["file"] in answer.headers["Content-Disposition"] and found["file"].endswith("_kunjungan.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.read("xl/worksheets/sheet2.xml").count(b"<row ") == 5
    kanim = signed_in(office_day, "sari", "kanim")
    assert kanim.get(f"{office_day.base}/supervisor/kanim/exports/{job}", timeout=20).status_code == 404
    assert kanim.get(f"{base}/exports/{job}", timeout=20).json()["refused"] == "not_signed_in"


def _wait_for(http: requests.Session, base: str, job: int, state: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        jobs = http.get(f"{base}/exports", timeout=20).json()["exports"]
        found: dict[str, Any] = next(j for j in jobs if j["id"] == job)
        if found["state"] in ("done", "failed"):
            assert found["state"] == state, found
            return found
        assert time.monotonic() < end, found
        time.sleep(0.2)


def test_who_may_read_the_log(office_day: Server) -> None:
    base = f"{office_day.base}/supervisor/rutan"
    assert requests.get(f"{base}/log", timeout=20).json()["refused"] == "not_signed_in"
    officer = signed_in(office_day, "ani")
    for path in ("/log", "/log/shares", "/log.csv", "/log.jsonl", "/exports", "/exports/1"):
        assert officer.get(base + path, timeout=20).status_code == 403
    auditor = signed_in(office_day, "auditor")
    assert auditor.get(f"{base}/log", timeout=20).status_code == 200
    del auditor.headers["X-Queue"]
    assert auditor.post(f"{base}/exports", json={"kind": "xlsx", "filters": {}}, timeout=20).status_code == 403


def test_an_auditor_changes_nothing(office_day: Server) -> None:
    auditor = Officer(office_day.base, "rutan", "auditor", office_day.passwords["rutan", "auditor"], "supervisor")
    for act, args in (
        ("reopen", {"step": 1, "reason": "visitor_returned"}), ("close_day", {"reason": "visitor_left"}),
        ("pause_service", {"service": "kunjungan", "reason": "drill"}), ("pair", {"code": "ABCDEF"}),
        ("close_counter", {"counter": "2", "reason": "repair"}), ("revoke", {"device": 1}), ("call_next", {}),
    ):
        with pytest.raises(Refusal, match="not_allowed"):
            auditor.press(act, **args)
    auditor.close()


@pytest.mark.parametrize("query", [
    "day=x", "day=2026-02-30", "to=2000-01-01", "service=%27%20OR%201", "officer=x", "page=0", "page=x", "page=9999999",
])
def test_odd_requests_are_answered_clearly(office_day: Server, query: str) -> None:
    answer = signed_in_once(office_day).get(f"{office_day.base}/supervisor/rutan/log?{query}", timeout=20)
    assert answer.status_code == 400 and answer.json()["refused"] in ("bad_request", "period_backwards")


_kept: dict[str, requests.Session] = {}


def signed_in_once(server: Server) -> requests.Session:
    if server.base not in _kept:
        _kept[server.base] = signed_in(server)
    return _kept[server.base]


def test_odd_exports_are_refused(office_day: Server) -> None:
    http, base = signed_in_once(office_day), f"{office_day.base}/supervisor/rutan"
    for message in ([], {"kind": "pdf"}, {"kind": "xlsx"}, {"kind": "xlsx", "filters": {"day": ["x"]}},
                    {"kind": "xlsx", "filters": {"service": "../.."}}):
        assert http.post(f"{base}/exports", json=message, timeout=20).status_code == 400
    assert http.get(f"{base}/log.csv?separator=|", timeout=20).status_code == 400
    assert http.get(f"{base}/log.xml", timeout=20).status_code == 404
    assert http.get(f"{base}/exports/999", timeout=20).status_code == 404


def test_the_picture_counts_as_the_log_does(office_day: Server) -> None:
    supervisor = office_day.supervisor()
    picture = supervisor.wait_for(lambda p: p["kind"] == "supervisor")
    supervisor.close()
    visits = next(s for s in picture["services"] if s["key"] == "kunjungan")
    assert visits["served"] == 1 and visits["waiting"] == 1
    shares = signed_in_once(office_day).get(f"{office_day.base}/supervisor/rutan/log/shares", timeout=20).json()
    for part in ("wait", "service", "visit"):
        counted = shares["services"]["kunjungan"][part]
        assert {name: visits[part][name] for name in counted} == counted
    assert visits["service"]["left_out"] == {"goes_on": 1, "not_yet_known": 2}
    counter = next(c for c in picture["counters"] if c["key"] == "1")
    assert (counter["served"], counter["person"], counter["state"]) == (1, "Ani", "called")
    assert any(alert["code"] == "board_unseen" for alert in picture["alerts"])


def test_what_was_under_way_at_a_restart_has_failed(demo: Server, tmp_path: Path) -> None:
    server = copy_of(demo, tmp_path / "data")
    try:
        c = sqlite3.connect(tmp_path / "data" / "queue.db")
        c.execute("INSERT INTO job (office_id, kind, asked, state, file, created_at) VALUES "
                  "(1, 'xlsx', '{\"filters\": {}}', 'running', 'wait-log.xlsx', ?)", (int(time.time() * 1000),))
        c.commit()
        c.close()
        server.start()
        folder = tmp_path / "data" / "exports"
        if folder.exists():
            shutil.rmtree(folder)
        folder.write_text("a file where the folder should be")
        http, base = signed_in(server), f"{server.base}/supervisor/rutan"
        assert http.get(f"{base}/exports", timeout=20).json()["exports"][0]["problem"] == "restarted"
        job = http.post(f"{base}/exports", json={"kind": "xlsx", "filters": {}}, timeout=20).json()["job"]
        assert _wait_for(http, base, job, "failed")["problem"] == "crashed"
        assert http.get(f"{base}/exports/{job}", timeout=20).json()["refused"] == "export_not_ready"
    finally:
        server.stop()
