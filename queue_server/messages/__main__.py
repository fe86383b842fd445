"""``python -m queue_server.messages``: makes one attempt at each message of a batch, and ends.

A process of its own, so that a slow gateway costs the server nothing, and one that hangs can be ended. It reads a list
of ``{"id", "try", "sender", "message"}`` from standard input and writes a line ``id try ok``, or ``id try`` and why
not, for each. Addresses come by the pipe alone: options and files can be seen by others.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .senders import BadSender, NotSent, Outgoing, made

MOST_AT_ONCE = 10


def attempt(asked: dict[str, Any]) -> str:
    """"ok", or why the message did not go out, in a word that names nobody."""
    try:
        made(asked["sender"]).send(Outgoing(**asked["message"]))
    except NotSent as problem:
        return str(problem) or "not_sent"
    except BadSender:
        return "no_sender"
    except Exception as fault:  # a plug-in's own; its words may name somebody, so only its kind is said
        return f"fault_{type(fault).__name__}"
    return "ok"


def main() -> int:
    def one(asked: dict[str, Any]) -> None:
        sys.stdout.write(f"{asked['id']} {asked['try']} {attempt(asked)}\n")  # one write: others write too
        sys.stdout.flush()

    with ThreadPoolExecutor(MOST_AT_ONCE) as together:
        list(together.map(one, json.load(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
