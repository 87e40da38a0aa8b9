"""The line-up of a route as a table: its head, its rows, and who can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings import lineup_row as place
from understudy_gui.settings.lineup_row import LineUpRow
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.label import Box, Label
from understudy_gui.widgets.menu import Menu
from understudy_gui.widgets.reorder import ReorderList

if TYPE_CHECKING:
    from understudy.settings_model import EntrySettings, RouteSettings
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


class LineUpTable(QWidget):
    """Shows a route's entries in order and lets the user change them.

    Signals: `removed(name)` after a row was taken out.
    """

    removed = Signal(str)

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._controller = controller
        self._route = ""
        self._compact = False
        self.list = _Places(themes, tr("Line-up"))
        self.add = Button(themes, tr("Add to line-up"), "quiet", icon="plus", small=True)
        self._head = _Head(themes)
        self._empty = Label(themes, tr("Nobody is in the line-up"), "ui", "text3")
        self._build()
        self.list.moved.connect(self._moved)
        self.list.previewed.connect(self._renumber)
        self.list.delete_pressed.connect(self._delete)
        self.add.clicked.connect(self._open_menu)

    @property
    def rows(self) -> list[LineUpRow]:
        """The rows in order."""
        return [row for row in self.list.rows if isinstance(row, LineUpRow)]

    def show_route(self, route: RouteSettings) -> None:
        """Show a route; rows that are there already stay, and with them the focus."""
        if self.list.dragging:
            return
        if route.name != self._route:
            self._route = route.name
            self.list.set_rows([])
        rows = self.rows
        if [row.entry.provider for row in rows] != [entry.provider for entry in route.entries]:
            rows = [self._row(entry) for entry in route.entries]
            self.list.set_rows(rows)
        for number, (row, entry) in enumerate(zip(rows, route.entries, strict=True), start=1):
            row.show_entry(entry, number)
        self._empty.setVisible(not rows)

    def add_menu(self) -> Menu:
        """Return the menu of everybody who can stand in the line-up."""
        menu = Menu(self)
        for provider in self._controller.providers:
            if self._controller.enabled(provider):
                name = self._controller.name(provider)
                menu.addAction(name, lambda provider=provider: self.append(provider))
        return menu

    def append(self, provider: str) -> None:
        """Put a provider at the end."""
        from understudy.settings_model import EntrySettings

        self._set([*self._entries(), EntrySettings(provider=provider)])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        compact = event.size().width() < scaled(place.COMPACT_BELOW)
        if compact != self._compact:
            self._compact = compact
            self._head.set_compact(compact)
            for row in self.rows:
                row.set_compact(compact)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        box = Box(self._themes)
        inside = QVBoxLayout(box)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        inside.addWidget(self._head)
        inside.addWidget(self.list)
        self._empty.setContentsMargins(16, 14, 16, 14)
        inside.addWidget(self._empty)
        column.addWidget(box)
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch()
        hint = tr("Alt ↑ and Alt ↓ move the selected row")
        foot.addWidget(Label(self._themes, hint, "caption", "text3"))
        column.addLayout(foot)

    def _row(self, entry: EntrySettings) -> LineUpRow:
        row = LineUpRow(self._themes, self._controller, entry)
        row.set_compact(self._compact)
        row.edited.connect(self._edited)
        row.remove.connect(self._remove)
        return row

    def _entries(self) -> list[EntrySettings]:
        route = self._controller.routes.get(self._route)
        return list(route.entries) if route is not None else []

    def _set(self, entries: list[EntrySettings]) -> None:
        self._controller.routes.set_entries(self._route, entries)

    def _moved(self, source: int, target: int) -> None:
        entries = self._entries()
        entries.insert(target, entries.pop(source))
        for number, row in enumerate(self.rows, start=1):
            row.show_entry(entries[number - 1], number)
        self._set(entries)

    def _renumber(self, order: list[QWidget]) -> None:
        for number, row in enumerate(order, start=1):
            if isinstance(row, LineUpRow):
                row.show_number(number)

    def _edited(self, row: LineUpRow, entry: EntrySettings) -> None:
        entries = self._entries()
        entries[self.rows.index(row)] = entry
        self._set(entries)

    def _remove(self, row: LineUpRow) -> None:
        self._delete(self.rows.index(row))

    def _delete(self, number: int) -> None:
        entries = self._entries()
        name = self._controller.name(entries.pop(number).provider)
        self._set(entries)
        self.removed.emit(name)

    def _open_menu(self) -> None:
        menu = self.add_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))


class _Places(ReorderList):
    """The rows; Delete takes the current one out."""

    delete_pressed = Signal(int)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.current >= 0:
            self.delete_pressed.emit(self.current)
        else:
            super().keyPressEvent(event)


class _Head(QWidget):
    """The names of the columns, above the rows."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._compact = False
        self.setFixedHeight(scaled(28))
        themes.changed.connect(self._restyle)

    def set_compact(self, compact: bool) -> None:
        """Leave out the column of states."""
        self._compact = compact
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 0, 8), 7, 7)
        painter.setClipRect(self.rect())
        painter.fillPath(ground, theme.inset)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.border)
        style = font("micro")
        style.setWeight(style.Weight.DemiBold)
        for x, words in self._columns():
            box = self.rect().adjusted(x, 0, 0, 0)
            painting.text(painter, box, words, style, theme.text3)
        painter.end()

    def _columns(self) -> list[tuple[int, str]]:
        """Return each column's left edge and name, counted from the right where rows are fixed."""
        gap = place.COMPACT_GAP if self._compact else place.GAP
        names = [
            (place.REMOVE, ""),
            (place.ON, tr("On")),
            *(() if self._compact else ((place.HEALTH, tr("Health")),)),
            (place.RETRIES, tr("Retries")),
            (place.FIRST_TOKEN, tr("First token")),
        ]
        columns = [(place.LEFT + 8, tr("Order"))]
        x = self.width() - place.RIGHT
        for width, name in names:
            x -= scaled(width)
            columns.append((x + (6 if width in {place.RETRIES, place.FIRST_TOKEN} else 0), name))
            x -= gap
        before = (14, 12, 28 + (6 if self._compact else 0), place.NAME)
        columns.append((place.LEFT + sum(map(scaled, before)) + 4 * gap + 6, tr("Model")))
        return columns

    def _restyle(self) -> None:
        self.setFixedHeight(scaled(28))
        self.update()
