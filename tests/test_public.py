"""The public page: what may be told of small groups (every small table is tried), its figures, and what it costs."""

from __future__ import annotations

import csv
import io
import itertools
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import databases
import pytest
import requests
from backstage import acted, apply, shell, until, with_rules
from cast import Server, copy_of
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import public
from queue_server.domain.public import Counted, K, Range, Told
from queue_server.openness import first_day
from queue_server.screens.pages import words_of
from queue_server.screens.public import COLUMNS, _percent, forecast_words
from queue_server.sentence import fill

SMALL = range(1, K)


# --- nobody can be singled out -----------------------------------------------------------------------


def published(parts: tuple[tuple[int, int, int], ...]) -> tuple[Any, ...]:
    """Everything that is told of services with (kept, late, left early) people: each service, and all of them."""
    told = [public.told(Counted(kept, late, {"left_in_time": left})) for kept, late, left in parts]
    return (tuple(_flat(one) for one in told), _flat(public.total(told)[0]), public.total(told)[1])


def _flat(told: Told) -> tuple[Any, ...]:
    return told.judged, told.kept, told.late, told.share, tuple(told.left_out.items())


def possible(tables: Iterator[tuple[tuple[int, int, int], ...]]) -> dict[Any, list[tuple[tuple[int, int, int], ...]]]:
    """What is told -> every table that would be told so: all that somebody who knows our rules can conclude."""
    found = defaultdict(list)
    for table in tables:
        found[published(table)].append(table)
    return found


def too_sure(tables: list[tuple[tuple[int, int, int], ...]]) -> list[str]:
    """Groups of 1 to K - 1 people of which what was told leaves fewer than K - 1 sizes possible."""
    faults = []
    for service in range(len(tables[0])):
        for name, size in (("judged", lambda t: t[0] + t[1]), ("kept", lambda t: t[0]), ("late", lambda t: t[1]),
                           ("left", lambda t: t[2])):
            sizes = {size(table[service]) for table in tables}
            if sizes & set(SMALL) and len(sizes) < K - 1:
                faults.append(f"{name} of {service} is one of {sizes}: {tables[0]}")
    return faults


def test_of_one_service_no_small_group_is_told_apart() -> None:
    tables = (((kept, judged - kept, left),) for judged in range(25) for kept in range(judged + 1) for left in range(7))
    for found in possible(tables).values():
        assert too_sure(found) == []


def test_of_two_services_and_their_total_no_small_group_is_told_apart() -> None:
    """Every two services with up to 11 judged each: nothing is learned by taking one from the total."""
    one = [(kept, late, 0) for kept in range(12) for late in range(12 - kept)]
    for found in possible(itertools.product(one, repeat=2)).values():
        assert too_sure(found) == []


def test_of_three_services_and_their_total_neither() -> None:
    one = [(kept, late, 0) for kept in range(7) for late in range(7 - kept)]
    for found in possible(itertools.product(one, repeat=3)).values():
        assert too_sure(found) == []
    for found in possible(itertools.product([(6, 0, left) for left in range(7)], repeat=3)).values():
        assert too_sure(found) == []


def test_a_total_that_counts_people_would_tell() -> None:
    """The trial would notice: with the true total beside its parts a hidden group is known exactly."""
    one = [(kept, late, 0) for kept in range(12) for late in range(12 - kept)]
    told = defaultdict(list)
    for table in itertools.product(one, repeat=2):
        told[published(table), sum(t[1] for t in table)].append(table)
    assert any(too_sure(found) for found in told.values())


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 40)), max_size=6))
def test_what_is_told_holds_the_truth(parts: list[tuple[int, int, int]]) -> None:
    told = [public.told(Counted(kept, late, {"void": left})) for kept, late, left in parts]
    for (kept, late, left), one in zip(parts, told, strict=True):
        assert one.judged.low <= kept + late <= one.judged.high
        if one.late is not None and one.kept is not None:
            assert one.late.low <= late <= one.late.high and one.kept.low <= kept <= one.kept.high
        assert one.left_out.get("void", Range(0, 0)).low <= left <= one.left_out.get("void", Range(0, 0)).high
    whole, small = public.total(told)
    shown = [part for part in parts if part[0] + part[1] == 0 or part[0] + part[1] >= K]
    assert small == len(parts) - len(shown) and whole.judged == Range(n := sum(p[0] + p[1] for p in shown), n)
    assert whole.late is not None and whole.late.low <= sum(p[1] for p in shown) <= whole.late.high


