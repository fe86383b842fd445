"""A recorded day is played through the doors and compared: what holds is said, what does not is found."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import backstage
import nursery
import pytest
from cast import Server

from queue_server.client import Refusal
from queue_server.crowd import Line, Web
from queue_server.replay import compare, generate, play, recording
from queue_server.replay.cast import Cast
from queue_server.replay.log import Logged
from queue_server.replay.place import Place
from queue_server.replay.play import Decide, Follow, Moment, Player
from queue_server.replay.recording import Day, Row

SPEED = 30.0


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as it is typed: a process of its own, with no loop of a browser test in it."""
    return nursery.run(list(words), dict(os.environ), 240)


@pytest.fixture
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server without the demo: its devices are paired by their codes."""
    running = Server(tmp_path / "data", request.param, options=()).start()
    yield running
    running.stop()


@pytest.mark.parametrize(("empty", "mode"), [
    ("eventlet", "--follow"), pytest.param("threading", "--decide", marks=pytest.mark.long)], indirect=["empty"])
def test_a_generated_day_is_played_through_the_public_interface(
    empty: Server, mode: str, tmp_path: Path
) -> None:
    file = tmp_path / "day.csv"
    generate.write(file, generate.generate(tickets=60, seed=13, minutes=12))
    ended = command(
        "replay", str(file), mode, "--speed", str(SPEED), "--any-speed", "--boards", "2", "--phones", "5",
        "--data", str(empty.data), "--port", str(empty.port))
    said = ended.stdout
    assert ended.returncode == 0, said + ended.stderr
    assert "60 tickets recorded, 60 in our log (and 20 of the trial before)" in said
    assert "All holds." in said and "2 boards drew" in said
    assert "changed: " in said, "the generated day has rows that must be moved to another counter"


def test_a_replay_without_a_server_says_so(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    generate.write(file, generate.generate(tickets=5, seed=1, minutes=5))
    ended = command("replay", str(file), "--data", str(tmp_path), "--port", "1")
    assert ended.returncode == 2 and "No server answers" in ended.stderr


def test_a_day_is_the_same_from_the_same_seed() -> None:
    assert generate.generate(50, 7, 30) == generate.generate(50, 7, 30) != generate.generate(50, 8, 30)


# --- reading -----------------------------------------------------------------------------------


def day_of(tmp_path: Path, *rows: dict[str, str]) -> Day:
    file = tmp_path / "day.csv"
    generate.write(file, [{**dict.fromkeys(recording.NEEDED, ""), **row} for row in rows])
    return recording.read(file)


def served(ticket: str, called: str, ended: str, counter: str = "C1", issued: str = "07:00:00") -> dict[str, str]:
    at = {"issued_at": issued, "called_at": called, "served_at": called, "ended_at": ended}
    times = {name: f"2026-03-02T{text}" if len(text) == 8 else text for name, text in at.items()}
    return {"ticket": ticket, "service": "S", "priority": "0", "outcome": "served", "counter": counter, **times}


def gave_up(ticket: str, issued: str, abandoned: str) -> dict[str, str]:
    return {"ticket": ticket, "service": "S", "priority": "1", "outcome": "abandoned",
            "issued_at": f"2026-03-02T{issued}", "abandoned_at": f"2026-03-02T{abandoned}"}


def test_who_overlaps_moves_to_another_counter_and_as_few_as_possible(tmp_path: Path) -> None:
    day = day_of(
        tmp_path, served("long", "08:00:00", "09:00:00"), served("a", "08:10:00", "08:20:00"),
        served("b", "08:30:00", "08:40:00"), served("other", "07:30:00", "07:40:00", "C2"))
    assert {row.ticket: row.counter for row in day.rows} == {"long": "C2", "a": "C1", "b": "C1", "other": "C2"}
    assert [(note.ticket, note.what, note.changed) for note in day.notes] == [("long", "C1 -> C2", True)]


def test_without_a_counter_a_free_one_is_found_and_a_new_one_when_none_is(tmp_path: Path) -> None:
    day = day_of(
        tmp_path, served("a", "08:00:00", "08:10:00"), served("b", "08:05:00", "08:06:00", ""),
        served("c", "08:10:00", "08:11:00", ""))
    assert [row.counter for row in day.rows] == ["C1", "extra-2", "C1"]
    assert [note.why for note in day.notes] == ["no counter recorded: a free one"] * 2


def test_what_is_unusual_is_said_and_what_cannot_be_played_is_left_out(tmp_path: Path) -> None:
    day = day_of(
        tmp_path, served("zero", "08:00:00", "08:00:00"), served("night", "23:59:00", "2026-03-03T00:10:00"),
        gave_up("at once", "08:00:00", "08:00:00"), {**served("half", "08:00:00", "08:10:00"), "ended_at": ""},
        {**served("back", "08:30:00", "08:20:00"), "counter": "C3"})
    assert [row.ticket for row in day.rows] == ["zero", "night", "at once"]
    assert day.last == 86_400 + 600
    told = {note.ticket: note.why.partition(":")[0] for note in day.notes}
    assert told == {
        "zero": "served for 0 s", "night": "goes on past midnight", "at once": "gave up in the second of issue",
        "half": "left out", "back": "left out"}


@pytest.mark.parametrize(("text", "says"), [
    ("ticket,issued_at\n", "has no column service"),
    (",".join(recording.NEEDED) + "\n", "holds no tickets"),
    (",".join(recording.NEEDED) + "\nA1,yesterday,S,0,,,,,served,C1\n", "line 2: issued_at is 'yesterday'"),
    (",".join(recording.NEEDED) + "\nA1,2026-03-02T08:00:00,S,0,,,,2026-03-02T08:01:00,abandoned,\n",
     "nobody was served"),
])
def test_a_file_that_is_no_recorded_day_is_refused_with_the_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "day.csv"
    file.write_text(text)
    with pytest.raises(recording.RecordingError, match=says):
        recording.read(file)


# --- comparing ---------------------------------------------------------------------------------

T0 = 1_800_000_000.0
PLACE = Place("replay", (), "supervisor", "")


def followed(kind: type[Player] = Follow) -> tuple[Player, list[Logged]]:
    """A day of three as it would be played and logged without a fault, 10 times as fast."""
    rows = (
        Row("a", "S", False, 0, 100, 110, 200, None, "C1"), Row("b", "S", True, 50, 210, 210, 300, None, "C1"),
        Row("c", "S", False, 60, None, None, None, 90, ""),
    )
    player = kind(Day("day", "2026-03-02", rows, ()), Cast("", PLACE), 10.0, lambda text, share: None)
    log = []
    for step, played in enumerate(player.played, 1):
        row = played.row
        played.step = step
        instants = {"issue": row.issued, "call": row.called, "start": row.started, "finish": row.ended,
                    "cancel": row.abandoned}
        at = {name: T0 + x / 10 for name, x in instants.items() if x is not None}
        played.moments = {name: Moment(x - 0.01, x + 0.01) for name, x in at.items()}
        end = at.get("call", at.get("cancel", 0.0))
        rule, reason = ("out_of_order", "replay") if row.served else ("", "")
        log.append(Logged(
            step, "S", row.priority, "done" if row.served else "cancelled", at["issue"], at.get("call"),
            at.get("start"), at.get("finish", at.get("cancel")), end - at["issue"],
            at.get("start", 0) - at.get("call", 0), at.get("finish", 0) - at.get("start", 0), rule, reason,
            row.counter, 0))
    return player, log


def test_a_faithful_log_passes() -> None:
    player, log = followed()
    assert compare.compare(player, log).wrong == []


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda log: log[:-1], "lost: c"),
    (lambda log: [*log, log[0]], "more than once in the log: 1"),
    (lambda log: [*log, replace(log[0], step=9)], "in the log, but not played: 9"),
    (lambda log: [replace(log[0], state="serving"), *log[1:]], "not ended: a"),
    (lambda log: [replace(log[0], counter="C2"), *log[1:]], "served at another counter: a"),
    (lambda log: [replace(log[0], reason="urgent_need"), *log[1:]], "not logged as out of order for the replay: a"),
    (lambda log: [replace(log[0], called=log[0].called + 0.3), *log[1:]],
     "logged at another time than pressed: a call"),
    (lambda log: [replace(log[0], wait=log[0].wait + 0.3), *log[1:]],
     "a duration that its presses cannot give: a wait"),
    (lambda log: [replace(log[1], serve=0.0), log[0], log[2]], "a duration that its presses cannot give: b serve"),
    (lambda log: [replace(log[0], recalls=1), *log[1:]], "recalled, though nobody did: a"),
])
def test_a_log_that_is_not_true_is_found(spoil: Any, says: str) -> None:
    player, log = followed()
    wrong = compare.compare(player, spoil(log)).wrong
    assert any(line.startswith(says) for line in wrong), wrong


def test_a_machine_too_slow_for_the_speed_is_told_from_a_log_that_is_wrong() -> None:
    player, log = followed()
    late = 0.7  # seconds at which the finish came too late: 7 recorded seconds
    moment = player.played[0].moments["finish"]
    player.played[0].moments["finish"] = Moment(moment.sent + late, moment.answered + late)
    ended = log[0].ended
    assert ended is not None
    log[0] = replace(log[0], ended=ended + late, serve=log[0].serve + late)
    assert [line[:30] for line in compare.compare(player, log).wrong] == ["1 durations are off by more th"]
    assert compare.compare(player, log, any_speed=True).wrong == []


def decided(*lines: tuple[int, bool, float, float]) -> list[Logged]:
    """(step, priority, issued, called) of visitors served one second each, one after the other."""
    return [
        Logged(step, "S", priority, "done", T0 + issued, T0 + called, T0 + called, T0 + called + 1, called - issued, 0,
               1, "first", "", "C1", 0) for step, priority, issued, called in lines]


def test_an_order_that_overtakes_more_than_the_rule_allows_is_found() -> None:
    rows = tuple(Row(str(n), "S", False, n, n, n, n + 1, None, "C1") for n in range(6))
    player = Decide(Day("day", "2026-03-02", rows, ()), Cast("", PLACE), 1.0, lambda text, share: None)
    for step, played in enumerate(player.played, 1):
        played.step = step
    fair = decided(*((n, False, n / 10, 10 + n) for n in range(1, 7)))
    assert compare.compare(player, fair).wrong == []
    unfair = decided((1, False, 0, 20), *((n, n % 2 == 0, n / 10, 10 + n) for n in range(2, 7)))
    assert any("overtaken more often" in line for line in compare.compare(player, unfair).wrong)
    together = [*fair[:4], replace(fair[4], called=T0 + 14.5), fair[5]]
    assert any("two visitors at one counter" in line for line in compare.compare(player, together).wrong)


# --- giving up at the moment of the call -------------------------------------------------------


class Crossing(Cast):
    """An office with one visitor who is served and one who gives up exactly while the answer to their call is on its
    way. ``start_first``: the server hears that service began before it hears of the giving up."""

    def __init__(self, start_first: bool) -> None:
        super().__init__("", PLACE)
        self.start_first = start_first
        self.states: dict[int, str] = {}
        self.here = 0
        self.pressed, self.started = asyncio.Event(), asyncio.Event()
        self.officers = {"C1": self}  # type: ignore[dict-item]

    async def issue(self, service: str, priority: bool, key: str) -> dict[str, Any]:
        step = len(self.states) + 1
        self.states[step] = "waiting"
        return {"step": step, "label": str(step), "secret": str(step)}

    def follow(self, step: int, secret: str) -> None:
        return

    async def cancel(self, secret: str) -> None:
        self.pressed.set()
        if self.start_first:
            await self.started.wait()
            raise Refusal({"refused": "not_now"})
        assert self.states[int(secret)] == "called"
        self.states[int(secret)], self.here = "cancelled", 0

    async def press(self, act: str, **args: Any) -> dict[str, Any]:
        if act == "call_next":
            self.here = next((step for step, state in self.states.items() if state == "waiting"), 0)
            if not self.here:
                raise Refusal({"refused": "nobody_waiting"})
            self.states[self.here] = "called"
            step = self.here
            if step == 2:
                await self.pressed.wait()
                await asyncio.sleep(0.05)
            return {"step": step}
        if not self.here:
            raise Refusal({"refused": "nobody_here"})
        self.states[self.here] = {"start": "serving", "finish": "done"}[act]
        if self.here == 2:
            self.started.set()
        return {}


@pytest.mark.parametrize("start_first", [False, True])
def test_who_gives_up_at_the_moment_of_the_call_is_no_fault(
    start_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play, "LEAD_S", 0.1)
    rows = (Row("served", "S", False, 0, 1, 1, 4, None, "C1"), Row("gave up", "S", False, 0.5, None, None, None, 8, ""))
    house = Crossing(start_first)
    player = Decide(Day("day", "2026-03-02", rows, ()), house, 20.0, lambda text, share: None)
    backstage.play(asyncio.wait_for(player.run(), 20))
    assert [played.problem for played in player.played] == ["", ""] and all(played.ended for played in player.played)
    assert house.states == {1: "done", 2: "done" if start_first else "cancelled"}
    gone, stayed = ([p.row.ticket for p in found] for found in (player.left_called, player.stayed))
    assert (gone, stayed) == ([], ["gave up"]) if start_first else (["gave up"], [])
    served_at = T0 + 1 if start_first else None
    log = [
        Logged(1, "S", False, "done", T0, T0, T0, T0 + 1, 0, 0, 1, "first", "", "C1", 0),
        Logged(2, "S", False, house.states[2], T0, T0 + 1, served_at, T0 + 2, 1, 0, 1, "first", "", "C1", 0)]
    said = "\n".join(compare.compare(player, log).lines)
    assert "1 gave up while they were being called" in said
    assert ("so they were served: gave up" if start_first else "gone before service began: gave up") in said


# --- the demo ----------------------------------------------------------------------------------


def test_the_demo_plays_a_morning_and_leaves_the_counters_tidy(server: Server) -> None:
    ani = server.officer("ani", counter="1")  # somebody tries the demo: the counter stays theirs
    board = server.board()
    options = ["demo", "--data", str(server.data), "--port", str(server.port), "--office", "rutan"]
    ended = command(*options, "--minutes", "0.4")
    said = ended.stdout
    assert ended.returncode == 0, said + ended.stderr
    assert f"http://localhost:{server.port}/display/rutan/tv-tunggu" in said and "kanim" not in said
    assert "free for you: Counter 2\n" in said, "the units of a room are led from its console: nobody sits there"
    assert "destroyed" not in ended.stderr
    assert board.picture["calls"], "a board called within the minute"
    picture = ani.wait_for(lambda p: all(not c["person"] or c["mine"] for c in p["counters"]))
    assert picture["counter"]["key"] == "1" and picture["waiting"]["total"] == 0
    assert command(*options, "--minutes", "0.02").returncode == 0, "a second time its people get new passwords"
    sari = server.supervisor()
    assert [device["kind"] for device in sari.picture["boards"]] == ["board"], "its kiosks are taken away again"
    sari.close()


class Answering(Web):
    """Its answer comes at the very moment when whoever asked is told to stop."""

    asking: asyncio.Task[Any]

    async def _ask(self, method: str, path: str, message: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0.01)
        self.asking.cancel()
        return {"ok": True}


class Closing(Line):
    """Whoever closes it is told to stop meanwhile."""

    closer: asyncio.Task[Any]

    async def _keep(self) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            self.closer.cancel()
            await asyncio.sleep(0.01)


def test_being_told_to_stop_is_never_lost() -> None:
    """Or a demo that is ended would go on for ever."""

    async def asks(web: Answering) -> None:
        await web.post("/")
        await asyncio.sleep(60)

    async def closes(line: Closing) -> None:
        line._task = asyncio.create_task(line._keep())
        await asyncio.sleep(0)
        await line.close()
        await asyncio.sleep(60)

    async def both() -> None:
        web, line = Answering("http://127.0.0.1"), Closing(Web("http://127.0.0.1"), {})
        web.asking, line.closer = asyncio.create_task(asks(web)), asyncio.create_task(closes(line))
        await asyncio.wait({web.asking, line.closer}, timeout=5)
        assert web.asking.cancelled() and line.closer.cancelled()

    backstage.play(both())


class Forgetting(Line):
    """A line whose server is just forgetting it: the library answers ["", 400] to whatever is pressed."""

    def __init__(self, *answers: str) -> None:
        super().__init__(Web("http://127.0.0.1"), {})
        self.answers, self.pressed = list(answers), list[Any]()
        self.up.set()

    def _send(self, text: str, opcode: int = 1) -> None:
        number, _, rest = text[2:].partition("[")
        self.pressed.append(json.loads("[" + rest)[1])
        self._heard(f"43{number}{self.answers.pop(0)}")


@pytest.mark.parametrize("none", ['["",400]', "[]", "[null]"])
def test_an_answer_that_is_none_is_asked_for_again_with_its_key(none: str) -> None:
    line = Forgetting(none, '[{"ok":true,"n":1}]')
    assert backstage.play(line.press("call_next")) == {"ok": True, "n": 1}
    assert len(line.pressed) == 2 and line.pressed[0] == line.pressed[1]


def test_a_page_of_a_proxy_is_no_answer() -> None:
    async def ask() -> None:
        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>")

        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionError, match=r"/press was answered with no answer of ours: HTTP/1.1 502"):
            await Web(f"http://127.0.0.1:{port}").post("/press")
        server.close()

    backstage.play(ask())


def test_the_demo_leaves_a_real_office_alone(server: Server) -> None:
    options = ["demo", "--data", str(server.data), "--port", str(server.port), "--office", "elsewhere"]
    ended = command(*options)
    assert ended.returncode == 2 and "no demo office" in ended.stderr
