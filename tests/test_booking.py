"""Reserving through a server: by phone, at the door, by staff; who may not, who is too late, and 200 at once."""

from __future__ import annotations

import json
import re
import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from any_office import example
from backstage import events, let_time_pass, rows, shell, shown_code, until
from cast import Server, copy_of

from queue_server.client import Refusal, Site
from queue_server.domain import hours
from queue_server.domain.chain import check
from queue_server.domain.custody import nearly_empties
from queue_server.domain.reservation import week_of
from queue_server.moment import wall_ms

HOUR_MS = 3_600_000
PEOPLE = 260


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    room = tmp_path_factory.mktemp("booking")
    running = copy_of(demo, room / "data")
    registry = room / "wbp.csv"
    people = [f"N{n},narapidana,B,,," for n in range(PEOPLE)]
    registry.write_text("\n".join([
        "register,status,block,days,may_visit,hidden", *people, "T1,tahanan,A,,,", "T2,tahanan,A,,,",
        "SEMBUNYI,narapidana,C,,ya,ya", "TUTUP,narapidana,C,,tidak,", "PINDAH,narapidana,C,,,"]))
    assert f"{PEOPLE + 5} new" in shell(running.data, "custody", "import", "rutan", str(registry), "--anyway")
    running.start()
    yield running
    running.stop()


def today() -> str:
    return hours.office_day(example("rutan"), wall_ms())


def later(days: int) -> str:
    return (date.fromisoformat(today()) + timedelta(days=days)).isoformat()


class Phone:
    """Somebody with a phone, who visits somebody that nobody else visits."""

    made = iter(range(PEOPLE))

    def __init__(self, server: Server, n: int | None = None) -> None:
        self.n = next(self.made) if n is None else n
        self.http = requests.Session()
        self.http.headers["X-Queue"] = "1"
        self.base = server.base

    def post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(self.base + path, json=message, timeout=30).json()
        return answer

    def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(self.base + path, timeout=20).json()
        return answer

    def wish(self, **more: Any) -> dict[str, Any]:
        return {
            "key": secrets.token_hex(16), "service": "kunjungan", "day": later(1), "session": "jam-10",
            "register": f"N{self.n}", "name": "Ani Wijaya", "identity": f"3171012301{self.n:06d}",
            "party": {"men": 1, "women": 1, "children": 1}, **more}

    def book(self, **more: Any) -> dict[str, Any]:
        answer = self.post("/office/rutan/reservations", self.wish(**more))
        found: dict[str, Any] = answer.get("reservation") or answer
        return found

    def act(self, made: dict[str, Any], act: str, **more: Any) -> dict[str, Any]:
        return self.post(f"/r/{made['secret']}/{act}", {"key": secrets.token_hex(16), **more})


def bring_forward(server: Server, number: int, minutes: float) -> None:
    """The reservation's session begins in so many minutes, today."""
    starts = wall_ms() + round(minutes * 60_000)
    let_time_pass(
        server.data, "UPDATE reservation SET day = ?, starts_at = ?, ends_at = ?, expires_at = ? WHERE number = ?",
        today(), starts, starts + HOUR_MS, starts + HOUR_MS // 4, number)


def staff(server: Server, name: str = "sari") -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})
    return site


def pressed(site: Site, act: str, **args: Any) -> dict[str, Any]:
    return site.post("/press", {"office": "rutan", "act": act, "key": secrets.token_hex(16), **args})


def left(phone: Phone, day: str, session: str) -> int:
    found = phone.get("/office/rutan/sessions")["services"][0]
    one = next(s for d in found["days"] if d["day"] == day for s in d["sessions"] if s["key"] == session)
    return int(one["left"])


# --- from home ------------------------------------------------------------------------------------


