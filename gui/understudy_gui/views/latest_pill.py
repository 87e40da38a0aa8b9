"""The way back to the end of a conversation that was scrolled away from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QAbstractButton, QWidget

from understudy_gui import theme
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.theme import ThemeManager

HEIGHT = 32
MARGIN = 16
"""Room around the pill for its shadow."""

_ARROW = 14


class LatestPill(QAbstractButton):
    """A floating pill: an arrow, "Latest", and whether something is still being written.

    Around it is a ``margin`` of pixels for its shadow.
    """

    margin = MARGIN

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._writing = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_writing(False)
        themes.changed.connect(self.update)
        self.hide()

    def set_writing(self, writing: bool) -> None:
        """Say whether there is more to come."""
        self._writing = writing
        words = f"{tr('Latest')}, {tr('still writing')}" if writing else tr("Latest")
        self.setAccessibleName(words)
        self.resize(self.sizeHint())
        self.update()

    def _strong(self) -> QFont:
        face = theme.font("ui")
        face.setWeight(QFont.Weight.Medium)
        return face

    @override
    def sizeHint(self) -> QSize:
        wide = 14 + _ARROW + 8 + painting.advance(self._strong(), tr("Latest")) + 14
        if self._writing:
            wide += 8 + painting.advance(theme.font("caption"), tr("still writing"))
        return QSize(wide + 2 * MARGIN, theme.scaled(HEIGHT) + 2 * MARGIN)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        box = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        painting.shadow(painter, box, box.height() / 2, 14, 4, colors.shadow)
        ground = colors.hover_raised if self.underMouse() else colors.raised
        painting.rounded(painter, box, box.height() / 2, ground, colors.border)
        left = box.left() + 14
        top = box.center().y() - _ARROW / 2
        painting.icon(painter, left, top, "arrow-down", colors.text, _ARROW)
        words = QRect(round(left) + _ARROW + 8, round(box.top()), self.width(), round(box.height()))
        painting.text(painter, words, tr("Latest"), self._strong(), colors.text)
        if self._writing:
            words.translate(painting.advance(self._strong(), tr("Latest")) + 7, 0)
            face = theme.font("caption")
            painting.text(painter, words, tr("still writing"), face, colors.text3)
        painter.end()
