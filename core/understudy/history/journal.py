"""The journal: what an answer says is on disk at most a tenth of a second after it was shown.

``AnswerWriter`` is called on the event loop and only appends to memory. The worker's thread takes
what has gathered, for all answers at once, and writes it in one transaction. When an answer ends
its rows are joined into its message.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from understudy.history.text import storable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable, Iterable

    from understudy.history.values import EndState, JsonObject, StoredMessage

Kind: TypeAlias = Literal["text", "reasoning", "segment", "seam", "standin"]
Entry: TypeAlias = tuple[str, str]
"""A kind and its data: text as it is, everything else as JSON."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an answer ended."""

    state: EndState
    meta: JsonObject
    failure: JsonObject | None


class AnswerWriter:
    """Takes down one answer while it is streamed. All but ``finish`` costs about a microsecond.

    ``segment`` says who writes from here on; call it for every attempt, before its first words.
    ``seam`` stands between two segments. After ``finish`` nothing more is taken.
    """

    def __init__(
        self,
        message: StoredMessage,
        wake: Callable[[AnswerWriter], None],
        end: Callable[[AnswerWriter], Awaitable[StoredMessage]],
    ) -> None:
        self.message = message
        self.ending: Ending | None = None
        self.ended = False
        self._new: deque[Entry] = deque()
        self._unsaved: list[Entry] = []
        self._awake = False
        self._wake = wake
        self._end = end

    @property
    def message_id(self) -> int:
        """The id of the message that is being written."""
        return self.message.id

    def text(self, delta: str) -> None:
        """Add words of the answer."""
        self._new.append(("text", delta))
        if not self._awake:
            self._awake = True
            self._wake(self)

    def reasoning(self, delta: str) -> None:
        """Add words that the model thought aloud."""
        self._add("reasoning", delta)

    def segment(self, provider: str, provider_name: str, model: str) -> None:
        """Say who writes from here on. One without words is replaced by the next."""
        self._add("segment", _json([provider, provider_name, model]))

    def seam(self, seam: JsonObject) -> None:
        """Mark the place where one provider broke off and the next carries on."""
        self._add("seam", _json(seam))

    def standin(self, standin: JsonObject) -> None:
        """Say that the answer is by another than the first in line."""
        self._add("standin", _json(standin))

    async def finish(
        self,
        state: EndState,
        meta: JsonObject | None = None,
        *,
        failure: JsonObject | None = None,
    ) -> StoredMessage:
        """End the answer and give the message as it is stored.

        Raises ``HistoryError`` where it cannot be written just now; it is kept in memory then and
        tried again until it works.
        """
        self.ending = Ending(state, meta or {}, failure)
        return await self._end(self)

    def gather(self) -> list[Entry]:
        """Take what came since the last call to what is not saved yet; on the worker's thread."""
        self._awake = False  # first: whatever comes from here on wakes again
        new = self._new
        while new:
            _append(self._unsaved, new.popleft())
        return [(kind, storable(data)) for kind, data in self._unsaved]

    def saved(self, ended: bool) -> None:
        """Forget what was gathered: it is on disk, with the end where it ``ended``."""
        self._unsaved = []
        self.ended = ended

    def _add(self, kind: Kind, data: str) -> None:
        self._new.append((kind, data))
        if not self._awake:
            self._awake = True
            self._wake(self)


@dataclass(slots=True)
class Joined:
    """An answer put together from its entries."""

    text: str = ""
    reasoning: str = ""
    segments: list[tuple[str, str, str, int]] = field(default_factory=list[Any])
    seams: list[JsonObject] = field(default_factory=list[Any])
    standin: JsonObject | None = None


def join(entries: Iterable[Entry]) -> Joined:
    """Put an answer together; the last number of a segment is the length of its text."""
    joined = Joined()
    parts: dict[str, list[str]] = {"text": [], "reasoning": []}
    length = 0
    for kind, data in entries:
        if kind in parts:
            parts[kind].append(data)
        if kind == "text":
            length += len(data)
            _lengthen(joined.segments, len(data))
        elif kind == "segment":
            provider, name, model = json.loads(data)
            if joined.segments and joined.segments[-1][3] == 0:
                joined.segments.pop()
            joined.segments.append((provider, name, model, 0))
        elif kind == "seam":
            joined.seams.append({"at": length, **json.loads(data)})
        elif kind == "standin":
            joined.standin = json.loads(data)
    joined.text, joined.reasoning = "".join(parts["text"]), "".join(parts["reasoning"])
    return joined


def save(connection: sqlite3.Connection, writer: AnswerWriter) -> bool:
    """Write what a writer has gathered, or its end; tells whether it was its end.

    To be called within a transaction; after it ``AnswerWriter.saved``.
    """
    ending = writer.ending  # before its words: they were all there when it was set
    entries = writer.gather()
    if ending is not None:
        _end(connection, writer.message_id, ending, entries)
    elif entries:
        connection.executemany(
            "INSERT INTO journal (message_id, kind, data) VALUES (?, ?, ?)",
            [(writer.message_id, kind, data) for kind, data in entries],
        )
    return ending is not None


def read(connection: sqlite3.Connection, message_id: int) -> list[Entry]:
    """Give what the journal holds of one answer, in order."""
    return connection.execute(
        "SELECT kind, data FROM journal WHERE message_id = ? ORDER BY id", (message_id,)
    ).fetchall()


def recover(connection: sqlite3.Connection, message_id: int) -> None:
    """End an answer whose process is gone: all that was journalled, marked interrupted."""
    _end(connection, message_id, Ending("interrupted", {}, None), [])


def _end(
    connection: sqlite3.Connection, message_id: int, ending: Ending, unsaved: list[Entry]
) -> None:
    joined = join([*read(connection, message_id), *unsaved])
    connection.execute(
        "UPDATE message SET state = ?, text = ?, reasoning = ?, segments = ?, seams = ?,"
        " standin = ?, meta = ?, failure = ?, session = '' WHERE id = ?",
        (
            ending.state,
            joined.text,
            joined.reasoning,
            _json(joined.segments),
            _json(joined.seams),
            _json(joined.standin),
            _json(ending.meta),
            _json(ending.failure),
            message_id,
        ),
    )
    connection.execute("DELETE FROM journal WHERE message_id = ?", (message_id,))
    connection.execute(
        "UPDATE conversation SET updated = ?"
        " WHERE id = (SELECT conversation_id FROM message WHERE id = ?)",
        (time(), message_id),
    )


def _append(entries: list[Entry], entry: Entry) -> None:
    """Add an entry; words that follow words become one row."""
    kind, data = entry
    if entries and entries[-1][0] == kind and kind in {"text", "reasoning"}:
        entries[-1] = (kind, entries[-1][1] + data)
    else:
        entries.append(entry)


def _lengthen(segments: list[tuple[str, str, str, int]], by: int) -> None:
    provider, name, model, length = segments.pop() if segments else ("", "", "", 0)
    segments.append((provider, name, model, length + by))


def _json(value: object) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