def test_a_place_is_reserved_moved_and_given_back(server: Server) -> None:
    phone = Phone(server)
    before = left(phone, later(1), "jam-10")
    made = phone.book()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", made["code"]) and left(phone, later(1), "jam-10") == before - 1
    seen = phone.get(f"/r/{made['secret']}/picture")
    assert (seen["state"], seen["people"], seen["day"]) == ("booked", 3, later(1))
    assert "Ani" not in json.dumps(seen) and f"N{phone.n}" not in json.dumps(seen)
    assert phone.act(made, "change", day=later(2), session="jam-11")["ok"]
    assert left(phone, later(1), "jam-10") == before and left(phone, later(2), "jam-11") == 29
    calendar = phone.http.get(f"{phone.base}/r/{made['secret']}/calendar.ics", timeout=20)
    assert calendar.headers["Content-Type"].startswith("text/calendar") and made["code"] in calendar.text
    assert "SEQUENCE:1" in calendar.text and "Ani" not in calendar.text
    assert phone.http.get(f"{phone.base}/r/{made['secret']}/qr.svg", timeout=20).text.startswith("<svg")
    assert phone.act(made, "cancel")["ok"] and phone.act(made, "cancel")["ok"]
    assert left(phone, later(2), "jam-11") == 30
    assert phone.act(made, "change", day=later(1), session="jam-10")["refused"] == "reservation_cancelled"
    assert phone.book()["code"] != made["code"]


def test_the_same_press_is_one_reservation(server: Server) -> None:
    phone = Phone(server)
    wish = phone.wish(session="jam-09")
    first, second = phone.post("/office/rutan/reservations", wish), phone.post("/office/rutan/reservations", wish)
    assert first == second and first["ok"]


def test_the_rules_refuse_with_what_can_be_done(server: Server) -> None:
    phone, other = Phone(server), Phone(server)
    made = phone.book(session="jam-12")
    assert phone.book(session="jam-13") == {
        "ok": False, "refused": "booked_already", "facts": {"date": later(1)}}
    assert other.book(register=f"N{phone.n}", session="jam-13")["refused"] == "inmate_visited"
    assert other.book(register=f"N{phone.n}", day=later(2), session="jam-13").get("code")
    phone.act(made, "cancel")
    third = Phone(server)
    assert third.book(register="T1")["refused"] == "permit_needed"
    assert third.book(party={"men": 3, "women": 3})["facts"] == {"most": 5, "others": 4}
    assert third.book(party={"children": 1})["refused"] == "party_adult"
    assert third.book(identity="123")["refused"] == "identity_wrong"
    assert third.book(name=" ")["refused"] == "name_missing"
    assert third.book(day=later(9))["refused"] == "session_not_yet"
    assert third.book(session="jam-99")["refused"] == "no_such_session"
    assert third.book(day="2026-02-30")["refused"] == "bad_request"
    assert third.book(service="titipan")["refused"] == "no_reservations"
    assert third.book(register="T1", permit=True).get("code")


def test_one_visit_of_a_person_in_a_week(server: Server) -> None:
    phone = Phone(server)
    made = phone.book(session="jam-14")
    bring_forward(server, made["number"], 5)
    pressed(staff(server), "check_in", code=made["code"])
    day = today()
    again = phone.book(day=later(1), session="jam-14", register=f"N{next(Phone.made)}")
    if week_of(day) == week_of(later(1)):
        assert again["refused"] == "visited_this_week" and again["facts"]["most"] == 1
    else:  # today is a Sunday
        assert again.get("code")


# --- whom nobody may list -------------------------------------------------------------------------


def test_unknown_hidden_and_closed_are_the_same_words_after_the_same_time(server: Server) -> None:
    phone, took = Phone(server), {}
    answers = {}
    for register in ("TIDAKADA", "SEMBUNYI", "TUTUP", f"N{phone.n}"):
        begun = time.monotonic()
        answers[register] = phone.post("/office/rutan/lookup", {"service": "kunjungan", "register": register})
        took[register] = time.monotonic() - begun
    print(f"look-ups took {', '.join(f'{name} {seconds:.3f} s' for name, seconds in took.items())}")
    assert answers["TIDAKADA"] == answers["SEMBUNYI"] == answers["TUTUP"] == {
        "ok": False, "refused": "not_visitable", "facts": {}}
    assert set(answers[f"N{phone.n}"]) == {"ok", "days"} and later(1) in answers[f"N{phone.n}"]["days"]
    assert min(took[register] for register in ("TIDAKADA", "SEMBUNYI", "TUTUP")) >= 0.5
    for register in ("TIDAKADA", "SEMBUNYI", "TUTUP"):
        assert phone.book(register=register) == answers["TIDAKADA"]


