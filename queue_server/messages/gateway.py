"""The sender ``http``: any gateway that takes a message as one HTTP request, for SMS and WhatsApp alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from .line import judge, request
from .senders import BadSender, Outgoing, only

_KNOWN: dict[str, type] = {
    "url": str, "method": str, "headers": dict, "body": str, "format": str, "repeatable": bool,
}
_PLACE = re.compile(r"\{([a-z]+)\}")
_PLACES = frozenset({"to", "text", "link", "key", "subject", "office"})
#: How a value is written in a body of this format. JSON brings its own quotes: {"to": {to}}.
_WRITTEN: dict[str, Callable[[str], str]] = {"json": json.dumps, "form": quote_plus, "text": str}
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8"}


class HttpSender:
    """``url``, ``method`` (POST), ``headers``, ``body`` with the places {to} {text} {link} {key} {subject} {office},
    ``format`` of the body (json, form or text), ``repeatable`` where the gateway drops what comes twice with one key.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        only(settings, _KNOWN)
        self.url = str(settings.get("url", ""))
        self.method = str(settings.get("method", "POST")).upper()
        self.headers = {str(name): value for name, value in settings.get("headers", {}).items()}
        self.format = str(settings.get("format", "json"))
        self.body = str(settings.get("body", '{"to": {to}, "text": {text}}' if self.format == "json" else ""))
        self.repeatable = bool(settings.get("repeatable", False))
        self._check()

    def _check(self) -> None:
        try:
            parts = urlsplit(_PLACE.sub("x", self.url))
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise BadSender('url must be an address, "https://gateway.example/send".')
        if self.method not in ("POST", "PUT", "GET"):
            raise BadSender("method must be POST, PUT or GET.")
        if self.format not in _WRITTEN:
            raise BadSender(f"format must be one of {', '.join(_WRITTEN)}.")
        for name, value in self.headers.items():
            if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]+", name) or not value.isprintable():
                raise BadSender(f"headers: {name} must be a line of text.")
        for where in (self.url, self.body):
            for place in _PLACE.findall(where):
                if place not in _PLACES:
                    raise BadSender(f"{{{place}}} is no place; write one of {', '.join(sorted(_PLACES))}.")
        if self.method != "GET" and self.format == "json":
            try:
                json.loads(self._filled(self.body, Outgoing('"', '"\n'), json.dumps))
            except ValueError:
                raise BadSender('body is no JSON once it is filled in; write {"to": {to}}, without quotes around '
                                "the places.") from None

    def send(self, message: Outgoing) -> None:
        url = self._filled(self.url, message, lambda value: quote(value, safe=""))
        body = b"" if self.method == "GET" else self._filled(self.body, message, _WRITTEN[self.format]).encode()
        headers = {**({} if self.method == "GET" else {"Content-Type": _TYPES[self.format]}), **self.headers}
        judge(request(self.method, url, headers, body))

    def _filled(self, text: str, message: Outgoing, written: Callable[[str], str]) -> str:
        return _PLACE.sub(lambda place: written(str(getattr(message, place[1]))), text)
