"""A select: one choice of a list, in a field's look or bare inside a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QListView, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy_gui.theme import ThemeManager

_RADIUS = 6
_ARROWS = 13


class Select(QComboBox):
    """Choices by id and label. `bare` draws no edge until it is hovered or focused.

    With `free` the text may be typed as well: the list then finds what contains it, and what is
    not in it is a choice too, its id and its label the same.

    Signals: `chosen(id)` when the user takes another one.
    """

    chosen = Signal(str)

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        choices: Iterable[tuple[str, str]] = (),
        *,
        bare: bool = False,
        free: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._bare = bare
        self._tabular = tabular
        self._last = ""
        self.setAccessibleName(name)
        self.setView(QListView(self))
        self.setMaxVisibleItems(12)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ring = FocusRing(self, themes, _RADIUS)
        if free:
            self._accept_typing(name)
        self.set_choices(choices)
        self.activated.connect(self._announce)
        self._restyle()
        themes.changed.connect(self._restyle)

    @property
    def choice(self) -> str:
        """The id that is taken."""
        if self.isEditable() and self.currentText() != self.itemText(self.currentIndex()):
            return self.currentText().strip()
        data = self.currentData()
        return str(data) if data is not None else self.currentText().strip()

    def set_choices(self, choices: Iterable[tuple[str, str]]) -> None:
        """Offer other choices; the one that was taken stays taken if it is among them."""
        taken = self.choice if self.count() else ""
        self.blockSignals(True)
        self.clear()
        for choice, label in choices:
            self.addItem(label, choice)
        self.blockSignals(False)
        if taken:
            self.choose(taken)

    def choose(self, choice: str) -> None:
        """Take a choice without a signal."""
        self.blockSignals(True)
        row = self.findData(choice)
        self.setCurrentIndex(row)
        if (line := self.lineEdit()) is not None:
            self.setEditText(self.itemText(row) if row >= 0 else choice)
            line.setCursorPosition(0)  # of an id that is too long its beginning tells more
        self.blockSignals(False)
        self._last = choice
        self.update()

    @override
    def sizeHint(self) -> QSize:
        widest = max(
            (painting.advance(self.font(), self.itemText(row)) for row in range(self.count())),
            default=scaled(40),
        )
        side = 6 if self._bare else 10
        return QSize(widest + 2 * side + 8 + scaled(_ARROWS), scaled(28 if self._bare else 32))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(56), self.sizeHint().height())

    @override
    def showEvent(self, e: QShowEvent) -> None:
        super().showEvent(e)
        self._restyle()  # polishing gave the line inside a ground of its own

    @override
    def wheelEvent(self, e: QWheelEvent) -> None:
        e.ignore()  # a page scrolls under the pointer; it must not change a setting on its way

    @override
    def paintEvent(self, e: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        self._paint_ground(painter)
        side = 6 if self._bare else 10
        arrows = scaled(_ARROWS)
        x = self.width() - arrows - (side - 2)
        top = (self.height() - arrows) / 2
        painting.icon(painter, x, top, "chevrons-up-down", theme.text3, arrows)
        if not self.isEditable():
            color = theme.text if self.isEnabled() else theme.disabled
            box = QRect(side, 0, x - side - 4, self.height())
            painting.text(painter, box, self.currentText(), self.font(), color)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        theme = self._themes.current
        open_or_typing = self.view().isVisible() or (self.isEditable() and self.hasFocus())
        if open_or_typing:
            painting.rounded(painter, self.rect(), _RADIUS, theme.surface, theme.focus, 2)
        elif not self._bare:
            edge = theme.control if self.isEnabled() else theme.border
            painting.rounded(painter, self.rect(), _RADIUS, theme.surface, edge)
        elif self.underMouse() and self.isEnabled():
            painting.rounded(painter, self.rect(), _RADIUS, theme.hover)

    def _accept_typing(self, name: str) -> None:
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        if (line := self.lineEdit()) is not None:
            line.setAccessibleName(name)
            line.setFrame(False)
            line.editingFinished.connect(self._announce)

    def _announce(self, _row: int = 0) -> None:
        choice = self.choice
        if choice != self._last:
            self._last = choice
            self.chosen.emit(choice)

    def _restyle(self) -> None:
        theme = self._themes.current
        self.setFont(font("ui", tabular=self._tabular))
        self.view().setFont(font("ui", tabular=self._tabular))
        if (line := self.lineEdit()) is not None:
            palette = line.palette()
            palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
            palette.setColor(QPalette.ColorRole.Text, theme.text)
            line.setPalette(palette)
        self.updateGeometry()
        self.update()
