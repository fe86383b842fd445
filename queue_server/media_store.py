"""Pictures and videos for boards: checked by what they contain, named by it, kept for ever (decisions 32)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 200 * 1024 * 1024
CHUNK = 1024 * 1024


class BadMedia(Exception):
    """The file cannot be shown on a board; the message says what to give instead."""


def kind_of(head: bytes) -> str:
    """The ending that fits the first 32 bytes; raises BadMedia for anything a board does not play."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    if head[4:8] == b"ftyp":
        return ".mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm"
    raise BadMedia("This is neither PNG, JPEG, WebP, MP4 nor WebM. Save it as one of these and try again.")


def keep(data: Path, source: BinaryIO) -> str:
    """Streams a file into DATA/media and returns its name there, which is its content's hash."""
    folder = data / "media"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, ending = hashlib.sha256(), 0, ""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as target:
            while chunk := source.read(CHUNK):
                ending = ending or kind_of(chunk[:32])
                size += len(chunk)
                if size > MOST_BYTES:
                    raise BadMedia(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Make it smaller.")
                digest.update(chunk)
                target.write(chunk)
        if not size:
            raise BadMedia("The file is empty.")
        final = folder / f"{digest.hexdigest()[:24]}{ending}"
        os.replace(name, final)
        return final.name
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
