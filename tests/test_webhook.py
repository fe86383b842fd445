"""Alerts on their way out: signed, tried again, and never sent where they must not go."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from queue_server.domain.outlook import Ahead, Remedy, Risk
from queue_server.forecasts import send as sending
from queue_server.forecasts.alarms import OVER_AFTER, Alarms, facts
from queue_server.forecasts.send import NotSent, send, send_patiently

SECRET = "f" * 64
BODY = b'{"code":"test"}'


class Receiver:
    """Somebody's server: answers with ``statuses`` in turn, the last for ever, and keeps what it was sent."""

    def __init__(self) -> None:
        self.statuses = [204]
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((self.path, dict(self.headers), body))
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?key=k"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_message_arrives_with_a_signature_that_only_the_secret_makes(receiver: Receiver) -> None:
    send(receiver.url, SECRET, BODY, 1_795_000_000)
    (path, headers, body), = receiver.heard
    assert (path, body, headers["Content-Type"]) == ("/hook?key=k", BODY, "application/json")
    expected = hmac.new(SECRET.encode(), b"1795000000." + BODY, hashlib.sha256).hexdigest()
    assert headers["X-Queue-Timestamp"] == "1795000000"
    assert headers["X-Queue-Signature"] == f"sha256={expected}"


def test_a_receiver_that_is_not_ready_is_tried_again(receiver: Receiver) -> None:
    receiver.statuses = [503, 500, 200]
    assert send_patiently(receiver.url, SECRET, BODY, (0.0, 0.0, 0.0)) == "ok"
    assert len(receiver.heard) == 3


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_no_success_is_said_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    assert send_patiently(receiver.url, SECRET, BODY, (0.0,)) == f"status_{status}"
    assert [path for path, _h, _b in receiver.heard] == ["/hook?key=k"] * 2


@pytest.mark.parametrize("host", [
    "169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0", "[::]", "224.0.0.1", "2852039166",
])
def test_addresses_that_are_never_meant_are_not_connected_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_line(*_args: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(sending.socket.socket, "connect", no_line)
    with pytest.raises(NotSent, match="forbidden_address"):
        send(f"http://{host}/latest/meta-data", SECRET, BODY, 0)


@pytest.mark.parametrize(("url", "why"), [
    ("http://no-such-host.invalid/", "no_host"), ("http://127.0.0.1:1/", "no_answer"),
])
def test_a_receiver_that_is_not_there(url: str, why: str) -> None:
    with pytest.raises(NotSent, match=why):
        send(url, SECRET, BODY, 0)


def test_https_to_a_receiver_without_a_certificate_is_refused(receiver: Receiver) -> None:
    with pytest.raises(NotSent, match=r"bad_certificate|no_answer"):
        send(receiver.url.replace("http:", "https:"), SECRET, BODY, 0)
    assert receiver.heard == []


# --- when there is something to say --------------------------------------------------------------

LATE = Ahead(1, {"a": 1}, (Risk(7, "A 7", "a", 90, 300_000), Risk(8, "A 8", "a", 100, -120_000)),
             (Remedy("a", "open", "3", 99, 9, 7),))


def test_what_is_said_names_nobody() -> None:
    said = facts(LATE)
    assert said["a", "will_be_late"] == {"n": 1, "minutes": 5, "remedy": LATE.remedies[0].picture()}
    assert said["a", "late"] == {"n": 1, "minutes": 2}
    assert "A 7" not in json.dumps(list(said.values()))


def test_a_risk_that_is_no_more_than_possible_is_no_alert() -> None:
    assert facts(Ahead(1, {}, (Risk(7, "A 7", "a", 49, 300_000),))) == {}


class Noted(Alarms):
    """Alarms whose presses are noted instead of pressed."""

    def __init__(self) -> None:
        super().__init__(None, None, _Now())  # type: ignore[arg-type]
        self.pressed: list[tuple[str, str, str]] = []

    def _under_way(self, office: str, day: str) -> set[tuple[str, str, str]]:
        return {(office, "b", "late")} if day == "restarted" else set()

    def _pressed(self, office: str, act: str, command: Any, args: dict[str, Any]) -> dict[str, Any]:
        self.pressed.append((act, args["service"], args["code"]))
        return {"alert": None}


class _Now:
    @staticmethod
    def blocking(work: Any, *args: Any) -> Any:
        return work(*args)


def test_an_alert_is_raised_when_it_was_said_twice_and_ends_when_it_was_long_not_said() -> None:
    alarms = Noted()
    alarms.looked("rutan", "day", LATE)
    assert alarms.pressed == []
    for _ in range(3):
        alarms.looked("rutan", "day", LATE)
    assert sorted(alarms.pressed) == [("raise_alert", "a", "late"), ("raise_alert", "a", "will_be_late")]
    for _ in range(OVER_AFTER - 1):
        alarms.looked("rutan", "day", Ahead(2))
    alarms.looked("rutan", "day", LATE)
    assert len(alarms.pressed) == 2  # it came back before it was over
    for _ in range(OVER_AFTER):
        alarms.looked("rutan", "day", Ahead(3))
    assert sorted(alarms.pressed[2:]) == [("end_alert", "a", "late"), ("end_alert", "a", "will_be_late")]


def test_what_was_raised_before_a_restart_ends_too() -> None:
    alarms = Noted()
    for _ in range(OVER_AFTER):
        alarms.looked("rutan", "restarted", Ahead(1))
    assert alarms.pressed == [("end_alert", "b", "late")]


def test_with_a_new_day_alerts_begin_anew() -> None:
    alarms = Noted()
    for day in ("one", "one", "two", "two"):
        alarms.looked("rutan", day, LATE)
    assert [act for act, _s, code in alarms.pressed if code == "late"] == ["raise_alert"] * 2
