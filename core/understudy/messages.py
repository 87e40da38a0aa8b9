"""Messages: what people, models and tools said, as immutable values.

A message is a role and a tuple of parts. A part is text, a model's reasoning, a call of a tool or
a tool's result. Nothing here knows a provider: wire formats translate in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words for people, markdown as a rule."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What a model thought aloud before it answered; ``signature`` is the provider's seal on it."""

    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A model's wish to have a tool called; ``arguments`` is the JSON text as it was streamed."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered to the call with this id."""

    call_id: str
    text: str


Part: TypeAlias = TextPart | ReasoningPart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    ``interrupted`` marks an assistant's answer that broke off and was kept: it is sent on as
    context like any other, so that a broken answer never makes a conversation unusable.
    """

    role: Role
    parts: tuple[Part, ...]
    interrupted: bool = False

    @classmethod
    def system(cls, text: str) -> Message:
        """Instructions that stand above the conversation."""
        return cls("system", (TextPart(text),))

    @classmethod
    def user(cls, text: str) -> Message:
        """A person's turn."""
        return cls("user", (TextPart(text),))

    @classmethod
    def assistant(cls, text: str, *, interrupted: bool = False) -> Message:
        """A model's turn."""
        return cls("assistant", (TextPart(text),), interrupted)

    @property
    def text(self) -> str:
        """The words of all text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))
