"""Rows with a name of their own: the model below the providers' list and the routes' list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from understudy_gui.overriding import override
from understudy_gui.settings.row_view import Index

if TYPE_CHECKING:
    from collections.abc import Sequence


class Line(Protocol):
    """What a row holds. ``key`` tells it from the others, ``spoken`` is read out for it."""

    @property
    def key(self) -> str:
        """The same as long as it is the same row."""
        ...

    @property
    def name(self) -> str:
        """The name that people read."""
        ...

    @property
    def spoken(self) -> str:
        """All that the row shows, in words."""
        ...


LineT = TypeVar("LineT", bound=Line)


class RowModel(QAbstractListModel, Generic[LineT]):
    """Rows in the order in which they are shown; the whole line is their user role."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[LineT, ...] = ()

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
                return line.spoken
            case Qt.ItemDataRole.UserRole:
                return line
            case _:
                return None

    def row_of(self, key: str) -> int:
        """Return the row of a key, -1 where it is not shown."""
        keys = [line.key for line in self._lines]
        return keys.index(key) if key in keys else -1

    def key_at(self, row: int) -> str:
        """Return a row's key, empty where there is no such row."""
        return self._lines[row].key if 0 <= row < len(self._lines) else ""

    def show(self, lines: Sequence[LineT]) -> None:
        """Show other rows; the selection stays where only their content changed."""
        new = tuple(lines)
        if [line.key for line in new] == [line.key for line in self._lines]:
            self._lines = new
            if new:
                self.dataChanged.emit(self.index(0), self.index(len(new) - 1), [])
            return
        self.beginResetModel()
        self._lines = new
        self.endResetModel()
