"""The conversation as rows: what the transcript shows, and nothing about how it looks.

A row is an ``Item``: a question or an answer, an answer being one or more ``Segment``s by the
providers that wrote it. Rows of a long conversation that nobody has looked at yet are not in
memory; ``item`` answers None for them and ``want`` asks the source for their page.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from understudy_gui.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Role: TypeAlias = Literal["user", "assistant"]
State: TypeAlias = Literal["streaming", "complete", "interrupted", "stopped", "failed"]
Tone: TypeAlias = Literal["ok", "warn", "danger"]
Join: TypeAlias = Literal["carries-on", "at-request", "starts-again"]
Index: TypeAlias = QModelIndex | QPersistentModelIndex

PAGE = 64
"""Rows that one request to the source asks for."""

PAGES_KEPT = 8
"""Fetched pages in memory; the page looked at longest ago goes first."""


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One attempt at a provider: when, who, the code it answered, what happened and why."""

    time: str
    provider: str
    model: str
    code: str
    tone: Tone
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Seam:
    """The join at which one provider broke off and another carried on.

    ``title`` says who broke off, ``detail`` the code in brackets, ``title_end`` who carries on,
    ``pause`` how long it took. ``trace_title`` names the route in the opened trace. Below a seam at
    which one ``starts-again`` stands the whole answer; above it an earlier version of it.
    """

    title: str
    detail: str = ""
    title_end: str = ""
    pause: str = ""
    trace: tuple[TraceRow, ...] = ()
    trace_title: str = ""
    join: Join = "carries-on"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing has come yet: who is waited for, and how much of the deadline is gone (0 to 1).

    While a model is loaded it is how much of that is done. ``spoken`` changes seldom enough to be
    read out each time.
    """

    text: str
    fraction: float | None = None
    provider: str = ""
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """The line below an answer: the provider's name, its model, then figures as ready text."""

    provider: str
    model: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, or no more of it, and what can be done: (action id, label) pairs."""

    title: str
    text: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    tone: Literal["warn", "danger"] = "danger"


class Segment:
    """The part of an answer that one provider wrote, and the seam before it.

    Deltas are kept apart until somebody reads ``text``: joining at every delta would copy the
    whole answer each time.
    """

    __slots__ = ("_length", "_parts", "model", "provider", "seam")

    def __init__(self, provider: str, model: str, text: str = "", seam: Seam | None = None) -> None:
        self.provider = provider
        self.model = model
        self.seam = seam
        self._parts = [text]
        self._length = len(text)

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"Segment({self.provider!r}, {self.model!r}, {self.text!r}, {self.seam!r})"

    @property
    def text(self) -> str:
        """The whole text, joined without waste."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]

    @text.setter
    def text(self, text: str) -> None:
        self._parts = [text]
        self._length = len(text)

    def append(self, delta: str) -> None:
        """Add ``delta`` at the end; the cost does not depend on what is there."""
        self._parts.append(delta)
        self._length += len(delta)


@dataclass(slots=True, eq=False)
class Item:
    """One row. ``key`` stays the same for as long as the message exists.

    ``standin`` is the one line above an answer whose first provider never spoke. ``note`` says how
    the answer ended, with ``note_actions`` (action id, label) behind it. ``versions`` is (which one
    is shown, of how many), counted from 1.
    """

    key: int
    role: Role
    segments: list[Segment] = field(default_factory=list[Segment])
    state: State = "complete"
    standin: str = ""
    standin_trace: tuple[TraceRow, ...] = ()
    waiting: Waiting | None = None
    meta: Meta | None = None
    note: str = ""
    note_actions: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None
    versions: tuple[int, int] = (1, 1)

    @property
    def text(self) -> str:
        """What was said, joined as if one provider had said it, without earlier versions."""
        return "".join(segment.text for segment in self.lasting)

    @property
    def lasting(self) -> list[Segment]:
        """The segments that make up the answer: all but those after which it started again."""
        kept: list[Segment] = []
        settled = 0
        for segment in self.segments:
            join = segment.seam.join if segment.seam is not None else "carries-on"
            if join == "at-request":
                settled = len(kept)
            elif join == "starts-again":
                del kept[settled:]
            kept.append(segment)
        return kept


