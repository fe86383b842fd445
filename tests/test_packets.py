"""A packet of the socket is one of ours, or the end of its sender's line."""

from __future__ import annotations

import pytest
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from queue_server import quick_json
from queue_server.screens.packets import JsonPacket


@pytest.fixture(autouse=True)
def _our_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Packet, "json", quick_json)


@pytest.mark.parametrize(("sent", "kind", "data"), [
    ('2["look",{}]', EVENT, ["look", {}]), ('217["press",{"act":"start"}]', EVENT, ["press", {"act": "start"}]),
    ('0{"screen":"board"}', CONNECT, {"screen": "board"}), ("0", CONNECT, None), ("1", DISCONNECT, None)])
def test_what_a_screen_sends_is_taken(sent: str, kind: int, data: object) -> None:
    taken = JsonPacket(encoded_packet=sent)
    assert (taken.packet_type, taken.data, taken.attachment_count) == (kind, data, 0)


@pytest.mark.parametrize("sent", [
    "", "9", "x", "2", "2[]", "2{}", "2null", "2[1]", "2[[]]", '2["look"', "2" + "[" * 5_000, '2["press",NaN]', "3",
    '31["x"]', "4{}", '51-["press",{"_placeholder":true,"num":0}]', '5999999999-["press"]', '2/admin,["look"]',
    "0/admin,",
    '2["connect",{"screen":"counter"}]', '2["disconnect"]', '2["connect_error"]', "2" + "9" * 200 + '["look"]',
    b"", b"\x04", b'2["look"]', '2["\\ud800"]',
])
def test_anything_else_ends_the_line(sent: object) -> None:
    taken = JsonPacket(encoded_packet=sent)
    assert (taken.packet_type, taken.data, taken.id, taken.attachment_count) == (DISCONNECT, None, None, 0)


def test_what_we_send_ourselves_stays_what_it_is() -> None:
    assert JsonPacket(EVENT, data=["beat", {"at": 1}]).encode() == '2["beat",{"at":1}]'
