"""What an officer may take back: one table, offered exactly while the press would be taken, and all as it was."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from backstage import let_time_pass, rows
from cast import Server, settle

from queue_server.client import Officer, Refusal, Site
from queue_server.commands import moving
from queue_server.commands.moving import advance, restore
from queue_server.domain import undo
from queue_server.domain.errors import Refused
from queue_server.domain.office import Rules
from queue_server.domain.overtaking import Happened, overtakes
from queue_server.domain.ticket import MOVES, MUTABLE, UNDOABLE, State, Step
from queue_server.moment import wall_ms

BOTH_DATABASES = True  # where one is used; see conftest.py
STEP = Step(*range(len(Step.__dataclass_fields__)))


# --- the rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "state"), [(a, s) for a, s in MOVES if a in UNDOABLE])
def test_the_step_is_what_it_was(act: str, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks, place, class and counter: as if the act had never been."""
    monkeypatch.setattr(moving, "not_counted", lambda *_stretch: 250)
    was = Step(**{**vars(STEP), "state": str(state), "park_clock": "office", "clock_doubt": 0, "before": ""})
    tx = SimpleNamespace(now=SimpleNamespace(at=9_000, tick=was.since_tick + 5_000, boot=was.boot + 1))
    after = advance(tx, was, act, counter="9", person_id=99, returned_seq=7, outcome="x")  # type: ignore[arg-type]
    assert after.state == MOVES[act, state] != str(state)
    assert restore(after) == was


def done(kind: str, state: State = State.CALLED, **more: Any) -> undo.Done:
    before = f'{{"state": "{state}", "counter": "1"}}'
    return undo.Done(**{"seq": 8, "kind": kind, "at": 1_000, "actor": "person:1", "step": 5, "last_seq": 8,
                        "before": before, **more})


HERE = undo.Desk("1")


def verdict(what: undo.Done, desk: undo.Desk = HERE, now: int = 2_000, actor: str = "person:1") -> str:
    try:
        undo.check(what, actor, desk, Rules(undo_s=10), now)
    except Refused as refused:
        return refused.code
    return ""


def test_only_the_newest_act_by_the_same_officer_and_in_time() -> None:
    assert [verdict(done(kind)) for kind in UNDOABLE.values()] == [""] * 7
    assert verdict(done("recalled")) == "undo_not_undoable"
    assert verdict(done("skipped"), actor="person:2") == "undo_not_yours"
    assert verdict(done("skipped", last_seq=9)) == "undo_not_latest"
    assert verdict(done("skipped", before="")) == "undo_not_latest"
    assert verdict(done("transferred", gone_on=1)) == "undo_not_latest"
    assert verdict(done("skipped"), now=11_000) == "" and verdict(done("skipped"), now=11_001) == "undo_too_late"


def test_never_two_visitors_at_a_counter_nor_one_where_the_officer_is_not() -> None:
    assert verdict(done("skipped"), undo.Desk("1", 6)) == "undo_visitor_here"
    assert verdict(done("started"), undo.Desk("1", 5)) == ""
    assert verdict(done("skipped"), undo.Desk("2")) == verdict(done("skipped"), undo.Desk()) == "undo_other_counter"
    assert verdict(done("called", State.WAITING), undo.Desk("1", 5)) == ""


def test_a_place_that_never_was_is_overtaken_by_nobody() -> None:
    def line(*more: Happened) -> dict[int, int]:
        first = [Happened(1, "joined", 1, "a", 10), Happened(2, "joined", 2, "a", 20)]
        return overtakes([*first, Happened(3, "called", 1, "a", 10, "first"), *more])

    skipped = Happened(4, "returned", 1, "a", 10, return_after=0)
    passed = Happened(5, "called", 2, "a", 20, "first")
    assert line(skipped, passed)[1] == 1
    assert line(skipped, passed, Happened(6, "undone", 1, "a", 10, undone_seq=4))[1] == 0
    moved = Happened(4, "joined", 3, "a", 15)
    assert line(moved, passed)[3] == 1
    assert line(moved, passed, Happened(6, "undone", 1, "a", 10, undone_seq=4))[3] == 0


def test_an_undone_call_of_a_parked_visitor_leaves_no_one_waiting() -> None:
    history = [
        Happened(1, "joined", 1, "a", 10), Happened(2, "called", 1, "a", 10, "first"),
        Happened(3, "joined", 2, "a", 20),
        Happened(4, "called", 1, "a", 10, "parked"), Happened(5, "undone", 1, "a", 10, undone_seq=4),
        Happened(6, "called", 2, "a", 20, "first")]
    assert overtakes(history) == {1: 0, 2: 0}


# --- on a real server ------------------------------------------------------------------------------


def step_row(server: Server, step: int) -> dict[str, Any]:
    names = [name for name in MUTABLE if name != "last_seq"]
    found = rows(server.data, f"SELECT {', '.join(names)} FROM step WHERE id = ?", step)[0]
    return dict(zip(names, found, strict=True))


def refusal(officer: Officer, act: str, **args: Any) -> str:
    with pytest.raises(Refusal) as no:
        officer.press(act, **args)
    return no.value.code


def offered(officer: Officer, act: str) -> dict[str, Any]:
    picture = officer.wait_for(lambda p: p["undo"] and p["undo"]["act"] == act)
    found: dict[str, Any] = picture["undo"]
    return found


ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "call": ("", {}), "start": ("called", {}), "finish": ("serving", {}), "skip": ("called", {}),
    "no_show": ("called", {"reason": "called_aloud"}), "park": ("serving", {"reason": "papers_missing"}),
    "transfer": ("serving", {"service": "titipan"})}


def test_every_undoable_move_is_tried_here() -> None:
    assert set(ACTS) == set(UNDOABLE)


