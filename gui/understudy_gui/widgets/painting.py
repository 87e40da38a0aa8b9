"""What the painted controls have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from understudy_gui import assets

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

LINE = 1.0


def begin(painter: QPainter) -> QPainter:
    """Turn smooth edges on."""
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    return painter


def fill(painter: QPainter, rect: QRect | QRectF, color: QColor) -> None:
    """Fill a rectangle. QPainter.fillRect does the same, but its first call takes 2 ms.

    PySide then makes the enumeration of all preset gradients, one of its overloads.
    """
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(rect)


def rounded(
    painter: QPainter,
    rect: QRect | QRectF,
    radius: float,
    fill: QColor | None,
    border: QColor | None = None,
    width: float = LINE,
) -> None:
    """Fill a rounded rectangle, its border drawn inside it."""
    box = QRectF(rect)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(Qt.PenStyle.NoPen)
    if border is not None:
        half = width / 2
        box.adjust(half, half, -half, -half)
        radius = max(0.0, radius - half)
        painter.setPen(QPen(border, width))
    painter.drawRoundedRect(box, radius, radius)


def shadow(
    painter: QPainter, rect: QRectF, radius: float, blur: int, dy: int, color: QColor
) -> None:
    """Paint a soft shadow of `rect`: thin layers that add up to `color` under its edge."""
    layers = max(1, blur // 2)
    layer = QColor(color)
    layer.setAlphaF(color.alphaF() / layers)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(layer)
    for step in range(layers):
        grown = step * blur / 2 / layers
        box = rect.adjusted(-grown, dy - grown, grown, dy + grown)
        painter.drawRoundedRect(box, radius + grown, radius + grown)


def text(
    painter: QPainter,
    rect: QRect,
    words: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line, vertically centred, with an ellipsis where it does not fit."""
    painter.setFont(font)
    painter.setPen(color)
    elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter), elided)


def advance(font: QFont, words: str) -> int:
    """Return the width of a line of text in logical pixels, rounded up."""
    return QFontMetrics(font).horizontalAdvance(words) + 1


def icon(painter: QPainter, x: float, y: float, name: str, color: QColor, size: int) -> None:
    """Draw an icon with its top left corner at (x, y), sharp at the painter's scale factor."""
    dpr = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(x, y), assets.glyph(name, color, size, dpr))