@pytest.mark.parametrize(("kept", "late", "judged", "told"), [
    (0, 0, Range(0, 0), Range(0, 0)),
    (2, 1, Range(1, 4), None),
    (5, 0, Range(5, 5), Range(0, 0)),             # all in time: nobody is singled out
    (0, 6, Range(6, 6), Range(6, 6)),
    (4, 1, Range(5, 5), Range(1, 4)),
    (4, 4, Range(8, 8), Range(1, 7)),             # both small: some of each
    (197, 17, Range(214, 214), Range(17, 17)),
    (297, 3, Range(300, 300), Range(1, 4)),
    (3, 297, Range(300, 300), Range(296, 299)),
])
def test_each_group_is_told_by_its_size(kept: int, late: int, judged: Range, told: Range | None) -> None:
    found = public.told(Counted(kept, late))
    assert (found.judged, found.late) == (judged, told)


# --- figures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "language", "text"), [
    ((197 / 214, 197 / 214), "id", "92 %"), ((1.0, 1.0), "id", "100 %"), ((999 / 1000, 999 / 1000), "en", "99.9 %"),
    ((9_999 / 10_000,) * 2, "id", "99,9 %"), ((296 / 300, 299 / 300), "id", "98,6–99,7 %"), ((0.0, 0.0), "en", "0 %"),
    ((1 / 7, 6 / 7), "id", "14–86 %"), ((0.92, 0.97), "en", "92–97 %"),
])
def test_a_share_is_never_rounded_up_to_all(share: tuple[float, float], language: str, text: str) -> None:
    assert _percent(share, language) == text


@pytest.mark.parametrize(("called", "ms", "median"), [(0, None, None), (4, 180_000, None), (5, 239_999, 3), (9, 0, 0)])
def test_a_median_is_of_five_and_more(called: int, ms: int | None, median: int | None) -> None:
    assert public.told(Counted(called, 0, {}, called, ms)).median == (None if called < K else median)


def test_with_and_without_flags_no_small_group_is_told_apart() -> None:
    """Every service with up to twelve judged, some of them flagged: the two lines side by side tell of no few."""
    told = defaultdict(list)
    for kept, late, flagged_kept, flagged_late in itertools.product(range(13), repeat=4):
        plausible_kept, plausible_late = kept - flagged_kept, late - flagged_late
        if kept + late <= 12 and min(plausible_kept, plausible_late) >= 0:
            found = public.figures(Counted(kept, late), Counted(plausible_kept, plausible_late))
            groups = (kept, late, kept + late, flagged_kept, flagged_late, flagged_kept + flagged_late,
                      plausible_kept, plausible_late, plausible_kept + plausible_late)
            told[_flat(found.all), found.flagged, found.without and _flat(found.without)].append(groups)
    for tables in told.values():
        for sizes in (set(column) for column in zip(*tables, strict=True)):
            assert not sizes & set(SMALL) or len(sizes) >= K - 1, tables


@pytest.mark.parametrize(("flagged", "told", "without"), [
    ((0, 0), Range(0, 0), Range(17, 17)), ((0, 5), Range(5, 5), Range(12, 12)), ((2, 0), Range(1, 4), None),
    ((6, 1), Range(7, 7), None),
])
def test_flagged_steps_are_told_beside_all(flagged: tuple[int, int], told: Range, without: Range | None) -> None:
    found = public.figures(Counted(197, 17), Counted(197 - flagged[0], 17 - flagged[1]))
    assert found.all.late == Range(17, 17) and found.flagged == told
    assert (found.without and found.without.late) == without


@pytest.mark.parametrize(("today", "first"), [
    ("2026-11-22", "2025-11-01"), ("2026-01-31", "2025-01-01"), ("2026-12-01", "2025-12-01"),
])
def test_thirteen_months_are_shown(today: str, first: str) -> None:
    assert first_day(today) == first


@pytest.mark.parametrize(("held", "missed", "words"), [
    (0, 0, "not yet known"), (3, 1, "not yet known"), (810, 190, "81 % of 1000 forecasts were right"),
    (97, 3, "96–99 % of 100"),
])
def test_the_forecasts_hit_rate_is_told_or_not_yet_known(held: int, missed: int, words: str) -> None:
    english = words_of("public")["en"]
    told = public.told(Counted(held, missed))
    assert words in forecast_words(told, "en", lambda key, **facts: fill(english[key], facts))


# --- through a server --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(demo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office where six visitors were called today and two wait."""
    running = copy_of(demo, tmp_path_factory.mktemp("public") / "data").start()
    apply(running.data, with_rules("rutan", double_press_ms=0))
    kiosk = running.kiosk()
    for service in ("informasi",) * 6 + ("titipan",) * 2:
        kiosk.take(service)
    dewi = running.officer("dewi", counter="4")
    for _ in range(6):
        for act, args in (("call_next", {}), ("start", {}), ("finish", {"outcome": "served"})):
            dewi.press(act, **args)
    dewi.close()
    yield running
    running.stop()


