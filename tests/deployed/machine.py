"""The machine: what is under /etc, /srv, /var/lib, /var/log and /run is ours to change, and the network is ours alone.

Works as root, and for anybody else where the system lets people have namespaces of their own; then the user of the
service is whoever runs the tests.
"""

from __future__ import annotations

import fcntl
import grp
import os
import pwd
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

from backstage import ROOT

#: Keeps what our folders hide: the machine's own /etc and the others.
ASIDE = Path("/media")
PROGRAM = Path("/srv/queue")
NAME = "antrean.example.go.id"
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
ROOT_RUNS = os.geteuid() == 0


def namespaces() -> list[str]:
    """The command before the one that is to run inside."""
    whose = [] if ROOT_RUNS else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", *whose, "--net", "--mount", "--"]


def prepare() -> None:
    """As after the first steps of the page: the program in its place, its user, an empty data folder, the name."""
    _loopback()
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(ASIDE))
    for path in ("/etc", "/srv", "/var/lib", "/var/log", "/run"):
        _ours(Path(path))
    _reachable()
    _program()
    _user()
    own(Path("/etc/ssl"))
    for fresh in ("/etc/nginx", "/etc/ssl/queue", "/var/log/nginx", "/var/lib/nginx", "/var/lib/queue"):
        empty(Path(fresh))
    put("/etc/hosts", f"127.0.0.1 localhost {NAME}\n")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", "/etc/ssl/queue/privkey.pem",
         "-out", "/etc/ssl/queue/fullchain.pem"], check=True, capture_output=True)
    for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        os.environ[variable] = "/etc/ssl/queue/fullchain.pem"


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def _loopback() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def _ours(path: Path) -> None:
    """The same content to read, a folder of our own to write."""
    aside = ASIDE / str(path).strip("/").replace("/", "-")
    aside.mkdir()
    mount("--rbind", str(path), str(aside))
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(path))
    for entry in aside.iterdir():
        (path / entry.name).symlink_to(entry)


def own(folder: Path) -> None:
    """A folder inside one of ours: what is in it stays to be read, what is added is ours."""
    there = folder.resolve()
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir()
    for entry in there.iterdir():
        (folder / entry.name).symlink_to(entry)


def empty(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def put(path: str, text: str, mode: int = 0o644) -> None:
    """A file of ours in the place of the machine's."""
    Path(path).unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _program() -> None:
    """The tree in /srv/queue, and the Python that runs the tests as its .venv."""
    empty(PROGRAM)
    parts = {entry.name: entry for entry in ROOT.iterdir() if entry.name not in (".venv", ".git", ".cache", "data")}
    for name, source in (parts | {".venv": Path(sys.prefix)}).items():
        place = PROGRAM / name
        place.mkdir() if source.is_dir() else place.touch()
        mount("--rbind", str(source), str(place))


def _reachable() -> None:
    """A Python in somebody's closed home is for the service's user as well: the way there, and nothing beside."""
    python = Path(sys.base_prefix).resolve()
    closed = next((folder for folder in reversed(python.parents) if not folder.stat().st_mode & 0o001), None)
    if not ROOT_RUNS or closed is None:
        return
    kept = {place: ASIDE / f"kept-{n}" for n, place in enumerate(sorted({python, Path(sys.prefix).resolve(), ROOT}))
            if place.is_relative_to(closed)}
    for place, aside in kept.items():
        aside.mkdir()
        mount("--rbind", str(place), str(aside))
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(closed))
    for place, aside in kept.items():
        place.mkdir(parents=True, exist_ok=True)
        mount("--rbind", str(aside), str(place))


def _user() -> None:
    """``adduser --system --group queue``; where we are not root everything is one user's anyway."""
    if not ROOT_RUNS:
        return
    number = max(one.pw_uid for one in pwd.getpwall() if one.pw_uid < 60_000) + 1
    for path, line in (("/etc/passwd", f"queue:x:{number}:{number}::/srv/queue:/usr/sbin/nologin\n"),
                       ("/etc/group", f"queue:x:{number}:\n")):
        put(path, "".join(each for each in Path(path).read_text().splitlines(True)
                          if not each.startswith("queue:")) + line)
    assert pwd.getpwnam("queue").pw_gid == grp.getgrnam("queue").gr_gid == number
