"""The log: append-only, chained, and one row for every change."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from backstage import events, rows
from cast import Server, settle
from databases import execute, opened

from queue_server.domain import chain

BOTH_DATABASES = True  # the whole module; see conftest.py
#: How each database says no.
SAID_NO = (sqlite3.IntegrityError, psycopg.errors.RaiseException)


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
    before = events(server.data, "rutan")
    assert chain.check(before) == []
    server.restart(9)
    server.kiosk().take("titipan")
    after = events(server.data, "rutan")
    assert chain.check(after) == [] and after[: len(before)] == before
    kinds = [e.kind for e in after]
    for kind, n in (("ticket_issued", 4), ("called", 3), ("started", 2), ("finished", 2), ("skipped", 1)):
        assert kinds.count(kind) == n


def test_the_log_can_be_neither_changed_nor_shortened(server: Server, engine: str) -> None:
    server.kiosk().take("kunjungan")
    server.stop()
    acts = ["UPDATE event SET body = '{}'", "DELETE FROM event"] + (["TRUNCATE event"] if engine != "sqlite" else [])
    for act in acts:
        with pytest.raises(SAID_NO, match="append-only"), opened(server.data, writing=True) as c:
            execute(c, act)
    # Whoever takes the trigger away leaves a broken link behind.
    trigger = "event_no_update" if engine == "sqlite" else "event_no_change ON event"
    with opened(server.data, writing=True) as c:
        execute(c, f"DROP TRIGGER {trigger}")
        execute(c, "UPDATE event SET body = '{}' WHERE kind = 'ticket_issued'")
    assert chain.check(events(server.data, "rutan")) != []
    server.start()


def test_nothing_personal_is_in_the_log(server: Server) -> None:
    a_short_day(server)
    text = "\n".join(e.body for e in events(server.data, "rutan"))
    names = rows(server.data, "SELECT shown_name, name FROM person WHERE name <> role")
    for row in names:
        assert all(f'"{name}"' not in text for name in row)
    secrets = rows(server.data, "SELECT secret FROM ticket")
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
