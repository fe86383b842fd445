"""Reading a bundle: a zip file, or the folder that somebody unpacked it into."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..domain.bundle import BundleHead, read_head


class NoBundle(Exception):
    """``code``: ``no_file``, ``no_zip``, ``part_missing`` (``detail`` names it) or ``no_head``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


class Bundle:
    """The files of a bundle, read line by line: a year of log needs no more memory than a day."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoBundle("no_file", str(path))
        self._folder = path if path.is_dir() else None
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as odd:
            raise NoBundle("no_zip", str(path)) from odd

    def head(self) -> BundleHead:
        try:
            return read_head(self.text("bundle.json"))
        except (KeyError, TypeError, ValueError, RecursionError) as odd:
            raise NoBundle("no_head", str(odd)) from odd

    def text(self, name: str) -> str:
        with self._open(name) as file:
            return file.read().decode("utf-8", "replace")

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a file without their ends; a byte that is no UTF-8 is a character that nobody wrote."""
        with self._open(name) as raw, io.TextIOWrapper(raw, "utf-8", "replace", newline="\n") as file:
            for line in file:
                yield line.removesuffix("\n")

    def names(self) -> Counter[str]:
        """The files of a zip and how often each is in it; of a folder nothing: other files may lie there."""
        return Counter() if self._zip is None else Counter(self._zip.namelist())

    def digest(self, name: str) -> str:
        """SHA-256 (hex) of a file; raises NoBundle."""
        found = hashlib.sha256()
        with self._open(name) as file:
            while block := file.read(1 << 20):
                found.update(block)
        return found.hexdigest()

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            if self._folder is not None:
                file: IO[bytes] = (self._folder / name).open("rb")
            else:
                assert self._zip is not None
                file = self._zip.open(name)
        except (KeyError, OSError, zipfile.BadZipFile, NotImplementedError) as odd:
            raise NoBundle("part_missing", name) from odd
        try:
            with file:
                yield file
        except (zipfile.BadZipFile, EOFError) as odd:  # the zip's own check sum of the part
            raise NoBundle("part_missing", name) from odd
