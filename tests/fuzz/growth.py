"""What a hostile server may send to make a reader slow: twice as much may take twice as long.

``python -m fuzz.growth NAME`` prints, as JSON, those shapes for which it takes far longer.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import product
from typing import TYPE_CHECKING

from fuzz.targets import targets

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.targets import Target

SMALL, LARGE = 24_000, 192_000
"""Bytes. What grows with the square takes 64 times as long, where 8 are fair."""

FAIR = 3.0
"""How many times the fair growth is still put down to the machine."""

NOTICEABLE = 0.05
"""CPU seconds below which nothing is slow."""


def _event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"


SHAPES: dict[str, Callable[[int], bytes]] = {
    "brackets": lambda size: _event(b"[" * size),
    "braces": lambda size: b'{"a":' * (size // 5),
    "braces in an event": lambda size: _event(b'{"a":' * (size // 5)),
    "nested and closed": lambda size: _event(b"[" * (size // 2) + b"]" * (size // 2)),
    "backslashes": lambda size: _event(b'{"a":"' + b"\\" * size),
    "quotes": lambda size: _event(b'"' * size),
    "a long string": lambda size: _event(b'{"a":"' + b"x" * size + b'"}'),
    "many strings": lambda size: b"[" + b'"x",' * (size // 4),
    "empty events": lambda size: b"data:\n\n" * (size // 7),
    "small events": lambda size: b"data: {}\n\n" * (size // 10),
    "one event of many lines": lambda size: b"data: x\n" * (size // 8),
    "comments": lambda size: b": x\n" * (size // 4),
    "blank lines": lambda size: b"\n" * size,
    "carriage returns": lambda size: b"\r" * size,
    "one line without an end": lambda size: b"x" * size,
    "byte order marks": lambda size: b"\xef\xbb\xbf" * (size // 3),
    "broken characters": lambda size: b"\xf0\x9f\x8e" * (size // 3),
    "digits": lambda size: _event(b'{"a":' + b"9" * size + b"}"),
    "half tags": lambda size: _event(b'{"message":{"content":"' + b"<think" * (size // 6) + b'"}}'),
    "tags": lambda size: _event(
        b'{"choices":[{"delta":{"content":"' + b"<think></think>" * (size // 15) + b'"}}]}'
    ),
    "masked keys": lambda size: b'{"error":"' + b"sk-***" * (size // 6) + b'"}',
    "addresses": lambda size: b'{"error":"' + b"://a" * (size // 4) + b'"}',
    "bearers": lambda size: b'{"error":"' + b"bearer " * (size // 7) + b'"}',
    "blanks": lambda size: b'{"error":"' + b" " * size + b'"}',
    "waits": lambda size: b'{"error":"try again in ' + b"1h " * (size // 3) + b'"}',
    "title": lambda size: b"<title>" * (size // 7),
}


def _seconds(target: Target, data: bytes, clock: Callable[[], float]) -> float:
    """The CPU time of the least disturbed of three."""
    taken: list[float] = []
    for _ in range(3):
        began = clock()
        target.check(data)
        taken.append(clock() - began)
        if taken[-1] < NOTICEABLE:
            break
    return min(taken)


def slow(target: Target, clock: Callable[[], float] = time.process_time) -> dict[str, str]:
    """Name the shapes that take longer than their size allows, with their seconds."""
    found: dict[str, str] = {}
    shapes = dict(SHAPES)
    longest = max(target.seeds, key=len)
    shapes["a seed again and again"] = lambda size: longest * (size // len(longest))
    for (name, shape), front in product(shapes.items(), target.fronts):
        large = _seconds(target, front + shape(LARGE), clock)
        if large > NOTICEABLE:
            small = _seconds(target, front + shape(SMALL), clock)
            if large > small * LARGE / SMALL * FAIR:
                found[name] = f"{small:.3f} s for {SMALL} bytes, {large:.3f} s for {LARGE}"
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(slow(targets()[sys.argv[1]]())) + "\n")
