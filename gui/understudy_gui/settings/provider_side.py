"""The providers' list with its head: everybody there is, narrowed by a name where they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.page import heading
from understudy_gui.settings.provider_list import ProviderDelegate, ProviderLine, ProviderListModel
from understudy_gui.settings.row_view import RowView
from understudy_gui.theme import scaled
from understudy_gui.widgets.button import Button, IconButton
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.label import Label, Panel, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import ThemeManager

SEARCH_FROM = 7
"""So many providers are more than one sees at a glance."""

_WIDTH = 304
_HEAD = 52


class ProviderSide(Panel):
    """Who there is.

    Signals: `chosen(id)`; `adding` when somebody shall be added.
    """

    chosen = Signal(str)
    adding = Signal()

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(themes, "surface", edges=Qt.Edge.RightEdge, parent=parent)
        self._themes = themes
        self._lines: tuple[ProviderLine, ...] = ()
        self.model = ProviderListModel(self)
        self._delegate = ProviderDelegate(themes)
        self.view = RowView(themes, tr("Providers"), self.model, self._delegate)
        self.add = Button(themes, tr("Add provider"), "quiet", icon="plus", small=True)
        self.search = LineEdit(themes, tr("Find a provider"))
        self.glass = IconButton(themes, "search", tr("Find a provider"))
        self._plus = IconButton(themes, "plus", tr("Add provider"))
        self._heading = heading(themes, tr("Providers"))
        self._nobody = Label(themes, tr("Nobody is called so."), "caption", "text3", wrap=True)
        self._build()
        self._connect()

    @property
    def searching(self) -> bool:
        """Whether the list is narrowed, or about to be."""
        return not self.search.isHidden()

    def show_lines(self, lines: Sequence[ProviderLine]) -> None:
        """Show who there is now."""
        self._lines = tuple(lines)
        self.glass.setVisible(len(lines) >= SEARCH_FROM)
        if len(lines) < SEARCH_FROM and self.searching:
            self.end_search()
        self._narrow()

    def choose(self, provider: str) -> None:
        """Make a provider's row the current one; one that is not found is brought back."""
        if self.searching and self.model.row_of(provider) < 0:
            self.end_search()
        row = self.model.row_of(provider)
        if row >= 0 and self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(self.model.index(row))

    def start_search(self) -> None:
        """Put the field for a name in place of the heading."""
        if len(self._lines) < SEARCH_FROM:
            return
        self._show_search(shown=True)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def end_search(self) -> None:
        """Show everybody again."""
        focused = self.search.hasFocus()
        self.search.clear()
        self._show_search(shown=False)
        if focused:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Esc, ↓ and Enter leave the field, each in its own way."""
        pressed = event.type() == QEvent.Type.KeyPress
        if watched is not self.search or not pressed or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        match event.key():
            case Qt.Key.Key_Escape:
                self.end_search()
            case Qt.Key.Key_Down:
                self._enter_list()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take()
            case _:
                return False
        return True

    def _build(self) -> None:
        self.setFixedWidth(scaled(_WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        self._nobody.setContentsMargins(16, 4, 16, 4)
        column.addWidget(self._nobody)
        column.addWidget(self.view, 1)
        column.addWidget(Rule(self._themes))
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.add)
        foot.addStretch()
        column.addLayout(foot)

    def _build_head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(scaled(_HEAD))
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 12, 12, 8)
        row.setSpacing(0)
        row.addWidget(self._heading)
        row.addWidget(self.search, 1)
        row.addStretch()
        row.addWidget(self.glass)
        row.addWidget(self._plus)
        self.search.setPlaceholderText(tr("Find a provider"))
        self.search.hide()
        return head

    def _connect(self) -> None:
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self.view.clicked.connect(self._chosen)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.glass.clicked.connect(self._toggle_search)
        for button in (self.add, self._plus):
            button.clicked.connect(self.adding)

    def _show_search(self, *, shown: bool) -> None:
        self._heading.setVisible(not shown)
        self.search.setVisible(shown)
        self.glass.set_icon("x" if shown else "search")
        self.glass.set_name(tr("Show everybody") if shown else tr("Find a provider"))

    def _toggle_search(self) -> None:
        if self.searching:
            self.end_search()
        else:
            self.start_search()

    def _narrow(self) -> None:
        wanted = self.search.text().strip().casefold()
        found = [line for line in self._lines if wanted in line.name.casefold()]
        chosen = self.view.selectionModel().hasSelection()
        current = self.model.key_at(self.view.currentIndex().row())
        self.model.show(found)
        self._nobody.setVisible(bool(self._lines) and not found)
        row = self.model.row_of(current)
        if chosen and row >= 0:
            self.view.setCurrentIndex(self.model.index(row))

    def _chosen(self, index: QModelIndex) -> None:
        provider = self.model.key_at(index.row())
        if provider:
            self.chosen.emit(provider)

    def _enter_list(self) -> None:
        if not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))
        self.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _take(self) -> None:
        """Show the one that is meant, among everybody."""
        provider = self.model.key_at(max(self.view.currentIndex().row(), 0))
        if provider:
            self.end_search()
            self.choose(provider)
            self.chosen.emit(provider)
