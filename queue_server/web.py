"""The web application class: Flask without what every request would pay and nothing here uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask.wrappers import Response
from werkzeug.routing import MapAdapter

HOST = re.compile(r"^[A-Za-z0-9.\-\[\]:_]{1,255}$")
_COOKIE = re.compile(r"(?:^|; ?)(queue_[a-z]+)=\"?([A-Za-z0-9_.\-]{1,200})\"?(?=;|$)")


class Web(Flask):
    """No coroutines, no subdomains, no cookie session. What Flask works out of a host for those, request by request,
    is a sixth of the time that a number takes."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.session_interface = _NoSession()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return None
        environ = request.environ
        host = environ.get("HTTP_HOST", "")
        # The host counts only in the address of a redirect; an odd one gets none of its own.
        return MapAdapter(
            self.url_map, host if HOST.match(host) else "localhost", request.root_path or "/", "",
            environ["wsgi.url_scheme"], request.path, request.method, environ.get("QUERY_STRING", ""))


class _NoSession(SessionInterface):
    """Who is signed in stands in the database; Flask's own cookie would only cost time on every request."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return


def asked() -> Request:
    """The request itself: Flask's ``request`` looks it up anew for every word."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def cookie(name: str) -> str:
    """One of our own cookies, ``queue_…``, of the request; "" when it brings none. They are plain tokens."""
    given = asked().environ.get("HTTP_COOKIE")
    return next((value for found, value in _COOKIE.findall(given) if found == name), "") if given else ""
