"""The shell: help is complete, settings are respected, and what is not understood is refused with what to write."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cast import ROOT, Server
from small_house import KEY, house

from queue_server import __version__, cli, config
from queue_server.cli import COMMANDS
from queue_server.config import SettingError
from queue_server.domain.errors import Refused
from queue_server.shell import say_refusal


def arguments(name: str) -> argparse.ArgumentParser:
    commands = next(a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    found: argparse.ArgumentParser = commands.choices[name]
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """(status, what was printed, what was complained of)."""
    try:
        status = cli.main(list(words))
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("shell", COMMANDS, ids=lambda s: s.name)
def test_help_says_what_every_option_is_for(shell: cli.Shell, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _err = said(capsys, shell.name, "--help")
    assert status == 0 and shell.help.split(",")[0] in " ".join(out.split())
    dumb = []
    waiting = list(arguments(shell.name)._actions)
    while waiting:
        action = waiting.pop()
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                waiting.extend(sub._actions)
        elif action.help is None and action.choices is None:
            dumb.append(action.dest)
    assert dumb == [], "options without a word of help"


@pytest.mark.parametrize("shell", [s for s in COMMANDS if s.settings], ids=lambda s: s.name)
def test_help_names_every_setting_with_its_variable_and_default(
    shell: cli.Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(said(capsys, shell.name, "--help")[1].split())
    for setting in config.SETTINGS:
        assert f"--{setting.name.replace('_', '-')}" in text
        assert f"[{setting.variable},default{setting.default or 'none'}]" in text


def test_the_list_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _err = said(capsys, "--help")
    assert status == 0
    for shell in COMMANDS:
        assert shell.name in out
    assert said(capsys, "--version")[1].strip() == __version__


@pytest.mark.parametrize(("words", "hint"), [
    ([], "COMMAND"), (["serv"], "serve"), (["serve", "--prot", "1"], "--prot"), (["office", "imprt", "x"], "import"),
    (["office", "import"], "Name the file"), (["person", "add", KEY], "name")])
def test_what_is_not_understood(words: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, _out, err = said(capsys, *words)
    assert status == 2 and hint in err


@pytest.mark.parametrize(("variable", "value", "write"), [
    ("QUEUE_DATA", "/srv/50%", "without ?, # and %"), ("QUEUE_PORT", "eighty", "whole number from 0 to 65535"),
    ("QUEUE_PORT", "70000", "from 0 to 65535"),
    ("QUEUE_PORT", "-1", "from 0 to 65535"), ("QUEUE_PROXIES", "9", "from 0 to 5"),
    ("ASYNC_MODE", "gevent", "eventlet or threading"), ("PUBLIC_URL", "antrean.example.go.id", "https://"),
    ("QUEUE_WIFI_URL", "192.168.1.20", "http://"), ("DATABASE_URL", "mysql://queue:secret@host/queue", "postgresql://"),
    ("REDIS_URL", "localhost:6379", "redis://"), ("QUEUE_PRINTER", "lpt://1", "tcp://192.168.1.50:9100"),
    ("QUEUE_PORTT", "8080", "QUEUE_PORT"),
    ("QUEUE_DEBUG", "1", "QUEUE_DATA")])
def test_a_wrong_setting_is_refused_with_what_to_write(variable: str, value: str, write: str) -> None:
    with pytest.raises(SettingError) as error:
        config.read(None, {variable: value})
    assert write in str(error.value) and "secret" not in str(error.value)
    assert value in str(error.value) or variable in str(error.value)


def test_a_wrong_setting_stops_the_start_in_one_line(tmp_path: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUEUE_")}
    for more, words in (({"QUEUE_PRT": "1"}, []), ({}, ["--port", "many"])):
        done = subprocess.run(
            [sys.executable, "-m", "queue_server", "serve", "--data", str(tmp_path / "data"), *words], cwd=ROOT,
            env={**clean, **more}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and done.stderr.startswith("A setting is wrong:") and "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_an_option_wins_over_the_variable_and_that_over_the_default(tmp_path: Path) -> None:
    none = argparse.Namespace()
    assert config.read(none, {}).port == 8080
    assert config.read(none, {"QUEUE_PORT": "9000"}).port == 9000
    assert config.read(argparse.Namespace(port="9001"), {"QUEUE_PORT": "9000"}).port == 9001
    found = config.read(argparse.Namespace(data=str(tmp_path)), {"QUEUE_DATA": "/nowhere"})
    assert found.data == tmp_path and found.database_url == f"sqlite:///{tmp_path}/queue.db"


def test_two_servers_beside_each_other(server: Server, tmp_path: Path) -> None:
    second = Server(tmp_path / "second").start()
    try:
        assert second.port != server.port
        first_taken = server.kiosk().take("informasi")
        assert second.kiosk().take("informasi")["label"] == first_taken["label"]
        assert (tmp_path / "second" / "queue.db").exists()
    finally:
        second.stop()


def test_commands_at_the_shell_keep_to_their_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = house(tmp_path / "one").data, tmp_path / "other"
    assert KEY in said(capsys, "office", "list", "--data", str(one))[1]
    file = tmp_path / "other.toml"
    file.write_text((ROOT / "offices" / "template.toml").read_text("utf-8").replace(KEY, "kantor-lain"), "utf-8")
    assert said(capsys, "office", "import", str(file), "--data", str(other))[0] == 0
    assert said(capsys, "office", "list", "--data", str(other))[:2] == (0, "kantor-lain  Kantor Saya\n")
    for words in (["person", "add", KEY, "ani"], ["reset-password", KEY, "ani"], ["office", "export", KEY],
                  ["office", "difference", str(ROOT / "offices" / "template.toml")], ["export", KEY]):
        status, out, err = said(capsys, *words, "--data", str(other))
        assert (status, out, "[" in err) == (1, "", False) and f"no such office in {other}" in err
    assert KEY not in said(capsys, "office", "list", "--data", str(other))[1], "difference only shows"


TEMPLATE = str(ROOT / "offices" / "template.toml")


@pytest.mark.parametrize("words", [
    ["office", "list"], ["office", "apply", TEMPLATE], ["office", "difference", TEMPLATE], ["office", "export", KEY],
    ["person", "add", KEY, "ani"], ["reset-password", KEY, "ani"], ["export", KEY], ["backup", "--to", "elsewhere"],
    ["media", "add", str(ROOT / "docs" / "pictures" / "board.png")], ["doctor", "--clock-is-right"],
], ids=" ".join)
def test_a_mistyped_folder_is_refused_and_not_made(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, empty = tmp_path / "ofice", tmp_path / "empty"
    empty.mkdir()
    status, out, err = said(capsys, *words, "--data", str(missing))
    assert (status, out) == (1, "") and err.startswith(f"There is no folder {missing}.") and "--data DIR" in err
    status, out, err = said(capsys, *words, "--data", str(empty))
    assert (status, out) == (1, "") and "There is no database" in err and "office import FILE" in err
    assert not missing.exists() and not list(empty.iterdir())


def test_the_mistyped_folder_is_said_in_indonesian_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _status, _out, err = said(capsys, "office", "list", "--language", "id", "--data", str(tmp_path / "salah"))
    assert err.startswith(f"Folder {tmp_path / 'salah'} tidak ada.")


def test_a_mistyped_office_is_answered_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = house(tmp_path / "data")
    status, _out, err = said(capsys, "person", "add", "rutann", "ani", "--data", str(built.data))
    assert status == 1 and f"These are there: {KEY} (" in err and "python -m" not in err


def test_somebody_new_and_a_new_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(house(tmp_path / "data").data)
    status, first, _err = said(capsys, "person", "add", KEY, "ani", "--role", "officer", "--data", data)
    assert status == 0 and "ani may sign in as officer with the password:" in first
    status, _out, err = said(capsys, "person", "add", KEY, "ani", "--data", data)
    assert (status, err) == (1, say_refusal(Refused("name_taken")) + "\n") and "[" not in err
    status, second, _err = said(capsys, "reset-password", KEY, "ani", "--data", data)
    assert status == 0 and second.split()[-1] != first.split()[-1]
    status, _out, err = said(capsys, "reset-password", KEY, "nobody", "--data", data)
    assert (status, err) == (1, say_refusal(Refused("no_such_person")) + "\n")
