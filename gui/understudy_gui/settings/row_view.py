"""A list of painted rows: the base of the providers' list and the routes' list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from understudy_gui.overriding import override
from understudy_gui.theme import scaled, tokens
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import KEYBOARD
from understudy_gui.widgets.label import ground

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtWidgets import QWidget

    from understudy_gui.theme import Theme, ThemeManager
    from understudy_gui.widgets.label import Ground

Index = QModelIndex | QPersistentModelIndex


class RowView(QListView):
    """One row a line, one of them current; ↑ and ↓ choose. `on` is its ground, None for none."""

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        model: QAbstractItemModel,
        delegate: RowDelegate,
        on: Ground | None = "surface",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._ground: Ground | None = on
        self.by_keyboard = False
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self._restyle()
        themes.changed.connect(self._restyle)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.by_keyboard = event.reason() in KEYBOARD
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.by_keyboard = False
        super().focusOutEvent(event)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self.by_keyboard = False
        return super().viewportEvent(event)

    def _restyle(self) -> None:
        palette = self.palette()
        color = QColor(0, 0, 0, 0)
        if self._ground is not None:
            color = ground(self._themes.current, self._ground)
        palette.setColor(QPalette.ColorRole.Base, color)
        self.setPalette(palette)
        self.scheduleDelayedItemsLayout()


class RowDelegate(QStyledItemDelegate):
    """Paints a row's ground; `paint_row` paints what stands on it."""

    def __init__(self, themes: ThemeManager, height: int, margin: int = 8) -> None:
        super().__init__()
        self._themes = themes
        self._height = height
        self._margin = margin

    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        """Draw a row's content inside `box`, its margins taken off."""
        raise NotImplementedError

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, scaled(self._height))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = self._themes.current
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        box = rect.adjusted(self._margin, 0, -self._margin, 0)
        painter.save()
        painting.begin(painter)
        ground = None
        if state & QStyle.StateFlag.State_Selected:
            ground = theme.selected
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = theme.hover
        if ground is not None:
            painting.rounded(painter, box, 8, ground)
        self.paint_row(painter, box, index, theme)
        if self._shows_focus(option, state):
            width = tokens()["focus"]["width"]
            painting.rounded(
                painter, QRectF(box).adjusted(1, 1, -1, -1), 8, None, theme.focus, width
            )
        painter.restore()

    @staticmethod
    def _shows_focus(option: QStyleOptionViewItem, state: QStyle.StateFlag) -> bool:
        view: object = option.widget
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        return focused and isinstance(view, RowView) and view.by_keyboard
