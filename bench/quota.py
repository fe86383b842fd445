"""Gives each server process the same share of a core, so that a machine with few of them can show what a second
process brings: without it database, clients and servers quarrel about the same two cores, and that is what is measured.

By control groups (Linux, as root); elsewhere nothing is limited and the measure says so.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PERIOD_US = 20_000
_OLD, _NEW = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


class Share:
    """A share of a core for one process and its children, ``percent`` of one; ``limited`` says whether it holds."""

    def __init__(self, pid: int, percent: int) -> None:
        self.folder: Path | None = None
        root = _OLD if _OLD.is_dir() else _NEW
        folder = root / f"queue-bench-{pid}"
        try:
            folder.mkdir()
            self.folder = folder
            quota = PERIOD_US * percent // 100
            if root == _OLD:
                (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
                (folder / "cpu.cfs_quota_us").write_text(str(quota))
            else:
                (folder / "cpu.max").write_text(f"{quota} {PERIOD_US}")
            (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            self.end()

    @property
    def limited(self) -> bool:
        return self.folder is not None

    def end(self) -> None:
        """After its process has ended."""
        if self.folder is not None:
            with suppress(OSError):
                os.rmdir(self.folder)
            self.folder = None
