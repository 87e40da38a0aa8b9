"""A segmented control: a few choices side by side, one of them taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy_gui.theme import ThemeManager

_PADDING = 12
_INSET = 2


class Segmented(QWidget):
    """Choices by id and label; the arrow keys move between them.

    Signals: `chosen(id)` when the user takes another one.
    """

    chosen = Signal(str)

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        choices: Iterable[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(_INSET, _INSET, _INSET, _INSET)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._ids: list[str] = []
        for choice, label in choices:
            segment = _Segment(themes, label, self)
            self._group.addButton(segment, len(self._ids))
            self._ids.append(choice)
            row.addWidget(segment)
        self._group.idClicked.connect(self._clicked)

    @property
    def choice(self) -> str:
        """The id that is taken, empty before one is."""
        taken = self._group.checkedId()
        return self._ids[taken] if taken >= 0 else ""

    def choose(self, choice: str) -> None:
        """Take a choice without a signal."""
        self._group.button(self._ids.index(choice)).setChecked(True)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        painting.rounded(painter, self.rect(), 8, theme.inset, theme.border)
        painter.end()

    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._ids[number])


class _Segment(QRadioButton):
    """One choice; a radio button to the keyboard and to assistive technology."""

    def __init__(self, themes: ThemeManager, label: str, parent: QWidget) -> None:
        super().__init__(label, parent)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.ring = FocusRing(self, themes)
        themes.changed.connect(self._restyle)

    @override
    def sizeHint(self) -> QSize:
        width = painting.advance(self._font(taken=True), self.text()) + 2 * _PADDING + 2
        return QSize(width, scaled(32) - 2 * _INSET)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme, taken = self._themes.current, self.isChecked()
        if taken:
            ground = theme.pressed if theme.dark else theme.raised
            painting.rounded(painter, self.rect(), 6, ground, theme.border_strong)
        color = theme.text if taken or self.underMouse() else theme.text2
        box = QRect(0, 0, self.width(), self.height())
        middle = Qt.AlignmentFlag.AlignHCenter
        painting.text(painter, box, self.text(), self._font(taken), color, middle)
        painter.end()

    def _font(self, taken: bool) -> QFont:
        result = font("ui")
        if taken:
            result.setWeight(QFont.Weight.Medium)
        return result

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
