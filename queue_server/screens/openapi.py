"""The OpenAPI document of /api/v1, made from the tables that run it: roles.ROUTES and acts.ACTS."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from .. import __version__
from ..domain.needs import MOST_WHERE
from .acts import ACTS
from .door import STATUSES
from .entrance import VISITOR_ACTS
from .roles import ANYBODY, ROUTES, Line

Json = dict[str, Any]
BASE = "/api/v1"
KEY = {"type": "string", "minLength": 8, "maxLength": 80,
       "description": "chosen by you, new for each press; the same key again gets the same answer"}
TYPES: dict[type, Json] = {
    str: {"type": "string"}, int: {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    bool: {"type": "boolean"}, dict: {"type": "object", "maxProperties": 5_000},
}
WHY = {
    400: "not understood; facts.field names what", 403: "not yours to do", 404: "not there, or not for you",
    409: "understood and not done; refused says why, nothing was changed", 413: "too large",
    429: "too many requests; wait a minute", 503: "busy: it was never run, try again",
}


def _text(most: int = 200) -> Json:
    return {"type": "string", "maxLength": most}


def _object(needed: list[str], **properties: Json) -> Json:
    return {"type": "object", "required": needed, "properties": properties}


#: What is said privately: codes of needs, apart by commas; whether to be fetched when called; where one sits.
SAID: Json = {"needs": _text(80), "fetch": {"type": "boolean"}, "where": _text(MOST_WHERE)}
#: What a POST takes, by its line in roles.ROUTES (acts have theirs from acts.ACTS).
BODIES: dict[str, Json] = {
    "POST /api/v1/offices/<office>/tickets": _object(
        ["key", "service"], key=KEY, service=_text(), priority={"type": "boolean"},
        language={"type": "string", "enum": ["id", "en"]}, door=_text(60), **SAID),
    "POST /api/v1/tickets/<secret>/<act>": _object([], door=_text(60), **SAID),
    "POST /api/v1/offices/<office>/sessions": _object(
        ["name", "password"], name=_text(80), password=_text(), code=_text(10)),
}
CHOICES = {"POST /api/v1/tickets/<secret>/<act>": sorted(VISITOR_ACTS)}


@cache
def document() -> Json:
    """The document; every route below /api/v1 is in it, and every act is a path of its own."""
    paths: dict[str, Json] = {}
    for key, line in ROUTES.items():
        method, rule = key.split(" ")
        if not rule.startswith(BASE):
            continue
        if rule.endswith("/acts/<act>"):
            for act in ACTS.values():
                path = path_of(rule).replace("{act}", act.name)
                paths[path] = {"post": _act(act.name, rule.replace("<act>", act.name), line)}
        else:
            paths.setdefault(path_of(rule), {})[method.lower()] = _operation(key, line)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Queue", "version": __version__, "description": (__doc__ or "").strip()},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Refusal": _object(
                ["ok", "refused", "facts"], ok={"const": False}, refused={"type": "string"}, facts={"type": "object"})},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def path_of(rule: str) -> str:
    """A route's rule as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _operation(key: str, line: Line) -> Json:
    method, rule = key.split(" ")
    found: Json = {
        "summary": line.what, "description": "For: " + _who(line), "operationId": _name(method, rule),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _place(key, name)}
            for name in re.findall(r"<(?:\w+:)?(\w+)>", rule)],
        "responses": _answers(),
    }
    if method != "GET" and line.who == ANYBODY:
        found["parameters"].append({
            "name": "X-Queue", "in": "header", "required": True, "schema": {"const": "1"},
            "description": "no form of another site can send it"})
    if "session" in _who(line):
        found["security"] = [{"session": []}]
    if key in BODIES:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": BODIES[key]}}}
    return found


def _act(name: str, rule: str, line: Line) -> Json:
    act = ACTS[name]
    takes = {arg: {**TYPES[kind], **({"maxLength": act.longest} if kind is str else {})}
             for arg, kind in act.takes.items()}
    found = _operation(f"POST {rule}", Line(act.roles, name.replace("_", " ")))
    found["requestBody"] = {"required": True, "content": {
        "application/json": {"schema": _object(["key"], key=KEY, **takes)}}}
    return found


def _who(line: Line) -> str:
    if line.who == ANYBODY:
        return "anybody"
    people = ", ".join(sorted(line.who))
    return "whoever has the ticket's secret address" if people == "holder" else f"a session of: {people}"


def _place(key: str, name: str) -> Json:
    return {"type": "string", "enum": CHOICES[key]} if name == "act" and key in CHOICES else {"type": "string"}


def _name(method: str, rule: str) -> str:
    return f"{method.lower()}_" + re.sub(r"\W+", "_", rule.removeprefix(BASE)).strip("_")


def _answers() -> Json:
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    found: Json = {"200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {**found, **{str(status): {"description": WHY[status], "content": refusal} for status in STATUSES}}
