"""Messages: what people, models and tools said, as immutable values.

A message is a role and a tuple of parts. A part is text, an image, a file, a model's reasoning, a
call of a tool or a tool's result. Nothing here knows a provider: wire formats translate in both
directions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words for people, markdown as a rule."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture, as the bytes of its file; ``media_type`` such as ``image/png``."""

    data: bytes = field(repr=False)
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A document, as the bytes of its file; ``media_type`` such as ``application/pdf``."""

    data: bytes = field(repr=False)
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What a model thought aloud before it answered.

    ``made_by`` names who thought it, as PROVIDER/MODEL: that model may want it back, and nobody
    else is shown it. ``signature`` is the provider's seal on it, opaque to everybody else. Where
    the thought is ``redacted`` there are no words, and the signature is the thought itself in a
    form that nobody reads.
    """

    text: str
    signature: str = field(default="", repr=False)
    made_by: str = ""
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A model's wish to have a tool called; ``arguments`` is the JSON text as it was streamed.

    ``signature`` and ``made_by`` are as in ``ReasoningPart``: Gemini seals its calls.
    """

    id: str
    name: str
    arguments: str
    signature: str = field(default="", repr=False)
    made_by: str = ""


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered to the call with this id; ``is_error`` where it could not do it."""

    call_id: str
    text: str
    is_error: bool = False


Part: TypeAlias = TextPart | ImagePart | FilePart | ReasoningPart | ToolCallPart | ToolResultPart


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
    def user(cls, text: str, *attached: ImagePart | FilePart) -> Message:
        """A person's turn, with what they attached."""
        return cls("user", (*attached, TextPart(text)))

    @classmethod
    def assistant(cls, text: str, *, interrupted: bool = False) -> Message:
        """A model's turn."""
        return cls("assistant", (TextPart(text),), interrupted)

    @property
    def text(self) -> str:
        """The words of all text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))
