"""What is asked of the router and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.messages import Message
    from understudy.routing.trace import Trace

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]
Reasoning: TypeAlias = Literal["off", "low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider. ``None`` means not reported; a reported zero stays zero.

    One meaning for all, whatever a provider's own is: ``input_tokens`` are all that were read,
    ``cached_tokens`` (read from a cache) and ``cache_write_tokens`` (written to one) being part of
    them; ``output_tokens`` are all that were written, ``reasoning_tokens`` being part of them.
    ``cost`` is the price in USD where the provider itself names it.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may ask to have called; ``parameters`` is its JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question with its conversation.

    ``route`` names one of the router's routes; empty means its default route. Which model answers
    is the route's business: every provider is asked for its own model id. ``temperature``,
    ``max_tokens``, ``stop`` and ``reasoning`` (how long to think) are left to the provider where
    they are not given. ``tool_choice`` is ``auto``, ``none``, ``required`` or a tool's name; it
    counts only with ``tools``. What runs in the ``background`` waits behind what people wait for.
    """

    messages: tuple[Message, ...]
    route: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    reasoning: Reasoning | None = None
    background: bool = False


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
    """Texts to turn into vectors, by one model only: vectors of two models do not compare.

    ``model`` is the model's id, which several providers may serve; ``dimensions`` shortens the
    vectors where the model can.
    """

    texts: tuple[str, ...]
    model: str
    route: str = ""
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingResponse:
    """One vector a text, in the order asked, all by one model of one provider."""

    vectors: tuple[tuple[float, ...], ...]
    provider: str
    model: str
    usage: Usage
    trace: Trace
