"""``python -m queue_server voice``: the calls of a hall on a PC's loudspeaker, without a browser.

It is a board without a picture: it pairs like one, tells the server that it can be heard, and speaks
when the server chooses it as the voice of the hall. The clips are the office's own, fetched from the
server, so it needs nothing but an address.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..sounds_tool import pcm
from ..sounds_tool.render import render
from .queue import Said, VoiceQueue

PLAYERS = (["paplay"], ["pw-play"], ["aplay", "-q"], ["afplay"])
BEAT_LOST_S = 3.0
RETRY_S = 0.5
CONNECT_S = 2
PAIRING_S = 3.0
TRY_AGAIN_S = 30.0   # after a failed loudspeaker
PLAY_TIMEOUT_S = 60
FETCH_TIMEOUT_S = (3, 5)

Play = Callable[[bytes, Mapping[str, Any]], None]


class Silent(Exception):
    """Nothing can be heard; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``voice``; the caller calls ``run`` with what was parsed."""
    data = Path(os.environ.get("QUEUE_DATA", "data"))
    parser.add_argument("--server", required=True, metavar="URL", help="address of the server, http://…")
    parser.add_argument("--office", required=True, metavar="KEY", help="key of the office")
    parser.add_argument("--board", required=True, metavar="KEY", help="a board of the hall to be heard")
    parser.add_argument("--token", metavar="T", help="token of a device that is paired already")
    parser.add_argument("--data", type=Path, default=data, metavar="DIR", help="keeps the device's token")
    parser.add_argument("--to-dir", type=Path, metavar="DIR", help="write WAV files there instead of playing")


def _play_file(command: Sequence[str], sound: bytes) -> None:
    handle, name = tempfile.mkstemp(suffix=".wav")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sound)
        subprocess.run([*command, name], check=True, capture_output=True, timeout=PLAY_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise Silent(f"{command[0]} failed: {error}") from None
    finally:
        Path(name).unlink()


def loudspeaker() -> Play:
    """What this computer has to play a WAV file, until its end; Silent when it has nothing."""
    if sys.platform == "win32":
        import winsound

        def play_here(sound: bytes, _call: Mapping[str, Any]) -> None:
            try:
                winsound.PlaySound(sound, winsound.SND_MEMORY)
            except RuntimeError as error:
                raise Silent(f"Windows did not play: {error}") from None

        return play_here
    command = next((each for each in PLAYERS if shutil.which(each[0])), None)
    if command is None:
        names = ", ".join(each[0] for each in PLAYERS)
        raise Silent(f"no player found ({names}): install alsa-utils, or use --to-dir")
    return lambda sound, _call: _play_file(command, sound)


def into_folder(folder: Path) -> Play:
    """Write each call as <id>-<label>.wav."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(sound: bytes, call: Mapping[str, Any]) -> None:
        label = re.sub(r"\W+", "", str(call["label"]), flags=re.ASCII)
        temporary = folder / f".{call['id']}.part"
        temporary.write_bytes(sound)
        temporary.replace(folder / f"{int(call['id']):08d}-{label}.wav")

    return write


class Clips:
    """The office's voice set as the server gives it, kept in memory."""

    def __init__(self, server: str, office: str) -> None:
        import requests

        self._address = f"{server}/voice/{quote(office, safe='')}"
        self._session = requests.Session()
        self._held: dict[tuple[str, str], array[int]] = {}

    def find(self, lang: str, clip: str) -> array[int]:
        """Samples of a clip (the chime has no language); raises Silent when the server has it not."""
        key = (lang, clip)
        if key not in self._held:
            path = f"{quote(lang, safe='')}/{quote(clip, safe='')}" if lang else quote(clip, safe="")
            try:
                answer = self._session.get(f"{self._address}/{path}.wav", timeout=FETCH_TIMEOUT_S)
                answer.raise_for_status()
                self._held[key] = pcm.read_wav(answer.content)
            except (OSError, pcm.BadSound) as error:
                raise Silent(f"clip {lang}/{clip}: {error}") from None
        return self._held[key]

    def length_ms(self, said: Sequence[Said]) -> int:
        """Length of sentences; a clip that cannot be had counts nothing, as it will not be spoken."""
        total = 0
        for one in said:
            for clip in one["clips"]:
                try:
                    total += pcm.duration_ms(self.find(one["lang"], clip))
                except Silent:
                    continue
        return total


