"""The log: append-only, chained, and one row for every change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from cast import Server, settle

from queue_server.domain import chain


def events(data: Path, office: str = "rutan") -> list[chain.Event]:
    c = sqlite3.connect(f"file:{data}/queue.db?mode=ro", uri=True)
    rows = c.execute(
        "SELECT o.key, e.seq, e.kind, e.version, e.body, e.at, e.boot_id, e.boot_ns, e.actor, e.step_id, "
        "e.previous_hash, e.hash FROM event e JOIN office o ON o.id = e.office_id WHERE o.key = ? ORDER BY e.seq",
        (office,)).fetchall()
    c.close()
    return [chain.Event(*row) for row in rows]


def a_short_day(server: Server) -> None:
    kiosk, ani = server.kiosk(), server.officer(counter="1")
    for priority in (False, True, False):
        kiosk.take("kunjungan", priority)
    for _ in range(2):
        ani.press("call_next")
        settle()
        ani.press("start")
        settle()
        ani.press("finish")
        settle()
    ani.press("call_next")
    settle()
    ani.press("skip")


def test_the_chain_holds_over_a_day_and_a_kill(server: Server) -> None:
    a_short_day(server)
    before = events(server.data)
    assert chain.check(before) == []
    server.restart(9)
    server.kiosk().take("titipan")
    after = events(server.data)
    assert chain.check(after) == [] and after[: len(before)] == before
    kinds = [e.kind for e in after]
    for kind, n in (("ticket_issued", 4), ("called", 3), ("started", 2), ("finished", 2), ("skipped", 1)):
        assert kinds.count(kind) == n


def test_the_log_can_be_neither_changed_nor_shortened(server: Server) -> None:
    server.kiosk().take("kunjungan")
    server.stop()
    c = sqlite3.connect(server.data / "queue.db")
    for act in ("UPDATE event SET body = '{}'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            c.execute(act)
    # Whoever takes the trigger away leaves a broken link behind.
    c.execute("DROP TRIGGER event_no_update")
    c.execute("UPDATE event SET body = '{}' WHERE kind = 'ticket_issued'")
    c.commit()
    c.close()
    assert chain.check(events(server.data)) != []
    server.start()


def test_nothing_personal_is_in_the_log(server: Server) -> None:
    a_short_day(server)
    text = "\n".join(e.body for e in events(server.data))
    names = sqlite3.connect(server.data / "queue.db").execute(
        "SELECT shown_name, name FROM person WHERE name <> role").fetchall()
    for row in names:
        assert all(f'"{name}"' not in text for name in row)
    secrets = sqlite3.connect(server.data / "queue.db").execute("SELECT secret FROM ticket").fetchall()
    assert secrets and all(secret not in text for (secret,) in secrets)


def test_every_number_exactly_once_whatever_comes_at_once(server: Server) -> None:
    import threading

    kiosks = [server.kiosk() for _ in range(8)]
    got: list[int] = []

    def take(kiosk: object) -> None:
        for i in range(15):
            got.append(kiosk.take("informasi", priority=i % 3 == 0)["number"])  # type: ignore[attr-defined]

    threads = [threading.Thread(target=take, args=(k,)) for k in kiosks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 121))
