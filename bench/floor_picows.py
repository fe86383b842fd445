"""The floor of fan-out: a picows server that speaks just enough Socket.IO to send the same bytes to as many lines.

``first``: what each line gets when it has said who it is; a message "emit" is sent on to everybody, and its sender is
told when that began (monotonic nanoseconds).
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import time
from pathlib import Path

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

everybody: set[WSTransport] = set()
first = b""
OPEN = '0{"sid":"%s","upgrades":[],"pingTimeout":20000,"pingInterval":20000,"maxPayload":262144}'


class Line(WSListener):  # type: ignore[misc]  # picows is compiled
    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, (OPEN % secrets.token_urlsafe(15)).encode())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        everybody.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        text = frame.get_payload_as_bytes()
        if text.startswith(b"40"):
            everybody.add(transport)
            transport.send(WSMsgType.TEXT, b'40{"sid":"%s"}' % secrets.token_urlsafe(15).encode())
            if first:
                transport.send(WSMsgType.TEXT, b'42["picture",' + first + b"]")
        elif text.startswith(b"42"):
            number, _, rest = text[2:].partition(b"[")
            message = b'42["line"' + rest.removeprefix(b'"emit"')
            begun = time.monotonic_ns()
            for line in everybody:
                line.send(WSMsgType.TEXT, message)
            transport.send(WSMsgType.TEXT, b"43%s[%d]" % (number, begun))


def _line(_request: WSUpgradeRequest) -> WSListener:
    return Line()


async def serve(port: int) -> None:
    server = await ws_create_server(_line, "127.0.0.1", port, backlog=4096)
    print("ready", flush=True)
    await server.serve_forever()


def main() -> None:
    global first
    parser = argparse.ArgumentParser(prog="python -m bench.floor_picows")
    parser.add_argument("port", type=int)
    parser.add_argument("--first", type=Path)
    args = parser.parse_args()
    first = args.first.read_bytes() if args.first else b""
    asyncio.run(serve(args.port))


if __name__ == "__main__":
    main()
