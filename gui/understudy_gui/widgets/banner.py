"""A banner says what happened, what was done and what one can do, where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.overriding import override
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.label import Glyph, Ink, Label
from understudy_gui.widgets.roles import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import Theme, ThemeManager

Tone: TypeAlias = Literal["danger", "warn", "info"]

_GLYPHS: dict[Tone, tuple[str, Ink]] = {
    "danger": ("circle-alert", "danger_text"),
    "warn": ("triangle-alert", "warn_text"),
    "info": ("info", "text2"),
}


class Banner(QWidget):
    """An alert in the page. Assistive technology reads it out when it appears.

    Signals: `pressed(id)` for its buttons.
    """

    pressed = Signal(str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.AlertMessage)
        self._themes = themes
        self._tone: Tone = "info"
        self._glyph = Glyph(themes, "info", "text2")
        self._title = Label(themes, "", "ui_strong", wrap=True)
        self._text = Label(themes, "", "ui", "text2", wrap=True)
        self._buttons = QHBoxLayout()
        self._build()
        self.hide()
        themes.changed.connect(self.update)

    def say(
        self,
        tone: Tone,
        title: str,
        text: str = "",
        actions: Sequence[tuple[str, str]] = (),
        *,
        glyph: str = "",
    ) -> None:
        """Show a message and its actions, each an id and a label."""
        self._tone = tone
        shown, ink = _GLYPHS[tone]
        self._glyph.show_glyph(glyph or shown, ink)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._set_actions(actions)
        self.setAccessibleName(f"{title} {text}".strip())
        self.show()
        self.update()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def words(self) -> str:
        """Return what is said."""
        return f"{self._title.text()} {self._text.text()}".strip()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme: Theme = self._themes.current
        grounds = {"danger": theme.danger_soft, "warn": theme.warn_soft, "info": theme.accent_soft}
        painting.rounded(painter, self.rect(), 8, grounds[self._tone])
        painter.end()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self._text)
        row.addLayout(column, 1)
        self._buttons.setSpacing(8)
        row.addLayout(self._buttons)

    def _set_actions(self, actions: Sequence[tuple[str, str]]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for name, label in actions:
            button = Button(self._themes, label, small=True)
            button.clicked.connect(lambda _checked=False, name=name: self.pressed.emit(name))
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
