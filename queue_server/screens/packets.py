"""Packets of the socket: only what our screens send is taken, and whatever else comes ends its sender's line.

The library takes more than we use (binary attachments, which it keeps until the last has come; other namespaces;
acknowledgements) and writes a stack trace for each packet that it cannot read: enough to fill a disk from outside.
"""

from __future__ import annotations

from typing import Any

from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

#: Events of the library's own; sent as a message they would run what only a connection may run.
RESERVED = frozenset({"connect", "connect_error", "disconnect"})


class JsonPacket(Packet):  # type: ignore[misc]  # the library has no types
    """Our messages are JSON. Looking through each picture for bytes, for each screen, cost a sixth of the server."""

    uses_binary_events = False

    def __init__(self, *given: Any, encoded_packet: Any = None, **more: Any) -> None:
        super().__init__(*given, encoded_packet=encoded_packet, **more)
        if encoded_packet is not None and not encoded_packet:  # the library takes nothing for an event
            self._end()

    def decode(self, encoded_packet: Any) -> int:
        try:
            attachments = super().decode(encoded_packet) if isinstance(encoded_packet, str) else 1
        except (ValueError, TypeError, RecursionError):
            attachments = 1
        if attachments or not self._ours():
            self._end()
        return 0

    def _end(self) -> None:
        self.packet_type, self.namespace, self.id, self.data = DISCONNECT, None, None, None

    def _ours(self) -> bool:
        """Acknowledgements are not: we never ask for one."""
        kind: Any = self.packet_type
        place: Any = self.namespace
        return place in (None, "/") and (kind in (CONNECT, DISCONNECT) or (kind == EVENT and _named(self.data)))


def _named(data: Any) -> bool:
    """Whether it is a list that begins with the name of an event of ours."""
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED
