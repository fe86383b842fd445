"""No secret stands in a file of ours; what only looks like one was read by somebody and stands in the baseline."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[1]
#: Renewed by hand, after reading what is new: see docs/security.md.
BASELINE = ROOT / ".secrets.baseline"
#: Digests of packages, recordings and browser libraries are what those files are for; words are for people.
LEFT_OUT = ("requirements.lock", "requirements-dev.lock", "package-lock.json", "sounds/manifest.json", "words.json",
            "doctor.json", BASELINE.name)
#: A line that could hold one: a long word, something that is called a secret, credentials in an address.
WORTH = re.compile(r"[A-Za-z0-9+/=_-]{20}|passw|secret|token|api.?key|://[^/\s]*:[^/\s]*@|PRIVATE KEY", re.IGNORECASE)
KINDS = {".wav", ".woff2", ".png", ".jpg", ".mp4", ".webp", ".gz", ".db"}


def files() -> list[str]:
    """What git would commit; without git, everything that a checkout holds."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.splitlines()]
    else:
        hidden = ("build", "node_modules")
        found = [path for path in ROOT.rglob("*") if not any(
            part in hidden or part.startswith(".") for part in path.relative_to(ROOT).parts)]
    return sorted(str(path.relative_to(ROOT)) for path in found
                  if path.is_file() and path.suffix not in KINDS and not str(path).endswith(LEFT_OUT))


def scanned(names: list[str], root: Path, room: Path) -> list[tuple[str, PotentialSecret]]:
    """What the scanner finds in the lines worth its time, with their numbers in the whole file: even an empty line
    costs it a millisecond."""
    known = baseline.load_from_file(str(BASELINE))
    numbers: dict[str, list[int]] = {}
    with transient_settings({"plugins_used": known["plugins_used"], "filters_used": known["filters_used"]}):
        found = SecretsCollection(root=str(room))
        for name in names:
            lines = (root / name).read_text("utf-8", "replace").splitlines()
            numbers[name] = [nth for nth, line in enumerate(lines, 1) if WORTH.search(line)]
            if not numbers[name]:
                continue
            copy = room / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text("\n".join(lines[nth - 1] for nth in numbers[name]))
            found.scan_file(name)
    told = []
    for path, one in found:
        name = str(Path(path).relative_to(room) if Path(path).is_absolute() else path)
        one.line_number = numbers[name][one.line_number - 1]
        told.append((name, one))
    return told


def test_nothing_in_the_tree_looks_like_a_secret_that_nobody_has_read(tmp_path: Path) -> None:
    read = baseline.load_from_file(str(BASELINE))["results"]
    known = {(name, one["type"], one["hashed_secret"]) for name, all_of_it in read.items() for one in all_of_it}
    told = [f"{name}:{one.line_number} ({one.type})" for name, one in scanned(files(), ROOT, tmp_path)
            if (name, one.type, one.secret_hash) not in known]
    assert not told, f"look at these; no secret: add them to {BASELINE.name} (docs/security.md): {told}"


def test_somebody_has_read_every_line_of_the_baseline() -> None:
    read = baseline.load_from_file(str(BASELINE))["results"]
    assert [(name, one["line_number"]) for name, all_of_it in read.items() for one in all_of_it
            if one.get("is_secret") is not False] == []


@pytest.mark.parametrize("planted", [
    "aws_key = 'AKIA" + "Z7QK3MVHWPLT2XNB'", "-----BEGIN RSA " + "PRIVATE KEY-----",
    "password = 'hunter2-" + "9xQz81'",
    "url = 'postgresql://queue:" + "Zt7mKw2q@10.0.0.5/queue'",
    "token = 'ghp_" + "1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX'",
])
def test_a_planted_secret_is_found(tmp_path: Path, planted: str) -> None:
    (tmp_path / "settings.py").write_text(planted + "\n")
    assert scanned(["settings.py"], tmp_path, tmp_path / "room")
