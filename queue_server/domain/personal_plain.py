"""Columns of tables.py that are nobody's: ids, codes, counts, instants, words of the office. What is personal stands in
``personal.py``; a test finds every column in exactly one of the two, so that a new one cannot be forgotten."""

from __future__ import annotations

#: Table -> its columns, separated by spaces.
PLAIN: dict[str, str] = {
    "office": "id key config_version head_seq head_hash segment door_code",
    "office_version": "office_id version body at seq",
    "standard": "id office_id service version valid_from body seq",
    "boot": "id boot offset_ms first_at",
    "person": "id office_id active created_at totp_step",
    "session": "office_id expires_tick",
    "passkey": "id office_id uses asked_at added_at",
    "device": "id office_id kind board name state token_hash code created_at paired_at seen_at sound",
    "seat": "office_id counter state reason since_at version changed_tick",
    "office_day": "office_id day opened_at closed_at closed_how",
    "series": "office_id service day high",
    "service_pause": "office_id service reason since_at",
    "ticket": (
        "id office_id day service prefix number channel language secret place issued_at issued_tick paper "
        "paper_at coming case_code"
    ),
    "step": (
        "id ticket_id office_id day service state version queued_at queued_tick returned_seq return_after "
        "passed_seq arrived_at remote_ms counter since_tick boot clock_doubt called_at started_at ended_at "
        "first_called_at calls automatic why outcome park_clock park_reason waited_ms walked_ms served_ms "
        "parked_office_ms parked_visitor_ms standard_id last_seq before waited_off_ms parked_off_ms foretold_low "
        "foretold_high first_waited_ms"
    ),
    "told": "office_id code counter label at",
    "call": "office_id seq day service hall counter step_id nth at in_mix advances state undone over_at summed",
    "board_ack": "office_id call_seq device_id drawn_at spoken_at",
    "voice_lease": "office_id hall device_id until_at",
    "event": "office_id seq kind version body at boot_id boot_ns step_id previous_hash hash",
    "seal": "office_id seq hash day reason at tick boot",
    "command": "expires_at",
    "refusal": "office_id day service channel code n counted",
    "private": "id office_id ticket_id secret_key erase_at",
    "need": "id office_id ticket_id reservation_id secret_key erase_at",
    "contact": "id office_id ticket_id reservation_id channel language awaits made_at erase_at",
    "message": (
        "id office_id ticket_id reservation_id step_id channel occasion nth facts state due_at until_at tries outcome "
        "made_at ended_at erase_at"
    ),
    "complaint": (
        "id office_id number day made_at category kind restricted about_lead ticket_id service due state tracking "
        "language made_seq answered_at answered_day handed_to handed_at handed_day outcome closed_at erase_at"
    ),
    "inmate": "id office_id imported_at gone erase_at",
    "family": "id office_id number state made_at until_at ended_at reason erase_at",
    "family_passkey": "id office_id uses asked_at added_at",
    "family_look": "id office_id erase_at",
    "reservation": (
        "id office_id number service day session pool place state version secret code language starts_at ends_at "
        "expires_at made_at changed_at ended_at ended_by reason ticket_id erase_at"
    ),
    "forecast_state": "office_id day body",
    "alert": "id office_id day service code raised_at ended_at facts sent",
    "webhook": "office_id url secret set_at told_at told",
    "counter_today": "office_id day counter services reason since_at",
    "sitting": "id office_id step_id room unit minutes extended_min began_at began_tick warned over ended_at",
    "batch": "office_id day room number at called passed",
    "readiness": "office_id ticket_id service asked_at asked_tick visitor_at visitor_tick other_at other_tick",
    "case_file": (
        "id office_id number code service ticket_id day opened_at days due state ready_at ready_day over_at over_day "
        "reason collect_ticket_id"
    ),
    "job": "id office_id kind asked state done total file problem created_at ended_at",
    "tally": (
        "office_id span start weekday service part name numbers steps counts waits services waits_flagged "
        "services_flagged"
    ),
    "tally_book": "office_id seq rules left_out",
}
