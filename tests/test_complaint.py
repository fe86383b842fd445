"""Complaints: deadlines, who may touch which, the tracking number, and the whole way through a server."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import requests
from any_office import example
from backstage import events, let_time_pass, rows, shell
from cast import Server, copy_of, settle
from hypothesis import given
from hypothesis import strategies as st

from queue_server.client import Refusal, Site
from queue_server.domain import complaint as rules
from queue_server.domain.chain import check
from queue_server.domain.complaint import CATEGORIES, Case, State
from queue_server.domain.errors import NotAllowed, Refused
from queue_server.domain.office import ComplaintRule, Holiday
from queue_server.screens.media import qr_svg
from queue_server.screens.pages import words_of

WIFI = "http://192.168.1.20:8080"
TEXT = "Petugas meminta uang lima puluh ribu di loket."
OFFICE = replace(example("template"), holidays=(Holiday("2026-12-25", "Natal"), Holiday("2026-11-26", "Libur")))


# --- deadlines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("received", "kind", "due"), [
    ("2026-11-23", "light", "2026-11-25"),        # Monday: Tuesday and Wednesday
    ("2026-11-20", "light", "2026-11-24"),        # Friday: over the weekend
    ("2026-11-21", "light", "2026-11-24"),        # Saturday counts from Monday
    ("2026-11-25", "light", "2026-11-30"),        # Thursday is a holiday of the office
    ("2026-11-23", "normative", "2026-12-01"),    # five days, one holiday and a weekend between
    ("2026-11-23", "ordinary", "2026-12-14"),
    ("2026-11-23", "supervisory", "2027-02-17"),  # sixty days with two holidays of 2026
])
def test_the_deadline_is_a_working_day(received: str, kind: str, due: str) -> None:
    assert rules.due_day(OFFICE, received, kind) == due


def test_an_offices_own_days_hold() -> None:
    strict = replace(OFFICE, rules=replace(OFFICE.rules, complaints=ComplaintRule(light_days=1)))
    assert rules.due_day(strict, "2026-11-23", "light") == "2026-11-24"


@pytest.mark.parametrize(("today", "left"), [
    ("2026-11-23", 2), ("2026-11-24", 1), ("2026-11-25", 0), ("2026-11-26", -1), ("2026-11-27", -1),
    ("2026-11-28", -2), ("2026-11-30", -2), ("2026-12-01", -3),
])
def test_the_days_left_are_working_days(today: str, left: int) -> None:
    assert rules.days_left(OFFICE, today, "2026-11-25") == left


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.sampled_from(sorted(rules.NEAR_DAYS)))
def test_on_the_day_of_receipt_all_its_days_are_left(day: date, kind: str) -> None:
    due = rules.due_day(OFFICE, day.isoformat(), kind)
    assert rules.days_left(OFFICE, day.isoformat(), due) == rules.days_of(kind, OFFICE.rules.complaints)
    assert rules.days_left(OFFICE, due, due) == 0


@pytest.mark.parametrize(("done", "today", "expected"), [
    ("", "2026-11-25", None), ("", "2026-11-26", False), ("2026-11-25", "2026-12-30", True),
    ("2026-11-26", "2026-12-30", False),
])
def test_a_deadline_is_kept_by_the_first_answer(done: str, today: str, expected: bool | None) -> None:
    assert rules.kept("2026-11-25", done, today) is expected


# --- what may become of it, and by whom ------------------------------------------------------------


def test_nothing_ends_that_was_neither_answered_nor_handed_on() -> None:
    assert rules.moved("answer", State.RECEIVED) is State.ANSWERED
    for act, state in (("close", State.RECEIVED), ("answer", State.CLOSED), ("hand_off", State.CLOSED)):
        with pytest.raises(Refused, match="complaint_state"):
            rules.moved(act, state)


PLAIN, BRIBE = Case(concerned=frozenset({7})), Case(restricted=True, concerned=frozenset({7}))
LEAD = Case(restricted=True, about_lead=True)


@pytest.mark.parametrize(("case", "role", "person", "reads"), [
    (PLAIN, "supervisor", 7, True), (PLAIN, "officer", 3, False), (PLAIN, "visitor", 0, False),
    (BRIBE, "supervisor", 7, False), (BRIBE, "supervisor", 8, True), (BRIBE, "administrator", 7, False),
    (BRIBE, "administrator", 9, True), (BRIBE, "auditor", 7, True), (BRIBE, "officer", 3, False),
    (LEAD, "supervisor", 8, False), (LEAD, "administrator", 9, True), (LEAD, "auditor", 5, True),
])
def test_whom_it_is_about_does_not_read_it(case: Case, role: str, person: int, reads: bool) -> None:
    assert rules.may_read(case, role, person) is reads


@pytest.mark.parametrize(("case", "act", "role", "person", "refused"), [
    (PLAIN, "answer", "supervisor", 7, ""),
    (BRIBE, "answer", "supervisor", 7, "complaint_not_yours"),
    (BRIBE, "hand_off", "supervisor", 7, "complaint_not_yours"),
    (BRIBE, "answer", "auditor", 5, "complaint_not_yours"),
    (BRIBE, "answer", "supervisor", 8, ""),
    (replace(BRIBE, answered_by=8), "close", "supervisor", 8, "complaint_four_eyes"),
    (replace(BRIBE, answered_by=8), "close", "administrator", 9, ""),
    (replace(BRIBE, answered_by=8, handed_off=True), "close", "supervisor", 8, ""),
    (replace(PLAIN, answered_by=8), "close", "supervisor", 8, ""),
])
def test_nobody_judges_themselves(case: Case, act: str, role: str, person: int, refused: str) -> None:
    if refused:
        with pytest.raises(NotAllowed, match=refused):
            rules.check_may_act(case, act, role, person)
    else:
        rules.check_may_act(case, act, role, person)


# --- the tracking number ---------------------------------------------------------------------------


def test_a_tracking_number_is_read_however_it_was_written_down() -> None:
    number = rules.tracking(b"k" * 32, "complaint rutan 1")
    assert number == rules.tracking(b"k" * 32, "complaint rutan 1") != rules.tracking(b"k" * 32, "complaint rutan 2")
    assert number != rules.tracking(b"l" * 32, "complaint rutan 1")
    typed = f" {number.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert rules.read_tracking(typed) == number and len(number) == 14


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-JKM!", "U" * 12, "A" * 13, "ÄBCD-EFGH-JKMN"])
def test_what_cannot_be_one_is_none(typed: str) -> None:
    assert rules.read_tracking(typed) == ""


def test_a_commitment_tells_where_one_text_ends() -> None:
    assert rules.commitment(b"k", "ab", "c") != rules.commitment(b"k", "a", "bc")
    assert rules.commitment(b"k", "ab") != rules.commitment(b"l", "ab")


@pytest.mark.parametrize("screen", ["complaint", "complaints"])
def test_every_category_kind_state_and_outcome_has_its_words(screen: str) -> None:
    wanted = [f"category.{key}" for key in CATEGORIES] + [f"kind.{key}" for key in rules.NEAR_DAYS]
    wanted += [f"state.{state}" for state in State] + [f"outcome.{key}" for key in rules.OUTCOMES]
    wanted += [f"to.{key}" for key in rules.HANDED_TO]
    assert [key for key in wanted if f"complaint.{key}" not in words_of(screen)["id"]] == []


# --- through a server ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = copy_of(demo, tmp_path_factory.mktemp("complaints") / "data")
    running.environment = {"QUEUE_WIFI_URL": WIFI, "QUEUE_PROXIES": "1"}
    running.start()
    yield running
    running.stop()


class Person:
    """Somebody with a phone, at an address of their own; no cookie is kept."""

    def __init__(self, server: Server, address: str = "") -> None:
        self.server = server
        self.headers = {"X-Queue": "1", "X-Forwarded-For": address or f"203.0.113.{secrets.randbelow(200) + 1}"}

    def post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = requests.post(
            self.server.base + path, json=message, headers=self.headers, timeout=20).json()
        return answer

    def complain(self, secret: str = "", **more: Any) -> dict[str, Any]:
        path = f"/t/{secret}/complaint" if secret else "/office/rutan/complaints"
        return self.post(path, {"key": secrets.token_hex(16), "category": "attitude", "text": TEXT, **more})

    def track(self, number: str, office: str = "rutan") -> dict[str, Any]:
        return self.post(f"/office/{office}/complaints/track", {"tracking": number})


def signed_in(server: Server, name: str) -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})
    return site


def pressed(site: Site, act: str, number: int, **args: Any) -> dict[str, Any]:
    return site.post("/press", {
        "office": "rutan", "act": act, "key": secrets.token_hex(16), "complaint": number, **args})


def case_of(site: Site, number: int) -> dict[str, Any]:
    found: dict[str, Any] = site.get(f"/supervisor/rutan/complaints/{number}")["complaint"]
    return found


def test_a_complaint_is_answered_and_read_with_its_number(server: Server) -> None:
    person, sari = Person(server), signed_in(server, "sari")
    made = person.complain(contact="0812-3456", category="facilities")
    assert made["ok"] and made["nobody"] is False
    before = person.track(made["tracking"].lower())["complaint"]
    assert before["state"] == "received" and before["due"] == made["due"] and before["late"] is False
    with pytest.raises(Refusal, match="complaint_state"):
        pressed(sari, "close_complaint", made["number"], outcome="resolved")
    pressed(sari, "answer_complaint", made["number"], text="Keran di ruang tunggu sudah diganti.")
    pressed(sari, "close_complaint", made["number"], outcome="resolved")
    after = person.track(made["tracking"])["complaint"]
    assert (after["state"], after["answer"]) == ("closed", "Keran di ruang tunggu sudah diganti.")
    assert set(after) & {"text", "contact", "answered_by", "readers"} == set()


def test_the_same_press_is_one_complaint(server: Server) -> None:
    person, key = Person(server), secrets.token_hex(16)
    first, second = person.complain(key=key), person.complain(key=key)
    assert first == second and first["ok"]
    assert person.complain(key=key, text="Sesuatu yang lain sama sekali.")["refused"] == "key_reused"


def test_the_log_counts_complaints_and_holds_nothing_of_them(server: Server) -> None:
    person, kiosk = Person(server), server.kiosk()
    ticket = kiosk.take("informasi")
    plain = person.complain(ticket["secret"], contact="budi@example.id", text="Saya menunggu terlalu lama.")
    bribe = person.complain(ticket["secret"], category="bribery")
    log = [json.loads(e.body) for e in events(server.data, "rutan") if e.kind == "complaint_made"]
    bodies = {body["complaint"]: body for body in log}
    assert sorted(bodies) == list(range(1, len(bodies) + 1))
    assert bodies[plain["number"]]["ticket"] and bodies[plain["number"]]["service"] == "informasi"
    assert "ticket" not in bodies[bribe["number"]] and bodies[bribe["number"]]["kind"] == "supervisory"
    whole = " ".join(e.body for e in events(server.data, "rutan"))
    kept = " ".join(row[0] for row in rows(server.data, "SELECT answer FROM command"))
    for secret in ("menunggu terlalu lama", "budi@example.id", plain["tracking"], TEXT, bribe["tracking"]):
        assert secret not in whole and secret not in kept
    assert check(events(server.data, "rutan")) == []


def test_a_ticket_shows_its_timeline_and_bribery_is_not_for_whom_it_may_be_about(server: Server) -> None:
    person, ticket = Person(server), server.kiosk().take("pengaduan")
    dewi = server.officer("dewi", counter="4")
    dewi.press("call", step=ticket["step"], reason="urgent_need")
    settle()
    dewi.press("start")
    settle()
    dewi.press("finish", outcome="served")
    dewi.close()
    supervisor = server.supervisor()
    supervisor.press("reopen", step=ticket["step"], reason="visitor_returned")
    supervisor.close()
    sari, admin, auditor = (signed_in(server, name) for name in ("sari", "admin", "auditor"))
    plain = person.complain(ticket["secret"], category="wait", text="Antreannya lama sekali hari ini.")["number"]
    seen = case_of(sari, plain)
    assert seen["ticket"]["label"] == ticket["label"]
    assert [(h["kind"], h["who"]) for h in seen["timeline"]][:4] == [
        ("ticket_issued", None), ("called", "Dewi"), ("started", "Dewi"), ("finished", "Dewi")]
    bribe = person.complain(ticket["secret"], category="bribery")["number"]
    hidden = case_of(sari, bribe)
    assert hidden["reads"] is False and not {"text", "timeline", "ticket", "contact"} & set(hidden)
    listed = next(r for r in sari.get("/supervisor/rutan/complaints?which=all")["rows"] if r["number"] == bribe)
    assert listed["category"] == "bribery" and listed["service"] == ""
    with pytest.raises(Refusal, match="complaint_not_yours"):
        pressed(sari, "answer_complaint", bribe, text="Tidak ada apa-apa, terima kasih.")
    assert case_of(auditor, bribe)["text"] == TEXT and case_of(auditor, bribe)["acts"]["answer"] is False
    pressed(admin, "answer_complaint", bribe, text="Kami memeriksanya bersama Inspektorat.")
    with pytest.raises(Refusal, match="complaint_four_eyes"):
        pressed(admin, "close_complaint", bribe, outcome="not_proven")
    with pytest.raises(Refusal, match="reference_needed"):
        pressed(admin, "hand_off_complaint", bribe, to="lapor")
    pressed(admin, "hand_off_complaint", bribe, to="lapor", reference="7654321")
    pressed(admin, "close_complaint", bribe, outcome="resolved")
    whole = " ".join(e.body for e in events(server.data, "rutan"))
    assert "7654321" not in whole


def test_about_the_lead_only_an_administrator_answers(server: Server) -> None:
    number = Person(server).complain(about_lead=True)["number"]
    assert case_of(signed_in(server, "sari"), number)["reads"] is False
    assert case_of(signed_in(server, "admin"), number)["text"] == TEXT


def test_who_looks_at_the_contact_is_noted_first(server: Server) -> None:
    number, sari = Person(server).complain(contact="0812-9999")["number"], signed_in(server, "sari")
    seen = case_of(sari, number)
    assert seen["has_contact"] and seen["contact"] == ""
    pressed(sari, "open_contact", number)
    pressed(sari, "open_contact", number)
    assert case_of(sari, number)["contact"] == "0812-9999"
    assert case_of(signed_in(server, "admin"), number)["contact"] == ""
    assert case_of(signed_in(server, "auditor"), number)["contact"] == ""
    noted = [e for e in events(server.data, "rutan")
             if e.kind == "complaint_contact_opened" and json.loads(e.body)["complaint"] == number]
    assert len(noted) == 1


def test_words_are_erased_with_their_key_and_the_complaint_stays_counted(server: Server) -> None:
    person, sari = Person(server), signed_in(server, "sari")
    made = person.complain(category="information")
    pressed(sari, "answer_complaint", made["number"], text="Papan informasi sudah diperbaiki.")
    pressed(sari, "close_complaint", made["number"], outcome="resolved")
    let_time_pass(server.data, "UPDATE complaint SET erase_at = 1 WHERE number = ?", made["number"])
    server.stop()
    shell(server.data, "backup", "--to", str(server.data.parent / "away"))
    file = next((server.data.parent / "away").glob("*.db"))
    shell(server.data, "restore", str(file))  # what is due is erased when a house comes back
    server.start()
    kept = rows(server.data, "SELECT body, contact, answer, reference, secret_key, category, state FROM complaint "
                             "WHERE number = ?", made["number"])
    assert kept == [("", "", "", "", "", "information", "closed")]
    assert person.track(made["tracking"])["complaint"]["erased"] is True
    assert [e for e in events(server.data, "rutan") if e.kind == "complaint_erased"]


@pytest.mark.parametrize(("message", "code"), [
    ({"text": "pendek"}, "complaint_short"), ({"text": "  \n  " * 20}, "complaint_short"),
    ({"text": "x" * 2_001}, "bad_request"), ({"category": "no_such"}, "bad_request"), ({"category": 7}, "bad_request"),
    ({"contact": "x" * 121}, "bad_request"), ({"text": "nol\0nol nol nol"}, "bad_request"),
    ({"key": "short"}, "bad_request"), ({"key": "twelve-signs"}, "bad_request"),
])
def test_what_is_no_complaint_is_refused(server: Server, message: dict[str, Any], code: str) -> None:
    assert Person(server).complain(**message)["refused"] == code


def test_a_script_stands_still_and_a_family_does_not(server: Server) -> None:
    script = Person(server, "198.51.100.7")
    answers = [script.complain() for _ in range(12)]
    assert [a["ok"] for a in answers] == [True] * 10 + [False] * 2
    assert answers[-1]["refused"] == "too_many_complaints" and answers[-1]["facts"]["minutes"] == 1
    assert Person(server, "198.51.100.8").complain()["ok"]


def test_guessing_tracking_numbers_soon_ends(server: Server) -> None:
    made, guesser = Person(server).complain(), Person(server, "198.51.100.9")
    refused = [guesser.track(rules.tracking(b"guess", str(n)))["refused"] for n in range(31)]
    assert refused == ["no_such_complaint"] * 30 + ["too_many_requests"]
    assert guesser.track(made["tracking"])["refused"] == "too_many_requests"
    assert Person(server, "198.51.100.10").track(made["tracking"], office="kanim")["refused"] == "no_such_complaint"


def test_one_ticket_is_no_place_for_a_flood(server: Server) -> None:
    secret = server.kiosk().take("titipan")["secret"]
    answers = [Person(server).complain(secret) for _ in range(4)]
    assert [a.get("refused") for a in answers] == [None, None, None, "complaint_enough"]


def test_the_supervisor_is_told_of_deadlines(server: Server) -> None:
    made = Person(server).complain(category="facilities")
    let_time_pass(server.data, "UPDATE complaint SET due = '2026-01-05' WHERE number = ?", made["number"])
    supervisor = server.supervisor()
    supervisor.wait_for(lambda p: any(a["code"] == "complaint_late" for a in p["alerts"]), 15)
    supervisor.close()
    row = signed_in(server, "auditor").get("/supervisor/rutan/complaints")["rows"][0]
    assert row["number"] == made["number"] and row["left"] < 0 and row["in_time"] is False


def test_the_paper_leads_to_the_form_where_phones_can_follow(server: Server) -> None:
    ticket = server.kiosk().take("titipan")
    answer = requests.get(server.base + ticket["complaint_qr"], timeout=20)
    assert answer.content == qr_svg(f"{WIFI}/t/{ticket['secret']}/complaint")
    form = requests.get(f"{server.base}/t/{ticket['secret']}/complaint", timeout=20).text
    assert ticket["label"] in form and "/web/visitor/all-complaint.js" in form
