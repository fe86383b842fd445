"""deploy/ as it is: nginx, two processes, PostgreSQL and Redis from exactly those files, and a day through them.

What is tried stands in tests/deployed/day.py. It runs in namespaces of its own, because the files name the real ports
and paths.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from backstage import ROOT
from deployed.machine import namespaces


@pytest.mark.long
def test_a_day_through_exactly_these_files() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("QUEUE_", "PYTEST_"))}
    done = subprocess.run(
        [*namespaces(), sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "tests.noskips",
         "tests/deployed/day.py"], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=280, check=False)
    said = done.stdout + done.stderr
    print(said)
    assert done.returncode == 0 and re.search(r"^\d+ passed", done.stdout, re.MULTILINE), said[-6000:]
