"""``schema``: prints the schema, or writes schema.sql and its PostgreSQL twin."""

from __future__ import annotations

import argparse

from .. import schema


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write schema.sql and deploy/schema.postgresql.sql")
    parser.add_argument("--dialect", choices=tuple(schema.PRINTED), default="sqlite")


def run(args: argparse.Namespace) -> int:
    if args.write:
        schema.write_files()
    else:
        print(schema.printed(args.dialect), end="")
    return 0
