"""The libraries and the shared look in a television's browser of 2018, by way of oldbrowser.py."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, send_from_directory
from flask_socketio import SocketIO
from werkzeug.serving import make_server

from queue_server import assets

ROOT = Path(__file__).resolve().parent.parent
PAGE = """<!doctype html><html lang="id"><meta charset="utf-8"><title>A\u2009017</title>
<link rel="stylesheet" href="/web/common/base.css"><body class="dark"><p id="said">-</p>
<div class="row" id="row"><span class="letter">A</span><span class="state state-called">Dipanggil</span></div>
<script src="/lib/socket.io.min.js"></script><script src="/lib/preact.min.js"></script>
<script src="/page.js"></script></html>"""
SCRIPT = """var socket = io({transports: ["websocket"]});
socket.on("connect", function () { socket.emit("hello", {}, function (said) {
  htmPreact.render(htmPreact.html`<b>${said}</b>`, document.getElementById("said")); }); });"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A small server with the headers of the real one: strict policy, websocket only."""
    app = Flask(__name__)
    socketio = SocketIO(app, async_mode="threading")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    policy = f"default-src 'self'; connect-src 'self' ws://127.0.0.1:{server.server_port}"
    app.add_url_rule("/", "page", lambda: Response(PAGE, headers={"Content-Security-Policy": policy}))
    app.add_url_rule("/page.js", "script", lambda: Response(SCRIPT, mimetype="text/javascript"))
    app.add_url_rule("/favicon.ico", "favicon", lambda: Response(status=204))
    app.add_url_rule("/web/<path:name>", "web", lambda name: send_from_directory(ROOT, name))
    app.add_url_rule("/lib/<path:name>", "lib", lambda name: send_from_directory(assets.WEB, name))
    socketio.on_event("hello", lambda _: "silakan")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()


def report(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-W", "ignore", str(ROOT / "tests" / "oldbrowser.py"), *arguments],
                          capture_output=True, encoding="utf-8", timeout=90, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_chromium_69_talks_over_a_websocket_and_draws(address: str, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    found = report(address, "--until", "document.querySelector('#said b') !== null",
                   "--script", "document.querySelector('#said b').textContent", "--shot", str(shot))
    assert found["result"] == "silakan"
    assert found["errors"] == []
    assert "Chrome/69." in found["agent"]
    assert shot.stat().st_size > 1000


def test_chromium_69_has_the_typeface_and_the_look(address: str) -> None:
    script = """JSON.stringify({font: document.fonts.check('700 16px "Atkinson Hyperlegible Next"'),
        ground: getComputedStyle(document.body).backgroundColor, width: innerWidth,
        letter: document.querySelector('.letter').offsetWidth,
        lost: [].filter.call(document.styleSheets[0].cssRules, function (rule) {
            return rule.style && rule.style.length === 0 && rule.type === 1; }).map(function (rule) {
            return rule.selectorText; })})"""
    found = report(address, "--width", "1366", "--until", "document.fonts.status === 'loaded'",
                   "--script", script)
    seen = json.loads(found["result"])
    assert seen == {"font": True, "ground": "rgb(13, 19, 23)", "width": 1366, "letter": 28, "lost": []}


def test_what_goes_wrong_in_the_page_is_reported(address: str) -> None:
    found = report(address, "--until", "console.error('probe') || window.never", "--timeout", "1")
    assert "probe" in found["errors"]
    assert found["until"] is False


def test_a_dead_address_is_reported() -> None:
    assert report("http://127.0.0.1:9/", "--timeout", "5")["loaded"] is False
