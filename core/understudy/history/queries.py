"""Everything asked of the database, as plain functions over a connection."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from understudy.history import journal
from understudy.history.titles import title_from
from understudy.history.values import ConversationRow, Segment, StoredMessage

if TYPE_CHECKING:
    import sqlite3

    from understudy.history.values import MessageRole, MessageState

_CONVERSATION = """
    SELECT c.id, c.title, c.created, c.updated, c.pinned, c.route,
           coalesce((SELECT m.state FROM message m
                     WHERE m.conversation_id = c.id AND m.active = 1
                     ORDER BY m.ordinal DESC LIMIT 1), 'complete')
    FROM conversation c
"""
_MESSAGE = """
    SELECT m.id, m.conversation_id, m.ordinal, m.role, m.text, m.state, m.created, m.parent,
           m.reasoning, m.segments, m.seams, m.standin, m.meta, m.failure, m.version,
           (SELECT count(*) FROM message s
            WHERE s.conversation_id = m.conversation_id AND s.parent IS m.parent)
    FROM message m
"""
_OFF_PATH = """
    WITH RECURSIVE above (id, conversation_id, parent, ordinal) AS (
        SELECT id, conversation_id, parent, ordinal FROM message WHERE id = ? AND active = 0
        UNION ALL
        SELECT m.id, m.conversation_id, m.parent, m.ordinal
        FROM message m JOIN above ON m.id = above.parent WHERE m.active = 0
    )
    SELECT * FROM above ORDER BY ordinal DESC
"""
_PUT_ON_PATH = """
    WITH RECURSIVE below (id) AS (
        SELECT ?
        UNION ALL
        SELECT m.id FROM message m JOIN below ON m.parent = below.id WHERE m.chosen = 1
    )
    UPDATE message SET active = 1 WHERE id IN below
"""
_EXCERPT_BEFORE, _EXCERPT_AFTER = 24, 72


def conversations(connection: sqlite3.Connection) -> list[ConversationRow]:
    """List all that are not deleted, pinned ones first, then the latest."""
    return [
        _conversation(row)
        for row in connection.execute(
            f"{_CONVERSATION} WHERE c.deleted IS NULL ORDER BY c.pinned DESC, c.updated DESC"
        )
    ]


def conversation(connection: sqlite3.Connection, conversation_id: int) -> ConversationRow | None:
    """Give one conversation."""
    row = connection.execute(f"{_CONVERSATION} WHERE c.id = ?", (conversation_id,)).fetchone()
    return None if row is None else _conversation(row)


def create_conversation(connection: sqlite3.Connection, title: str, route: str) -> int:
    """Make an empty conversation."""
    now = time()
    cursor = connection.execute(
        "INSERT INTO conversation (title, route, created, updated) VALUES (?, ?, ?, ?)",
        (title, route, now, now),
    )
    return cursor.lastrowid or 0


def set_field(
    connection: sqlite3.Connection, conversation_id: int, field: str, value: object
) -> None:
    """Set one column of a conversation; ``field`` is never a user's text."""
    connection.execute(
        f"UPDATE conversation SET {field} = ? WHERE id = ?", (value, conversation_id)
    )


def search(connection: sqlite3.Connection, text: str) -> list[ConversationRow]:
    """Find conversations by title or by a message; the latest first, with the found place.

    Plain containment, so that two syllables of Korean are found inside a word.
    """
    wanted = normalize("NFC", text.strip())
    if not wanted:
        return []
    pattern = f"%{_escaped(wanted)}%"
    rows = connection.execute(
        f"""
        WITH found (id, message) AS (
            SELECT conversation_id, max(id) FROM message WHERE text LIKE :pattern ESCAPE '\\'
            GROUP BY conversation_id
        )
        SELECT c.*, coalesce((SELECT text FROM message WHERE id = found.message), '')
        FROM ({_CONVERSATION} WHERE c.deleted IS NULL) c LEFT JOIN found ON found.id = c.id
        WHERE found.id IS NOT NULL OR c.title LIKE :pattern ESCAPE '\\'
        ORDER BY c.updated DESC
        """,
        {"pattern": pattern},
    )
    return [_conversation(row[:7], _excerpt(row[7], wanted)) for row in rows]


