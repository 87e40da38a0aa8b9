"""What of an answer's parts was delivered, where a server says everything more than once.

In the Responses API a text comes in fragments, then whole at the end of the text, of its part, of
its item and of the answer. Some servers leave the fragments out, others all but them, and some
number the parts in one way here and in another there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.wire.values import sound

if TYPE_CHECKING:
    from collections.abc import Hashable


class Delivered:
    """The fragments of every part, in the order in which the parts began."""

    def __init__(self) -> None:
        self._parts: dict[Hashable, list[str]] = {}

    def add(self, part: Hashable, text: str) -> None:
        """Take note of a fragment."""
        try:
            self._parts[part].append(text)
        except KeyError:
            self._parts[part] = [text]

    def rest(self, part: Hashable, whole: str) -> str:
        """Give what is still missing of a part, of which this is the whole, and take note of it.

        A whole that does not go on from the fragments says them in other words: nothing is missing.
        """
        rest = _beyond("".join(self._parts.get(part, ())), whole)
        if rest:
            self.add(part, rest)
        return rest

    def rest_of_all(self, whole: str) -> str:
        """Give what is still missing of all parts together, of which this is the whole."""
        return _beyond(self._all(), whole)

    def ends_with(self, whole: str) -> bool:
        """Tell whether ``whole`` is what was delivered last, whichever part it was."""
        return sound(self._all()).endswith(sound(whole))

    def _all(self) -> str:
        return "".join(piece for part in self._parts.values() for piece in part)


class Thoughts:
    """A model's thoughts: of one item, summaries or the thoughts themselves, parts a line apart.

    Where a server sends both, those that come first are told.
    """

    def __init__(self) -> None:
        self._delivered = Delivered()
        self._kinds: dict[int, str] = {}
        self._last: tuple[int, int] | None = None

    def fragment(self, place: int, kind: str, number: int, text: str) -> str:
        """Give what is to be told of a fragment of the item at ``place``."""
        if self._kinds.setdefault(place, kind) != kind:
            return ""
        self._delivered.add((place, number), text)
        return self._spaced((place, number), text)

    def whole(self, place: int, kind: str, number: int, text: str) -> str:
        """Give what is still to be told of a part."""
        if self._kinds.setdefault(place, kind) != kind or self._delivered.ends_with(text):
            return ""
        rest = self._delivered.rest((place, number), text)
        return self._spaced((place, number), rest) if rest else ""

    def end(self) -> None:
        """Take note that the next thought is another one."""
        self._last = None

    def _spaced(self, part: tuple[int, int], text: str) -> str:
        space = "" if self._last in {None, part} else "\n\n"
        self._last = part
        return space + text


def _beyond(begun: str, whole: str) -> str:
    begun, whole = sound(begun), sound(whole)
    return whole[len(begun) :] if whole.startswith(begun) else ""
