"""Senders: the file that names them, what stops the start, how each sends, and what a browser alone can read."""

from __future__ import annotations

import base64
import json
import secrets
import smtplib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import http_ece
import pytest
from any_office import example
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from gateways import Browser, Gateway, mail_server

from queue_server import config
from queue_server.cli import main
from queue_server.config import SettingError
from queue_server.domain.office import Messages
from queue_server.messages import line, push, senders
from queue_server.messages.__main__ import attempt
from queue_server.messages.sealed import Sealer
from queue_server.messages.senders import BadSender, NotSent, Outgoing, made
from queue_server.screens.installable import SHORT, _short, drawn
from queue_server.upkeep import senders_health
from queue_server.upkeep.words import say

TO = Outgoing("+628123456789", 'Nomor "A 001"\ndipanggil', subject="Dipanggil", link="https://x.test/t/s", key="k1",
              office="Rutan Contoh")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway()
    yield found
    found.close()


def file(folder: Path, text: str) -> str:
    path = folder / "senders.toml"
    path.write_text(text, "utf-8")
    return str(path)


# --- the file --------------------------------------------------------------------------------------


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    text = '[sms]\nkind = "http"\nurl = "https://x.test/"\nheaders = { Authorization = "env:TOKEN" }\n'
    found = senders.read(file(tmp_path, text), {"TOKEN": "t0"})
    assert found["sms"]["headers"] == {"Authorization": "t0"}
    with pytest.raises(BadSender, match="TOKEN is not in the environment"):
        senders.read(file(tmp_path, text), {})


@pytest.mark.parametrize(("text", "said"), [
    ("x = 1", "stands outside of a table"), ("[a", "no TOML"), ('[a]\nkind = "fax"', "kind is 'fax'"),
    ('[a]\nkind = "http"', "url must be an address"), ('[a]\nkind = "http"\nurl = "ftp://x"', "url must be an address"),
    ('[a]\nkind = "http"\nurl = "http://x"\nbody = "{to}"\nformat = "csv"', "format must be one of"),
    ('[a]\nkind = "http"\nurl = "http://x"\nbody = \'{"to": "{to}"}\'', "body is no JSON"),
    ('[a]\nkind = "http"\nurl = "http://x"\nbody = \'{"to": {phone}}\'', "{phone} is no place"),
    ('[a]\nkind = "http"\nurl = "http://x"\nmethod = "PATCH"', "method must be"),
    ('[a]\nkind = "http"\nurl = "http://x"\nretry = 3', "retry is not known"),
    ('[a]\nkind = "http"\nurl = "http://x"\nheaders = { "X\\nY" = "z" }', "headers"),
    ('[a]\nkind = "smtp"\nhost = "x"', "sender must be an address"), ('[a]\nkind = "smtp"', "host is missing"),
    ('[a]\nkind = "smtp"\nhost = "x.test"\nuser = "u"\nsecurity = "none"\nsender = "a@x.test"', "over TLS only"),
    ('[a]\nkind = "smtp"\nhost = "x"\nport = "25"', "port must be a int"), ('[a]\nkind = "file"', "path is missing"),
    ('[push]\nprivate = "yes"', "private must be a bool"),
])
def test_what_cannot_work_stops_the_start_and_says_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingError, match="QUEUE_SENDERS") as found:
        config.read(None, {"QUEUE_SENDERS": file(tmp_path, text), "QUEUE_DATA": str(tmp_path / "data")})
    assert said in str(found.value)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        config.read(None, {"QUEUE_SENDERS": str(tmp_path / "none.toml"), "QUEUE_DATA": str(tmp_path / "data")})


def test_an_installed_package_brings_a_kind_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pigeon.py").write_text(
        "class Pigeon:\n    repeatable = False\n    flown = []\n"
        "    def __init__(self, settings): self.settings = settings\n"
        "    def send(self, message): self.flown.append((self.settings['loft'], message.to, message.text))\n")
    info = tmp_path / "pigeon-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[queue_server.senders]\npigeon = pigeon:Pigeon\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = senders.read(file(tmp_path, '[sms]\nkind = "pigeon"\nloft = "north"\n'))
    made(found["sms"]).send(TO)
    assert sys.modules["pigeon"].Pigeon.flown == [("north", TO.to, TO.text)]  # type: ignore[attr-defined]


