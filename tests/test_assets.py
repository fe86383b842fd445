"""The browser libraries: what is fetched, what is made of it, and what is said when it cannot be had."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from queue_server import assets
from queue_server.icons import SERVICE_ICONS, SHEETS

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ("display", "common", "counter", "kiosk", "visitor", "supervisor")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of build/web/ that a test may damage."""
    return Path(shutil.copytree(assets.WEB, tmp_path / "web"))


def test_after_set_up_nothing_is_missing() -> None:
    assert assets.missing() == []


def test_a_deleted_file_is_named(copy: Path) -> None:
    (copy / "socket.io.min.js").unlink()
    assert assets.missing(copy) == ["socket.io.min.js"]


def test_a_new_lock_file_or_icon_makes_the_folder_outdated(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, "recipe": "of another day"}), "utf-8")
    assert assets.missing(copy) == ["manifest.json"]


def test_an_empty_folder_or_a_broken_manifest_is_missing(tmp_path: Path, copy: Path) -> None:
    (copy / "manifest.json").write_text("{", "utf-8")
    assert assets.missing(copy) == ["manifest.json"]
    assert assets.missing(tmp_path / "nowhere") == ["manifest.json"]


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    assets.build(assets.MODULES, tmp_path / "web")
    names = sorted(p.name for p in assets.WEB.iterdir())
    assert sorted(p.name for p in (tmp_path / "web").iterdir()) == names
    assert all((tmp_path / "web" / n).read_bytes() == (assets.WEB / n).read_bytes() for n in names)


def test_building_replaces_what_was_there(tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "left-over.js").write_text("1", "utf-8")
    assets.build(assets.MODULES, web)
    assert not (web / "left-over.js").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["web"]


def test_a_package_without_the_expected_file_is_refused_and_leaves_the_old_folder(
        tmp_path: Path, copy: Path) -> None:
    with pytest.raises(assets.AssetsError, match=r"package-lock\.json"):
        assets.build(tmp_path / "no-modules", copy)
    assert (copy / "manifest.json").exists()


def test_each_text_file_has_its_compressed_twin() -> None:
    texts = [p for p in assets.WEB.iterdir() if p.suffix in {".js", ".svg", ".txt"}]
    assert len(texts) == 6
    for path in texts:
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()


def test_what_a_phone_loads_is_small() -> None:
    """The visitor's page has 60 KB in all; our share of libraries, type and icons stays under 48."""
    compressed = ("socket.io.min.js.gz", "preact.min.js.gz", "icons-phone.svg.gz")
    fonts = [n for n in assets.FILES if "latin-4" in n or "latin-7" in n]
    assert len(fonts) == 2
    assert sum((assets.WEB / n).stat().st_size for n in (*compressed, *fonts)) < 48 * 1024


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_holds_its_icons_as_plain_shapes(sheet: str) -> None:
    root = ElementTree.parse(assets.WEB / sheet).getroot()
    assert tuple(s.get("id") for s in root) == SHEETS[sheet]
    for symbol in root:
        assert symbol.get("stroke") == "currentColor"
        assert len(symbol) > 0, symbol.get("id")
        assert {e.tag.removeprefix(SVG) for e in symbol} <= {"path", "circle", "rect", "line", "ellipse"}


def test_every_icon_that_a_screen_draws_is_in_its_sheet() -> None:
    for folder in SCREENS:
        for path in (p for p in (ROOT / folder).rglob("*") if p.suffix in {".js", ".html"}):
            for sheet, name in re.findall(r"(icons(?:-phone)?\.svg)#([a-z0-9-]+)", path.read_text("utf-8")):
                assert name in SHEETS[sheet], f"{path.relative_to(ROOT)} draws {name}"


def test_every_icon_asked_for_by_name_is_in_the_large_sheet() -> None:
    for folder in SCREENS:
        for path in (ROOT / folder).rglob("*.js"):
            for name in re.findall(r"\bicon\(\"([a-z0-9-]+)\"", path.read_text("utf-8")):
                assert name in SHEETS["icons.svg"], f"{path.relative_to(ROOT)} draws {name}"


def test_the_icons_of_the_shipped_offices_exist() -> None:
    for path in (ROOT / "offices").glob("*.toml"):
        services = tomllib.loads(path.read_text("utf-8")).get("service", {})
        for service in services.values() if isinstance(services, dict) else services:
            if "icon" in service:
                assert service["icon"] in SERVICE_ICONS, f"{path.name}: {service['icon']}"


def test_the_stylesheet_asks_only_for_fonts_that_are_there() -> None:
    css = (ROOT / "common" / "base.css").read_text("utf-8")
    wanted = set(re.findall(r"url\(\"\.\./\.\./lib/([^\"]+)\"\)", css))
    assert wanted == {n for n in assets.FILES if n.endswith(".woff2")}


def test_versions_name_every_file_by_content() -> None:
    versions = assets.versions()
    assert set(assets.FILES) | set(SHEETS) <= set(versions)
    assert all(re.fullmatch("[0-9a-f]{10}", v) for v in versions.values())


def test_the_licences_come_along() -> None:
    text = (assets.WEB / "licences.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in text.upper()
    assert all(f"== {name}" in text for name in ("socket.io-client", "htm", "@tabler/icons"))


def fake_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    """Puts an npm first on the path that says ``says`` and fails."""
    folder.mkdir()
    for name in ("npm", "node"):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\nexit 1\n", "utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_an_unreachable_registry_is_said_in_plain_words(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, "npm error code ENOTFOUND registry.npmjs.org")
    assert assets.main(["--force"]) == 1
    said = capsys.readouterr().err
    assert "could not be reached (ENOTFOUND)" in said
    assert "Check the internet connection" in said
    assert "Traceback" not in said


def test_another_fault_of_npm_is_passed_on(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, "npm error package-lock.json is out of sync")
    assert assets.main(["--force"]) == 1
    assert "out of sync" in capsys.readouterr().err


def test_nothing_is_fetched_when_all_is_there(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake_npm(tmp_path / "bin", monkeypatch, "must not run")
    assert assets.main([]) == 0
    assert "in place" in capsys.readouterr().out


def test_a_download_that_stalls_is_begun_again(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(assets, "STALLED_S", 0.3)
    ended = assets._patiently([sys.executable, "-c", "import time; time.sleep(1); print('whole')"], dict(os.environ))
    assert ended.returncode == 0 and ended.stdout.strip() == "whole"
    assert capsys.readouterr().out.count("once more") == 2
