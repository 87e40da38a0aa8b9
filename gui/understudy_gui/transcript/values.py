"""What is written in a message: plain values, with no word on how they look.

A message is a flat list of leaf blocks, each of which knows the quotes and lists it stands in.
Offsets count UTF-16 units, as Qt does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

Container: TypeAlias = Literal["quote", "list"]
TextKind: TypeAlias = Literal["p", "h1", "h2", "h3", "h4", "h5", "h6"]
Align: TypeAlias = Literal["left", "center", "right"]

LINE_BREAK: Final = "\u2028"
"""A line broken inside a paragraph; QTextLayout breaks there too."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text set differently; ``start`` and ``length`` in UTF-16 units."""

    start: int
    length: int
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""

    def shifted(self, by: int) -> Span:
        """Return the same span further on."""
        return replace(self, start=self.start + by)


@dataclass(frozen=True, slots=True)
class Inline:
    """Text of one paragraph, heading or cell, with its spans in order."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    units: int = 0

    def joined(self, more: Inline) -> Inline:
        """Return this text with ``more`` behind it."""
        spans = tuple(span.shifted(self.units) for span in more.spans)
        return Inline(self.text + more.text, self.spans + spans, self.units + more.units)

    def split(self, at: int) -> tuple[Inline, Inline]:
        """Return what stands before and after the unit ``at``."""
        head, tail = cut(self.text, 0, at), cut(self.text, at, self.units)
        before = tuple(
            replace(span, length=min(span.length, at - span.start))
            for span in self.spans
            if span.start < at
        )
        after = tuple(
            replace(
                span,
                start=max(0, span.start - at),
                length=span.length - max(0, at - span.start),
            )
            for span in self.spans
            if span.start + span.length > at
        )
        return Inline(head, before, at), Inline(tail, after, self.units - at)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands.

    ``path`` names the quotes and lists around it, outermost first; the first ``joined`` of them
    hold the block above too (known for quotes only). ``marker`` is the bullet or number of the
    item that the block begins, ``spaced`` whether an empty line stands before it in the source.
    """

    path: tuple[Container, ...] = ()
    joined: int = 0
    marker: str = ""
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or heading.

    A block with ``glue`` goes on with the one above it, from which a seam parts it; ``glue`` is
    what stands between them in the joined text: nothing, or a new line.
    """

    kind: TextKind
    inline: Inline
    place: Place = Place()
    glue: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A fence. While it is open ``lines`` grows in place; the last line may still grow too."""

    language: str
    lines: list[str]
    place: Place = Place()
    glue: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a row may have fewer cells than the head. While it is open ``rows`` grows.

    ``lead`` cells of the first row are written above, where the same row was broken off.
    """

    aligns: tuple[Align, ...]
    head: tuple[Inline, ...]
    rows: list[tuple[Inline, ...]] = field(default_factory=list[tuple[Inline, ...]])
    place: Place = Place()
    glue: str | None = None
    lead: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    place: Place = Place()
    glue: str | None = None


Block: TypeAlias = Text | Code | Table | Rule


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, start: int, stop: int) -> str:
    """Return the units ``start`` to ``stop`` of ``text``."""
    if text.isascii() or units(text) == len(text):
        return text[start:stop]
    raw = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * stop]
    return raw.decode("utf-16-le", "replace")
