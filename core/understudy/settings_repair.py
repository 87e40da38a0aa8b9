"""Makes the best of a settings file: keeps its good parts, and joins two edits of it.

Plain functions over JSON values; the file itself is ``understudy.settings``' business.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Location: TypeAlias = tuple[str | int, ...]
JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and in which way."""

    where: Location
    what: str

    def __str__(self) -> str:
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in self.where)
        return f"{place}: {self.what}" if place else self.what


def mend(
    data: JsonObject, faults_in: Callable[[JsonObject], list[Fault]]
) -> tuple[JsonObject, list[Fault]]:
    """Take the faulty parts out of ``data`` until none is left; returns what stays and all faults.

    Every round removes something, so that it ends, at the latest with an empty object.
    """
    data = deepcopy(data)
    found: list[Fault] = []
    while faults := faults_in(data):
        found.extend(faults)
        before = deepcopy(data)
        for part in _parts(data, faults):
            _take_out(data, part)
        if data == before:
            data = {}
    return data, found


def _parts(data: JsonObject, faults: Iterable[Fault]) -> list[Location]:
    """List the parts to take out: the last of a list first, so that indices stay true."""
    return sorted({_part(data, fault) for fault in faults}, key=_sortable, reverse=True)


def _sortable(where: Location) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in where]


def _part(data: JsonObject, fault: Fault) -> Location:
    """Say what goes with a fault: a provider or an entry as a whole, of anything else the value.

    Half a provider could be asked at an address that its user never meant.
    """
    match fault.where:
        case ("providers", provider, *_):
            return _there(data, ("providers", provider))
        case ("routes", int() as route, "entries", int() as entry, *_):
            return _there(data, ("routes", route, "entries", entry))
        case where:
            return _there(data, where)


def _there(data: JsonObject, where: Location) -> Location:
    """As much of a location as there is: a missing field takes what lacks it along."""
    holder: Any = data
    for depth, step in enumerate(where):
        try:
            holder = holder[step]
        except (LookupError, TypeError):
            return where[:depth]
    return where


def _take_out(data: JsonObject, part: Location) -> None:
    """Remove a part. A provider stays, switched off.

    Without its row it would be asked as if nothing had been set for it.
    """
    if not part:
        data.clear()
        return
    holder: Any = data
    for step in part[:-1]:
        holder = holder[step]
    if part[0] == "providers" and len(part) == 2 and holder[part[1]] != {"enabled": False}:
        holder[part[1]] = {"enabled": False}
    else:
        del holder[part[-1]]


def join(base: JsonObject, ours: JsonObject, theirs: JsonObject) -> tuple[JsonObject, bool]:
    """Join two edits of ``base``. Where both changed the same value ours stays.

    Returns the joined object, and whether a value of theirs gave way.
    """
    joined: JsonObject = {}
    lost = False
    for name in (*ours, *(name for name in theirs if name not in ours)):
        value, gave_way = _join_value(
            base.get(name, _ABSENT), ours.get(name, _ABSENT), theirs.get(name, _ABSENT)
        )
        lost = lost or gave_way
        if value is not _ABSENT:
            joined[name] = value
    return joined, lost


_ABSENT: Any = object()


def _join_value(base: Any, ours: Any, theirs: Any) -> tuple[Any, bool]:
    if theirs in (ours, base):
        return ours, False
    if ours == base:
        return theirs, False
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return cast("Any", ours), theirs is not _ABSENT
    return join(_object(base), _object(ours), _object(theirs))


def _object(value: Any) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}
