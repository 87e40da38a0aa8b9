"""Small text painted beside icons and tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from understudy_gui.theme import scaled

if TYPE_CHECKING:
    from understudy_gui.transcript.parts import Canvas

TILE: Final = 18
"""Side of a provider's tile."""

_TILE_RADIUS: Final = 4
_TILE_TEXT: Final = 9
_OUTLINE: Final = 46
"""Alpha of a tile's inner outline: 18 %."""


def width_of(text: str, font: QFont) -> float:
    """Return the width of a line of text."""
    return QFontMetricsF(font).horizontalAdvance(text)


def write(canvas: Canvas, text: str, font: QFont, ink: QColor, spot: QRect) -> float:
    """Write one line in the middle of ``spot``'s height, elided to its width; return its width."""
    if spot.width() <= 0 or not text:
        return 0.0
    metrics = QFontMetricsF(font)
    shown = text
    if metrics.horizontalAdvance(text) > spot.width():
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, spot.width())
    canvas.painter.setFont(font)
    canvas.painter.setPen(ink)
    baseline = spot.top() + round((spot.height() - metrics.height()) / 2 + metrics.ascent())
    canvas.painter.drawText(QPointF(spot.left(), baseline), shown)
    return metrics.horizontalAdvance(shown)


def paint_tile(canvas: Canvas, provider: str, x: int, y: int) -> None:
    """Paint a provider's tile with its two letters."""
    painter, theme = canvas.painter, canvas.style.theme
    ink, ground = theme.provider(provider)
    side = scaled(TILE)
    spot = QRectF(x, y, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(spot, scaled(_TILE_RADIUS), scaled(_TILE_RADIUS))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    outline = QColor(ink)
    outline.setAlpha(_OUTLINE)
    painter.setPen(QPen(outline, 1))
    inner = spot.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(inner, scaled(_TILE_RADIUS) - 0.5, scaled(_TILE_RADIUS) - 0.5)
    letters = QFont(canvas.style.ui_strong)
    letters.setPixelSize(scaled(_TILE_TEXT))
    painter.setFont(letters)
    painter.setPen(ink)
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, theme.monogram(provider))
