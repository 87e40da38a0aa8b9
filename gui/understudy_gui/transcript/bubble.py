"""The question: plain text on a ground of its own, at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt

from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.lines import Lines
from understudy_gui.transcript.parts import TextPart
from understudy_gui.transcript.text_block import word_around
from understudy_gui.transcript.values import LINE_BREAK, Inline, cut, units

if TYPE_CHECKING:
    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style

_WIDEST: Final = 560
_PAD_SIDE: Final = 16
_PAD_TOP: Final = 10
_RADIUS: Final = 12


class Bubble(TextPart):
    """A question as it was typed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        broken = text.replace("\r\n", "\n").replace("\n", LINE_BREAK)
        self._inline = Inline(broken, (), units(broken))
        self._lines: Lines | None = None
        self._left = 0

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        line = style.text_line("p", self._inline.text)
        self._lines = Lines(style, style.body, line)
        room = min(width, scaled(_WIDEST)) - 2 * scaled(_PAD_SIDE)
        self._lines.lay(self._inline, room)
        taken = min(room, -(-int(self._lines.natural_width * 8) // 8) + 1)
        self._left = width - taken - 2 * scaled(_PAD_SIDE)
        self.height = self._lines.height + 2 * scaled(_PAD_TOP)

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        if self._lines is None:
            return
        painter, theme = canvas.painter, canvas.style.theme
        ground = QRectF(x + self._left, y, self.width - self._left, self.height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.user_bubble)
        painter.drawRoundedRect(ground, scaled(_RADIUS), scaled(_RADIUS))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.text)
        left = x + self._left + scaled(_PAD_SIDE)
        self._lines.draw(canvas, left, y + scaled(_PAD_TOP), canvas.selection)

    @property
    @override
    def length(self) -> int:
        return self._inline.units

    @override
    def plain(self, start: int, stop: int) -> str:
        return cut(self._inline.text, start, stop).replace(LINE_BREAK, "\n")

    @override
    def offset_at(self, point: QPoint) -> int:
        if self._lines is None:
            return 0
        left = self._left + scaled(_PAD_SIDE)
        return self._lines.offset_at(point.x() - left, point.y() - scaled(_PAD_TOP))

    @override
    def top_of(self, offset: int) -> int:
        if self._lines is None:
            return 0
        return scaled(_PAD_TOP) + self._lines.line_of(offset) * self._lines.line_height

    @override
    def caret(self) -> QRect:
        return QRect(0, 0, 2, 0)

    @override
    def word_at(self, offset: int) -> Selection:
        return word_around(self._inline.text, offset)
