"""Every setting: its name, default and one line of help; what is not understood stops the start."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from . import postgresql
from .logs import KINDS
from .messages.senders import BadSender
from .messages.senders import read as read_senders
from .proxies import Network, networks


@dataclass(frozen=True)
class Setting:
    """One setting: environment variable, option of the command line, default and help."""

    name: str
    variable: str
    default: str
    help: str


SETTINGS = (
    Setting("data", "QUEUE_DATA", "data", "folder of the database, voices, media, exports and backups"),
    Setting("host", "QUEUE_HOST", "0.0.0.0", "address to listen on; 127.0.0.1: only this machine"),
    Setting("port", "QUEUE_PORT", "8080", "port to listen on"),
    Setting("database_url", "DATABASE_URL", "", "database; empty: SQLite in the data folder"),
    Setting("redis_url", "REDIS_URL", "", "Redis between several server processes; empty: one process"),
    Setting("async_mode", "ASYNC_MODE", "eventlet", "eventlet or threading"),
    Setting("public_url", "PUBLIC_URL", "", "https address under which phones outside reach the server"),
    Setting("wifi_url", "QUEUE_WIFI_URL", "", "http address for phones on the office's own Wi-Fi"),
    Setting("printer", "QUEUE_PRINTER", "", "ticket printer: tcp://host:9100, usb://04b8:0202, file:///path, browser"),
    Setting("proxies", "QUEUE_PROXIES", "0", "how many proxies of ours stand before the server (nginx: 1)"),
    Setting("proxy_addresses", "QUEUE_PROXY_ADDRESSES", "127.0.0.1,::1",
            "addresses and networks of these proxies; nobody else may say who asked"),
    Setting("log", "QUEUE_LOG", "text", "what the server writes about itself: text, or json (one object a line)"),
    Setting("metrics_token", "QUEUE_METRICS_TOKEN", "", "who may read /metrics from another machine: Bearer TOKEN"),
    Setting("backup", "QUEUE_BACKUP", "", "second place for the daily backup (another disk, a share)"),
    Setting("senders", "QUEUE_SENDERS", "", "file of the senders of SMS, WhatsApp and e-mail; docs/notifications.md"),
)

#: What the addresses among them may begin with.
ADDRESSES = {
    "public_url": ("https", "http"), "wifi_url": ("http", "https"), "database_url": ("sqlite", "postgresql"),
    "redis_url": ("redis", "rediss"),
}


class SettingError(Exception):
    """A setting is wrong; the message says which, and what to write instead."""


@dataclass(frozen=True)
class Config:
    data: Path
    host: str
    port: int
    database_url: str
    redis_url: str
    async_mode: str
    public_url: str
    wifi_url: str
    printer: str
    proxies: int
    proxy_addresses: tuple[Network, ...]
    log: str
    metrics_token: str
    backup: str
    senders: str
    demo: bool = False

    @property
    def address(self) -> str:
        """What QR codes lead to; empty when no phone could follow them (decisions 26)."""
        return (self.public_url or self.wifi_url).rstrip("/")

    @property
    def writes_apart(self) -> bool:
        """Whether the server writes by a process of its own (writer_process.py); PostgreSQL is one itself."""
        return self.database_url.startswith("sqlite") and hasattr(os, "fork")

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def environment(self, **more: str) -> dict[str, str]:
        """What a process that the server starts finds its data by. Not by options, which everybody can see in the list
        of processes: a database's address may hold a password."""
        return {**os.environ, "QUEUE_DATA": str(self.data), "DATABASE_URL": self.database_url, **more}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """An option for every setting; the environment variable is named in its help."""
    for setting in SETTINGS:
        parser.add_argument(
            "--" + setting.name.replace("_", "-"), metavar=setting.name.upper(),
            help=f"{setting.help} [{setting.variable}, default {setting.default or 'none'}]",
        )


def read(args: argparse.Namespace | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Settings from the options, then the environment, then the defaults; raises SettingError."""
    env = os.environ if environment is None else environment
    known = {s.variable for s in SETTINGS}
    for name in env:
        if name.startswith("QUEUE_") and name not in known:
            raise SettingError(f"{name} is not a setting. Known are: {', '.join(sorted(known))}.")
    values = {
        s.name: getattr(args, s.name, None) or env.get(s.variable) or s.default for s in SETTINGS
    }
    checked: dict[str, object] = dict(values)
    checked["data"] = Path(values["data"]).resolve()
    for name, low, high in (("port", 0, 65_535), ("proxies", 0, 5)):
        checked[name] = _whole(name, values[name], low, high)
    if values["async_mode"] not in ("eventlet", "threading"):
        raise SettingError(f"ASYNC_MODE is {values['async_mode']!r}; write eventlet or threading.")
    if values["log"] not in KINDS:
        raise SettingError(f"QUEUE_LOG is {values['log']!r}; write {' or '.join(KINDS)}.")
    try:
        checked["proxy_addresses"] = networks(values["proxy_addresses"])
    except ValueError as error:
        raise SettingError(
            f"QUEUE_PROXY_ADDRESSES: {error}; write addresses or networks, 127.0.0.1,10.0.0.0/24.") from None
    for name, schemes in ADDRESSES.items():
        _address(name, values[name], schemes)
    try:
        if values["printer"] not in ("", "browser"):
            from .paper.printer import check_setting  # and with it all that drives one

            check_setting(values["printer"])
    except ValueError as error:
        raise SettingError(f"QUEUE_PRINTER: {error}, or browser.") from None
    if set("?#%") & set(str(checked["data"])):
        raise SettingError(f"QUEUE_DATA is {values['data']!r}; write a folder without ?, # and % in its path.")
    if values["database_url"].startswith("postgresql"):
        try:
            postgresql.address(values["database_url"])
        except ValueError as error:
            raise SettingError(f"DATABASE_URL: {error}") from None
    try:
        read_senders(values["senders"], env)
    except BadSender as error:
        raise SettingError(f"QUEUE_SENDERS is {values['senders']!r}: {error}") from None
    if not values["database_url"]:
        checked["database_url"] = f"sqlite:///{checked['data']}/queue.db"
    assert set(checked) == {f.name for f in fields(Config)} - {"demo"}
    return Config(**checked, demo=bool(getattr(args, "demo", False)))  # type: ignore[arg-type]


def _address(name: str, value: str, schemes: tuple[str, ...]) -> None:
    """The scheme alone is said: a database's address may hold a password."""
    scheme = urlsplit(value).scheme.partition("+")[0]
    if value and scheme not in schemes:
        variable = next(s.variable for s in SETTINGS if s.name == name)
        shown = f"begins with {scheme}:" if scheme else "has no scheme"
        raise SettingError(f"{variable} {shown}; write it with {' or '.join(f'{s}://' for s in schemes)}.")


def _whole(name: str, text: str, low: int, high: int) -> int:
    if not text.isdigit() or not low <= int(text) <= high:
        raise SettingError(f"{name} is {text!r}; write a whole number from {low} to {high}.")
    return int(text)
