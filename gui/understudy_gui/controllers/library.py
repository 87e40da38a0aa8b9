"""The conversations as a list: order, search, titles, pins, and a deletion that can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from understudy_gui.models.conversations import Entry

if TYPE_CHECKING:
    from understudy.history.store import History
    from understudy.history.values import ConversationRow
    from understudy_gui.models.conversations import ConversationsModel
    from understudy_gui.tasks import TaskScope


class LibraryController(QObject):
    """Keeps the sidebar's model in step with the history.

    Signals: ``deleted(id)`` after a conversation left the list; ``renamed(id, title)``;
    ``listed(count)`` after the list was read, with how many rows a search found.
    """

    deleted = Signal(int)
    renamed = Signal(int, str)
    listed = Signal(int)

    def __init__(
        self,
        history: History,
        model: ConversationsModel,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._model = model
        self._tasks = tasks
        self._wanted = ""

    async def load(self) -> None:
        """Read the list, or what the search finds in it."""
        wanted = self._wanted
        if wanted:
            rows = await self._history.search(wanted)
        else:
            rows = await self._history.conversations()
        if wanted != self._wanted:
            return
        entries = [_entry(row) for row in rows]
        if wanted:
            self._model.show_found(entries)
        else:
            self._model.show(entries, datetime.now().date())
        self.listed.emit(len(entries))

    def refresh(self) -> None:
        """Read the list again."""
        self._tasks.spawn(self.load(), "conversations")

    def search(self, text: str) -> None:
        """Show what contains ``text`` in its title or in any message; all where it is empty."""
        self._wanted = text
        self.refresh()

    def rename(self, conversation: int, title: str) -> None:
        """Give a conversation another title."""
        self._tasks.spawn(self._rename(conversation, title), "rename")

    async def _rename(self, conversation: int, title: str) -> None:
        await self._history.rename(conversation, title)
        self.renamed.emit(conversation, title)
        await self.load()

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        """Pin a conversation to the top, or let it go."""
        self._tasks.spawn(self._pin(conversation, pinned), "pin")

    async def _pin(self, conversation: int, pinned: bool) -> None:
        await self._history.set_pinned(conversation, pinned)
        await self.load()

    def delete(self, conversation: int) -> None:
        """Take a conversation out of the list; ``restore`` brings it back."""
        self._tasks.spawn(self._delete(conversation), "delete")

    async def _delete(self, conversation: int) -> None:
        await self._history.delete(conversation)
        await self.load()
        self.deleted.emit(conversation)

    def restore(self, conversation: int) -> None:
        """Bring a deleted conversation back."""
        self._tasks.spawn(self._restore(conversation), "restore")

    async def _restore(self, conversation: int) -> None:
        await self._history.restore(conversation)
        await self.load()


def _entry(row: ConversationRow) -> Entry:
    return Entry(row.id, row.title, row.updated, row.pinned, row.state == "interrupted")
