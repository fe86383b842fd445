"""A short day through exactly the files in deploy/; started by tests/test_deploy.py inside namespaces of its own."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from backstage import events, rows, until
from requests.adapters import HTTPAdapter
from socketio.exceptions import SocketIOError

from queue_server.client import Kiosk, Message, Officer, Refusal, Site
from queue_server.domain import chain
from queue_server.domain.verify import check_calls
from queue_server.screens import guard

from . import machine
from .house import DATA, OFFICE, SITE, House, PairedBoard
from .machine import NAME, PROGRAM
from .unit import Unit

BEFORE_THE_MOVE = 3
#: Visitors come as long as fewer than this wait.
IN_THE_HALL = 6
#: And at each kiosk one after the other, seconds.
A_VISITOR_S = 0.1
PATIENCE_S = 20


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    machine.prepare()
    made = House()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def site(house: House) -> House:
    """One PC that has given three numbers, and then the page's steps to two servers."""
    house.one_pc()
    door = house.kiosk("pintu")
    assert [door.take("kunjungan")["number"] for _ in range(BEFORE_THE_MOVE)] == [1, 2, 3]
    house.two_servers()
    return house


def insist(press: Callable[[str], Message]) -> Message:
    """One press, repeated with its key until it is answered, as the screens do (common/door.js, counter/presses.js)."""
    key, end = secrets.token_hex(16), time.monotonic() + PATIENCE_S
    while True:
        try:
            return press(key)
        except (requests.RequestException, SocketIOError):
            assert time.monotonic() < end, "a press was not answered for so long"
        except Refusal as refused:
            if refused.code != "busy":
                raise
            assert time.monotonic() < end, "a process was busy for so long"
        time.sleep(0.1)


@dataclass
class Told:
    """What was acknowledged: numbers at the door, calls and finishes at the counters."""

    numbers: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)


class Day:
    """Visitors at two kiosks and officers at two counters, all at once, until the door is closed and all are served."""

    def __init__(self, kiosks: list[Kiosk], officers: list[Officer]) -> None:
        self.told = Told()
        self.open = True
        self.work = [threading.Thread(target=self._safely, args=(self._come, kiosk), daemon=True) for kiosk in kiosks]
        self.work += [threading.Thread(target=self._safely, args=(self._serve, each), daemon=True) for each in officers]
        for thread in self.work:
            thread.start()

    @property
    def given(self) -> int:
        return BEFORE_THE_MOVE + len(self.told.numbers)

    def _safely(self, what: Callable[..., None], who: Kiosk | Officer) -> None:
        try:
            what(who)
        except BaseException as problem:
            self.told.problems.append(problem)

    def _come(self, kiosk: Kiosk) -> None:
        while self.open:
            if self.given - len(self.told.finished) >= IN_THE_HALL:
                time.sleep(0.02)
                continue
            ticket = insist(lambda key: kiosk.take("kunjungan", key=key))
            self.told.numbers.append(ticket["number"])
            time.sleep(A_VISITOR_S)

    def _serve(self, officer: Officer) -> None:
        while self.open or len(self.told.finished) < self.given:
            try:
                called = insist(lambda key: press(officer, "call_next", key))
            except Refusal as nobody:
                if nobody.code != "nobody_waiting":
                    raise
                time.sleep(0.02)
                continue
            self.told.calls.append(called["call"])
            for act in ("start", "finish"):
                insist(lambda key, act=act: press(officer, act, key))  # type: ignore[misc]
            self.told.finished.append(called["step"])

    def served(self, n: int) -> None:
        until(lambda: self.told.problems or len(self.told.finished) >= n, 60, f"the {n}th visitor")
        assert self.told.problems == []

    def end(self) -> Told:
        self.open = False
        for thread in self.work:
            thread.join(3 * PATIENCE_S)
        assert self.told.problems == [] and len(self.told.finished) == self.given
        return self.told


def press(officer: Officer, act: str, key: str) -> Message:
    """As ``officer.press``, but a line that is gone is noticed soon."""
    answer: Message = officer.line.call("press", {"act": act, "key": key}, timeout=3)
    if not answer.get("ok"):
        raise Refusal(answer)
    return answer


def test_the_units_are_what_systemd_understands(site: House) -> None:
    if shutil.which("systemd-analyze"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *(str(PROGRAM / "deploy" / name) for name in
             ("queue.service", "queue@.service"))], capture_output=True, text=True, check=False)
        ours = [line for line in done.stderr.splitlines() if "queue" in line]  # it also speaks of the machine's units
        assert done.returncode == 0 and ours == [], done.stderr
    assert Path("/etc/queue.env").stat().st_mode & 0o777 == 0o600


