"""``kiosk``: the kiosk's page on the kiosk's own PC; it gives numbers from the reserve while the server is away."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from urllib.parse import urlsplit

from .. import assets, bootstrap
from ..config import SettingError
from ..kiosk_agent import app as page
from ..kiosk_agent.alone import Alone
from ..kiosk_agent.link import Link
from ..kiosk_agent.papers import Papers
from ..kiosk_agent.shelf import Shelf
from ..office_file.node import KEY
from ..paper.printer import check_setting
from ..upkeep import data_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, metavar="URL", help="address of the server, http://192.168.1.20:8080")
    parser.add_argument("--office", required=True, metavar="KEY", help="key of the office")
    parser.add_argument("--name", default="pintu", metavar="KEY",
                        help="this kiosk in the office's file (reserved_for), one name for each kiosk [pintu]")
    parser.add_argument("--printer", default="", metavar="PRINTER",
                        help="ticket printer at this PC: tcp://host:9100, usb://04b8:0202, file:///path, or browser "
                             "[none: the server prints while it is there]")
    parser.add_argument("--data", type=Path, default=Path("kiosk-data"), metavar="DIR",
                        help="folder of this kiosk's numbers and its pairing [kiosk-data]")
    parser.add_argument("--port", type=int, default=8090, metavar="N", help="port on this PC; 0: any free one [8090]")


def run(args: argparse.Namespace) -> int:
    _check(args)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    if assets.missing():
        assets.fetch()
    try:
        door = bootstrap.listen("127.0.0.1", args.port)
    except OSError as error:
        print(f"Port {args.port} on this PC cannot be used ({error.strerror}): name another with --port.",
              file=sys.stderr)
        return 1
    data = args.data.resolve()
    data_folder.check(data)
    lock = data_folder.DataLock(data)
    lock.take(f"the kiosk on port {door.getsockname()[1]}")
    shelf = Shelf(data / "kiosk.db")
    _say_what_is_there(shelf)
    alone = Alone(shelf)
    link = Link(args.server, args.office, args.name, shelf, alone)
    papers = Papers(args.printer, shelf, alone, link)
    shelf.keep("prints", "own" if papers.here else "none" if papers.setting else "")
    app, _socketio = page.create_app(page.Agent(shelf, alone, link, papers))
    papers.start()
    link.start()

    def finish() -> None:
        link.close()
        shelf.close()

    print(f"The kiosk is open: http://127.0.0.1:{door.getsockname()[1]}/kiosk/{args.office}", flush=True)
    print("  Ready. Ctrl-C ends it.", flush=True)
    bootstrap.serve("threading", app, door, finish)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raises SettingError with what to write instead."""
    if urlsplit(args.server).scheme not in ("http", "https") or not urlsplit(args.server).hostname:
        raise SettingError(f"--server is {args.server!r}; write the server's address, such as http://192.168.1.20:8080.")
    for option, value in (("--office", args.office), ("--name", args.name)):
        if not KEY.fullmatch(value):
            raise SettingError(f"{option} is {value!r}; write the short name from the office's file.")
    if args.printer not in ("", "browser"):
        try:
            check_setting(args.printer)
        except ValueError as error:
            raise SettingError(f"--printer: {error}, or browser.") from None


def _say_what_is_there(shelf: Shelf) -> None:
    """Numbers of an earlier start that the server does not have; what it refused is offered again."""
    for number in shelf.refused():
        print(f"The server did not take {number.prefix}{number.number:03d} ({number.service}, {number.day}): "
              f"{number.problem}. It is offered again now.", flush=True)
    shelf.try_again()
    left = len(shelf.to_hand_in())
    if left:
        print(f"{left} numbers wait to be handed in to the server.", flush=True)
