"""The visitor's page as an app that can be installed: manifest, icons, worker, and the page for when there is no line.

Only where browsers allow it: on the https address of PUBLIC_URL, and on localhost (decisions 26). Over plain HTTP a
page says nothing of it, and works as ever.
"""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, render_template, request
from PIL import Image, ImageDraw

from ..domain.office import Office
from ..live import Live
from .door import Door
from .pages import words_of
from .passkeys import Site

ROOT = Path(__file__).resolve().parents[2]
SIZES = (192, 512)
DAY_S = 86_400
#: What the worker keeps for the page without a line; a change of one of them is a new worker.
KEPT = ("visitor/worker.js", "visitor/offline.html", "visitor/offline.js", "visitor/visitor.css", "common/base.css",
        "visitor/tell_words.json")
#: As much as a home screen shows below an icon.
SHORT = 15


def installable(door: Door) -> bool:
    """Whether a browser that asked for a page here may install it."""
    return Site.of(door.config.public_url, request.host) is not None


def blueprint(door: Door, live: Live) -> Blueprint:
    bp = Blueprint("installable", __name__)

    def office_of(key: str) -> Office:
        found = live.latest(key)
        if found is None or not installable(door):
            abort(404)
        return found.office

    @bp.get("/office/<office>/app.webmanifest")
    def manifest(office: str) -> Response:
        response = jsonify(_manifest(office_of(office)))
        response.mimetype = "application/manifest+json"
        return response

    @bp.get("/office/<office>/icon-<size>.png")
    def icon(office: str, size: str) -> Response:
        found = office_of(office)
        if size not in map(str, SIZES):
            abort(404)
        response = Response(door.kit.blocking(drawn, found.accent, int(size)), mimetype="image/png")
        response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
        return response

    @bp.get("/worker.js")
    def worker() -> Response:
        if not installable(door):
            abort(404)
        # The first line differs whenever something differs that it keeps: so the browser fetches all of it anew.
        text = f"/* {_version()} */\n{(ROOT / 'visitor' / 'worker.js').read_text('utf-8')}"
        response = Response(text, mimetype="text/javascript")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @bp.get("/offline")
    def offline() -> str:
        return render_template("visitor/offline.html", words=words_of("visitor_told"), languages=("id", "en"))

    return bp


def _version() -> str:
    whole = hashlib.sha256()
    for name in KEPT:
        whole.update((ROOT / name).read_bytes())
    return whole.hexdigest()[:16]


def _manifest(office: Office) -> dict[str, object]:
    start = f"/visit/{office.key}"
    icons: list[dict[str, str]] = [
        {"src": f"/office/{office.key}/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": purpose}
        for size in SIZES for purpose in ("any", "maskable")]
    return {
        "id": start, "name": f"{words_of('visitor')['id']['title']} {office.name}", "short_name": _short(office.name),
        "description": office.institution, "lang": "id", "start_url": start, "scope": "/", "display": "standalone",
        "theme_color": office.accent, "background_color": "#ffffff", "icons": icons,
    }


def _short(name: str) -> str:
    """As many whole words as fit, or as much of the first."""
    cut = name[:SHORT + 1].rpartition(" ")[0] if len(name) > SHORT else name
    return cut or name[:SHORT]


@lru_cache(maxsize=100)
def drawn(accent: str, size: int) -> bytes:
    """The icon: a paper ticket, with a hole on either side where it was torn off, on the office's colour. It lies in
    the middle four fifths, so that a phone may cut the picture to a circle (maskable)."""
    fine = 4 * size
    picture = Image.new("RGB", (fine, fine), accent)
    pen = ImageDraw.Draw(picture)

    def at(*share: float) -> tuple[float, ...]:
        return tuple(part * fine for part in share)

    pen.rounded_rectangle(at(0.25, 0.2, 0.75, 0.8), radius=0.04 * fine, fill="#ffffff")
    for middle in (0.25, 0.75):
        pen.ellipse(at(middle - 0.05, 0.55, middle + 0.05, 0.65), fill=accent)
    for dash in range(5):
        left = 0.335 + dash * 0.07
        pen.rectangle(at(left, 0.592, left + 0.04, 0.608), fill=accent)
    pen.rounded_rectangle(at(0.34, 0.29, 0.66, 0.36), radius=0.02 * fine, fill=accent)
    pen.rounded_rectangle(at(0.40, 0.41, 0.60, 0.48), radius=0.02 * fine, fill=accent)
    pen.rounded_rectangle(at(0.40, 0.68, 0.60, 0.72), radius=0.02 * fine, fill=accent)
    file = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
