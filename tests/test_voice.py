"""``python -m queue_server voice``: which call it speaks, and that it does so against a server."""

from __future__ import annotations

import argparse
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import socketio
from flask import Flask, jsonify, request, send_from_directory
from werkzeug.serving import BaseWSGIServer, make_server

from queue_server.domain.announcement import announcement
from queue_server.domain.office import Counter
from queue_server.sounds_tool import pcm
from queue_server.sounds_tool.sets import SHIPPED
from queue_server.voice import speaker as voice
from queue_server.voice.queue import VoiceQueue

NOW = 1_000_000


def call(key: int, at: int = NOW, state: str = "calling", heard: bool = False, n: int = 1) -> dict[str, Any]:
    counter = Counter("3", {"id": "Loket 3", "en": "Counter 3"}, "hall", ())
    say = announcement("A", key, counter, ("id", "en"))
    label = f"A\u2009{key:03d}"
    return {"id": key, "label": label, "at": at, "state": state, "heard": heard, "n": n, "say": say}


def picture(*calls: dict[str, Any], speaker: bool = True, on: bool = True, seq: int = 1) -> dict[str, Any]:
    return {"seq": seq, "at": NOW, "speaker": speaker, "voice": on, "calls": list(calls)}


def five_seconds(said: Sequence[Any]) -> int:
    return 5000 * len(said)


@pytest.fixture
def queue() -> VoiceQueue:
    """A voice that has been the hall's speaker for a while."""
    queue = VoiceQueue(five_seconds)
    queue.take(picture(), NOW)
    return queue


def spoken(queue: VoiceQueue) -> list[tuple[int, int]]:
    """Everything it would say now: (call, languages)."""
    out = []
    while (ready := queue.next()) is not None:
        out.append((ready[0]["id"], len(ready[1])))
    return out


# -- which call is next


def test_each_call_is_spoken_once_in_order_of_its_id(queue: VoiceQueue) -> None:
    queue.take(picture(call(8), call(7)), NOW)
    assert spoken(queue) == [(7, 2), (8, 2)]
    queue.take(picture(call(7), call(8), call(9)), NOW)
    assert spoken(queue) == [(9, 2)]


@pytest.mark.parametrize("state", ["over", "withdrawn"])
def test_a_call_that_ended_leaves_the_queue(queue: VoiceQueue, state: str) -> None:
    queue.take(picture(call(7), call(8)), NOW)
    queue.take(picture(call(7, state=state), call(8)), NOW)
    assert spoken(queue) == [(8, 2)]


def test_a_backlog_loses_the_second_language_then_the_repeats(queue: VoiceQueue) -> None:
    queue.take(picture(call(1), call(2)), NOW)
    assert spoken(queue) == [(1, 2), (2, 2)]
    queue.take(picture(call(3), call(4), call(5)), NOW)
    assert spoken(queue) == [(3, 1), (4, 2), (5, 2)]
    queue.take(picture(*(call(n, n=1 + n % 2) for n in range(10, 16))), NOW)
    assert [key for key, _ in spoken(queue)] == [10, 12, 14]


def test_who_starts_speaks_nothing_old() -> None:
    queue = VoiceQueue(five_seconds)
    queue.take(picture(call(1, at=NOW - 30_001), call(2, at=NOW - 29_000), call(3, heard=True)), NOW)
    assert spoken(queue) == [(2, 2)]


def test_who_takes_over_speaks_what_nobody_heard_and_is_young() -> None:
    queue = VoiceQueue(five_seconds)
    calls = (call(1, at=NOW - 15_001), call(2, at=NOW - 14_000), call(3, heard=True))
    queue.take(picture(*calls, speaker=False), NOW)
    assert spoken(queue) == []
    queue.take(picture(*calls), NOW)
    assert spoken(queue) == [(2, 2)]


def test_who_is_no_longer_the_speaker_is_silent(queue: VoiceQueue) -> None:
    queue.take(picture(call(1)), NOW)
    queue.take(picture(call(1), speaker=False), NOW)
    assert spoken(queue) == []


def test_an_office_without_voice_is_silent(queue: VoiceQueue) -> None:
    queue.take(picture(call(1), on=False), NOW)
    assert spoken(queue) == []


# -- against a server


