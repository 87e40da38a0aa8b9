"""Menus with rounded corners."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import tokens


class Menu(QMenu):
    """A menu in the design's look; the style sheet paints it, the system adds its shadow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if QGuiApplication.platformName() == "xcb":  # without a compositor the corners are black
            outline, radius = QPainterPath(), tokens()["radius"]["lg"]
            outline.addRoundedRect(QRectF(self.rect()), radius, radius)
            self.setMask(QRegion(outline.toFillPolygon().toPolygon()))
