"""The sidebar's list: conversations under the day on which they were last used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from understudy_gui.i18n import tr
from understudy_gui.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

Group: TypeAlias = Literal["pinned", "today", "yesterday", "earlier"]
Index: TypeAlias = QModelIndex | QPersistentModelIndex
Key: TypeAlias = tuple[str, int]

GROUPS: tuple[Group, ...] = ("pinned", "today", "yesterday", "earlier")


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation as the list shows it; ``updated`` is seconds since the epoch."""

    id: int
    title: str
    updated: float
    pinned: bool = False
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the list: a group's label (``entry`` is None) or a conversation."""

    group: Group
    entry: Entry | None = None

    @property
    def key(self) -> Key:
        return (self.group, 0) if self.entry is None else ("conversation", self.entry.id)


def group_of(entry: Entry, today: date) -> Group:
    """Tell under which label a conversation stands on the day ``today``."""
    if entry.pinned:
        return "pinned"
    day = datetime.fromtimestamp(entry.updated).date()
    if day >= today:
        return "today"
    return "yesterday" if day == today - timedelta(days=1) else "earlier"


def group_label(group: Group) -> str:
    """Return the label that stands above a group."""
    match group:
        case "pinned":
            return tr("Pinned")
        case "today":
            return tr("Today")
        case "yesterday":
            return tr("Yesterday")
        case "earlier":
            return tr("Earlier")


class ConversationsModel(QAbstractListModel):
    """Conversations in groups, the newest first, each group below a row that names it.

    Changes come as inserted, moved and removed rows, so that a selection and a hover stay with
    their conversation. A search shows its results in one list without groups.
    """

    IdRole = Qt.ItemDataRole.UserRole + 1
    GroupRole = Qt.ItemDataRole.UserRole + 2
    WritingRole = Qt.ItemDataRole.UserRole + 3
    PinnedRole = Qt.ItemDataRole.UserRole + 4

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._writing: set[int] = set()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if row.entry is None:
            return self._of_group(row.group, role)
        return self._of_entry(row.entry, role)

    def _of_group(self, group: Group, role: int) -> object:
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return group_label(group)
        return group if role == self.GroupRole else None

    def _of_entry(self, entry: Entry, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title or tr("New chat")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = entry.title or tr("New chat")
            return tr("{title}, writing", title=title) if entry.id in self._writing else title
        if role == self.IdRole:
            return entry.id
        if role == self.WritingRole:
            return entry.id in self._writing
        return entry.pinned if role == self.PinnedRole else None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].entry is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def show(self, entries: Sequence[Entry], today: date) -> None:
        """Show these conversations in their groups."""
        newest = sorted(entries, key=lambda entry: -entry.updated)
        rows: list[_Row] = []
        for group in GROUPS:
            members = [_Row(group, entry) for entry in newest if group_of(entry, today) == group]
            if members:
                rows += [_Row(group), *members]
        self._become(rows)

    def show_found(self, entries: Sequence[Entry]) -> None:
        """Show the results of a search in the order given, without groups."""
        self._become([_Row("earlier", entry) for entry in entries])

    def set_writing(self, conversation: int, writing: bool) -> None:
        """Mark a conversation whose answer is being written, or take the mark off."""
        if writing:
            self._writing.add(conversation)
        else:
            self._writing.discard(conversation)
        self._changed(self.index_of(conversation))

    def index_of(self, conversation: int | None) -> QModelIndex:
        """Find the row of a conversation; an invalid index where it is not in the list."""
        for number, row in enumerate(self._rows):
            if row.entry is not None and row.entry.id == conversation:
                return self.index(number)
        return QModelIndex()

    def ids(self) -> list[int]:
        """Return the conversations from top to bottom."""
        return [row.entry.id for row in self._rows if row.entry is not None]

    def retranslate(self) -> None:
        """Let every row be read again in another language."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), [])

    def _changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.dataChanged.emit(index, index, [])

    def _become(self, rows: list[_Row]) -> None:
        if not self._rows:
            self._fill(rows)
            return
        wanted = {row.key for row in rows}
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number].key not in wanted:
                self._remove(number)
        for number, row in enumerate(rows):
            self._place(number, row)

    def _fill(self, rows: list[_Row]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()

    def _remove(self, number: int) -> None:
        self.beginRemoveRows(QModelIndex(), number, number)
        del self._rows[number]
        self.endRemoveRows()

    def _place(self, number: int, row: _Row) -> None:
        """Bring ``row`` to line ``number``; every line above it is in place already."""
        old = next((i for i in range(number, len(self._rows)) if self._rows[i].key == row.key), -1)
        if old < 0:
            self.beginInsertRows(QModelIndex(), number, number)
            self._rows.insert(number, row)
            self.endInsertRows()
            return
        if old != number:
            self.beginMoveRows(QModelIndex(), old, old, QModelIndex(), number)
            self._rows.insert(number, self._rows.pop(old))
            self.endMoveRows()
        if self._rows[number] != row:
            self._rows[number] = row
            self._changed(self.index(number))
