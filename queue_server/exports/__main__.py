"""``python -m queue_server.exports``: the server's own subprocess; people use ``python -m queue_server export``.

Starts with little, stands back behind the server, and gives up when nobody takes what it writes: its
snapshot keeps SQLite from shortening the write-ahead log. What it needs is imported in ``main``, where nobody looks
for circles any more: that took a tenth of the start, and for a day's log the start is most of the time.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys

#: Seconds a reader may stop reading.
PATIENCE_S = 300


def _stand_back() -> None:
    gc.set_threshold(100_000, 50, 100)  # a line of the log holds no circles: looking for some took a sixth of the time
    if hasattr(os, "nice"):
        os.nice(10)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def main(argv: list[str]) -> int:
    _stand_back()
    from .. import config
    from ..domain.errors import Refused
    from .work import add_arguments, run

    parser = argparse.ArgumentParser(prog="python -m queue_server.exports")
    config.add_arguments(parser)
    add_arguments(parser)
    parser.add_argument("--progress", action="store_true", help="say how far it is, on standard output")
    args = parser.parse_args(argv)

    def told(done: int, total: int) -> None:
        if hasattr(signal, "alarm") and not args.helper:  # it ends when the first process does
            signal.alarm(PATIENCE_S)
        if args.progress:
            print(done, total, flush=True)

    told(0, 0)
    try:
        run(config.read(args), args, told)
    except Refused as refused:
        print(refused.code, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"os:{error.errno or 0}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
