"""JSON for screens: a picture goes to every console in words of its own, and Python's writer is ten times slower.

``WebJson`` is what Flask answers with; the module itself is what Socket.IO takes for its ``json``.
"""

from __future__ import annotations

from typing import Any, cast

import orjson
from flask import Response
from flask.json.provider import JSONProvider


def dumps(value: Any, **_how: Any) -> str:
    """Compact text; raises TypeError for what is no JSON."""
    return orjson.dumps(value).decode()


def loads(text: str | bytes, **_how: Any) -> Any:
    """Raises ValueError for what is no JSON."""
    return orjson.loads(text)


class WebJson(JSONProvider):
    """For requests and their answers."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return dumps(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        found: Any = orjson.dumps(self._prepare_response_obj(args, kwargs))
        made: Any = self._app.response_class(found, content_type="application/json")
        return cast(Response, made)