class Voice:
    """One connection that heals by itself, and one thread that speaks."""

    def __init__(self, server: str, office: str, board: str, play: Play, token: str) -> None:
        import socketio

        self.server, self.play = server, play
        self.auth = {"screen": "board", "office": office, "board": board, "device": token}
        self.clips = Clips(server, office)
        self.queue = VoiceQueue(self.clips.length_ms)
        self.sound = "running"
        self.refused: str | None = None
        self._sound_failed_at = 0.0
        self._seq = -1
        self._beat = 0.0
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._client = client = socketio.Client(reconnection=False)
        client.on("picture", self._on_picture)
        client.on("beat", self._on_beat)
        client.on("gone", self._on_gone)
        client.on("connect_error", self._on_error)

    def _on_picture(self, picture: dict[str, Any]) -> None:
        with self._changed:
            if picture["seq"] < self._seq:
                return
            self._seq = picture["seq"]
            self._beat = time.monotonic()
            self.queue.take(picture, picture["at"])
            self._changed.notify()

    def _on_beat(self, beat: dict[str, Any]) -> None:
        self._beat = time.monotonic()
        if 0 <= self._seq < beat["seq"]:
            self._client.emit("look", {})

    def _on_gone(self, message: dict[str, Any]) -> None:
        self.refused = str(message["reason"])

    def _on_error(self, error: Any) -> None:
        """A refusal comes as {"message", "data": {"refused": code}}, a dead line as a plain text."""
        data = error.get("data") if isinstance(error, dict) else None
        code = data.get("refused") if isinstance(data, dict) else None
        self.refused = str(code) if code and code != "busy" else None

    def _speak(self) -> None:
        while not self._stop.is_set():
            with self._changed:
                ready = self.queue.next()
                if ready is None:
                    self._changed.wait(0.5)
                    continue
            self._speak_one(*ready)

    def _speak_one(self, call: Mapping[str, Any], said: list[Said]) -> None:
        spoken = False
        try:
            self.play(render(said, self.clips.find), call)
            spoken, self.sound = True, "running"
            print(" ".join(str(one["text"]) for one in said), flush=True)
        except (Silent, OSError) as error:
            self.sound, self._sound_failed_at = "blocked", time.monotonic()
            print(f"not spoken: {error}", file=sys.stderr, flush=True)
        if self._client.connected:
            # "drawn" is never claimed: a loudspeaker has no picture.
            self._client.emit("shown", {"calls": [{"id": call["id"], "drawn": False, "spoken": spoken}]})

    def _connected(self) -> None:
        """Stay on the line until it is lost."""
        self._beat, next_alive = time.monotonic(), 0.0
        while self._client.connected and not self._stop.is_set() and self.refused is None:
            now = time.monotonic()
            if now - self._beat > BEAT_LOST_S:
                return
            if self.sound == "blocked" and now - self._sound_failed_at > TRY_AGAIN_S:
                self.sound = "running"
            if now >= next_alive:
                self._client.emit("alive", {"sound": self.sound})
                next_alive = now + 1.0
            time.sleep(0.1)

    def run(self) -> str | None:
        """Speak until ``stop`` (answers None) or until the server refuses this device (its reason)."""
        import socketio.exceptions

        threading.Thread(target=self._speak, daemon=True).start()
        try:
            while not self._stop.is_set() and self.refused is None:
                self._seq = -1
                try:
                    self._client.connect(
                        self.server, auth=self.auth, transports=["websocket"], wait_timeout=CONNECT_S
                    )
                    self._connected()
                except socketio.exceptions.SocketIOError:
                    pass  # the server is away; asked again in a moment
                self._client.disconnect()
                self._stop.wait(RETRY_S)
        finally:
            self._stop.set()
        return self.refused

    def stop(self) -> None:
        self._stop.set()


def _token_file(args: argparse.Namespace) -> Path:
    name = re.sub(r"[^A-Za-z0-9-]", "_", f"{args.office}-{args.board}")
    path: Path = args.data / f"voice-{name}.token"
    return path


def _keep(path: Path, token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(token)


def pair(args: argparse.Namespace) -> str:
    """The token of this device: stored, or after a supervisor typed the code that is printed here."""
    import requests

    path = _token_file(args)
    session = requests.Session()
    session.headers["X-Queue"] = "1"
    token = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    shown = None
    while True:
        cookies = {"queue_device": token} if token else {}
        body = {"screen": "board", "office": args.office, "board": args.board}
        try:
            answer = session.post(f"{args.server}/hello", json=body, cookies=cookies, timeout=FETCH_TIMEOUT_S)
            told = answer.json()
        except (OSError, ValueError):
            print(f"{args.server} does not answer; asking again", file=sys.stderr, flush=True)
            time.sleep(PAIRING_S)
            continue
        token = session.cookies.get("queue_device") or token
        if told.get("refused"):
            raise Silent(f"the server refuses this device: {told['refused']}")
        if told.get("paired"):
            _keep(path, token)
            return token
        if told.get("code") != shown:
            shown = told.get("code")
            print(f"Pair this loudspeaker at the supervisor's page with the code {shown}", flush=True)
        time.sleep(PAIRING_S)


def run(args: argparse.Namespace) -> int:
    """Speak until interrupted: 0; 1 when nothing can be heard or the device is refused."""
    args.server = args.server.rstrip("/")
    try:
        play = into_folder(args.to_dir) if args.to_dir else loudspeaker()
        refused = Voice(args.server, args.office, args.board, play, args.token or pair(args)).run()
    except Silent as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    print(f"the server refuses this device: {refused}", file=sys.stderr)
    return 1
