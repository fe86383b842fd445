"""The rutan's office with a whole visit on one number: registration, search, and a visiting room with tables."""

from __future__ import annotations

from dataclasses import replace

from queue_server.domain.office import Board, Clocks, Counter, Hall, Office, Promise, Room, Service, Standard

TABLES = tuple(f"meja-{n}" for n in range(1, 5))


def stage(key: str, prefix: str, name: str, minutes: int, **more: bool) -> Service:
    """A stage whose wait is counted from when the visitor came to it, also while the other one is fetched."""
    standard = Standard({"door": Promise(10, minutes)}, clocks=Clocks(wait_from="issued"))
    return Service(key, prefix, {"id": name}, "users", "#205080", standard, **more)


def with_stages(office: Office, both_ready: bool = True, tables: tuple[str, ...] = TABLES) -> Office:
    """A visit is registered at counter 1 or 2, searched at counter "geledah", and meets at a table; at the last one
    of the tables, a spare one, only once it is switched on."""
    visit = replace(office.service("kunjungan"), stages=("penggeledahan", "besuk"))
    services = tuple(visit if s.key == "kunjungan" else s for s in office.services)
    search = stage("penggeledahan", "P", "Penggeledahan", 5, phone_away=True)
    meeting = stage("besuk", "R", "Ruang kunjungan", 30, both_ready=both_ready)
    hall = Hall("besuk", {"id": "Ruang kunjungan"})
    units = tuple(Counter(key, {"id": f"Meja {n}"}, "besuk", ("besuk",)) for n, key in enumerate(tables, 1))
    lane = Counter("geledah", {"id": "Penggeledahan"}, "besuk", ("penggeledahan",))
    room = Room("besuk", {"id": "Ruang kunjungan"}, "besuk", tables[:-1], tables[-1:], minutes=30, seats=5, places=40)
    return replace(
        office, halls=(*office.halls, hall), boards=(*office.boards, Board("tv-besuk", "besuk", "TV")),
        counters=(*office.counters, lane, *units), services=(*services, search, meeting), rooms=(*office.rooms, room),
        always_open=True)
