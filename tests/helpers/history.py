"""Fills a history quickly, and looks into its file from outside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from understudy.history import database

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "Question {number}: how does the tide move the boats of 부산?"
ANSWER = (
    "Answer {number}. The **moon** pulls the water, the water carries the boats.\n\n"
    "1. High tide lifts them.\n2. Low tide leaves them on the sand.\n\n"
    "```python\nprint('tide', {number})\n```\n\n바다는 하루에 두 번 오르고 내립니다."
)


def seed_conversation(path: Path, messages: int, title: str = "Seeded") -> int:
    """Write a conversation of that many messages into the database at ``path``; gives its id.

    About 0.1 s for 10,000. The file is made where there is none; no process may be writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(database.connect(path)) as connection, database.transaction(connection):
        conversation = connection.execute(
            "INSERT INTO conversation (title, created, updated) VALUES (?, 1.0, 2.0)", (title,)
        ).lastrowid
        assert conversation is not None
        first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM message").fetchone()[0]
        connection.executemany(
            "INSERT INTO message (id, conversation_id, parent, ordinal, role, created, text,"
            " segments) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(conversation, first, ordinal) for ordinal in range(messages)),
        )
    return conversation


def _row(conversation: int, first: int, ordinal: int) -> tuple[object, ...]:
    role = "assistant" if ordinal % 2 else "user"
    text = (ANSWER if ordinal % 2 else QUESTION).format(number=ordinal // 2)
    segments = [["practice", "Practice", "steady", len(text)]] if ordinal % 2 else []
    parent = first + ordinal - 1 if ordinal else None
    number, stored = first + ordinal, json.dumps(segments)
    return (number, conversation, parent, ordinal, role, 1.0 + ordinal, text, stored)


def journalled(path: Path) -> str:
    """Read the words that stand in the journal now, as another program would."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT data FROM journal WHERE kind = 'text' ORDER BY id")
        return "".join(row[0] for row in rows)
