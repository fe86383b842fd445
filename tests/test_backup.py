"""Backup and restore: the copy is whole, the way back is one command, and nothing comes back that was erased."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import nursery
import pytest
from cast import ROOT, Server, settle
from small_house import KEY, house, session, settings, take, write_note

from queue_server import cli
from queue_server.moment import wall_ms
from queue_server.schema import SchemaError
from queue_server.store.chain_events import check_office
from queue_server.store.offices import heads
from queue_server.upkeep import backup, restore
from queue_server.upkeep.backup import BackupFailed, State
from queue_server.upkeep.data_folder import CannotUse, DataLock

HOUR = 3_600_000


def shell(*words: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    return nursery.run(list(words), clean, 120)


def broken_chains(data: Path) -> int:
    with session(settings(data)) as opened, opened.database.read() as c:
        return sum(len(check_office(c, h.id, h.key, h.head_seq, h.head_hash)[1]) for h in heads(c))


def until(what: Callable[[], object], seconds: float = 90) -> None:
    """Waits for a condition; what follows says what is wrong if it never comes."""
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)


def the_backup(to: Path) -> Path:
    (found,) = to.glob("queue-*.db")
    return found


def break_the_log(database: Path) -> None:
    c = sqlite3.connect(database)
    c.execute("DROP TRIGGER event_no_update")
    c.execute("UPDATE event SET body = '{}' WHERE kind = 'ticket_issued'")
    c.commit()
    c.close()


# The whole way


def test_a_backup_while_officers_press_is_whole_and_the_queue_goes_on_from_it(server: Server, tmp_path: Path) -> None:
    kiosk, ani = server.kiosk(), server.officer(counter="1")
    done = threading.Event()

    def press_on() -> None:
        while not done.is_set():
            kiosk.take("informasi")

    pressing = threading.Thread(target=press_on)
    pressing.start()
    try:
        made = shell("backup", "--to", str(tmp_path / "second"), "--data", str(server.data))
    finally:
        done.set()
        pressing.join()
    assert made.returncode == 0 and "Made and checked" in made.stdout, made.stderr
    kiosk.take("kunjungan")
    settle()
    ani.press("call_next")
    ani.close()

    refused = shell("restore", str(the_backup(tmp_path / "second")), "--data", str(server.data))
    assert refused.returncode == 1 and "in use by the queue server" in refused.stderr
    server.stop()
    restored = shell("restore", str(the_backup(tmp_path / "second")), "--data", str(server.data))
    assert restored.returncode == 0, restored.stderr
    assert "rutan:" in restored.stdout and "only in the old database" in restored.stdout
    assert broken_chains(server.data) == 0
    server.start()
    again = server.officer(counter="1")
    server.kiosk().take("kunjungan")
    again.wait_for(lambda p: p["waiting"]["total"] > 0)
    again.press("call_next")
    again.close()
    server.stop()
    assert broken_chains(server.data) == 0


def test_what_lies_beside_the_database_comes_along(tmp_path: Path) -> None:
    found = house(tmp_path / "dätä of ours")
    (found.data / "secret").write_bytes(b"s" * 32)
    for name in ("voices/ours/manifest.json", "voices/ours/id/n1.wav", "media/abc.png", "media/.coming-x"):
        path = found.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    made = backup.run(found, tmp_path / "second")
    with zipfile.ZipFile(made.file.with_suffix(".zip")) as packed:
        assert set(packed.namelist()) == {
            f"offices/{KEY}.toml", "secret", "voices/ours/manifest.json", "voices/ours/id/n1.wav"}
        assert b'key = "kantor-saya"' in packed.read(f"offices/{KEY}.toml")
    new = settings(tmp_path / "elsewhere")
    done = restore.restore(new, made.file)
    assert done.aside is None and done.copy.tickets == 3
    assert (new.data / "secret").read_bytes() == b"s" * 32
    assert sorted(p.name for p in (new.data / "media").iterdir()) == ["abc.png"]
    assert (new.data / "voices" / "ours" / "id" / "n1.wav").exists()
    assert take(new, 1) == ["A\u2009004"]


def test_only_its_owner_reads_a_backup(tmp_path: Path) -> None:
    made = backup.run(house(tmp_path / "data"), tmp_path / "second")
    for path in (made.file, made.file.with_suffix(".zip")):
        assert path.stat().st_mode & 0o077 == 0


# What must not come back


def test_what_was_erased_after_the_backup_is_erased_again(tmp_path: Path) -> None:
    found = house(tmp_path / "data", 0)
    take(found, 3)
    for step in (1, 2):
        write_note(found, step, "wears a red scarf")
    made = backup.run(found, tmp_path / "second")
    write_note(found, 1, "")
    done = restore.restore(found, made.file)
    assert done.erased == 1 and done.lost == {KEY: 1}
    rows = sqlite3.connect(found.data / "queue.db").execute("SELECT ticket_id FROM private").fetchall()
    assert rows == [(2,)]
    kinds = [r[0] for r in sqlite3.connect(found.data / "queue.db").execute("SELECT kind FROM event ORDER BY seq")]
    assert kinds[-2:] == ["restored", "erased"] and broken_chains(found.data) == 0


def test_what_was_due_meanwhile_is_erased_by_the_restore(tmp_path: Path) -> None:
    found = house(tmp_path / "data")
    write_note(found, 1, "wears a red scarf")
    made = backup.run(found, tmp_path / "second")
    c = sqlite3.connect(made.file)
    c.execute("UPDATE private SET erase_at = ?", (wall_ms() - HOUR,))
    c.commit()
    c.close()
    shutil.rmtree(found.data)
    assert restore.restore(found, made.file).erased == 1
    assert sqlite3.connect(found.data / "queue.db").execute("SELECT count(*) FROM private").fetchone() == (0,)


# What must be refused


def test_a_damaged_copy_is_found_and_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = house(tmp_path / "data", 50)
    real = backup.copy_database

    def damage(source: Path, target: Path) -> None:
        real(source, target)
        with target.open("r+b") as file:
            file.seek(20_000)
            file.write(b"\xff" * 30_000)

    monkeypatch.setattr(backup, "copy_database", damage)
    with pytest.raises(BackupFailed, match="copy_damaged"):
        backup.run(found, tmp_path / "second")
    assert list((tmp_path / "second").iterdir()) == []
    known = backup.state(found.data)
    assert not known["ok"] and known["problem"] == "copy_damaged"


def test_a_damaged_backup_is_not_restored_and_nothing_is_changed(tmp_path: Path) -> None:
    found = house(tmp_path / "data", 50)
    made = backup.run(found, tmp_path / "second")
    with made.file.open("r+b") as file:
        file.seek(20_000)
        file.write(b"\xff" * 30_000)
    with pytest.raises(BackupFailed, match="copy_damaged"):
        restore.restore(found, made.file)
    assert take(found, 1) == ["A\u2009051"] and not list(found.data.glob("before-*"))


def test_a_log_that_is_broken_itself_is_kept_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = house(tmp_path / "data")
    good = backup.run(found, tmp_path / "first")
    break_the_log(found.data / "queue.db")
    words = ["backup", "--to", str(tmp_path / "second"), "--data", str(found.data)]
    assert cli.main(words) == 1
    assert "does not hold together" in capsys.readouterr().err
    broken = the_backup(tmp_path / "second")
    assert backup.state(found.data)["problem"] == "log_doubtful"
    assert cli.main(["restore", str(broken), "--data", str(found.data)]) == 1
    assert "--anyway" in capsys.readouterr().err
    assert cli.main(["restore", str(good.file), "--data", str(found.data)]) == 0
    assert broken_chains(found.data) == 0


def test_a_cut_end_of_the_log_is_found(tmp_path: Path) -> None:
    found = house(tmp_path / "data")
    c = sqlite3.connect(found.data / "queue.db")
    c.execute("DROP TRIGGER event_no_delete")
    c.execute("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")
    c.commit()
    c.close()
    assert backup.run(found, tmp_path / "second").problems == {KEY: 1}


def test_a_later_release_is_not_restored(tmp_path: Path) -> None:
    found = house(tmp_path / "data")
    made = backup.run(found, tmp_path / "second")
    c = sqlite3.connect(made.file)
    c.execute("UPDATE alembic_version SET version_num = '9999'")
    c.commit()
    c.close()
    with pytest.raises(SchemaError, match="9999"):
        restore.restore(found, made.file)
    assert take(found, 1) == ["A\u2009004"]


def test_no_restore_while_another_program_has_the_database(tmp_path: Path) -> None:
    found = house(tmp_path / "data")
    made = backup.run(found, tmp_path / "second")
    with session(found) as other:
        other.database.writer()
        with pytest.raises(CannotUse, match="in use"):
            restore.restore(found, made.file)
    lock = DataLock(found.data)
    lock.take("a test")
    with pytest.raises(CannotUse, match="in use by a test"):
        restore.restore(found, made.file)
    lock.release()
    restore.restore(found, made.file)


@pytest.mark.parametrize("words", [["restore", "nowhere.db"], ["backup", "--to", "second"]])
def test_what_is_not_there_is_said(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--data", str(tmp_path)]) == 1
    assert "no" in capsys.readouterr().err
    shutil.rmtree(ROOT / "second", ignore_errors=True)


def test_a_backup_needs_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backup", "--data", str(house(tmp_path / "data").data)]) == 2
    assert "QUEUE_BACKUP" in capsys.readouterr().err


def test_a_restore_over_a_damaged_database(tmp_path: Path) -> None:
    found = house(tmp_path / "data")
    made = backup.run(found, tmp_path / "second")
    (found.data / "queue.db").write_bytes(b"this is no database" * 1000)
    done = restore.restore(found, made.file)
    assert done.aside is not None and (done.aside / "queue.db").exists()
    assert take(found, 1) == ["A\u2009004"]


# Every day


def test_fourteen_days_and_twelve_months_are_kept() -> None:
    names = [f"queue-{2025 + m // 12}-{m % 12 + 1:02}-{d:02}T1830.db" for m in range(6, 22) for d in range(1, 29)]
    names += ["queue-2026-10-28T0700.db"]
    kept = backup.kept_names(names, 14, 12)
    assert {n for n in kept if n.startswith("queue-2026-10")} == {
        f"queue-2026-10-{d:02}T1830.db" for d in range(15, 29)}
    assert {n for n in kept if not n.startswith("queue-2026-10")} == {
        *(f"queue-2025-{m}-28T1830.db" for m in (11, 12)), *(f"queue-2026-{m:02}-28T1830.db" for m in range(1, 10))}


def test_thinning_out_touches_nothing_else(tmp_path: Path) -> None:
    for day in range(1, 31):
        for ending in ("db", "zip"):
            (tmp_path / f"queue-2026-11-{day:02}T1830.{ending}").write_text("")
    for other in ("notes.txt", "queue-old.db", "queue-2026-11-01T1830.db.bak"):
        (tmp_path / other).write_text("")
    backup.prune(tmp_path)
    left = sorted(p.name for p in tmp_path.iterdir())
    assert len(left) == 2 * 14 + 3 and {"notes.txt", "queue-old.db", "queue-2026-11-01T1830.db.bak"} < set(left)


@pytest.mark.parametrize(("known", "hour", "wanted"), [
    (None, 9, True),
    (State(at=0, ok=True, last_good_at=0), 9, False),
    (State(at=-9 * HOUR, ok=True, last_good_at=-9 * HOUR), 17, False),
    (State(at=-9 * HOUR, ok=True, last_good_at=-9 * HOUR), 18, True),
    (State(at=-25 * HOUR, ok=True, last_good_at=-25 * HOUR), 9, True),
    (State(at=-HOUR // 2, problem="no_space"), 18, False),
    (State(at=-2 * HOUR, problem="no_space"), 9, True),
])
def test_when_a_backup_is_due(known: State | None, hour: int, wanted: bool, tmp_path: Path) -> None:
    now = wall_ms()
    if known is not None:
        backup.note(tmp_path, State(**{**vars(known), "at": known.at + now}))
    assert backup.due(tmp_path, now, hour) is wanted


def test_the_supervisor_is_told_when_it_failed_or_is_old(tmp_path: Path) -> None:
    found, now = settings(tmp_path, backup="/mnt/second"), wall_ms()
    assert backup.alert(found, now) is None and backup.alert(settings(tmp_path), now) is None
    backup.note(tmp_path, State(at=now, ok=True))
    assert backup.alert(found, now) is None
    assert backup.alert(found, now + 37 * HOUR) == {"code": "backup_old", "facts": {"hours": 37}}
    backup.note(tmp_path, State(at=now + HOUR, problem="no_space"))
    assert backup.alert(found, now + HOUR) == {"code": "backup_failed", "facts": {"hours": 1}}
    (tmp_path / "backup.json").unlink()
    backup.note(tmp_path, State(at=now, problem="no_space"))
    assert backup.alert(found, now) == {"code": "backup_never", "facts": {}}


def test_the_server_makes_one_by_itself_in_both_modes(tmp_path: Path, mode: str) -> None:
    server = Server(tmp_path / "data", mode, environment={"QUEUE_BACKUP": str(tmp_path / "second")}).start()
    try:
        until(lambda: backup.state(server.data))
        assert backup.state(server.data)["ok"] and the_backup(tmp_path / "second").exists()
        server.kiosk().take("informasi")
    finally:
        server.stop()


def test_a_server_whose_backup_fails_serves_on_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    server = Server(tmp_path / "data", environment={"QUEUE_BACKUP": str(tmp_path / "a-file" / "second")}).start()
    try:
        until(lambda: "THE BACKUP FAILED" in (tmp_path / "data.log").read_text())
        assert backup.state(server.data)["problem"] == "target_missing"
        server.kiosk().take("informasi")
        sari = server.supervisor()
        sari.wait_for(lambda p: "backup_never" in {alert["code"] for alert in p["alerts"]})
        sari.close()
    finally:
        server.stop()
