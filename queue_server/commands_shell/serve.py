"""``serve``: opens the house and prints the address of each screen."""

from __future__ import annotations

import argparse
import errno
import logging
import socket
import sys
from dataclasses import replace

from .. import assets, bootstrap, config, demo, logs, opening
from ..app import create_app
from ..messages.part import DEMO_FILE
from ..transaction import Line
from ..upkeep import startup
from ..upkeep.daily import Daily


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="load the three demo offices when there are none")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    line = _process_that_writes() if settings.writes_apart else None
    logs.begin(settings.log)
    bootstrap.raise_file_limit()
    if assets.missing():
        print("Fetching the browser libraries (once) …", flush=True)
        assets.fetch()
    try:
        door = bootstrap.listen(settings.host, settings.port)
    except OSError as error:
        print(_no_door(settings, error), file=sys.stderr)
        return 1
    _lock, session = startup.open_data(replace(settings, port=door.getsockname()[1]))  # held until this process ends
    signs = demo.load(session) if settings.demo else []
    doubts = startup.doubts(session)
    startup.note_doubts(session, doubts)
    offices = opening.offices_of(session.database)
    session.close()
    kit = bootstrap.kit(settings.async_mode)
    house = create_app(settings, kit, line)
    Daily(settings, kit, house.live).start()
    for doubt in doubts:
        logging.getLogger(__name__).error(doubt.say())
    for said in _addresses(door.getsockname()[1], offices, settings) + signs:
        print(said, flush=True)
    print("  Ready. Ctrl-C ends it.", flush=True)
    bootstrap.serve(settings.async_mode, house.app, door, house.finish)
    return 0


def _process_that_writes() -> Line:
    """Forked before anything is opened. What it is made of is not there on every system."""
    from ..writer_process import fork

    return fork()


def _no_door(settings: config.Config, error: OSError) -> str:
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (f"{where} is taken: another program, or another copy of this one, listens there. End it, or name "
                f"a port that is free: --port {_free_above(settings)}")
    if error.errno == errno.EACCES:
        return f"{where} may not be used: ports below 1024 are the administrator's. Name a higher one: --port 8080"
    return (f"{where} cannot be listened on ({error.strerror or error}). QUEUE_HOST must be an address of this "
            "machine; 0.0.0.0 means all of them.")


def _free_above(settings: config.Config) -> int:
    """The next port on which nobody listens now; 0, which takes any free one, when there is none."""
    for port in range(settings.port + 1, 65_536):
        try:
            bootstrap.listen(settings.host, port).close()
        except OSError:
            continue
        return port
    return 0


def _addresses(port: int, offices: list[opening.Listed], settings: config.Config) -> list[str]:
    base = f"http://localhost:{port}"
    lines = ["", f"The queue is open: {base}", ""]
    for office in offices:
        lines.append(f"  {office.name}")
        lines += [f"    board       {base}/display/{office.key}/{board}" for board in office.boards]
        for screen, path in (
            ("kiosk", "kiosk"), ("counter", "counter"), ("phone", "visit"),
            *([("reserve", "book"), ("who comes", "reservations")] if office.reserves else []),
            ("supervisor", "supervisor"), ("set-up", "admin"),
        ):
            lines.append(f"    {screen:<11} {base}/{path}/{office.key}")
        lines.append("")
    if not offices:
        lines.append("  There is no office yet. Import one: python -m queue_server office import FILE")
    if settings.demo:
        lines += [f"  Messages to visitors are not sent in the demo, but written to {settings.data / DEMO_FILE}", ""]
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
