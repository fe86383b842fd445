"""One HTTP request to a gateway or push service: no redirects, of the answer only the status, and a word for whatever
went wrong. In a word there is no address, because an address may hold a key or a telephone number."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from .senders import NotSent

TIMEOUT_S = 8.0
Allowed = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


def of_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Out in the internet: where a visitor's browser may send us."""
    return address.is_global and not address.is_multicast


def of_anybody(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Where the server's own administrator may send us; never to where clouds keep their keys."""
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


def request(
    method: str, url: str, headers: Mapping[str, str], body: bytes, allowed: Allowed = of_anybody,
) -> int:
    """The status of the answer; raises NotSent: no_host, forbidden_address, no_answer, bad_certificate."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        line.sock = _connected(host, port, secure, allowed)
        line.request(method, path, body, {
            "Host": parts.netloc.rpartition("@")[2], "User-Agent": "queue-server", "Connection": "close", **headers})
        return line.getresponse().status
    except ssl.SSLError as error:
        raise NotSent("bad_certificate") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent("no_answer") from error
    finally:
        line.close()


def _connected(host: str, port: int, secure: bool, allowed: Allowed) -> socket.socket:
    """A line to the very address that was looked at: a name may lead elsewhere when it is asked a second time."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("no_host") from error
    addresses = [(family, address) for family, _kind, _proto, _name, address in found
                 if allowed(_plain(str(address[0])))]
    if not addresses:
        raise NotSent("forbidden_address")
    family, address = addresses[0]
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.settimeout(TIMEOUT_S)
        line.connect(address)
        return ssl.create_default_context().wrap_socket(line, server_hostname=host) if secure else line
    except BaseException:
        line.close()
        raise


def _plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def judge(status: int) -> None:
    """Raises NotSent for a status that is no success: worth another attempt where the other side is busy or broken,
    ``refused`` where it understood and said no."""
    if 200 <= status < 300:
        return
    if status in (408, 425, 429) or status >= 500:
        raise NotSent(f"status_{status}")
    raise NotSent("refused")