def test_who_goes_on_guessing_waits(server: Server) -> None:
    guesser, lookup = Phone(server), {"service": "kunjungan", "register": "X"}
    assert guesser.post("/office/kanim/lookup", lookup)["refused"] == "no_such_service"
    told = [guesser.post("/office/rutan/lookup", lookup)["refused"] for _ in range(11)]
    assert told[0] == "not_visitable" and told[-1] == "too_many_lookups"
    assert guesser.book()["refused"] == "too_many_lookups"
    let_limits_pass(server)


def let_limits_pass(server: Server) -> None:
    """Limits live in the process: a new one has counted nothing yet."""
    server.restart()


# --- at the office --------------------------------------------------------------------------------


def at_kiosk(server: Server, kiosk: Site, code: str) -> dict[str, Any]:
    return kiosk.post("/office/rutan/check-in", {"key": secrets.token_hex(16), "code": code})


def test_the_kiosk_makes_it_a_number_of_the_same_series(server: Server) -> None:
    phone, kiosk = Phone(server), server.kiosk()
    made = phone.book(session="jam-15")
    with pytest.raises(Refusal, match="wrong_day") as no:
        at_kiosk(server, kiosk, made["code"])
    assert no.value.facts == {"date": later(1), "time": "15:00", "service": "kunjungan"}
    bring_forward(server, made["number"], 90)
    with pytest.raises(Refusal, match="too_early") as no:
        at_kiosk(server, kiosk, made["code"])
    assert no.value.facts["minutes"] in (30, 31)
    bring_forward(server, made["number"], 30)
    before = kiosk.take("kunjungan")
    ticket = at_kiosk(server, kiosk, made["code"].lower().replace("-", ""))["ticket"]
    after = kiosk.take("kunjungan")
    assert (ticket["number"], after["number"]) == (before["number"] + 1, before["number"] + 2)
    [(channel, party)] = rows(server.data, "SELECT channel, party FROM ticket WHERE secret = ?", ticket["secret"])
    assert (channel, party) == ("online", 3)
    seen = phone.get(f"/t/{ticket['secret']}/picture")["ticket"]
    assert seen["state"] == "waiting" and seen["arrived_at"] and seen["stated_wait_ms"] == 120_000
    with pytest.raises(Refusal, match="used") as no:
        at_kiosk(server, kiosk, made["code"])
    assert no.value.facts["label"] == ticket["label"]
    assert phone.get(f"/r/{made['secret']}/picture")["ticket"]["label"] == ticket["label"]
    with pytest.raises(Refusal, match="no_such_reservation"):
        at_kiosk(server, kiosk, "ABCD-EFGH")


def test_a_phone_checks_in_only_at_the_door(server: Server) -> None:
    phone = Phone(server)
    made = phone.book(session="jam-16")
    bring_forward(server, made["number"], 10)
    assert phone.act(made, "check_in")["refused"] == "at_the_door"
    assert phone.act(made, "check_in", door="x.y")["refused"] == "wrong_door"
    answer = phone.act(made, "check_in", door=shown_code(server.data, "rutan"))
    assert answer["ok"] and answer["ticket"]["page"].startswith("/t/")


def test_who_does_not_come_in_time_frees_the_place(server: Server) -> None:
    phone = Phone(server)
    made = phone.book(session="jam-17")
    bring_forward(server, made["number"], -16)
    until(lambda: phone.get(f"/r/{made['secret']}/picture")["state"] == "expired", what="the expiry")
    with pytest.raises(Refusal, match="too_late"):
        pressed(staff(server), "check_in", code=made["code"])
    assert rows(server.data, "SELECT ended_by FROM reservation WHERE number = ?", made["number"]) == [("clock",)]


