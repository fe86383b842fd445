"""People, screens, the configuration and media, set up without a shell: each change checked, versioned and logged."""

from __future__ import annotations

import http.client
import json
import secrets
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from backstage import events, let_time_pass, rows, until
from cast import Server, copy_of

from queue_server.client import Officer, Refusal, Site

ADMIN = "/admin/rutan"


@dataclass
class Admin:
    """Somebody at the administration page, without the page."""

    server: Server
    name: str = "admin"
    password: str = ""
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        self.site = Site(self.server.base)
        password = self.password or self.server.passwords["rutan", self.name]
        self.site.post("/sign-in", {"office": "rutan", "name": self.name, "password": password})

    def press(self, act: str, key: str = "", **args: Any) -> Any:
        return self.site.post("/press", {"office": "rutan", "act": act, "key": key or secrets.token_hex(16), **args})

    def get(self, path: str) -> Any:
        return self.site.get(f"{ADMIN}/{path}")

    def check(self, **message: Any) -> Any:
        return self.site.post(f"{ADMIN}/office/check", message)

    def version(self) -> int:
        found: int = self.get("office")["version"]
        return found

    def person(self, name: str) -> Any:
        return next(p for p in self.get("people")["people"] if p["name"] == name)

    def upload(self, data: bytes, **headers: str) -> requests.Response:
        return self.site.http.post(f"{self.server.base}{ADMIN}/media", data=data, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def shared(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all that leaves the others alone."""
    running = copy_of(demo, tmp_path_factory.mktemp("shared") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def admin(shared: Server) -> Admin:
    return Admin(shared)


@pytest.fixture
def alone(server: Server) -> Admin:
    """On a server of its own, for what the others would notice."""
    return Admin(server)


def bodies(server: Server, kind: str) -> list[dict[str, Any]]:
    return [json.loads(e.body) for e in events(server.data, "rutan") if e.kind == kind]


def picture(size: int = 8, colour: bytes = b"\x00\x50\xa0") -> bytes:
    """A PNG of one colour."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\x00" + colour * size for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


# -- people ------------------------------------------------------------------------------------------------


def test_somebody_is_added_signs_in_and_serves(alone: Admin, server: Server) -> None:
    answer = alone.press("add_person", name="Eka", shown_name="Eka S.", role="officer")
    eka = Officer(server.base, "rutan", "eka", answer["password"])
    assert eka.person["name"] == "Eka S." and eka.person["role"] == "officer"
    server.kiosk().take("kunjungan")
    eka.press("sit", counter="1")
    assert eka.wait_for(lambda p: p["counter"])["counter"]["key"] == "1"
    eka.close()
    assert [p["sessions"] != [] for p in alone.get("people")["people"] if p["name"] == "eka"] == [True]
    (added,) = [b for b in bodies(server, "person_added") if b["person"] == answer["person"]]
    assert set(added) == {"person", "role", "commitment"}


def test_a_press_whose_answer_was_lost_gives_the_same_password_and_nobody_twice(admin: Admin, shared: Server) -> None:
    key = secrets.token_hex(16)
    first = admin.press("add_person", key, name="fitri", role="officer")
    again = admin.press("add_person", key, name="fitri", role="officer")
    assert again == first and len(first["password"]) >= 14
    assert [p["name"] for p in admin.get("people")["people"]].count("fitri") == 1
    assert first["password"] not in repr(rows(shared.data, "SELECT digest, answer FROM command"))
    assert admin.press("reset_password", person=first["person"])["password"] != first["password"]


def test_a_password_that_is_easy_to_guess_is_refused(admin: Admin) -> None:
    for password, code in (("short", "password_short"), ("eka-eka-eka", "password_name")):
        with pytest.raises(Refusal, match=code):
            admin.press("add_person", name="eka", role="officer", password=password)


def test_a_password_somebody_chose_opens_and_is_told_to_nobody(admin: Admin, shared: Server) -> None:
    answer = admin.press("add_person", name="gita", role="auditor", password="dua belas burung")
    assert "password" not in answer
    assert Admin(shared, "gita", "dua belas burung").site.get("/who?office=rutan")["person"]["role"] == "auditor"


def test_another_role_ends_the_sessions_and_another_name_does_not(alone: Admin, server: Server) -> None:
    ani = server.officer("ani", counter="1")
    person = alone.person("ani")
    alone.press("change_person", person=person["id"], shown_name="Ani W.")
    assert ani.get("/who?office=rutan")["person"]["name"] == "Ani W."
    gone = threading.Event()
    ani.line.on("gone", lambda _message: gone.set())
    alone.press("change_person", person=person["id"], role="auditor")
    assert gone.wait(10)
    assert ani.get("/who?office=rutan")["person"] is None
    ani.close()
    assert bodies(server, "role_changed") == [{"person": person["id"], "role": "auditor", "before": "officer"}]
    assert bodies(server, "person_renamed") == [{"person": person["id"]}]
    assert rows(server.data, "SELECT 1 FROM seat WHERE person_id = ?", person["id"]) == []


def test_who_is_deactivated_cannot_sign_in_until_activated_again(admin: Admin, shared: Server) -> None:
    person = admin.person("budi")
    admin.press("set_active", person=person["id"], active=False)
    with pytest.raises(Refusal, match="wrong_sign_in"):
        Admin(shared, "budi")
    admin.press("set_active", person=person["id"], active=True)
    Admin(shared, "budi")
    assert bodies(shared, "person_deactivated") == bodies(shared, "person_activated") == [{"person": person["id"]}]


def test_a_visitor_stays_with_the_counter_of_somebody_who_is_deactivated(alone: Admin, server: Server) -> None:
    server.kiosk().take("kunjungan")
    ani = server.officer("ani", counter="1")
    ani.press("call_next")
    alone.press("set_active", person=alone.person("ani")["id"], active=False)
    ani.close()
    sari = server.officer("budi")
    sari.press("sit", counter="1", take_over=True)
    assert sari.wait_for(lambda p: p["current"])["current"]["state"] == "called"
    sari.close()


def test_the_last_administrator_stays(alone: Admin, server: Server) -> None:
    me = alone.person("admin")["id"]
    for args in ({"act": "set_active", "active": False}, {"act": "change_person", "role": "auditor"}):
        with pytest.raises(Refusal, match="last_administrator"):
            alone.press(person=me, **args)  # type: ignore[arg-type]
    alone.press("add_person", name="eka", role="administrator")
    alone.press("set_active", person=me, active=False)
    assert alone.get("people")["refused"] == "not_signed_in"


def test_a_supervisor_stands_in_where_there_is_no_administrator(alone: Admin, server: Server) -> None:
    sari = Admin(server, "sari")
    assert sari.get("people")["refused"] == "not_allowed"
    with pytest.raises(Refusal, match="not_allowed"):
        sari.press("add_person", name="eka", role="officer")
    let_time_pass(server.data, "UPDATE person SET active = 0 WHERE role = 'administrator'")
    assert {p["name"] for p in sari.get("people")["people"]} >= {"ani", "sari"}
    sari.press("end_sessions", person=sari.person("ani")["id"])
    with pytest.raises(Refusal, match="last_administrator"):
        sari.press("set_active", person=sari.person("sari")["id"], active=False)
    sari.press("add_person", name="eka", role="administrator", password="dua belas burung")
    assert sari.get("people")["refused"] == "not_allowed"


def test_nobody_of_another_office_is_reached(admin: Admin, shared: Server) -> None:
    [(other,)] = rows(shared.data, "SELECT p.id FROM person p JOIN office o ON o.id = p.office_id "
                                   "WHERE o.key = 'kanim' AND p.name = 'ani'")
    for act, more in (("set_active", {"active": False}), ("change_person", {"role": "auditor"}),
                      ("reset_password", {}), ("end_sessions", {})):
        with pytest.raises(Refusal, match="no_such_person"):
            admin.press(act, person=other, **more)


# -- screens -------------------------------------------------------------------------------------------------


def test_a_tv_is_renamed_and_shows_another_board_at_once(admin: Admin, shared: Server) -> None:
    board = shared.board("tv-tunggu")
    device = board.hello["device"]
    admin.press("change_device", device=device, name="TV depan", board="tv-video")
    moved = board.wait_for(lambda p: p["board"]["key"] == "tv-video")
    assert moved["hall"]["key"] == "video"
    board.close()
    (changed,) = bodies(shared, "device_changed")
    assert (changed["board_before"], changed["board"]) == ("tv-tunggu", "tv-video")
    assert changed["name"] == "TV depan"
    with pytest.raises(Refusal, match="no_such_board"):
        admin.press("change_device", device=device, board="tv-bulan")


# -- the office ----------------------------------------------------------------------------------------------


def test_a_form_changes_its_part_and_nothing_else(admin: Admin, shared: Server) -> None:
    before = admin.get("office")
    parts = {"service:kunjungan": {"quota": {"per": "day", "door": 40}}, "running_text": {"id": "Selamat datang"}}
    told = admin.check(seen=before["version"], parts=parts)
    assert told["problems"] == [] and {d["path"] for d in told["differences"]} >= {
        "service.kunjungan.quota.door", "running_text.id"}
    assert admin.version() == before["version"], "checking changes nothing"
    assert admin.press("change_office", seen=before["version"], parts=parts)["version"] == before["version"] + 1
    after = admin.get("office")
    service = next(s for s in after["document"]["service"] if s["key"] == "kunjungan")
    assert service["quota"]["door"] == 40 and after["document"]["hours"] == before["document"]["hours"]
    assert after["history"][0]["who"] == "Administrator"
    body = bodies(shared, "office_configured")[-1]
    assert body["reason"] == "administration" and any("quota.door" in line for line in body["differences"])


def test_what_is_wrong_is_said_and_nothing_changes(admin: Admin) -> None:
    seen = admin.version()
    parts = {"hours": {"monday": ["11:00-08:00"]}, "holiday": [
        {"date": "2027-01-01", "name": "Tahun Baru"}, {"date": "2027-01-01", "name": "Lagi"}]}
    told = admin.check(seen=seen, parts=parts)["problems"]
    assert any("11:00-08:00" in p["id"] for p in told) and all(p["line"] == 0 for p in told)
    assert any("sudah dipakai." in p["id"] for p in told)
    with pytest.raises(Refusal, match="office_file"):
        admin.press("change_office", seen=seen, parts=parts)
    assert admin.version() == seen


def test_two_administrators_at_once_lose_nothing(admin: Admin, shared: Server) -> None:
    admin.press("add_person", name="hana", role="administrator", password="dua belas burung")
    other = Admin(shared, "hana", "dua belas burung")
    seen = admin.version()
    admin.press("change_office", seen=seen, parts={"running_text": {"id": "Satu"}})
    with pytest.raises(Refusal) as late:
        other.press("change_office", seen=seen, parts={"complaint": {"id": "Dua"}})
    assert (late.value.code, late.value.facts["version"]) == ("office_changed", seen + 1)
    meanwhile = other.get(f"office/changes?since={seen}")
    assert ("running_text.id", "Satu") in [(d["path"], d["after"]) for d in meanwhile["differences"]]
    other.press("change_office", seen=meanwhile["version"], parts={"complaint": {"id": "Dua"}})
    document = other.get("office")["document"]
    assert (document["running_text"]["id"], document["complaint"]["id"]) == ("Satu", "Dua")


def test_a_repeated_change_is_made_once(admin: Admin) -> None:
    seen, key = admin.version(), secrets.token_hex(16)
    first = admin.press("change_office", key, seen=seen, parts={"running_text": {"id": "Sekali"}})
    assert admin.press("change_office", key, seen=seen, parts={"running_text": {"id": "Sekali"}}) == first
    assert admin.version() == seen + 1


def test_the_file_goes_out_and_comes_back(admin: Admin) -> None:
    text = admin.site.http.get(f"{admin.server.base}{ADMIN}/office.toml", timeout=20).text
    assert text == admin.get("office")["text"]
    seen, changed = admin.version(), text.replace('accent = "#', 'accent = "#0', 1)
    wrong = admin.check(seen=seen, text=changed)["problems"]
    assert wrong[0]["line"] == text[:text.index("accent")].count("\n") + 1 and "accent" in wrong[0]["en"]
    assert admin.check(seen=seen, text=text)["differences"] == []
    other = admin.check(seen=seen, text=text.replace('key = "rutan"', 'key = "lain"', 1))["problems"]
    assert "lain" in other[0]["id"]
    longer = text.replace("undo_s = 10", "undo_s = 9")
    assert [d["path"] for d in admin.check(seen=seen, text=longer)["differences"]] == ["rules.undo_s"]
    assert admin.press("put_office", seen=seen, text=longer)["version"] == seen + 1


NONSENSE: list[dict[str, Any]] = [
    {"no_such_part": {}}, {"service:no-such": {}}, {"hours": []}, {"counter": [1, {}]}, {"notice": [{"kind": 1}]},
    {"service:kunjungan": {"standard": None}}, {"hours": {"monday": 3}}, {"office": {"key": "lain"}},
    {"counter": None}, {"hours": {"monday": [["08:00-09:00"]]}},
]


def test_nonsense_from_a_form_is_refused(admin: Admin) -> None:
    for parts in NONSENSE:
        with pytest.raises(Refusal) as no:
            admin.press("change_office", seen=admin.version(), parts=parts)
        assert no.value.code in ("bad_request", "office_file"), (parts, no.value.code)


def test_what_was_used_today_cannot_be_taken_away(alone: Admin, server: Server) -> None:
    server.kiosk().take("informasi")
    document = alone.get("office")["document"]
    ani = server.officer("ani", counter="1")
    fewer = [c for c in document["counter"] if c["key"] != "1"]
    with pytest.raises(Refusal) as no:
        alone.press("change_office", seen=alone.version(), parts={"counter": fewer})
    assert (no.value.code, no.value.facts["keys"]) == ("in_use_today", "1")
    ani.press("leave")
    ani.close()
    alone.press("change_office", seen=alone.version(), parts={"counter": fewer})
    text = alone.get("office")["text"]
    start = text.index('key = "informasi"')
    begins, ends = text.rindex("[[service]]", 0, start), text.index("[[service]]", start)
    without = (text[:begins] + text[ends:]).replace('"informasi", ', "").replace(', "informasi"', "")
    with pytest.raises(Refusal) as no:
        alone.press("put_office", seen=alone.version(), text=without.replace('["informasi"]', '["pengaduan"]'))
    assert (no.value.code, no.value.facts["keys"]) == ("in_use_today", "informasi")


def test_a_board_that_is_no_more_is_disconnected_and_one_in_another_hall_follows(alone: Admin, server: Server) -> None:
    first, second = server.board("tv-tunggu"), server.board("tv-video")
    boards = alone.get("office")["document"]["board"]
    halls = {b["key"]: b["hall"] for b in boards}
    kept = [{**b, "hall": halls["tv-video"]} for b in boards if b["key"] == "tv-tunggu"]
    kept += [b for b in boards if b["key"] not in ("tv-tunggu", "tv-video")]
    gone = threading.Event()
    second.line.on("gone", lambda _message: gone.set())
    alone.press("change_office", seen=alone.version(), parts={"board": kept})
    assert gone.wait(10)
    assert first.wait_for(lambda p: p["hall"]["key"] == halls["tv-video"])
    first.close()
    second.close()


# -- media ---------------------------------------------------------------------------------------------------


def test_a_picture_is_taken_in_shown_and_removed(admin: Admin, shared: Server) -> None:
    data = picture()
    name = admin.upload(data).json()["media"]
    assert name.endswith(".png") and admin.upload(data).json()["new"] is False
    assert [f["used"] for f in admin.get("media")["files"]] == [[]]
    board = shared.board("tv-tunggu")
    notice = {"kind": "picture", "text": {"id": "Denah"}, "file": name, "seconds": 5}
    admin.press("change_office", seen=admin.version(), parts={"notice": [notice]})
    shown = board.wait_for(lambda p: p["notices"] and p["notices"][0]["file"])["notices"][0]["file"]
    board.close()
    assert requests.get(shared.base + shown, timeout=10).content == data
    assert [f["used"] for f in admin.get("media")["files"]] == [[1]]
    with pytest.raises(Refusal, match="media_in_use"):
        admin.press("remove_media", media=name)
    admin.press("change_office", seen=admin.version(), parts={"notice": []})
    admin.press("remove_media", media=name)
    until(lambda: admin.get("media")["files"] == [], what="the file's end")
    assert [b["media"] for b in bodies(shared, "media_added")] == [name]


def test_what_another_office_shows_stays(alone: Admin, server: Server) -> None:
    name = alone.upload(picture()).json()["media"]
    kanim = Site(server.base)
    kanim.post("/sign-in", {"office": "kanim", "name": "admin", "password": server.passwords["kanim", "admin"]})
    seen = kanim.get("/admin/kanim/office")["version"]
    notice = {"kind": "picture", "text": {"id": "Denah"}, "file": name}
    kanim.post("/press", {"office": "kanim", "act": "change_office", "key": secrets.token_hex(16), "seen": seen,
                          "parts": {"notice": [notice]}})
    assert [f["elsewhere"] for f in alone.get("media")["files"]] == [True]
    alone.press("remove_media", media=name)
    assert (server.data / "media" / name).exists()


NOT_FOR_BOARDS = [
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<html>" + b" " * 100, b"", b"\x89PNG",
    b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100, b"GIF89a" + b"\x00" * 100,
]


def test_what_a_board_cannot_show_is_not_kept(admin: Admin) -> None:
    for data in NOT_FOR_BOARDS:
        answer = admin.upload(data, **{"Content-Type": "image/png"})
        assert answer.status_code == 409 and answer.json()["refused"] in ("media_kind", "media_empty"), data
    assert list((admin.server.data / "media").iterdir()) == []


def test_an_upload_in_both_modes(server_in: Server) -> None:
    admin, data = Admin(server_in), b"\x1a\x45\xdf\xa3....webm" + secrets.token_bytes(600_000)
    name = admin.upload(data).json()["media"]
    assert (server_in.data / "media" / name).read_bytes() == data


def test_a_large_file_goes_to_the_disk_piece_by_piece(admin: Admin) -> None:
    """Larger than any other request may be; and a request that says it is far too large is not even read."""
    video = b"\x00\x00\x00\x18ftypisom" + secrets.token_bytes(3_000_000)
    assert admin.upload(video).json()["bytes"] == len(video)
    cookies = "; ".join(f"{c.name}={c.value}" for c in admin.site.http.cookies)
    line = http.client.HTTPConnection("127.0.0.1", admin.server.port, timeout=20)
    line.request("POST", f"{ADMIN}/media", headers={
        "Content-Length": str(300 * 1024 * 1024), "X-Queue": "1", "Cookie": cookies})
    assert json.loads(line.getresponse().read())["refused"] == "media_large"
    line.close()
    other = admin.site.http.post(f"{admin.server.base}{ADMIN}/office/check", data=b"x" * 300_000, timeout=20)
    assert other.json()["refused"] in ("too_large", "bad_request")


def test_a_file_that_a_notice_names_and_nobody_uploaded_is_warned_of(admin: Admin) -> None:
    notice = {"kind": "picture", "text": {"id": "Denah"}, "file": "denah.png"}
    told = admin.check(seen=admin.version(), parts={"notice": [notice]})
    assert told["problems"] == [] and any("denah.png" in w["id"] for w in told["warnings"])


# -- printer and voices ---------------------------------------------------------------------------------------


@pytest.fixture
def printing(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("printing")
    running = copy_of(demo, folder / "data")
    running.options = ("--demo", "--printer", f"file://{folder}/paper.bin")
    yield running.start()
    running.stop()


def test_a_test_slip_is_printed(printing: Server) -> None:
    admin = Admin(printing)
    printer = admin.get("machine")["printer"]
    assert printer["how"] == "escpos" and printer["setting"].startswith("file://")
    assert admin.site.post(f"{ADMIN}/printer")["confirmed"] is False, "a file confirms nothing"
    paper = (printing.data.parent / "paper.bin").read_bytes()
    assert b"UJI" in paper and b"bukan nomor antrean" in paper


def test_without_a_printer_nothing_is_printed(admin: Admin) -> None:
    with pytest.raises(Refusal, match="no_printer"):
        admin.site.post(f"{ADMIN}/printer")


def test_voices_are_listed_with_what_they_lack_and_heard(admin: Admin, shared: Server) -> None:
    (shared.data / "voices" / "ibu-ida").mkdir(parents=True)
    shipped, own = admin.get("machine")["voices"]
    assert (shipped["name"], shipped["chosen"], shipped["complete"]) == ("shipped", True, True)
    assert (own["name"], own["complete"]) == ("ibu-ida", False) and own["problems"]
    sound = admin.site.http.get(f"{shared.base}{ADMIN}/voices/shipped/sample.wav", timeout=30)
    assert sound.headers["Content-Type"] == "audio/wav" and sound.content.startswith(b"RIFF")
    assert admin.get("voices/ibu-ida/sample.wav")["refused"] == "not_found"
    admin.press("change_office", seen=admin.version(), parts={"office": {"voice": False}})
    assert admin.get("office")["document"]["office"]["voice"] is False
