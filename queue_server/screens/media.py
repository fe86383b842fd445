"""What boards and papers load: voices, QR codes, and the pictures and videos of an office."""

from __future__ import annotations

import io
from pathlib import Path

import segno
from flask import Blueprint, Response, abort, request, send_file

from ..config import Config
from ..live import Live
from ..sounds_tool.sets import voice_of
from .door import Door

#: What a board can play, by the first bytes of the content (decisions 32); never SVG.
MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".mp4": "video/mp4", ".webm": "video/webm"}


def blueprint(config: Config, door: Door, live: Live) -> Blueprint:
    bp = Blueprint("media", __name__)

    def sound(path: Path | None) -> Response:
        if path is None or not path.is_file():
            abort(404)
        response = send_file(path, mimetype="audio/wav", conditional=True)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response

    @bp.get("/voice/<office>/chime.wav")
    def chime(office: str) -> Response:
        snapshot = live.latest(office) or abort(404)
        return sound(voice_of(config.data, snapshot.office.voice_set, snapshot.office.languages).chime)

    @bp.get("/voice/<office>/<lang>/<clip>.wav")
    def clip(office: str, lang: str, clip: str) -> Response:
        snapshot = live.latest(office) or abort(404)
        return sound(voice_of(config.data, snapshot.office.voice_set, snapshot.office.languages).path(lang, clip))

    @bp.get("/t/<secret>/qr.svg")
    def ticket_qr(secret: str) -> Response:
        if not config.address:
            abort(404)
        leads_to = "/complaint" if request.args.get("for") == "complaint" else ""
        return Response(qr_svg(f"{config.address}/t/{secret}{leads_to}"), mimetype="image/svg+xml")

    @bp.get("/media/<office>/<name>")
    def media(office: str, name: str) -> Response:
        path = config.data / "media" / name
        if Path(name).name != name or path.suffix not in MEDIA or not path.is_file() or live.latest(office) is None:
            abort(404)
        response = send_file(path, mimetype=MEDIA[path.suffix], conditional=True)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return bp


def qr_svg(text: str) -> bytes:
    """A QR code as a picture of its own, with the quiet border that readers need."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=8, border=3, xmldecl=False, svgns=True)
    return out.getvalue()