def test_a_day(site: House) -> None:
    began = time.monotonic()
    boards = [site.board_at(site.a, "websocket", "kiri"), site.board_at(site.b, "websocket", "kanan"),
              site.board_at(site.b, "polling", "lama")]
    kiosks = [site.kiosk("pintu-1"), site.kiosk("pintu-2")]
    officers = [site.officer_at(site.a, "ani", "1"), site.officer_at(site.b, "dewi", "2")]
    phone = Site(site.base)
    own = phone.post(f"/office/{OFFICE}/tickets", {
        "key": secrets.token_hex(16), "service": "informasi", "priority": False, "language": "id"})["ticket"]
    print(f"all in their places after {time.monotonic() - began:.1f} s")

    day = Day(kiosks, officers)
    day.served(10)
    one_after_the_other(day, site.a)
    one_after_the_other(day, site.b)
    told = day.end()
    everybody_came_back(boards)
    close_the_day(site, officers)
    print(f"{len(told.finished)} visitors served, each process ended once, after {time.monotonic() - began:.1f} s")

    nothing_lost_or_doubled(told, own)
    each_board_saw_each_call(boards, told)
    for screen in (*boards, *officers):
        screen.close()


def one_after_the_other(day: Day, unit: Unit) -> None:
    """An update: one process ends while the other goes on serving, then it comes back."""
    unit.stop()
    day.served(len(day.told.finished) + 8)
    unit.start()
    day.served(len(day.told.finished) + 4)


def everybody_came_back(boards: list[PairedBoard]) -> None:
    for board in boards:
        until(lambda board=board: board.line.connected, what="the board's line")


def close_the_day(site: House, officers: list[Officer]) -> None:
    for officer in officers:
        insist(lambda key, officer=officer: press(officer, "leave", key))  # type: ignore[misc]
    site.leave()
    answer = site.supervisor().press("close_day", reason="visitor_left")
    assert answer["ok"]


