"""The table of events: what can have happened, in the past tense, and what its body may hold.

Nothing personal is in a body (decisions 15): ids, keys, codes, counts and commitments only. An
added optional key keeps the version; a key that changes its meaning or goes needs the next one.
Durations are in ms, instants in ms UTC, dates ISO in the office's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

#: What may stand in a body. Floats may not: see chain.canonical.
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


class EventError(Exception):
    """A fault of the program: an event that is not in the table, or a body with a key not allowed."""


@dataclass(frozen=True)
class Kind:
    """``keys`` are the body keys allowed; ``meaning`` is one line for the reader of a log."""

    version: int
    keys: frozenset[str]
    meaning: str


def _kind(meaning: str, keys: str = "", version: int = 1) -> Kind:
    return Kind(version, frozenset(keys.split()), meaning)


KINDS: dict[str, Kind] = {
    # the office and its day
    "office_configured": _kind(
        "a configuration, its rules and standards came into force", "configuration digest differences reason"
    ),
    "standard_published": _kind(
        "a service's standard became another version, in force from valid_from; both are here whole",
        "standard service version valid_from before after"
    ),
    "day_opened": _kind(
        "an office day began; which numbers were set apart for days without the server, and for whom",
        "day closed_late doubtful_clock reserves"
    ),
    "day_closed": _kind(
        "a supervisor closed the day, or the next opening did",
        "day reason automatic left counts unused_reserve next_opening seal",
    ),
    "schedule_changed": _kind(
        "hours were changed for everybody, as published", "first last services week name reason"
    ),
    "reserve_declared": _kind(
        "a part of a reserve was handed to the device that may give it out while the server is away",
        "day service first last used_to unused_from source device",
    ),
    "issuing_paused": _kind("no numbers for a while, for everybody", "service reason"),
    "issuing_resumed": _kind("numbers again", "service"),
    "refusals_counted": _kind("how often numbers were refused, and why", "day service counts"),
    # a number, from issue to its place
    "ticket_issued": _kind(
        "a number was given; forecast: the range that its holder was told, seconds",
        "ticket day service prefix number channel priority queued_at standard issuer device "
        "state commitment case issued_at source forecast",
    ),
    "paper_entered": _kind(
        "a number from the paper roll was entered afterwards, with what became of it",
        "ticket day service number issued_at source outcome late",
    ),
    "paper_served": _kind(
        "a number of the paper roll was served without the system; the times are those written on paper",
        "ticket counter started_at ended_at durations",
    ),
    "offline_entered": _kind(
        "a number that a kiosk gave while the server was away was handed in; issued_at is the kiosk's clock",
        "ticket day service number issued_at source device queued_at clock_doubt late instead_of",
    ),
    "paper_confirmed": _kind("the printer or the visitor said that the paper came out", "ticket device"),
    "paper_unconfirmed": _kind(
        "nobody answered whether paper came out; the number keeps its place", "ticket device"
    ),
    "paper_failed": _kind(
        "printing failed; how the visitor holds the number now", "ticket device fault replaced_by"
    ),
    "ticket_voided": _kind(
        "printing failed and nothing replaced it; the number is not used again",
        "ticket day service number reason durations",
    ),
    "arrived": _kind("the holder of a remote number is here", "ticket by remote_ms"),
    "coming": _kind("the visitor answered: on the way", "ticket"),
    "passed": _kind(
        "due but not arrived: the next was let past, the place is kept", "ticket returned_seq return_after"
    ),
    "class_changed": _kind(
        "a ticket came into the other class, at the place it would have had", "ticket priority reason"
    ),
    "note_added": _kind("a note was tied to a ticket; only its commitment is here", "ticket commitment"),
    # at a counter
    "called": _kind("a visitor was called", "ticket call counter service priority why reason durations from"),
    "recalled": _kind("the call was repeated", "ticket call counter count"),
    "started": _kind("service began", "ticket call counter durations"),
    "finished": _kind("service ended", "ticket call counter outcome durations verdict"),
    "skipped": _kind(
        "did not come to the counter: comes back after some others",
        "ticket call counter return_after durations",
    ),
    "no_show": _kind(
        "did not come after the announced calls",
        "ticket call counter calls_acknowledged without_board reason durations verdict",
    ),
    "brought_back": _kind("waits again, at the promised place", "ticket return_after from reason durations"),
    "parked": _kind(
        "service rests, with a reason and whose clock runs", "ticket call counter reason clock durations"
    ),
    "transferred": _kind(
        "goes on at another service", "ticket call counter to_service to_step standard reason durations verdict"
    ),
    "cancelled": _kind("gave up, or was cancelled for a reason", "ticket by reason durations verdict"),
    "unserved": _kind(
        "was left when the day closed; told and offered the next opening",
        "ticket reason told next_opening durations verdict",
    ),
    "reopened": _kind("a supervisor made an ended step wait again", "ticket reason return_after from"),
    "undone": _kind(
        "the named event was taken back within seconds",
        "ticket call counter undone_seq undone_kind durations",
    ),
    # counters and people
    "counter_opened": _kind(
        "a counter began to serve; where a supervisor opened it again, why, and what the forecast had proposed",
        "counter services reason remedy",
    ),
    "counter_closed": _kind("a counter stopped serving", "counter reason"),
    "counter_paused": _kind("a counter is away for a while", "counter reason"),
    "counter_resumed": _kind("a counter is back", "counter"),
    "services_moved": _kind(
        "a counter serves other services than configured, for the rest of the day; remedy: what the forecast proposed",
        "counter services before reason remedy",
    ),
    "counter_taken": _kind("an officer sat down at a counter", "counter person from_person reason"),
    "counter_left": _kind("an officer left a counter", "counter person visitor"),
    "visitor_taken_over": _kind(
        "a visitor went on with another officer or counter",
        "ticket call counter from_counter from_person reason",
    ),
    "person_added": _kind("somebody may sign in", "person role commitment"),
    "password_reset": _kind("a password was set anew", "person by"),
    "sessions_ended": _kind("somebody was signed out everywhere", "person by count"),
    "second_factor_set": _kind("somebody signs in with a code besides the password from now on", "person by"),
    "second_factor_dropped": _kind("the password alone opens again", "person by"),
    "passkey_added": _kind("somebody can sign in with the password and this passkey", "person by passkey"),
    "passkey_dropped": _kind("a passkey opens no longer", "person by count"),
    "person_renamed": _kind("somebody is shown under another name, which is not here", "person"),
    "role_changed": _kind("somebody got another role", "person role before"),
    "person_deactivated": _kind("somebody may not sign in any more", "person"),
    "person_activated": _kind("somebody may sign in again", "person"),
    # devices
    "device_paired": _kind("a board, kiosk or unit was paired by its code", "device kind board hall name"),
    "device_changed": _kind(
        "a device got another name or shows another board",
        "device kind name hall board name_before hall_before board_before",
    ),
    "media_added": _kind("a picture or video was taken in, named by its content", "media bytes"),
    "media_removed": _kind("a picture or video that nothing shows was removed", "media"),
    "device_revoked": _kind("a device may not connect any more", "device reason"),
    "calls_summed": _kind(
        "what boards acknowledged of a call", "ticket call drawn spoken first_at last_at boards"
    ),
    # complaints: what can be counted and what a text can be held against; never the text
    "complaint_made": _kind(
        "somebody complained; of a restricted one the ticket is not here",
        "complaint category kind restricted due service ticket commitment",
    ),
    "complaint_answered": _kind(
        "an answer was written; concerned: by somebody who had to do with the visit",
        "complaint commitment in_time again concerned",
    ),
    "complaint_handed_off": _kind(
        "a complaint went to somebody outside; its number there is only committed to", "complaint to commitment in_time"
    ),
    "complaint_closed": _kind("nothing more is to be done", "complaint outcome in_time"),
    "complaint_contact_opened": _kind("somebody looked at how to reach the person", "complaint"),
    "complaint_erased": _kind("text, contact, answer and their key were erased together", "complaint reason"),
    # what was foreseen
    "alert_raised": _kind("people were told that so many will wait, or wait, longer than promised",
                          "alert service code n"),
    "alert_ended": _kind("that is over", "alert service code"),
    "webhook_set": _kind("where alerts are sent was set, or that they are sent nowhere", "on host"),
    # the log itself
    "sealed": _kind(
        "the log up to here was put under a seal that leaves the building; tick is the office's steady clock, digest "
        "that of the configuration in force, register that of all standards published so far",
        "day reason sealed_seq sealed_hash tick configuration digest register",
    ),
    "erased": _kind("personal values and their key were erased together", "ticket what count reason"),
    "clock_doubted": _kind(
        "the clock jumped, went back or was confirmed by a person", "jump_ms confirmed reason"
    ),
    "restored": _kind(
        "the database was brought back from a backup; the log after backup_seq is lost here",
        "backup_seq lost_seq lost_hash",
    ),
    "segment_started": _kind(
        "a broken link was found; a new segment of the chain starts", "broken_seq broken_hash found_hash"
    ),
    "demo_reset": _kind("the demonstration began anew", "reason"),
}


def check_body(kind: str, body: Mapping[str, Json]) -> int:
    """The version to record ``kind`` with; raises EventError for an unknown kind or body key."""
    known = KINDS.get(kind)
    if known is None:
        raise EventError(f"no event is called {kind!r}")
    wrong = sorted(set(body) - known.keys)
    if wrong:
        raise EventError(f"{kind} has no {', '.join(wrong)}; add it to the table of events with its meaning")
    return known.version
