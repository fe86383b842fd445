"""Visitors who are told on their own phones, through a running server and real gateways: once, again, no longer."""

from __future__ import annotations

import json
import re
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from backstage import apply, demo_office, events, let_time_pass, rows, until
from cast import Server, copy_of, settle
from gateways import Browser, Gateway, Mailbox, mail_server

from queue_server.client import Kiosk, Officer, Refusal, Site

TOLD = "SELECT occasion, state, outcome, tries FROM message WHERE ticket_id = ? ORDER BY id"


@dataclass
class House:
    server: Server
    sms: Gateway
    box: Mailbox
    officer: Officer
    kiosk: Kiosk

    def visitor(self, **contact: Any) -> Visitor:
        """Somebody who took a number at the kiosk and opened its page; with a way and an address: to be told."""
        found = Visitor(self, Site(self.server.base), self.kiosk.take("informasi"))
        if contact:
            found.tell(**contact)
        return found

    def call_next(self) -> str:
        """Whoever was at the counter is done; the label of whom it calls."""
        settle()
        label: str = self.officer.press("call_next")["label"]
        return label

    def done(self) -> None:
        settle()
        self.officer.press("start")
        settle()
        self.officer.press("finish")


@dataclass
class Visitor:
    house: House
    phone: Site
    ticket: dict[str, Any]

    @property
    def page(self) -> str:
        return f"/t/{self.ticket['secret']}/messages"

    @property
    def id(self) -> int:
        return int(rows(self.house.server.data, "SELECT id FROM ticket WHERE secret = ?", self.ticket["secret"])[0][0])

    def tell(self, channel: str = "sms", **more: Any) -> dict[str, Any]:
        return self.phone.post(self.page, {"channel": channel, "language": "id", **more})

    def outbox(self) -> list[tuple[Any, ...]]:
        return rows(self.house.server.data, TOLD, self.id)

    def ended(self, occasion: str, state: str) -> tuple[Any, ...]:
        """Waits until what became of a message is known."""
        found: tuple[Any, ...] = until(
            lambda: next((row for row in self.outbox() if row[:2] == (occasion, state)), None), 20,
            f"{occasion} {state}")
        return found


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    room = tmp_path_factory.mktemp("messages")
    office = demo_office("kanim")
    quick = replace(office.rules, double_press_ms=100, tickets_per_phone=9)
    told = replace(office.messages, sms="gateway", whatsapp="nowhere", email="mail", ahead=1)
    with mail_server() as (box, port):
        sms = Gateway()
        (room / "senders.toml").write_text(senders(sms.port, port), "utf-8")
        server = copy_of(demo, room / "data", environment={
            "QUEUE_SENDERS": str(room / "senders.toml"), "SMS_TOKEN": "very-secret", "QUEUE_WIFI_URL": "http://antre.test"})
        apply(server.data, replace(office, rules=quick, messages=told, always_open=True))
        server.start()
        found = House(server, sms, box, server.officer("ani", "kanim", "1"), server.kiosk("kanim"))
        yield found
        found.officer.close()
        server.stop()
        sms.close()


def senders(gateway: int, mail: int) -> str:
    return f"""
[gateway]
kind = "http"
url = "http://127.0.0.1:{gateway}/send"
headers = {{ Authorization = "env:SMS_TOKEN" }}
body = '{{"to": {{to}}, "text": {{text}}, "ref": {{key}}}}'

[mail]
kind = "smtp"
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "Antrean <antrean@kanim.test>"

[push]
private = true
"""


def number() -> str:
    return f"+62812{secrets.randbelow(10**8):08d}"