def nothing_lost_or_doubled(told: Told, own: Message) -> None:
    numbers = [n for n, in rows(DATA, "SELECT number FROM ticket WHERE service = 'kunjungan' ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sorted(told.numbers) == numbers[BEFORE_THE_MOVE:], "each number that was told is there, each once"
    log = events(DATA, OFFICE)
    assert chain.check(log) == [] and check_calls(log) == []
    kinds = Counter(event.kind for event in log)
    assert sorted(event.seq for event in log if event.kind == "called") == sorted(told.calls)
    assert sorted(event.step or 0 for event in log if event.kind == "finished") == sorted(told.finished)
    assert len(set(told.finished)) == len(told.finished) == len(numbers)
    assert kinds["day_closed"] == 1 and kinds["unserved"] == 1, "who is left is told, and nobody else"
    left = next(event for event in log if event.kind == "unserved")
    assert left.step == own["step"] and json.loads(left.body)["reason"] == "visitor_left"


def each_board_saw_each_call(boards: list[PairedBoard], told: Told) -> None:
    calls = set(told.calls)
    for board in boards:
        until(lambda board=board: {call for call, _ in board.acknowledged} >= calls, what=f"all calls on {board.name}")
        # What a board said while its process ended may be lost; what it says now is heard where it is now.
        until(lambda board=board: rows(
            DATA, "SELECT 1 FROM board_ack WHERE device_id = ? AND call_seq = ? AND drawn_at IS NOT NULL",
            board.hello["device"], max(calls)), what=f"the word of {board.name}")


# ---- What stands before the queue ---------------------------------------------------------------------


class From(HTTPAdapter):
    """A machine of its own, as the server sees it: another address of the loopback network."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *words: object, **more: object) -> None:
        super().init_poolmanager(*words, **more, source_address=(self.address, 0))  # type: ignore[arg-type]


def somebody_at(address: str, said: str = "") -> requests.Session:
    """A program at that address, without cookies; ``said``: the address that it claims to have."""
    found = requests.Session()
    for scheme in ("http://", "https://"):
        found.mount(scheme, From(address))
    if said:
        found.headers.update({"X-Forwarded-For": said, "Forwarded": f"for={said}", "X-Real-IP": said})
    return found


def guess(who: requests.Session, base: str) -> int:
    return who.get(f"{base}/t/{secrets.token_urlsafe(16)}/picture", timeout=10).status_code


def spend_all(who: requests.Session, base: str) -> None:
    """Tickets that are not there, until the queue says that this was enough, under another address each time."""
    for n in range(guard.GUESSES.most + 1):
        who.headers["X-Forwarded-For"] = f"203.0.113.{n}"
        answer = guess(who, base)
    assert answer == 429


def test_each_visitor_has_limits_of_their_own_and_nobody_chooses_an_address(site: House) -> None:
    first = somebody_at("127.0.0.2")
    spend_all(first, SITE)
    assert guess(somebody_at("127.0.0.3"), SITE) == 404, "one address was counted, not the proxy's"
    assert guess(somebody_at("127.0.0.2", "127.0.0.3"), SITE) == 429, "whatever it says of itself"
    assert guess(somebody_at("127.0.0.3", "127.0.0.2"), SITE) == 404


def test_whoever_reaches_a_process_past_the_proxy_is_not_believed(site: House) -> None:
    stranger = somebody_at("127.0.0.5")
    spend_all(stranger, site.a.base)
    assert guess(somebody_at("127.0.0.6"), site.a.base) == 404
    assert "is not believed" in site.a.said()


def test_what_watches_the_processes_is_not_for_the_world(site: House) -> None:
    for path in ("/metrics", "/readyz"):
        assert requests.get(f"{SITE}{path}", timeout=10).status_code == 404
        assert requests.get(f"{site.a.base}{path}", timeout=10).status_code == 200
    assert requests.get(f"{SITE}/healthz", timeout=10).json()["ok"] is True


def test_only_https_under_its_own_name(site: House) -> None:
    there = requests.get(f"http://{NAME}/display/{OFFICE}/tv-tunggu?a=b", timeout=10, allow_redirects=False)
    assert there.status_code == 301 and there.headers["Location"] == f"{SITE}/display/{OFFICE}/tv-tunggu?a=b"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{NAME}/", headers={"Host": "evil.example"}, timeout=10)
    with socket.create_connection((NAME, 443), 10) as raw, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(raw, server_hostname="evil.example")
    page = requests.get(f"{SITE}/display/{OFFICE}/tv-tunggu", timeout=10)
    assert f"wss://{NAME}" in page.headers["Content-Security-Policy"] and "nginx/" not in page.headers["Server"]
    hello = requests.post(f"{SITE}/hello", headers={"X-Queue": "1"}, timeout=10, json={
        "screen": "board", "office": OFFICE, "board": "tv-tunggu"})
    assert "Secure" in hello.headers["Set-Cookie"] and "HttpOnly" in hello.headers["Set-Cookie"]


def test_lines_are_for_our_own_pages(site: House) -> None:
    """Socket.IO compares the page's origin with the name that the visitor sees, not with the process's own."""
    address = f"{SITE}/socket.io/?EIO=4&transport=polling"
    assert requests.get(address, headers={"Origin": SITE}, timeout=10).status_code == 200
    assert requests.get(address, headers={"Origin": "https://evil.example"}, timeout=10).status_code == 400


def test_what_is_sent_may_be_as_large_as_the_queue_takes(site: House) -> None:
    large = requests.post(f"{SITE}/sign-in", data=b"x" * 300_000, headers={"X-Queue": "1"}, timeout=10)
    assert large.status_code == 413
    picture = requests.post(f"{SITE}/admin/{OFFICE}/media", data=b"x" * 3_000_000, headers={"X-Queue": "1"}, timeout=30)
    assert picture.json()["refused"] == "not_signed_in", "it went through to the queue"


def test_a_press_is_not_repeated_by_the_proxy(site: House) -> None:
    """A process that takes a POST and breaks off: nginx answers that it failed and sends it nowhere else."""
    site.a.stop()
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 8081)) as door:
        breaking = threading.Thread(target=break_off, args=(door, heard), daemon=True)
        breaking.start()
        answers = [requests.post(f"{SITE}/sign-out", json={}, headers={"X-Queue": "1", "Cookie": f"queue_phone={n}"},
                                 timeout=10).status_code for n in range(20)]
        assert requests.get(f"{SITE}/healthz", timeout=10).status_code == 200, "a question may be asked again"
        door.shutdown(socket.SHUT_RDWR)
        breaking.join(10)
    posts = sum(b"POST /sign-out" in each for each in heard)
    assert posts >= 1 and Counter(answers) == {502: posts, 200: 20 - posts}


def break_off(door: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            came, _ = door.accept()
        except OSError:
            return
        with came:
            heard.append(came.recv(65_536))


def test_what_nginx_writes_down_names_nobody(site: House) -> None:
    secret = secrets.token_urlsafe(16)
    requests.get(f"{SITE}/t/{secret}", timeout=10)
    written = "".join(path.read_text() for path in Path("/var/log/nginx").iterdir())
    assert written.count("\n") > 50 and '"127.0.0.1:8081"' in written and '"127.0.0.1:8082"' in written
    assert secret not in written and "127.0.0.2" not in written
