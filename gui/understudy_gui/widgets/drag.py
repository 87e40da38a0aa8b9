"""What is seen while a row is dragged: the row lifted, the gap it would fill, and its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import tokens
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager

_RING: Final = 10
_LINE: Final = 2


class Lifted(QWidget):
    """The picture of a row, 1 px outlined with a shadow, following the pointer."""

    margin = 24

    def __init__(self, themes: ThemeManager, row: QWidget) -> None:
        super().__init__(row.window())
        self._themes = themes
        self._picture = self._picture_of(row)
        self._size = row.size()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(row.width() + 2 * self.margin, row.height() + 2 * self.margin)
        self.raise_()
        self.show()

    def show_row(self, row: QWidget) -> None:
        """Take a new picture of the row."""
        self._picture = self._picture_of(row)
        self.update()

    def place(self, corner: QPoint) -> None:
        """Put the row's top left corner at a point of the window."""
        self.move(corner - QPoint(self.margin, self.margin))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        box = QRectF(QRect(QPoint(self.margin, self.margin), self._size))
        effect = tokens()["shadow"]["lifted"]
        painting.shadow(painter, box, 8, effect["blur"], effect["dy"], theme.shadow)
        painting.rounded(painter, box, 8, theme.raised, theme.border_strong)
        painter.drawPixmap(box.topLeft(), self._picture)
        painter.end()

    @staticmethod
    def _picture_of(row: QWidget) -> QPixmap:
        ratio = row.devicePixelRatioF()
        picture = QPixmap(row.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        row.render(picture, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        return picture


class Gap(QWidget):
    """The place that the dragged row left open; it lies over the row itself."""

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._themes.current.inset)
        painter.end()


class DropLine(QWidget):
    """A line with a ring at its head, at the edge where the row would land."""

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._list = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def mark(self, y: int) -> None:
        """Show the line at a height of the list."""
        top = min(max(0, y - _RING // 2), self._list.height() - _RING)
        self.setGeometry(0, top, self._list.width(), _RING)
        self.raise_()
        self.show()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        middle = self.height() / 2
        painter.setPen(QPen(theme.accent_text, _LINE))
        painter.drawLine(QPointF(_RING, middle), QPointF(self.width() - 8, middle))
        painter.setBrush(theme.surface)
        reach = (_RING - _LINE) / 2
        painter.drawEllipse(QPointF(_RING / 2, middle), reach, reach)
        painter.end()
