"""A number from one's own phone: of the door's series, with a place that is kept while its holder is on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from backstage import apply, demo_office, events, rows, shown_code, until, with_rules
from cast import Server

from queue_server.client import Message, Officer, Phone, Refusal
from queue_server.snapshot import SHOWN, Line, Row

BOTH_DATABASES = True  # the whole module; see conftest.py

SERVICE = "informasi"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, copied: Callable[..., Server]) -> Iterator[Server]:
    """One house for all these tests; officers need no pauses between presses here."""
    running = copied(tmp_path_factory.mktemp("remote") / "data").start()
    apply(running.data, with_rules("rutan", double_press_ms=0))
    yield running
    running.stop()


@pytest.fixture
def dewi(server: Server) -> Iterator[Officer]:
    """Dewi at Loket 4, where nobody waits for anything else; she leaves nobody behind."""
    officer = server.officer("dewi", counter="4")
    yield officer
    for step, in rows(server.data, "SELECT id FROM step WHERE service = ? AND state IN ('waiting', 'called')", SERVICE):
        officer.press("cancel", step=step, reason="visitor_asked")
    officer.press("leave", becomes="finish")
    officer.close()


@pytest.fixture
def phones(server: Server) -> Iterator[list[Phone]]:
    found: list[Phone] = []
    yield found
    for phone in found:
        if phone.line.connected:
            phone.close()


def phone_with(server: Server, phones: list[Phone], priority: bool = False, here: bool = False) -> Phone:
    """A phone that took a number and follows it; ``here``: its holder has scanned the QR at the door."""
    phone = server.phone()
    phone.take(SERVICE, priority)
    if here:
        assert phone.post(f"/t/{phone.ticket['secret']}/arrived", {"door": door_code(server)})["ok"]
    phone.follow()
    phone.wait_for(lambda p: p["kind"] == "ticket" and (p["ticket"]["arrived_at"] is not None) == here)
    phones.append(phone)
    return phone


def door_code(server: Server) -> str:
    return shown_code(server.data, "rutan")


def refused(work: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        work(*args, **more)  # type: ignore[operator]
    return no.value.code


def serve(officer: Officer) -> str:
    label: str = officer.press("call_next")["label"]
    officer.press("start")
    officer.press("finish")
    return label


def told(server: Server, kind: str, step: int) -> list[dict[str, Any]]:
    """The bodies of the events of one kind about a step."""
    return [json.loads(e.body) for e in events(server.data, "rutan") if e.kind == kind and e.step == step]


# --- the number ----------------------------------------------------------------------------------


def test_the_phone_and_the_door_give_numbers_of_one_series(
    server: Server, dewi: Officer, phones: list[Phone]
) -> None:
    kiosk, taken = server.kiosk(), []
    for _ in range(2):
        taken += [kiosk.take(SERVICE), phone_with(server, phones).ticket]
    first = taken[0]["number"]
    assert [t["number"] for t in taken] == [first, first + 1, first + 2, first + 3]
    assert {t["prefix"] for t in taken} == {"F"}
    channels = rows(server.data, "SELECT channel FROM ticket WHERE number >= ? ORDER BY number", first)
    assert [c for c, in channels] == ["door", "online", "door", "online"]


def test_a_phone_that_asks_again_gets_its_number_back(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    phone = phone_with(server, phones)
    first = phone.ticket
    assert phone.take(SERVICE)["secret"] == first["secret"]
    assert phone.take(SERVICE, priority=True)["label"] == first["label"]
    # Another phone on the same Wi-Fi is another visitor.
    assert phone_with(server, phones).ticket["label"] != first["label"]


def test_a_number_given_back_is_over_and_the_phone_may_take_another(
    server: Server, dewi: Officer, phones: list[Phone]
) -> None:
    phone = phone_with(server, phones)
    label, secret, step = phone.ticket["label"], phone.ticket["secret"], phone.ticket["step"]
    dewi.wait_for(lambda p: any(r["label"] == label for r in p["remote"]))
    assert phone.post(f"/t/{secret}/cancel")["ok"]
    assert phone.post(f"/t/{secret}/cancel")["ok"]  # pressed twice
    picture = phone.wait_for(lambda p: p["ended"])
    assert picture["ticket"]["state"] == "cancelled"
    dewi.wait_for(lambda p: all(r["label"] != label for r in p["remote"]))
    assert len(told(server, "cancelled", step)) == 1
    assert phone.take(SERVICE)["label"] != label


def test_where_the_office_does_not_want_it_no_number_comes_from_a_phone(server: Server) -> None:
    apply(server.data, replace(demo_office("kanim"), remote_numbers=False))
    phone = server.phone("kanim")
    until(lambda: not phone.get("/office/kanim/door")["office"]["remote_numbers"], 60, "the office's new rule")
    assert {s["may"]["code"] for s in phone.get("/office/kanim/door")["services"]} == {"remote_off"}
    assert refused(phone.take, "paspor") == "remote_off"
    assert server.kiosk("kanim").take("paspor")["label"]


# --- on the way ----------------------------------------------------------------------------------


def test_the_board_counts_only_who_is_here(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    board = server.board()
    away = phone_with(server, phones)
    dewi.wait_for(lambda p: len(p["remote"]) == 1)
    shown = board.wait_for(lambda p: p["seq"] >= dewi.picture["seq"])
    mine = next(s for s in shown["services"] if s["key"] == SERVICE)
    assert (mine["waiting"], mine["next"]) == (0, [])
    here = phone_with(server, phones, here=True)
    board.wait_for(lambda p: [(s["waiting"], s["next"]) for s in p["services"] if s["key"] == SERVICE]
                   == [(1, [here.ticket["label"]])])
    rows_here = dewi.wait_for(lambda p: p["waiting"]["total"] == 1)["waiting"]["rows"]
    assert away.ticket["label"] not in [row["label"] for row in rows_here]
    board.close()


def test_a_long_line_counts_all_who_are_here() -> None:
    away = (cast(Row, None),) * 4
    assert Line(waiting=4, not_arrived=away).here == 0
    shown = ((cast(Row, None), {}),) * SHOWN
    assert Line(waiting=SHOWN + 9, order=shown, not_arrived=away).here == SHOWN + 5


def test_who_is_due_but_not_here_lets_the_next_pass(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    phone = phone_with(server, phones)
    there = server.kiosk().take(SERVICE)
    step = phone.ticket["step"]
    assert [r["label"] for r in dewi.wait_for(lambda p: p["remote"])["remote"]] == [phone.ticket["label"]]
    assert serve(dewi) == there["label"]
    assert told(server, "passed", step) == [{"ticket": told(server, "ticket_issued", step)[0]["ticket"]}]
    assert refused(dewi.press, "call_next") == "nobody_waiting"  # nobody else is here
    server.kiosk().take(SERVICE)
    serve(dewi)
    assert len(told(server, "passed", step)) == 1  # said once, not with every call


def test_who_was_passed_and_arrives_comes_back_after_three_others(
    server: Server, dewi: Officer, phones: list[Phone]
) -> None:
    phone = phone_with(server, phones)
    kiosk = server.kiosk()
    kiosk.take(SERVICE)
    serve(dewi)
    labels = [kiosk.take(SERVICE)["label"] for _ in range(4)]
    told_now = phone.get(f"/t/{phone.ticket['secret']}/picture")["ticket"]
    assert (told_now["ahead"], told_now["re_entry"]) == (3, None)  # the place there would be on arriving now
    place = told_now["place"]
    assert until(lambda: len(phone.order) == 5, 60, "the line") and phone.order.index(place) == 3
    phone.post(f"/t/{phone.ticket['secret']}/arrived", {"door": door_code(server)})
    picture = phone.wait_for(lambda p: p["ticket"]["arrived_at"])
    assert picture["ticket"]["re_entry"] == {"after": 3} and picture["ticket"]["ahead"] == 3
    promised = [*labels[:3], phone.ticket["label"], labels[3]]
    assert [r["label"] for r in dewi.wait_for(lambda p: p["waiting"]["total"] == 5)["waiting"]["rows"]] == promised
    assert [serve(dewi) for _ in promised] == promised


def test_who_arrives_in_time_keeps_the_place_of_the_number(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    phone = phone_with(server, phones)
    later = server.kiosk().take(SERVICE)
    assert refused(phone.post, f"/t/{phone.ticket['secret']}/arrived", {"door": "guessed"}) == "wrong_door"
    assert phone.post(f"/t/{phone.ticket['secret']}/arrived", {"door": door_code(server)})["ok"]
    phone.wait_for(lambda p: p["ticket"]["arrived_at"] and p["ticket"]["re_entry"] is None)
    arrived = told(server, "arrived", phone.ticket["step"])
    assert [a["by"] for a in arrived] == ["door"] and arrived[0]["remote_ms"] > 0
    assert [serve(dewi), serve(dewi)] == [phone.ticket["label"], later["label"]]
    # Both clocks are kept: the promise's from arrival, and the time before it.
    waited, remote = rows(
        server.data, "SELECT waited_ms, remote_ms FROM step WHERE id = ?", phone.ticket["step"])[0]
    assert 0 < remote == arrived[0]["remote_ms"] <= waited


def test_an_officer_sees_the_visitor_at_the_counter_and_says_so(
    server: Server, dewi: Officer, phones: list[Phone]
) -> None:
    phone = phone_with(server, phones)
    row = dewi.wait_for(lambda p: p["remote"])["remote"][0]
    assert not row["arrived"] and row["channel"] == "online"
    dewi.press("arrived", step=row["step"])
    dewi.press("arrived", step=row["step"])
    phone.wait_for(lambda p: p["ticket"]["arrived_at"])
    assert [a["by"] for a in told(server, "arrived", row["step"])] == ["staff"]
    assert serve(dewi) == phone.ticket["label"]


def test_who_answers_the_call_has_arrived(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    phone = phone_with(server, phones)
    secret, step = phone.ticket["secret"], phone.ticket["step"]
    assert phone.post(f"/t/{secret}/coming")["ok"]  # on the way is not yet here
    assert phone.wait_for(lambda p: p["ticket"]["coming"])["ticket"]["arrived_at"] is None
    assert refused(dewi.press, "call_next") == "nobody_waiting"
    dewi.press("call", step=step, reason="urgent_need")
    called = phone.wait_for(lambda p: p["ticket"]["state"] == "called")["ticket"]
    assert called["counter"]["name"]["id"] == "Loket 4" and called["call"]["n"] == 1
    assert phone.post(f"/t/{secret}/coming")["ok"]
    assert phone.wait_for(lambda p: p["ticket"]["arrived_at"])["ticket"]["state"] == "called"
    assert [a["by"] for a in told(server, "arrived", step)] == ["call"]
    dewi.press("start")
    assert refused(phone.post, f"/t/{secret}/coming") == "not_now"
    phone.wait_for(lambda p: p["ticket"]["state"] == "serving")


def test_service_that_begins_is_an_arrival_too(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    phone = phone_with(server, phones)
    dewi.press("call", step=phone.ticket["step"], reason="urgent_need")
    dewi.press("start")
    assert [a["by"] for a in told(server, "arrived", phone.ticket["step"])] == ["call"]
    assert phone.wait_for(lambda p: p["ticket"]["state"] == "serving")["ticket"]["arrived_at"]


# --- the place -----------------------------------------------------------------------------------


def test_every_phone_has_the_place_that_the_console_shows(server: Server, dewi: Officer, phones: list[Phone]) -> None:
    kiosk, taken = server.kiosk(), []
    for priority, by_phone in ((0, 1), (0, 0), (0, 1), (1, 0), (0, 0), (1, 1), (0, 1), (1, 0), (0, 1)):
        if by_phone:
            taken.append(phone_with(server, phones, bool(priority), here=True).ticket)
        else:
            taken.append(kiosk.take(SERVICE, bool(priority)))
    for waiting in range(len(taken), 0, -1):
        shown = dewi.wait_for(lambda p, n=waiting: p["waiting"]["total"] == n)["waiting"]["rows"]
        order = [row["label"] for row in shown]
        agree(phones, order)
        assert serve(dewi) == order[0]


def agree(phones: list[Phone], order: list[str]) -> None:
    """Each phone that still waits has the place of the console: in its own picture when asked, and in the line."""
    for phone in phones:
        label = phone.ticket["label"]
        if label not in order:
            continue
        asked: Message = phone.get(f"/t/{phone.ticket['secret']}/picture")
        assert asked["ticket"]["ahead"] == order.index(label)
        place = asked["ticket"]["place"]
        assert until(lambda p=phone, place=place: place in p.order and len(p.order) == len(order), 60, "the line")
        assert phone.order.index(place) == order.index(label)


def test_a_phone_at_the_door_is_at_the_door(server: Server) -> None:
    phone = server.phone()
    ticket = phone.post("/office/rutan/tickets", {
        "key": "a-phone-at-the-door", "service": "informasi", "language": "id", "door": door_code(server)})["ticket"]
    picture = phone.get(f"/t/{ticket['secret']}/picture")["ticket"]
    assert picture["channel"] == "door" and picture["arrived_at"] is not None
    stranger = server.phone()
    ticket = stranger.post("/office/rutan/tickets", {
        "key": "a-guess-from-afar", "service": "informasi", "language": "id", "door": "guessed"})["ticket"]
    assert stranger.get(f"/t/{ticket['secret']}/picture")["ticket"]["channel"] == "online"
