"""The list of conversations: one stop in the focus order, rows painted by a delegate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from understudy_gui import assets, theme
from understudy_gui.i18n import tr
from understudy_gui.models.conversations import ConversationsModel
from understudy_gui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QContextMenuEvent

    from understudy_gui.theme import Theme, ThemeManager

Index: TypeAlias = QModelIndex | QPersistentModelIndex

ROW = 32
LABEL = 32
"""A label's line is 16 high, with 12 above and 4 below."""

_BUTTON = 28


class ConversationDelegate(QStyledItemDelegate):
    """Paints a label or a conversation: hover, the one that is shown, the dot of one writing."""

    def __init__(self, themes: ThemeManager, parent: QListView) -> None:
        super().__init__(parent)
        self._themes = themes
        self._list = parent
        self.shown: int | None = None
        self.hovered = -1

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        label = index.data(ConversationsModel.GroupRole) is not None
        return QSize(100, theme.scaled(LABEL if label else ROW))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(ConversationsModel.GroupRole) is not None:
            self._paint_label(painter, option.rect, str(index.data()))
        else:
            self._paint_row(painter, option, index)
        painter.restore()

    def _paint_label(self, painter: QPainter, rect: QRect, text: str) -> None:
        font = theme.font("micro")
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._themes.current.text3)
        line = rect.adjusted(8, theme.scaled(12), -8, -theme.scaled(4))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = self._themes.current
        hovered = index.row() == self.hovered
        shown = index.data(ConversationsModel.IdRole) == self.shown
        ground = colors.selected if shown else colors.hover if hovered else None
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(option.rect), 6, 6)
        if self._has_focus_ring(index):
            self._paint_ring(painter, option.rect, colors)
        room = option.rect.adjusted(8, 0, -8, 0)
        room.setRight(room.right() - self._paint_mark(painter, room, index, hovered, colors))
        font = theme.font("ui")
        if shown:
            font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        painter.setPen(colors.text)
        mode = Qt.TextElideMode.ElideRight
        title = QFontMetrics(font).elidedText(str(index.data()), mode, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, title)

    def _has_focus_ring(self, index: Index) -> bool:
        focused = self._list.hasFocus() and self._list.property("keyboard") is True
        return focused and self._list.currentIndex().row() == index.row()

    def _paint_ring(self, painter: QPainter, rect: QRect, colors: Theme) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.focus, 2))
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_mark(
        self, painter: QPainter, room: QRect, index: Index, hovered: bool, colors: Theme
    ) -> int:
        """Paint what stands at the right end and return how much room it took."""
        if hovered:
            ratio = painter.device().devicePixelRatioF()
            dots = assets.glyph("ellipsis", colors.text2, 16, ratio)
            painter.drawPixmap(room.right() - 15, room.center().y() - 7, dots)
            return 24
        if index.data(ConversationsModel.WritingRole):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent_text)
            painter.drawEllipse(QRectF(room.right() - 6, room.center().y() - 2.5, 6, 6))
            return 16
        return 0


class ConversationList(QListView):
    """The conversations.

    Signals: ``opened(id)``; ``renamed(id, title)``; ``pinned(id, on)``; ``deleted(id)``;
    ``menu_wanted(id, global position)`` for the row's own menu.
    """

    opened = Signal(int)
    renamed = Signal(int, str)
    deleted = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._delegate = ConversationDelegate(themes, self)
        self._rename_field: QLineEdit | None = None
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Conversations"))
        self._ground()
        themes.changed.connect(self._restyle)

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.setAccessibleName(tr("Conversations"))

    def show_as_open(self, conversation: int | None) -> None:
        """Mark the conversation that the transcript shows."""
        self._delegate.shown = conversation
        index = self.conversations().index_of(conversation)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        else:
            self.setCurrentIndex(QModelIndex())
        self.viewport().update()

    def conversations(self) -> ConversationsModel:
        """Return the model, which is always a ``ConversationsModel``."""
        model: QAbstractItemModel | None = self.model()
        if not isinstance(model, ConversationsModel):
            raise TypeError("The list shows conversations alone.")
        return model

    def begin_rename(self, conversation: int) -> None:
        """Put a field over the row; Enter takes the new title, Esc leaves the old one."""
        index = self.conversations().index_of(conversation)
        if not index.isValid():
            return
        field = QLineEdit(str(index.data()), self.viewport())
        field.setAccessibleName(tr("New title"))
        field.setGeometry(self.visualRect(index))
        field.selectAll()
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.editingFinished.connect(lambda: self._end_rename(conversation, field))
        field.installEventFilter(self)
        self._rename_field = field

    def _end_rename(self, conversation: int, field: QLineEdit) -> None:
        if field is not self._rename_field:
            return
        self._rename_field = None
        title = field.text().strip()
        field.deleteLater()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if title:
            self.renamed.emit(conversation, title)

    @override
    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._rename_field and isinstance(event, QKeyEvent):
            leaving = event.key() == Qt.Key.Key_Escape
            if leaving and event.type() == QEvent.Type.KeyPress and self._rename_field is not None:
                field, self._rename_field = self._rename_field, None
                field.deleteLater()
                self.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        """Note the row under the mouse: asking Qt's style for it costs 9 ms at the start."""
        if row != self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setProperty("keyboard", False)
        super().mousePressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        conversation = index.data(ConversationsModel.IdRole)
        if event.button() != Qt.MouseButton.LeftButton or not isinstance(conversation, int):
            return
        if event.position().x() > self.visualRect(index).right() - _BUTTON:
            self.menu_wanted.emit(conversation, event.globalPosition().toPoint())
        else:
            self.opened.emit(conversation)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == event.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        conversation = index.data(ConversationsModel.IdRole)
        if isinstance(conversation, int):
            self.menu_wanted.emit(conversation, event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setProperty("keyboard", True)
        conversation = self.currentIndex().data(ConversationsModel.IdRole)
        if isinstance(conversation, int):
            match event.key():
                case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                    self.opened.emit(conversation)
                    return
                case Qt.Key.Key_F2:
                    self.begin_rename(conversation)
                    return
                case Qt.Key.Key_Delete:
                    self.deleted.emit(conversation)
                    return
                case _:
                    pass
        super().keyPressEvent(event)
        self.viewport().update()

    def _ground(self) -> None:
        """Stand on the sidebar's ground. Asking for the viewport at the start would cost 7 ms."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, self._themes.current.window)
        self.setPalette(palette)

    def _restyle(self) -> None:
        self._ground()
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