def count(connection: sqlite3.Connection, conversation_id: int) -> int:
    """Count the messages on the active path, from its last ordinal."""
    row = connection.execute(
        "SELECT ordinal FROM message WHERE conversation_id = ? AND active = 1"
        " ORDER BY ordinal DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return 0 if row is None else row[0] + 1


def page(
    connection: sqlite3.Connection, conversation_id: int, start: int, stop: int
) -> list[StoredMessage]:
    """Give the messages of the active path from ``start`` up to, not with, ``stop``."""
    rows = connection.execute(
        f"{_MESSAGE} WHERE m.conversation_id = ? AND m.active = 1"
        " AND m.ordinal >= ? AND m.ordinal < ? ORDER BY m.ordinal",
        (conversation_id, start, stop),
    ).fetchall()
    return [_message(connection, row) for row in rows]


def message(connection: sqlite3.Connection, message_id: int) -> StoredMessage | None:
    """Give one message."""
    row = connection.execute(f"{_MESSAGE} WHERE m.id = ?", (message_id,)).fetchone()
    return None if row is None else _message(connection, row)


def versions(connection: sqlite3.Connection, message_id: int) -> list[StoredMessage]:
    """Give all versions of a message, the first one first."""
    rows = connection.execute(
        f"{_MESSAGE} JOIN message me ON me.id = ? AND me.conversation_id = m.conversation_id"
        " AND me.parent IS m.parent ORDER BY m.version",
        (message_id,),
    ).fetchall()
    return [_message(connection, row) for row in rows]


def last_on_path(connection: sqlite3.Connection, conversation_id: int) -> int | None:
    """Name the last message of the active path."""
    row = connection.execute(
        "SELECT id FROM message WHERE conversation_id = ? AND active = 1"
        " ORDER BY ordinal DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return None if row is None else row[0]


def add_message(
    connection: sqlite3.Connection,
    conversation_id: int,
    parent: int | None,
    role: MessageRole,
    *,
    text: str = "",
    state: MessageState = "complete",
    session: str = "",
) -> int:
    """Add a message below ``parent`` and make it the end of the active path."""
    ordinal = 0
    if parent is not None:
        choose(connection, parent)
        query = "SELECT ordinal + 1 FROM message WHERE id = ?"
        ordinal = connection.execute(query, (parent,)).fetchone()[0]
    siblings = "conversation_id = ? AND parent IS ?"
    version = connection.execute(
        f"SELECT count(*) + 1 FROM message WHERE {siblings}", (conversation_id, parent)
    ).fetchone()[0]
    _leave_path(connection, conversation_id, ordinal)
    connection.execute(f"UPDATE message SET chosen = 0 WHERE {siblings}", (conversation_id, parent))
    now = time()
    cursor = connection.execute(
        "INSERT INTO message (conversation_id, parent, ordinal, role, version, state, session,"
        " created, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (conversation_id, parent, ordinal, role, version, state, session, now, text),
    )
    set_field(connection, conversation_id, "updated", now)
    return cursor.lastrowid or 0


def title_conversation(connection: sqlite3.Connection, conversation_id: int, text: str) -> None:
    """Name a conversation that has no title after its first question."""
    connection.execute(
        "UPDATE conversation SET title = ? WHERE id = ? AND title = ''",
        (title_from(text), conversation_id),
    )


def choose(connection: sqlite3.Connection, message_id: int) -> None:
    """Lead the active path through a message, and on through what was last chosen below it."""
    off_path = connection.execute(_OFF_PATH, (message_id,)).fetchall()
    if not off_path:
        return
    for each, conversation_id, parent, _ in off_path:
        connection.execute(
            "UPDATE message SET chosen = (id = ?) WHERE conversation_id = ? AND parent IS ?",
            (each, conversation_id, parent),
        )
    top, conversation_id, _, ordinal = off_path[-1]
    _leave_path(connection, conversation_id, ordinal)
    connection.execute(_PUT_ON_PATH, (top,))


def ensure_message(connection: sqlite3.Connection, lost: StoredMessage, session: str) -> None:
    """Put an answer that is being written back, where its row was not rescued: at the end."""
    if connection.execute("SELECT 1 FROM message WHERE id = ?", (lost.id,)).fetchone():
        return
    conversation_id, now = lost.conversation_id, time()
    connection.execute(
        "INSERT OR IGNORE INTO conversation (id, created, updated) VALUES (?, ?, ?)",
        (conversation_id, now, now),
    )
    parent, ordinal = last_on_path(connection, conversation_id), count(connection, conversation_id)
    connection.execute(
        "INSERT INTO message (id, conversation_id, parent, ordinal, role, state, session, created)"
        " VALUES (?, ?, ?, ?, ?, 'streaming', ?, ?)",
        (lost.id, conversation_id, parent, ordinal, lost.role, session, lost.created),
    )


def delete_long_deleted(connection: sqlite3.Connection, before: float) -> None:
    """Remove for good what was deleted before that time and is not being written."""
    connection.execute(
        "DELETE FROM conversation WHERE deleted < ? AND id NOT IN"
        " (SELECT conversation_id FROM message WHERE state = 'streaming')",
        (before,),
    )


def streaming_sessions(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """List answers that are being written: message id and session."""
    return connection.execute(
        "SELECT id, session FROM message WHERE state = 'streaming'"
    ).fetchall()


def _leave_path(connection: sqlite3.Connection, conversation_id: int, ordinal: int) -> None:
    connection.execute(
        "UPDATE message SET active = 0 WHERE conversation_id = ? AND active = 1 AND ordinal >= ?",
        (conversation_id, ordinal),
    )


def _conversation(row: tuple[Any, ...], excerpt: str = "") -> ConversationRow:
    identity, title, created, updated, pinned, route, state = row
    return ConversationRow(identity, title, created, updated, bool(pinned), route, state, excerpt)


def _message(connection: sqlite3.Connection, row: tuple[Any, ...]) -> StoredMessage:
    identity, conversation_id, ordinal, role, text, state, created, parent, reasoning = row[:9]
    segments, seams, standin, meta, failure = (json.loads(value) for value in row[9:14])
    if state == "streaming":
        joined = journal.join(journal.read(connection, identity))
        text, reasoning, standin = joined.text, joined.reasoning, joined.standin
        segments, seams = joined.segments, joined.seams
    return StoredMessage(
        id=identity,
        conversation_id=conversation_id,
        ordinal=ordinal,
        role=role,
        text=text,
        state=state,
        created=created,
        parent=parent,
        reasoning=reasoning,
        segments=_segments(text, segments),
        seams=tuple(seams),
        standin=standin,
        meta=meta,
        failure=failure,
        version=row[14],
        versions=row[15],
    )


def _segments(text: str, stored: list[tuple[str, str, str, int]]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    start = 0
    for provider, name, model, length in stored:
        segments.append(Segment(provider, name, model, text[start : start + length]))
        start += length
    return tuple(segments)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _excerpt(text: str, wanted: str) -> str:
    place = text.lower().find(wanted.lower())
    if place < 0:
        return ""
    start = max(0, place - _EXCERPT_BEFORE)
    end = place + len(wanted) + _EXCERPT_AFTER
    words = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(text) else ''}"
