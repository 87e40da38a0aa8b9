"""Damage: bytes changed as chance has it, and JSON changed so that it stays JSON.

Both work for the plain loop and, as its mutator, for libFuzzer.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 10**400, -(10**25), 1e308, float("nan"), float("-inf")),
    *("", " ", "\ud83c", "\udfad", "\ud83c\udfad", "�", "\x00", "null", "stop", "<think>"),
    *("</think>", "<think", "0", "1e999", "error", "a" * 300, "달" * 50),
    *([], [[]], [{}], {}, {"": ""}, {"text": "x"}, {"error": "x"}, {"error": {"message": 1}}),
)
"""Values that nobody expects."""

ODD_BYTES = (
    *(b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r", b"\xef\xbb\xbf", b"\x00", b"\xff", b"\xc3", b"\\"),
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"data:", b"data: ", b"event: error\n", b": \n"),
    *(
        b"error: no\n",
        b"[DONE]",
        b"\\ud83c",
        b"\\udfad",
        b"\xf0\x9f\x8e",
        b"id: 1\n",
        b"retry: 1\n",
    ),
)
_VALUE = re.compile(rb"\{.*\}|\[.*\]", re.MULTILINE)
"""JSON that stands on one line, as every server writes it."""


def damage(data: bytes, chance: random.Random, others: Sequence[bytes], longest: int) -> bytes:
    """Change ``data`` in one to four places."""
    for _ in range(chance.randint(1, 4)):
        change = chance.choice(_CHANGES)
        data = change(data, chance, others)
    return data[:longest]


def _flip(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    if not data:
        return bytes([chance.randrange(256)])
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(ODD_BYTES) * chance.choice((1, 1, 1, 2, 9)) + data[at:]


def _remove(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.choice((1, 2, 8, 40, 400)) :]


def _repeat(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    begin = chance.randint(0, len(data))
    part = data[begin : begin + chance.choice((1, 3, 20, 200))]
    return data[:begin] + part * chance.randint(2, 4) + data[begin + len(part) :]


def _cut(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _splice(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _lines(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Put a line of another stream, or of its own, between two."""
    lines = data.split(b"\n")
    more = chance.choice((data, chance.choice(others))).split(b"\n")
    lines.insert(chance.randint(0, len(lines)), chance.choice(more))
    return b"\n".join(lines)


def _json(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    """Change one value of one piece of JSON."""
    found = list(_VALUE.finditer(data))
    if not found:
        return data
    place = chance.choice(found)
    try:
        value = json.loads(place[0])
    except (ValueError, RecursionError):
        return data
    changed = json.dumps(_changed(value, chance), ensure_ascii=chance.random() < 0.5)
    return data[: place.start()] + changed.encode("utf-8", "surrogatepass") + data[place.end() :]


def _changed(value: Any, chance: random.Random) -> Any:
    """Change something in a value: the deeper, the less likely at each step."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        fields = dict(cast("dict[str, Any]", value))
        key = chance.choice(list(fields))
        match chance.randrange(8):
            case 0:
                del fields[key]
            case 1:
                fields[chance.choice(("x", "error", "text", "content"))] = chance.choice(ODD)
            case _:
                fields[key] = _changed(fields[key], chance)
        return fields
    if isinstance(value, list) and value and chance.random() < 0.85:
        items = list(cast("list[Any]", value))
        at = chance.randrange(len(items))
        if chance.random() < 0.15:
            items.insert(at, items[at])
        else:
            items[at] = _changed(items[at], chance)
        return items
    if isinstance(value, str) and value and chance.random() < 0.4:
        at = chance.randint(0, len(value))
        return value[:at] + str(chance.choice(ODD)) + value[at:]
    return [value] if chance.random() < 0.1 else chance.choice(ODD)


_CHANGES: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    *(_json, _json, _json, _json, _flip, _insert, _insert),
    *(_remove, _repeat, _cut, _splice, _lines),
)
