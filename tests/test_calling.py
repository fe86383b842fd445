"""An officer's day at a counter, on a real server, in both modes."""

from __future__ import annotations

import threading

import pytest
from backstage import apply, with_rules
from cast import Server, settle

from queue_server.client import Refusal

BOTH_DATABASES = True  # the whole module; see conftest.py


def refused(work: object, *args: object, **more: object) -> str:
    with pytest.raises(Refusal) as no:
        work(*args, **more)  # type: ignore[operator]
    return no.value.code


def test_a_press_reaches_the_board_and_the_visitor(server_in: Server) -> None:
    kiosk, board = server_in.kiosk(), server_in.board()
    phone = server_in.phone()
    phone.take("kunjungan")
    phone.follow()
    phone.wait_for(lambda p: p["ticket"]["ahead"] == 0)
    number = kiosk.take("kunjungan")
    ani = server_in.officer("ani", counter="1")
    called = ani.press("call_next")
    # The phone's number is first but its holder has not arrived: the next is let pass (decisions 5).
    assert called["label"] == number["label"]
    picture = board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"]))
    call = picture["calls"][-1]
    assert call["label"] == number["label"] and call["counter"] == "1" and call["state"] == "calling"
    assert call["say"][0]["text"].startswith("Nomor antrean A")
    ani.wait_for(lambda p: p["current"] and p["current"]["label"] == number["label"])
    settle()
    ani.press("start")
    board.wait_for(lambda p: p["calls"][-1]["state"] == "over")
    settle()
    ani.press("finish", outcome="served")
    ani.wait_for(lambda p: p["current"] is None)


