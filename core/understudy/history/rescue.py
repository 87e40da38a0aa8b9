"""Saves what can be read of a damaged database: row by row, into a new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from time import time
from typing import TYPE_CHECKING, TypeAlias

from understudy.history import database
from understudy.notices import Notice
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = ("conversation", "message", "journal")
_ENDS = ("", "-wal", "-shm")
LONGEST_GAP = 200_000
"""Rows in a damaged stretch that are asked for one by one."""

Row: TypeAlias = tuple[object, ...]


def rescue(path: Path) -> Notice:
    """Copy what can be read of the database at ``path`` to a new one, and put that in its place.

    The damaged one is set aside with its log. Where the copy fails everything is as it was.
    """
    fresh = database.dated(path, "rescued")
    try:
        messages = _rescue_into(fresh, path)
        kept = _set_aside(path)
        fresh.rename(path)
    except BaseException:
        for end in _ENDS:
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
        raise
    return Notice(
        "The conversations' file was damaged.",
        Phrase(
            "It was set aside as {name}, and {messages} messages were rescued from it.",
            name=kept.name,
            messages=messages,
        ),
        "Look whether something is missing before you delete the damaged file.",
        kept,
    )


def _rescue_into(fresh: Path, damaged: Path) -> int:
    with closing(database.connect(fresh)) as target:
        messages = _copy(damaged, target)
        _mend(target)
    return messages


def _set_aside(path: Path) -> Path:
    """Rename the database; its log and index keep its name, or SQLite would not find them."""
    kept = database.dated(path, "broken")
    for end in _ENDS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
    return kept


def _copy(source: Path, target: sqlite3.Connection) -> int:
    """Copy what can be read; gives the number of messages."""
    target.execute("PRAGMA foreign_keys = OFF")
    with closing(sqlite3.connect(source)) as damaged:
        damaged.text_factory = _text
        for table in TABLES:
            with database.transaction(target):
                _copy_table(damaged, target, table)
    target.execute("PRAGMA foreign_keys = ON")
    return target.execute("SELECT count(*) FROM message").fetchone()[0]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _copy_table(damaged: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    for row in _rows(damaged, table, names):
        with suppress(sqlite3.Error):  # a row whose values break a rule is damaged too
            target.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)


def _rows(damaged: sqlite3.Connection, table: str, names: str) -> Iterator[Row]:
    """Read from the front up to the damage, from the back up to it, and what is between singly."""
    query = f"SELECT rowid, {names} FROM {table} NOT INDEXED"
    first: int = 0
    for row in _readable(damaged, f"{query} ORDER BY rowid"):
        first = row[0]
        yield row[1:]
    last = None
    for row in _readable(damaged, f"{query} WHERE rowid > {first} ORDER BY rowid DESC"):
        last = row[0]
        yield row[1:]
    for rowid in range(first + 1, min(last or 0, first + LONGEST_GAP)):
        for row in _readable(damaged, f"{query} WHERE rowid = {rowid}"):
            yield row[1:]


def _readable(damaged: sqlite3.Connection, query: str) -> Iterator[tuple[int, *tuple[object, ...]]]:
    with suppress(sqlite3.Error):
        yield from damaged.execute(query)


def _mend(fresh: sqlite3.Connection) -> None:
    """Make the rows whole again: every message has a conversation, a parent and a place."""
    with database.transaction(fresh):
        now = time()
        fresh.execute(
            "INSERT INTO conversation (id, title, created, updated)"
            " SELECT DISTINCT conversation_id, '', ?, ? FROM message"
            " WHERE conversation_id NOT IN (SELECT id FROM conversation)",
            (now, now),
        )
        fresh.execute("DELETE FROM journal WHERE message_id NOT IN (SELECT id FROM message)")
        conversations = fresh.execute("SELECT id FROM conversation").fetchall()
        for (conversation,) in conversations:
            _mend_path(fresh, conversation)


def _mend_path(fresh: sqlite3.Connection, conversation: int) -> None:
    """Close the gaps of the active path, and hang what lost its parent below the path."""
    path = [
        row[0]
        for row in fresh.execute(
            "SELECT id FROM message WHERE conversation_id = ? AND active = 1 ORDER BY ordinal",
            (conversation,),
        )
    ]
    for ordinal, (parent, message) in enumerate(zip([None, *path], path, strict=False)):
        fresh.execute(
            "UPDATE message SET ordinal = ?, parent = ?, chosen = 1 WHERE id = ?",
            (ordinal, parent, message),
        )
    fresh.execute(
        "UPDATE message SET parent = (SELECT p.id FROM message p WHERE p.active = 1"
        " AND p.conversation_id = message.conversation_id AND p.ordinal = message.ordinal - 1)"
        " WHERE conversation_id = ? AND active = 0 AND parent IS NOT NULL"
        " AND parent NOT IN (SELECT id FROM message)",
        (conversation,),
    )
