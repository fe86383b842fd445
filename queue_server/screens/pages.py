"""Pages, files and words: everything that is only read."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request

from ..live import Live
from ..store import upkeep
from ..theme import theme_css
from ..web import cookie
from .door import Door, new_token
from .entrance import DAY_S, set_cookie

ROOT = Path(__file__).resolve().parents[2]
#: The screens of every office besides its boards: word, and first part of the address.
SCREENS = (("kiosk", "kiosk"), ("counter", "counter"), ("visit", "visit"), ("supervisor", "supervisor"),
           ("admin", "admin"), ("public", "public"), ("complaint", "complaint"))
FOLDERS = ("common", "display", "counter", "kiosk", "visitor", "supervisor", "public")
FILES = frozenset({".js", ".css", ".woff2", ".woff", ".svg", ".png", ".webmanifest"})
_PHONE = ("common/line.js", "common/words.js", "common/door.js", "visitor/parts.js")
#: What a slow phone fetches in one go instead of file by file, in this order.
TOGETHER: dict[str, tuple[str, ...]] = {
    "visitor/all-visit.js": (*_PHONE, "visitor/visit.js"),
    "visitor/all-ticket.js": (*_PHONE, "visitor/ring.js", "visitor/views.js", "visitor/follow.js"),
    "visitor/all-complaint.js": (*_PHONE, "visitor/complaint_parts.js", "visitor/complaint.js"),
    "visitor/all.css": ("common/base.css", "visitor/visitor.css"),
}
#: Screens whose words do not stand in a folder of their own; where two files say the same, the later one counts.
WORDS = {
    "admin": ("supervisor/words.json", "supervisor/admin_words.json"),
    "complaint": ("common/complaint_words.json", "visitor/complaint_words.json"),
    "complaints": ("supervisor/words.json", "common/complaint_words.json", "supervisor/complaint_words.json"),
    "supervisor": ("supervisor/words.json", "supervisor/event_words.json"),
    "reports": ("supervisor/words.json", "supervisor/reports_words.json"),
}
#: The refusals that a visitor can meet; the others belong to officers and would only cost a phone time.
_VISITORS = frozenset(f"refused.{code}" for code in (
    "after_cutoff", "before_opening", "break", "busy", "closed", "closed_today", "failed", "holiday", "line",
    "no_such_service", "no_such_ticket", "not_now", "old_door", "paused", "quota_full", "remote_off",
    "too_many_from_phone", "too_many_numbers", "too_many_requests", "too_many_tickets", "unknown", "wrong_door",
))
#: And those of whoever complains.
_COMPLAINANTS = frozenset(f"refused.{code}" for code in (
    "busy", "complaint_enough", "complaint_short", "failed", "key_reused", "line", "no_such_complaint",
    "no_such_office", "no_such_ticket", "too_many_complaints", "too_many_requests", "unknown",
))
_ONLY = {"visitor": _VISITORS, "complaint": _COMPLAINANTS}
mimetypes.add_type("font/woff2", ".woff2")


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("pages", __name__)

    def page(template: str, office: str, **values: Any) -> str:
        if not door.office_exists(office):
            abort(404)
        return render_template(template, office=office, **values)

    @bp.get("/")
    def index() -> str:
        found = (live.latest(key) for key in door.kit.blocking(_office_keys, door))
        shown = [snapshot.office for snapshot in found if snapshot is not None]
        return render_template("common/index.html", offices=shown, screens=SCREENS, words=words_of("common"))

    @bp.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)  # browsers ask; a screen at the wall shows none

    @bp.get("/display/<office>/<board>")
    def display(office: str, board: str) -> str:
        return page("display/display.html", office, board=board)

    @bp.get("/counter/<office>")
    def counter(office: str) -> str:
        return page("counter/counter.html", office)

    @bp.get("/supervisor/<office>")
    def supervisor(office: str) -> str:
        found = live.latest(office)
        return page("supervisor/supervisor.html", office, name=found.office.name if found else office)

    @bp.get("/supervisor/<office>/reports")
    def reports(office: str) -> str:
        found = live.latest(office)
        return page("supervisor/reports.html", office, name=found.office.name if found else office)

    @bp.get("/account/<office>")
    def account(office: str) -> str:
        found = live.latest(office)
        return page("supervisor/account.html", office, name=found.office.name if found else office)

    @bp.get("/admin/<office>")
    def administration(office: str) -> str:
        return page("supervisor/admin.html", office)

    @bp.get("/kiosk/<office>")
    def kiosk(office: str) -> str:
        return page("kiosk/kiosk.html", office)

    @bp.get("/visit/<office>")
    def visit(office: str) -> Response:
        response = Response(page("visitor/visit.html", office))
        if not cookie("queue_phone"):  # before the first press: its answer may be lost on the way
            set_cookie(door, response, "queue_phone", new_token(), DAY_S)
        return response

    @bp.get("/t/<secret>")
    def ticket(secret: str) -> str:
        found = live.latest(g.held[0])
        code = found.office.door_code if found and door.config.address else ""
        return page("visitor/ticket.html", g.held[0], secret=secret, door_code=code)

    @bp.get("/web/<folder>/<path:name>")
    def web(folder: str, name: str) -> Response:
        if folder not in FOLDERS:
            abort(404)
        parts = TOGETHER.get(f"{folder}/{name}")
        return _answer([ROOT / part for part in parts], 0) if parts else _file(ROOT / folder, name, kept_s=0)

    @bp.get("/lib/<path:name>")
    def lib(name: str) -> Response:
        return _file(ROOT / "build" / "web", name, kept_s=3600)

    @bp.get("/words/<screen>.json")
    def words(screen: str) -> Response:
        snapshot = live.latest(request.args.get("office", "")) if request.args.get("office") else None
        own = snapshot.office.words if snapshot else {}
        found = {lang: dict(both) for lang, both in words_of(screen).items()}
        for key, both in own.items():
            for lang, text in both.items():
                found.setdefault(lang, {})[key] = text
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return zipped(Response(text.encode(), mimetype="application/json"))

    @bp.get("/office/<office>/theme.css")
    def theme(office: str) -> Response:
        snapshot = live.latest(office)
        if snapshot is None:
            abort(404)
        return zipped(Response(theme_css(snapshot.office).encode(), mimetype="text/css"))

    return bp


def _office_keys(door: Door) -> list[str]:
    with door.database.read() as c:
        return upkeep.office_keys(c)


@lru_cache(maxsize=20)
def words_of(screen: str) -> dict[str, dict[str, str]]:
    """The common words and a screen's own, per language."""
    merged: dict[str, dict[str, str]] = {"id": {}, "en": {}}
    own = (f"{screen}/words.json",) if screen in FOLDERS else ()
    for file in ("common/words.json", *WORDS.get(screen, own)):
        path = ROOT / file
        if path.is_file():
            for lang, words in json.loads(path.read_text(encoding="utf-8")).items():
                merged.setdefault(lang, {}).update(words)
    if screen in _ONLY:
        for lang, words in merged.items():
            merged[lang] = {k: v for k, v in words.items() if not k.startswith("refused.") or k in _ONLY[screen]}
    return merged


