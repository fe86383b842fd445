"""Who may do what: the one table for routes, screens and presses, the code and the documentation at once.

Every route stands in ``ROUTES`` and every event of the socket in ``EVENTS``; the server does not start while one
has no line here. What people press is in ``acts.ACTS``, whose roles come from here too. ``docs/roles.md`` is this
printed (``python -m queue_server roles --write``), and a test tries every line with every role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who stands before the door. A person's role and a device's kind are stored in these words."""

    VISITOR = "visitor"              # anybody: nothing is known of them
    HOLDER = "holder"                # whoever has the secret address of a ticket
    BOARD = "board"                  # a device, paired
    KIOSK = "kiosk"
    UNIT = "unit"                    # what hangs in a room, or stands at one of its units
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ANYBODY = frozenset(Who)
DEVICES = frozenset({Who.BOARD, Who.KIOSK})
KIOSKS = frozenset({Who.KIOSK})
UNITS = frozenset({Who.UNIT})
PEOPLE = frozenset({Who.OFFICER, Who.SUPERVISOR, Who.AUDITOR, Who.ADMINISTRATOR})
HOLDERS = frozenset({Who.HOLDER})
#: Who serves visitors; who answers for the day; who reads the log.
SERVES = frozenset({Who.OFFICER, Who.SUPERVISOR})
OVERSEES = frozenset({Who.SUPERVISOR, Who.ADMINISTRATOR})
READS = frozenset({Who.SUPERVISOR, Who.AUDITOR, Who.ADMINISTRATOR})
#: Who sets the house up: people, devices, the office's configuration, media, printer and voice.
SETS_UP = frozenset({Who.ADMINISTRATOR})
#: Where an office has nobody of the second role who may sign in, the first does what is the second's.
STANDS_IN: dict[str, Who] = {Who.SUPERVISOR: Who.ADMINISTRATOR}


@dataclass(frozen=True)
class Line:
    """``what`` says it for the documentation."""

    who: frozenset[Who]
    what: str


