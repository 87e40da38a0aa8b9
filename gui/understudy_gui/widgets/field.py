"""Text fields: a line to type in, and the label, hint and error that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.label import Glyph, Label

if TYPE_CHECKING:
    from understudy_gui.theme import Kind, ThemeManager

RADIUS = 6
_PADDING = 10
_LABEL_GAP = 6


class LineEdit(QLineEdit):
    """One line of text, 32 high; its own edge thickens for focus and turns red for an error."""

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        *,
        kind: Kind = "ui",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._kind: Kind = kind
        self._wrong = False
        self._right = 0
        self.setAccessibleName(name)
        self.setFrame(False)
        self._restyle()
        themes.changed.connect(self._restyle)

    @property
    def wrong(self) -> bool:
        """Whether the field shows that its content cannot be used."""
        return self._wrong

    def set_wrong(self, wrong: bool) -> None:
        """Mark the content as one that cannot be used."""
        self._wrong = wrong
        self.update()

    def reserve(self, right: int) -> None:
        """Keep room at the right edge for a button."""
        self._right = right
        self.setTextMargins(_PADDING, 0, _PADDING + right, 0)

    @override
    def event(self, arg__1: QEvent) -> bool:
        """Claim Ctrl Z only with something to undo: else it is the toast's, or the window's."""
        if isinstance(arg__1, QKeyEvent) and arg__1.type() == QEvent.Type.ShortcutOverride:
            undo = arg__1.matches(QKeySequence.StandardKey.Undo)
            if undo and not self.isUndoAvailable():
                arg__1.ignore()
                return False
        return super().event(arg__1)

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), scaled(32))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(64), scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        edge, width = theme.control, 1
        if not self.isEnabled():
            edge = theme.border
        elif self._wrong:
            edge, width = theme.danger, 2
        elif self.hasFocus():
            edge, width = theme.focus, 2
        ground = theme.surface if self.isEnabled() else theme.inset
        painting.rounded(painter, self.rect(), RADIUS, ground, edge, width)
        painter.end()
        super().paintEvent(event)

    def _restyle(self) -> None:
        theme = self._themes.current
        self.setFont(font(self._kind))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        palette.setColor(QPalette.ColorRole.Text, theme.text)
        palette.setColor(QPalette.ColorRole.PlaceholderText, theme.text3)
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text, theme.disabled)
        self.setPalette(palette)
        self.setMinimumHeight(scaled(32))
        self.reserve(self._right)


class Field(QWidget):
    """A control under its label, with a hint below that an error replaces."""

    def __init__(
        self,
        themes: ThemeManager,
        label: str,
        control: QWidget,
        *,
        beside: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._label = Label(themes, label, "caption", "text2")
        self._label.setBuddy(control)
        self._glyph = Glyph(themes, "lock", "text3", 13)
        self._below = Label(themes, "", "caption", "text3", wrap=True)
        self._hint = ("", "")
        self._error = ""
        self._build(beside)
        self._show_below()

    @property
    def error(self) -> str:
        """What is said to be wrong; empty where nothing is."""
        return self._error

    @property
    def hint(self) -> str:
        """What is said about the control while nothing is wrong."""
        return self._hint[0]

    def set_hint(self, text: str, glyph: str = "") -> None:
        """Say something about the control, with an icon before it if one is named."""
        self._hint = (text, glyph)
        self._show_below()

    def set_error(self, text: str) -> None:
        """Say what is wrong with the content; an empty text takes that back."""
        changed = text != self._error
        self._error = text
        if isinstance(self._control, LineEdit):
            self._control.set_wrong(bool(text))
        self._control.setAccessibleDescription(text)
        self._show_below()
        if text and changed:
            from PySide6.QtGui import QAccessible, QAccessibleEvent  # 2 ms, not for the first paint

            alert = QAccessibleEvent(self._below, QAccessible.Event.Alert)
            QAccessible.updateAccessibility(alert)

    def _build(self, beside: QWidget | None) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_LABEL_GAP)
        column.addWidget(self._label)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._control, 1)
        if beside is not None:
            row.addWidget(beside)
        column.addLayout(row)
        below = QHBoxLayout()
        below.setSpacing(6)
        below.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._below, 1)
        column.addLayout(below)

    def _show_below(self) -> None:
        text, glyph = (self._error, "circle-alert") if self._error else self._hint
        ink = "danger_text" if self._error else "text3"
        self._below.set_ink(ink)
        self._below.setText(text)
        self._below.setVisible(bool(text))
        self._glyph.setVisible(bool(text and glyph))
        if glyph:
            self._glyph.show_glyph(glyph, ink)
