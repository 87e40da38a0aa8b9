"""A provider as the catalogue describes it, and as the router sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent
    from understudy.requests import ChatRequest

WireFormat: TypeAlias = Literal["openai-chat", "practice"]


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider, as data.

    ``id`` is what settings and PROVIDER/MODEL use, ``name`` what people read. ``key_env`` lists the
    environment variables that may hold its key, ``endpoint_env`` one that may replace ``base_url``.
    ``models`` are known good ids to begin with, the first is the default; ``GET /models`` replaces
    them. ``local`` providers run on this computer and need no key.
    """

    id: str
    name: str
    wire: WireFormat
    base_url: str
    key_env: tuple[str, ...] = ()
    endpoint_env: str = ""
    models: tuple[str, ...] = ()
    local: bool = False
    needs_key: bool = True
    key_url: str = ""
    billing_url: str = ""
    extra_headers: tuple[tuple[str, str], ...] = ()
    sends_usage_on_request: bool = True
    """Whether the server takes ``stream_options: {include_usage: true}``."""
    max_tokens_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the limit of an answer's length."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a provider can be asked at all, before anything is sent."""

    state: Literal["available", "not-configured", "disabled"]
    why: str = ""


class ChatProvider(Protocol):
    """What the router needs of a provider. Anything of this shape can be registered."""

    @property
    def id(self) -> str:
        """The name that routes use."""
        ...

    @property
    def name(self) -> str:
        """The name that people read."""
        ...

    @property
    def local(self) -> bool:
        """Whether it runs on this computer."""
        ...

    @property
    def default_model(self) -> str:
        """The model asked for where a route names none; may be empty."""
        ...

    def availability(self) -> Availability:
        """Answer from memory, at once: no network, no keyring."""
        ...

    def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Ask ``model`` and yield its events in batches, as they arrive.

        Ends after ``Stop``, or without one where the connection ended early. Raises
        ``ProviderError``. Closing the generator closes the connection.
        """
        ...