#: Method and address -> who is let in. An address with ``<secret>`` opens only with a ticket's, whoever asks.
ROUTES: dict[str, Line] = {
    "GET /": Line(ANYBODY, "list of the offices and their screens"),
    "GET /favicon.ico": Line(ANYBODY, "nothing; browsers ask for it"),
    "GET /healthz": Line(ANYBODY, "whether this process lives"),
    "GET /readyz": Line(ANYBODY, "whether numbers can be given: database, writer, disk"),
    "GET /metrics": Line(ANYBODY, "figures for Prometheus; from this machine, or with QUEUE_METRICS_TOKEN"),
    "GET /web/<folder>/<path:name>": Line(ANYBODY, "scripts and styles of the screens"),
    "GET /lib/<path:name>": Line(ANYBODY, "browser libraries"),
    "GET /words/<screen>.json": Line(ANYBODY, "words of a screen"),
    "GET /office/<office>/theme.css": Line(ANYBODY, "colours of an office"),
    "GET /voice/<office>/chime.wav": Line(ANYBODY, "the chime"),
    "GET /voice/<office>/<lang>/<clip>.wav": Line(ANYBODY, "one spoken word"),
    "GET /media/<office>/<name>": Line(ANYBODY, "a notice's picture or video"),
    "GET /display/<office>/<board>": Line(ANYBODY, "a board's page; its picture comes once it is paired"),
    "GET /kiosk/<office>": Line(ANYBODY, "a kiosk's page; numbers come once it is paired"),
    "GET /counter/<office>": Line(ANYBODY, "the console's page; its picture comes after signing in"),
    "GET /supervisor/<office>": Line(ANYBODY, "the supervisor's page; its picture comes after signing in"),
    "GET /admin/<office>": Line(ANYBODY, "the administration page; what is on it comes after signing in"),
    "GET /account/<office>": Line(ANYBODY, "one's own account: second factor, signing out everywhere"),
    "GET /visit/<office>": Line(ANYBODY, "the page for taking a number on a phone"),
    "GET /units/<office>/<room>": Line(ANYBODY, "the console of a room; its picture comes after signing in"),
    "GET /room/<office>/<room>": Line(ANYBODY, "the board of a room; its picture comes once it is paired"),
    "GET /room/<office>/<room>/<unit>": Line(ANYBODY, "the page at a unit; its picture comes once it is paired"),
    "GET /public/<office>": Line(ANYBODY, "how the promise was kept, today and by month; small counts hidden"),
    "GET /public/<office>.<kind>": Line(ANYBODY, "the same as open data, CSV or JSON"),
    "GET /office/<office>/door": Line(ANYBODY, "services, hours, how many wait; nobody's data"),
    "GET /office/<office>/door-code.svg": Line(DEVICES, "the QR at the door, which changes every minute"),
    "POST /office/<office>/tickets": Line(ANYBODY, "take a number; channel door for a kiosk, online for others"),
    "GET /office/<office>/reserve": Line(KIOSKS, "by what a kiosk decides alone while the server is away"),
    "POST /office/<office>/reserve/declare": Line(KIOSKS, "its part of the reserve, before it is needed"),
    "POST /office/<office>/reserve/numbers": Line(KIOSKS, "numbers that it gave meanwhile"),
    "POST /hello": Line(ANYBODY, "a device introduces itself and gets a code to show"),
    "POST /sign-in": Line(ANYBODY, "sign in with name and password"),
    "POST /sign-out": Line(ANYBODY, "end one's own session"),
    "GET /who": Line(ANYBODY, "who am I? (of one's own session)"),
    "GET /t/<secret>": Line(HOLDERS, "a ticket's page"),
    "GET /t/<secret>/picture": Line(HOLDERS, "a ticket's picture"),
    "GET /t/<secret>/qr.svg": Line(HOLDERS, "a ticket's QR code; for=complaint: of its complaint form"),
    "POST /t/<secret>/<act>": Line(HOLDERS, "cancel, on my way, arrived, needs, back after a missed call"),
    "POST /t/<secret>/paper": Line(KIOSKS, "whether the paper came out; print again"),
    "GET /t/<secret>/messages": Line(HOLDERS, "how the holder may be told on their own phone, and is"),
    "POST /t/<secret>/messages": Line(HOLDERS, "be told: a way, and an address or a browser's subscription"),
    "POST /t/<secret>/messages/off": Line(HOLDERS, "be told no longer; the address is erased"),
    "GET /r/<token>/messages": Line(ANYBODY, "the same of one's own reservation, by its secret address"),
    "POST /r/<token>/messages": Line(ANYBODY, "be reminded"),
    "POST /r/<token>/messages/off": Line(ANYBODY, "be reminded no longer"),
    "GET /office/<office>/app.webmanifest": Line(ANYBODY, "the visitor's page as an app; where there is HTTPS"),
    "GET /office/<office>/icon-<size>.png": Line(ANYBODY, "its icon, in the office's colour"),
    "GET /worker.js": Line(ANYBODY, "what such a page does while it is closed or has no line"),
    "GET /offline": Line(ANYBODY, "the page that says that there is no line"),
    "GET /book/<office>": Line(ANYBODY, "the page for reserving a place in a session"),
    "GET /office/<office>/sessions": Line(ANYBODY, "sessions and how many places are left; nobody's data"),
    "POST /office/<office>/lookup": Line(ANYBODY, "on which days somebody may be visited, by the register number"),
    "POST /office/<office>/reservations": Line(ANYBODY, "reserve a place"),
    "POST /office/<office>/check-in": Line(KIOSKS, "a reservation's code becomes a number"),
    "GET /r/<token>": Line(ANYBODY, "one's own reservation, by its secret address"),
    "GET /r/<token>/picture": Line(ANYBODY, "the same as a picture"),
    "GET /r/<token>/qr.svg": Line(ANYBODY, "its code as QR, for the kiosk"),
    "GET /r/<token>/calendar.ics": Line(ANYBODY, "its entry for a calendar"),
    "POST /r/<token>/<act>": Line(ANYBODY, "change, cancel, check_in (needs the code of the QR at the door)"),
    "GET /reservations/<office>": Line(ANYBODY, "the page of the day's reservations; they come after signing in"),
    "GET /supervisor/<office>/reservations": Line(
        SERVES | READS, "the reservations of a day; names for whoever serves, signals of brokers for who oversees"),
    "GET /helper/<office>": Line(ANYBODY, "the helper's page; whom to fetch comes after signing in"),
    "GET /helper/<office>/numbers": Line(SERVES, "the numbers that one took today for people without a phone"),
    "POST /helper/<office>/print": Line(SERVES, "print one of them again, on this server's printer"),
    "POST /office/<office>/say": Line(KIOSKS, "what stands on a kiosk's screen, spoken by the offline voice"),
    "POST /office/<office>/missed": Line(KIOSKS, "where somebody comes back who missed the call, by their number"),
    "POST /office/<office>/back": Line(KIOSKS, "they come back, at that place"),
    "GET /family/<office>": Line(ANYBODY, "the page for enrolled families; what is in it comes after the proof"),
    "POST /office/<office>/family/look": Line(
        ANYBODY, "the stages of a case, after code and date of birth, or a passkey"),
    "POST /office/<office>/family/question": Line(ANYBODY, "what a family's phone is asked with, known or not"),
    "POST /office/<office>/family/phone/question": Line(
        ANYBODY, "what a new phone is asked with, just after a look with code and date of birth"),
    "POST /office/<office>/family/phone": Line(ANYBODY, "set up the passkey that it made, just after such a look"),
    "GET /families/<office>": Line(ANYBODY, "the page of those enrolled; they come after signing in"),
    "GET /supervisor/<office>/families": Line(
        SERVES | READS, "who was enrolled and who looked; names for whoever serves"),
    "GET /privacy/<office>": Line(ANYBODY, "which personal data are asked, why, who sees them and until when"),
    "GET /case/<office>": Line(ANYBODY, "the page of a case; how it stands comes with its code"),
    "POST /office/<office>/case": Line(ANYBODY, "how a case stands, by its code; wrong ones are limited"),
    "GET /cases/<office>": Line(ANYBODY, "the page of the office's cases; they come after signing in"),
    "GET /supervisor/<office>/cases": Line(SERVES | READS, "cases that are late, due, in work and ready"),
    "GET /complaint/<office>": Line(ANYBODY, "the page for complaining, and for looking after one's complaint"),
    "GET /t/<secret>/complaint": Line(HOLDERS, "the same, tied to a ticket"),
    "POST /t/<secret>/complaint": Line(HOLDERS, "complain about the visit of a ticket"),
    "POST /office/<office>/complaints": Line(ANYBODY, "complain without a ticket"),
    "POST /office/<office>/complaints/track": Line(ANYBODY, "what became of a complaint, by its tracking number"),
    "GET /complaints/<office>": Line(ANYBODY, "the register's page; what is in it comes after signing in"),
    "GET /supervisor/<office>/complaints": Line(READS, "the register of complaints, without their words"),
    "GET /supervisor/<office>/complaints/<int:number>": Line(
        READS, "one complaint with its words and the ticket's timeline, for whom it is not about"),
    "POST /second-factor": Line(PEOPLE, "a new secret for one's own second factor; nothing is set yet"),
    "GET /account/<office>/passkeys": Line(PEOPLE, "one's own passkeys"),
    "POST /passkeys/question": Line(PEOPLE, "what a browser is asked with, for a new one; nothing is set yet"),
    "POST /passkeys": Line(PEOPLE, "set up the one that the browser made"),
    "POST /press": Line(PEOPLE, "a press without a socket; the acts below"),
    "GET /supervisor/<office>/poster": Line(READS, "the sheet for the door, with its QR code"),
    "GET /supervisor/<office>/standards": Line(READS, "the register of standards, with every version"),
    "GET /supervisor/<office>/flow": Line(READS, "how many waited, came and were called through a day"),
    "GET /supervisor/<office>/what-if": Line(READS, "a past day, simulated with a change, and as it was"),
    "GET /supervisor/<office>/log": Line(READS, "the wait-time log, a page of it"),
    "GET /supervisor/<office>/log/shares": Line(READS, "shares on time of what the filter shows"),
    "GET /supervisor/<office>/log.<kind>": Line(READS, "the log as CSV or JSON lines"),
    "POST /supervisor/<office>/exports": Line(READS, "begin an XLSX file or a bundle of evidence"),
    "GET /supervisor/<office>/exports": Line(READS, "how far it is"),
    "GET /supervisor/<office>/exports/<int:job>": Line(READS, "the file"),
    "GET /supervisor/<office>/reports": Line(ANYBODY, "the page of reports; its figures come after signing in"),
    "GET /supervisor/<office>/reports/figures": Line(READS, "the figures of a period"),
    "GET /supervisor/<office>/reports/compare": Line(READS, "two periods compared"),
    "GET /supervisor/<office>/reports/arrivals": Line(READS, "when people come, and the counters that needs"),
    "GET /supervisor/<office>/reports/closing.pdf": Line(READS, "the closing sheet of a day"),
    "GET /supervisor/<office>/reports/compliance.pdf": Line(READS, "the report on the standards of a month"),
    "GET /supervisor/<office>/seal": Line(READS, "the seals of a day as a sheet to print, with their QR codes"),
    "GET /supervisor/<office>/seals": Line(READS, "the newest seal of the log, and those of a day"),
    "GET /supervisor/<office>/events": Line(READS, "the log itself, newest first: nothing personal is in it"),
    "GET /verifier.py": Line(ANYBODY, "the program that checks a bundle of evidence"),
    "GET /admin/<office>/people": Line(SETS_UP, "who may sign in, and their sessions"),
    "GET /admin/<office>/office": Line(SETS_UP, "the configuration in force, and the versions before it"),
    "GET /admin/<office>/office.toml": Line(SETS_UP, "the same as a file"),
    "GET /admin/<office>/office/changes": Line(SETS_UP, "what differs between two versions"),
    "POST /admin/<office>/office/check": Line(SETS_UP, "what a changed office would be: problems, differences"),
    "GET /admin/<office>/media": Line(SETS_UP, "pictures and videos, and where they are used"),
    "POST /admin/<office>/media": Line(SETS_UP, "take in a picture or video"),
    "GET /admin/<office>/webhook": Line(SETS_UP, "where alerts are sent, and the secret that signs them"),
    "POST /admin/<office>/webhook": Line(SETS_UP, "send a test there"),
    "GET /admin/<office>/machine": Line(SETS_UP, "the printer and the voice sets"),
    "POST /admin/<office>/printer": Line(SETS_UP, "print a test"),
    "GET /admin/<office>/voices/<name>/sample.wav": Line(SETS_UP, "hear a voice set"),
    "GET /api/v1/openapi.json": Line(ANYBODY, "this interface, described (OpenAPI 3.1)"),
    "GET /api/v1/offices": Line(ANYBODY, "the offices of this server"),
    "GET /api/v1/offices/<office>/door": Line(ANYBODY, "services, hours, how many wait; nobody's data"),
    "POST /api/v1/offices/<office>/tickets": Line(ANYBODY, "take a number"),
    "GET /api/v1/tickets/<secret>": Line(HOLDERS, "a ticket: state, place, call"),
    "POST /api/v1/tickets/<secret>/<act>": Line(
        HOLDERS, "cancel, coming (on my way), arrived, needs, back (after a missed call)"),
    "POST /api/v1/offices/<office>/sessions": Line(ANYBODY, "sign in; the answer holds the token"),
    "DELETE /api/v1/offices/<office>/sessions": Line(ANYBODY, "end one's own session"),
    "GET /api/v1/offices/<office>/counter": Line(SERVES, "the console's picture"),
    "GET /api/v1/offices/<office>/rooms/<room>": Line(SERVES, "the picture of a room's console"),
    "GET /api/v1/offices/<office>/today": Line(READS, "the day at a glance"),
    "POST /api/v1/offices/<office>/acts/<act>": Line(PEOPLE, "an act of the person who is signed in (below)"),
}

#: A screen that connects -> who may.
SCREENS: dict[str, frozenset[Who]] = {
    "board": frozenset({Who.BOARD}),
    "kiosk": frozenset({Who.KIOSK}),
    "visitor": HOLDERS,
    "counter": SERVES,
    "room": SERVES,
    "unit": UNITS,
    "supervisor": READS,
}

#: What a connected screen may send -> which screens.
EVENTS: dict[str, tuple[frozenset[str], str]] = {
    "connect": (frozenset(SCREENS), "the screen's papers; the first picture comes"),
    "disconnect": (frozenset(SCREENS), "the line ended"),
    "look": (frozenset(SCREENS), "the picture again"),
    "press": (frozenset({"counter", "room", "supervisor"}), "an act of the person who is signed in (below)"),
    "alive": (frozenset({"board"}), "that it lives, and whether it can be heard; each second"),
    "shown": (frozenset({"board"}), "which calls were drawn and spoken"),
}


def unruled(routes: Iterable[str], events: Iterable[str]) -> list[str]:
    """Routes and events that have no line here, and lines that have none there; empty when all is in order."""
    return sorted(set(routes) ^ set(ROUTES)) + sorted(set(events) ^ set(EVENTS))
