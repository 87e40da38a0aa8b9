"""What is asked of the router and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from understudy.messages import Message
    from understudy.routing.trace import Trace

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider. ``None`` means not reported; a reported zero stays zero."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question with its conversation.

    ``route`` names one of the router's routes; empty means its default route. Which model answers
    is the route's business: every provider is asked for its own model id. ``temperature``,
    ``max_tokens`` and ``stop`` are left to the provider where they are not given.
    """

    messages: tuple[Message, ...]
    route: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """A whole answer: the words, who counted what, why it ended, and every attempt made for it."""

    message: Message
    provider: str
    model: str
    finish_reason: FinishReason
    usage: Usage
    trace: Trace


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts to turn into vectors, by one model only: vectors of two models do not compare."""

    texts: tuple[str, ...]
    model: str
    route: str = ""


@dataclass(frozen=True, slots=True)
class EmbeddingResponse:
    """One vector a text, in the order asked."""

    vectors: tuple[tuple[float, ...], ...]
    provider: str
    model: str
    usage: Usage
