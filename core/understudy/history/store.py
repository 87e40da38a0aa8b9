"""The history: conversations on disk, through one thread.

Nothing here blocks the event loop, and nothing is lost that was once shown: see ``journal``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import time
from typing import TYPE_CHECKING, TypeVar

from understudy.history.journal import AnswerWriter
from understudy.history.text import storable
from understudy.history.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from understudy.errors import HistoryError
    from understudy.history.values import ConversationRow, StoredMessage
    from understudy.notices import Notice

T = TypeVar("T")


class History:
    """All conversations of one database. Open it with ``History.open``; close it in the end.

    Every method raises ``HistoryError`` with sentences for people where the file cannot be used.
    ``notices`` tells what was done to the file (rescued, recovered). ``on_trouble`` callbacks are
    called on the event loop with the error when the journal cannot be written, and with ``None``
    when it can again; meanwhile everything is kept in memory.
    """

    def __init__(self, path: Path | None) -> None:
        from understudy.history.keeper import Keeper

        self.path = path
        self.on_trouble: list[Callable[[HistoryError | None], None]] = []
        self._loop = asyncio.get_running_loop()
        self._keeper = Keeper(path, self._tell_trouble, self._again_within)
        self._worker = Worker("history", self._keeper.flush)

    @classmethod
    async def open(cls, path: Path | None) -> History:
        """Open the database at ``path``, made where there is none; ``None`` keeps it in memory.

        Answers that a process left behind unfinished are marked interrupted.
        """
        history = cls(path)
        try:
            await history._call(history._keeper.open)
        except BaseException:
            await history._worker.close()
            raise
        history._worker.post(history._begin_session)
        return history

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What people should know about their file since it was opened."""
        return tuple(self._keeper.notices)

    async def close(self) -> None:
        """Write what is left and let go of the file."""
        if not self._worker.is_open:
            return
        try:
            await self._call(self._keeper.close)
        finally:
            await self._worker.close()

    async def conversations(self) -> list[ConversationRow]:
        """List all conversations, pinned ones first, then the latest first."""
        return await self._call(self._keeper.conversations)

    async def conversation(self, conversation_id: int) -> ConversationRow:
        """Give one conversation."""
        return await self._call(lambda: self._keeper.conversation(conversation_id))

    async def create_conversation(self, title: str = "", route: str = "") -> ConversationRow:
        """Make a conversation. One without a title is named after its first question."""
        return await self._call(lambda: self._keeper.create_conversation(storable(title), route))

    async def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        await self._set(conversation_id, "title", storable(title.strip()))

    async def set_pinned(self, conversation_id: int, pinned: bool) -> None:
        """Pin a conversation to the top, or let it go."""
        await self._set(conversation_id, "pinned", int(pinned))

    async def set_route(self, conversation_id: int, route: str) -> None:
        """Remember the route that a conversation uses."""
        await self._set(conversation_id, "route", route)

    async def delete(self, conversation_id: int) -> None:
        """Take a conversation out of the lists; ``restore`` brings it back for a day."""
        await self._set(conversation_id, "deleted", time())

    async def restore(self, conversation_id: int) -> None:
        """Bring a deleted conversation back."""
        await self._set(conversation_id, "deleted", None)

    async def search(self, text: str) -> list[ConversationRow]:
        """Find conversations whose title or messages contain ``text``, with the found place."""
        return await self._call(lambda: self._keeper.search(storable(text)))

    async def count(self, conversation_id: int) -> int:
        """Count the messages on the active path."""
        return await self._call(lambda: self._keeper.count(conversation_id))

    async def page(self, conversation_id: int, start: int, stop: int) -> list[StoredMessage]:
        """Give the messages of the active path with ordinals from ``start`` up to ``stop``."""
        return await self._call(lambda: self._keeper.page(conversation_id, start, stop))

    async def message(self, message_id: int) -> StoredMessage:
        """Give one message."""
        return await self._call(lambda: self._keeper.message(message_id))

    async def versions(self, message_id: int) -> list[StoredMessage]:
        """Give all versions of a message, the first one first."""
        return await self._call(lambda: self._keeper.versions(message_id))

    async def choose_version(self, message_id: int) -> None:
        """Lead the active path through this version, and through what followed it last."""
        await self._call(lambda: self._keeper.choose_version(message_id))

    async def add_question(
        self, conversation_id: int, text: str, *, version_of: int | None = None
    ) -> StoredMessage:
        """Add a question at the end of the active path, or as a further version of one."""
        return await self._call(
            lambda: self._keeper.add_question(conversation_id, storable(text), version_of)
        )

    async def begin_answer(
        self, conversation_id: int, parent: int | None = None, *, version_of: int | None = None
    ) -> AnswerWriter:
        """Begin the answer to the question ``parent`` (by default the last message).

        ``version_of`` makes it a further version of that answer instead, and the one shown.
        """
        message = await self._call(
            lambda: self._keeper.begin_answer(conversation_id, parent, version_of)
        )
        return AnswerWriter(message, self._wake, self._end)

    def _begin_session(self) -> None:
        from understudy.errors import HistoryError

        with suppress(HistoryError):  # the first answer tries again, and tells
            self._keeper.begin_session()

    def _wake(self, writer: AnswerWriter) -> None:
        self._worker.post(lambda: self._keeper.has_news(writer))

    async def _end(self, writer: AnswerWriter) -> StoredMessage:
        return await self._call(lambda: self._keeper.finish(writer))

    async def _set(self, conversation_id: int, field: str, value: object) -> None:
        await self._call(lambda: self._keeper.set_field(conversation_id, field, value))

    async def _call(self, job: Callable[[], T]) -> T:
        return await self._worker.call(lambda: self._keeper.guarded(job))

    def _again_within(self, seconds: float) -> None:
        self._worker.chore_within(seconds)

    def _tell_trouble(self, error: HistoryError | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody listens
            self._loop.call_soon_threadsafe(self._on_trouble, error)

    def _on_trouble(self, error: HistoryError | None) -> None:
        for listener in self.on_trouble:
            listener(error)
