"""A seal: the short form of an event's hash that leaves the building, so that nobody can write the log anew unseen.

``rutan 2026-11-22 1234 K7QM-2XWP-9D3F-6HVA-0RTC-MZ18-Y4EN-5BGS-W3K0``: the office's key, its day, the seq of the
event, and nine groups of four. Eight of them are the first 160 bits of the event's SHA-256; the ninth is a check that
tells a slip of the pen from a forgery.

Why 160 bits. Whoever can write into the log before it is sealed may prepare two logs, the honest one and another, that
give the same seal: by the birthday bound that takes about 2^(bits / 2) trials. 80 bits, which would be plenty against
changing a log afterwards, would fall in 2^40 trials, a night on one graphics card; 128 in 2^64, which large machines
have done; 160 need 2^80, which nobody has. Finding another log for a seal that is printed already takes 2^160.

The letters are Crockford's base 32: no I, L, O and U, and whoever writes an O or an I is understood.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from string import ascii_uppercase, digits

BITS = 160
LETTERS = "".join(letter for letter in digits + ascii_uppercase if letter not in "ILOU")
GROUP = 4
_OF_HASH = BITS // 5
_CHECK = 4
_FORMAT = "queue-seal/1"
_TEXT = re.compile(r"(\S+)\s+(\d{4}-\d{2}-\d{2})\s+#?([0-9]{1,18})\s+(.+)", re.DOTALL)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class NotASeal(ValueError):
    """``code``: ``not_a_seal`` or ``not_a_code`` for a text that is none, ``seal_miscopied`` where the check does not
    fit."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Seal:
    """``letters`` are the 32 of the hash; ``day`` is the office day of the event."""

    office: str
    day: str
    seq: int
    letters: str

    @property
    def groups(self) -> tuple[str, ...]:
        """What is printed: eight groups of the hash, and the check."""
        whole = self.letters + _check(self.office, self.day, self.seq, self.letters)
        return tuple(whole[at:at + GROUP] for at in range(0, len(whole), GROUP))

    @property
    def text(self) -> str:
        return f"{self.office} {self.day} {self.seq} {'-'.join(self.groups)}"

    def fits(self, hash_: str) -> bool:
        """Whether an event's hash (hex) is the one that was sealed."""
        return _letters(hash_) == self.letters


def seal_of(office: str, day: str, seq: int, hash_: str) -> Seal:
    """The seal of an event by its hash, lower-case hex."""
    return Seal(office, day, seq, _letters(hash_))


def read_seal(text: str) -> Seal:
    """A seal as somebody copied it: spaces, hyphens and small letters do not matter. Raises NotASeal."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise NotASeal("not_a_seal")
    office, day, seq = found[1].lower(), found[2], int(found[3])
    copied = re.sub(r"[\s\-\u2010-\u2015.]", "", found[4]).upper().translate(_READ_AS)
    if len(copied) != _OF_HASH + _CHECK or set(copied) - set(LETTERS):
        raise NotASeal("not_a_seal")
    letters, check = copied[:_OF_HASH], copied[_OF_HASH:]
    if _check(office, day, seq, letters) != check:
        raise NotASeal("seal_miscopied")
    return Seal(office, day, seq, letters)


def code_of(digest: str) -> str:
    """A SHA-256 (hex) in eight groups of a seal's letters, for people to write down and compare."""
    letters = _letters(digest)
    return "-".join(letters[at:at + GROUP] for at in range(0, len(letters), GROUP))


def read_code(text: str) -> str:
    """A code as somebody copied it, as ``code_of`` writes it; raises NotASeal."""
    letters = re.sub(r"[\s\-\u2010-\u2015.]", "", text).upper().translate(_READ_AS)
    if len(letters) != _OF_HASH or set(letters) - set(LETTERS):
        raise NotASeal("not_a_code")
    return "-".join(letters[at:at + GROUP] for at in range(0, len(letters), GROUP))


def _letters(hash_: str) -> str:
    return _base32(int(hash_, 16) >> (256 - BITS), _OF_HASH)


def _check(office: str, day: str, seq: int, letters: str) -> str:
    digest = hashlib.sha256(f"{_FORMAT}\n{office}\n{day}\n{seq}\n{letters}".encode()).digest()
    return _base32(int.from_bytes(digest, "big") >> (256 - 5 * _CHECK), _CHECK)


def _base32(number: int, length: int) -> str:
    return "".join(LETTERS[number >> 5 * at & 31] for at in reversed(range(length)))
