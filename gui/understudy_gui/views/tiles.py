"""A place in the line-up strip: the provider's tile, its health, and the mark of who is on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.widgets import health, painting
from understudy_gui.widgets.health import Condition
from understudy_gui.widgets.tile import paint_badge, paint_tile

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.lineup import Place
    from understudy_gui.theme import ThemeManager

TILE = 28
OVERHANG = 6
"""How far the badge of a resting provider reaches beyond the tile's corner."""


def size() -> QSize:
    """Return the room of a tile, its badge and the mark below it."""
    return QSize(scaled(TILE) + OVERHANG, scaled(TILE) + 9)


class PlaceTile(QWidget):
    """One place of the line-up, read out as one thing."""

    def __init__(self, themes: ThemeManager, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._place = place
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_place(place)

    @property
    def condition(self) -> Condition:
        """How the provider is doing."""
        return Condition(self._place.health, self._place.until, self._place.since)

    def show_place(self, place: Place) -> None:
        """Show another state."""
        self._place = place
        self.tick()

    def tick(self) -> None:
        """Bring what the time changes up to date."""
        place = self._place
        parts = [place.name, health.word(self.condition, time.time())]
        self.setAccessibleName(", ".join([*parts, tr("is on")] if place.on else parts))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return size()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors, corner, tile = self._themes.current, QPointF(0, 0), scaled(TILE)
        paint_tile(painter, corner, tile, self._place.name, colors)
        if self._place.health != "unknown":
            paint_badge(painter, corner, tile, self.condition, colors, colors.window)
        if self._place.on:
            mark = QRectF(6, tile + 6, tile - 12, 2)
            painting.rounded(painter, mark, 1, colors.accent_text)
        painter.end()