def test_two_officers_at_the_same_instant_never_get_one_ticket(server_in: Server) -> None:
    kiosk = server_in.kiosk()
    labels = [kiosk.take("kunjungan")["label"] for _ in range(8)]
    officers = [server_in.officer("ani", counter="1"), server_in.officer("budi", counter="2")]
    got: list[str] = []
    for _ in range(4):
        gate = threading.Barrier(2)

        def call(officer: object, gate: threading.Barrier = gate) -> None:
            gate.wait()
            got.append(officer.press("call_next")["label"])  # type: ignore[attr-defined]

        threads = [threading.Thread(target=call, args=(o,)) for o in officers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        settle()
        for officer in officers:
            officer.press("start")
        settle()
        for officer in officers:
            officer.press("finish")
        settle()
    assert sorted(got) == labels


def test_pressing_twice_changes_nothing(server: Server) -> None:
    apply(server.data, with_rules("rutan", double_press_ms=2_000))
    kiosk = server.kiosk()
    for _ in range(3):
        kiosk.take("kunjungan")
    ani = server.officer(counter="1")
    first = ani.press("call_next", key="the-same-press")
    again = ani.press("call_next", key="the-same-press")
    assert again == first
    assert refused(ani.press, "call_next") in ("double_press", "visitor_here")
    settle(2.1)
    assert refused(ani.press, "call_next") == "visitor_here"
    assert refused(ani.press, "start", seen=0) == "changed"


def test_another_act_at_once_is_another_wish(server: Server) -> None:
    apply(server.data, with_rules("rutan", double_press_ms=5_000))
    kiosk = server.kiosk()
    labels = [kiosk.take("kunjungan")["label"] for _ in range(3)]
    ani = server.officer(counter="1")
    ani.press("call_next")
    assert refused(ani.press, "start") == "double_press"
    assert refused(ani.press, "recall") == "recall_too_soon"
    ani.press("skip")
    assert ani.press("call_next")["label"] == labels[1]
    ani.press("transfer", service="titipan")
    assert ani.press("call_next")["label"] == labels[2]


def test_an_answer_tells_what_the_next_press_has_seen(server: Server) -> None:
    """Whoever presses again before the next picture is not refused for their own press before."""
    server.kiosk().take("kunjungan")
    ani, budi = server.officer(counter="1"), server.officer("budi", counter="2")
    seats = ani.press("call_next")["seats"]
    assert list(seats) == ["1"]
    assert ani.press("skip", seen=seats["1"])["seats"] == {"1": seats["1"] + 1}
    assert refused(ani.press, "call_next", seen=seats["1"]) == "changed"
    step = ani.press("call_next")["step"]
    settle()
    after = ani.press("start")["seats"]["1"]
    assert budi.press("take_visitor", step=step)["seats"].keys() >= {"1"}
    assert refused(ani.press, "call_next", seen=after) == "changed"


def test_nobody_s_counter_or_visitor_is_taken_silently(server: Server) -> None:
    label = server.kiosk().take("kunjungan")["label"]
    ani, budi = server.officer(counter="1"), server.officer("budi", counter="2")
    assert ani.picture["told"] is None
    step = ani.press("call_next")["step"]
    budi.press("take_visitor", step=step)
    told = ani.wait_for(lambda p: p["told"])["told"]
    assert (told["code"], told["label"], told["counter"]["id"]) == ("visitor_taken", label, "Loket 2")
    ani.press("understood")
    budi.press("skip")
    ani.wait_for(lambda p: p["told"] is None)
    citra = server.officer("citra")
    citra.press("sit", counter="1", take_over=True)
    told = ani.wait_for(lambda p: p["told"] and p["counter"] is None)["told"]
    assert (told["code"], told["label"], told["by"]) == ("counter_taken", "", citra.person["name"])
    ani.close()
    back = server.officer("ani")
    assert back.wait_for(lambda p: p["told"])["told"] == told
    back.press("sit", counter="4")
    back.wait_for(lambda p: p["counter"] and p["told"] is None)
    sari = server.supervisor()
    sari.press("close_counter", counter="4", reason="repair")
    assert back.wait_for(lambda p: p["told"])["told"]["code"] == "counter_closed"


def test_a_repeated_key_with_another_wish_is_refused(server: Server) -> None:
    kiosk = server.kiosk()
    ticket = kiosk.take("kunjungan", key="one-intention")
    assert kiosk.take("kunjungan", key="one-intention") == ticket
    assert refused(kiosk.take, "titipan", key="one-intention") == "key_reused"


def test_skip_brings_back_after_three_others(server: Server) -> None:
    kiosk = server.kiosk()
    labels = [kiosk.take("kunjungan")["label"] for _ in range(5)]
    ani = server.officer(counter="1")
    order = []
    for turn in range(5):
        order.append(ani.press("call_next")["label"])
        settle()
        if turn == 0:
            ani.press("skip")
        else:
            ani.press("start")
            settle()
            ani.press("finish")
        settle()
    assert order == [labels[0], labels[1], labels[2], labels[3], labels[0]]


def test_undo_takes_a_call_back_to_its_place(server: Server) -> None:
    kiosk, board = server.kiosk(), server.board()
    labels = [kiosk.take("kunjungan")["label"] for _ in range(2)]
    ani = server.officer(counter="1")
    called = ani.press("call_next")
    board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"]))
    ani.press("undo", event=called["call"])
    board.wait_for(lambda p: called["call"] in p["withdrawn"])
    ani.wait_for(lambda p: p["current"] is None and p["waiting"]["rows"][0]["label"] == labels[0])
    assert refused(ani.press, "undo", event=called["call"]) == "undo_not_latest"
    settle()
    assert ani.press("call_next")["label"] == labels[0]


def test_no_show_needs_calls_that_a_board_spoke(server: Server) -> None:
    server.kiosk().take("kunjungan")
    board = server.board()
    ani = server.officer(counter="1")
    called = ani.press("call_next")
    board.wait_for(lambda p: any(c["id"] == called["call"] for c in p["calls"]))
    settle()
    assert refused(ani.press, "no_show") == "no_show_calls_then"
    assert refused(ani.press, "recall") == "recall_too_soon"


def test_transfer_keeps_the_number_and_priority_is_correctable(server: Server) -> None:
    kiosk = server.kiosk()
    first = kiosk.take("kunjungan", priority=True)
    ani = server.officer(counter="1")
    called = ani.press("call_next")
    ani.press("reclass", step=called["step"], priority=False, reason="not_in_group")
    settle()
    ani.press("transfer", service="titipan")
    citra = server.officer("citra", counter="3")
    picture = citra.wait_for(lambda p: p["waiting"]["total"] == 1)
    row = picture["waiting"]["rows"][0]
    assert row["label"] == first["label"] and row["service"] == "titipan" and not row["priority"]


def test_who_may_not_press_is_told_so(server: Server) -> None:
    ani, sari = server.officer(counter="1"), server.supervisor()
    assert refused(ani.press, "close_day") == "not_allowed"
    assert refused(ani.press, "fly") == "no_such_act"
    assert refused(ani.press, "call", step="one", reason="urgent_need") == "bad_request"
    assert refused(ani.press, "call", step=10**9, reason="urgent_need") == "no_such_ticket"
    assert refused(ani.press, "call_next") == "nobody_waiting"
    sari.wait_for(lambda p: p["kind"] == "supervisor")
    budi = server.officer("budi")
    assert refused(budi.press, "sit", counter="1") == "counter_taken"
    budi.press("sit", counter="1", take_over=True)
    assert refused(ani.press, "call_next") == "no_counter"


def test_parked_visitors_come_back_and_the_day_closes_with_reasons(server: Server) -> None:
    kiosk = server.kiosk()
    number = kiosk.take("kunjungan")
    ani, sari = server.officer(counter="1"), server.supervisor()
    called = ani.press("call_next")
    settle()
    ani.press("start")
    settle()
    assert refused(sari.press, "close_day", reason="told_to_come_back") == "left_behind"
    ani.press("park", reason="papers_missing")
    ani.wait_for(lambda p: p["parked"] and p["parked"][0]["clock"] == "visitor")
    assert refused(sari.press, "close_day") == "reason_needed_each"
    ani.press("bring_back", step=called["step"])
    settle()
    assert ani.press("call_next")["label"] == number["label"]
    settle()
    ani.press("skip")
    assert sari.press("close_day", reason="told_to_come_back")["left"] == 1
