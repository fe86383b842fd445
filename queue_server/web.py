"""The web application class: Flask without what every request would pay and nothing here uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.routing import MapAdapter, Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = re.compile(r"^[A-Za-z0-9.\-\[\]:_]{1,255}$")
_COOKIE = re.compile(r"(?:^|; ?)(queue_[a-z]+)=\"?([A-Za-z0-9_.\-]{1,200})\"?(?=;|$)")


#: Of so many addresses it is remembered which route they are.
MOST_FOUND = 4_000
_Found = dict[tuple[str, str], tuple[Rule, dict[str, Any]]]


class Answer(Response):
    """A whole answer, as nearly all of ours are, is handed over as it stands; whatever is special about one is
    Werkzeug's business."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        whole: Any = self.response
        if (self.status_code == 200 and type(whole) is list and len(whole) == 1 and type(whole[0]) is bytes
                and environ["REQUEST_METHOD"] in ("GET", "POST") and not self._on_close):
            start_response(self.status, self.headers.to_wsgi_list())
            return whole
        return super().__call__(environ, start_response)


class _Asked(Request):
    """Whatever is done before, after or instead of a route is done for the whole application."""

    blueprints: list[str] = []  # noqa: RUF012 (as Flask has it, and never changed)


class _Adapter(MapAdapter):
    """Remembers which route an address is. Never one with a token in it: what is kept are offices and files."""

    found: _Found

    def match(self, *given: Any, **named: Any) -> Any:
        if given or named != {"return_rule": True}:
            return super().match(*given, **named)
        asked = self.default_method, self.path_info
        known = self.found.get(asked)
        if known is None:
            rule, places = super().match(return_rule=True)
            if rule.arguments <= {"office"}:
                if len(self.found) >= MOST_FOUND:
                    self.found.clear()
                self.found[asked] = rule, dict(places)
            return rule, places
        return known[0], known[1].copy()


class Web(Flask):
    """No coroutines, no subdomains, no cookie session, nobody who wants to hear of a request's end. What Flask works
    out for those, request by request, is a fifth of the time that a number takes."""

    request_class = _Asked
    response_class = Answer

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.session_interface = _NoSession()
        self._found: _Found = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return None
        environ = request.environ
        host = environ.get("HTTP_HOST", "")
        # The host counts only in the address of a redirect; an odd one gets none of its own.
        adapter = _Adapter(
            self.url_map, host if HOST.match(host) else "localhost", request.root_path or "/", "",
            environ["wsgi.url_scheme"], request.path, request.method, environ.get("QUERY_STRING", ""))
        adapter.found = self._found
        return adapter

    def do_teardown_request(self, *error: Any) -> None:
        if self.teardown_request_funcs:
            super().do_teardown_request(*error)

    def do_teardown_appcontext(self, *error: Any) -> None:
        if self.teardown_appcontext_funcs:
            super().do_teardown_appcontext(*error)


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
