"""The headers of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Headers(Mapping[str, str]):
    """Finds a header whatever the case of its name; names are listed in lower case.

    The values of a name that came several times are joined with commas. The library's own headers
    search a list at each look: a copy of the 25,000 that fit into the greatest head allowed took
    12 s there, in which nothing else runs.
    """

    def __init__(self, raw: Iterable[tuple[bytes, bytes]] = ()) -> None:
        found: dict[str, list[str]] = {}
        for name, value in raw:
            values = found.setdefault(name.decode("latin-1").lower(), [])
            values.append(value.decode("utf-8", "replace"))
        self._values = {name: ", ".join(values) for name, values in found.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
