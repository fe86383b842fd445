"""The README and the pages in docs/ are true: commands, settings, links, and the ten minutes for a real office."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from cast import ROOT, Server

from queue_server import config
from queue_server.cli import COMMANDS, parser
from queue_server.client import Officer, Site

FIRST = ("README.md", "CHANGELOG.md", "sounds/README.md")
PAGES = [*(ROOT / name for name in FIRST), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
#: Command lines stand in the pages, in the words of doctor, in unit files and in the office files.
SOURCES = [*PAGES, ROOT / "queue_server" / "upkeep" / "doctor.json", *sorted((ROOT / "offices").glob("*.toml")),
           *sorted(p for p in (ROOT / "deploy").rglob("*") if p.is_file() and p.suffix != ".sql")]
LINE = re.compile(r"-m queue_server ((?:[^`\n\"]|\"\$)*)")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
#: Where a sentence goes on after the command.
END = re.compile(r"\s+(?:#|&&|\|\s|\(|atau\b|or\b).*|[,.;:)'](?:\s.*|$)|\s{2,}.*")


def command_lines() -> list[tuple[str, str]]:
    found = []
    for path in SOURCES:
        for line in path.read_text("utf-8").splitlines():
            for match in LINE.finditer(line):
                words = END.sub("", match[1].strip()).strip()
                if words and words.split()[0] not in ("COMMAND", "X"):
                    found.append((path.name, words))
    return found


@pytest.mark.parametrize("shell", COMMANDS, ids=lambda s: s.name)
def test_every_command_is_in_the_readme(shell: object) -> None:
    assert re.search(rf"^\| `{shell.name}[ `]", README, re.MULTILINE)  # type: ignore[attr-defined]


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda s: s.name)
def test_every_setting_is_in_the_readme_with_its_default(setting: config.Setting) -> None:
    option = "--" + setting.name.replace("_", "-")
    row = re.search(rf"^\| `{option}` \| `{setting.variable}` \| (.*?) \| (.+) \|$", README, re.MULTILINE)
    assert row, f"{option} has no row in the table of settings"
    assert setting.default in row[1] if setting.default else "`" not in row[1]


def test_no_setting_is_invented() -> None:
    known = {s.variable for s in config.SETTINGS}
    for path in SOURCES:
        for name in re.findall(r"\bQUEUE_[A-Z_]+\b", path.read_text("utf-8")):
            assert name in known, f"{path.name} names {name}"


def test_there_are_command_lines_to_check() -> None:
    assert len(command_lines()) > 40


@pytest.mark.parametrize(("page", "words"), sorted(set(command_lines())))
def test_every_command_line_is_understood(page: str, words: str) -> None:
    try:
        parser().parse_args(shlex.split(words))
    except SystemExit as end:
        assert end.code == 0, f"{page}: python -m queue_server {words}"


def anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE):
        text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(text.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name}: {target} is not there"
        assert path.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(path), f"{page.name}: {target}#{anchor} is not a heading"


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for target, _anchor in LINK.findall(page.read_text("utf-8")):
            if target and not target.startswith("http"):
                waiting.append((page.parent / target).resolve())
    assert {p.name for p in PAGES} - {p.name for p in seen} == set()


def test_pictures_are_small() -> None:
    for path in (ROOT / "docs" / "pictures").iterdir():
        assert path.stat().st_size < 300_000, path.name


def test_the_pages_name_what_is_in_deploy() -> None:
    text = "".join(p.read_text("utf-8") for p in PAGES)
    for path in (p for p in (ROOT / "deploy").rglob("*") if p.is_file()):
        assert path.name in text, f"no page says what deploy/{path.name} is for"


def test_the_browser_command_lines_are_the_scripts() -> None:
    script = (ROOT / "deploy" / "queue-screen").read_text("utf-8")
    page = (ROOT / "docs" / "running.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if "chromium --kiosk" in line]
    assert len(lines) == 2
    for line in lines:
        assert "incognito" not in line
        for flag in re.findall(r"--[a-z-]+", line):
            assert flag in script, f"{flag} is in docs/running.md and not in deploy/queue-screen"


def test_the_units_start_what_is_there() -> None:
    unit = (ROOT / "deploy" / "queue.service").read_text("utf-8")
    assert "-m queue_server serve" in unit and "LimitNOFILE=65536" in unit and "Restart=always" in unit
    for name in re.findall(r"\bQUEUE_[A-Z_]+|\bPUBLIC_URL", (ROOT / "deploy" / "queue.env").read_text("utf-8") + unit):
        assert name in {s.variable for s in config.SETTINGS}
    subprocess.run(["sh", "-n", str(ROOT / "deploy" / "queue-screen")], check=True)
    assert os.access(ROOT / "deploy" / "queue-screen", os.X_OK)


# "Set up a real office in ten minutes", done as it stands there


def steps() -> list[str]:
    """The command lines of that part of the README, in order."""
    part = README.split("## Set up a real office in ten minutes")[1].split("\n## ")[0]
    return re.findall(r"^ {7}(?:\S.*)$", part, re.MULTILINE)


def run(line: str, folder: Path) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    words = shlex.split(line.strip())
    if words[0] == "python":
        words[0] = sys.executable
    done = subprocess.run(
        words, cwd=folder, env={**clean, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{line}\n{done.stderr}{done.stdout}"
    return done.stdout


def test_a_real_office_as_the_readme_says(tmp_path: Path) -> None:
    (tmp_path / "offices").symlink_to(ROOT / "offices")
    lines = [line.strip() for line in steps()]
    assert [line.split()[0] for line in lines] == ["cp", *["python"] * 6]
    for line in lines[:2]:
        run(line, tmp_path)
    passwords = dict(re.findall(r"^(\w+) may sign in as \w+ with the password: (\S+)$", "".join(
        run(line, tmp_path) for line in lines[2:4]), re.MULTILINE))
    assert set(passwords) == {"ani", "sari"} and "serve --data office" in lines[4] and "--printer" in lines[5]

    server = Server(tmp_path / "office", options=("--printer", f"file://{tmp_path}/paper.bin")).start()
    try:
        sari = Officer(server.base, "kantor-saya", "sari", passwords["sari"], "supervisor")
        board, kiosk = Site(server.base), Site(server.base)
        for site, hello in ((board, {"screen": "board", "board": "tv-1"}), (kiosk, {"screen": "kiosk"})):
            shown = site.post("/hello", {"office": "kantor-saya", **hello})
            assert shown["paired"] is False and len(shown["code"]) == 6
            sari.press("pair", code=shown["code"])
            assert site.post("/hello", {"office": "kantor-saya", **hello})["paired"] is True
        assert requests.get(f"{server.base}/display/kantor-saya/tv-1", timeout=10).status_code == 200
        picture = sari.wait_for(lambda p: len(p["boards"]) == 2)
        assert {d["kind"] for d in picture["boards"]} == {"board", "kiosk"}
        ani = Officer(server.base, "kantor-saya", "ani", passwords["ani"])
        assert ani.press("sit", counter="1")["ok"]
        sari.close()
        ani.close()
        said = run(lines[6].replace("doctor", f"doctor --language en --host 127.0.0.1 --port {server.port}"), tmp_path)
        assert "0 bad." in said and "kantor-saya" in said
    finally:
        server.stop()


def test_the_first_lines_of_the_office_words_are_json() -> None:
    for path in (ROOT / "queue_server").glob("*.json"):
        assert set(json.loads(path.read_text("utf-8"))) == {"id", "en"}
