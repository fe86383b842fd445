"""doctor says what is wrong and what to do; the start refuses only what would corrupt data."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import nursery
import pytest
from cast import ROOT, Server
from small_house import KEY, house, session, settings
from test_backup import break_the_log

from queue_server import assets, cli, moment
from queue_server.moment import wall_ms
from queue_server.office_file import write
from queue_server.paper.printer import ASK_PAPER
from queue_server.upkeep import backup, data_folder, doctor, machine, startup
from queue_server.upkeep.backup import State
from queue_server.upkeep.data_folder import CannotUse
from queue_server.upkeep.doctor import BAD, OK, WARN, Finding, Patient
from queue_server.upkeep.words import words

HOUR = 3_600_000
FACT = re.compile(r"\{(\w+)\}")


def found(patient: Patient, topic: str) -> dict[str, str]:
    """Key -> level of what doctor says of a topic."""
    return {f.key: f.level for f in doctor.examine(patient) if f.topic == topic}


@pytest.fixture
def well(tmp_path: Path) -> Patient:
    return Patient(house(tmp_path / "data"), wall_ms())


def changed(patient: Patient, **more: str) -> Patient:
    return Patient(settings(patient.settings.data, **more), patient.now)


# What it says


def test_everything_it_can_find_has_a_sentence_in_both_languages() -> None:
    assert set(words()["id"]) == set(words()["en"])
    for key, text in words()["en"].items():
        assert set(FACT.findall(text)) == set(FACT.findall(words()["id"][key])), key
    rooms = ROOT / "queue_server" / "upkeep"
    names = ("doctor", "backup", "restore", "move", "postgres_health")
    read = {name: (rooms / f"{name}.py").read_text("utf-8") for name in names}
    source = "".join(read.values())
    topics = "clock|disk|database|log|printer|sound|addresses|files|libraries|backups"
    said = re.findall(rf'"({topics})", "([a-z_]+)"', source)
    assert len(said) > 25
    for topic, key in said:
        assert f"{topic}.{key}" in words()["en"]
    for name in ("backup", "restore"):
        for code in re.findall(r'BackupFailed\("([a-z_]+)"', read[name]):
            assert f"{name}.{code}" in words()["en"]
    for code in re.findall(r'MoveFailed\("([a-z_]+)"', source):
        assert f"move.{code}" in words()["en"]
    for state in doctor.PrinterState:
        assert f"printer.{state}" in words()["en"]


def test_a_machine_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = house(tmp_path / "data").data
    assert cli.main(["doctor", "--data", str(data), "--port", "1", "--language", "id"]) == 0
    said = capsys.readouterr().out
    assert "OK    catatan" in said and f"{KEY}: 5 catatan utuh" in said and "0 buruk." in said


def test_whoever_finds_something_bad_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = house(tmp_path / "data").data
    break_the_log(data / "queue.db")
    assert cli.main(["doctor", "--data", str(data), "--port", "1", "--language", "en"]) == 1
    said = capsys.readouterr().out
    assert "BAD   log" in said and "3 of 5 entries do not hold, the first is number 3 (changed)" in said
    assert cli.main(["doctor", "--data", str(data), "--port", "1", "--quick"]) == 0


def test_it_changes_nothing(well: Patient) -> None:
    before = {p.name: p.read_bytes() for p in well.settings.data.iterdir() if p.suffix == ".db"}
    assert len(list(doctor.examine(well))) > 10
    assert {p.name: p.read_bytes() for p in well.settings.data.iterdir() if p.suffix == ".db"} == before
    missing = Patient(settings(well.settings.data / "nothing"), wall_ms())
    assert found(missing, "database") == {"none": WARN} and not (well.settings.data / "nothing").exists()


def test_a_check_that_breaks_does_not_end_the_others(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_p: Patient) -> Iterator[Finding]:
        raise RuntimeError("no such machine")
        yield

    monkeypatch.setattr(doctor, "CHECKS", (("clock", breaks), *doctor.CHECKS[1:]))
    findings = list(doctor.examine(well))
    assert (findings[0].level, findings[0].key) == (BAD, "broke") and len(findings) > 8
    assert "no such machine" in findings[0].say("en")


def test_a_clock_behind_the_log(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "earlier" not in found(well, "clock")
    assert found(Patient(well.settings, well.now - HOUR), "clock")["earlier"] == BAD
    clock = machine.MachineClock
    tried = ((False, 420, "not_synchronised"), (True, 420, "synchronised"), (True, 120, "zone"))
    for synchronised, offset, key in tried:
        monkeypatch.setattr(machine, "clock", lambda s=synchronised, o=offset: clock(s, o))
        assert key in found(well, "clock")
        assert ("zone" in found(well, "clock")) is (offset == 120)


def test_the_disk(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(well, "disk")["writes"] in (OK, WARN) or "slow" in found(well, "disk")
    monkeypatch.setattr(data_folder, "write_ms", lambda _data: 80.0)
    assert found(well, "disk")["slow"] == WARN
    usage = type(data_folder.shutil.disk_usage("/"))
    for free, level in ((1_000_000_000, WARN), (100_000_000, BAD)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _p, f=free: usage(10**12, 10**12 - f, f))
        assert found(well, "disk")["little_space"] == level

    def refused(_data: Path) -> float:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(data_folder, "write_ms", refused)
    assert found(well, "disk")["cannot_write"] == BAD


def test_the_schema(well: Patient) -> None:
    assert found(well, "database") == {"release": OK}
    c = sqlite3.connect(well.settings.data / "queue.db")
    c.execute("UPDATE alembic_version SET version_num = '9999'")
    c.commit()
    c.close()
    assert found(well, "database") == {"unknown": BAD}


def test_the_printer(well: Patient, tmp_path: Path) -> None:
    assert found(well, "printer") == {"none": OK}
    assert found(changed(well, printer="browser"), "printer") == {"browser": OK}
    assert found(changed(well, printer="tcp://127.0.0.1:1"), "printer") == {"unreachable": BAD}
    paper = tmp_path / "paper.bin"
    assert found(changed(well, printer=f"file://{paper}"), "printer") == {"file": OK} and not paper.exists()


@pytest.mark.parametrize(("answer", "key", "level"), [
    (b"\x12", "ready", OK), (b"\x1e", "paper_low", WARN), (b"\x72", "paper_out", BAD)])
def test_a_printer_that_answers(well: Patient, answer: bytes, key: str, level: str) -> None:
    door = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        line, _address = door.accept()
        with line:
            while asked := line.recv(3):
                line.sendall(answer if asked == ASK_PAPER else b"\x12")

    talking = threading.Thread(target=talk)
    talking.start()
    address = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    assert found(changed(well, printer=address), "printer") == {key: level}
    talking.join()
    door.close()


def test_the_voice(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(well, "sound")["complete"] == OK
    office = well.offices()[0]
    for change, key, level in (({"voice_set": "ours"}, "incomplete", WARN), ({"voice": False}, "off", OK)):
        other = type(office)(**{**vars(office), **change})
        monkeypatch.setattr(Patient, "offices", lambda _self, o=other: [o])
        assert found(well, "sound")[key] == level


def test_the_addresses(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "own_addresses", lambda: ["192.168.1.20"])
    up: set[str] = set()
    monkeypatch.setattr(machine, "answers", lambda host, _port: host in up)
    assert found(well, "addresses")["no_server"] == WARN
    up.add("127.0.0.1")
    assert found(well, "addresses")["not_reached"] == BAD
    assert found(changed(well, host="127.0.0.1"), "addresses")["only_here"] == WARN
    up.add("192.168.1.20")
    assert found(well, "addresses")["reached"] == OK
    monkeypatch.setattr(machine, "firewall", lambda: "ufw")
    assert found(well, "addresses")["firewall_ufw"] == WARN


def test_phones_take_numbers_and_no_code_hangs_at_the_door(
    well: Patient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(well, "addresses").get("no_phones") == OK
    office = replace(well.offices()[0], remote_numbers=True)
    assert doctor.no_code_at_the_door([office]) == doctor.Finding(
        WARN, "addresses", "no_door_code", {"offices": office.key})
    file = tmp_path / "remote.toml"
    file.write_text(write(office), encoding="utf-8")
    take_in = ["office", "import", str(file), "--data", str(tmp_path / "new")]
    assert cli.main(take_in) == 0
    assert "no address for phones is set" in capsys.readouterr().err
    assert cli.main([*take_in[:-1], str(tmp_path / "newer"), "--wifi-url", "http://192.168.1.20:8080"]) == 0
    assert "no address for phones" not in capsys.readouterr().err


def test_only_the_owner_reads_what_is_kept(tmp_path: Path) -> None:
    """Whoever's umask: the folder and all in it are the owner's; one that others can read is said."""
    before = os.umask(0o022)
    try:
        data = tmp_path / "data"
        assert cli.main(["office", "import", str(ROOT / "offices" / "rutan.toml"), "--data", str(data)]) == 0
        assert [p.name for p in [data, *data.rglob("*")] if p.stat().st_mode & 0o077] == []
        patient = Patient(settings(data), wall_ms())
        assert found(patient, "disk")["private"] == OK
        for path in (data, data / "queue.db"):
            path.chmod(0o755)
        assert found(patient, "disk")["readable"] == WARN
    finally:
        os.umask(before)


@pytest.mark.parametrize(("url", "key"), [
    ("http://antrean.example.go.id", "not_https"), ("https://192.168.1.20", "not_public"),
    ("https://localhost", "not_public"), ("https://example.go.id/antrean", "path"),
    ("https://no-such-name.invalid", "unknown_name"), ("https://127.0.0.1.nip.invalid", "unknown_name")])
def test_what_phones_outside_could_not_use(url: str, key: str) -> None:
    assert machine.public_problem(url) == key


@pytest.mark.parametrize(("url", "key"), [
    ("http://192.168.1.20:8080", ""), ("http://queue.lan:8080", ""), ("http://localhost:8080", "local"),
    ("http://192.168.1.99:8080", "other_address"), ("http://192.168.1.20:9000", "other_port")])
def test_what_phones_on_the_wifi_could_not_use(url: str, key: str) -> None:
    assert machine.wifi_problem(url, 8080, ["192.168.1.20"]) == key


def test_files_and_libraries(well: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, level in ((65_536, OK), (1_024, WARN), (256, BAD)):
        monkeypatch.setattr(machine, "most_open_files", lambda n=most: n)
        assert set(found(well, "files").values()) == {level}
    assert found(well, "libraries") == {"there": OK}
    monkeypatch.setattr(assets, "missing", lambda: ["socket.io.min.js"])
    assert found(well, "libraries") == {"missing": BAD}


def test_the_backup(well: Patient, tmp_path: Path) -> None:
    assert found(well, "backups") == {"none": WARN}
    second = tmp_path / "second"
    other = changed(well, backup=str(second))
    assert found(other, "backups") == {"not_yet": WARN, "same_disk": WARN}
    made = backup.run(well.settings, second)
    assert found(other, "backups")["good"] == OK
    other.now += 37 * HOUR
    assert found(other, "backups")["old"] == BAD
    other.now -= 37 * HOUR
    made.file.unlink()
    assert found(other, "backups")["gone"] == BAD
    backup.note(well.settings.data, State(at=other.now, problem="no_space", detail=str(second)))
    assert found(other, "backups")["failed"] == BAD


def test_a_failed_backup_is_said_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = house(tmp_path / "data").data
    backup.note(data, State(at=wall_ms(), problem="no_space", detail="/mnt/second"))
    assert cli.main(["doctor", "--data", str(data), "--port", "1", "--backup", "/mnt/second", "--language", "en"]) == 1
    assert "No backup was made: /mnt/second has no room left." in capsys.readouterr().out


def test_what_the_machine_itself_is_asked_for() -> None:
    assert machine.clock().offset_min % 15 == 0
    assert all(not a.startswith("127.") for a in machine.own_addresses())
    assert (machine.most_open_files() or 0) >= 0
    assert machine.firewall() in ("", "ufw", "firewalld", "windows")
    assert not machine.importable("no_such.package") and machine.importable("json.tool")
    assert machine.same_disk(Path("/"), Path("/no/such/folder"))


# The start


def start(*words: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    return nursery.run(["serve", "--host", "127.0.0.1", *words], clean, 120)


def test_a_second_server_on_the_folder_is_refused(server: Server) -> None:
    done = start("--data", str(server.data), "--port", "0")
    assert done.returncode == 1 and "in use by the queue server" in done.stderr and "--data DIR" in done.stderr
    assert "Traceback" not in done.stderr
    server.restart(9)  # the lock of a killed server is gone with it


def test_a_taken_port_is_said(server: Server, tmp_path: Path) -> None:
    port = server.port
    with ExitStack() as stack:
        with suppress(OSError):  # the next one is taken as well, by us or by somebody else
            stack.enter_context(socket.create_server(("127.0.0.1", port + 1)))
        done = start("--data", str(tmp_path / "other"), "--port", str(port))
    assert done.returncode == 1 and "is taken" in done.stderr and "Traceback" not in done.stderr
    named = int(re.search(r"--port (\d+)", done.stderr)[1])  # type: ignore[index]
    assert named > port + 1
    socket.create_server(("127.0.0.1", named)).close()


def test_a_later_schema_stops_the_start(tmp_path: Path) -> None:
    data = house(tmp_path / "data", 0).data
    c = sqlite3.connect(data / "queue.db")
    c.execute("UPDATE alembic_version SET version_num = '9999'")
    c.commit()
    c.close()
    done = start("--data", str(data), "--port", "0")
    assert done.returncode == 1 and "schema release 9999" in done.stderr and "Traceback" not in done.stderr


def test_a_damaged_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"this is no database" * 1000)
    done = start("--data", str(tmp_path), "--port", "0")
    assert done.returncode == 1 and "restore FILE" in done.stderr and "Traceback" not in done.stderr


def test_no_room_and_no_writing_stop_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_folder.check(tmp_path)
    usage: Any = type(data_folder.shutil.disk_usage("/"))
    with monkeypatch.context() as patched:
        patched.setattr(data_folder.shutil, "disk_usage", lambda _p: usage(10**12, 10**12, 1_000_000))
        with pytest.raises(CannotUse, match="full"):
            data_folder.check(tmp_path)
    (tmp_path / "a-file").write_text("")
    with pytest.raises(CannotUse, match="cannot be written"):
        data_folder.check(tmp_path / "a-file" / "data")
    if os.geteuid() != 0:  # root may write everywhere
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(CannotUse, match="cannot be written"):
            data_folder.check(tmp_path)


def test_a_doubtful_clock_opens_says_so_and_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(moment, "wall_ms", lambda: wall_ms() + 3 * HOUR)
        data = house(tmp_path / "data", 1).data
    server = Server(data, options=()).start()
    try:
        assert "THE CLOCK IS DOUBTFUL" in (tmp_path / "data.log").read_text()
        assert "2 hours earlier" in (tmp_path / "data.log").read_text()
    finally:
        server.stop()
    c = sqlite3.connect(data / "queue.db")
    rows = c.execute("SELECT kind, body FROM event WHERE kind = 'clock_doubted'").fetchall()
    c.close()
    assert len(rows) == 1 and '"reason":"earlier_than_last_event"' in rows[0][1] and '"confirmed":false' in rows[0][1]
    assert cli.main(["doctor", "--data", str(data), "--clock-is-right"]) == 0
    with session(settings(data)) as opened:
        assert startup.doubts(opened) == []
        assert [d.reason for d in startup.doubts(opened, ROOT / "README.md")] == []


def test_a_clock_from_before_the_program_is_doubted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with session(settings(tmp_path)) as opened:
        assert startup.doubts(opened) == []
        monkeypatch.setattr(startup, "wall_ms", lambda: 946_684_800_000)  # 2000-01-01: the battery is empty
        (doubt,) = startup.doubts(opened)
        assert doubt.office is None and "days earlier than the day on which this program" in doubt.say()