@pytest.fixture(autouse=True)
def empty_line(house: House) -> Iterator[None]:
    """Every test begins with nobody waiting, and gateways that answer."""
    yield
    house.sms.statuses, house.box.answers = [200], []
    house.sms.answering.set()
    while True:
        settle()
        picture = house.officer.wait_for(lambda p: p["kind"] == "counter")
        if picture["current"]:
            house.officer.press("cancel", step=picture["current"]["step"], reason="visitor_asked")
        try:
            label = house.call_next()
        except Refusal as refused:
            if refused.code == "nobody_waiting":
                return
            continue
        house.officer.wait_for(lambda p, label=label: p["current"] and p["current"]["label"] == label)


def test_who_asked_for_it_is_told_when_it_is_nearly_their_turn_and_when_they_are_called(house: House) -> None:
    before, to = house.visitor(), number()
    other = house.visitor()
    mine = house.visitor(address=to.replace("+62", "0"))
    assert house.sms.to(to) == []
    house.call_next()  # one is left ahead
    near, = until(lambda: house.sms.to(to), 60, "nearly")
    label = mine.ticket["label"].replace("\u2009", " ")
    assert near.startswith(f"Kantor Imigrasi Kelas I Contoh: nomor {label}, 1 ")
    assert near.endswith(f" http://antre.test/t/{mine.ticket['secret']}")
    for visitor in (other, mine):
        house.done()
        assert house.call_next() == visitor.ticket["label"]
    mine.ended("called", "sent")
    assert [text.partition(": ")[2].partition(". S")[0] for text in house.sms.to(to)][1].endswith("dipanggil")
    assert [row[:2] for row in mine.outbox()] == [("nearly", "sent"), ("called", "sent")]
    assert before.outbox() == [] and house.sms.heard[-1].headers["Authorization"] == "very-secret"


def test_what_a_gateway_refuses_for_the_moment_is_sent_again_and_once(house: House) -> None:
    house.sms.statuses = [500, 200]
    to = number()
    mine = house.visitor(address=to)
    until(lambda: len(house.sms.to(to)) == 1, 60, "the first attempt")
    until(lambda: [row[1:] for row in mine.outbox()] == [("waiting", "status_500", 1)], 60, "the pause")
    pause = "SELECT due_at - made_at >= 5000 FROM message WHERE ticket_id = ?"
    assert rows(house.server.data, pause, mine.id) == [(1,)]
    let_time_pass(house.server.data, "UPDATE message SET due_at = due_at - 60000 WHERE ticket_id = ?", mine.id)
    assert mine.ended("nearly", "sent") == ("nearly", "sent", "", 2)
    keys = {one.json["ref"] for one in house.sms.heard if one.path == "/send" and one.json["to"] == to}
    assert len(house.sms.to(to)) == 2 and len(keys) == 1


def test_what_a_gateway_will_never_take_is_not_tried_again(house: House) -> None:
    house.sms.statuses = [422]
    mine = house.visitor(address=number())
    assert mine.ended("nearly", "failed") == ("nearly", "failed", "refused", 1)


def test_a_mail_server_that_is_away_delays_no_call_and_is_tried_again(house: House) -> None:
    house.box.answers = ["451 later"]
    mine = house.visitor(channel="email", address="Ani.W@example.org")
    until(lambda: [row[1:] for row in mine.outbox()] == [("waiting", "smtp_451", 1)], 60, "the pause")
    let_time_pass(house.server.data, "UPDATE message SET due_at = due_at - 60000 WHERE ticket_id = ?", mine.id)
    mine.ended("nearly", "sent")
    assert house.call_next() == mine.ticket["label"]
    mine.ended("called", "sent")
    (to, letter), (_to, called) = house.box.letters[-2:]
    assert to == ["Ani.W@example.org"] and letter["Auto-Submitted"] == "auto-generated"
    assert "Anda berikutnya" in letter["Subject"] and "dipanggil" in called["Subject"]
    assert letter["Message-ID"].endswith("@kanim.test>") and letter["Message-ID"] != called["Message-ID"]
    text = called.get_content()  # type: ignore[attr-defined]
    assert f"http://antre.test/t/{mine.ticket['secret']}" in text and "Pesan otomatis" in text


