"""The doors for programs: a whole visit through /api/v1, and a described interface that keeps its word."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from cast import Server, copy_of, settle

from queue_server.screens import openapi
from queue_server.screens.acts import ACTS
from queue_server.screens.roles import ROUTES

#: What a described interface must hold; whatever is asked, no answer is of the fives.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("api") / "data").start()
    yield running
    running.stop()


class Program:
    """Speaks to /api/v1 of one office, with a token once it has signed in."""

    def __init__(self, server: Server, office: str = "rutan") -> None:
        self.base = f"{server.base}/api/v1"
        self.office = f"/offices/{office}"
        self.headers = {"X-Queue": "1"}

    def sign_in(self, name: str, password: str) -> Program:
        answer = self.post(f"{self.office}/sessions", name=name, password=password)
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        return self

    def post(self, path: str, status: int = 200, **message: Any) -> dict[str, Any]:
        answer = requests.post(self.base + path, json=message, headers=self.headers, timeout=20)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def act(self, name: str, status: int = 200, **args: Any) -> dict[str, Any]:
        return self.post(f"{self.office}/acts/{name}", status, key=secrets.token_hex(8), **args)

    def get(self, path: str, status: int = 200) -> dict[str, Any]:
        answer = requests.get(self.base + path, headers=self.headers, timeout=20)
        assert answer.status_code == status, answer.text
        return dict(answer.json())


def test_a_whole_visit_by_programs(server: Server) -> None:
    visitor, officer = Program(server), Program(server).sign_in("ani", server.passwords["rutan", "ani"])
    assert {"rutan", "kanim", "besuk"} == {office["key"] for office in visitor.get("/offices")["offices"]}
    assert any(s["key"] == "informasi" for s in visitor.get("/offices/rutan/door")["services"])
    taken = visitor.post("/offices/rutan/tickets", key=secrets.token_hex(8), service="informasi", language="en")
    ticket = taken["ticket"]
    assert visitor.get(f"/tickets/{ticket['secret']}")["ticket"]["label"] == ticket["label"]

    counter = next(c["key"] for c in officer.get("/offices/rutan/counter")["counters"] if "informasi" in c["services"])
    officer.act("sit", counter=counter)
    settle()
    coming = officer.get("/offices/rutan/counter")["remote"]
    officer.act("arrived", step=next(row["step"] for row in coming if row["label"] == ticket["label"]))
    for act in ("call_next", "start", "finish"):
        settle()
        officer.act(act)
    seen = visitor.get(f"/tickets/{ticket['secret']}")
    assert seen["ended"] and seen["ticket"]["state"] == "done"


def test_who_may_not_is_told_and_who_repeats_gets_the_same(server: Server) -> None:
    stranger = Program(server)
    assert stranger.get("/offices/rutan/today", 403)["refused"] == "not_signed_in"
    assert stranger.get(f"/tickets/{secrets.token_urlsafe(16)}", 404)["refused"] == "no_such_ticket"
    assert stranger.get("/nothing", 404)["refused"] == "not_found"
    auditor = Program(server).sign_in("auditor", server.passwords["rutan", "auditor"])
    assert auditor.get("/offices/rutan/today")["kind"] == "supervisor"
    assert auditor.act("call_next", 403)["refused"] == "not_allowed"
    assert auditor.act("dance", 404)["refused"] == "no_such_act"
    supervisor = Program(server).sign_in("sari", server.passwords["rutan", "sari"])
    assert supervisor.act("pause_service", 404, service="nothing", reason="system_down")["refused"] == "no_such_service"
    key = secrets.token_hex(8)
    first, again = (stranger.post("/offices/rutan/tickets", key=key, service="informasi") for _ in range(2))
    assert first["ticket"]["label"] == again["ticket"]["label"]
    answer = requests.delete(f"{auditor.base}/offices/rutan/sessions", headers=auditor.headers, timeout=20)
    assert answer.json()["ok"] and auditor.get("/offices/rutan/today", 403)["refused"] == "not_signed_in"


def test_everything_is_described(server: Server) -> None:
    described = openapi.document()
    assert requests.get(f"{server.base}/api/v1/openapi.json", timeout=20).json() == described
    paths = described["paths"]
    for key in ROUTES:
        method, rule = key.split(" ")
        if rule.startswith("/api/v1") and not rule.endswith("/acts/<act>"):
            assert method.lower() in paths[openapi.path_of(rule)], key
    for act in ACTS.values():
        taken = paths[f"/api/v1/offices/{{office}}/acts/{act.name}"]["post"]
        properties = taken["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert set(properties) == {"key", *act.takes}


def keeps_its_word(server: Server, who: str, *how: str) -> None:
    """Schemathesis makes requests from the description, right and wrong ones."""
    program = Program(server)
    if who:
        program.sign_in(who, server.passwords["rutan", who])
    headers = [part for name, value in program.headers.items() for part in ("--header", f"{name}: {value}")]
    ran = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{server.base}/api/v1/openapi.json", "--checks", CHECKS,
         *how, "--seed", "1", "--workers", "1", *headers],
        capture_output=True, text=True, timeout=1_000)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


@pytest.mark.parametrize(("who", "but"), [("", ("--exclude-path-regex", "/offices/[^/]+/acts/")), ("sari", ())])
def test_it_keeps_its_word_whatever_is_asked(server: Server, who: str, but: tuple[str, ...]) -> None:
    """Every value at and beyond the borders that the description names. That a visitor is sent away from officers'
    acts is tried in test_roles.py; here it would be four thousand requests."""
    keeps_its_word(server, who, "--phases", "coverage", *but)


@pytest.mark.long
@pytest.mark.timeout(1_000)
@pytest.mark.parametrize("who", ["", "sari"])
def test_it_keeps_its_word_however_long_is_asked(server: Server, who: str) -> None:
    keeps_its_word(server, who, "--max-examples", "50")
