"""``message``: sends one message by a sender, so that somebody sees whether a gateway works before visitors need it."""

from __future__ import annotations

import argparse
import secrets
import sys

from .. import config
from ..domain import message as rules
from ..messages.__main__ import attempt
from ..messages.part import Ways

#: What an attempt can end with -> what to do about it; whatever is not here stands as it is.
ADVICE = {
    "no_host": "the name of the gateway leads nowhere", "no_answer": "nobody answers there, or not in time",
    "bad_certificate": "its certificate is not trusted",
    "forbidden_address": "it stands at an address that is never meant",
    "refused": "it understood the message and said no: look at its own log",
    "wrong_password": "user or password is wrong",
    "no_file": "the file cannot be written",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sender", help="name of a sender in the file of QUEUE_SENDERS")
    parser.add_argument("to", help="a telephone number or an e-mail address")
    parser.add_argument("--text", default="Pesan uji. Test message.", help="what it says")


def run(args: argparse.Namespace) -> int:
    settings = config.read(args)
    channel = "email" if "@" in args.to else "sms"
    address = rules.address(channel, args.to)
    found = Ways(settings).settings(args.sender)
    if address is None:
        print(f"{args.to} is no telephone number and no e-mail address.", file=sys.stderr)
        return 2
    if found is None or args.sender == "push":
        print(f"This server has no sender {args.sender!r} that could be tried. Name one of the file of QUEUE_SENDERS.",
              file=sys.stderr)
        return 2
    told = attempt({"sender": found, "message": {
        "to": address, "text": args.text, "subject": args.text, "key": secrets.token_hex(16), "channel": channel}})
    if told == "ok":
        print("Sent.")
        return 0
    print(f"Not sent: {told}. {ADVICE.get(told, 'It would be tried again')}.", file=sys.stderr)
    return 1
