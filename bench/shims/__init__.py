"""A slow disk, a full disk, a power cut, a clock that is set: given to one program by a small library of our own,
badday.c.

It is compiled with the machine's C compiler when first needed, into .cache/, and loaded with LD_PRELOAD.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("badday.c")
PAGE_BYTES = 16

#: How a disk can be full (badday.c).
NO_GROWTH, NO_WRITE, NO_SYNC = 1, 2, 4


class NoCompiler(RuntimeError):
    """There is no C compiler on this machine, or it cannot make the library."""


def library() -> Path:
    """The compiled library; made once per source. Raises NoCompiler."""
    made = ROOT / ".cache" / f"badday-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    if made.exists():
        return made
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoCompiler("a C compiler is needed: sudo apt-get install gcc libc6-dev")
    made.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        found = Path(folder) / made.name
        command = [compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", str(found), str(SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoCompiler(done.stderr)
        os.replace(found, made)
    return made


def slow_disk(sync_ms: float) -> dict[str, str]:
    """Environment for a program whose every sync takes so long, milliseconds."""
    return {"LD_PRELOAD": str(library()), "SHIM_SYNC_US": str(round(sync_ms * 1000))}


class BadDay:
    """Commands to a running program: its disk is full, its clock is off. One page of memory, shared as a file."""

    def __init__(self, file: Path, folder: Path) -> None:
        """``file`` is made; only what lies below ``folder`` is on the disk that can be full."""
        self.file, self.folder = file, folder
        file.write_bytes(bytes(PAGE_BYTES))
        self._handle = open(file, "r+b")  # noqa: SIM115 (lives as long as this)
        self._page = mmap.mmap(self._handle.fileno(), PAGE_BYTES)
        #: What a power cut would leave of the databases, at the worst.
        self.shadow = file.with_name(f"{file.name}-shadow")

    def environment(self, shadow: bool = False) -> dict[str, str]:
        """``shadow``: what is synced is noted, for ``power_cut``."""
        given = {
            "LD_PRELOAD": str(library()), "SHIM_PAGE": str(self.file.resolve()),
            "SHIM_FOLDER": str(self.folder.resolve()) + os.sep,
        }
        if shadow:
            self.shadow.mkdir()
            given["SHIM_SHADOW"] = str(self.shadow.resolve())
        return given

    def at_rest(self, folder: Path) -> None:
        """The databases in a folder, written by others and closed, are on the disk as they are."""
        for file in folder.glob("*.db"):
            shutil.copyfile(file, self.shadow / file.name)

    def power_cut(self, folder: Path) -> int:
        """Leaves of the databases in a folder what was synced; bytes that differ are as if never written. Every
        program that wrote them has ended. Returns how many bytes of the files were lost."""
        lost = 0
        for file in [*folder.glob("*.db"), *folder.glob("*.db-wal")]:
            kept = self.shadow / file.name
            held, safe = file.read_bytes(), kept.read_bytes() if kept.exists() else b""
            lost += abs(len(held) - len(safe)) + sum(a != b for a, b in zip(held, safe, strict=False))
            file.unlink()
            if safe:
                file.write_bytes(safe)
        for file in folder.glob("*.db-shm"):  # an index in memory, made anew
            file.unlink()
        return lost

    def full(self, how: int) -> None:
        """``how``: NO_GROWTH, NO_WRITE, NO_SYNC or several; 0: there is room again."""
        self._page[0:4] = struct.pack("=i", how)

    def clock_off(self, seconds: float) -> None:
        """The wall clock is wrong by so much from now on; 0: right again."""
        self._page[8:16] = struct.pack("=q", round(seconds * 1e9))

    def close(self) -> None:
        self._page.close()
        self._handle.close()
