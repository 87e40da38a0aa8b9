"""References to variables inside a text, as shells and Docker Compose write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM = 64 * 1024
"""Characters that all references of a file bring in. Variables that hold each other twice would
double with every line."""

_BRACED = re.compile(r"\$\{([A-Za-z_]\w*)(?:(:?-)([^{}\n]*))?\}", re.ASCII)
_OR_BARE = re.compile(rf"{_BRACED.pattern}|\$([A-Za-z_]\w*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its references filled in.

    ``missing`` names those that are set nowhere; ``overfull`` says that there was no more room.
    """

    text: str = field(repr=False)
    missing: tuple[str, ...] = ()
    overfull: bool = False


class References:
    """Fills in ``${NAME}``, ``${NAME:-default}`` and ``${NAME-default}``; with ``bare`` ``$NAME``.

    What is set nowhere and has no default becomes nothing, and is named. Anything else after a
    dollar stays: passwords have them. (docs.docker.com/reference/compose-file/interpolation)
    """

    def __init__(self, look_up: Callable[[str], str | None], *, bare: bool = False) -> None:
        self._look_up = look_up
        self._pattern = _OR_BARE if bare else _BRACED
        self._room = ROOM

    def fill(self, text: str) -> Filled:
        """Fill in the references of ``text``."""
        missing: list[str] = []

        def value(found: re.Match[str]) -> str:
            held = self._value(found)
            if held is None:
                missing.append(next(name for name in found.groups() if name))
                return ""
            self._room -= len(held)
            return held if self._room >= 0 else ""

        filled = self._pattern.sub(value, text)
        return Filled(filled, tuple(missing), self._room < 0)

    def _value(self, found: re.Match[str]) -> str | None:
        name, sign, default, *bare = found.groups()
        held = self._look_up(name or bare[0])
        if held or (held is not None and sign != ":-"):
            return held
        return default if sign else None