@pytest.mark.parametrize("act", ACTS)
def test_each_is_offered_and_puts_the_visitor_back(server: Server, act: str) -> None:
    state, args = ACTS[act]
    kiosk, ani = server.kiosk(), server.officer(counter="1")
    step = kiosk.take("kunjungan")["step"]
    kiosk.take("kunjungan")
    if state:
        ani.press("call_next")
        settle()
    if state == "serving":
        ani.press("start")
        settle()
    if act == "no_show":  # nobody waits twenty seconds here
        let_time_pass(server.data, "UPDATE call SET at = at - 60000")
    was = step_row(server, step)
    event = ani.press("call_next" if act == "call" else act, **args)
    found = offered(ani, act)
    assert found["event"] == event.get("event", event.get("call")) and found["until"] - found["at"] == 10_000
    ani.press("undo", event=found["event"])
    picture = ani.wait_for(lambda p: p["undo"] is None or p["undo"]["act"] != act)
    assert step_row(server, step) == was
    at_counter = picture["current"] and (picture["current"]["step"], picture["current"]["state"])
    assert at_counter == ((step, state) if state else None)
    calls = rows(server.data, "SELECT state, undone FROM call WHERE step_id = ?", step)
    assert calls == ([("calling", 0)] if state == "called" else [("over", 0)] if state else [("withdrawn", 1)])
    assert refusal(ani, "undo", event=found["event"]) == "undo_not_latest"


def test_it_goes_back_step_by_step_as_long_as_nobody_else_stands_there(server: Server) -> None:
    kiosk, ani = server.kiosk(), server.officer(counter="1")
    labels = [kiosk.take("kunjungan")["label"] for _ in range(3)]
    ani.press("call_next")
    settle()
    skipped = ani.press("skip")["event"]
    settle()
    called = ani.press("call_next")["call"]
    assert refusal(ani, "undo", event=skipped) == "undo_visitor_here"
    assert offered(ani, "call")["event"] == called
    ani.press("undo", event=called)
    assert offered(ani, "skip")["event"] == skipped
    ani.press("undo", event=skipped)
    picture = ani.wait_for(lambda p: p["current"] and p["current"]["label"] == labels[0])
    assert [row["label"] for row in picture["waiting"]["rows"]] == labels[1:]


def test_a_returning_visitor_gets_the_promised_place_again(server: Server) -> None:
    kiosk, ani = server.kiosk(), server.officer(counter="1")
    steps = [kiosk.take("kunjungan")["step"] for _ in range(2)]
    ani.press("call_next")
    settle()
    ani.press("skip")
    was = step_row(server, steps[0])
    assert was["returned_seq"] > 0
    settle()
    called = ani.press("call", step=steps[0], reason="urgent_need")
    ani.press("undo", event=called["call"])
    assert step_row(server, steps[0]) == was


def test_what_a_colleague_has_taken_up_is_offered_no_more(server: Server) -> None:
    kiosk, ani, budi = server.kiosk(), server.officer(counter="1"), server.officer("budi", counter="2")
    kiosk.take("kunjungan")
    step = ani.press("call_next")["step"]
    settle()
    skipped = ani.press("skip")["event"]
    offered(ani, "skip")
    budi.press("call", step=step, reason="urgent_need")
    ani.wait_for(lambda p: p["undo"] is None)
    assert refusal(ani, "undo", event=skipped) == "undo_not_latest"


def test_an_undone_transfer_began_nothing(server: Server) -> None:
    kiosk, ani, citra = server.kiosk(), server.officer(counter="1"), server.officer("citra", counter="3")
    label = kiosk.take("kunjungan")["label"]
    called = ani.press("call_next")
    settle()
    moved = ani.press("transfer", service="titipan")
    citra.wait_for(lambda p: p["waiting"]["total"] == 1)
    ani.press("undo", event=moved["event"])
    citra.wait_for(lambda p: p["waiting"]["total"] == 0)
    assert refusal(citra, "call", step=moved["step"], reason="urgent_need") == "not_now"
    settle()
    again = ani.press("transfer", service="titipan")
    assert again["step"] > moved["step"] > called["step"]
    citra.wait_for(lambda p: [row["label"] for row in p["waiting"]["rows"]] == [label])
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": "sari", "password": server.passwords["rutan", "sari"]})
    found = site.get("/supervisor/rutan/log")
    assert [(e["leg"], e["state"]) for e in found["rows"]] == [(2, "waiting"), (1, "transferred")]
    citra.press("call", step=again["step"], reason="urgent_need")
    ani.wait_for(lambda p: p["undo"] is None)
    assert refusal(ani, "undo", event=again["event"]) == "undo_not_latest"


def test_a_paused_counter_serves_again_when_its_visitor_is_back(server: Server) -> None:
    server.kiosk().take("kunjungan")
    ani = server.officer(counter="1")
    ani.press("call_next")
    settle()
    ani.press("start")
    settle()
    finished = ani.press("finish")["event"]
    settle()
    ani.press("pause", reason="rest")
    assert offered(ani, "finish")["event"] == finished
    ani.press("undo", event=finished)
    ani.wait_for(lambda p: p["current"] and p["counter"]["state"] == "open")


def test_the_time_is_the_office_s_and_it_is_offered_no_longer(server: Server) -> None:
    server.kiosk().take("kunjungan")
    ani = server.officer(counter="1")
    ani.press("call_next")
    settle()
    skipped = ani.press("skip")["event"]
    until = offered(ani, "skip")["until"]
    for _ in itertools.takewhile(lambda _n: wall_ms() < until + 200, itertools.count()):
        settle(0.2)
    assert refusal(ani, "undo", event=skipped) == "undo_too_late"
    ani.wait_for(lambda p: p["undo"] is None)
