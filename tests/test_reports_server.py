"""The reports as the server gives them: figures, comparison, arrivals and sheets, to whom and how quickly refused."""

from __future__ import annotations

import io
import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from backstage import shell, until
from cast import Server, copy_of
from pypdf import PdfReader

from bench.fill import fill
from queue_server.sheets.letter import words


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo with 900 visits of thirty past days in its log, kept; and one number of today."""
    running = copy_of(demo, tmp_path_factory.mktemp("reports") / "data")
    fill(running.data, "rutan", 900, 30)
    shell(running.data, "tally", "rutan")
    running.start()
    running.kiosk().take("kunjungan")
    yield running
    running.stop()


def signed_in(server: Server, name: str = "sari") -> requests.Session:
    http = requests.Session()
    http.headers["X-Queue"] = "1"
    sign_in = {"office": "rutan", "name": name, "password": server.passwords["rutan", name]}
    assert http.post(f"{server.base}/sign-in", json=sign_in, timeout=20).json()["ok"]
    return http


@pytest.fixture(scope="module")
def ask(house: Server) -> Any:
    http = signed_in(house, "auditor")

    def asked(path: str, **query: str) -> Any:
        return http.get(f"{house.base}/supervisor/rutan/reports/{path}", params=query, timeout=60)

    return asked


def test_a_week_holds_kept_days_and_today(ask: Any) -> None:
    found = ask("figures").json()
    assert found["ok"] and found["period"]["days"] == 7 and found["live"] == [found["period"]["today"]]
    assert found["all"]["with"]["steps"] == 6 * 30 + 1 and found["all"]["with"]["under_way"] == 1
    assert sum(one["with"]["steps"] for one in found["services"]) == 181
    assert found["names"]["counters"]["1"]["id"] == "Loket 1"


def test_today_counts_at_once(ask: Any, house: Server) -> None:
    before = ask("figures").json()
    house.kiosk().take("informasi")
    after = ask("figures").json()
    assert after["all"]["with"]["numbers"] == before["all"]["with"]["numbers"] + 1
    assert after["seq"] > before["seq"]


def test_periods_are_grouped_as_asked(ask: Any) -> None:
    today = ask("figures").json()["period"]["today"]
    for by in ("day", "week", "month"):
        assert ask("figures", **{"from": "2026-01-01", "to": today, "by": by}).json()["period"]["by"] == by
    assert ask("figures", service="kunjungan").json()["period"]["service"] == "kunjungan"


def test_two_periods_say_how_they_were_tested(ask: Any) -> None:
    week = ask("figures").json()["period"]
    found = ask("compare", before=week["first"], before_to=week["first"]).json()
    assert found["before"]["days"] == 1 and found["all"]["wait"]["test"] == "median"
    assert found["all"]["wait"]["n"][0] == 30 and 0 <= found["all"]["wait"]["p"] <= 1
    many = ask("compare", before="2020-01-01", before_to=week["first"]).json()
    assert many["all"]["wait"]["test"] == "rank_sum" and many["all"]["before"]["steps"] > 600


def test_arrivals_are_means_of_each_weekday(ask: Any) -> None:
    found = ask("arrivals").json()
    assert sum(found["days"]) == 7
    total = sum(cell["mean"] * found["days"][cell["weekday"]] for cell in found["heat"])
    assert abs(total - ask("figures").json()["all"]["with"]["numbers"]) < 0.5
    one = next(service for service in found["needed"] if service["key"] == "kunjungan")
    assert all(slot["in_time"] >= 0.9 for slot in one["slots"] if slot["counters"])
    assert ask("arrivals", weekday="2").json()["weekday"] == 2


def test_the_closing_sheet_is_the_same_bytes_for_the_same_log(ask: Any, house: Server) -> None:
    day = ask("figures").json()["series"][-2]["key"]
    first = ask("closing.pdf", day=day)
    assert first.headers["Content-Type"] == "application/pdf"
    # The server may add to its log in between, an alert or an hour's seal, and the sheet says up to where it was read.
    until(lambda: ask("closing.pdf", day=day).content == ask("closing.pdf", day=day).content, 120, "the same bytes")
    assert f'filename="closing_rutan_{day}.pdf"' in first.headers["Content-Disposition"]
    assert first.content.startswith(b"%PDF-")


def test_a_day_to_come_has_no_closing_sheet(ask: Any) -> None:
    answer = ask("closing.pdf", day="2999-01-01")
    assert (answer.status_code, answer.json()["refused"]) == (400, "day_to_come")


def test_the_report_on_the_standards_says_the_shares_of_the_page(ask: Any) -> None:
    period = ask("figures").json()["period"]
    made = ask("compliance.pdf", **{"from": period["first"], "to": period["last"], "language": "en"})
    share = ask("figures").json()["all"]["with"]["on_time"]["wait"]
    text = text_of(made.content)
    assert words("en")["compliance.title"] in text
    assert f"{share['kept']}/{share['judged']}" in text
    assert words("en")["compliance.complaints_line"].split("{")[0].strip() in " ".join(text.split())


def test_the_report_on_the_standards_counts_the_complaints_of_each_subject(ask: Any, house: Server) -> None:
    today = ask("figures").json()["period"]["today"]
    for category in ("bribery", "wait", "wait"):
        told = {"key": secrets.token_hex(16), "category": category, "text": "Saya diminta membayar."}
        answer = requests.post(f"{house.base}/office/rutan/complaints", json=told, headers={"X-Queue": "1"}, timeout=20)
        assert answer.json()["ok"]
    made = ask("compliance.pdf", **{"from": today, "to": today, "language": "en"})
    text = " ".join(text_of(made.content).split())
    counted = {"complaint.category.bribery": 1, "complaint.category.wait": 2, "compliance.complaints_all": 3}
    for said, n in counted.items():
        assert f"{words('en')[said]} {n} 0 0 {n} 0 0" in text


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("query", [
    {"from": "x"}, {"from": "2026-02-30"}, {"to": "2000-01-01", "from": "2000-01-02"}, {"by": "year"},
    {"service": "' OR 1"}, {"from": "1800-01-01"}])
def test_odd_requests_are_refused_clearly(ask: Any, query: dict[str, str]) -> None:
    answer = ask("figures", **query)
    assert answer.status_code == 400
    assert answer.json()["refused"] in ("bad_request", "period_backwards", "period_too_long")


def test_odd_weekdays_and_languages_are_refused(ask: Any) -> None:
    assert ask("arrivals", weekday="7").status_code == 400
    assert ask("closing.pdf", language="fr").status_code == 400


def test_officers_see_no_reports(house: Server) -> None:
    officer = signed_in(house, "ani")
    for path in ("figures", "compare", "arrivals", "closing.pdf", "compliance.pdf"):
        assert officer.get(f"{house.base}/supervisor/rutan/reports/{path}", timeout=20).status_code == 403
    assert requests.get(f"{house.base}/supervisor/rutan/reports", timeout=20).status_code == 200


def test_days_that_are_not_kept_are_kept_while_the_page_waits(house: Server, tmp_path: Path) -> None:
    """As right after an upgrade of an old house."""
    other = Server(tmp_path / "data", passwords=dict(house.passwords))
    house.stop()
    try:
        shutil.copytree(house.data, other.data)
    finally:
        house.start()
    raw = sqlite3.connect(other.data / "queue.db")
    raw.execute("DELETE FROM tally")
    raw.execute("DELETE FROM tally_book")
    raw.commit()
    raw.close()
    other.start()
    try:
        http = signed_in(other)
        answers = []
        while not answers or "preparing" in answers[-1]:
            answers.append(http.get(f"{other.base}/supervisor/rutan/reports/figures", timeout=60).json())
        assert answers[0]["preparing"]["total"] >= 30, json.dumps(answers[0])[:200]
        assert answers[-1]["all"]["with"]["steps"] > 180
    finally:
        other.stop()
