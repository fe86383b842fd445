"""A day on which everything personal is a telltale: afterwards it is found where it is needed, and nowhere else."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from backstage import apply, demo_office, events, let_time_pass, rows, shell, until
from cast import Server, copy_of, settle

from queue_server.client import Board, Officer, Site
from queue_server.domain import hours
from queue_server.domain.chain import check
from queue_server.domain.office import FamilyRule
from queue_server.moment import wall_ms

NAME, FAMILY, NOTE, COMPLAINT = "Telltale Namaku", "Telltale Keluarga", "Telltale catatan", "Telltale pengaduan saya"
NIK, PLATE, CONTACT, REGISTER = "3171012301740131", "B7413XYZ", "telltale@example.id", "B777X"
BORN, REMISSION, RELEASE = "1961-03-07", "Telltale remisi", "2031-05-09"
#: What no screen but one named below may show, no log line, no address, no file.
TELLTALES = (NAME, FAMILY, NOTE, COMPLAINT, NIK, PLATE, CONTACT, REGISTER, BORN, REMISSION, RELEASE)


@dataclass
class Day:
    """Everything that anybody was sent, by who saw it; and every address that was asked."""

    server: Server
    seen: dict[str, list[str]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def note(self, who: str, answer: Any) -> Any:
        self.seen.setdefault(who, []).append(json.dumps(answer, ensure_ascii=False))
        return answer

    def watch(self, who: str, site: Site) -> Site:
        """Keeps what a browser asks for and is sent."""
        def keep(answer: requests.Response, *_more: Any, **_other: Any) -> None:
            self.addresses.append(answer.url)
            text = answer.text if "zip" not in answer.headers.get("Content-Type", "") else _unzipped(answer.content)
            self.seen.setdefault(who, []).append(text + str(answer.headers))
        site.http.hooks["response"].append(keep)
        return site

    def said(self, who: str) -> str:
        return "\n".join(self.seen[who])


def _unzipped(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


def _office() -> Any:
    office = demo_office("rutan")
    services = tuple(replace(s, plate=True) if s.key == "informasi" else s for s in office.services)
    return replace(office, services=services, remote_numbers=True,
                   rules=replace(office.rules, family=FamilyRule(offered=True), double_press_ms=0))


@pytest.fixture(scope="module")
def day(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    room = tmp_path_factory.mktemp("telltales")
    server = copy_of(demo, room / "data")
    apply(server.data, _office())
    (room / "wbp.csv").write_text(
        f"register,status,block,remission,release,programme\n{REGISTER},narapidana,C,{REMISSION},{RELEASE},awal\n")
    shell(server.data, "custody", "import", "rutan", str(room / "wbp.csv"), "--anyway")
    server.start()
    try:
        yield _played(Day(server))
    finally:
        server.stop()


def _key() -> str:
    return secrets.token_hex(16)


def _played(day: Day) -> Day:
    """Booked, checked in, a plate given, called, noted, complained, enrolled, looked; then read by everybody."""
    server, base = day.server, "/office/rutan"
    board = Board(server.base, "rutan", "tv-tunggu")
    board.on_picture = lambda picture: (board._shown(picture), day.note("board", picture))[0]
    phone = day.watch("phone", Site(server.base))
    tomorrow = (date.fromisoformat(hours.office_day(_office(), wall_ms())) + timedelta(days=1)).isoformat()
    made = phone.post(f"{base}/reservations", {
        "key": _key(), "service": "kunjungan", "day": tomorrow, "session": "jam-10", "register": REGISTER,
        "name": NAME, "identity": NIK, "party": {"men": 1}})["reservation"]
    let_time_pass(
        server.data, "UPDATE reservation SET day = ?, starts_at = ?, ends_at = ?, expires_at = ? WHERE number = ?",
        hours.office_day(_office(), wall_ms()), wall_ms(), wall_ms() + 3_600_000, wall_ms() + 900_000, made["number"])
    phone.get(f"/r/{made['secret']}/picture")
    taken = phone.post(f"{base}/tickets", {"key": _key(), "service": "informasi", "plate": PLATE.lower()})["ticket"]
    _served(day, made["code"])
    phone.get(f"/t/{taken['secret']}/picture")
    phone.post(f"{base}/complaints", {
        "key": _key(), "category": "information", "text": COMPLAINT, "contact": CONTACT, "about_lead": False,
        "language": "id"})
    staff = day.watch("staff", Site(server.base))
    _sign_in(staff, server, "sari")
    slip = staff.post("/press", {
        "office": "rutan", "act": "enrol_family", "key": _key(), "register": REGISTER, "relation": "parent",
        "holder_name": FAMILY, "born": BORN})
    day.codes.append(slip["code"])
    for path in ("families", "reservations", "complaints", "complaints/1"):
        staff.get(f"/supervisor/rutan/{path}")
    family = day.watch("family", Site(server.base))
    family.post(f"{base}/family/look", {"code": slip["code"], "born": BORN})
    _read_by_others(day)
    until(lambda: day.seen.get("board"), what="a picture on the board")
    board.close()
    return day


def _sign_in(site: Site, server: Server, name: str) -> None:
    site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})


def _served(day: Day, code: str) -> None:
    """Ani calls whoever comes with the reservation and writes a note about them."""
    ani = Officer(day.server.base, "rutan", "ani", day.server.passwords["rutan", "ani"])
    ani.on_picture = lambda picture: day.note("officer", picture)
    ani.press("sit", counter="1")
    ani.wait_for(lambda p: p["counter"])
    settle()
    ani.press("check_in", code=code)
    ani.press("call_next")
    step = ani.wait_for(lambda p: p["current"])["current"]["step"]
    ani.press("note", step=step, text=NOTE)
    ani.press("start")
    ani.wait_for(lambda p: p["current"] and p["current"]["note"] == NOTE)
    ani.press("finish")
    ani.close()


def _read_by_others(day: Day) -> None:
    public, auditor = day.watch("public", Site(day.server.base)), day.watch("auditor", Site(day.server.base))
    for path in ("/", "/public/rutan?lang=id", "/public/rutan.csv", "/public/rutan.json", "/metrics",
                 "/office/rutan/sessions", "/office/rutan/door", "/book/rutan", "/family/rutan", "/privacy/rutan",
                 "/visit/rutan", "/display/rutan/tv-tunggu", "/api/v1/offices/rutan/door"):
        public.http.get(day.server.base + path, timeout=20)
    _sign_in(auditor, day.server, "auditor")
    today = hours.office_day(_office(), wall_ms())
    for path in ("log", "log.csv", "log.jsonl", "events", "families", "reservations", f"reports/figures?first={today}",
                 "reports/closing.pdf", "standards", "flow"):
        auditor.http.get(f"{day.server.base}/supervisor/rutan/{path}", timeout=30)
    auditor.get("/api/v1/offices/rutan/today")
    for kind in ("xlsx", "evidence"):
        until(lambda: auditor.get("/supervisor/rutan/seals")["newest"], 60, "a seal")
        job = auditor.post("/supervisor/rutan/exports", {"kind": kind, "filters": {"day": today, "to": today}})["job"]
        until(lambda job=job: [j for j in auditor.get("/supervisor/rutan/exports")["exports"]
                               if j["id"] == job and j["state"] == "done"], 60, f"the {kind}")
        auditor.http.get(f"{day.server.base}/supervisor/rutan/exports/{job}", timeout=30)


def found(text: str, *allowed: str) -> list[str]:
    return [telltale for telltale in TELLTALES if telltale in text and telltale not in allowed]


def test_boards_and_whoever_asks_see_nothing(day: Day) -> None:
    assert found(day.said("board")) == [] and found(day.said("public")) == []


def test_an_auditor_sees_nothing_in_lists_log_reports_and_files(day: Day) -> None:
    assert len(day.said("auditor")) > 50_000 and found(day.said("auditor")) == []


def test_the_phone_is_told_nothing_back(day: Day) -> None:
    assert found(day.said("phone")) == []


def test_the_family_sees_the_case_and_not_whose(day: Day) -> None:
    assert found(day.said("family")) == [REMISSION, RELEASE]


def test_who_serves_sees_what_they_need(day: Day) -> None:
    assert found(day.said("officer")) == [NOTE]
    assert found(day.said("staff")) == [NAME, FAMILY, COMPLAINT, REGISTER] and NIK[-4:] in day.said("staff")


def test_no_address_holds_any_of_it(day: Day) -> None:
    assert len(day.addresses) > 30
    whole = "\n".join(day.addresses)
    assert found(whole) == [] and [code for code in day.codes if code in whole] == []


def test_log_lines_events_and_stored_answers_hold_none_of_it(day: Day) -> None:
    data = day.server.data
    lines = (data.parent / f"{data.name}.log").read_text()
    log = "\n".join(f"{e.body} {e.actor}" for e in events(data, "rutan"))
    answers = repr(rows(data, "SELECT actor, key, digest, answer FROM command"))
    assert {"note_added", "plate_noted", "family_looked", "complaint_made", "checked_in"} <= {
        e.kind for e in events(data, "rutan")}, "the day was not played"
    for text in (lines, log, answers):
        assert found(text) == [] and day.codes[0] not in text
    assert check(events(data, "rutan")) == []


def test_each_lies_in_one_place_and_the_number_of_the_identity_card_in_none(day: Day) -> None:
    tables = {table: repr(rows(day.server.data, f"SELECT * FROM {table}")) for table in (
        "ticket", "step", "reservation", "private", "complaint", "inmate", "family", "family_look", "job", "alert",
        "call", "forecast_state", "office_version")}
    where = {telltale: [name for name, text in tables.items() if telltale in text] for telltale in TELLTALES}
    assert where == {
        NAME: ["reservation"], FAMILY: ["family"], NOTE: ["private"], COMPLAINT: ["complaint"], NIK: [],
        PLATE: ["private"], CONTACT: ["complaint"], REGISTER: ["inmate"], BORN: [], REMISSION: ["inmate"],
        RELEASE: ["inmate"]}
