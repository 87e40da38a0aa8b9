"""What all blocks of markdown have in common: indent, the bars of quotes, the marker of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from understudy_gui.theme import scaled
from understudy_gui.transcript.parts import TextPart

if TYPE_CHECKING:
    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.values import Block, Place

LIST_INDENT: Final = 20
QUOTE_INDENT: Final = 16

_BAR: Final = 3
_BULLET: Final = 5
_BULLET_LEFT: Final = 15
_NUMBER_GAP: Final = 5
_BOX: Final = 13


class BlockPart(TextPart):
    """A block of markdown on the screen.

    ``gap`` is the empty space above it, through which the bar of a quote runs on.
    """

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.gap = 0
        self._take(block)

    def _take(self, block: Block) -> None:
        self.glue = block.glue
        self.place = block.place
        self.indent = indent_of(block.place)

    def update(self, block: Block) -> bool:
        """Show ``block`` in place of the one shown; False if it is the same. ``lay`` follows."""
        raise NotImplementedError

    @property
    def changed_from(self) -> int:
        """The y from which the last ``lay`` may have changed the picture."""
        return 0

    def paint_place(self, canvas: Canvas, x: int, y: int, line_height: int) -> None:
        """Paint the bars and the marker at the left of the block."""
        self._paint_bars(canvas, x, y)
        if self.place.marker:
            _paint_marker(canvas, self.place.marker, self._marker_x(x), y, line_height)

    def _paint_bars(self, canvas: Canvas, x: int, y: int) -> None:
        left = x - self.indent
        for depth, container in enumerate(self.place.path):
            if container == "quote":
                up = self.gap if depth < self.place.joined else 0
                bar = QRectF(left, y - up, _BAR, self.height + up)
                canvas.painter.fillRect(bar, canvas.style.theme.border_strong)
            left += _width_of(container)

    def _marker_x(self, x: int) -> int:
        """Return the left edge of the text of the innermost list."""
        path = self.place.path
        last = max(depth for depth, container in enumerate(path) if container == "list")
        return x - sum(_width_of(container) for container in path[last + 1 :])


def indent_of(place: Place) -> int:
    """Return how far lists and quotes move a block to the right."""
    return sum(_width_of(container) for container in place.path)


def _width_of(container: str) -> int:
    return scaled(LIST_INDENT if container == "list" else QUOTE_INDENT)


def _paint_marker(canvas: Canvas, marker: str, x: int, y: int, line_height: int) -> None:
    painter, theme = canvas.painter, canvas.style.theme
    middle = y + line_height / 2
    painter.setPen(theme.text3)
    if marker[0].isdigit():
        metrics = QFontMetricsF(canvas.style.body)
        painter.setFont(canvas.style.body)
        left = x - scaled(_NUMBER_GAP) - metrics.horizontalAdvance(marker)
        baseline = y + round((line_height - metrics.height()) / 2 + metrics.ascent())
        painter.drawText(QPointF(left, baseline), marker)
    elif marker in {"☐", "☑"}:
        top = y + (line_height - scaled(_BOX)) // 2
        _paint_box(canvas, marker == "☑", x - scaled(LIST_INDENT), top)
    else:
        size = scaled(_BULLET)
        spot = QRectF(x - scaled(_BULLET_LEFT) - size / 2, middle - size / 2, size, size)
        _paint_bullet(canvas, marker, spot)


def _paint_bullet(canvas: Canvas, marker: str, spot: QRectF) -> None:
    painter, colour = canvas.painter, canvas.style.theme.text3
    if marker == "▪":
        painter.fillRect(spot.adjusted(0.5, 0.5, -0.5, -0.5), colour)
        return
    hollow = marker == "◦"
    painter.setPen(QPen(colour, 1) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.drawEllipse(spot)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_box(canvas: Canvas, ticked: bool, x: int, y: int) -> None:
    painter, theme = canvas.painter, canvas.style.theme
    size = scaled(_BOX)
    box = QRectF(x + 0.75, y + 0.75, size - 1.5, size - 1.5)
    painter.setPen(QPen(theme.accent if ticked else theme.control, 1.5))
    painter.setBrush(theme.accent if ticked else theme.surface)
    painter.drawRoundedRect(box, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if ticked:
        tick = canvas.style.glyph("check", theme.on_accent, _BOX - 3, canvas.dpr)
        painter.drawPixmap(QPointF(x + 1.5, y + 1.5), tick)
