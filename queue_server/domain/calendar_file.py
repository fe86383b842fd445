"""A reservation as a file for any calendar (RFC 5545). Nothing personal is in it but its own code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_MOST_OCTETS = 75


@dataclass(frozen=True)
class Entry:
    """Instants are UTC ms. ``uid`` stays the same when the reservation moves, ``version`` grows then."""

    uid: str
    version: int
    starts_at: int
    ends_at: int
    made_at: int
    title: str
    place: str
    text: str
    cancelled: bool = False
    remind_min: int = 24 * 60


def write(entry: Entry) -> bytes:
    """The file's bytes: lines of at most 75 octets, each ended by CR and LF."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Antrean//Reservasi//ID", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}", f"SEQUENCE:{entry.version}", f"DTSTAMP:{_instant(entry.made_at)}",
        f"DTSTART:{_instant(entry.starts_at)}", f"DTEND:{_instant(entry.ends_at)}", f"SUMMARY:{_text(entry.title)}",
        f"LOCATION:{_text(entry.place)}", f"DESCRIPTION:{_text(entry.text)}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(entry.title)}", f"TRIGGER:-PT{entry.remind_min}M",
        "END:VALARM", "END:VEVENT", "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def _folded(line: str) -> bytes:
    """No letter of several octets is cut in two."""
    rows, row, most = [], b"", _MOST_OCTETS
    for sign in line:
        octets = sign.encode()
        if len(row) + len(octets) > most:
            rows.append(row)
            row, most = b"", _MOST_OCTETS - 1  # the space that continues a line counts
        row += octets
    return b"\r\n ".join([*rows, row]) + b"\r\n"
