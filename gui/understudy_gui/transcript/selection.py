"""Selected text, from a place in one message to a place in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from understudy_gui.transcript.block import BlockPart
from understudy_gui.transcript.plain import joined, marker_of, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy_gui.transcript.layout import TranscriptLayout
    from understudy_gui.transcript.message import LaidMessage
    from understudy_gui.transcript.parts import Selection
    from understudy_gui.transcript.values import Place

END: Final = 1 << 30
"""An offset or a block behind every other."""

Unit: TypeAlias = Literal["character", "word", "line"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A gap between two characters: row, block in it, UTF-16 units into the block."""

    row: int
    block: int
    offset: int


class TextSelection:
    """What is selected: from where it began to where it goes now, in whole units."""

    def __init__(self, layout: TranscriptLayout) -> None:
        self._layout = layout
        self._origin: tuple[Position, Position] | None = None
        self._start = self._stop = Position(0, 0, 0)
        self._unit: Unit = "character"

    @property
    def is_empty(self) -> bool:
        """Nothing is selected."""
        return self._origin is None or self._start >= self._stop

    @property
    def span(self) -> tuple[Position, Position]:
        """The first and the last position, in reading order."""
        return self._start, self._stop

    def clear(self) -> None:
        """Select nothing."""
        self._origin = None
        self._start = self._stop = Position(0, 0, 0)

    def begin(self, at: Position, unit: Unit = "character") -> None:
        """Begin at a position, with the word or line around it."""
        self._unit = unit
        self._origin = self._start, self._stop = self._around(at)

    def extend(self, to: Position) -> None:
        """Select from the beginning to a position, in whole units."""
        if self._origin is None:
            self.begin(to)
            return
        first, last = self._around(to)
        self._start = min(self._origin[0], first)
        self._stop = max(self._origin[1], last)

    def select_all(self, rows: int) -> None:
        """Select every row."""
        self._unit = "character"
        self._start, self._stop = Position(0, 0, 0), Position(max(0, rows - 1), END, END)
        self._origin = self._start, self._stop

    def dropped_from(self, row: int) -> None:
        """Forget what lies in rows that are gone."""
        if self._stop.row >= row:
            self.clear()

    def _around(self, at: Position) -> tuple[Position, Position]:
        laid = self._layout.message(at.row)
        if self._unit == "character" or laid is None or at.block >= len(laid.blocks):
            return at, at
        part = laid.blocks[at.block]
        around = part.word_at if self._unit == "word" else part.line_at
        start, stop = around(at.offset)
        return Position(at.row, at.block, start), Position(at.row, at.block, stop)

    def within(self, row: int, block: int, length: int) -> Selection | None:
        """Return what is selected of a block, None for nothing."""
        if self.is_empty or block < 0:
            return None
        here = (row, block)
        first, last = (self._start.row, self._start.block), (self._stop.row, self._stop.block)
        if not first <= here <= last:
            return None
        start = self._start.offset if here == first else 0
        stop = self._stop.offset if here == last else length
        return (start, min(stop, length)) if stop > start else None

    def touches(self, row: int) -> bool:
        """Say whether a row has selected text."""
        return not self.is_empty and self._start.row <= row <= self._stop.row

    def frozen(self) -> TextSelection:
        """Return a selection of the same text that nobody changes."""
        copy = TextSelection(self._layout)
        copy._origin = copy._start, copy._stop = self.span
        return copy

    def text(self) -> str:
        """Return the selected text, joined without seams, of the rows that are in memory."""
        if self.is_empty:
            return ""
        rows = range(self._start.row, self._stop.row + 1)
        return "\n\n".join(text for text in map(self.text_of, rows) if text)

    def text_of(self, row: int) -> str | None:
        """Return what is selected of a row, None if the row is not in memory."""
        if self._start.row < row < self._stop.row:
            item = self._layout.model.item(row)
            return plain_text(item, earlier=True) if item is not None else None
        laid = self._layout.message(row)
        return joined(self._pieces(laid, row)) if laid is not None else None

    def _pieces(
        self, laid: LaidMessage, row: int
    ) -> Iterator[tuple[str | None, Place | None, str]]:
        for number, part in enumerate(laid.blocks):
            chosen = self.within(row, number, part.length)
            if chosen is None:
                continue
            place = part.place if isinstance(part, BlockPart) else None
            marker = marker_of(place) if place is not None and chosen[0] == 0 else ""
            yield part.glue, place, marker + part.plain(*chosen)
