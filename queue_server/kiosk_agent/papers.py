"""The printer at the kiosk: tickets of the server's numbers and of the reserve's, and what became of their paper."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import Any

from ..moment import wall_ms
from ..paper.escpos import ticket_bytes
from ..paper.printer import PrinterState, PrintFailed, print_ticket, printer_state
from ..paper.slips import slip_of
from ..screens.pages import words_of
from .alone import Alone
from .link import Away, Link
from .shelf import Number, Shelf

logger = logging.getLogger(__name__)

ASK_EVERY_S = 20.0
#: As the server does it (clockwork.py), ms: unanswered is "unconfirmed"; a failure that nobody replaced makes it void.
PAPER_MS = 12_000
VOID_MS = 40_000
#: So many of the server's tickets are remembered for a second print.
REMEMBERED = 50


class Papers:
    """``setting``: the printer's address; "browser": the page prints; "": the server prints, or nobody does."""

    def __init__(self, setting: str, shelf: Shelf, alone: Alone, link: Link) -> None:
        self.setting, self.shelf, self.alone, self.link = setting, shelf, alone, link
        self.state = PrinterState.UNKNOWN
        self._under_way: set[str] = set()
        self._seen: dict[str, dict[str, Any]] = {}
        self._one = threading.Lock()  # the printer takes one ticket at a time

    @property
    def here(self) -> bool:
        """Whether a ticket printer hangs at this PC."""
        return self.setting not in ("", "browser")

    def start(self) -> None:
        if self.here:
            threading.Thread(target=self._watch, daemon=True).start()

    # --- the reserve's numbers -----------------------------------------------------------------------

    def print_reserve(self, number: Number) -> None:
        """Prints a number of this kiosk's own, unless it is being printed."""
        if number.secret not in self._under_way:
            self._under_way.add(number.secret)
            threading.Thread(target=self._print_reserve, args=(number,), daemon=True).start()

    def _print_reserve(self, number: Number) -> None:
        try:
            told, _fault = self._print(self.alone.ticket(number), None, reserve=True)
            self.shelf.set_paper(number.key, "unconfirmed" if told == "unknown" else told, wall_ms())
        finally:
            self._under_way.discard(number.secret)

    def settle(self) -> None:
        """What became of papers of which nobody says anything: then the number can be handed in."""
        now = wall_ms()
        for number in self.shelf.unsettled():
            if number.secret in self._under_way:
                continue
            if number.paper == "failed" and number.paper_at < now - VOID_MS:
                self.shelf.set_paper(number.key, "void", now)
            elif number.paper != "failed" and number.paper_at < now - PAPER_MS:
                self.shelf.set_paper(number.key, "unconfirmed", now)

    # --- the server's numbers ------------------------------------------------------------------------

    def print_served(self, ticket: dict[str, Any]) -> None:
        """Prints a number that the server gave, and tells it what became of the paper."""
        while len(self._seen) >= REMEMBERED:
            self._seen.pop(next(iter(self._seen)))
        self._seen[ticket["secret"]] = ticket
        if ticket["secret"] not in self._under_way:
            self._under_way.add(ticket["secret"])
            threading.Thread(target=self._print_served, args=(ticket,), daemon=True).start()

    def again(self, secret: str) -> bool:
        """A second print of a number of the server's; False when it is not remembered here."""
        ticket = self._seen.get(secret)
        if ticket is not None:
            self.print_served(ticket)
        return ticket is not None

    def _print_served(self, ticket: dict[str, Any]) -> None:
        path = f"/t/{ticket['secret']}"
        try:
            told, fault = self._print(ticket, self._ahead(ticket), reserve=False, expected=self._expected(ticket))
            self.link.post(f"{path}/paper", {"state": told, "fault": fault})
        except Away:
            logger.warning("the server does not know what became of a ticket's paper")
        finally:
            self._under_way.discard(ticket["secret"])

    def _line(self, ticket: dict[str, Any]) -> dict[str, Any] | None:
        return next((s for s in self.link.picture.get("services", ()) if s["key"] == ticket["service"]), None)

    def _ahead(self, ticket: dict[str, Any]) -> int | None:
        """How many come before: the ticket has no place in the order while it is printed, so all who wait."""
        line = self._line(ticket)
        return None if line is None else max(0, int(line["waiting"]))

    def _expected(self, ticket: dict[str, Any]) -> tuple[int, int] | None:
        """The expected wait in minutes, as the kiosk showed it; None: it is not known, or another for priority."""
        said = (self._line(ticket) or {}).get("forecast") or {}
        known = said.get("high_min") is not None and not ticket.get("priority")
        return (int(said["low_min"]), int(said["high_min"])) if known else None

    # --- the printer ---------------------------------------------------------------------------------

    def _print(
        self, ticket: dict[str, Any], ahead: int | None, reserve: bool, expected: tuple[int, int] | None = None
    ) -> tuple[str, str]:
        known = self.alone.sure()
        seal = self.link.picture.get("office", {}).get("seal") or {"text": ""}  # the server's newest, where it is known
        slip = slip_of(
            known.office, ticket, ahead, "" if reserve else known.address, reserve, "" if reserve else seal["text"])
        slip = replace(slip, forecast_min=expected)
        try:
            with self._one:
                confirmed = print_ticket(self.setting, ticket_bytes(slip, words_of("kiosk")))
        except PrintFailed as failed:
            logger.warning("a ticket could not be printed: %s", failed.code)
            return "failed", failed.code
        return ("printed" if confirmed else "unknown"), ""

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            with self._one:
                state = printer_state(self.setting)
            if state != self.state:
                self.state = state
                self.link.changed()
            pause.wait(ASK_EVERY_S)
