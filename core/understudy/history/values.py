"""What the history gives out: frozen values, detached from the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

MessageRole: TypeAlias = Literal["user", "assistant"]
MessageState: TypeAlias = Literal["streaming", "complete", "interrupted", "stopped", "failed"]
EndState: TypeAlias = Literal["complete", "interrupted", "stopped", "failed"]
JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation as lists show it.

    Times are seconds since the epoch. ``state`` is that of the last message on the active path,
    ``complete`` for an empty conversation. ``excerpt`` is the found place, in search results only.
    """

    id: int
    title: str
    created: float
    updated: float
    pinned: bool
    route: str
    state: MessageState
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of an answer that one provider wrote."""

    provider: str
    provider_name: str
    model: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message on a path.

    ``ordinal`` counts from 0 along the path. ``version`` of ``versions`` counts from 1 among the
    messages with the same ``parent``. Each of ``seams`` has ``at``: how many characters of
    ``text`` stand before it. ``meta`` holds figures and the trace, as the writer gave them.
    """

    id: int
    conversation_id: int
    ordinal: int
    role: MessageRole
    text: str
    state: MessageState
    created: float
    parent: int | None = None
    reasoning: str = ""
    segments: tuple[Segment, ...] = ()
    seams: tuple[JsonObject, ...] = ()
    standin: JsonObject | None = None
    meta: JsonObject = field(default_factory=dict[str, Any])
    failure: JsonObject | None = None
    version: int = 1
    versions: int = 1