def test_a_push_is_read_by_its_browser_alone(house: House) -> None:
    browser = Browser(house.sms)
    mine = house.visitor(channel="push", subscription=browser.subscription)
    mine.ended("nearly", "sent")
    house.call_next()
    mine.ended("called", "sent")
    near, called = browser.read()
    assert called["title"] == f"Nomor {mine.ticket['label']} dipanggil".replace("\u2009", " ")
    assert called["link"] == f"/t/{mine.ticket['secret']}" and called["tag"] == near["tag"]
    sent = browser.pushed()[-1]
    assert sent.headers["Content-Encoding"] == "aes128gcm" and 0 < int(sent.headers["TTL"]) <= 300
    assert b"dipanggil" not in sent.body


def test_a_browser_that_gave_its_subscription_up_is_forgotten(house: House) -> None:
    house.sms.statuses = [410]
    mine = house.visitor(channel="push", subscription=Browser(house.sms).subscription)
    mine.ended("nearly", "failed")
    assert rows(house.server.data, "SELECT 1 FROM contact WHERE ticket_id = ?", mine.id) == []


def test_whoever_has_had_enough_is_told_nothing_more_and_their_address_is_gone(house: House) -> None:
    first, to = house.visitor(), number()
    house.visitor()
    mine = house.visitor(address=to)
    told = mine.phone.get(mine.page)
    assert told["on"] == {"sms": f"…{to[-3:]}"} and told["offered"] == ["push", "sms", "email"]
    mine.phone.post(mine.page + "/off", {"channel": "sms"})
    assert mine.phone.get(mine.page)["on"] == {}
    assert rows(house.server.data, "SELECT 1 FROM contact WHERE ticket_id = ?", mine.id) == []
    house.call_next()
    other = house.visitor(address=number())
    assert first.outbox() == mine.outbox() == [] and house.sms.to(to) == []
    assert other.outbox() == []


def test_one_way_has_one_address_and_wrong_ones_are_refused(house: House) -> None:
    house.visitor()
    house.visitor()
    mine, old, new = house.visitor(), number(), number()
    mine.tell(address=old)
    mine.tell(address=new)
    assert mine.phone.get(mine.page)["on"] == {"sms": f"…{new[-3:]}"}
    wrong = [("sms", {"address": "12"}, "phone_wrong"), ("email", {"address": "a@b"}, "email_wrong"),
             ("push", {"subscription": {"endpoint": "file:///etc/passwd", "keys": {}}}, "push_wrong"),
             ("whatsapp", {"address": number()}, "channel_off"), ("fax", {"address": number()}, "channel_off")]
    for channel, more, code in wrong:
        with pytest.raises(Refusal, match=code):
            mine.tell(channel, **more)


def test_no_address_is_told_of_more_than_a_few_numbers(house: House) -> None:
    to = number()
    for _ in range(6):
        house.visitor().tell(address=to)
    with pytest.raises(Refusal, match="too_many_messages"):
        house.visitor().tell(address=to)


def test_a_call_that_was_taken_back_is_not_told_any_more(house: House) -> None:
    mine, to = house.visitor(), number()
    house.sms.answering.clear()
    mine.tell(address=to)
    until(lambda: house.sms.to(to), 60, "nearly, on its way")
    settle()
    called = house.officer.press("call_next")
    let_time_pass(house.server.data, "UPDATE message SET due_at = due_at + 3000 WHERE occasion = 'called' "
                  "AND ticket_id = ? AND state = 'waiting'", mine.id)
    settle()
    house.officer.press("undo", event=called["call"])
    house.sms.answering.set()
    assert mine.ended("called", "needless")[2] == "over"
    assert len(house.sms.to(to)) == 1