def test_staff_see_who_comes_and_an_auditor_no_names(server: Server) -> None:
    phone = Phone(server)
    made = phone.book(session="jam-18", priority=True)
    path = f"/supervisor/rutan/reservations?day={later(1)}"
    seen = {name: staff(server, name).get(path) for name in ("ani", "sari", "auditor")}
    mine = {name: next(r for r in found["rows"] if r["number"] == made["number"]) for name, found in seen.items()}
    assert (mine["ani"]["name"], mine["ani"]["identity_end"]) == ("Ani Wijaya", f"{phone.n:04d}")
    assert mine["sari"]["register"] == f"N{phone.n}" and mine["sari"]["priority"] is True
    assert {mine["auditor"][key] for key in ("name", "identity_end", "register", "block")} == {""}
    assert seen["ani"]["signals"] == [] and seen["sari"]["registry"]["people"] == PEOPLE + 5
    with pytest.raises(Refusal, match="reason_needed"):
        pressed(staff(server), "cancel_reservation", reservation=made["number"], reason="")
    pressed(staff(server), "cancel_reservation", reservation=made["number"], reason="suspected_broker")
    assert phone.get(f"/r/{made['secret']}/picture")["state"] == "cancelled"


def test_signals_of_brokers_are_shown_to_the_supervisor(server: Server) -> None:
    broker = Phone(server)
    given = None
    for _ in range(4):
        given = broker.book(
            register=f"N{next(Phone.made)}", identity=f"3171012302{secrets.randbelow(10**6):06d}", session="jam-19")
    assert given is not None
    broker.act(given, "cancel")
    Phone(server).book(session="jam-19")
    found = staff(server).get("/supervisor/rutan/reservations")["signals"]
    many = [s for s in found if s["code"] == "many" and given["number"] in s["numbers"]]
    assert [(s["n"], s["people"]) for s in many] == [(4, 4)]
    assert any(s["code"] == "retaken" and s["numbers"][0] == given["number"] and not s["same"] for s in found)


def test_the_day_shows_each_session_with_its_three_quotas(server: Server) -> None:
    """The demo's sessions have no limit for those without a reservation; they are counted all the same."""
    def walked_in() -> int:
        found = staff(server).get(f"/supervisor/rutan/reservations?day={today()}")["sessions"]
        return sum(int(one["walked_in"]) for one in found if one["service"] == "kunjungan")

    before = walked_in()
    server.kiosk().take("kunjungan")
    assert walked_in() == before + 1


# --- what is kept ---------------------------------------------------------------------------------


def test_nothing_personal_is_in_the_log_and_it_all_goes_in_the_end(server: Server) -> None:
    phone = Phone(server)
    nik = phone.wish()["identity"]
    made = phone.book(session="jam-20", name="Zainuddin Unik")
    whole = " ".join(e.body for e in events(server.data, "rutan"))
    kept = " ".join(" ".join(map(str, row)) for row in rows(server.data, "SELECT digest, answer FROM command"))
    table = " ".join(map(str, rows(server.data, "SELECT * FROM reservation WHERE number = ?", made["number"])[0]))
    for text in (nik, "Zainuddin", f"N{phone.n}\""):
        assert text not in whole and text not in kept
    assert nik not in table and "Zainuddin" in table
    let_time_pass(server.data, "UPDATE reservation SET erase_at = 1 WHERE number = ?", made["number"])
    assert "in reservation" in shell(server.data, "erase", "rutan", "--due")
    assert rows(server.data, "SELECT person || identity_end || holder_name || device || secret_key, inmate_id "
                "FROM reservation WHERE number = ?", made["number"]) == [("", 0)]
    assert check(events(server.data, "rutan")) == []


