"""Messages that were sent while an answer is written: each waits, and can be withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import font, line_height, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import Button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from understudy_gui.theme import ThemeManager


class _Line(QWidget):
    """One message that waits."""

    withdrawn = Signal()

    def __init__(self, themes: ThemeManager, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._text = " ".join(text.split())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Waits in line: {text}", text=self._text))
        withdraw = Button(themes, tr("Withdraw"), "quiet", small=True)
        withdraw.clicked.connect(self.withdrawn)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 2, 0)
        line.addStretch(1)
        line.addWidget(withdraw)
        self._button = withdraw

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        ground = colors.surface if colors.dark else colors.inset
        painting.rounded(painter, self.rect(), 6, ground, colors.border)
        side = scaled(14)
        top = (self.height() - side) / 2
        painting.icon(painter, 10, top, "clock", colors.text3, side)
        end = self._button.x() - 8
        box = QRect(10 + side + 8, 0, end - 18 - side, self.height())
        painting.text(painter, box, self._text, font("ui"), colors.text2)
        painter.end()


class WaitingLine(QWidget):
    """The messages that wait, the next one first.

    Signal: ``withdrawn(number)``, counted from 0.
    """

    withdrawn = Signal(int)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._texts: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """What waits."""
        return self._texts

    def show_waiting(self, texts: Sequence[str]) -> None:
        """Show other messages; nothing at all where none waits."""
        if tuple(texts) == self._texts:
            return
        self._texts = tuple(texts)
        while (old := self._column.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, text in enumerate(texts):
            line = _Line(self._themes, text)
            line.withdrawn.connect(lambda number=number: self.withdrawn.emit(number))
            self._column.addWidget(line)
        self.setVisible(bool(texts))
        self.setMinimumHeight(len(texts) * (line_height("ui") + 12) if texts else 0)