def test_two_servers_send_one_message(house: House, tmp_path: Path) -> None:
    """What was claimed is nobody else's: another process that asks at the same instant gets nothing."""
    from queue_server import config
    from queue_server.commands import messages as acts
    from queue_server.shell import Session

    house.sms.answering.clear()
    mine = house.visitor(address=number())
    until(lambda: mine.outbox()[0][1] == "sending", 60, "the claim")
    other = Session(config.read(None, {"QUEUE_DATA": str(house.server.data)}))
    try:
        assert other.press("kanim", "claim", acts.claim, repeatable=[])["messages"] == []
    finally:
        other.close()
    house.sms.answering.set()
    assert mine.ended("nearly", "sent")[3] == 1


def test_a_server_killed_while_it_sends_never_sends_twice(house: House) -> None:
    """Nobody can say then whether the message went out: it is said so, and not sent again."""
    to = number()
    house.sms.answering.clear()
    mine = house.visitor(address=to)
    until(lambda: house.sms.to(to), 60, "the attempt")
    house.officer.close()
    house.server.restart(signal.SIGKILL)
    house.sms.answering.set()
    house.officer = house.server.officer("ani", "kanim", "")
    settle()
    house.officer.press("sit", counter="1")
    assert mine.outbox()[0][1] == "sending"
    let_time_pass(house.server.data, "UPDATE message SET due_at = due_at - 90000 WHERE ticket_id = ?", mine.id)
    assert mine.ended("nearly", "unknown") == ("nearly", "unknown", "sender_ended", 1)
    assert len(house.sms.to(to)) == 1


def test_nothing_that_is_written_down_says_who_was_told(house: House) -> None:
    """Neither the log, nor what the server says of itself, nor the outbox; and the address itself is sealed."""
    to, letter = number(), "rahasia.sekali@example.org"
    house.sms.statuses = [500]
    house.box.answers = ["550 who is that"]
    mine = house.visitor(address=to)
    mine.tell("email", address=letter)
    until(lambda: {row[1] for row in mine.outbox()} == {"waiting", "failed"}, 60, "both attempts")
    data = house.server.data
    kinds = {event.kind for event in events(data, "kanim")}
    assert {"messages_wanted", "message_ended"} <= kinds
    written = "".join(event.body for event in events(data, "kanim")) + Path(f"{data}.log").read_text("utf-8")
    stored = json.dumps(rows(data, "SELECT * FROM contact") + rows(data, "SELECT * FROM message"))
    for secret in (to, to[3:], letter, "rahasia", "very-secret"):
        assert secret not in written and secret not in stored
    assert re.search(r"messages of kanim did not go out: .*status_500", written)


def test_addresses_are_erased_the_day_after(house: House) -> None:
    from queue_server import config
    from queue_server.clockwork import tidy
    from queue_server.shell import Session

    house.visitor()
    house.visitor()
    mine, keep = house.visitor(address=number()), house.visitor(address=number())
    data = house.server.data
    assert rows(data, "SELECT erase_at - made_at BETWEEN 86400000 AND 2 * 86400000 FROM contact WHERE ticket_id = ?",
                mine.id) == [(1,)]
    let_time_pass(data, "UPDATE contact SET erase_at = 1 WHERE ticket_id = ?", mine.id)
    session = Session(config.read(None, {"QUEUE_DATA": str(data)}))
    try:
        session.press("kanim", "tidy", tidy)
    finally:
        session.close()
    assert rows(data, "SELECT 1 FROM contact WHERE ticket_id = ?", mine.id) == []
    assert rows(data, "SELECT count(*) FROM contact WHERE ticket_id = ?", keep.id) == [(1,)]
    assert any('"what":"contacts"' in event.body for event in events(data, "kanim")[-9:])


def test_the_page_of_somebody_elses_number_is_not_guessed(house: House) -> None:
    for path in ("/t/nobody/messages", "/r/nobody/messages"):
        assert requests.get(house.server.base + path, timeout=10).status_code == 404
