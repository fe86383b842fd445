"""Getting a ticket onto paper: network, USB and file printers, and what they say about their paper.

A printer is named by one setting, as an address:

- ``tcp://192.168.1.50:9100`` a network printer (9100 when no port is given),
- ``usb://04b8:0202`` vendor and product number (needs the package ``pyusb``),
- ``file:///dev/usb/lp0`` or a plain path: a device, or a file to which jobs are appended.

Everything here blocks and belongs in a native thread. A printer that answers no question is
"unknown", never broken: many cheap ones are mute, and nobody can know whether paper came out (decisions 3).
"""

from __future__ import annotations

import importlib
import os
import select
import socket
import stat
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .escpos import Slip, ticket_bytes

__all__ = ["PrintFailed", "PrinterState", "Slip", "check_setting", "print_ticket", "printer_state", "ticket_bytes"]

PORT = 9100
#: How long a printer may take to answer a real-time question; those that answer do so in milliseconds.
ANSWER_S = 0.4
#: Real-time status: cover and errors (2), paper sensor (4); DLE EOT n.
ASK_CAUSE, ASK_PAPER = b"\x10\x04\x02", b"\x10\x04\x04"
#: GS r 1: answered in its turn, so the answer means that everything before it was printed.
ASK_PRINTED = b"\x1dr\x01"
IN_PIECES = 4096


class PrinterState(StrEnum):
    """What a printer says of itself; ``unknown`` is a printer that is there and says nothing."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    ERROR = "printer_error"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


#: States in which nothing would come out.
FAILED = frozenset({PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR, PrinterState.UNREACHABLE})


class PrintFailed(Exception):
    """The ticket is known not to be on paper; ``code`` is a failed PrinterState, or "timeout" or "setting"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = str(code)


class Wire(Protocol):
    """A way to a printer. Both methods raise OSError when it is gone."""

    def send(self, data: bytes, deadline: float) -> None: ...
    def answer(self, wait_s: float) -> int | None: ...
    def close(self) -> None: ...


def check_setting(setting: str) -> None:
    """Raises ValueError with what to write instead when ``setting`` names no printer."""
    scheme, _, rest = setting.partition("://")
    if not rest and "://" not in setting and setting.strip():
        return
    parts = urlsplit(setting)
    if scheme == "tcp" and _host_and_port(setting):
        return
    if scheme == "usb" and _usb_numbers(setting):
        return
    if scheme == "file" and parts.path:
        return
    raise ValueError(f"{setting!r} names no printer; write tcp://192.168.1.50:9100, usb://04b8:0202 or "
                     "file:///dev/usb/lp0")


def print_ticket(setting: str, data: bytes, timeout_s: float = 8.0) -> bool:
    """Prints ``data`` and returns True when the printer confirmed it, False when it says nothing either way.

    Raises PrintFailed when the ticket is known not to have come out.
    """
    deadline = time.monotonic() + timeout_s
    try:
        with closing(_open(setting, deadline)) as wire:
            state = _state(wire, deadline)
            if state in FAILED:
                raise PrintFailed(state)
            wire.send(data, deadline)
            return state is not PrinterState.UNKNOWN and _confirmed(wire, deadline)
    except TimeoutError as late:
        raise PrintFailed("timeout") from late
    except OSError as gone:
        raise PrintFailed(PrinterState.UNREACHABLE) from gone


def printer_state(setting: str, timeout_s: float = 2.0) -> PrinterState:
    """What the printer says now; never raises for a printer that is off or mute."""
    deadline = time.monotonic() + timeout_s
    try:
        with closing(_open(setting, deadline)) as wire:
            return _state(wire, deadline)
    except PrintFailed:
        return PrinterState.UNREACHABLE
    except OSError:
        return PrinterState.UNREACHABLE


def _state(wire: Wire, deadline: float) -> PrinterState:
    paper = _ask(wire, ASK_PAPER, deadline)
    if paper is None:
        return PrinterState.UNKNOWN
    if paper & 0x60:
        return PrinterState.PAPER_OUT
    cause = _ask(wire, ASK_CAUSE, deadline) or 0
    if cause & 0x04:
        return PrinterState.COVER_OPEN
    if cause & 0x20:
        return PrinterState.PAPER_OUT
    if cause & 0x40:
        return PrinterState.ERROR
    return PrinterState.PAPER_LOW if paper & 0x0C else PrinterState.READY


def _ask(wire: Wire, question: bytes, deadline: float) -> int | None:
    """One real-time question; None when no byte of the documented shape (0xx1xx10) comes back in time."""
    wire.send(question, deadline)
    until = time.monotonic() + ANSWER_S
    while (left := until - time.monotonic()) > 0:
        answer = wire.answer(left)
        if answer is None:
            return None
        if answer & 0x93 == 0x12:
            return answer
    return None


def _confirmed(wire: Wire, deadline: float) -> bool:
    """Waits until the printer has worked through the job; a job that ran out of paper never answers."""
    wire.send(ASK_PRINTED, deadline)
    while time.monotonic() < deadline:
        answer = wire.answer(ANSWER_S)
        if answer is not None and answer & 0x90 == 0:
            return True
        state = _state(wire, deadline)
        if state in FAILED:
            raise PrintFailed(state)
    return False


