"""``python -m queue_server.forecasts.send``: sends one message to where an office has its alerts sent, and ends.

A process of its own, so that a slow receiver costs the server nothing. It reads ``{"url", "secret", "body"}`` from
standard input and writes "ok", or in a word why it did not arrive. The address is the administrator's choice; what
an outsider could gain by it is kept small: only http and https, never to link-local addresses (where clouds keep
their keys) or to many at once, no redirect is followed, and of the answer only the status is looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

#: Tried again after so long each, seconds; a receiver that is being restarted is back by then.
PAUSES_S = (2.0, 10.0, 30.0)
TIMEOUT_S = 5.0


class NotSent(Exception):
    """Why, in a word: ``no_host``, ``forbidden_address``, ``no_answer``, ``bad_certificate``, ``status_404``."""


def signature(secret: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 over the time (UTC seconds, as sent), a point and the body, in hexadecimal."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def send(url: str, secret: str, body: bytes, now_s: int) -> None:
    """One attempt; raises NotSent."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    at = str(now_s)
    headers = {
        "Host": parts.netloc, "Content-Type": "application/json", "Content-Length": str(len(body)),
        "User-Agent": "queue-server", "Connection": "close", "X-Queue-Timestamp": at,
        "X-Queue-Signature": f"sha256={signature(secret, at, body)}",
    }
    line = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        line.sock = _connected(host, port, secure)
        line.request("POST", path, body, headers)
        status = line.getresponse().status
    except ssl.SSLError as error:
        raise NotSent("bad_certificate") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotSent("no_answer") from error
    finally:
        line.close()
    if not 200 <= status < 300:
        raise NotSent(f"status_{status}")


def _connected(host: str, port: int, secure: bool) -> socket.socket:
    """A line to the very address that was looked at: a name may lead elsewhere when it is asked a second time."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent("no_host") from error
    allowed = [(family, address) for family, _kind, _proto, _name, address in found if _allowed(str(address[0]))]
    if not allowed:
        raise NotSent("forbidden_address")
    family, address = allowed[0]
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.settimeout(TIMEOUT_S)
        line.connect(address)
        return ssl.create_default_context().wrap_socket(line, server_hostname=host) if secure else line
    except BaseException:
        line.close()
        raise


def _allowed(text: str) -> bool:
    """An office's own network may be meant, and so may this machine; these never are."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


def send_patiently(url: str, secret: str, body: bytes, pauses: Sequence[float] = PAUSES_S) -> str:
    """"ok", or why the last attempt failed."""
    told = ""
    for pause in (0.0, *pauses):
        time.sleep(pause)
        try:
            send(url, secret, body, int(time.time()))
        except NotSent as problem:
            told = str(problem)
            if told == "forbidden_address":
                break
        else:
            return "ok"
    return told


def main() -> int:
    asked = json.load(sys.stdin)
    print(send_patiently(asked["url"], asked["secret"], asked["body"].encode(), asked.get("pauses", PAUSES_S)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