class TranscriptModel(QAbstractListModel):
    """The rows of one conversation.

    Signals: ``text_appended(row, delta)`` for every delta, followed by ``dataChanged`` with
    DisplayRole as its only role; ``dataChanged`` without roles when anything else of a row
    changed; ``page_arrived(start, stop)`` when rows that were unknown are known now.
    """

    text_appended = Signal(int, str)
    page_arrived = Signal(int, int)

    KeyRole = Qt.ItemDataRole.UserRole + 1
    RoleRole = Qt.ItemDataRole.UserRole + 2
    StateRole = Qt.ItemDataRole.UserRole + 3

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._items: dict[int, Item] = {}
        self._fetched: OrderedDict[int, list[int]] = OrderedDict()
        self._asked: set[int] = set()
        self._request: Callable[[int, int], None] | None = None

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else self._count

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self._items.get(index.row()) if index.isValid() else None
        if item is None:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return item.text
        own = {self.KeyRole: item.key, self.RoleRole: item.role, self.StateRole: item.state}
        return own.get(role)

    @property
    def count(self) -> int:
        """How many rows there are, known ones and others."""
        return self._count

    def item(self, row: int) -> Item | None:
        """Return the row's item, or None where its page is not in memory."""
        return self._items.get(row)

    def row_of(self, key: int) -> int | None:
        """Find the row of the message ``key`` among the rows in memory, newest first."""
        for row in sorted(self._items, reverse=True):
            if self._items[row].key == key:
                return row
        return None

    def set_source(
        self,
        count: int,
        tail: Sequence[Item],
        request_page: Callable[[int, int], None] | None = None,
    ) -> None:
        """Show a conversation of ``count`` rows of which ``tail`` are the last.

        ``request_page(start, stop)`` is called for rows that are looked at and not known; whoever
        answers it calls ``set_page(start, items)``, at once or later.
        """
        if len(tail) > count or (request_page is None and len(tail) != count):
            raise ValueError("The tail has to be the last rows, and all of them without a source.")
        self.beginResetModel()
        self._count = count
        self._items = dict(zip(range(count - len(tail), count), tail, strict=True))
        self._fetched.clear()
        self._asked.clear()
        self._request = request_page
        self.endResetModel()

    def set_items(self, items: Sequence[Item]) -> None:
        """Show a conversation that is wholly in memory."""
        self.set_source(len(items), items)

    def want(self, row: int) -> None:
        """Ask the source for the page of ``row``, unless it is here or on its way."""
        page = row // PAGE
        if page in self._fetched:
            self._fetched.move_to_end(page)
        if row in self._items or page in self._asked or self._request is None:
            return
        self._asked.add(page)
        self._request(page * PAGE, min((page + 1) * PAGE, self._count))

    def set_page(self, start: int, items: Sequence[Item]) -> None:
        """Take rows that ``want`` asked for; what is known already is kept as it is."""
        stop = min(start + len(items), self._count)
        new = [row for row in range(start, stop) if row not in self._items]
        for row in new:
            self._items[row] = items[row - start]
        self._asked.discard(start // PAGE)
        self._fetched.setdefault(start // PAGE, []).extend(new)
        if new:
            self.page_arrived.emit(start, stop)
            self.dataChanged.emit(self.index(start), self.index(stop - 1), [])
        self._forget_old_pages()

    def append(self, item: Item) -> int:
        """Add a row at the end and return its number."""
        row = self._count
        self.beginInsertRows(QModelIndex(), row, row)
        self._items[row] = item
        self._count += 1
        self.endInsertRows()
        return row

    def append_text(self, row: int, delta: str) -> None:
        """Let the last segment of an answer grow by ``delta``."""
        item = self._items[row]
        item.segments[-1].append(delta)
        self.text_appended.emit(row, delta)
        index = self.index(row)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DisplayRole])

    def begin_segment(self, row: int, segment: Segment) -> None:
        """Let another provider carry on; the segment's seam is drawn before it."""
        self._items[row].segments.append(segment)
        self.update_row(row)

    def update_row(self, row: int) -> None:
        """Say that the item of ``row`` was edited: its state, meta line, failure, anything."""
        index = self.index(row)
        self.dataChanged.emit(index, index, [])

    def replace(self, row: int, item: Item) -> None:
        """Show another message, or another version of it, in this row."""
        self._items[row] = item
        self.update_row(row)

    def truncate(self, count: int) -> None:
        """Drop every row from ``count`` on."""
        if count >= self._count:
            return
        self.beginRemoveRows(QModelIndex(), count, self._count - 1)
        for row in [row for row in self._items if row >= count]:
            del self._items[row]
        self._count = count
        self.endRemoveRows()

    def _forget_old_pages(self) -> None:
        while len(self._fetched) > PAGES_KEPT:
            _, rows = self._fetched.popitem(last=False)
            for row in rows:
                item = self._items.get(row)
                if item is not None and item.state != "streaming":
                    del self._items[row]