# --- http ------------------------------------------------------------------------------------------


def test_a_body_of_json_holds_whatever_is_put_into_it(gateway: Gateway) -> None:
    made({"kind": "http", "url": gateway.url + "/send?to={to}", "headers": {"X-Key": "k"},
          "body": '{"to": {to}, "text": {text}, "all": [{link}, {key}, {subject}, {office}]}'}).send(TO)
    asked, = gateway.heard
    assert asked.path == "/send?to=%2B628123456789" and asked.headers["Content-Type"] == "application/json"
    assert asked.json == {"to": TO.to, "text": TO.text, "all": [TO.link, TO.key, TO.subject, TO.office]}


def test_a_form_and_a_get_are_written_as_such(gateway: Gateway) -> None:
    made({"kind": "http", "url": gateway.url, "format": "form", "body": "to={to}&text={text}"}).send(TO)
    made({"kind": "http", "url": gateway.url + "/?t={text}", "method": "GET"}).send(TO)
    form, get = gateway.heard
    assert form.body == b"to=%2B628123456789&text=Nomor+%22A+001%22%0Adipanggil"
    assert form.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (get.method, get.path, get.body) == ("GET", "/?t=Nomor%20%22A%20001%22%0Adipanggil", b"")


@pytest.mark.parametrize(("status", "why"), [
    (200, "ok"), (202, "ok"), (301, "refused"), (400, "refused"), (401, "refused"), (408, "status_408"),
    (429, "status_429"), (500, "status_500"), (503, "status_503"),
])
def test_a_gateways_answer_decides_whether_it_is_tried_again(gateway: Gateway, status: int, why: str) -> None:
    gateway.statuses = [status]
    asked = {"sender": {"kind": "http", "url": gateway.url}, "message": {"to": TO.to, "text": TO.text}}
    assert attempt(asked) == why and len(gateway.heard) == 1


@pytest.mark.parametrize(("url", "why"), [
    ("http://127.0.0.1:1/", "no_answer"), ("http://no-such-host.invalid/", "no_host"),
    ("http://169.254.169.254/latest", "forbidden_address"), ("http://[::ffff:169.254.169.254]/", "forbidden_address"),
])
def test_a_gateway_that_is_not_there(url: str, why: str) -> None:
    assert attempt({"sender": {"kind": "http", "url": url}, "message": {"to": "x", "text": "y"}}) == why


def test_a_fault_of_a_sender_is_said_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: Any) -> int:
        raise KeyError("+628123456789")

    monkeypatch.setattr("queue_server.messages.gateway.request", fails)
    asked = {"sender": {"kind": "http", "url": "http://x.test/"}, "message": {"to": "x", "text": "y"}}
    assert attempt(asked) == "fault_KeyError"


# --- smtp ------------------------------------------------------------------------------------------


def test_a_letter_says_who_it_is_from_and_is_answered_by_no_machine() -> None:
    with mail_server() as (box, port):
        made({"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none",
              "sender": "Rutan Contoh <a@x.test>"}).send(Outgoing("ani@x.test", "Ébène", subject="Dipanggil", key="k9"))
    (to, letter), = box.letters
    assert to == ["ani@x.test"] and letter["From"] == "Rutan Contoh <a@x.test>" and letter["Subject"] == "Dipanggil"
    assert letter["Message-ID"] == "<k9@x.test>" and letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == "Ébène"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("answer", "why"), [("451 later", "smtp_451"), ("550 nobody here", "refused")])
def test_not_now_and_never_are_told_apart(answer: str, why: str) -> None:
    with mail_server() as (box, port):
        box.answers = [answer]
        settings = {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "sender": "a@x.test"}
        assert attempt({"sender": settings, "message": {"to": "b@x.test", "text": "t", "key": "k"}}) == why


def test_a_letter_leaves_by_tls_or_not_at_all() -> None:
    with mail_server() as (box, port):
        settings = {"kind": "smtp", "host": "127.0.0.1", "port": port, "sender": "a@x.test"}
        assert attempt({"sender": settings, "message": {"to": "b@x.test", "text": "t", "key": "k"}}) == "no_answer"
    assert box.letters == []


