"""A board's browser of 2018: opens a page in Chromium 69 (PyQtWebEngine 5.12), headless, and reports.

A program of its own, because Qt wants the main thread and a crash of it must not take the tests along::

    python tests/oldbrowser.py http://127.0.0.1:8000/display/rutan/b1 --width 1920 --height 1080 \\
        --until 'document.querySelector(".call") !== null' --script 'document.title' --shot board.png

It prints one JSON object: ``result`` (of ``--script``), ``until`` (whether the condition came true),
``loaded``, ``console`` (all messages: level, text, source, line), ``errors`` (the texts of those of level
error) and ``agent``.
Exit status 0 when the page was loaded and the condition came true, 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--autoplay-policy=no-user-gesture-required")
POLL_MS = 100
LEVELS = ("info", "warning", "error")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="open a page in Chromium 69 and print what it says as JSON")
    parser.add_argument("url")
    parser.add_argument("--width", type=int, default=1920, help="of the window, px")
    parser.add_argument("--height", type=int, default=1080, help="of the window, px")
    parser.add_argument("--until", default="true", help="JavaScript that must come true before the rest")
    parser.add_argument("--timeout", type=float, default=30, help="seconds to wait for that (default 30)")
    parser.add_argument("--wait", type=float, default=0.5, help="seconds between that and the script")
    parser.add_argument("--script", default="null", help="JavaScript whose value is the result")
    parser.add_argument("--shot", default="", help="PNG file for a picture of the window")
    return parser.parse_args()


def prepare(home: str) -> None:
    """Everything Qt reads from the environment, set before it is imported."""
    os.environ.update({
        "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": " ".join(FLAGS), "HOME": home, "XDG_RUNTIME_DIR": home,
        "QT_LOGGING_RULES": "*.debug=false",
    })


def open_page(options: argparse.Namespace) -> dict[str, Any]:
    """Opens the page and returns the report."""
    from PyQt5.QtCore import QTimer, QUrl
    from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineProfile, QWebEngineView
    from PyQt5.QtWidgets import QApplication

    app = QApplication(["oldbrowser"])
    report: dict[str, Any] = {"result": None, "until": False, "loaded": False, "console": []}
    deadline = time.monotonic() + options.timeout

    class Page(QWebEnginePage):  # type: ignore[misc, unused-ignore]
        def javaScriptConsoleMessage(self, level: int, text: str, line: int, source: str) -> None:
            report["console"].append(
                {"level": LEVELS[int(level)], "text": text, "source": source, "line": line})

    view = QWebEngineView()
    profile = QWebEngineProfile(app)
    page = Page(profile, view)
    view.setPage(page)
    view.resize(options.width, options.height)
    view.show()

    def loaded(fine: bool) -> None:
        report["loaded"] = bool(fine)
        if fine:
            page.runJavaScript("navigator.userAgent", lambda agent: report.update(agent=agent))
            look()
        else:
            app.quit()

    def look() -> None:
        page.runJavaScript(f"!!({options.until})", decide)

    def decide(true: Any) -> None:
        if true is True:
            report["until"] = True
            QTimer.singleShot(int(options.wait * 1000), ask)
        elif time.monotonic() > deadline:
            ask()
        else:
            QTimer.singleShot(POLL_MS, look)

    def ask() -> None:
        page.runJavaScript(options.script, finish)

    def finish(value: Any) -> None:
        report["result"] = value
        if options.shot:
            view.grab().save(options.shot)
        app.quit()

    page.loadFinished.connect(loaded)
    QTimer.singleShot(int((options.timeout + options.wait + 15) * 1000), app.quit)
    page.load(QUrl(options.url))
    app.exec_()
    report["errors"] = [m["text"] for m in report["console"] if m["level"] == "error"]
    return report


def main() -> None:
    options = arguments()
    if options.shot:
        options.shot = str(Path(options.shot).resolve())
    with tempfile.TemporaryDirectory(prefix="oldbrowser-", ignore_cleanup_errors=True) as home:
        prepare(home)
        report = open_page(options)
        print(json.dumps(report, ensure_ascii=False), flush=True)
        # Qt's own clean-up at exit is known to crash in this version; the report is out, so leave at once.
        sys.stdout.flush()
    os._exit(0 if report["loaded"] and report["until"] else 1)


if __name__ == "__main__":
    main()
