"""The sidebar: new chat, search, the conversations, and the line-up at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from understudy_gui import assets, theme
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.views.lineup_strip import LineUpStrip
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.conversations import ConversationsModel
    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager
    from understudy_gui.views.conversation_list import ConversationList

NARROWEST, WIDEST = 220, 360
TOP = 52
SEARCH_AFTER = 150
"""Milliseconds without a key after which a search is made."""

_ICON = 15
_ROW = 32
_RIGHT = Qt.AlignmentFlag.AlignRight


def _key_font() -> QFont:
    face = theme.font("micro")
    face.setWeight(QFont.Weight.Normal)
    return face


class _Brand(QWidget):
    """The U and the name."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        themes.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        side = theme.scaled(20)
        mark = assets.logo(colors.text, colors.logo, side, self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - side) // 2, mark)
        name = theme.font("ui_strong")
        name.setPixelSize(theme.scaled(14))
        name.setLetterSpacing(name.SpacingType.AbsoluteSpacing, -0.2)
        box = QRect(side + 8, 0, self.width() - side - 8, self.height())
        painting.text(painter, box, "Understudy", name, colors.text)
        painter.end()


class _NewChat(QPushButton):
    """The wide button at the head of the list."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes, 6)
        themes.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, theme.scaled(_ROW))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        rest = colors.inset if colors.dark else colors.raised
        ground = colors.hover_raised if self.underMouse() else rest
        ground = colors.pressed if self.isDown() else ground
        painting.rounded(painter, self.rect(), 6, ground, colors.border_strong)
        side = theme.scaled(_ICON)
        painting.icon(painter, 9, (self.height() - side) / 2, "square-pen", colors.text, side)
        words = theme.font("ui")
        words.setWeight(words.Weight.Medium)
        box = QRect(17 + side, 0, self.width() - 26 - side, self.height())
        painting.text(painter, box, self.text(), words, colors.text)
        painting.text(painter, box, "Ctrl N", _key_font(), colors.text3, _RIGHT)
        painter.end()


class _Search(LineEdit):
    """The search field, with its key shown while it is empty."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(themes, tr("Search conversations"), parent=parent)
        self._colors = themes
        self._leave_room()
        themes.changed.connect(self._leave_room)

    def _leave_room(self) -> None:
        self.setTextMargins(theme.scaled(_ICON) + 15, 0, 8, 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors, focused = self._colors.current, self.hasFocus()
        edge = colors.focus if focused else colors.border_strong
        painting.rounded(painter, self.rect(), 6, colors.surface, edge, 2 if focused else 1)
        side = theme.scaled(_ICON)
        painting.icon(painter, 9, (self.height() - side) / 2, "search", colors.text3, side)
        if not self.text() and not focused:
            box = self.rect().adjusted(0, 0, -9, 0)
            painting.text(painter, box, "Ctrl K", _key_font(), colors.text3, _RIGHT)
        painter.end()
        QLineEdit.paintEvent(self, event)


class _NothingFound(QWidget):
    """What stands in place of the list where a search found nothing, or nothing was said yet."""

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._head, self._line = "", ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        themes.changed.connect(self.update)
        self.hide()

    def say(self, head: str, line: str) -> None:
        """Show a heading and a line; nothing where both are empty."""
        self._head, self._line = head, line
        self.setAccessibleName(f"{head}. {line}")
        self.setVisible(bool(head))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
        painter.setFont(theme.font("ui_strong"))
        painter.setPen(colors.text2)
        box = self.rect().adjusted(16, 32, -16, 0)
        used = painter.boundingRect(box, flags, self._head)
        painter.drawText(box, flags, self._head)
        painter.setFont(theme.font("caption"))
        painter.setPen(colors.text3)
        painter.drawText(box.adjusted(0, used.height() + 4, 0, 0), flags, self._line)
        painter.end()


class Sidebar(QWidget):
    """Everything left of the conversation.

    Signals: ``new_chat``, ``searched(text)`` (empty when the search ends), ``hide_wanted``.
    The list's and the strip's own signals are reached through ``list`` and ``strip``.
    """

    new_chat = Signal()
    searched = Signal(str)
    hide_wanted = Signal()

    def __init__(
        self,
        line_up: LineUpModel,
        themes: ThemeManager,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self.new = _NewChat(themes)
        self.search = _Search(themes)
        self.hide_button = IconButton(themes, "panel-left", tr("Hide the sidebar"))
        self._list: ConversationList | None = None
        self._nothing: _NothingFound | None = None
        self.strip = LineUpStrip(line_up, themes)
        self._bar, self._top = QWidget(), QHBoxLayout()
        self._rows = QHBoxLayout()
        self._search_soon = QTimer(self, interval=SEARCH_AFTER, singleShot=True)
        self._build()
        self._connect()
        self._restyle()
        self.retranslate()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        self._top.addWidget(_Brand(self._themes), 1)
        self._top.addWidget(self.hide_button)
        self._bar.setLayout(self._top)
        column.addWidget(self._bar)
        fields = QVBoxLayout()
        fields.setContentsMargins(12, 0, 12, 8)
        fields.setSpacing(8)
        fields.addWidget(self.new)
        fields.addWidget(self.search)
        column.addLayout(fields)
        self._rows.setContentsMargins(8, 0, 8, 0)
        column.addLayout(self._rows, 1)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_chat)
        self.hide_button.clicked.connect(self.hide_wanted)
        self.search.textChanged.connect(self._search_soon.start)
        self._search_soon.timeout.connect(lambda: self.searched.emit(self.search.text().strip()))
        self.search.installEventFilter(self)
        self._themes.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._bar.setFixedHeight(theme.scaled(TOP))
        self._top.setContentsMargins(theme.scaled(16), 0, theme.scaled(8), 0)
        self.update()

    @property
    def list(self) -> ConversationList:
        """The conversations; there is no list until ``install``."""
        if self._list is None:
            raise RuntimeError("The list is installed after the first paint.")
        return self._list

    def install(self, conversations: ConversationsModel) -> None:
        """Take the list in. It comes after the first paint, in which it would be empty: 7 ms."""
        from understudy_gui.views.conversation_list import ConversationList

        self._list = ConversationList(self._themes)
        self._list.setModel(conversations)
        self._list.installEventFilter(self)
        self._nothing = _NothingFound(self._themes, self._list)
        self._rows.addWidget(self._list)
        changes = conversations.rowsInserted, conversations.rowsRemoved, conversations.modelReset
        for changed in changes:
            changed.connect(self._say_if_nothing)

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.new.setText(tr("New chat"))
        self.new.setAccessibleName(tr("New chat"))
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search conversations"))
        self.hide_button.set_name(tr("Hide the sidebar"))
        if self._list is not None:
            self._list.retranslate()
            self._list.conversations().retranslate()
        self.strip.refresh()

    def end_search(self) -> None:
        """Empty the field and show every conversation again."""
        self.search.clear()
        self._search_soon.stop()
        self.searched.emit("")

    def say_if_nothing(self, found: bool) -> None:
        """Say that a search found nothing, or that nothing was said yet."""
        if self._nothing is None:
            return
        text = self.search.text().strip()
        if found:
            self._nothing.say("", "")
        elif text:
            line = tr("Search looks in titles and in every message.")
            self._nothing.say(tr("Nothing found for “{text}”", text=text), line)
        else:
            line = tr("Conversations stay on this computer.")
            self._nothing.say(tr("Nothing here yet"), line)

    def _say_if_nothing(self) -> None:
        self.say_if_nothing(self.list.conversations().rowCount() > 0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._list and event.type() == QEvent.Type.Resize:
            if self._nothing is not None and self._list is not None:
                self._nothing.setGeometry(self._list.rect())
            return False
        if watched is not self.search or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Escape if self.search.text():
                self.end_search()
                return True
            case Qt.Key.Key_Down:
                self._enter_list()
                return True
            case _:
                return False

    def _enter_list(self) -> None:
        first = self.list.moveCursor(self.list.CursorAction.MoveHome, Qt.KeyboardModifier(0))
        self.list.setProperty("keyboard", True)
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        self.list.setCurrentIndex(first)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = self._themes.current
        painting.fill(painter, self.rect(), colors.window)
        painting.fill(painter, QRect(self.width() - 1, 0, 1, self.height()), colors.border)
        painter.end()
