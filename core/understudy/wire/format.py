"""What a wire format is: how to ask in one of the field's languages, and how to read what comes.

Each format is a module that ends in a ``FORMAT``. All of it is pure: values in, values out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from understudy.errors import ProviderError
    from understudy.events import ProviderEvent
    from understudy.messages import ReasoningPart, ToolCallPart
    from understudy.model_facts import ListedModel
    from understudy.requests import ChatRequest, Usage

WireName: TypeAlias = Literal[
    "openai-chat", "openai-responses", "anthropic", "gemini", "ollama", "practice", "gguf"
]
"""Five formats, and two of nobody's: the practice provider's, and a model's file in its place."""

Auth: TypeAlias = Literal["bearer", "x-api-key", "x-goog-api-key", "api-key"]
"""The header that carries the key: ``Authorization: Bearer``, or one of this name."""

MaxTokensName: TypeAlias = Literal["max_tokens", "max_completion_tokens"]
ReasoningStyle: TypeAlias = Literal[
    "none",  # it cannot be told how long to think
    "reasoning_effort",  # OpenAI: "low", "medium", "high"
    "reasoning_switch",  # Mistral and Cohere: the same, but "none" and "high" only
    "reasoning",  # OpenRouter: {"reasoning": {"effort": …}} and {"enabled": false}
    "thinking",  # GLM, Moonshot, DeepSeek: {"thinking": {"type": "enabled" or "disabled"}}
    "enable_thinking",  # Qwen and SiliconFlow: a switch
]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where a server departs from its format, as data.

    ``usage_on_request``: whether it takes ``stream_options: {include_usage: true}``.
    ``reasoning_field`` is the name under which it wants its own thoughts back, empty where it does
    not. ``embedding_batch`` is how many texts it takes at once.
    """

    usage_on_request: bool = True
    max_tokens_name: MaxTokensName = "max_tokens"
    reasoning_style: ReasoningStyle = "none"
    reasoning_field: str = ""
    embedding_batch: int = 64


DIALECT = Dialect()
"""The format as it is written."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a request is written for: the provider's id, its model, and its ways.

    ``sees_images`` and ``reads_files`` say what may be attached; anything else becomes a line of
    text that says what was left out. ``max_output`` is the most that the model writes, where known.
    ``prefill``: it goes on from an answer that was begun for it.
    """

    provider: str = ""
    model: str = ""
    dialect: Dialect = DIALECT
    sees_images: bool = True
    reads_files: bool = True
    max_output: int | None = None
    prefill: bool = False

    def made(self, part: ReasoningPart | ToolCallPart) -> bool:
        """Tell whether this very model made ``part``, and so may be given its seal back."""
        return part.made_by == f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request to send: the path behind the base URL, and the JSON body."""

    path: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vectors:
    """One vector a text, in the order asked."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage


class Decoder(Protocol):
    """A streamed answer, from bytes to events.

    ``feed`` returns what the bytes say. Where they say that the answer failed, the events before
    that are returned first, ``failure`` is set, and the next call raises it. ``Stop`` is always the
    last event; a stream that closes without the format's finish marker ends without it.
    """

    failure: ProviderError | None
    done: bool
    chunks: int

    @property
    def settled(self) -> bool:
        """Whether no more words can follow: the finish reason, the end or a failure was read."""
        ...

    def feed(self, data: bytes) -> list[ProviderEvent]:
        """Take the next bytes. Raises ``ProviderError`` where an earlier call set ``failure``."""
        ...

    def close(self) -> list[ProviderEvent]:
        """Take note that the stream ended. Raises ``ProviderError`` as ``feed`` does."""
        ...


class MakeDecoder(Protocol):
    """Begin to read an answer of the provider called ``name``; ``secrets`` never reach an error."""

    def __call__(self, name: str, model: str, secrets: Iterable[str]) -> Decoder:
        """Make a decoder."""
        ...


class ReadWhole(Protocol):
    """Read an answer that came as one JSON body. Raises ``ProviderError`` where it is none."""

    def __call__(
        self, body: bytes, *, name: str, model: str, secrets: Iterable[str]
    ) -> list[ProviderEvent]:
        """Give the answer's events, ``Stop`` the last."""
        ...


class MakeEmbedding(Protocol):
    """Make the call that turns ``texts`` into vectors."""

    def __call__(self, texts: Sequence[str], target: Target, dimensions: int | None) -> Call:
        """Make the call."""
        ...


@dataclass(frozen=True, slots=True)
class WireFormat:
    """One of the field's languages.

    ``stream_opens_with`` are first bytes with which a stream may begin although they look like one
    whole JSON value. ``vectors`` reads the answer to ``embed`` and raises ``ValueError`` where it
    holds none. ``headers`` go with every request.
    """

    chat: Callable[[ChatRequest, Target], Call]
    decoder: MakeDecoder
    whole: ReadWhole
    models: Callable[[bytes], tuple[ListedModel, ...]]
    embed: MakeEmbedding | None = None
    vectors: Callable[[bytes], Vectors] | None = None
    models_path: str = "/models"
    auth: Auth = "bearer"
    headers: tuple[tuple[str, str], ...] = ()
    stream_opens_with: bytes = b""
