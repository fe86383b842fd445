"""An office as canonical JSON for the database: sorted keys, no spaces, no floats, always the same bytes."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from functools import cache

from .office import Office, Standard


def to_json(office: Office) -> str:
    """Canonical JSON text; ``from_json`` of it gives an equal office."""
    return json.dumps(_plain(office), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Office:
    """The office of a JSON text made by this or an earlier release; ValueError where it is not one.

    What an earlier release did not know yet takes its default.
    """
    office = _value(Office, json.loads(text), "office")
    assert isinstance(office, Office)
    return office


def standard_to_json(standard: Standard) -> str:
    """One standard as canonical JSON text; ``standard_from_json`` of it gives an equal one."""
    return json.dumps(_plain(standard), sort_keys=True, ensure_ascii=False)


def standard_from_json(text: str) -> Standard:
    """The standard of a JSON text made by this or an earlier release; ValueError where it is not one."""
    found = _value(Standard, json.loads(text), "standard")
    assert isinstance(found, Standard)
    return found


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(type(value).__name__)  # a float would not come back as the same text everywhere


def _value(wanted: object, value: object, path: str) -> object:
    """``value`` as the type ``wanted``; the types are those that occur in domain/office.py."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(arguments[0], value, path)
    if origin is tuple:
        return _tuple(arguments, value, path)
    if origin is dict:
        items = _checked(dict, value, path)
        return {key: _value(arguments[1], item, f"{path}.{key}") for key, item in items.items()}
    assert isinstance(wanted, type)
    if dataclasses.is_dataclass(wanted):
        return _record(wanted, _checked(dict, value, path), path)
    return _checked(wanted, value, path)


def _tuple(kinds: tuple[object, ...], value: object, path: str) -> tuple[object, ...]:
    items = _checked(list, value, path)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(items)
    if len(kinds) != len(items):
        raise ValueError(f"{path}: {len(kinds)} values expected")
    pairs = enumerate(zip(kinds, items, strict=True))
    return tuple(_value(kind, item, f"{path}[{n}]") for n, (kind, item) in pairs)


def _record(kind: type, values: dict[str, object], path: str) -> object:
    types_of = _types(kind)
    unknown = values.keys() - types_of.keys()
    if unknown:
        raise ValueError(f"{path}: unknown {', '.join(sorted(unknown))}; written by a newer release?")
    try:
        return kind(**{key: _value(types_of[key], item, f"{path}.{key}") for key, item in values.items()})
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error


@cache
def _types(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


T = typing.TypeVar("T")


def _checked(kind: type[T], value: object, path: str) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{path}: {kind.__name__} expected")
    return value
