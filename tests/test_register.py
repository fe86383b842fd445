"""The register of standards: which version is in force on a day, what a number is judged by, and who is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from any_office import example

from queue_server.domain import register
from queue_server.domain.office import Clocks, Promise, Standard
from queue_server.domain.register import Version, gap, in_force, last_day, shown, standing
from queue_server.office_file import standard_from_json, standard_to_json
from queue_server.screens.register import changes


def version(number: int, valid_from: str, valid_to: str = "", wait: int = 10) -> Version:
    return Version(number, "kunjungan", number, valid_from, Standard({"door": Promise(wait, 5)}, valid_to=valid_to))


#: First; the next year's, published ahead; a correction of that; one that ends.
FIRST, AHEAD = version(1, "2026-01-01"), version(2, "2027-01-01")
SOONER, ENDS = version(3, "2026-12-01"), version(4, "2027-02-01", "2027-02-28")


@pytest.mark.parametrize(("versions", "day", "number"), [
    ([FIRST], "2025-12-31", None), ([FIRST], "2026-01-01", 1), ([FIRST], "2030-01-01", 1),
    # a date that has not come: the one before goes on until then
    ([FIRST, AHEAD], "2026-12-31", 1), ([FIRST, AHEAD], "2027-01-01", 2),
    # what was published later counts, though the earlier one begins after it
    ([FIRST, AHEAD, SOONER], "2026-12-01", 3), ([FIRST, AHEAD, SOONER], "2027-06-01", 3),
    # after the last day nothing is stated, and nothing older comes back
    ([FIRST, ENDS], "2027-02-28", 4), ([FIRST, ENDS], "2027-03-01", None),
    ([FIRST, ENDS, version(5, "2027-03-15")], "2027-03-14", None),
    ([FIRST, ENDS, version(5, "2027-03-15")], "2027-03-15", 5),
    ([], "2026-01-01", None),
])
def test_the_version_in_force(versions: list[Version], day: str, number: int | None) -> None:
    found = in_force(versions, day)
    assert (found.version if found else None) == number


def test_each_version_has_its_days_and_its_standing() -> None:
    versions = [FIRST, AHEAD, SOONER, ENDS]
    assert [last_day(versions, v) for v in versions] == ["2026-11-30", "2026-11-30", "2027-01-31", "2027-02-28"]
    seen = {day: [standing(versions, v, day) for v in versions] for day in ("2026-06-01", "2026-12-24", "2027-03-01")}
    assert seen["2026-06-01"] == ["in_force", "replaced", "coming", "coming"]
    assert seen["2026-12-24"] == ["replaced", "replaced", "in_force", "coming"]
    assert seen["2027-03-01"] == ["replaced", "replaced", "replaced", "ended"]


def test_what_is_published_today_promised_nothing_yesterday() -> None:
    """A decree may be older than its publication here; whoever came before was promised something else."""
    first = replace(version(1, "2025-01-02"), published="2026-03-01")
    second = replace(version(2, "2025-01-02"), published="2026-11-23")
    versions = [first, second]
    found = {day: in_force(versions, day) for day in ("2026-02-28", "2026-03-01", "2026-11-22", "2026-11-23")}
    assert list(found.values()) == [None, first, first, second]
    # both were in force on the day of the publication: until the moment of it, and from there on
    assert last_day(versions, first) == "2026-11-23"
    assert [standing(versions, v, "2026-11-23") for v in versions] == ["replaced", "in_force"]
    ahead = replace(version(3, "2027-01-01"), published="2026-11-24")
    assert last_day([*versions, ahead], second) == "2026-12-31"


def test_in_force_and_standing_agree_on_every_day() -> None:
    versions = [FIRST, AHEAD, SOONER, ENDS, version(5, "2027-03-15")]
    for month in range(1, 13):
        for year in (2025, 2026, 2027):
            day = f"{year}-{month:02d}-15"
            holding = [v for v in versions if standing(versions, v, day) == "in_force"]
            assert holding == [v for v in [in_force(versions, day)] if v is not None]
            for v in holding:
                assert v.valid_from <= day and (not last_day(versions, v) or day <= last_day(versions, v))


@pytest.mark.parametrize(("versions", "day", "told"), [
    ([FIRST], "2026-06-01", None),
    ([FIRST], "2025-06-01", ("standard_none", "")),
    ([ENDS], "2027-01-15", ("standard_none", "")),
    ([FIRST, ENDS], "2027-02-03", ("standard_ends", "2027-02-28")),
    ([FIRST, ENDS], "2027-03-02", ("standard_none", "2027-02-28")),
    # somebody has seen to it already
    ([FIRST, ENDS, version(5, "2027-03-01")], "2027-02-20", None),
    # a gap of a day is a gap
    ([FIRST, ENDS, version(5, "2027-03-02")], "2027-02-20", ("standard_ends", "2027-02-28")),
    # far off
    ([version(1, "2026-01-01", "2027-12-31")], "2026-06-01", None),
    ([], "2026-06-01", ("standard_none", "")),
])
def test_the_supervisor_is_told_in_time(versions: list[Version], day: str, told: tuple[str, str] | None) -> None:
    assert gap(versions, day) == told


def test_where_nothing_is_in_force_no_time_is_shown_but_what_to_bring_is() -> None:
    configured = example("rutan").service("kunjungan").standard
    ended = Version(1, "kunjungan", 1, "2026-01-01", replace(configured, valid_to="2026-06-30"))
    assert shown([ended], "2026-06-30", configured) == ended.standard
    after = shown([ended], "2026-07-01", configured)
    assert after.promise("door", False) == Promise() and after.visit_min is None and after.decree == ""
    assert after.components["requirements"] == configured.components["requirements"]
    assert "duration" not in after.components


def test_a_standard_of_an_earlier_release_is_read_with_what_was_usual_then() -> None:
    text = json.dumps({"promises": {"door": {"wait_min": 10, "service_min": 5}}, "visit_min": None, "decree": "",
                       "valid_from": "", "components": {}})
    assert standard_from_json(text) == Standard({"door": Promise(10, 5)}, clocks=Clocks())
    standard = Standard({"door": Promise(10, 5)}, 60, valid_to="2027-01-01", clocks=Clocks(counts="no_breaks"))
    assert standard_from_json(standard_to_json(standard)) == standard


def test_what_a_version_changed_is_named() -> None:
    before = Standard({"door": Promise(10, 5)}, components={"tariff": {"id": "GRATIS"}})
    after = replace(
        before, promises={"door": Promise(15, 5), "priority": Promise(5, None)}, decree="Nomor 2",
        components={"tariff": {"id": "Rp 5.000"}}, clocks=Clocks(counts="open_hours"))
    assert [(c["field"], c["of"], c["before"], c["after"]) for c in changes(before, after)] == [
        ("wait_min", "door", 10, 15), ("counts", "", "always", "open_hours"), ("decree", "", "", "Nomor 2"),
        ("component", "tariff", {"id": "GRATIS"}, {"id": "Rp 5.000"}), ("wait_min", "priority", None, 5),
    ]
    assert list(changes(before, before)) == []


def test_a_near_end_is_told_a_month_before() -> None:
    assert gap([version(1, "2026-01-01", "2026-07-31")], "2026-06-30") is None
    assert gap([version(1, "2026-01-01", "2026-07-30")], "2026-06-30") is not None
    assert register.SOON_DAYS == 30
