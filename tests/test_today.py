"""While the day runs, against a real server: forecasts that are kept, alerts that are sent, services that are moved."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from backstage import events, let_time_pass, rows, until
from cast import Server, copy_of, settle
from test_webhook import Receiver

from bench.fill import fill
from queue_server.client import Refusal, Site
from queue_server.database import Database, sqlite_url
from queue_server.domain.outlook import Ahead, Outlook, Remedy, Risk
from queue_server.forecasts.__main__ import learn_office
from queue_server.screens import alerts
from queue_server.snapshot import Snapshot

HISTORY, PER_DAY = 375, 125


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def house(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office with some days behind it."""
    server = copy_of(demo, tmp_path_factory.mktemp("today") / "data")
    fill(server.data, "rutan", HISTORY, PER_DAY)
    database = Database(sqlite_url(server.data / "queue.db"))
    assert learn_office(database, "rutan") == 0  # what the server begins by itself, at the lowest priority
    database.close()
    server.start()
    yield server
    server.stop()


def signed_in(server: Server, name: str = "sari") -> Site:
    site = Site(server.base)
    site.post("/sign-in", {"office": "rutan", "name": name, "password": server.passwords["rutan", name]})
    return site


def press(site: Site, act: str, **args: Any) -> Any:
    return site.post("/press", {"office": "rutan", "act": act, "key": secrets.token_hex(16), **args})


def door(server: Server, service: str = "kunjungan") -> dict[str, Any]:
    found = Site(server.base).get("/office/rutan/door")["services"]
    return next(s for s in found if s["key"] == service)


def test_the_forecast_is_told_with_the_number_kept_and_its_hits_are_counted(house: Server) -> None:
    until(lambda: door(house)["forecast"]["why"] == "nobody_serves", 60, "what was learned")
    assert door(house)["forecast"]["high_min"] is None
    kiosk, ani = house.kiosk(), house.officer("ani", counter="1")
    kiosk.take("kunjungan")
    settle()
    ani.press("call_next")
    known = until(lambda: (f := door(house)["forecast"])["why"] == "" and f, 60, "the forecast")
    assert known["coverage"] == 80 and 0 <= known["low_min"] < known["high_min"]

    answer = kiosk.take("kunjungan")
    ticket = Site(house.base).get(f"/t/{answer['secret']}/picture")["ticket"]
    assert ticket["forecast"]["why"] == "" and ticket["forecast"]["high_min"] > 0
    (low, high), = rows(house.data, "SELECT foretold_low, foretold_high FROM step WHERE id = ?", answer["step"])
    body = json.loads(next(e.body for e in events(house.data, "rutan") if e.step == answer["step"]))
    assert body["forecast"] == [low, high] and 0 <= low < high

    settle(1.1)  # who is called in the same second did not wait
    for act in ("start", "finish", "call_next"):
        ani.press(act)
        settle()
    (waited,), = rows(house.data, "SELECT first_waited_ms FROM step WHERE id = ?", answer["step"])
    assert 1_000 <= waited < 60_000
    supervisor = house.supervisor()
    supervisor.wait_for(lambda p: p.get("hits", {}).get("n"), 40)
    hits = supervisor.picture["hits"]
    assert (hits["n"], hits["inside"], hits["coverage"]) == (1, int(low * 1000 <= waited <= high * 1000), 80)
    for act in ("start", "finish", "leave"):
        ani.press(act)
        settle()
    ani.close()
    supervisor.close()


def test_who_will_wait_too_long_is_said_on_the_page_at_the_console_and_by_webhook(
    house: Server, receiver: Receiver
) -> None:
    admin, kiosk = signed_in(house, "admin"), house.kiosk()
    press(admin, "set_webhook", url=receiver.url)
    secret = admin.get("/admin/rutan/webhook")["secret"]
    assert len(secret) == 64 and admin.post("/admin/rutan/webhook", {})["told"] == "ok"
    budi = house.officer("budi", counter="3")
    for _ in range(3):
        kiosk.take("pengaduan")  # nobody serves complaints
    supervisor = house.supervisor()

    def alert(picture: dict[str, Any]) -> Any:
        return [a for a in picture.get("alerts", ()) if a["code"] == "will_be_late"]

    supervisor.wait_for(alert, 30)
    facts = alert(supervisor.picture)[0]["facts"]
    assert (facts["service"], facts["n"]) == ("pengaduan", 3) and facts["minutes"] <= 10
    assert facts["remedy"]["kind"] in ("open", "move") and facts["remedy"]["kept"] >= 1
    sent = until(lambda: [b for _p, _h, b in receiver.heard if b"will_be_late" in b], 60, "the message")
    message = json.loads(sent[0])
    assert (message["service"], message["state"], message["n"]) == ("pengaduan", "raised", 3)
    assert b"label" not in sent[0]
    assert [e.kind for e in events(house.data, "rutan")].count("alert_raised") == 1
    assert alert(budi.picture) == []  # counter 3 does not serve complaints
    press(signed_in(house), "move_service", counter="3", service="pengaduan", on=True, reason="long_wait")
    budi.wait_for(alert, 15)
    budi.close()
    supervisor.close()


