"""An auditor gets evidence from a running server, and changes nothing by it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from backstage import demo_office, events, shell, until
from cast import Server, copy_of

from queue_server.client import Refusal, Site
from queue_server.domain.seal import read_seal
from queue_server.proof import generator
from queue_server.proof.reading import Bundle
from queue_server.proof.verifier import examine


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("evidence") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def auditor(server: Server) -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": "auditor", "password": server.passwords["rutan", "auditor"]})
    return site


@pytest.fixture(scope="module", autouse=True)
def a_morning(server: Server) -> None:
    kiosk, officer = server.kiosk(), server.officer("ani", counter="1")
    service = demo_office("rutan").counter("1").services[0]
    for _ in range(3):
        kiosk.take(service)
    officer.press("call_next")
    officer.wait_for(lambda p: p["current"])


def test_the_server_seals_its_log_when_it_starts(server: Server, auditor: Site) -> None:
    newest = until(lambda: auditor.get("/supervisor/rutan/seals")["newest"], what="the first seal")
    seal = read_seal(newest["text"])
    event = next(event for event in events(server.data, "rutan") if event.seq == seal.seq)
    assert event.kind == "sealed" and seal.fits(event.hash)


def test_an_auditor_gets_a_bundle_that_holds(server: Server, auditor: Site, tmp_path: Path) -> None:
    day = auditor.get("/supervisor/rutan/seals")["day"]
    job = auditor.post("/supervisor/rutan/exports", {"kind": "evidence", "filters": {"day": day, "to": day}})["job"]

    def done() -> dict[str, object] | None:
        found = next(j for j in auditor.get("/supervisor/rutan/exports")["exports"] if j["id"] == job)
        assert found["state"] != "failed", found
        return found if found["state"] == "done" else None

    told = until(done, 60, "the bundle")
    answer = auditor.http.get(f"{server.base}/supervisor/rutan/exports/{job}", timeout=20)
    assert answer.headers["Content-Type"] == "application/zip" and f"evidence_rutan_{day}" in answer.headers[
        "Content-Disposition"]
    path = tmp_path / "bundle.zip"
    path.write_bytes(answer.content)
    found = examine(Bundle(path), [read_seal(told["seal"])], str(told["files"]))
    assert found.result.findings == [] and found.result.anchored == found.head.last_seq
    assert found.result.steps >= 3 and found.result.calls_checked == 1
    with zipfile.ZipFile(path) as file:
        assert file.read("verifier.py").decode() == generator.made()
        assert "Memeriksa dalam lima langkah" in file.read("README.txt").decode()


def test_the_log_and_the_seals_are_there_to_be_read(server: Server, auditor: Site) -> None:
    first = auditor.get("/supervisor/rutan/events")["events"]
    assert [e["seq"] for e in first] == sorted((e["seq"] for e in first), reverse=True)
    older = auditor.get(f"/supervisor/rutan/events?before={first[-1]['seq']}")["events"]
    assert all(e["seq"] < first[-1]["seq"] for e in older)
    sheet = auditor.http.get(f"{server.base}/supervisor/rutan/seal", timeout=20).text
    assert auditor.get("/supervisor/rutan/seals")["newest"]["text"] in sheet and "<svg" in sheet
    assert auditor.http.get(f"{server.base}/verifier.py", timeout=20).text == generator.made()


@pytest.mark.parametrize("path", ["seal?day=yesterday", "seals?day=2026-13-01", "events?before=-1"])
def test_what_is_asked_wrongly_is_refused(auditor: Site, path: str) -> None:
    assert auditor.get(f"/supervisor/rutan/{path}")["refused"] == "bad_request"


def test_an_officer_gets_none_of_it(server: Server) -> None:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": "budi", "password": server.passwords["rutan", "budi"]})
    assert site.get("/supervisor/rutan/events")["refused"] == "not_allowed"
    with pytest.raises(Refusal) as no:
        site.post("/supervisor/rutan/exports", {"kind": "evidence", "filters": {}})
    assert no.value.code == "not_allowed"


def test_the_shell_makes_and_checks_a_bundle_beside_the_server(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "shell.zip"
    said = shell(server.data, "evidence", "rutan", "--out", str(path)).splitlines()
    code, seal = (line.rpartition(": ")[2] for line in said[-2:])
    found = examine(Bundle(path), [read_seal(seal)], code)
    assert found.result.holds and found.result.anchored == found.head.last_seq
