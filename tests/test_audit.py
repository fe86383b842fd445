"""The audit of the locked versions: a hole fails, silence is told as silence."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).resolve().parents[1] / ".ci" / "audit"
CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLE = {"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.0"]}]}
UNKNOWN = {"name": "segno", "skip_reason": "Dependency not found on PyPI and could not be audited: segno (1.6.6)"}


@pytest.fixture(scope="module")
def audit() -> Any:
    loader = SourceFileLoader("audit", str(AUDIT))
    spec = importlib.util.spec_from_loader("audit", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(("dependencies", "required", "code", "told"), [
    ([CLEAN, CLEAN], False, 0, "Audited: 2 packages"),
    ([CLEAN, HOLE], False, 1, "flask 0.1: PYSEC-1 (mended in 3.0)"),
    ([UNKNOWN, HOLE], False, 1, "PYSEC-1"),
    ([CLEAN, UNKNOWN], False, 0, "NOT AUDITED"), ([CLEAN, UNKNOWN], True, 1, "1 of 2 packages"),
    ([], False, 0, "NOT AUDITED"), ([], True, 1, "NOT AUDITED"),
])
def test_what_it_says(audit: Any, dependencies: list[Any], required: bool, code: int, told: str) -> None:
    found, text = audit.verdict({"dependencies": dependencies}, "", required)
    assert found == code and told in text
    assert ("Audited:" in text) is (code == 0 and "NOT" not in told)


def test_without_a_service_it_says_so_and_claims_nothing(tmp_path: Path) -> None:
    """An auditor that cannot reach anybody ends without a report."""
    silent = tmp_path / "pip-audit"
    silent.write_text("#!/bin/sh\necho 'Could not connect to pypi.org' >&2\nexit 1\n")
    silent.chmod(0o755)
    done = audited(silent)
    assert done.returncode == 0 and done.stdout == ""
    assert "NOT AUDITED" in done.stderr and "Could not connect to pypi.org" in done.stderr
    gone = audited(tmp_path / "none")
    assert gone.returncode == 0 and "NOT AUDITED" in gone.stderr


def audited(pip_audit: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(AUDIT), str(pip_audit)], capture_output=True, text=True, timeout=60)
