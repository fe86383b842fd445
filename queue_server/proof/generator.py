"""Makes the verifier: one file of standard library Python, out of the very modules that the server runs.

Each module goes into it word for word, as text, and is loaded under a package of its own when the file runs: no name of
one can meet that of another, and whoever wants to read what is checked finds it as it stands in the repository.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "verifier.py"
PACKAGE = "queue_verifier"
#: In the order in which they are loaded: each after those that it takes from.
MODULES = (
    "domain/errors.py", "domain/events.py", "domain/office.py", "domain/ticket.py", "domain/numbering.py",
    "domain/hours.py", "domain/open_time.py", "domain/register.py", "domain/stored.py", "domain/standard.py",
    "domain/plausible.py", "domain/chain.py", "domain/discipline.py", "domain/verify.py", "domain/seal.py",
    "domain/bundle.py", "domain/figures.py", "domain/entry.py", "domain/entry_csv.py", "domain/tally.py",
    "domain/report.py", "domain/rebuilt_clock.py", "domain/leg.py", "domain/rebuilt.py", "domain/in_force.py",
    "domain/lines.py", "domain/overtaking.py", "domain/line_history.py", "domain/overtaken.py", "domain/findings.py",
    "domain/blame.py", "domain/evidence.py", "proof/reading.py", "proof/verifier.py",
)
_HEAD = '''#!/usr/bin/env python3
"""Memeriksa bundel bukti catatan antrean. / Checks a bundle of evidence of a queue log.

    python3 verifier.py BUNDLE.zip --seal "rutan 2026-11-22 1234 K7QM-2XWP-…"

Python 3.11 or newer, nothing else: no network, no other package. This file is made from the modules of the queue server
(python -m queue_server verifier --write verifier.py); each of them stands below, word for word.
"""

import json
import sys
import types

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed. / Diperlukan Python 3.11 atau yang lebih baru.")

SOURCES = {}
'''
_FOOT = '''

def load():
    """Each module under its own name, in order."""
    for name in ("{package}", *("{package}." + folder for folder in ("domain", "proof"))):
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
    for path, source in SOURCES.items():
        name = "{package}." + path.removesuffix(".py").replace("/", ".")
        module = types.ModuleType(name)
        module.__package__ = name.rpartition(".")[0]
        sys.modules[name] = module
        setattr(sys.modules[module.__package__], name.rpartition(".")[2], module)
        exec(compile(source, path, "exec"), module.__dict__)
    return sys.modules["{package}.proof.verifier"]


if __name__ == "__main__":
    sys.exit(load().main(sys.argv[1:], json.loads(WORDS)))
'''


@lru_cache(maxsize=1)
def made() -> str:
    """The whole file as text."""
    parts = [_HEAD]
    for path in MODULES:
        source = (ROOT / "queue_server" / path).read_text("utf-8")
        parts.append(f"\n# {'-' * 20} {path} {'-' * 20}\nSOURCES[{path!r}] = {_quoted(source)}\n")
    words = (ROOT / "queue_server" / "proof" / "words.json").read_text("utf-8")
    parts.append(f"\n# {'-' * 20} words {'-' * 20}\nWORDS = {_quoted(words)}\n")
    parts.append(_FOOT.replace("{package}", PACKAGE))
    return "".join(parts)


def _quoted(text: str) -> str:
    """A raw literal that is the text itself; raises ValueError for a text that cannot stand in one."""
    if "'''" in text or not text.endswith("\n"):
        raise ValueError("the text does not fit a raw literal")
    return f"r'''{text}'''"
