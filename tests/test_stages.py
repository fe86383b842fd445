"""A visit of several stages on one number: it goes on by rule, each stage has its own queue and clocks, and where two
must be ready nobody is called before both are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from any_office import example
from backstage import events
from held_clock import DAY, DOOR, KEY, House, house
from journeys import with_stages

from queue_server.commands import counter, day, rooms, stages, undo, visitor
from queue_server.domain.errors import Refused
from queue_server.domain.rebuilt import Rebuilt
from queue_server.office_file import OfficeFileError, read, write
from queue_server.screens import counter as officers_console
from queue_server.screens import kiosk, room_pictures
from queue_server.screens import visitor as phone
from queue_server.snapshot import Snapshot
from queue_server.store import offices, pictures, standards
from queue_server.transaction import Actor


@pytest.fixture
def here(tmp_path: Path) -> Iterator[House]:
    """Counter 3 serves everything, so that one officer can take a visitor through it all."""
    with house(tmp_path / "data", with_stages(example(KEY))) as found:
        found.press(rooms.open_room, room="besuk")
        yield found


def shown(here: House) -> Snapshot:
    with here.session.database.read() as c:
        return pictures.snapshot(c, offices.heads_of(c, [KEY])[0], here.clock.now())


def console(here: House) -> dict[str, Any]:
    return room_pictures.console(shown(here), "besuk", here.officer.person_id or 0)


def on_phone(here: House, secret: str) -> dict[str, Any]:
    with here.session.database.read() as c:
        held = pictures.held(c, 1, secret)
        assert held is not None
        return phone.picture(shown(here), held, None)["ticket"]  # type: ignore[no-any-return]


def taken(here: House) -> dict[str, Any]:
    ticket: dict[str, Any] = here.press(
        visitor.issue, DOOR, service="kunjungan", channel="door", priority=False)["ticket"]
    return ticket


def ticket_of(here: House, label: str) -> int:
    return next(int(one["ticket"]) for one in console(here)["awaited"] if one["label"] == label)


def ready(here: House, label: str) -> bool:
    return bool(here.press(stages.other_ready, ticket=ticket_of(here, label), service="besuk")["both"])


def log(here: House, kind: str) -> list[dict[str, Any]]:
    return [json.loads(e.body) for e in events(here.session.settings.data, KEY) if e.kind == kind]


def refused(here: House, command: Any, actor: Actor | None = None, **args: Any) -> str:
    with pytest.raises(Refused) as no:
        here.press(command, actor, **args)
    return no.value.code


def test_a_number_goes_through_every_stage_and_each_has_its_own_clocks(here: House) -> None:
    label = taken(here)["label"]
    here.passes(3)
    here.serve(minutes=2)                       # registration
    assert [one["label"] for one in console(here)["awaited"]] == [label], "the inmate is sent for"
    here.passes(4)
    here.serve(minutes=3)                       # search
    assert ready(here, label)
    here.passes(1)
    found = here.press(rooms.room_call, room="besuk")
    assert found["label"] == label
    here.passes(1)
    here.press(rooms.room_start, step=found["step"])
    here.passes(30)
    here.press(rooms.room_end, step=found["step"])
    lines = list(here.entries().values())
    assert [(e.service, e.state, e.outcome, e.leg) for e in lines] == [
        ("kunjungan", "transferred", "next_stage", 1), ("penggeledahan", "transferred", "next_stage", 2),
        ("besuk", "done", "served", 3)]
    assert [round(e.serve / 60_000) for e in lines] == [2, 3, 30]
    assert [e.verdict.service_on_time for e in lines] == [True, True, True], "a stage is judged like any service"
    assert [e.verdict.visit.why for e in lines[:2]] == ["not_stated", "not_stated"]
    assert lines[2].number == lines[0].number


def test_the_visit_is_judged_once_at_its_end(here: House) -> None:
    office = here.office
    promised = replace(office.service("kunjungan").standard, visit_min=60)
    here.configure(replace(office, services=tuple(
        replace(s, standard=promised) if s.key == "kunjungan" else s for s in office.services)))
    taken(here)
    here.serve()
    first, _next = here.entries().values()
    assert (first.verdict.visit.on_time, first.verdict.visit.why) == (None, "goes_on")


def test_nobody_is_called_before_both_are_ready_and_both_waits_are_measured(here: House) -> None:
    first, second = taken(here)["label"], taken(here)["label"]
    for _ in range(4):
        here.serve(minutes=1)
    assert console(here)["waiting"]["total"] == 0
    assert refused(here, rooms.room_call, room="besuk") == "nobody_waiting"
    here.passes(6)
    ready(here, second)
    here.passes(4)
    ready(here, first)
    order = [row["label"] for row in console(here)["waiting"]["rows"]]
    assert order == [first, second], "whoever came first keeps the place, although the inmate came later"
    waits = [(round(b["visitor_waited_ms"] / 60_000), b["other_waited_ms"]) for b in log(here, "both_ready")]
    assert waits == [(6, 0), (12, 0)], "of the second who was ready at once, and of the first"
    assert console(here)["readiness"]["n"] == 2
    assert console(here)["readiness"]["other_ms"] == 0


def test_an_inmate_who_is_there_first_waits_for_the_visitor(here: House) -> None:
    label = taken(here)["label"]
    here.serve()
    assert not ready(here, label)
    here.passes(7)
    here.serve(minutes=2, walk=1)
    body, = log(here, "both_ready")
    assert (body["visitor_waited_ms"], round(body["other_waited_ms"] / 60_000)) == (0, 10)
    assert console(here)["awaited"] == []
    assert [row["label"] for row in console(here)["waiting"]["rows"]] == [label]


def test_the_wait_for_the_inmate_counts_where_the_standard_says_so(here: House) -> None:
    label = taken(here)["label"]
    here.serve()
    here.serve()
    here.passes(12)
    ready(here, label)
    found = here.press(rooms.room_call, room="besuk")
    entry = here.entries()[found["step"]]
    assert round(entry.wait / 60_000) == 12
    assert entry.verdict.wait_on_time is False, "ten minutes were promised"


def test_ready_twice_is_ready_once(here: House) -> None:
    label = taken(here)["label"]
    here.serve()
    ticket = ticket_of(here, label)
    for _ in range(2):
        here.press(stages.other_ready, ticket=ticket, service="besuk")
    assert len(log(here, "other_ready")) == 1
    assert refused(here, stages.other_ready, ticket=999, service="besuk") == "no_such_ticket"


def test_an_officer_cannot_declare_both_ready_by_another_way(here: House) -> None:
    taken(here)
    here.serve()
    here.serve()
    step = max(here.entries())
    assert refused(here, counter.arrived, step=step) == "other_not_ready"
    here.passes(1)
    assert refused(here, counter.call, step=step, reason="urgent_need") == "other_not_ready"


def test_only_who_was_served_goes_on(here: House) -> None:
    taken(here)
    here.passes(1)
    here.press(counter.call_next)
    here.passes(1)
    here.press(counter.start)
    here.passes(1)
    here.press(counter.finish, outcome="incomplete")
    assert [e.state for e in here.entries().values()] == ["done"]
    assert console(here)["awaited"] == []


def test_a_finish_that_went_on_is_taken_back_whole(here: House) -> None:
    taken(here)
    here.passes(1)
    here.press(counter.call_next)
    here.passes(1)
    here.press(counter.start)
    here.passes(1)
    event = here.press(counter.finish)["event"]
    here.passes(0.05)
    here.press(undo.undo, event=event)
    assert [(e.service, e.state) for e in here.entries().values()] == [("kunjungan", "serving")]
    here.passes(1)
    here.press(counter.finish)
    assert [e.service for e in here.entries().values()] == ["kunjungan", "penggeledahan"]


def test_no_number_is_taken_for_a_stage(here: House) -> None:
    assert refused(here, visitor.issue, DOOR, service="besuk", channel="door", priority=False) == "stage_only"
    offered = {s["key"] for s in kiosk.picture(shown(here), "door")["services"]}
    assert "kunjungan" in offered and not offered & {"besuk", "penggeledahan"}


def test_the_phone_shows_the_journey_and_says_when_it_is_in_the_locker(here: House) -> None:
    secret = taken(here)["secret"]
    first = on_phone(here, secret)
    assert [s["state"] for s in first["journey"]] == ["now", "ahead", "ahead"] and not first["phone_away"]
    here.serve()
    assert on_phone(here, secret)["phone_away"]
    assert refused(here, visitor.coming, secret=secret) == "phone_away"
    here.serve()
    last = on_phone(here, secret)
    assert [s["state"] for s in last["journey"]] == ["done", "done", "now"]
    assert last["other_awaited"] and last["phone_away"]
    assert refused(here, visitor.arrived, secret=secret, door="x") == "phone_away", "no call depends on a phone"


def test_a_deaf_visitor_whose_phone_is_in_the_locker_is_fetched_though_none_was_asked_for(here: House) -> None:
    step = here.number("kunjungan", needs="sign", fetch=False)

    def is_fetched() -> bool:
        return bool(officers_console.picture(shown(here), here.officer.person_id or 0)["fetch"])

    assert not is_fetched(), "the phone tells them"
    here.serve()
    assert is_fetched(), "before the call already, so that somebody goes there"
    here.passes(0.02)
    assert here.press(counter.call_next)["fetch"] is True and step


def test_the_list_of_stages_says_what_is_done_first_and_at_another_place(here: House) -> None:
    visit = replace(here.office.service("kunjungan"), first_stage={"id": "Pendaftaran"}, elsewhere={"id": "Bayar"})
    here.configure(replace(here.office, services=tuple(
        visit if s.key == visit.key else s for s in here.office.services)))
    assert read(write(here.office), "rutan.toml") == here.office
    secret = taken(here)["secret"]
    found = on_phone(here, secret)["journey"]
    assert [s["name"]["id"] for s in found] == ["Pendaftaran", "Penggeledahan", "Ruang kunjungan", "Bayar"]
    assert [s["state"] for s in found] == ["now", "ahead", "ahead", "elsewhere"]
    assert [s["phone_away"] for s in found] == [False, True, False, False], "said before the phone is handed in"


def test_the_officer_sees_where_a_number_goes_on_to_before_the_press(here: House) -> None:
    def next_stage() -> Any:
        return officers_console.picture(shown(here), here.officer.person_id or 0)["current"]["next_stage"]

    taken(here)
    here.passes(0.02)
    here.press(counter.call_next)
    assert next_stage() == {"id": "Penggeledahan"}
    here.passes(0.5)
    here.press(counter.start)
    here.passes(1)
    here.press(counter.finish)
    here.number("informasi")
    here.passes(0.02)
    here.press(counter.call_next)
    assert next_stage() == {"id": "Ruang kunjungan"}, "searched, the visitor goes on to the room"
    here.passes(0.5)
    here.press(counter.start)
    here.passes(1)
    here.press(counter.finish)
    here.passes(0.02)
    here.press(counter.call_next)
    assert next_stage() is None


def test_a_batch_says_who_was_not_ready(here: House) -> None:
    labels = [taken(here)["label"] for _ in range(3)]
    for _ in range(6):
        here.serve(minutes=1)
    for label in labels[1:]:
        ready(here, label)
    here.passes(1)
    made = here.press(rooms.call_batch, room="besuk")
    assert [c["label"] for c in made["called"]] == labels[1:]
    assert [why for _step, why in made["passed"]] == ["not_ready"]
    assert [(p["label"], p["why"]) for p in console(here)["batch"]["passed"]] == [(labels[0], "not_ready")]


def test_the_log_alone_tells_the_same_as_the_tables(here: House) -> None:
    labels = [taken(here)["label"] for _ in range(2)]
    for _ in range(4):
        here.serve(minutes=1)
    here.passes(3)
    ready(here, labels[1])
    here.passes(1)
    found = here.press(rooms.room_call, room="besuk")
    here.passes(1)
    here.press(rooms.room_start, step=found["step"])
    here.passes(2)
    here.press(rooms.room_move, step=found["step"], unit="meja-3")
    here.press(rooms.room_end, step=found["step"])
    with here.session.database.read() as c:
        known = standards.by_id(c, 1, offices.heads_of(c, [KEY])[0].config_version)
    rebuilt = Rebuilt(known)
    rebuilt.office = here.office
    for event in events(here.session.settings.data, KEY):
        rebuilt.take(event, json.loads(event.body))
    assert rebuilt.problems == []
    told = {
        leg.id: (leg.service, str(leg.state), leg.counter, leg.person, leg.arrived_at) for leg in rebuilt.legs.values()}
    assert told == {
        step: (e.service, e.state, e.counter, e.person, e.arrived_at) for step, e in here.entries().items()}


def test_a_day_that_closes_leaves_nobody_waiting_for_ever(here: House) -> None:
    taken(here)
    here.serve()
    here.press(day.close_day, reason="told_to_come_back")
    assert console(here)["awaited"] == [] and here.clock.at >= here.at(DAY, "8:30")


def test_stages_survive_the_office_file() -> None:
    office = with_stages(example(KEY))
    assert read(write(office), "rutan.toml") == office


@pytest.mark.parametrize(("before", "after", "code"), [
    ('stages = ["penggeledahan", "besuk"]', 'stages = ["penggeledahan", "besukk"]', "no_such_stage"),
    ('stages = ["penggeledahan", "besuk"]', 'stages = ["kunjungan"]', "stage_of_stage"),
    ('stages = ["penggeledahan", "besuk"]', 'stages = []', "only_stages"),
    ('key = "tv-besuk"\nhall = "besuk"', 'key = "tv-besuk"\nhall = "tunggu"', "no_board_without_phone"),
])
def test_a_wrong_journey_is_told(before: str, after: str, code: str) -> None:
    text = write(with_stages(example(KEY)))
    assert before in text
    with pytest.raises(OfficeFileError) as wrong:
        read(text.replace(before, after), "rutan.toml")
    assert code in {problem.code for problem in wrong.value.problems}