def _file(folder: Path, name: str, kept_s: int) -> Response:
    """A file of ours, gzipped beforehand where the browser takes it; only known kinds, only below ``folder``."""
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents or path.suffix not in FILES or not path.is_file():
        abort(404)
    return _answer([path], kept_s)


def _answer(paths: list[Path], kept_s: int) -> Response:
    """One or several text files as one."""
    kind = mimetypes.guess_type(paths[0].name)[0] or "application/octet-stream"
    versions = tuple((path, path.stat().st_mtime_ns) for path in paths)
    data, tag, zipped = _bytes(versions, _takes_gzip())
    response = Response(data, mimetype=kind)
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"public, max-age={kept_s}" if kept_s else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


def _takes_gzip() -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def zipped(response: Response) -> Response:
    """What is made for one office, compressed on the way out."""
    response.headers["Vary"] = "Accept-Encoding"
    if _takes_gzip():
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=400)
def _bytes(versions: tuple[tuple[Path, int], ...], zip_it: bool) -> tuple[bytes, str, bool]:
    data = b"\n".join(path.read_bytes() for path, _changed in versions)
    zipped = zip_it and versions[0][0].suffix in (".js", ".css", ".svg", ".webmanifest")
    if zipped:
        data = gzip.compress(data, 9, mtime=0)
    return data, hashlib.sha256(data).hexdigest()[:20], zipped
