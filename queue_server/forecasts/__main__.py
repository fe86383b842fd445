"""``python -m queue_server.forecasts OFFICE``: the server's own subprocess; learns the days that are over, and ends."""

from __future__ import annotations

import argparse
import os
import sys

from .. import config
from ..database import Database
from ..domain import hours
from ..moment import wall_ms
from ..store import offices
from . import learned


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m queue_server.forecasts")
    config.add_arguments(parser)
    parser.add_argument("office", help="key of the office")
    args = parser.parse_args(argv)
    if hasattr(os, "nice"):
        os.nice(19)
    database = Database(config.read(args).database_url)
    try:
        return learn_office(database, args.office)
    finally:
        database.close()


def learn_office(database: Database, key: str) -> int:
    """Learns what is over and not learned yet, and stores it; the exit status."""
    with database.read() as c:
        heads = offices.heads_of(c, [key])
        if not heads or not heads[0].config_version:
            print("no_such_office", file=sys.stderr)
            return 1
        office = offices.config(c, heads[0].id, heads[0].config_version)
        found = learned.catch_up(c, heads[0], office, hours.office_day(office, wall_ms()))
    if found is not None:
        with database.writer().begin():
            learned.save(database.writer(), heads[0].id, found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