def test_a_wrong_password_may_be_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    def login(*_given: Any) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtplib.SMTP, "login", login)
    with mail_server() as (_box, port):
        settings = {"kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "sender": "a@x.test",
                    "user": "u", "password": "p"}
        assert attempt({"sender": settings, "message": {"to": "b@x.test", "text": "t"}}) == "wrong_password"


# --- push ------------------------------------------------------------------------------------------


def test_the_example_of_rfc_8291_comes_out_to_the_byte() -> None:
    """RFC 8291, section 5 and appendix A."""
    own = ec.derive_private_key(
        int.from_bytes(push.unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1())
    found = push.encrypted(
        b"When I grow up, I want to be a watermelon",
        push.unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        push.unb64("BTBZMqHH6r4Tts7J_aSIgg"), own, push.unb64("DGv6ra1nlYgDCS1FRnbzlw"))
    assert push.b64(found) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")


def test_what_we_encrypt_others_decrypt_and_only_with_the_right_keys(gateway: Gateway) -> None:
    browser, other = Browser(gateway), Browser(gateway)
    text = secrets.token_bytes(3_000)
    closed = push.encrypted(text, push.public_bytes(browser.key.public_key()), browser.auth)
    assert http_ece.decrypt(
        closed, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm") == text
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(closed, private_key=other.key, auth_secret=browser.auth, version="aes128gcm")


def test_who_sends_is_signed_as_rfc_8292_says() -> None:
    key = Sealer(b"s" * 32).vapid()
    told = push.signed(key, "https://push.test:444/abc", "mailto:a@x.test", 1_000)
    scheme, _, rest = told.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert scheme == "vapid" and json.loads(push.unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(push.unb64(claims)) == {
        "aud": "https://push.test:444", "exp": 1_000 + 12 * 3_600, "sub": "mailto:a@x.test"}
    raw = push.unb64(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), push.unb64(parts["k"]))
    public.verify(utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
                  f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def test_who_sends_stays_the_same_as_long_as_the_secret_does() -> None:
    def public(secret: bytes) -> bytes:
        return push.public_bytes(Sealer(secret).vapid().public_key())

    assert public(b"s" * 32) == public(b"s" * 32) != public(b"t" * 32)


def good() -> dict[str, Any]:
    key = push.public_bytes(ec.generate_private_key(ec.SECP256R1()).public_key())
    return {"endpoint": "https://push.example.org/x", "keys": {"p256dh": push.b64(key), "auth": push.b64(b"a" * 16)}}


@pytest.mark.parametrize("wrong", [
    None, [], "x", {"endpoint": 5}, {"endpoint": "http://push.example.org/x"}, {"endpoint": "https:///x"},
    {"endpoint": "https://u:p@x.test/"}, {"endpoint": "https://x.test/" + "a" * 1_000}, {"endpoint": "https://x y/"},
    {"endpoint": "https://x.test:0/"}, {"endpoint": "https://[::1/"}, {"keys": {}},
    {"keys": {"p256dh": "!!", "auth": ""}},
    {"keys": {"p256dh": base64.b64encode(b"\x04" + b"\0" * 64).decode(), "auth": "YWFhYWFhYWFhYWFhYWFhYQ"}},
    {"endpoint": "https://x.test/\n"},
])
def test_a_subscription_that_is_none_is_refused(wrong: Any) -> None:
    assert push.subscription(good()) is not None
    assert push.subscription({**good(), **wrong} if isinstance(wrong, dict) else wrong) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "[::1]", "169.254.169.254", "[fd00::1]"])
def test_no_browser_can_send_the_server_into_the_offices_network(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_line(*_given: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(line.socket.socket, "connect", no_line)
    subscription = push.subscription({**good(), "endpoint": f"https://{host}/x"})
    key = push.b64(Sealer(b"s" * 32).vapid().private_numbers().private_value.to_bytes(32, "big"))
    assert attempt({"sender": {"kind": "push", "key": key}, "message": {"to": subscription, "text": "t"}}) == (
        "forbidden_address")


@pytest.mark.parametrize(("status", "why"), [(201, "ok"), (404, "gone"), (410, "gone"), (413, "refused"),
                                             (429, "status_429"), (502, "status_502")])
def test_a_push_services_answer_decides(gateway: Gateway, status: int, why: str) -> None:
    gateway.statuses = [status]
    subscription = push.subscription(Browser(gateway).subscription, private=True)
    key = push.b64(Sealer(b"s" * 32).vapid().private_numbers().private_value.to_bytes(32, "big"))
    asked = {"sender": {"kind": "push", "key": key, "private": True}, "message": {"to": subscription, "text": "t"}}
    assert attempt(asked) == why
    assert gateway.heard[0].headers["Authorization"].startswith("vapid t=")


# --- at rest ---------------------------------------------------------------------------------------


def test_an_address_opens_with_the_secret_and_for_its_office_alone() -> None:
    sealer = Sealer(b"s" * 32)
    closed = sealer.close("rutan", "+628123456789")
    assert "8123" not in closed and closed != sealer.close("rutan", "+628123456789")
    assert sealer.open("rutan", closed) == "+628123456789"
    assert sealer.open("kanim", closed) is None and Sealer(b"t" * 32).open("rutan", closed) is None
    assert sealer.mark("rutan", "a") == sealer.mark("rutan", "a") != sealer.mark("kanim", "a")


def test_the_file_of_the_demo_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "messages.txt"
    made({"kind": "file", "path": str(path)}).send(TO)
    assert TO.text in path.read_text("utf-8") and path.stat().st_mode & 0o077 == 0
    with pytest.raises(NotSent, match="no_file"):
        made({"kind": "file", "path": str(tmp_path / "none" / "x")}).send(TO)


# --- the app's icon and name -----------------------------------------------------------------------


def test_the_icon_is_a_small_picture_in_the_offices_colour() -> None:
    for size in (192, 512):
        found = drawn("#0b5c4a", size)
        assert found[:8] == b"\x89PNG\r\n\x1a\n" and len(found) < 20_000
        assert (int.from_bytes(found[16:20], "big"), int.from_bytes(found[20:24], "big")) == (size, size)
    assert drawn("#0b5c4a", 192) != drawn("#1a3f7a", 192)


@pytest.mark.parametrize("name", [
    "Rutan", "Rutan Kelas I Contoh", "Kementerianimigrasidanpemasyarakatan", "A B C D E F G H I"])
def test_a_short_name_fits_below_an_icon(name: str) -> None:
    assert 0 < len(_short(name)) <= SHORT and name.startswith(_short(name))


# --- at the shell ----------------------------------------------------------------------------------


def test_a_sender_is_tried_at_the_shell(
    tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QUEUE_SENDERS", file(tmp_path, f'[sms]\nkind = "http"\nurl = "{gateway.url}"\n'))
    words = ["message", "--data", str(tmp_path / "data")]
    assert main([*words, "sms", "0812 3456 7890", "--text", "halo"]) == 0
    assert gateway.heard[0].json == {"to": "+6281234567890", "text": "halo"} and "Sent." in capsys.readouterr().out
    gateway.statuses = [401]
    assert main([*words, "sms", "0812 3456 7890"]) == 1
    assert "said no" in capsys.readouterr().err
    assert main([*words, "fax", "0812 3456 7890"]) == 2 and main([*words, "sms", "12"]) == 2


def test_doctor_says_which_messages_cannot_be_sent_and_who_can_read_the_secrets(tmp_path: Path) -> None:
    office = replace(example("template"), messages=Messages(push=True, sms="gateway", email="mail"))
    path = file(tmp_path, '[mail]\nkind = "smtp"\nhost = "x.test"\nsender = "a@x.test"\n')
    Path(path).chmod(0o644)
    settings = config.read(None, {"QUEUE_SENDERS": path, "QUEUE_DATA": str(tmp_path / "data")})
    said = list(senders_health.findings(settings, [office]))
    assert [key for key, _facts in said] == ["no_sender", "no_https", "readable"]
    assert said[0][1] == {"office": office.key, "channels": "sms"}
    for language in ("id", "en"):
        for key, facts in said:
            assert "{" not in say(language, f"messages.{key}", **facts)
    Path(path).chmod(0o600)
    mended = replace(office, messages=Messages(email="mail"))
    assert [key for key, _facts in senders_health.findings(settings, [mended])] == ["good"]
    assert [key for key, _facts in senders_health.findings(settings, [example("template")])] == ["none"]
