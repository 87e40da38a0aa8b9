"""The arguments of a call, put together from the pieces in which Vertex streams them.

A piece names its place by a JSON Path and may be continued: ``{"jsonPath": "$.cities[0]",
"stringValue": "Par", "willContinue": true}`` (docs.cloud.google.com, vertex-ai/docs/reference/rest/
v1/Content, PartialArg).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from understudy.wire.values import mapping, objects

if TYPE_CHECKING:
    from collections.abc import Sequence

_Place: TypeAlias = "dict[str, Any] | list[Any]"
_Step: TypeAlias = "str | int"

_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")
_STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d{1,6})\]|\[(?:'([^']+)'|"([^"]+)")\]""")
_MOST_STEPS = 64  # nobody nests deeper, and JSON cannot be written endlessly deep


class StreamedArguments:
    """The arguments as far as they came; what does not fit into them is passed over."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self._goes_on: set[str] = set()

    def read(self, call: dict[str, Any]) -> None:
        """Take what one ``functionCall`` brings."""
        self.value |= mapping(call.get("args"))
        for piece in objects(call.get("partialArgs")):
            path = piece.get("jsonPath")
            kind = next((kind for kind in _VALUES if kind in piece), None)
            if isinstance(path, str) and kind is not None:
                value = None if kind == "nullValue" else piece[kind]
                self._put(path, value, goes_on=piece.get("willContinue") is True)

    def _put(self, path: str, value: object, *, goes_on: bool) -> None:
        """Put a value in its place; a string may go on where it left off."""
        steps = _steps(path)
        place = _holder(self.value, steps)
        if place is None:
            return
        before = _at(place, steps[-1])
        if path in self._goes_on and isinstance(before, str) and isinstance(value, str):
            value = before + value
        if _set(place, steps[-1], value):
            (self._goes_on.add if goes_on else self._goes_on.discard)(path)


def _steps(path: str) -> list[_Step]:
    """Part a path as ``$.foo.bar[0]`` into its steps; empty where it is none."""
    found = list(_STEP.finditer(path, 1))
    if "$" + "".join(step[0] for step in found) != path or len(found) > _MOST_STEPS:
        return []
    return [int(step[2]) if step[2] else step[1] or step[3] or step[4] for step in found]


def _holder(place: _Place, steps: Sequence[_Step]) -> _Place | None:
    """Find what holds the last of ``steps``, made where it is missing; None if that cannot be."""
    for step, ahead in pairwise(steps):
        inner = _at(place, step)
        if inner is None:
            inner = cast("_Place", [] if isinstance(ahead, int) else {})
            if not _set(place, step, inner):
                return None
        if not isinstance(inner, dict | list):
            return None
        place = cast("_Place", inner)
    return place if steps else None


def _at(place: _Place, step: _Step) -> Any:
    if isinstance(place, dict):
        return place.get(step) if isinstance(step, str) else None
    return place[step] if isinstance(step, int) and step < len(place) else None


def _set(place: _Place, step: _Step, value: object) -> bool:
    """Set a value, if it fits; a list grows by one at a time, however far a path points."""
    if isinstance(place, dict):
        if isinstance(step, str):
            place[step] = value
        return isinstance(step, str)
    if not isinstance(step, int) or step > len(place):
        return False
    place[step : step + 1] = [value]
    return True
