"""People, screens, printer and voices, looked after without a shell: each change is checked and logged."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator

import pytest
from admin_stage import ADMIN, Admin, bodies
from backstage import let_time_pass, rows
from cast import Server, copy_of

from queue_server.client import Officer, Refusal

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
