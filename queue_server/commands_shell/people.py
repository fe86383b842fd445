"""``person`` and ``reset-password``: who may sign in."""

from __future__ import annotations

import argparse

from .. import config
from ..commands.setup import ROLES, add_person, reset_password
from ..passwords import hashed, new_password
from ..shell import existing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("add",))
    parser.add_argument("office", help="key of the office")
    parser.add_argument("name", help="name to sign in with")
    parser.add_argument("--role", choices=ROLES, default="officer")
    parser.add_argument("--shown-name", default="", help="name shown to colleagues")


def run(args: argparse.Namespace) -> int:
    session = existing(config.read(args))
    password = new_password()
    session.press(
        args.office, "add_person", add_person, name=args.name, role=args.role, shown_name=args.shown_name,
        password_hash=hashed(password))
    session.close()
    print(f"{args.name} may sign in as {args.role} with the password: {password}")
    return 0


def reset_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", help="key of the office")
    parser.add_argument("name", help="name to sign in with")


def reset(args: argparse.Namespace) -> int:
    session = existing(config.read(args))
    password = new_password()
    session.press(args.office, "reset_password", reset_password, name=args.name, password_hash=hashed(password))
    session.close()
    print(f"The new password of {args.name}: {password}")
    return 0