def figures(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{server.base}/public/rutan.json", timeout=20).json()["figures"]
    return found


def of(server: Server, period: str, service: str) -> dict[str, Any] | None:
    return next((r for r in figures(server) if r["period"].startswith(period) and r["service"] == service), None)


def test_today_is_what_the_log_says(server: Server) -> None:
    today = requests.get(f"{server.base}/public/rutan.json", timeout=20).json()
    row = until(lambda: (r := of(server, today["today"], "informasi")) and r["judged"] == 6 and r, 60, "six visitors")
    assert (row["on_time"], row["share_at_least"], row["share_at_most"], row["complete"]) == (6, 1.0, 1.0, 0)
    assert left_out(server, today["today"]) == "not_yet_known=<5"


def test_the_page_needs_no_script_and_speaks_both_languages(server: Server) -> None:
    page = requests.get(f"{server.base}/public/rutan", headers={"Accept-Language": "id"}, timeout=20).text
    assert "<script" not in page and "100 %" in page and "n=6" in page and 'lang="id"' in page
    english = requests.get(f"{server.base}/public/rutan?lang=en", timeout=20).text
    assert "Our service promise" in english and 'lang="en"' in english
    chosen = requests.get(f"{server.base}/public/rutan", headers={"Accept-Language": "en-GB,en;q=0.9"}, timeout=20)
    assert "Our service promise" in chosen.text and "Accept-Language" in chosen.headers["Vary"]


def test_the_table_is_the_same_as_the_json(server: Server) -> None:
    answer = requests.get(f"{server.base}/public/rutan.csv", timeout=20)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert table == [{name: "" if row[name] is None else str(row[name]) for name in COLUMNS}
                     for row in figures(server)]


@pytest.mark.parametrize("path", ["nowhere", "nowhere.json", "rutan.xml", "rutan.json.csv", "%00", "rutan/x"])
def test_what_is_not_there_is_not_there(server: Server, path: str) -> None:
    assert requests.get(f"{server.base}/public/{path}", timeout=20).status_code == 404


def test_a_thousand_visitors_cost_one_reading(server: Server) -> None:
    """Whoever asks within ten seconds is told the same, from the same reading; a browser asks only whether it holds."""
    first = requests.get(f"{server.base}/public/rutan.json", timeout=20)
    with ThreadPoolExecutor(8) as crowd:
        again = list(crowd.map(lambda _n: requests.get(f"{server.base}/public/rutan.json", timeout=20), range(60)))
    assert len({answer.json()["at"] for answer in [first, *again]}) <= 2  # they may end in between
    held = requests.get(f"{server.base}/public/rutan.json", headers={"If-None-Match": again[-1].headers["ETag"]},
                        timeout=20)
    assert held.status_code == 304 and held.content == b"" and "max-age=10" in again[-1].headers["Cache-Control"]


def test_asking_writes_nothing(server: Server) -> None:
    before = acted(server.data)
    for path in ("rutan", "rutan.csv", "rutan.json"):
        requests.get(f"{server.base}/public/{path}", timeout=20)
    assert acted(server.data) == before


def test_boards_show_it_only_where_the_office_says_so(server: Server) -> None:
    board = server.board()
    shown = board.wait_for(lambda p: "informasi" in p["kept"], 60)["kept"]
    assert shown == {"informasi": {"judged": 6, "late": [0, 0]}}  # of those who wait nothing can be said
    apply(server.data, with_rules("rutan", double_press_ms=0, kept_on_boards=False))
    board.wait_for(lambda p: p["kept"] == {}, 20)
    board.close()


def test_months_come_from_the_same_tallies_as_the_reports(server: Server) -> None:
    """Today's visitors become last month's: the log is the same, only its days are older."""
    month = (datetime.now(UTC).date().replace(day=1) - timedelta(days=9)).isoformat()
    server.stop()
    with databases.opened(server.data, writing=True) as c:
        for table in ("step", "ticket"):
            databases.execute(c, f"UPDATE {table} SET day = ?", month)
    shell(server.data, "tally")
    server.start()
    row = until(lambda: of(server, month[:7], "informasi"), 60, "last month")
    assert (row["judged"], row["on_time"], row["complete"]) == (6, 6, 1)
    assert left_out(server, month[:7]) == "not_yet_known=<5"
    page = requests.get(f"{server.base}/public/rutan?lang=en", timeout=20).text
    assert "By month" in page and "100 %" in page


def left_out(server: Server, period: str) -> str:
    row = of(server, period, "titipan")
    assert row is not None
    return str(row["left_out"])