def test_who_leaves_the_registry_is_not_visited(server: Server) -> None:
    phone = Phone(server)
    made = phone.book(register="PINDAH", session="jam-21")
    registry = server.data.parent / "wbp.csv"
    registry.write_text(registry.read_text().replace("PINDAH,narapidana,C,,,", ""))
    tried = shell(server.data, "custody", "import", "rutan", str(registry), "--dry-run")
    assert phone.get(f"/r/{made['secret']}/picture")["state"] == "booked"
    done = shell(server.data, "custody", "import", "rutan", str(registry))
    assert "1 gone; 1 reservations" in done and tried == f"Nothing was changed; it would be: {done}"
    seen = phone.get(f"/r/{made['secret']}/picture")
    assert (seen["state"], seen["reason"]) == ("cancelled", "not_visitable")


@pytest.mark.parametrize(("there", "gone", "refused"), [
    (20, 20, False), (21, 21, True), (41, 21, True), (42, 21, False), (1000, 500, False), (1000, 501, True)])
def test_how_many_may_be_gone_at_once(there: int, gone: int, refused: bool) -> None:
    assert nearly_empties(there, gone) is refused


@pytest.mark.parametrize(("language", "says"), [
    ("en", "in the registry would be gone. Nothing was changed."), ("id", "orang akan hilang dari registri."),
])
def test_half_a_file_does_not_empty_the_registry(server: Server, tmp_path: Path, language: str, says: str) -> None:
    phone = Phone(server)
    made = phone.book()
    half = tmp_path / "half.csv"
    half.write_text("register,status\nT1,tahanan\n")
    there = "SELECT count(*) FROM inmate WHERE gone = 0 AND office_id = (SELECT id FROM office WHERE key = 'rutan')"
    before = rows(server.data, there)[0][0]
    words = ("custody", "import", "rutan", str(half), "--language", language)
    for more in ((), ("--dry-run",)):
        with pytest.raises(AssertionError, match=f"{before - 1} (of|dari) {before} {says}"):
            shell(server.data, *words, *more)
    assert rows(server.data, there)[0][0] == before
    assert phone.get(f"/r/{made['secret']}/picture")["state"] == "booked"
    assert f" {before - 1} gone" in shell(server.data, *words, "--dry-run", "--anyway")


# --- two hundred at once --------------------------------------------------------------------------


def test_two_hundred_phones_for_the_last_ten_places(server: Server) -> None:
    """Timings are printed, not judged: a busy machine must not decide about the test."""
    early = [Phone(server) for _ in range(20)]
    for phone in early:
        assert phone.book(day=later(3), session="jam-22").get("code")
    let_limits_pass(server)
    answers: list[tuple[float, dict[str, Any]]] = []
    ready = threading.Barrier(201)

    def press(n: int) -> None:
        phone = Phone(server, PEOPLE - 1 - n)
        wish = phone.wish(day=later(3), session="jam-22")
        ready.wait(60)
        begun = time.monotonic()
        answer = phone.post("/office/rutan/reservations", wish)
        answers.append((time.monotonic() - begun, answer))

    people = [threading.Thread(target=press, args=(n,)) for n in range(200)]
    for one in people:
        one.start()
    ready.wait(60)
    for one in people:
        one.join()
    took = sorted(seconds for seconds, _ in answers)
    codes = Counter(str(a.get("refused", "ok")) for _, a in answers)
    print(f"{dict(codes)}: median {statistics.median(took):.2f} s, last {took[-1]:.2f} s")
    won = [a["reservation"] for _, a in answers if a["ok"]]
    lost = [a for _, a in answers if not a["ok"]]
    assert len(won) == 10 and len(lost) == 190
    assert {a["refused"] for a in lost} == {"session_full"}
    assert all(a["facts"]["next_left"] > 0 and a["facts"]["next_date"] >= later(3) for a in lost)
    held = rows(server.data, "SELECT place FROM reservation WHERE day = ? AND session = 'jam-22' AND state = 'booked'",
                later(3))
    assert sorted(place for (place,) in held) == list(range(1, 31))
