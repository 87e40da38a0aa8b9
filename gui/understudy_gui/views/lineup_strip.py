"""The line-up at the foot of the sidebar: who stands in which order, and who is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from understudy_gui import assets, theme
from understudy_gui.controllers import standing
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.views import tiles
from understudy_gui.views.tiles import PlaceTile
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent

    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager

GAP = 20
SIDE = 16
TOP = 10
BOTTOM = 14
STATUS_BELOW = 14


class LineUpStrip(QWidget):
    """The route's name, a tile a provider, and one sentence.

    Signals: ``opened`` when someone wants to see or change the line-up;
    ``routes_wanted(global position)`` for the menu of routes.
    """

    opened = Signal()
    routes_wanted = Signal(QPoint)

    def __init__(
        self, model: LineUpModel, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._themes = themes
        self._tiles: list[PlaceTile] = []
        self._hidden = 0
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        model.modelReset.connect(self.refresh)
        model.dataChanged.connect(self.refresh)
        themes.changed.connect(self._restyle)
        self.refresh()

    def refresh(self) -> None:
        """Take over what the model holds."""
        places = self._model.places
        while len(self._tiles) > len(places):
            self._tiles.pop().deleteLater()
        for tile, place in zip(self._tiles, places, strict=False):
            tile.show_place(place)
        for place in places[len(self._tiles) :]:
            self._tiles.append(PlaceTile(self._themes, place, self))
        self._place_tiles()
        self._tick()
        resting = any(place.until is not None for place in places)
        if resting != self._second.isActive():
            (self._second.start if resting else self._second.stop)()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.refresh()

    def status(self) -> str:
        """Return the sentence that stands below the tiles."""
        return " ".join(standing.sentences(self._model.places))

    def _tick(self) -> None:
        self.setAccessibleName(tr("Line-up {route}", route=self._model.route))
        self.setAccessibleDescription(self.status())
        self.setToolTip(self.status())
        for tile in self._tiles:
            tile.tick()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        caption = theme.line_height("caption")
        return QSize(220, 1 + TOP + caption + 8 + _tile() + STATUS_BELOW + caption + BOTTOM)

    def _tiles_top(self) -> int:
        return 1 + TOP + theme.line_height("caption") + 8

    def _place_tiles(self) -> None:
        room, step = self.width() - 2 * SIDE, _tile() + GAP
        fitting = max(1, (room + GAP) // step)
        if len(self._tiles) > fitting:
            fitting = max(1, (room - 24 + GAP) // step)
        self._hidden = max(0, len(self._tiles) - fitting)
        for number, tile in enumerate(self._tiles):
            corner = QPoint(SIDE + number * step, self._tiles_top())
            tile.setGeometry(QRect(corner, tiles.size()))
            tile.setVisible(number < fitting)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_tiles()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = self._themes.current
        painting.fill(painter, QRect(0, 0, self.width(), 1), colors.border)
        self._paint_head(painter)
        self._paint_chevrons(painter)
        self._paint_status(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colors.focus, 2))
            painter.drawRoundedRect(self.rect().adjusted(5, 5, -5, -5), 6, 6)

    def _route_rect(self) -> QRect:
        font = theme.font("caption")
        font.setWeight(font.Weight.Medium)
        wide = QFontMetrics(font).horizontalAdvance(self._model.route) + 16
        height = theme.line_height("caption")
        return QRect(self.width() - SIDE - wide, 1 + TOP, wide, height)

    def _paint_head(self, painter: QPainter) -> None:
        colors = self._themes.current
        height = theme.line_height("caption")
        label = theme.font("micro")
        label.setWeight(label.Weight.DemiBold)
        painter.setFont(label)
        painter.setPen(colors.text3)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(SIDE, 1 + TOP, 120, height), middle, tr("Line-up"))
        if not self._model.route:
            return
        name = theme.font("caption")
        name.setWeight(name.Weight.Medium)
        painter.setFont(name)
        painter.setPen(colors.text2)
        box = self._route_rect()
        painter.drawText(box, middle, self._model.route)
        arrows = assets.glyph("chevrons-up-down", colors.text3, 12, self.devicePixelRatioF())
        painter.drawPixmap(box.right() - 11, box.center().y() - 5, arrows)

    def _paint_chevrons(self, painter: QPainter) -> None:
        colors = self._themes.current
        shown = len(self._tiles) - self._hidden
        chevron = assets.glyph("chevron-right", colors.text3, 12, self.devicePixelRatioF())
        top = self._tiles_top()
        for number in range(shown - 1 + bool(self._hidden)):
            left = SIDE + number * (_tile() + GAP) + _tile()
            painter.drawPixmap(left + 4, top + _tile() // 2 - 6, chevron)
        if self._hidden:
            painter.setFont(theme.font("caption"))
            painter.setPen(colors.text2)
            box = QRect(SIDE + shown * (_tile() + GAP), top, 40, _tile())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"+{self._hidden}")

    def _paint_status(self, painter: QPainter) -> None:
        """Paint the sentence; what is said last, who is on, in the stronger ink."""
        colors = self._themes.current
        height = theme.line_height("caption")
        top = self._tiles_top() + _tile() + STATUS_BELOW
        box = QRect(SIDE, top, self.width() - 2 * SIDE, height)
        said = standing.sentences(self._model.places)
        plain, strong = theme.font("caption", tabular=True), theme.font("caption", tabular=True)
        if len(said) > 1 and any(place.until for place in self._model.places):
            strong.setWeight(strong.Weight.Medium)
        for number, sentence in enumerate(said):
            last = number == len(said) - 1 and strong.weight() != plain.weight()
            painter.setFont(strong if last else plain)
            painter.setPen(colors.text if last else colors.text2)
            metrics = painter.fontMetrics()
            words = metrics.elidedText(sentence, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
            box.setLeft(box.left() + metrics.horizontalAdvance(words + " "))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._route_rect().adjusted(-8, -8, 8, 8).contains(event.position().toPoint()):
            self.routes_wanted.emit(event.globalPosition().toPoint())
        else:
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()


def _tile() -> int:
    return theme.scaled(tiles.TILE)