def test_a_service_is_moved_to_a_counter_for_today_and_its_officer_is_told(house: Server) -> None:
    sari, kiosk = signed_in(house), house.kiosk()
    dewi = house.officer("dewi", counter="2")
    usual = dewi.picture["counter"]["services"]
    assert "informasi" not in usual
    seen = dewi.picture["counter"]["version"]
    press(sari, "move_service", counter="2", service="informasi", on=True, reason="long_wait")
    dewi.wait_for(lambda p: p["counter"]["services"] == [*usual, "informasi"])
    assert dewi.picture["told"]["code"] == "services_moved"
    settle()
    with pytest.raises(Refusal, match="changed"):
        dewi.press("call_next", seen=seen)
    kiosk.take("informasi")
    settle()
    assert dewi.press("call_next")["why"]["rule"] == "first"
    moved = [json.loads(e.body) for e in events(house.data, "rutan") if e.kind == "services_moved"][-1]
    assert moved == {"counter": "2", "services": [*usual, "informasi"], "before": usual, "reason": "long_wait"}
    for act in ("start", "finish"):
        settle()
        dewi.press(act)
    settle()
    # Any other day has the configuration's services.
    let_time_pass(house.data, "UPDATE counter_today SET day = '2020-01-01' WHERE counter = '2'")
    dewi.wait_for(lambda p: p["counter"]["services"] == usual)
    dewi.close()


@pytest.mark.parametrize(("args", "refused"), [
    ({"reason": ""}, "reason_needed"), ({"service": "nothing"}, "no_such_service"),
    ({"counter": "99"}, "no_such_counter"), ({"service": "kunjungan", "on": False}, "last_service"),
])
def test_what_cannot_be_moved(house: Server, args: dict[str, Any], refused: str) -> None:
    with pytest.raises(Refusal, match=refused):
        press(signed_in(house), "move_service", **{
            "counter": "1", "service": "titipan", "on": True, "reason": "long_wait", **args})


REMEDY = {"service": "pengaduan", "late": 9, "kept": 7, "until_at": 1_795_002_000_000}


@pytest.mark.parametrize(("args", "refused"), [
    ({}, "reason_needed"), ({"reason": "repair"}, "reason_needed"), ({"reason": "forecast"}, "reason_needed"),
    ({"reason": "forecast", "remedy": {**REMEDY, "kept": "7"}}, "bad_request"),
    ({"reason": "forecast", "remedy": {"kept": 7}}, "bad_request"),
])
def test_a_counter_is_not_opened_without_a_reason(house: Server, args: dict[str, Any], refused: str) -> None:
    with pytest.raises(Refusal, match=refused):
        press(signed_in(house), "open_counter", counter="4", **args)


def test_following_a_forecast_is_in_the_log_with_what_was_foreseen(house: Server) -> None:
    sari = signed_in(house)
    press(sari, "close_counter", counter="4", reason="repair")
    press(sari, "open_counter", counter="4", reason="forecast", remedy={**REMEDY, "name": "left out"})
    done = [json.loads(e.body) for e in events(house.data, "rutan") if e.kind == "counter_opened"][-1]
    assert (done["counter"], done["reason"], done["remedy"]) == ("4", "forecast", REMEDY)


