"""What the history's thread does: holds the connection, keeps the journal, heals the file."""

from __future__ import annotations

import sqlite3
from time import time
from typing import TYPE_CHECKING, TypeVar

from understudy.errors import HistoryError, UsageError
from understudy.history import database, journal, queries
from understudy.history.errors import HistoryClosed, HistoryReadOnly, is_damage, told
from understudy.history.rescue import rescue
from understudy.history.sessions import Session
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from understudy.history.journal import AnswerWriter
    from understudy.history.values import ConversationRow, StoredMessage
    from understudy.notices import Notice

JOURNAL_DELAY = 0.04
"""Seconds that words gather before they are written together; a tenth of one is promised."""

RETRY_DELAY = 1.0
"""Seconds until what could not be written is tried again."""

DELETED_FOR = 24 * 3600.0
"""Seconds after which a deleted conversation cannot be restored any more."""

T = TypeVar("T")


class Keeper:
    """The database and everything waiting for it. Every method runs on the history's thread."""

    def __init__(
        self,
        path: Path | None,
        tell_trouble: Callable[[HistoryError | None], None],
        again_within: Callable[[float], None],
    ) -> None:
        self.notices: list[Notice] = []
        self._path = path
        self._tell_trouble = tell_trouble
        self._again_within = again_within
        self._connection: sqlite3.Connection | None = None
        self._session = None if path is None else Session(path)
        self._writers: dict[int, AnswerWriter] = {}
        self._in_trouble = False

    def guarded(self, job: Callable[[], T], *, kept: bool = False) -> T:
        """Run ``job``; heal the file and run it again where it is damaged; translate errors.

        ``kept``: what cannot be written stays here and is tried again.
        """
        try:
            try:
                return job()
            except sqlite3.DatabaseError as error:
                if not is_damage(error) or not self._heal():
                    raise
                return job()
        except sqlite3.Error as error:
            raise told(error, self._path, kept=kept) from error

    def open(self) -> None:
        """Open the file, or rescue what can be read of a damaged one; tidy up after the dead."""
        crashed = self._look_around()
        try:
            if self._connection is None:  # healing has opened the rescued file already
                self._connection = database.connect(self._path)
            if crashed and not database.is_sound(self._connection):
                self._heal()
            self._recover()
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Write what is left; the connection is let go in any case."""
        if self._connection is None:
            return
        try:
            self._write_all()
        finally:
            self._let_go()

    def flush(self) -> None:
        """Write what all writers have gathered; what cannot be written is tried again."""
        try:
            self.guarded(self._write_all, kept=True)
        except HistoryError as error:
            self._again_within(RETRY_DELAY)
            if not self._in_trouble:
                self._tell_trouble(error)
            self._in_trouble = True
        else:
            if self._in_trouble:
                self._tell_trouble(None)
            self._in_trouble = False

    def has_news(self, writer: AnswerWriter) -> None:
        """Note that a writer has words to be written soon."""
        self._writers[writer.message_id] = writer
        self._again_within(RETRY_DELAY if self._in_trouble else JOURNAL_DELAY)

    def conversations(self) -> list[ConversationRow]:
        """List all conversations."""
        return queries.conversations(self._db)

    def conversation(self, conversation_id: int) -> ConversationRow:
        """Give one conversation."""
        return _there(queries.conversation(self._db, conversation_id), Phrase("conversation"))

    def create_conversation(self, title: str, route: str) -> ConversationRow:
        """Make a conversation."""
        return self.conversation(queries.create_conversation(self._db, title, route))

    def set_field(self, conversation_id: int, field: str, value: object) -> None:
        """Set one column of a conversation."""
        self.conversation(conversation_id)
        queries.set_field(self._db, conversation_id, field, value)

    def search(self, text: str) -> list[ConversationRow]:
        """Find conversations; what is being written is found too, once it has ended."""
        return queries.search(self._db, text)

    def count(self, conversation_id: int) -> int:
        """Count the messages on the active path."""
        return queries.count(self._db, conversation_id)

    def page(self, conversation_id: int, start: int, stop: int) -> list[StoredMessage]:
        """Give a page of the active path."""
        self._write_if_streaming()
        return queries.page(self._db, conversation_id, start, stop)

    def message(self, message_id: int) -> StoredMessage:
        """Give one message."""
        self._write_if_streaming()
        return _there(queries.message(self._db, message_id), Phrase("message"))

    def versions(self, message_id: int) -> list[StoredMessage]:
        """Give all versions of a message."""
        self._write_if_streaming()
        return queries.versions(self._db, message_id)

    def choose_version(self, message_id: int) -> None:
        """Lead the active path through this version."""
        self.message(message_id)
        with database.transaction(self._db):
            queries.choose(self._db, message_id)

    def add_question(
        self, conversation_id: int, text: str, version_of: int | None
    ) -> StoredMessage:
        """Add a question; the first one names the conversation."""
        self.conversation(conversation_id)
        with database.transaction(self._db):
            parent = self._parent(conversation_id, None, version_of)
            message = queries.add_message(self._db, conversation_id, parent, "user", text=text)
            queries.title_conversation(self._db, conversation_id, text)
        return self.message(message)

    def begin_answer(
        self, conversation_id: int, parent: int | None, version_of: int | None
    ) -> StoredMessage:
        """Add an answer that is being written by this session."""
        self.conversation(conversation_id)
        self.begin_session()
        with database.transaction(self._db):
            parent = self._parent(conversation_id, parent, version_of)
            message = queries.add_message(
                self._db,
                conversation_id,
                parent,
                "assistant",
                state="streaming",
                session=self._session_id,
            )
        return self.message(message)

    def finish(self, writer: AnswerWriter) -> StoredMessage:
        """End an answer; where that fails it stays among the writers and is tried again."""
        self._writers[writer.message_id] = writer
        try:
            self.guarded(self._write_all, kept=True)
        except HistoryError:
            self._again_within(RETRY_DELAY)
            self._in_trouble = True
            raise
        return self.message(writer.message_id)

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise HistoryClosed("The conversations' file is closed.", "Nothing was done.")
        return self._connection

    @property
    def _session_id(self) -> str:
        return "" if self._session is None else self._session.id

    def _parent(
        self, conversation_id: int, parent: int | None, version_of: int | None
    ) -> int | None:
        if version_of is not None:
            return self.message(version_of).parent
        return queries.last_on_path(self._db, conversation_id) if parent is None else parent

    def _write_if_streaming(self) -> None:
        if self._writers and not self._in_trouble and not self._db.in_transaction:
            self._write_all()

    def _write_all(self) -> None:
        # An answer that has ended stays as it was stored: to end it again would empty it.
        writers = [writer for writer in self._writers.values() if not writer.ended]
        if writers:
            with database.transaction(self._db):
                for writer in writers:
                    queries.ensure_message(self._db, writer.message, self._session_id)
                ended = [journal.save(self._db, writer) for writer in writers]
            for writer, has_ended in zip(writers, ended, strict=True):
                writer.saved(has_ended)
        self._writers.clear()

    def begin_session(self) -> None:
        """Show other processes that this one is here and what it writes is alive."""
        if self._session is None or self._path is None:
            return
        try:
            self._session.begin()
        except OSError as error:
            raise _folder_closed(self._path.parent, error) from error

    def _look_around(self) -> bool:
        """Make the folder; tells whether a process went without closing the database."""
        if self._session is None or self._path is None:
            return False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _folder_closed(self._path.parent, error) from error
        if not self._session.has_company():
            return False
        self.begin_session()
        return bool(self._session.others_dead())

    def _recover(self) -> None:
        """Mark what the dead left unfinished as interrupted, with all that was journalled."""
        left = [
            message
            for message, session in queries.streaming_sessions(self._db)
            if self._session is None or not self._session.is_alive(session)
        ]
        with database.transaction(self._db):
            for message in left:
                journal.recover(self._db, message)
            queries.delete_long_deleted(self._db, time() - DELETED_FOR)

    def _heal(self) -> bool:
        """Set the damaged file aside and go on with what could be read of it."""
        if self._path is None or (self._session and self._session.others_alive()):
            return False
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            notice = rescue(self._path)
        except (OSError, sqlite3.Error):
            self._connection = database.connect(self._path)
            return False
        self._connection = database.connect(self._path)
        self.notices.append(notice)
        return True

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._session is not None:
            self._session.end()


def _there(value: T | None, what: Phrase) -> T:
    if value is None:
        raise UsageError(Phrase("There is no such {what}.", what=what), "Nothing was done.")
    return value


def _folder_closed(folder: Path, error: OSError) -> HistoryReadOnly:
    reason = (error.strerror or type(error).__name__).lower()
    return HistoryReadOnly(
        Phrase("The conversations' folder cannot be used ({reason}).", reason=reason),
        "Nothing was changed.",
        Phrase("Make {folder} a folder that you can write to.", folder=folder),
    )