class Office:
    """A small server that behaves as docs/architecture.md says: hello, clips, pictures, acknowledgements."""

    def __init__(self) -> None:
        self.paired = False
        self.refuse: str | None = None
        self.seen: list[tuple[str, Any]] = []
        self.picture = picture()
        self.io = socketio.Server(async_mode="threading")
        self.io.on("connect", self._connect)
        for name in ("alive", "shown", "look"):
            self.io.on(name, lambda sid, data, name=name: self.seen.append((name, data)))
        pages = Flask(__name__)
        pages.add_url_rule("/hello", view_func=self._hello, methods=["POST"])
        pages.add_url_rule(
            "/voice/rutan/<path:clip>", view_func=lambda clip: send_from_directory(SHIPPED, clip)
        )
        app = socketio.WSGIApp(self.io, pages)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server: BaseWSGIServer = make_server("127.0.0.1", self.port, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _hello(self) -> Any:
        assert request.headers["X-Queue"] == "1"
        self.seen.append(("hello", request.json))
        known = request.cookies.get("queue_device") == "secret"
        answer = jsonify({"paired": True, "device": "d"} if self.paired and known else
                         {"paired": False, "code": "4711"})  # fmt: skip
        answer.set_cookie("queue_device", "secret")
        self.paired = True  # the supervisor types the code at once
        return answer

    def _connect(self, sid: str, environ: Any, auth: Any) -> None:
        self.seen.append(("connect", auth))
        if self.refuse:
            raise socketio.exceptions.ConnectionRefusedError("refused", {"refused": self.refuse})
        self.io.emit("picture", self.picture, to=sid)

    def show(self, shown: dict[str, Any]) -> None:
        self.picture = shown
        self.io.emit("picture", shown)

    def beat(self) -> None:
        self.io.emit("beat", {"at": NOW, "seq": self.picture["seq"]})

    def heard(self, name: str) -> list[Any]:
        return [data for what, data in self.seen if what == name]


@pytest.fixture
def office() -> Iterator[Office]:
    server = Office()
    yield server
    server.server.shutdown()
    server.server.server_close()


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def loudspeaker(office: Office, tmp_path: Path) -> Iterator[voice.Voice]:
    speaker = voice.Voice(office.address, "rutan", "tv1", voice.into_folder(tmp_path / "out"), "secret")
    thread = threading.Thread(target=speaker.run, daemon=True)
    thread.start()
    yield speaker
    speaker.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_calls_are_written_and_acknowledged(office: Office, loudspeaker: voice.Voice, tmp_path: Path) -> None:
    until(lambda: office.heard("alive"))
    office.show(picture(call(12), call(13), seq=2))
    until(lambda: len(office.heard("shown")) == 2)
    assert office.heard("shown")[0] == {"calls": [{"id": 12, "drawn": False, "spoken": True}]}
    assert office.heard("alive")[0] == {"sound": "running"}
    assert office.heard("connect")[0] == {
        "screen": "board", "office": "rutan", "board": "tv1", "device": "secret"
    }  # fmt: skip
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["00000012-A012.wav", "00000013-A013.wav"]
    assert 10_000 < pcm.duration_ms(pcm.load(tmp_path / "out" / files[0])) < 13_000


def test_an_older_picture_changes_nothing(office: Office, loudspeaker: voice.Voice) -> None:
    until(lambda: office.heard("alive"))
    office.show(picture(call(12), seq=9))
    until(lambda: office.heard("shown"))
    office.show(picture(call(13), seq=8))
    office.show(picture(call(12), call(14), seq=10))
    until(lambda: len(office.heard("shown")) == 2)
    assert [each["calls"][0]["id"] for each in office.heard("shown")] == [12, 14]


def test_a_missed_picture_is_asked_for(office: Office, loudspeaker: voice.Voice) -> None:
    until(lambda: office.heard("alive"))
    office.picture = picture(seq=5)
    office.beat()
    until(lambda: office.heard("look"))


def test_a_silent_line_is_dropped_and_opened_again(office: Office, loudspeaker: voice.Voice) -> None:
    until(lambda: len(office.heard("connect")) == 2)
    office.show(picture(call(12), seq=2))
    until(lambda: office.heard("shown"))


def test_a_broken_loudspeaker_says_so(office: Office) -> None:
    def broken(sound: bytes, call: Any) -> None:
        raise voice.Silent("aplay failed")

    speaker = voice.Voice(office.address, "rutan", "tv1", broken, "secret")
    threading.Thread(target=speaker.run, daemon=True).start()
    until(lambda: office.heard("alive"))
    office.show(picture(call(12), seq=2))
    until(lambda: {"sound": "blocked"} in office.heard("alive"))
    speaker.stop()
    assert office.heard("shown") == [{"calls": [{"id": 12, "drawn": False, "spoken": False}]}]


def arguments(office: Office, tmp_path: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    voice.add_arguments(parser)
    given = ["--server", office.address + "/", "--office", "rutan", "--board", "tv1", "--data", str(tmp_path)]
    return parser.parse_args([*given, "--to-dir", str(tmp_path / "out"), *more])


def test_it_pairs_with_a_code_and_remembers(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(voice, "PAIRING_S", 0.05)
    args = arguments(office, tmp_path)
    args.server = office.address
    assert voice.pair(args) == "secret"
    assert capsys.readouterr().out.count("4711") == 1
    token = tmp_path / "voice-rutan-tv1.token"
    assert token.read_text() == "secret" and token.stat().st_mode & 0o077 == 0
    asked = len(office.heard("hello"))
    assert voice.pair(args) == "secret"
    assert len(office.heard("hello")) == asked + 1
    assert office.heard("hello")[0] == {"screen": "board", "office": "rutan", "board": "tv1"}


def test_a_refused_device_ends_with_the_reason(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.refuse = "device_revoked"
    assert voice.run(arguments(office, tmp_path, "--token", "stolen")) == 1
    assert "device_revoked" in capsys.readouterr().err


def test_without_a_player_it_says_what_to_install(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(voice.shutil, "which", lambda name: None)
    args = arguments(office, tmp_path)
    args.to_dir = None
    assert voice.run(args) == 1
    assert "alsa-utils" in capsys.readouterr().err


def test_a_player_gets_the_whole_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    player = tmp_path / "aplay"
    player.write_text(f'#!/bin/sh\ncp "$2" {tmp_path}/played.wav\n')
    player.chmod(0o755)
    monkeypatch.setattr(voice, "PLAYERS", ([str(player), "-q"],))
    voice.loudspeaker()(b"RIFF", {})
    assert (tmp_path / "played.wav").read_bytes() == b"RIFF"
    player.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(voice.Silent):
        voice.loudspeaker()(b"RIFF", {})