# The three ways to a printer


def _open(setting: str, deadline: float) -> Wire:
    try:
        check_setting(setting)
    except ValueError as wrong:
        raise PrintFailed("setting") from wrong
    if setting.startswith("tcp://"):
        return _Network(setting, deadline)
    if setting.startswith("usb://"):
        return _Usb(setting)
    return _File(_path(setting))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Network:
    """Raw bytes over TCP. Such printers serve one connection at a time, so a refused one is tried again."""

    def __init__(self, setting: str, deadline: float) -> None:
        address = _host_and_port(setting) or ("", 0)
        while True:
            try:
                self._socket = socket.create_connection(address, timeout=min(3.0, _left(deadline)))
                return
            except ConnectionRefusedError:
                if deadline - time.monotonic() < 1.0:
                    raise
                time.sleep(0.3)
            except TimeoutError as silent:
                # Nobody is there: unlike a printer that stops taking data, this one got nothing at all.
                raise ConnectionRefusedError("no answer") from silent

    def send(self, data: bytes, deadline: float) -> None:
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(data)

    def answer(self, wait_s: float) -> int | None:
        self._socket.settimeout(wait_s)
        try:
            got = self._socket.recv(1)
        except TimeoutError:
            return None
        if not got:
            raise ConnectionResetError("the printer hung up")
        return got[0]

    def close(self) -> None:
        self._socket.close()


class _File:
    """A device or a file. A device that is out of paper stops taking bytes, which must not hold the thread."""

    def __init__(self, path: str) -> None:
        flags = os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        self._device = os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode)
        try:
            self._file = os.open(path, flags | (os.O_RDWR if self._device else os.O_WRONLY), 0o600)
            self._answers = self._device
        except PermissionError:
            self._file = os.open(path, flags | os.O_WRONLY, 0o600)
            self._answers = False

    def send(self, data: bytes, deadline: float) -> None:
        if not self._answers and data in (ASK_PAPER, ASK_CAUSE, ASK_PRINTED):
            return
        view = memoryview(data)
        while view:
            # select only for devices: it knows no plain files on Windows.
            if self._device and not select.select([], [self._file], [], _left(deadline))[1]:
                raise TimeoutError("the device takes no more")
            view = view[os.write(self._file, view[:IN_PIECES]):]

    def answer(self, wait_s: float) -> int | None:
        if not self._answers:
            return None
        try:
            got = os.read(self._file, 1) if select.select([self._file], [], [], wait_s)[0] else b""
        except OSError:
            return None  # a device that can only be written
        return got[0] if got else None

    def close(self) -> None:
        os.close(self._file)


@dataclass
class _UsbEnds:
    out: Any
    back: Any


class _Usb:
    """A USB printer through pyusb: its first bulk endpoint out, and the one back if it has one."""

    def __init__(self, setting: str) -> None:
        try:
            core = importlib.import_module("usb.core")
            util = importlib.import_module("usb.util")
        except ImportError as missing:
            raise PrintFailed("setting") from missing
        vendor, product = _usb_numbers(setting) or (0, 0)
        self._device = core.find(idVendor=vendor, idProduct=product)
        if self._device is None:
            raise ConnectionRefusedError("not plugged in")
        self._util = util
        self._ends = self._endpoints()

    def _endpoints(self) -> _UsbEnds:
        interface = self._device.get_active_configuration()[(0, 0)]
        if os.name != "nt" and self._device.is_kernel_driver_active(interface.bInterfaceNumber):
            self._device.detach_kernel_driver(interface.bInterfaceNumber)
        ends = {end.bEndpointAddress & 0x80: end for end in reversed(list(interface)) if end.bmAttributes & 3 == 2}
        return _UsbEnds(out=ends[0], back=ends.get(0x80))

    def send(self, data: bytes, deadline: float) -> None:
        for start in range(0, len(data), IN_PIECES):
            self._ends.out.write(data[start:start + IN_PIECES], timeout=int(_left(deadline) * 1000))

    def answer(self, wait_s: float) -> int | None:
        if self._ends.back is None:
            return None
        try:
            got = self._ends.back.read(self._ends.back.wMaxPacketSize, timeout=int(wait_s * 1000))
        except OSError:
            return None  # pyusb reports a time-out as an error of the same family
        return got[-1] if len(got) else None

    def close(self) -> None:
        self._util.dispose_resources(self._device)


def _host_and_port(setting: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(setting)
        port = parts.port or PORT
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and parts.path in ("", "/") else None


def _usb_numbers(setting: str) -> tuple[int, int] | None:
    vendor, colon, product = setting.removeprefix("usb://").strip("/").partition(":")
    try:
        return (int(vendor, 16), int(product, 16)) if colon else None
    except ValueError:
        return None


def _path(setting: str) -> str:
    return url2pathname(urlsplit(setting).path) if setting.startswith("file://") else setting
