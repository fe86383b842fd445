"""What doctor asks the machine; every answer may be "not known", and none of it is changed."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import shutil
import socket
import stat
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ..voice.speaker import PLAYERS

ASK_S = 5.0
REACH_S = 2.0


@dataclass(frozen=True)
class MachineClock:
    """``synchronised``: whether a time server keeps it right; None where the system does not tell."""

    synchronised: bool | None
    offset_min: int


def clock() -> MachineClock:
    offset = datetime.now().astimezone().utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset is not None else 0
    said = _said("timedatectl", "show", "--property=NTPSynchronized", "--value")
    return MachineClock({"yes": True, "no": False}.get(said), minutes)


def _said(*command: str) -> str:
    """What a programme of the system answers; "" when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASK_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def is_plain_file(printer: str) -> bool:
    """Whether jobs are appended to a file: such a printer has nothing to say, and must not be made by asking."""
    path = Path(urlsplit(printer).path if printer.startswith("file://") else printer)
    if "://" in printer and not printer.startswith("file://"):
        return False
    return not path.exists() or stat.S_ISREG(path.stat().st_mode)


def player() -> str:
    """The program that plays sound for ``voice``; "" where there is none."""
    if sys.platform == "win32":
        return "winsound"
    return next((each[0] for each in PLAYERS if shutil.which(each[0])), "")


def own_addresses() -> list[str]:
    """This machine's addresses in its networks, the one used for the way out first; nothing is sent."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found.append(str(probe.getsockname()[0]))
        except OSError:
            found.clear()
    try:
        names = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        names = []
    found += [str(entry[4][0]) for entry in names]
    return [a for a in dict.fromkeys(found) if not a.startswith("127.")]


def answers(host: str, port: int) -> bool:
    """Whether anything takes a connection there."""
    try:
        socket.create_connection((host, port), timeout=REACH_S).close()
    except OSError:
        return False
    return True


def firewall() -> str:
    """``ufw``, ``firewalld`` or ``windows`` when one is at work; "" when none is seen."""
    if sys.platform == "win32":
        return "windows"
    return next((name for name in ("ufw", "firewalld") if _said("systemctl", "is-active", name) == "active"), "")


def public_problem(url: str) -> str:
    """Why phones outside could not use PUBLIC_URL, as a word; "" when nothing is seen."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return "not_https"
    if host == "localhost" or _is_private(host) or "." not in host:
        return "not_public"
    if parts.path not in ("", "/"):
        return "path"
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return "unknown_name"
    return ""


def wifi_problem(url: str, port: int, here: list[str]) -> str:
    """Why phones on the office's Wi-Fi could not use QUEUE_WIFI_URL, as a word; "" when nothing is seen."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "0.0.0.0") or host.startswith("127."):
        return "local"
    if _is_address(host) and here and host not in here:
        return "other_address"
    if parts.port is not None and parts.port != port:
        return "other_port"
    return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_private


def most_open_files() -> int | None:
    """How many files a server may open once it has raised its own limit; None where there is no such limit."""
    try:
        import resource
    except ImportError:
        return None
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return 65_536 if hard == resource.RLIM_INFINITY else hard


def same_disk(one: Path, other: Path) -> bool:
    """Whether both folders lie on one disk; a folder that is not there yet counts as its parent."""
    places = []
    for path in (one, other):
        while not path.exists() and path != path.parent:
            path = path.parent
        places.append(os.stat(path).st_dev)
    return places[0] == places[1]
