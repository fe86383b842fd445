"""``serve``: opens the house and prints the address of each screen."""

from __future__ import annotations

import argparse
import logging
import socket

from .. import bootstrap, config, demo, opening
from ..app import create_app
from ..shell import Session


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="load the two demo offices when there are none")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    bootstrap.raise_file_limit()
    door = bootstrap.listen(settings.host, settings.port)
    session = Session(settings)
    signs = demo.load(session) if settings.demo else []
    offices = opening.offices_of(session.database)
    session.close()
    house = create_app(settings, bootstrap.kit(settings.async_mode))
    for line in _addresses(door.getsockname()[1], offices, settings) + signs:
        print(line, flush=True)
    print("  Ready. Ctrl-C ends it.", flush=True)
    bootstrap.serve(settings.async_mode, house.app, door, house.finish)
    return 0


def _addresses(port: int, offices: list[opening.Listed], settings: config.Config) -> list[str]:
    base = f"http://localhost:{port}"
    lines = ["", f"The queue is open: {base}", ""]
    for office in offices:
        lines.append(f"  {office.name}")
        lines += [f"    board       {base}/display/{office.key}/{board}" for board in office.boards]
        for screen, path in (
            ("kiosk", "kiosk"), ("counter", "counter"), ("phone", "visit"), ("supervisor", "supervisor")
        ):
            lines.append(f"    {screen:<11} {base}/{path}/{office.key}")
        lines.append("")
    if not offices:
        lines.append("  There is no office yet. Import one: python -m queue_server office import FILE")
    if settings.host not in ("127.0.0.1", "localhost"):
        lines.append(f"  In the office's network: http://{_own_address()}:{port}")
    return lines


def _own_address() -> str:
    """The address that other machines in the network would use; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
