"""Paper: what stands on the ticket, and what becomes of it when a printer is mute, empty, stuck or gone."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import segno

from queue_server.paper import printer as printing
from queue_server.paper.escpos import Slip, printable, ticket_bytes
from queue_server.paper.printer import PrinterState, PrintFailed, check_setting, print_ticket, printer_state

SENTENCES = json.loads((Path(__file__).parent.parent / "kiosk" / "words.json").read_text("utf-8"))
SLIP = Slip(
    institution="Kementerian Imigrasi dan Pemasyarakatan", office="Rutan Kelas IIB Contoh", time_zone="WITA",
    label="A\u2009017", service={"id": "Kunjungan tatap muka", "en": "Face-to-face visit"},
    issued_at=1_795_396_200_000,  # 2026-11-23 01:10 UTC
    ahead=12, promise_min=30, free=True, complaint={"id": "Pengaduan: lapor.go.id", "en": "Complaints: lapor.go.id"},
)
LINK = "https://antrean.example.go.id/t/0123456789abcdefABCDEF"


class Printer(threading.Thread):
    """A network printer on a real socket. ``paper`` may run out after so many bytes of a job."""

    def __init__(self, *, mute: bool = False, paper: int = 10**9, cover: bool = False, stuck: bool = False) -> None:
        super().__init__(daemon=True)
        self.mute, self.paper, self.cover, self.stuck = mute, paper, cover, stuck
        self.got = b""
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(0.1)
        self._done = threading.Event()
        self.setting = f"tcp://127.0.0.1:{self._door.getsockname()[1]}"

    def run(self) -> None:
        while not self._done.is_set():
            try:
                line, _ = self._door.accept()
            except TimeoutError:
                continue
            with line:
                line.settimeout(0.05)
                self._serve(line)

    def _serve(self, line: socket.socket) -> None:
        while not self._done.is_set():
            try:
                data = b"" if self.stuck and len(self.got) else line.recv(512)
            except TimeoutError:
                continue
            if self.stuck and len(self.got):
                time.sleep(0.05)
                continue
            if not data:
                return
            for answer in self._answers(data):
                line.sendall(answer)

    def _answers(self, data: bytes) -> Iterator[bytes]:
        questions = {printing.ASK_PAPER: self._sensor, printing.ASK_CAUSE: self._cause,
                     printing.ASK_PRINTED: self._printed}
        for question, answer in questions.items():
            if question in data and not self.mute:
                yield answer()
            data = data.replace(question, b"")
        self.got += data

    def _empty(self) -> bool:
        return len(self.got) >= self.paper

    def _sensor(self) -> bytes:
        return b"\x72" if self._empty() else b"\x12"

    def _cause(self) -> bytes:
        return b"\x16" if self.cover else b"\x12"

    def _printed(self) -> bytes:
        return b"" if self._empty() else b"\x00"

    def stop(self) -> None:
        self._done.set()
        self.join()
        self._door.close()


@contextmanager
def printer(**kind: Any) -> Iterator[Printer]:
    one = Printer(**kind)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def text_of(job: bytes) -> str:
    return job.decode("cp437")


# What stands on the paper


def test_the_ticket_says_what_a_visitor_needs():
    text = text_of(ticket_bytes(SLIP, SENTENCES))
    for part in ("Rutan Kelas IIB Contoh", "Nomor antrean Anda", "A 017", "Kunjungan tatap muka", "GRATIS",
                 "Orang di depan Anda: 12", "23 November 2026, 09.10 WITA", "paling lama 30 menit",
                 "Pengaduan: lapor.go.id"):
        assert part in text


def test_the_number_is_as_large_as_the_paper_allows_and_has_a_bar_below():
    for columns, label, scale in ((48, "A\u2009017", 8), (42, "A\u20091017", 7), (32, "A\u2009017", 6)):
        job = ticket_bytes(replace(SLIP, label=label), SENTENCES, columns)
        size = b"\x1d!" + bytes([(scale - 1) << 4 | (scale - 1)])
        printed = label.replace("\u2009", " ")
        assert size + printed.encode() + b"\n" in job
        assert (b"\xdf" * (scale * len(printed)) + b"\n") in job


def test_an_expected_wait_is_printed_only_when_there_is_a_forecast():
    assert "Perkiraan" not in text_of(ticket_bytes(SLIP, SENTENCES))
    text = text_of(ticket_bytes(replace(SLIP, forecast_min=(10, 20)), SENTENCES))
    assert "10 sampai 20 menit" in " ".join(text.split())


def test_facts_that_nobody_stated_are_left_out():
    text = text_of(ticket_bytes(replace(SLIP, ahead=None, promise_min=None, free=False, complaint={}), SENTENCES))
    for part in ("Orang di depan", "paling lama", "GRATIS", "Pengaduan"):
        assert part not in text
    assert "urutan pertama" in text_of(ticket_bytes(replace(SLIP, ahead=0), SENTENCES))


def test_a_qr_code_is_printed_only_with_an_address():
    raster = b"\x1dv0\x00"
    assert raster not in ticket_bytes(SLIP, SENTENCES)
    job = ticket_bytes(replace(SLIP, link=LINK), SENTENCES)
    at = job.index(raster) + len(raster)
    line_bytes, height = (int.from_bytes(job[at + i:at + i + 2], "little") for i in (0, 2))
    picture = job[at + 4:at + 4 + line_bytes * height]
    assert len(picture) == line_bytes * height and line_bytes * 8 <= 48 * 12
    assert line_bytes * 8 > 200 and picture[:line_bytes] == bytes(line_bytes), "too small, or no quiet zone"
    wanted = [[bool(dot) for dot in row] for row in segno.make_qr(LINK, error="m").matrix_iter(border=4)]
    scale = height // len(wanted)
    for y, row in enumerate(wanted):
        line = picture[y * scale * line_bytes:(y * scale + 1) * line_bytes]
        assert [bool(line[x * scale // 8] >> (7 - x * scale % 8) & 1) for x in range(len(row))] == row
    assert "Pindai untuk melihat antrean" in text_of(job)


def test_an_english_ticket_has_the_indonesian_facts_below_and_the_number_once():
    text = text_of(ticket_bytes(replace(SLIP, languages=("en", "id"), priority=True), SENTENCES))
    assert text.index("Face-to-face visit") < text.index("Kunjungan tatap muka")
    assert text.count("A 017") == 1 and "Priority queue" in text and "FREE" in text


def test_hostile_text_is_only_text():
    evil = "Visit\x1bp\x00\x19\xfa \x1d(k<script>\r\n\x10\x14\x01\u202e\ud800"
    job = ticket_bytes(replace(SLIP, service={"id": evil}, office="\x1b@" * 40, complaint={"id": evil}), SENTENCES)
    clean = ticket_bytes(replace(SLIP, service={"id": "V"}, office="O", complaint={"id": "C"}), SENTENCES)
    allowed = {b"\x1b" + bytes([clean[i + 1]]) for i in range(len(clean) - 1) if clean[i] == 0x1B}
    found = {b"\x1b" + bytes([job[i + 1]]) for i in range(len(job) - 1) if job[i] == 0x1B}
    assert found <= allowed
    assert b"\x1bp" not in job and b"\x10\x14" not in job and b"\x1d(k" not in job
    assert b"\r" not in job and b"<script>" in job


@pytest.mark.parametrize(("given", "printed"), [
    ("caf\u00e9", "caf\u00e9"), ("A\u2009017", "A 017"), ("\u201ca\u201d \u2013 b\u2026", '"a" - b...'),
    ("\u0160\u0101nti", "Santi"), ("\u8b66", "?"), ("a\u0301", "\u00e1"), ("1\u00a0\u2265 2\x07", "1 \u2265 2"),
])
def test_text_that_the_code_page_lacks_is_transliterated(given: str, printed: str):
    assert printable(given) == printed


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_line_is_wider_than_the_paper(columns: int):
    long = replace(SLIP, institution="Kementerian " * 9, office="X" * 130, service={"id": "Perpanjangan " * 8})
    for line in text_of(ticket_bytes(long, SENTENCES, columns)).splitlines():
        printed = line.replace("\x1bd\x03\x1dV", "").lstrip()
        assert len(printed) <= columns + 16  # at most four commands of three or four bytes precede the text


# What becomes of it


def test_a_job_reaches_a_network_printer_whole_and_is_confirmed():
    job = ticket_bytes(SLIP, SENTENCES)
    with printer() as one:
        assert print_ticket(one.setting, job, 5) is True
        assert printer_state(one.setting) is PrinterState.READY
    assert one.got == job


def test_a_mute_printer_is_not_a_failure():
    with printer(mute=True) as one:
        assert print_ticket(one.setting, b"ticket\n", 5) is False
        assert printer_state(one.setting) is PrinterState.UNKNOWN
    assert one.got == b"ticket\n"


def test_a_printer_without_paper_gets_no_ticket():
    with printer(paper=0) as one:
        assert printer_state(one.setting) is PrinterState.PAPER_OUT
        with pytest.raises(PrintFailed) as failed:
            print_ticket(one.setting, b"ticket\n", 5)
    assert failed.value.code == "paper_out" and one.got == b""


def test_paper_that_ends_in_the_middle_of_a_ticket_is_noticed():
    with printer(paper=100) as one, pytest.raises(PrintFailed) as failed:
        print_ticket(one.setting, b"x" * 400, 5)
    assert failed.value.code == "paper_out"


def test_an_open_cover_is_told_apart():
    with printer(cover=True) as one, pytest.raises(PrintFailed) as failed:
        print_ticket(one.setting, b"ticket", 5)
    assert failed.value.code == "cover_open"


def test_a_printer_that_takes_nothing_more_ends_at_the_deadline():
    with printer(mute=True, stuck=True) as one:
        one.got = b"earlier"
        began = time.monotonic()
        with pytest.raises(PrintFailed) as failed:
            print_ticket(one.setting, b"x" * 30_000_000, 1.5)
    assert failed.value.code == "timeout" and time.monotonic() - began < 4


def test_a_printer_that_is_off_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as door:
        setting = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    with pytest.raises(PrintFailed) as failed:
        print_ticket(setting, b"ticket", 1.5)
    assert failed.value.code == "unreachable"
    assert printer_state(setting, 1.0) is PrinterState.UNREACHABLE


def test_two_tickets_at_once_both_come_out():
    jobs = [b"a" * 3000, b"b" * 3000]
    with printer() as one:
        threads = [threading.Thread(target=print_ticket, args=(one.setting, job, 8)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(one.got) == sorted(b"".join(jobs)) and one.got in (jobs[0] + jobs[1], jobs[1] + jobs[0])


@pytest.mark.parametrize("how", ["plain", "address"])
def test_a_file_collects_the_jobs(tmp_path: Path, how: str):
    path = tmp_path / "tickets with space.bin"
    setting = str(path) if how == "plain" else path.as_uri()
    assert print_ticket(setting, b"one\n", 5) is False and print_ticket(setting, b"two\n", 5) is False
    assert path.read_bytes() == b"one\ntwo\n", "no question for a printer may stand in a file"
    assert printer_state(setting) is PrinterState.UNKNOWN


def test_a_device_that_stops_taking_bytes_does_not_hold_the_thread(tmp_path: Path):
    pipe = tmp_path / "lp0"
    os.mkfifo(pipe)
    began = time.monotonic()
    with pytest.raises(PrintFailed) as failed:
        print_ticket(str(pipe), b"x" * 2_000_000, 1.5)
    assert failed.value.code == "timeout" and time.monotonic() - began < 4


def test_a_folder_that_is_not_there_is_unreachable(tmp_path: Path):
    with pytest.raises(PrintFailed) as failed:
        print_ticket(str(tmp_path / "no" / "lp0"), b"ticket", 1)
    assert failed.value.code == "unreachable"


class Usb:
    """A USB printer as pyusb shows it: one bulk endpoint each way."""

    def __init__(self, paper: bool = True) -> None:
        self.got, self.paper, self.detached = b"", paper, False
        self._next: list[int] = []

    def __getitem__(self, _: object) -> Any:
        out = types.SimpleNamespace(bEndpointAddress=0x01, bmAttributes=2, write=self.write)
        back = types.SimpleNamespace(bEndpointAddress=0x82, bmAttributes=2, wMaxPacketSize=64, read=self.read)
        return _Interface([out, back])

    def get_active_configuration(self) -> Usb:
        return self

    def is_kernel_driver_active(self, _: int) -> bool:
        return True

    def detach_kernel_driver(self, _: int) -> None:
        self.detached = True

    def write(self, data: bytes, timeout: int) -> None:
        assert timeout > 0
        sensor = 0x12 if self.paper else 0x72
        answers = {printing.ASK_PAPER: sensor, printing.ASK_CAUSE: 0x12, printing.ASK_PRINTED: 0x00}
        if data in answers:
            self._next.append(answers[data])
        else:
            self.got += data

    def read(self, size: int, timeout: int) -> list[int]:
        if not self._next:
            raise OSError("timeout")
        return [self._next.pop(0)]


class _Interface(list[Any]):
    bInterfaceNumber = 0


def plug_in(monkeypatch: pytest.MonkeyPatch, device: Usb | None) -> None:
    core, util = types.ModuleType("usb.core"), types.ModuleType("usb.util")
    core.find = lambda idVendor, idProduct: device if (idVendor, idProduct) == (0x04B8, 0x0202) else None  # type: ignore[attr-defined]
    util.dispose_resources = lambda device: None  # type: ignore[attr-defined]
    for name, module in (("usb", types.ModuleType("usb")), ("usb.core", core), ("usb.util", util)):
        monkeypatch.setitem(sys.modules, name, module)


def test_a_usb_printer_prints_and_answers(monkeypatch: pytest.MonkeyPatch):
    device = Usb()
    plug_in(monkeypatch, device)
    assert print_ticket("usb://04b8:0202", b"x" * 9000, 5) is True
    assert device.got == b"x" * 9000 and device.detached


def test_a_usb_printer_without_paper_or_not_plugged_in(monkeypatch: pytest.MonkeyPatch):
    plug_in(monkeypatch, Usb(paper=False))
    with pytest.raises(PrintFailed, match="paper_out"):
        print_ticket("usb://04b8:0202", b"ticket", 5)
    plug_in(monkeypatch, None)
    with pytest.raises(PrintFailed, match="unreachable"):
        print_ticket("usb://04b8:0202", b"ticket", 5)


@pytest.mark.parametrize("setting", ["tcp://192.168.1.50:9100", "tcp://printer.local", "usb://04b8:0202",
                                     "file:///dev/usb/lp0", "/dev/usb/lp0"])
def test_settings_that_name_a_printer(setting: str):
    check_setting(setting)


@pytest.mark.parametrize("setting", ["", " ", "tcp://", "tcp://printer:99999", "tcp://printer:x", "usb://epson",
                                     "usb://04b8", "http://printer", "file://"])
def test_settings_that_name_none_are_refused_with_what_to_write(setting: str):
    with pytest.raises(ValueError, match="tcp://192"):
        check_setting(setting)
    with pytest.raises(PrintFailed, match="setting"):
        print_ticket(setting, b"ticket", 1)
