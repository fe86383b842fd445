"""A unit file of deploy/, started the way systemd would: its own lines say what runs, where, as whom, with what."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

import databases
import requests
from backstage import until

from .machine import PROGRAM, ROOT_RUNS


class Unit:
    """``queue@8081``: the template in deploy/ and what stands for %i."""

    def __init__(self, name: str) -> None:
        template, at, self.instance = name.partition("@")
        self.name = name
        text = (PROGRAM / "deploy" / f"{template}{at}.service").read_text("utf-8").replace("%i", self.instance)
        service = text.split("[Service]")[1].split("\n[")[0]
        lines = [line.partition("=") for line in service.splitlines() if "=" in line and not line.startswith("#")]
        self.lines = [(key, value) for key, _, value in lines]
        self.process: subprocess.Popen[bytes] | None = None

    def all(self, key: str) -> list[str]:
        return [value for each, value in self.lines if each == key]

    def one(self, key: str) -> str:
        value, = self.all(key)
        return value

    @property
    def base(self) -> str:
        """The process itself, past the proxy."""
        return f"http://127.0.0.1:{self.instance or 8080}"

    def environment(self) -> dict[str, str]:
        """Files after lines: what a file says counts more (systemd.exec(5))."""
        found = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        for line in self.all("Environment"):
            found.update(pair.split("=", 1) for pair in shlex.split(line))
        for name in self.all("EnvironmentFile"):
            path = Path(name.removeprefix("-"))
            if path.exists() or not name.startswith("-"):
                found.update(line.split("=", 1) for line in path.read_text("utf-8").splitlines()
                             if line and not line.startswith("#"))
        return found

    def start(self) -> None:
        self.begin()
        self.wait()

    def begin(self) -> None:
        """``systemctl start``."""
        folder = Path("/var/lib") / self.one("StateDirectory")
        folder.mkdir(exist_ok=True)
        folder.chmod(int(self.one("StateDirectoryMode"), 8))
        user, group = self.one("User"), self.one("Group")
        if ROOT_RUNS:
            subprocess.run(["chown", "-R", f"{user}:{group}", str(folder)], check=True)
        log = open(f"/var/log/{self.name}.log", "ab")  # noqa: SIM115 (the process's own)
        self.process = subprocess.Popen(
            shlex.split(self.one("ExecStart")), cwd=self.one("WorkingDirectory"), env=self.environment(),
            user=user if ROOT_RUNS else None, group=group if ROOT_RUNS else None,
            extra_groups=[] if ROOT_RUNS else None, umask=int(self.one("UMask"), 8), stdout=log, stderr=log,
            preexec_fn=databases.not_without_us)
        log.close()

    def wait(self) -> None:
        until(self.ready, 60, f"{self.name} is ready: that")

    def ready(self) -> bool:
        """As the page says to look: curl http://127.0.0.1:PORT/readyz"""
        assert self.process is not None and self.process.poll() is None, self.said()
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """``systemctl stop``: the unit's signal, and it ends within the unit's time."""
        if self.process is not None:
            self.process.send_signal(getattr(signal, self.one("KillSignal")))
            assert self.process.wait(int(self.one("TimeoutStopSec"))) == 0
            self.process = None

    def said(self) -> str:
        path = Path(f"/var/log/{self.name}.log")
        return path.read_text("utf-8") if path.exists() else ""

    def figure(self, of: str) -> float:
        """Sum of a figure of /metrics over the labels that begin so: ``queue_screens{office="rutan",kind="board"``."""
        lines = requests.get(f"{self.base}/metrics", timeout=10).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(of))


def do(*words: str) -> str:
    """``sudo queue-do WORDS``; what it printed."""
    done = subprocess.run([str(PROGRAM / "deploy" / "queue-do"), *words], capture_output=True, text=True, timeout=90,
                          check=False, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    assert done.returncode == 0, f"queue-do {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout
