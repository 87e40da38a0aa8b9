"""A place in the line-up strip: the provider's tile, its health, and the mark of who is on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets import health, painting
from understudy_gui.widgets.health import Condition
from understudy_gui.widgets.tile import paint_badge, paint_tile

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.lineup import Place
    from understudy_gui.theme import ThemeManager

TILE = 28
ON_MARK = QRectF(6, TILE + 6, 16, 2)
SIZE = QSize(TILE + 6, TILE + 9)
"""The tile with the badge's overhang and the mark below it."""


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
        return SIZE

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors, corner = self._themes.current, QPointF(0, 0)
        paint_tile(painter, corner, TILE, self._place.name, colors)
        if self._place.health != "unknown":
            paint_badge(painter, corner, TILE, self.condition, colors, colors.window)
        if self._place.on:
            painting.rounded(painter, ON_MARK, 1, colors.accent_text)
        painter.end()
