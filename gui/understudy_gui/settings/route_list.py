"""The routes as rows: name, and who stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.row_view import Index, RowDelegate
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import Theme, ThemeManager

_TILE = 16
_TILES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A row of the list. `note` stands at its right: what it is used for."""

    name: str
    providers: tuple[str, ...]
    note: str = ""


class RouteListModel(QAbstractListModel):
    """The routes in the user's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[RouteLine, ...] = ()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.name
            case Qt.ItemDataRole.AccessibleTextRole:
                who = ", ".join(line.providers) or tr("nobody")
                return ", ".join(filter(None, (line.name, who, line.note)))
            case Qt.ItemDataRole.UserRole:
                return line
            case _:
                return None

    def row_of(self, name: str) -> int:
        """Return a route's row, -1 where there is none of that name."""
        names = [line.name for line in self._lines]
        return names.index(name) if name in names else -1

    def name_at(self, row: int) -> str:
        """Return a row's name, empty where there is no such row."""
        return self._lines[row].name if 0 <= row < len(self._lines) else ""

    def show(self, lines: Sequence[RouteLine]) -> None:
        """Show other rows; the selection stays where only their content changed."""
        new = tuple(lines)
        if [line.name for line in new] == [line.name for line in self._lines]:
            self._lines = new
            if new:
                self.dataChanged.emit(self.index(0), self.index(len(new) - 1), [])
            return
        self.beginResetModel()
        self._lines = new
        self.endResetModel()


class RouteDelegate(RowDelegate):
    """Paints a route's row, 58 high."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 58)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(line, RouteLine):
            return
        name = font("ui")
        name.setWeight(QFont.Weight.Medium)
        inner = box.adjusted(8, 8, -8, -8)
        upper = scaled(20)
        title = QRect(inner.left(), inner.top(), inner.width(), upper)
        painting.text(painter, title, line.name, name, theme.text)
        top = inner.top() + upper + 6
        size = scaled(_TILE)
        for number, provider in enumerate(line.providers[:_TILES_SHOWN]):
            paint_tile(
                painter, QPointF(inner.left() + number * (size + 4), top), size, provider, theme
            )
        if line.note:
            right = Qt.AlignmentFlag.AlignRight
            note = QRect(inner.left(), top, inner.width(), size)
            painting.text(painter, note, line.note, font("micro"), theme.text3, right)
