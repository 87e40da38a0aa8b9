"""A provider's tile: two letters in its hue, and how it is doing in a cut-out at the corner."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import Theme, font, scaled
from understudy_gui.widgets import health, painting

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager
    from understudy_gui.widgets.health import Condition

_LETTERS = {16: 8.5, 18: 9.0, 20: 10.0, 24: 11.0, 28: 12.0, 32: 13.0, 40: 16.0}
_OUTLINE = 0.18
_OVERHANG = 4
"""How far the centre of the dot's cut-out sits inside the corner's overhang, down and right."""


def paint_tile(
    painter: QPainter, corner: QPointF, size: float, name: str, theme: Theme, *, faded: bool = False
) -> None:
    """Draw a tile of `size` logical pixels; `faded` for a provider that is out."""
    letters, ground = theme.provider(name)
    outline = QColor(letters)
    outline.setAlphaF(_OUTLINE)
    if faded:
        painter.setOpacity(0.55)
    box = QRectF(corner.x(), corner.y(), size, size)
    painting.rounded(painter, box, size / 4, ground, outline)
    painter.setFont(_letter_font(size))
    painter.setPen(letters)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), theme.monogram(name))
    painter.setOpacity(1.0)


def paint_badge(
    painter: QPainter,
    corner: QPointF,
    size: float,
    condition: Condition,
    theme: Theme,
    ground: QColor,
) -> None:
    """Cut the tile's lower right corner out to `ground` and draw the state's dot there."""
    rests = condition.health in {"cooling", "resting"}
    cutout = 18.0 if rests else 14.0
    middle = size + _OVERHANG + (2 if rests else 0) - cutout / 2
    center = corner + QPointF(middle, middle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(center, cutout / 2, cutout / 2)
    health.paint_dot(painter, center, condition, theme, time.time(), health.DOT)


def _letter_font(size: float) -> QFont:
    result = font("ui_strong")
    pixels = _LETTERS.get(round(size), size * 0.42)
    result.setPixelSize(max(1, round(pixels)))
    result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.02 * pixels)
    return result


class ProviderTile(QWidget):
    """A provider's tile as a widget, 16 to 40 logical pixels wide."""

    def __init__(
        self, themes: ThemeManager, name: str, size: int = 28, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._name = name
        self._size = size
        self._condition: Condition | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        themes.changed.connect(self._restyle)

    def show_provider(self, name: str) -> None:
        """Show another provider."""
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def show_condition(self, condition: Condition | None) -> None:
        """Show a state at the corner, or none."""
        self._condition = condition
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        side = scaled(self._size) + (_OVERHANG + 2 if self._condition is not None else 0)
        return QSize(side, side)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme, size = self._themes.current, scaled(self._size)
        corner = QPointF(0, 0)
        paint_tile(painter, corner, size, self._name, theme)
        if self._condition is not None:
            ground = self.palette().color(self.backgroundRole())
            paint_badge(painter, corner, size, self._condition, theme, ground)
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
