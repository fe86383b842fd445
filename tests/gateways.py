"""Who messages are sent to: an SMS gateway, a mail server and a browser's push service, each really listening here."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec

from queue_server.messages.push import b64, public_bytes


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Gateway:
    """Somebody's HTTP server: answers with ``statuses`` in turn, the last for ever, and keeps what it was sent.
    While ``holding`` it takes what comes and does not answer."""

    def __init__(self, port: int = 0) -> None:
        self.statuses = [200]
        self.heard: list[Request] = []
        self.answering = threading.Event()
        self.answering.set()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                gateway.heard.append(Request(self.command, self.path, dict(self.headers), body))
                gateway.answering.wait(30)
                status = gateway.statuses.pop(0) if len(gateway.statuses) > 1 else gateway.statuses[0]
                self.send_response(status)
                self.end_headers()

            do_GET = do_PUT = do_POST

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, number: str) -> list[str]:
        """The texts sent to a number at /send, by a body of {"to", "text"}."""
        return [one.json["text"] for one in self.heard if one.path == "/send" and one.json["to"] == number]

    def close(self) -> None:
        self.answering.set()
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """A mail server that takes everything, or answers with ``answers`` first; keeps the letters."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], Message]] = []
        self.answers: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


class _OnAnyPort(Controller):
    """It is asked for port 0 and must know where it listens before it is tried."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the port on which its server listens."""
    box = Mailbox()
    controller = _OnAnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop(no_assert=True)


@dataclass
class Browser:
    """A browser's part of web push: its keys, its subscription at a push service, and what it reads."""

    service: Gateway
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    path: str = field(default_factory=lambda: f"/push/{secrets.token_urlsafe(12)}")

    @property
    def subscription(self) -> dict[str, Any]:
        return {"endpoint": self.service.url + self.path, "expirationTime": None,
                "keys": {"p256dh": b64(public_bytes(self.key.public_key())), "auth": b64(self.auth)}}

    def pushed(self) -> list[Request]:
        return [one for one in self.service.heard if one.path == self.path]

    def read(self) -> list[dict[str, Any]]:
        """What was pushed here, decrypted as a browser does (RFC 8291), by another's code."""
        return [json.loads(http_ece.decrypt(
            one.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")) for one in self.pushed()]
