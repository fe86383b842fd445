"""Prints the numbers that a kiosk takes, in the background, and says to the log what became of the paper.

Nobody can know from most printers whether paper came out: only a reported failure counts as one
(decisions 3). The number is valid and on the screen before the printer is asked.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from ..commands import visitor
from ..config import Config
from ..domain.errors import Refused
from ..domain.office import Office
from ..kit import Kit
from ..live import Live
from ..screens.pages import words_of
from ..snapshot import Snapshot
from ..transaction import SYSTEM, Job, Writer
from .escpos import Slip, ticket_bytes
from .printer import PrinterState, PrintFailed, print_ticket, printer_state

logger = logging.getLogger(__name__)
ASK_EVERY_S = 20.0


class Slips:
    """The one ticket printer of this server."""

    def __init__(self, config: Config, live: Live, writer: Writer, kit: Kit) -> None:
        self.config = config
        self.live = live
        self.writer = writer
        self.kit = kit
        self.state = PrinterState.UNKNOWN

    @property
    def escpos(self) -> bool:
        """Whether the server prints itself (else the kiosk's browser does, or nobody)."""
        return self.config.printer not in ("", "browser")

    def start(self) -> None:
        if self.escpos:
            self.kit.spawn(self._watch)

    def printed(self, office: str, answer: dict[str, Any]) -> None:
        """Prints the ticket of an answer without keeping the visitor waiting for it."""
        self.kit.spawn(self._print, office, answer["ticket"])

    def test(self, snapshot: Snapshot) -> bool:
        """Prints a slip that is no number; True when the printer confirmed it. Raises Refused when it did not print."""
        if not self.escpos:
            raise Refused("no_printer")
        data = ticket_bytes(test_slip(snapshot, self.config.address), words_of("kiosk"))
        try:
            return self.kit.blocking(print_ticket, self.config.printer, data)
        except PrintFailed as failed:
            raise Refused("print_failed", state=failed.code) from None

    def _print(self, office: str, ticket: dict[str, Any]) -> None:
        snapshot = self.live.latest(office)
        if snapshot is None:
            return
        ahead, expected = self._ahead(snapshot, ticket)
        slip = replace(
            slip_of(snapshot.office, ticket, ahead, self.config.address, seal=seal_text(snapshot)),
            forecast_min=expected)
        data = ticket_bytes(slip, words_of("kiosk"))
        try:
            confirmed = self.kit.blocking(print_ticket, self.config.printer, data)
            told, fault = ("printed" if confirmed else "unknown"), ""
        except PrintFailed as failed:
            told, fault = "failed", failed.code
            logger.warning("a ticket could not be printed: %s", failed.code)
        args = {"secret": ticket["secret"], "state": told, "fault": fault}
        try:
            self.writer.press(Job(office, SYSTEM, "paper", visitor.paper, args))
        except Refused as refused:
            logger.warning("the paper of a ticket could not be noted: %s", refused.code)
        except Exception:
            # A full disk, a lost database: the clockwork asks later what became of this paper.
            logger.exception("the paper of a ticket could not be noted")

    def _ahead(self, snapshot: Snapshot, ticket: dict[str, Any]) -> tuple[int | None, tuple[int, int] | None]:
        """How many come before, and the expected wait in minutes; None: not known."""
        picture = self.live.ticket_picture(ticket["secret"], snapshot)
        if picture is None:
            return None, None
        said = picture["ticket"]["forecast"]
        expected = (said["low_min"], said["high_min"]) if said and said["high_min"] is not None else None
        if picture["ticket"]["ahead"] is not None:
            return int(picture["ticket"]["ahead"]), expected
        line = snapshot.lines.get(ticket["service"])
        return (line.waiting if line else 0), expected

    def _watch(self) -> None:
        while True:
            self.state = self.kit.blocking(printer_state, self.config.printer)
            self.live.printer = str(self.state)
            self.kit.sleep(ASK_EVERY_S)


def test_slip(s: Snapshot, address: str) -> Slip:
    """As a ticket looks, with words instead of a number."""
    words = words_of("admin")
    return Slip(
        institution=s.office.institution, office=s.office.name, time_zone=s.office.time_zone,
        label=words["id"]["printer.slip"], service={lang: words[lang]["printer.slip.what"] for lang in words},
        issued_at=s.at, complaint=s.office.complaint, link=address, languages=s.office.languages,
    )


def seal_text(snapshot: Snapshot) -> str:
    """The newest seal of the log, in the short form that leaves the building; "" before the first."""
    return "" if snapshot.seal is None else snapshot.seal.of(snapshot.office.key).text


def slip_of(
    office: Office, ticket: dict[str, Any], ahead: int | None, address: str, reserve: bool = False, seal: str = "",
) -> Slip:
    """What stands on the paper; ``reserve``: a kiosk gave the number while the server was away."""
    service = office.service(ticket["service"])
    promise = service.standard.promise("door", bool(ticket.get("priority")))
    language = ticket.get("language", "id")
    others = (x for x in office.languages if x != language)
    return Slip(
        institution=office.institution, office=office.name, time_zone=office.time_zone, label=ticket["label"],
        service=service.name, issued_at=ticket["issued_at"], priority=bool(ticket.get("priority")), ahead=ahead,
        promise_min=promise.wait_min, free=service.standard.free, complaint=office.complaint,
        link=f"{address}/t/{ticket['secret']}" if address else "",
        complain=f"{address}/t/{ticket['secret']}/complaint" if address else "",
        languages=(language, *others), reserve=reserve, seal=seal,
    )
