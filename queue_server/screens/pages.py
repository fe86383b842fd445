"""Pages, files and words: everything that is only read."""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from ..live import Live
from ..theme import theme_css
from .door import Door

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("common", "display", "counter", "kiosk", "visitor", "supervisor")
FILES = frozenset({".js", ".css", ".woff2", ".woff", ".svg", ".png", ".webmanifest"})
mimetypes.add_type("font/woff2", ".woff2")


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("pages", __name__)

    def page(template: str, office: str, **values: Any) -> str:
        if not door.office_exists(office):
            abort(404)
        return render_template(template, office=office, **values)

    @bp.get("/display/<office>/<board>")
    def display(office: str, board: str) -> str:
        return page("display/display.html", office, board=board)

    @bp.get("/counter/<office>")
    def counter(office: str) -> str:
        return page("counter/counter.html", office)

    @bp.get("/supervisor/<office>")
    def supervisor(office: str) -> str:
        return page("supervisor/supervisor.html", office)

    @bp.get("/kiosk/<office>")
    def kiosk(office: str) -> str:
        return page("kiosk/kiosk.html", office)

    @bp.get("/visit/<office>")
    def visit(office: str) -> str:
        return page("visitor/visit.html", office)

    @bp.get("/t/<secret>")
    def ticket(secret: str) -> str:
        found = door.ticket(secret)
        if found is None:
            abort(404)
        return page("visitor/ticket.html", found[0], secret=secret)

    @bp.get("/web/<folder>/<path:name>")
    def web(folder: str, name: str) -> Response:
        if folder not in FOLDERS:
            abort(404)
        return _file(ROOT / folder, name, kept_s=0)

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
        return Response(json.dumps(found, ensure_ascii=False), mimetype="application/json")

    @bp.get("/office/<office>/theme.css")
    def theme(office: str) -> Response:
        snapshot = live.latest(office)
        if snapshot is None:
            abort(404)
        return Response(theme_css(snapshot.office), mimetype="text/css")

    return bp


@lru_cache(maxsize=20)
def words_of(screen: str) -> dict[str, dict[str, str]]:
    """The common words and a screen's own, per language."""
    merged: dict[str, dict[str, str]] = {"id": {}, "en": {}}
    for folder in ("common", screen):
        path = ROOT / folder / "words.json"
        if folder in FOLDERS and path.is_file():
            for lang, words in json.loads(path.read_text(encoding="utf-8")).items():
                merged.setdefault(lang, {}).update(words)
    return merged


def _file(folder: Path, name: str, kept_s: int) -> Response:
    """A file of ours, gzipped beforehand where the browser takes it; only known kinds, only below ``folder``."""
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents or path.suffix not in FILES or not path.is_file():
        abort(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    data, tag, zipped = _bytes(path, path.stat().st_mtime_ns, "gzip" in request.headers.get("Accept-Encoding", ""))
    response = Response(data, mimetype=kind)
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"public, max-age={kept_s}" if kept_s else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response.make_conditional(request)


@lru_cache(maxsize=400)
def _bytes(path: Path, changed: int, zip_it: bool) -> tuple[bytes, str, bool]:
    import gzip
    import hashlib

    data = path.read_bytes()
    zipped = zip_it and path.suffix in (".js", ".css", ".svg", ".webmanifest")
    if zipped:
        data = gzip.compress(data, 6, mtime=0)
    return data, hashlib.sha256(data).hexdigest()[:20], zipped
