"""What lies between the screens and the servers, and how it is cut: a cable of its own where the machine lets us
(network namespaces), proxies of our own otherwise and where a house has several processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Protocol

from .proxy import Proxy

NAME = "queue-crash-"
#: How the cable is cut, said at the end of a round.
UPLINK, SERVERS_END, SCREENS_END = "between two switches", "at the server", "at the screens"


class Network(Protocol):
    """``said``: which of the two it is. ``host``: where servers listen; ``within``: what their command is given to."""

    said: str
    host: str
    within: tuple[str, ...]

    async def open(self, ports: Sequence[int]) -> None:
        """The servers listen on these ports; now screens may come."""

    def base(self, n: int) -> str:
        """The address for the n-th screen."""

    async def cut(self, chance: Random) -> str:
        """Nothing gets through; how it was cut."""

    async def join(self) -> None:
        """All gets through again."""

    async def close(self) -> None: ...


class Proxied:
    """Proxies on this machine. With two servers every other screen is at home at the second; half of them move to the
    other one when theirs does not accept, half wait for its return."""

    said = "a proxy of our own"
    host = "127.0.0.1"
    within: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.proxies: list[Proxy] = []
        self._forgets = False

    async def open(self, ports: Sequence[int]) -> None:
        ways = [(port,) for port in ports]
        if len(ports) > 1:
            ways += [(port, *(other for other in ports if other != port)) for port in ports]
        self.proxies = [await Proxy(*way).open() for way in ways]

    def base(self, n: int) -> str:
        return self.proxies[n % len(self.proxies)].base

    async def cut(self, chance: Random) -> str:
        """Sometimes the connections are forgotten meanwhile."""
        self._forgets = chance.random() < 0.5
        for proxy in self.proxies:
            proxy.cut()
        return "connections forgotten" if self._forgets else "what was sent comes later"

    async def join(self) -> None:
        for proxy in self.proxies:
            if self._forgets:
                proxy.drop()
            proxy.join()
        self._forgets = False

    async def close(self) -> None:
        for proxy in self.proxies:
            await proxy.close()


class Cable:
    """The servers live in a network namespace; a pair of virtual interfaces and a bridge lead there. Cut at the
    bridge, both ends see their own cable whole and just hear nothing; cut at an end, that end knows at once."""

    said = "network namespaces"

    def __init__(self) -> None:
        """Raises OSError where the machine does not let us."""
        _clear_away_the_dead()
        pid = os.getpid()
        self.space, self.bridge, self.port = f"{NAME}{pid}", f"qcb{pid}", f"qcp{pid}"
        # 198.18.0.0/15 is set apart for trials between networks (RFC 2544); four addresses for each run.
        number = (pid % 2**15) * 4
        net = f"198.{18 + number // 2**16}.{number // 256 % 256}."
        self.host, screens = f"{net}{number % 256 + 2}", f"{net}{number % 256 + 1}"
        self.within = ("nsenter", f"--net=/run/netns/{self.space}")
        try:
            for command in (
                f"netns add {self.space}", f"link add {self.bridge} type bridge forward_delay 0",
                f"link add {self.port} type veth peer name eth0 netns {self.space}",
                f"link set {self.port} master {self.bridge}", f"link set {self.port} up",
                f"addr add {screens}/30 dev {self.bridge}", f"link set {self.bridge} up",
                f"-n {self.space} addr add {self.host}/30 dev eth0", f"-n {self.space} link set eth0 up",
                f"-n {self.space} link set lo up",
            ):
                _ip(command)
            if shutil.which("nsenter") is None:
                raise OSError("nsenter is missing")
            subprocess.run([*self.within, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            self._remove()
            raise OSError(str(problem)) from problem

    async def open(self, ports: Sequence[int]) -> None:
        self._port = ports[0]

    def base(self, n: int) -> str:
        return f"http://{self.host}:{self._port}"

    async def cut(self, chance: Random) -> str:
        where = chance.choice((UPLINK, SERVERS_END, SCREENS_END))
        cutting, self._joining = {
            UPLINK: (f"link set {self.port} nomaster", f"link set {self.port} master {self.bridge}"),
            SERVERS_END: (f"-n {self.space} link set eth0 down", f"-n {self.space} link set eth0 up"),
            SCREENS_END: (f"link set {self.bridge} down", f"link set {self.bridge} up"),
        }[where]
        await asyncio.to_thread(_ip, cutting)
        return where

    async def join(self) -> None:
        await asyncio.to_thread(_ip, self._joining)

    async def close(self) -> None:
        await asyncio.to_thread(self._remove)

    def _remove(self) -> None:
        _clear_away(self.space)


def between(servers: int) -> Network:
    """A cable for one server, proxies for several and where there can be no cable."""
    if servers == 1:
        with suppress(OSError):
            return Cable()
    return Proxied()


def _ip(words: str) -> None:
    done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {words}: {done.stderr.strip()}")


def _clear_away(space: str) -> None:
    pid = space.removeprefix(NAME)
    for command in (f"link del qcp{pid}", f"netns del {space}", f"link del qcb{pid}"):
        with suppress(OSError):
            _ip(command)


def _clear_away_the_dead() -> None:
    """What a run left behind that was killed itself."""
    for found in Path("/run/netns").glob(f"{NAME}*"):
        pid = found.name.removeprefix(NAME)
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _clear_away(found.name)
