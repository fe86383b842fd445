"""Who asks, behind proxies: a proxy of ours says it, and nobody else is believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from queue_server import config
from queue_server.proxies import Proxies, networks


def seen(peer: str, count: int = 1, known: str = "127.0.0.1,::1", **headers: str) -> tuple[str, str, str]:
    """(address, scheme, host) as the application sees them; it sees no header of a proxy at all."""
    heard: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        heard.append(environ)
        return []

    named = {f"HTTP_X_FORWARDED_{name}": value for name, value in headers.items()}
    Proxies(application, count, networks(known))(
        {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside:8081", **named}, None)
    assert [name for name in heard[0] if "FORWARDED" in name] == []
    return heard[0]["REMOTE_ADDR"], heard[0]["wsgi.url_scheme"], heard[0]["HTTP_HOST"]


def test_our_proxy_says_who_asks_and_under_which_name() -> None:
    found = seen("127.0.0.1", FOR="203.0.113.9", PROTO="https", HOST="antrean.example.go.id")
    assert found == ("203.0.113.9", "https", "antrean.example.go.id")


@pytest.mark.parametrize("peer", ["127.0.0.2", "10.0.0.10", "2001:db8::1", "", "no address"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert seen(peer, FOR="203.0.113.9", PROTO="https", HOST="evil.example") == (peer, "http", "inside:8081")


def test_a_proxy_on_another_machine_is_named_in_the_settings() -> None:
    assert seen("10.0.0.10", known="10.0.0.0/24", FOR="203.0.113.9")[0] == "203.0.113.9"
    assert seen("::ffff:10.0.0.10", known="10.0.0.10", FOR="203.0.113.9")[0] == "203.0.113.9"


def test_what_the_asker_wrote_before_our_proxies_does_not_count() -> None:
    assert seen("127.0.0.1", FOR="198.51.100.1, 203.0.113.9")[0] == "203.0.113.9"
    assert seen("127.0.0.1", 2, FOR="198.51.100.1, 203.0.113.9, 10.0.0.3")[0] == "203.0.113.9"
    assert seen("127.0.0.1", 2, FOR="203.0.113.9")[0] == "127.0.0.1", "one proxy fewer than the settings say"


@pytest.mark.parametrize("said", ["unknown", "203.0.113.9:5123", "", "a\tb", ","])
def test_what_is_no_address_is_nobodys(said: str) -> None:
    assert seen("127.0.0.1", FOR=said)[0] == "127.0.0.1"


def test_the_setting_is_checked() -> None:
    assert len(config.read(None, {}).proxy_addresses) == 2
    with pytest.raises(config.SettingError, match="QUEUE_PROXY_ADDRESSES"):
        config.read(None, {"QUEUE_PROXY_ADDRESSES": "nginx.example"})
