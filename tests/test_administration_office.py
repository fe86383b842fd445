"""The configuration and the media of an office, changed without a shell: checked, versioned, logged."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from typing import Any

import pytest
import requests
from admin_stage import ADMIN, Admin, bodies, picture
from backstage import until
from cast import Server

from queue_server.client import Refusal, Site

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
