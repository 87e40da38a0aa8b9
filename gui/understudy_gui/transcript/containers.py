"""A quote or an item of a list that grows for long: what is in it is parsed as a text of its own.

The signs at the start of each line are taken away, and the rest goes to a parser for the inside,
which freezes there what a whole text would freeze. As soon as a line comes that may not belong to
the container, its whole source goes back to be parsed at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from understudy_gui.transcript.markdown import BULLETS, TASK, bullet_at
from understudy_gui.transcript.values import Place, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy_gui.transcript.incremental import IncrementalParser
    from understudy_gui.transcript.values import Block, Container

OPEN_CONTAINER: Final = 900
"""Characters of a quote or an item above which its inside gets a parser of its own."""

_ITEM: Final = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)]) {1,4}(?=[^\s])")
_BOXES: Final = frozenset("☐☑")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which signs begin a line inside: ``opens``; ``undecided`` may still become them."""

    container: Container
    opens: re.Pattern[str]
    undecided: re.Pattern[str]
    holds_empty_lines: bool

    def inside(self, line: str, *, ended: bool) -> tuple[bool, str | None]:
        """Say whether a line may belong inside, and what of it stands there, if that is clear."""
        match = self.opens.match(line)
        undecided = not ended and self.undecided.fullmatch(line) is not None
        if match is not None and not undecided:
            clear = ended or line[match.end() :].strip(" \t")
            return True, _without_tabs(line, match.end()) if clear else None
        if ended and self.holds_empty_lines and not line.strip(" "):
            return True, ""
        return undecided, None


_QUOTE: Final = _Rule("quote", re.compile(r" {0,3}> ?"), re.compile(r" {0,3}>?"), False)


def _item_rule(indent: int) -> _Rule:
    opens, undecided = re.compile(f" {{{indent}}}"), re.compile(f" {{0,{indent - 1}}}")
    return _Rule("list", opens, undecided, holds_empty_lines=True)


def _without_tabs(line: str, begin: int) -> str:
    """Return what stands behind the sign, the tabs before its words as wide as they are there."""
    rest = line[begin:]
    words = rest.lstrip(" \t")
    blank = rest[: len(rest) - len(words)]
    if "\t" not in blank:
        return rest
    own_space = int(line[begin - 1] == ">")  # the sign has a column of the tab to itself
    return (" " * begin + blank).expandtabs(4)[begin + own_space :] + words


class OpenContainer:
    """A quote or an item. ``blocks`` are those in it, of which ``first`` and later changed last."""

    def __init__(self, rule: _Rule, place: Place, inner: IncrementalParser) -> None:
        self.blocks: list[Block] = []
        self.first = 0
        self._rule = rule
        self._place = place
        self._inner = inner
        self._source: list[str] = []
        self._start: str | None = ""

    @classmethod
    def of(
        cls, source: str, *, quote: bool, place: Place, make: Callable[[], IncrementalParser]
    ) -> OpenContainer | None:
        """Open the container that ``source`` begins, None if a line has not the usual form.

        ``place`` is that of its first block; it does not change any more.
        """
        item = None if quote else _ITEM.match(source)
        if not quote and item is None:
            return None
        made = cls(_item_rule(item.end()) if item is not None else _QUOTE, place, make())
        if item is not None:
            made._start = None
        inside = made._stripped(source[item.end() :] if item is not None else source)
        if inside is None:
            return None
        made._source.append(source)
        made._feed(inside)
        return made

    def take(self, delta: str, *, final: bool) -> str | None:
        """Add ``delta`` inside. The end of the container gives its source back."""
        if delta:
            self._source.append(delta)
        inside = None if final else self._stripped(delta)
        if inside is None:
            return "".join(self._source)
        self._feed(inside)
        return None

    def _stripped(self, delta: str) -> str | None:
        """Return what of ``delta`` stands inside, None if a line may be outside."""
        out: list[str] = []
        *complete, last = delta.split("\n")
        for line in complete:
            if not self._strip(line, out, ended=True):
                return None
            out.append("\n")
            self._start = ""
        return "".join(out) if self._strip(last, out, ended=False) else None

    def _strip(self, piece: str, out: list[str], *, ended: bool) -> bool:
        """Add a piece of a line; ``_start`` holds its beginning until that is clear, then None."""
        if self._start is None:
            out.append(piece)
            return True
        self._start += piece
        belongs, rest = self._rule.inside(self._start, ended=ended)
        if rest is not None:
            out.append(rest)
            self._start = None
        return belongs

    def _feed(self, inside: str) -> None:
        self.first = min(self._inner.feed(inside), len(self.blocks))
        blocks = self._inner.blocks
        wrapped = (self._wrapped(at, blocks[at]) for at in range(self.first, len(blocks)))
        self.blocks[self.first :] = list(wrapped)

    def _wrapped(self, at: int, block: Block) -> Block:
        """Return a block of the inside as it stands in the whole text."""
        if at > 0:
            return replace(block, place=self._outer(block.place))
        if isinstance(block, Text) and self._place.marker in _BOXES:
            task = TASK.match(block.inline.text)
            inline = block.inline.split(task.end())[1] if task is not None else block.inline
            return replace(block, place=self._place, inline=inline)
        return replace(block, place=self._place)

    def _outer(self, place: Place) -> Place:
        path = (self._rule.container, *place.path)
        joined = place.joined + 1 if place.joined or self._rule.container == "quote" else 0
        marker = place.marker
        if marker in BULLETS:
            marker = bullet_at(path.count("list"))
        return replace(place, path=path, joined=joined, marker=marker)
