"""The providers as rows: tile, name, models and how each is doing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter

from understudy_gui.overriding import override
from understudy_gui.settings.row_view import Index, RowDelegate
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import health, painting
from understudy_gui.widgets.health import Condition
from understudy_gui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import Theme, ThemeManager

ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """A row of the list; `faded` for one that is switched off."""

    provider: str
    name: str
    caption: str
    condition: Condition
    faded: bool = False


class ProviderListModel(QAbstractListModel):
    """The providers that are shown, in the program's order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ProviderLine, ...] = ()

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
                state = health.word(line.condition, time.time())
                return ", ".join(filter(None, (line.name, line.caption, state)))
            case Qt.ItemDataRole.UserRole:
                return line
            case _:
                return None

    def row_of(self, provider: str) -> int:
        """Return a provider's row, -1 where it is not shown."""
        ids = [line.provider for line in self._lines]
        return ids.index(provider) if provider in ids else -1

    def provider_at(self, row: int) -> str:
        """Return the id of a row's provider, empty where there is no such row."""
        return self._lines[row].provider if 0 <= row < len(self._lines) else ""

    def show(self, lines: Sequence[ProviderLine]) -> None:
        """Show other rows; the selection stays where only their content changed."""
        new = tuple(lines)
        if [line.provider for line in new] == [line.provider for line in self._lines]:
            self._lines = new
            if new:
                self.dataChanged.emit(self.index(0), self.index(len(new) - 1), [])
            return
        self.beginResetModel()
        self._lines = new
        self.endResetModel()


class ProviderDelegate(RowDelegate):
    """Paints a provider's row, 48 high."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 48)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        line = index.data(ROW)
        if not isinstance(line, ProviderLine):
            return
        tile = scaled(28)
        corner = QPointF(box.left() + 10, box.center().y() + 1 - tile / 2)
        paint_tile(painter, corner, tile, line.name, theme, faded=line.faded)
        now = time.time()
        pill = health.pill_size(line.condition, now)
        place = QPointF(box.right() - 9 - pill.width(), box.center().y() + 1 - pill.height() / 2)
        health.paint_pill(painter, place, line.condition, theme, now)
        left = box.left() + 10 + tile + 8
        self._paint_words(
            painter, QRect(left, box.top(), int(place.x()) - left - 8, 48), line, theme
        )

    @staticmethod
    def _paint_words(painter: QPainter, box: QRect, line: ProviderLine, theme: Theme) -> None:
        name = font("ui")
        name.setWeight(QFont.Weight.Medium)
        color = theme.text3 if line.faded else theme.text
        upper, lower = scaled(20), scaled(16)
        if not line.caption:
            painting.text(
                painter,
                QRect(box.left(), box.top(), box.width(), scaled(48)),
                line.name,
                name,
                color,
            )
            return
        top = box.top() + (scaled(48) - upper - lower) // 2
        painting.text(painter, QRect(box.left(), top, box.width(), upper), line.name, name, color)
        below = QRect(box.left(), top + upper, box.width(), lower)
        painting.text(painter, below, line.caption, font("micro"), theme.text3)
