"""Conversations on disk: SQLite behind one thread, a journal that survives ``kill -9``."""

from __future__ import annotations

from understudy.history.errors import (
    HistoryClosed,
    HistoryDamaged,
    HistoryFull,
    HistoryLocked,
    HistoryNewer,
    HistoryReadOnly,
)
from understudy.history.journal import AnswerWriter
from understudy.history.store import History
from understudy.history.values import ConversationRow, Segment, StoredMessage

__all__ = [
    "AnswerWriter",
    "ConversationRow",
    "History",
    "HistoryClosed",
    "HistoryDamaged",
    "HistoryFull",
    "HistoryLocked",
    "HistoryNewer",
    "HistoryReadOnly",
    "Segment",
    "StoredMessage",
]
