"""Reading values that somebody else's server wrote: of any type, or not there."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any, cast

_LARGEST = 2**63 - 1
"""The largest number that a database holds; JSON may have any."""

_DEEPEST = 64
"""Nobody means to nest deeper, and JSON cannot be written endlessly deep."""


def loads(text: str | bytes) -> object:
    """Read JSON; None where it is none, or nested deeper than anybody means."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def loads_object(text: str) -> dict[str, Any] | None:
    """Read a JSON object; None where it is anything else."""
    value = loads(text)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def sendable(value: object, deepest: int = _DEEPEST) -> Any:
    """Give a JSON value as everybody can read it: Python reads NaN and half characters, many don't.

    A number that is none, and what is nested too deep, is null.
    """
    match value:
        case str():
            return sound(value)
        case float():
            return value if isfinite(value) else None
        case list() if deepest:
            return [sendable(item, deepest - 1) for item in cast("list[object]", value)]
        case dict() if deepest:
            items = cast("dict[str, object]", value).items()
            return {sound(key): sendable(item, deepest - 1) for key, item in items}
        case list() | dict():
            return None
        case _:
            return value


def mapping(value: object) -> dict[str, Any]:
    """Return an object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects in a list."""
    if not isinstance(value, list):
        return []
    items = cast("list[object]", value)
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def first_object(value: object) -> dict[str, Any]:
    """Return the first element of a list where it is an object, else an empty one."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return mapping(items[0]) if items else {}


def strings(value: object) -> frozenset[str]:
    """Return the strings in a list."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return frozenset(item for item in items if isinstance(item, str))


def texts(parts: object, *keys: str) -> str:
    """Join what the objects of a list hold under the first of ``keys`` that they have."""
    found = (next((part[key] for key in keys if part.get(key)), "") for part in objects(parts))
    return "".join(text for text in found if isinstance(text, str))


def count(values: dict[str, Any], *names: str) -> int | None:
    """Return the first count under ``names``; None where there is none. Zero is one."""
    found = (values.get(name) for name in names)
    numbers = (v for v in found if isinstance(v, int) and not isinstance(v, bool))
    return next((v for v in numbers if 0 <= v <= _LARGEST), None)


def whole(text: str) -> tuple[str, str]:
    """Part ``text`` from half a character at its end.

    JSON may cut a character outside the basic plane between two chunks, as two escapes.
    """
    if text and "\ud800" <= text[-1] <= "\udbff":
        return sound(text[:-1]), text[-1]
    return sound(text), ""


def sound(text: str) -> str:
    """Join surrogate pairs and replace lone ones, so that ``text`` can be stored and sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
