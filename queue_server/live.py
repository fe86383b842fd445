"""Which event concerns which screen, and the only sender to sockets.

After a commit the concerned screens get their whole small picture. Boards, consoles and called
visitors at once; everybody else's at a calmer pace (decisions 21-23). Every second the heads in the
database are compared with what was sent, so a message that was lost, or a change that another process
made, is shown all the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_socketio import SocketIO

from .database import Database
from .domain.announcement import Vocabulary
from .domain.office import Office
from .domain.outlook import EMPTY, Outlook
from .domain.public import Told
from .domain.reservation import MINUTE_MS
from .following import Follower
from .kit import Kit
from .moment import Clock, wall_ms
from .screens import alerts, counter, display, kiosk, room_pictures, supervisor, visitor
from .snapshot import Snapshot
from .store import complaints, glance, offices, people, pictures, reservations
from .together import Once, Together
from .transaction import Recorded

logger = logging.getLogger(__name__)

#: A call is on the boards at once. What follows on a counter, a start, a finish, waits a little: often a call
#: comes behind it, and one picture serves both.
AT_ONCE = frozenset({"called", "announced", "recalled", "undone"})
SOON_S = 0.05
#: Events that may wait a moment for others: they change how many wait, not who is called.
CALM = frozenset({
    "ticket_issued", "paper_confirmed", "paper_unconfirmed", "coming", "arrived", "passed", "calls_summed",
    "note_added", "refusals_counted", "day_opened", "sealed", "complaint_made", "alert_raised", "alert_ended",
    "webhook_set", "reservation_made", "reservation_changed", "reservation_cancelled", "reservation_expired",
    "checked_in", "custody_imported", "messages_wanted", "messages_ended", "message_ended",
})
CALM_S = 0.25
PHONES_S = 1.0
#: Pictures that could not be drawn, because the database is away, are tried again after so long.
AGAIN_S = 0.5
#: Other processes hear of numbers a little later than of calls, of many at once.
HINT_S = 0.1
STALE_MS = 5_000
#: So often in a row consoles wait for the boards of a newer call; then they are drawn first.
MOST_PUT_OFF = 3
#: After so many boards whoever else waits has a turn, a millisecond: each turn costs as much as a board.
BOARDS_AT_ONCE = 8


@dataclass(slots=True)
class Screen:
    """A connected screen: what it is, of which office, and whose."""

    kind: str                      # board | counter | kiosk | room | supervisor | unit | visitor
    office: str
    room: str
    device_id: int = 0
    person_id: int = 0
    place: str = ""                # board: "hall/board"; room: its key; unit: "/room" or "/room/unit"
    ticket_id: int = 0
    service: str = ""
    secret: str = ""
    token_hash: str = ""


@dataclass(frozen=True)
class Order:
    """Everybody who waits for a service at ``seq``: their opaque places in order, and who is how many behind."""

    seq: int
    at: int
    places: list[str]
    steps: list[int]
    ahead: dict[int, int]          # step -> how many come before it


@dataclass
class _Dirty:
    due: float                     # seconds of the monotonic clock
    steps: set[int] = field(default_factory=set)
    put_off: int = 0               # how often the consoles waited for a newer picture


def _minutes(snapshot: Snapshot, step: int) -> tuple[int, int] | None:
    """How much longer somebody will wait, (low, high) in minutes; None: it is not known."""
    said = snapshot.outlook.steps.get(step)
    return None if said is None else said.minutes


def _patience(kind: str) -> float:
    """Seconds that an event may wait for others before it is drawn."""
    return 0.0 if kind in AT_ONCE else CALM_S if kind in CALM else SOON_S


class Live:
    """Pictures for the screens of this process."""

    def __init__(self, socketio: SocketIO, database: Database, clock: Clock, kit: Kit) -> None:
        self.socketio = socketio
        self.database = database
        self.clock = clock
        self.kit = kit
        self.screens: dict[str, Screen] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._readings: Once[str, Snapshot | None] = Once(kit)
        self._ordering: Once[tuple[str, str], Order] = Once(kit)
        self._orders: dict[tuple[str, str], Order] = {}
        self._held = Together(kit, self._read_held)
        self._dirty: dict[str, _Dirty] = {}
        self._soiling = threading.Lock()       # never held while anything waits
        self._known: dict[str, int] = {}       # the newest seq that this process committed
        self._sent: dict[str, int] = {}
        self._lines_due: dict[str, set[str]] = defaultdict(set)
        self._wake = kit.signal()
        self.words_of: Callable[[Office], Vocabulary | None] = lambda office: None
        #: Today's share on time by service, where boards may show it.
        self.kept_today: Callable[[Snapshot], Mapping[str, Told]] = lambda snapshot: {}
        self.outlook_of: Callable[[str], Outlook] = lambda key: EMPTY
        self.print_how = "none"        # none | escpos | browser: what the kiosk does for paper
        self.phones_by = ""            # how phones reach this server: internet | wifi | "" (not at all)
        self.printer = "none"          # what the printer said of itself last
        self.machine: list[dict[str, Any]] = []  # alerts about this machine, whatever the office
        self._signalled: dict[str, tuple[int, list[dict[str, Any]]]] = {}
        #: Told of every commit of this process: (office, events).
        self.told: list[Callable[[str, list[Recorded]], None]] = []
        self.alone = True              # no other server process on this database
        self.hint: Callable[[str, bool, float], None] = lambda key, only_drawn, patience: None  # to other processes
        self.follower = Follower(database, kit, self._happened)

    def start(self) -> None:
        self.follower.start()
        self.kit.spawn(self._pictures_loop)
        self.kit.spawn(self._beat_loop)
        self.kit.spawn(self._phones_loop)

    # --- what happened -----------------------------------------------------------------------

    def published(self, office_id: int, key: str, seq: int, events: list[Recorded]) -> None:
        """Told by the writer after each commit."""
        if self.follower.own(key, events):
            self._happened(key, seq, events)
        calm = all(e.kind in CALM for e in events)
        self.hint(key, False, HINT_S if calm else 0.0)

    def _happened(self, key: str, seq: int, events: list[Recorded]) -> None:
        """Something was recorded, here or by another process."""
        self._known[key] = max(seq, self._known.get(key, 0))
        patience = min((_patience(e.kind) for e in events), default=CALM_S)
        self._soil(key, patience, {e.step_id for e in events if e.step_id is not None})
        for tell in self.told:
            tell(key, events)
        if patience < CALM_S:
            self._wake.set()

    def refresh(self, key: str) -> None:
        """Draw an office again although nothing was recorded (time passed)."""
        self._soil(key, CALM_S)

    def refresh_everywhere(self, key: str) -> None:
        """The same in every process (a board came or went, or reported a call)."""
        self.refresh(key)
        self.hint(key, True, 0.0)

    def hinted(self, key: str, only_drawn: bool) -> None:
        """What another process says through Redis. Of an office without screens here the next second is early
        enough: reading after each of its commits would cost this process as much as the commit cost the other."""
        if not self._watched(key):
            return
        if only_drawn:
            self.refresh(key)
        else:
            self.follower.hinted(key)

    def _soil(self, key: str, patience: float, steps: Iterable[int] = (), put_off: int = 0) -> None:
        due = time.monotonic() + patience
        with self._soiling:
            dirty = self._dirty.setdefault(key, _Dirty(due))
            dirty.due = min(dirty.due, due)
            dirty.steps.update(steps)
            dirty.put_off = max(dirty.put_off, put_off)

    def shown(self, key: str) -> Snapshot | None:
        """What an office's screens were shown last; None: nothing yet. Reads nothing."""
        return self._snapshots.get(key)

    def behind(self, key: str, seq: int) -> int | None:
        """How many events of an office its screens here were not shown yet; None: it has none here."""
        return max(0, seq - self._sent.get(key, 0)) if self._watched(key) else None

    def _watched(self, key: str) -> bool:
        """Whether this process has screens of the office."""
        return any(screen.office == key for screen in list(self.screens.values()))

    # --- loops -------------------------------------------------------------------------------

    def _pictures_loop(self) -> None:
        while True:
            due = min((dirty.due for dirty in list(self._dirty.values())), default=time.monotonic() + CALM_S)
            self._wake.wait(max(0.0, due - time.monotonic()))
            self._wake.clear()
            self._draw_due()

    def _draw_due(self) -> None:
        for key, dirty in self._taken():
            try:
                self._draw(key, dirty)
            except Exception:
                logger.exception("pictures of an office could not be drawn; again in a moment")
                # Whom they concern is known only here: a phone would not be drawn by the next picture.
                self._soil(key, AGAIN_S, dirty.steps, dirty.put_off)

    def _taken(self) -> list[tuple[str, _Dirty]]:
        """The offices whose time has come; from here on they are clean."""
        now = time.monotonic()
        with self._soiling:
            due = [key for key, dirty in self._dirty.items() if dirty.due <= now]
            return [(key, self._dirty.pop(key)) for key in due]

    def _beat_loop(self) -> None:
        turn = 0
        while True:
            self.kit.sleep(1.0)
            turn += 1
            try:
                self._compare(refresh=turn % 5 == 0)
            except Exception:
                logger.exception("heads could not be read")

    def _compare(self, refresh: bool) -> None:
        heads = self.kit.blocking(self._heads)
        self.follower.catch_up(heads)
        watched = {screen.office for screen in self.screens.values()}
        for head in heads:
            if head.key not in watched:
                continue
            sent = self._sent.get(head.key, -1)
            if (head.head_seq > sent or refresh) and head.key not in self._dirty:
                self.refresh(head.key)
            self.socketio.emit("beat", {"at": wall_ms(), "seq": max(sent, 0)}, to=f"beat:{head.key}")

    def _phones_loop(self) -> None:
        while True:
            self.kit.sleep(PHONES_S)
            for key, services in list(self._lines_due.items()):
                self._lines_due.pop(key, None)
                for service in services:
                    try:
                        self._send_line(key, service)
                    except Exception:
                        logger.exception("a line could not be sent; again in a moment")
                        self._lines_due[key].add(service)

    # --- reading, in native threads ------------------------------------------------------------

    def _heads(self) -> list[offices.Head]:
        with self.database.read() as c:
            return offices.heads(c)

    def _read(self, key: str) -> Snapshot | None:
        with self.database.read() as c:
            for head in offices.heads_of(c, [key]):
                return pictures.snapshot(c, head, self.clock.now())
        return None

    def latest(self, key: str) -> Snapshot | None:
        """The newest snapshot of an office, read once however many ask at the same time."""
        return self._readings.ask(key, lambda: self._fresh(key), lambda: self._take(key))

    def _fresh(self, key: str) -> Snapshot | None:
        found = self._snapshots.get(key)
        young = found is not None and wall_ms() - found.at < STALE_MS and found.seq >= self._known.get(key, 0)
        return found if young else None

    def _take(self, key: str) -> Snapshot | None:
        found = self.kit.blocking(self._read, key)
        if found is not None:
            found = replace(found, outlook=self.outlook_of(key))
        newest = self._snapshots.get(key)
        if found is not None and (newest is None or found.seq >= newest.seq):
            self._snapshots[key] = found
        return found

    def order(self, snapshot: Snapshot, service: str) -> Order:
        """Everybody who waits for a service, in order; computed once per seq, however many ask at the same time."""
        key = (snapshot.office.key, service)

        def kept() -> Order | None:
            found = self._orders.get(key)
            return found if found and found.seq == snapshot.seq and snapshot.at - found.at <= STALE_MS else None

        def take() -> Order:
            self._orders[key] = found = self.kit.blocking(self._read_order, snapshot, service)
            return found

        return self._ordering.ask(key, kept, take)

    def _read_order(self, s: Snapshot, service: str) -> Order:
        with self.database.read() as c:
            order = pictures.whole_order(c, s.office_id, s.office, s.day, service, s.tick, s.seq)
        places = [place for _step, place in order]
        steps = [step for step, _place in order]
        return Order(s.seq, s.at, places, steps, {step: ahead for ahead, step in enumerate(steps)})

    # --- drawing -----------------------------------------------------------------------------

    def _draw(self, key: str, dirty: _Dirty) -> None:
        of_office = [s for s in self.screens.values() if s.office == key]
        snapshot = self._take(key) if of_office else None
        if snapshot is None:
            return
        self._sent[key] = snapshot.seq
        for kinds in (("board",), ("counter", "room", "unit"), ("kiosk", "supervisor")):
            pictures_ = self._pictures(snapshot, [s for s in of_office if s.kind in kinds])
            for nth, (picture, room) in enumerate(pictures_, 1):
                self.socketio.emit("picture", picture, to=room)
                if kinds == ("board",) and nth % BOARDS_AT_ONCE:
                    continue
                self.kit.sleep(0)  # a press that came meanwhile does not wait for all the others
                if kinds != ("board",) and self._put_off(key, dirty):
                    return
        self._phones(key, snapshot, [s for s in of_office if s.kind == "visitor"], dirty)

    def _put_off(self, key: str, dirty: _Dirty) -> bool:
        """True when a newer call must be on the boards first; whoever was left out gets that one's picture."""
        newer = self._dirty.get(key)
        if newer is None or newer.due > time.monotonic() or dirty.put_off >= MOST_PUT_OFF:
            return False
        self._soil(key, 0.0, dirty.steps, dirty.put_off + 1)
        return True

    def _pictures(self, snapshot: Snapshot, screens: list[Screen]) -> Iterator[tuple[dict[str, Any], str]]:
        """One picture per room; boards of one hall share theirs but for who speaks."""
        drawn: set[str] = set()
        for screen in screens:
            if screen.room not in drawn:
                drawn.add(screen.room)
                yield self.picture(snapshot, screen), screen.room

    def _phones(self, key: str, snapshot: Snapshot, phones: list[Screen], dirty: _Dirty) -> None:
        if not phones:
            return
        steps = {row.id: row.ticket_id for row in (*snapshot.active, *snapshot.parked)}
        concerned = {steps[i] for i in dirty.steps if i in steps}
        tickets = self.kit.blocking(self._tickets_of, dirty.steps - set(steps)) if dirty.steps else set()
        for phone in phones:
            if phone.ticket_id in concerned or phone.ticket_id in tickets:
                self.send_ticket(phone, snapshot)
            self._lines_due[key].add(phone.service)

    def _tickets_of(self, steps: set[int]) -> set[int]:
        with self.database.read() as c:
            return pictures.tickets_of(c, steps)

    def _send_line(self, key: str, service: str) -> None:
        snapshot = self.latest(key)
        if snapshot is None:
            return
        order = self.order(snapshot, service)
        message = {"kind": "line", "service": service, "seq": snapshot.seq, "at": snapshot.at, "order": order.places,
                   "minutes": [_minutes(snapshot, step) for step in order.steps]}
        self.socketio.emit("line", message, to=f"line:{key}:{service}")

    def send_ticket(self, phone: Screen, snapshot: Snapshot) -> None:
        drawn = self.ticket_picture(phone.secret, snapshot)
        service = drawn["ticket"]["service"]["key"] if drawn is not None else phone.service
        if service != phone.service:  # it went on at another stage: it hears that line from now on
            self.socketio.server.leave_room(phone.room, f"line:{phone.office}:{phone.service}")
            self.socketio.server.enter_room(phone.room, f"line:{phone.office}:{service}")
            phone.service = service
        self.socketio.emit("picture", drawn, to=phone.room)

    def ticket_picture(self, secret: str, snapshot: Snapshot) -> dict[str, Any] | None:
        """A visitor's own picture; None when nobody holds this secret."""
        found = self._held.ask((snapshot.office_id, secret))
        if found is None:
            return None
        ahead = None
        if found.row.state == "waiting":
            ahead = self.order(snapshot, found.row.service).ahead.get(found.row.id)
        return visitor.picture(snapshot, found, ahead)

    def _read_held(self, asked: list[tuple[int, str]]) -> list[pictures.Held | None]:
        with self.database.read() as c:
            return [pictures.held(c, office_id, secret) for office_id, secret in asked]

    def picture(self, snapshot: Snapshot, screen: Screen) -> dict[str, Any]:
        """The picture of one screen, a pure function of the snapshot (but for what stands apart)."""
        if screen.kind == "board":
            drawn = display.picture(snapshot, screen.place, screen.device_id, self.words_of(snapshot.office))
            kept = {key: {"judged": told.judged.low, "late": [told.late.low, told.late.high]}
                    for key, told in self.kept_today(snapshot).items() if told.late is not None and told.judged.low}
            return {**drawn, "door_code": self.door_code(snapshot), "kept": kept}
        if screen.kind == "kiosk":
            return {**kiosk.picture(snapshot, "door"), "print": self.print_how, "printer": self.printer,
                    "door_code": self.door_code(snapshot)}
        if screen.kind == "counter":
            return counter.picture(snapshot, screen.person_id)
        if screen.kind == "room":
            return room_pictures.console(snapshot, screen.place, screen.person_id)
        if screen.kind == "unit":
            return room_pictures.device(snapshot, screen.place.lstrip("/"))
        connected = frozenset(s.device_id for s in self.screens.values() if s.device_id)
        today = self.kit.blocking(self._today, snapshot)
        if not self.alone:
            # A kiosk may be connected to another process, which notes it in the database.
            fresh = snapshot.at - people.KIOSK_GONE_MS
            connected |= {d.id for d in snapshot.devices if d.kind in ("kiosk", "unit") and d.seen_at > fresh}
        machine = [*self.kit.blocking(self._noticed, snapshot), *self.machine]
        return supervisor.picture(snapshot, today, connected, self.printer, machine)

    def door_code(self, snapshot: Snapshot) -> str:
        """By what phones come when boards and kiosks of the office show the changing code; "": none is shown
        (decisions 26)."""
        return "" if snapshot.office.door_code == "sheet" else self.phones_by

    def _noticed(self, s: Snapshot) -> list[dict[str, Any]]:
        """Complaints whose time runs out, and signals of brokers: those are looked for once a minute, among the
        reservations of two weeks."""
        minute, brokers = self._signalled.get(s.office.key, (0, []))
        with self.database.read() as c:
            told = alerts.complaints(s.office, s.day, complaints.undone(c, s.office_id))
            if minute != s.at // MINUTE_MS:
                found = [signal.at for _service, signal in reservations.signals(c, s.office_id, s.office, s.at)]
                brokers = alerts.brokers(found, s.at)
                self._signalled[s.office.key] = (s.at // MINUTE_MS, brokers)
        return [*told, *brokers]

    def _today(self, s: Snapshot) -> glance.Today:
        with self.database.read() as c:
            return glance.today(c, s.office_id, s.day)
