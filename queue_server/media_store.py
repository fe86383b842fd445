"""Pictures and videos for boards: checked by what they contain, named by it, kept until removed (decisions 32)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, NamedTuple

MOST_BYTES = 200 * 1024 * 1024
CHUNK = 256 * 1024
#: What must stay free on the disk for the queue itself, bytes.
KEPT_FREE = 256 * 1024 * 1024
#: What an upload that was cut off left behind is thrown away after this, seconds.
ABANDONED_S = 24 * 3600
NAME = re.compile(r"[0-9a-f]{24}\.(?:png|jpg|webp|mp4|webm)")
#: Formats in the same wrapping as MP4 that boards do not play: pictures of phones, QuickTime.
_NOT_MP4 = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"qt  ")
_HEAD = 64


class BadMedia(Exception):
    """The file cannot be shown on a board; the message says what to give instead, ``code`` why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Kept(NamedTuple):
    name: str
    bytes: int
    at: int                        # when it was taken in, UTC ms


def kind_of(head: bytes) -> str:
    """The ending that fits the first 64 bytes; raises BadMedia for anything a board does not play."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    if head[4:8] == b"ftyp" and head[8:12] not in _NOT_MP4:
        return ".mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:_HEAD]:
        return ".webm"
    raise BadMedia(
        "media_kind", "This is neither PNG, JPEG, WebP, MP4 nor WebM. Save it as one of these and try again.")


class Arriving:
    """A file that comes in pieces: written as it comes, named when it is whole, gone when it is not."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "media"
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, self._name = tempfile.mkstemp(dir=self.folder, prefix=".coming-")
        self._file = os.fdopen(handle, "wb")
        self._digest, self._head = hashlib.sha256(), b""
        self.size = 0

    def take(self, piece: bytes) -> None:
        """The next bytes; raises BadMedia as soon as it is known that they cannot be shown."""
        if len(self._head) < _HEAD:
            self._head += piece[:_HEAD - len(self._head)]
            if len(self._head) >= _HEAD:
                kind_of(self._head)
        self.size += len(piece)
        if self.size > MOST_BYTES:
            raise BadMedia("media_large", f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Make it smaller.")
        self._digest.update(piece)
        self._file.write(piece)

    def keep(self) -> tuple[str, bool]:
        """Its name, and whether it is new here."""
        if not self.size:
            raise BadMedia("media_empty", "The file is empty.")
        final = self.folder / f"{self._digest.hexdigest()[:24]}{kind_of(self._head)}"
        self._file.close()
        new = not final.exists()
        os.replace(self._name, final)
        return final.name, new

    def drop(self) -> None:
        """Leaves nothing behind of a file that was not kept."""
        self._file.close()
        Path(self._name).unlink(missing_ok=True)


def keep(data: Path, source: BinaryIO) -> str:
    """Streams a file into DATA/media and returns its name there, which is its content's hash."""
    arriving = Arriving(data)
    try:
        while piece := source.read(CHUNK):
            arriving.take(piece)
        return arriving.keep()[0]
    finally:
        arriving.drop()


def room_for(data: Path, size: int) -> bool:
    """Whether so many bytes fit beside what the queue itself needs."""
    return shutil.disk_usage(data).free - size > KEPT_FREE


def listed(data: Path) -> list[Kept]:
    """Everything that is kept, the newest first."""
    folder = data / "media"
    found = [(path.name, path.stat()) for path in folder.iterdir() if NAME.fullmatch(path.name)] \
        if folder.is_dir() else []
    return sorted((Kept(name, stat.st_size, int(stat.st_mtime * 1000)) for name, stat in found),
                  key=lambda kept: -kept.at)


def remove(data: Path, name: str) -> None:
    """Deletes a kept file; another name than one of ours is nothing to delete."""
    if NAME.fullmatch(name):
        (data / "media" / name).unlink(missing_ok=True)


def drop_abandoned(data: Path) -> None:
    """Deletes what uploads that were cut off left behind."""
    folder = data / "media"
    for path in folder.glob(".coming-*") if folder.is_dir() else ():
        if path.stat().st_mtime < time.time() - ABANDONED_S:
            path.unlink(missing_ok=True)
