"""The navigation at the left of the settings: one page is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing
from understudy_gui.widgets.label import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import ThemeManager

_WIDTH = 176


class Navigation(Panel):
    """The pages by glyph and name; ↑ and ↓ open the next one. Never moves the focus into a page.

    Signals: `opened(number)`.
    """

    opened = Signal(int)

    def __init__(
        self,
        themes: ThemeManager,
        entries: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, "window", edges=Qt.Edge.RightEdge, parent=parent)
        self.setAccessibleName(tr("Settings"))
        self.setFixedWidth(scaled(_WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 9, 12)
        column.setSpacing(0)
        self._group = QButtonGroup(self)
        for number, (glyph, name) in enumerate(entries):
            item = _Item(themes, glyph, name, self)
            self._group.addButton(item, number)
            column.addWidget(item)
        column.addStretch()
        self._group.idToggled.connect(self._toggled)

    def open(self, number: int) -> None:
        """Open a page."""
        self._group.button(number).setChecked(True)

    def _toggled(self, number: int, on: bool) -> None:
        if on:
            self.opened.emit(number)


class _Item(QRadioButton):
    """A page's entry, 32 high."""

    def __init__(self, themes: ThemeManager, glyph: str, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._themes = themes
        self._glyph = glyph
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes)
        themes.changed.connect(self._restyle)

    @override
    def sizeHint(self) -> QSize:
        return QSize(painting.advance(self._font(), self.text()) + 48, scaled(32))

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def paintEvent(self, arg__1: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme, chosen = self._themes.current, self.isChecked()
        if chosen or self.underMouse():
            painting.rounded(painter, self.rect(), 6, theme.selected if chosen else theme.hover)
        size = scaled(16)
        color = theme.accent_text if chosen else theme.text2
        painting.icon(painter, 8, (self.height() - size) / 2, self._glyph, color, size)
        left = 8 + size + 8
        box = QRect(left, 0, self.width() - left - 4, self.height())
        painting.text(painter, box, self.text(), self._font(), theme.text)
        painter.end()

    def _font(self) -> QFont:
        result = font("ui")
        if self.isChecked():
            result.setWeight(QFont.Weight.Medium)
        return result

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