def test_one_picture_says_one_thing_of_those_who_will_be_late() -> None:
    """The simulation is three seconds older: one was called since, one has passed the promise since."""
    ahead = Ahead(at=1_000, risks=(
        Risk(1, "A 001", "a", 90, 2_000), Risk(2, "A 002", "a", 90, 60_000), Risk(3, "A 003", "a", 90, 90_000),
        Risk(4, "A 004", "a", 20, 90_000)), remedies=(Remedy("a", "open", "2", 9, 3, 3),))
    lines = {"a": SimpleNamespace(order=[(SimpleNamespace(id=step), {}) for step in (1, 3, 4)])}
    s = cast(Snapshot, SimpleNamespace(
        at=4_000, lines=lines, outlook=Outlook(at=2_000, ahead=ahead), once=lambda key, make: make(),
        office=SimpleNamespace(services=[SimpleNamespace(key="a", name={"id": "A", "en": "A"})])))
    assert [(risk.step, left_ms) for risk, left_ms in alerts.risks(s)] == [(3, 87_000)]
    facts = alerts.will_be_late(s)[0]["facts"]
    assert (facts["n"], facts["label"], facts["minutes"]) == (1, "A 003", 1)
    assert (facts["remedy"]["late"], facts["remedy"]["kept"]) == (1, 1)


def test_a_past_day_is_simulated_with_a_change(house: Server) -> None:
    sari = signed_in(house)
    (day,), = rows(house.data, "SELECT min(day) FROM step WHERE day <> ''")
    found = sari.get(f"/supervisor/rutan/what-if?day={day}&counter=%2B&services=kunjungan&from=08:00&to=23:00")
    assert found["visits"] == PER_DAY == found["real"][""]["n"]
    assert found["changed"]["kunjungan"]["median"] <= found["same"]["kunjungan"]["median"]
    assert "+" in found["counters"] and len(found["film"]) == PER_DAY
    label, service, _priority, joined, called, counter, freed, left = found["film"][0]
    assert label and service and joined <= called < freed and counter and left is None
    empty = sari.get("/supervisor/rutan/what-if?day=2020-01-01")
    assert empty["visits"] == 0 and empty["film"] == []


@pytest.mark.parametrize("query", [
    "day=x", "day=2026-01-01&mix=0:1", "day=2026-01-01&mix=1", "day=2026-01-01&longest=x",
    "day=2026-01-01&priority=101",
    "day=2026-01-01&counter=nowhere&services=kunjungan", "day=2026-01-01&counter=%2B",
    "day=2026-01-01&counter=%2B&services=kunjungan&from=10:00&to=09:00",
    "day=2026-01-01&counter=%2B&services=kunjungan&from=25:00", "day=2026-01-01&counter=%2B&services=nothing",
])
def test_a_change_that_makes_no_sense_is_refused(house: Server, query: str) -> None:
    assert signed_in(house).get(f"/supervisor/rutan/what-if?{query}")["refused"] in (
        "bad_request", "choose_service", "period_backwards")


def test_how_a_day_flowed(house: Server) -> None:
    (day,), = rows(house.data, "SELECT min(day) FROM step WHERE day <> ''")
    found = signed_in(house).get(f"/supervisor/rutan/flow?day={day}")
    for service, joined in found["joined"].items():
        assert sum(joined) == sum(found["called"][service]) == PER_DAY // 5
        assert len(joined) == len(found["waiting"][service]) == len(found["times"])
        assert found["waiting"][service][-1] == 0
    assert max(map(max, found["waiting"].values())) > 0


@pytest.mark.parametrize("url", ["ftp://x.example/", "http://", "http://somebody@x.example/", "http://x.example/ö",
                                 "http://x.example:99999/", "file:///etc/passwd", "x.example"])
def test_an_address_for_alerts_is_a_web_address(house: Server, url: str) -> None:
    with pytest.raises(Refusal, match="bad_webhook"):
        press(signed_in(house, "admin"), "set_webhook", url=url)


def test_the_server_learns_by_itself_what_is_over(demo: Server, tmp_path: Path) -> None:
    server = copy_of(demo, tmp_path / "data")
    fill(server.data, "rutan", 20, 20)
    server.start()
    try:
        (day,), = rows(server.data, "SELECT max(day) FROM step WHERE day <> ''")

        def learned() -> bool:
            found = rows(server.data, "SELECT body FROM forecast_state WHERE day = ?", day)
            return any(json.loads(body)["at_issue"]["learned"] > 0 for body, in found)

        until(learned, 60, "learning")
    finally:
        server.stop()
