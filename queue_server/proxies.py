"""Behind proxies of ours: who asks is whom the proxy names, and only a proxy that we know is believed.

Without this every visitor would have the proxy's address, and one limit for all of them; with headers believed from
anybody, whoever reaches the server's own port would choose an address, and with it no limit at all (decisions 26).
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterable
from typing import Any

logger = logging.getLogger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
#: What a proxy says of the one who asked it. Nobody else may.
HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
           "HTTP_X_FORWARDED_PREFIX", "HTTP_FORWARDED")


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between them; raises ValueError for what is neither."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


class Proxies:
    """WSGI around everything else, the lines of the screens too: their limits and origins ask for the same things.

    ``count``: how many proxies of ours stand one behind the other; the last of them has an address among ``known``.
    """

    def __init__(self, app: Application, count: int, known: tuple[Network, ...]) -> None:
        from werkzeug.middleware.proxy_fix import ProxyFix  # not for every program that only reads the settings

        self.app, self.count, self.known = app, count, known
        self.fixed = ProxyFix(self._plain, x_for=count, x_proto=count, x_host=count)
        self._told = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._is_ours(str(environ.get("REMOTE_ADDR") or "")):
            if not _names_an_address(str(environ.get("HTTP_X_FORWARDED_FOR") or ""), self.count):
                environ.pop("HTTP_X_FORWARDED_FOR", None)
            return self.fixed(environ, start_response)
        if "HTTP_X_FORWARDED_FOR" in environ and not self._told:
            self._told = True  # once: a proxy that is not named is a slip, a stranger may try it all day
            logger.warning("X-Forwarded-For of a proxy that QUEUE_PROXY_ADDRESSES does not name is not believed")
        return self._plain(environ, start_response)

    def _plain(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """What the proxy said has been taken over; nobody behind this reads it a second time."""
        for name in HEADERS:
            environ.pop(name, None)
        return self.app(environ, start_response)

    def _is_ours(self, peer: str) -> bool:
        address = _address(peer)
        return address is not None and any(address in network for network in self.known)


def _names_an_address(header: str, count: int) -> bool:
    named = [each.strip() for each in header.split(",")]
    return len(named) >= count and _address(named[-count]) is not None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A listening socket for both kinds writes IPv4 addresses as IPv6 ones."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
