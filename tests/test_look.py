"""The shared look keeps its promise of contrast: base.css's tokens, and any colours an office chooses."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server import theme
from queue_server.domain.office import Office, Promise, Service, Standard, Week

CSS = (Path(__file__).resolve().parent.parent / "common" / "base.css").read_text("utf-8")
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def tokens(selector: str) -> dict[str, str]:
    rule = re.search(re.escape(selector) + r" \{(.*?)\n\}", CSS, re.S)
    assert rule
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rule[1]))


LIGHT = tokens(":root")
DARK = {**LIGHT, **tokens(".dark")}


@pytest.mark.parametrize(
    "name", ["ink", "ink-soft", "accent-text", "good-text", "warn-text", "bad-text", "held-text"])
@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_colour_is_aaa_on_every_ground(look: dict[str, str], name: str) -> None:
    grounds = {"ground", "surface", "sunken", name.replace("-text", "-soft")} - {"ink-soft", "ink"}
    for ground in grounds:
        assert theme.contrast(look[name], look[ground]) >= 7, ground


@pytest.mark.parametrize("name", ["line-strong", "good", "warn", "bad", "held"])
@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_edges_stand_out(look: dict[str, str], name: str) -> None:
    assert all(theme.contrast(look[name], look[g]) >= 3 for g in ("ground", "surface", "sunken"))


def test_the_grounds_that_theme_counts_with_are_those_of_the_stylesheet() -> None:
    assert LIGHT["sunken"] == theme.LIGHT_GROUND
    assert (DARK["surface"], DARK["ground"]) == (theme.DARK_GROUND, theme.DARK_INK)


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert theme.contrast("#123456", "#123456") == 1


@given(colours)
def test_any_colour_becomes_readable(colour: str) -> None:
    assert theme.contrast(theme.readable(colour, theme.LIGHT_GROUND), theme.LIGHT_GROUND) >= 7
    assert theme.contrast(theme.readable(colour, theme.DARK_GROUND), theme.DARK_GROUND) >= 7
    fill, ink = theme.filled(colour)
    assert theme.contrast(fill, ink) >= 7


def test_a_colour_that_is_readable_already_stays_as_the_office_chose_it() -> None:
    assert theme.readable("#1d3f72", "#ffffff") == "#1d3f72"
    assert theme.filled("#e0a800") == ("#e0a800", theme.DARK_INK)


def office(accent: str, *services: tuple[str, str]) -> Office:
    return Office(
        key="o", name="O", institution="I", time_zone="WIB", languages=("id",), accent=accent,
        week=Week(((),) * 7), issue_from=None, last_ticket_min=0, halls=(), boards=(), counters=(),
        services=tuple(Service(key=k, prefix="A", name={"id": k}, icon="users", colour=c,
                               standard=Standard({"door": Promise()})) for k, c in services))


@given(colours, colours)
def test_a_theme_is_readable_in_both_looks(accent: str, service: str) -> None:
    css = theme.theme_css(office(accent, ("kunjungan", service)))
    light, dark, letter, dark_letter = (dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", line))
                                        for line in css.splitlines())
    assert theme.contrast(light["accent"], light["accent-ink"]) >= 7
    for look, grounds in ((light, ("#f5f3ee", "#ffffff", "#eae7df")), (dark, ("#0d1317", "#162027"))):
        assert all(theme.contrast(look["accent-text"], g) >= 7 for g in (*grounds, look["accent-soft"]))
    for look in (letter, dark_letter):
        assert theme.contrast(look["service"], look["service-ink"]) >= 7


def test_neighbouring_services_differ_in_shape_too() -> None:
    css = theme.theme_css(office("#1d3f72", *((f"s{n}", "#0d5c63") for n in range(10))))
    shapes = [line.split(";", 2)[2] for line in css.splitlines() if line.startswith(".service-")]
    assert len(shapes) == 10
    assert len(set(shapes)) == len(theme.SHAPES)
    assert all(a != b for a, b in pairwise(shapes))
