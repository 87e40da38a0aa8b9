"""Paragraphs, headings, and lines across."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect

from understudy_gui.overriding import override
from understudy_gui.transcript.block import BlockPart
from understudy_gui.transcript.lines import Lines
from understudy_gui.transcript.parts import Zone
from understudy_gui.transcript.values import LINE_BREAK, Text, cut, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style
    from understudy_gui.transcript.values import Block, Inline

_WORD: Final = re.compile(r"\w+(?:['’]\w+)*|\s+|.")
_WINDOW: Final = 200
_RULE_HEIGHT: Final = 9


class TextBlock(BlockPart):
    """A paragraph or heading."""

    def __init__(self, block: Text) -> None:
        super().__init__(block)
        self._block = block
        self._lines: Lines | None = None
        self._style: Style | None = None
        self._changed_from = 0

    @override
    def update(self, block: Block) -> bool:
        if not isinstance(block, Text):
            raise TypeError("A paragraph can only become another paragraph.")
        if block == self._block:
            return False
        if block.kind != self._block.kind:
            self._lines = None
        self._block = block
        self._take(block)
        return True

    @property
    @override
    def changed_from(self) -> int:
        return self._changed_from

    @override
    def lay(self, style: Style, width: int) -> None:
        line_height = style.text_line(self._block.kind, self._block.inline.text)
        if self._lines is None or self._style is not style or self._lines.line_height < line_height:
            self._lines = Lines(style, style.text_font(self._block.kind), line_height)
            self._style = style
        self.width = width
        self._changed_from = self._lines.lay(self._block.inline, width)
        self.height = self._lines.height

    @property
    def is_heading(self) -> bool:
        """A heading, not a paragraph."""
        return self._block.kind != "p"

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        lines = self._laid(canvas.style)
        self.paint_place(canvas, x, y, lines.line_height)
        theme = canvas.style.theme
        quoted = "quote" in self.place.path
        canvas.painter.setPen(theme.text2 if quoted else theme.text)
        lines.draw(canvas, x, y, canvas.selection)

    @property
    @override
    def length(self) -> int:
        return self._block.inline.units

    @override
    def plain(self, start: int, stop: int) -> str:
        return cut(self._block.inline.text, start, stop).replace(LINE_BREAK, "\n")

    @override
    def offset_at(self, point: QPoint) -> int:
        return self._lines.offset_at(point.x(), point.y()) if self._lines else 0

    @override
    def top_of(self, offset: int) -> int:
        return self._lines.line_of(offset) * self._lines.line_height if self._lines else 0

    @override
    def caret(self) -> QRect:
        return self._lines.caret() if self._lines else QRect(0, 0, 2, 0)

    @override
    def word_at(self, offset: int) -> Selection:
        return word_around(self._block.inline.text, offset)

    @override
    def link_at(self, point: QPoint) -> str:
        if self._lines is None or not 0 <= point.y() < self.height:
            return ""
        return link_in(self._block.inline, self._lines.character_at(point.x(), point.y()))

    @override
    def links(self) -> Sequence[Zone]:
        found = self._lines.links() if self._lines is not None else ()
        return [Zone(rect, address, address) for rect, address in found]

    def _laid(self, style: Style) -> Lines:
        if self._lines is None:
            self.lay(style, self.width)
        assert self._lines is not None
        return self._lines


class RuleBlock(BlockPart):
    """A line across."""

    @override
    def update(self, block: Block) -> bool:
        self._take(block)
        return False

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = _RULE_HEIGHT

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        self.paint_place(canvas, x, y, self.height)
        line = QRect(x, y + _RULE_HEIGHT // 2, self.width, 1)
        canvas.painter.fillRect(line, canvas.style.theme.border_strong)

    @property
    @override
    def length(self) -> int:
        return 0

    @override
    def plain(self, start: int, stop: int) -> str:
        return ""

    @override
    def offset_at(self, point: QPoint) -> int:
        return 0

    @override
    def top_of(self, offset: int) -> int:
        return 0

    @override
    def caret(self) -> QRect:
        return QRect(0, 0, 2, 0)


def word_around(text: str, offset: int) -> Selection:
    """Return the word, the gap or the sign in which the unit ``offset`` stands."""
    begin = max(0, offset - _WINDOW)
    window = cut(text, begin, offset + _WINDOW)
    at = begin
    for match in _WORD.finditer(window):
        stop = at + units(match[0])
        if at <= offset < stop:
            return at, stop
        at = stop
    return offset, offset


def link_in(inline: Inline, offset: int) -> str:
    """Return the address of the link at a character, empty where there is none."""
    for span in inline.spans:
        if span.href and span.start <= offset < span.start + span.length:
            return span.href
    return ""
