"""A provider as the catalogue describes it, and as the router sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from understudy.wire.format import DIALECT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent
    from understudy.model_facts import ModelFacts
    from understudy.requests import ChatRequest
    from understudy.wire.format import Auth, Dialect, Vectors, WireName


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider, as data.

    ``id`` is what settings and PROVIDER/MODEL use, ``name`` what people read. ``key_env`` lists the
    environment variables that may hold its key, ``endpoint_env`` one that may replace ``base_url``.
    ``models`` are known good ids to begin with, the first is the default; ``GET /models`` replaces
    them. ``embedding_models`` make vectors. ``local`` providers run on this computer and need no
    key. ``auth`` is the header for the key where it is not the wire format's own. A ``base_url``
    with a name in braces is everybody's own: it has to be set before anything is asked.
    """

    id: str
    name: str
    wire: WireName
    base_url: str
    key_env: tuple[str, ...] = ()
    endpoint_env: str = ""
    models: tuple[str, ...] = ()
    embedding_models: tuple[str, ...] = ()
    local: bool = False
    needs_key: bool = True
    key_url: str = ""
    billing_url: str = ""
    auth: Auth | None = None
    extra_headers: tuple[tuple[str, str], ...] = ()
    dialect: Dialect = DIALECT
    file: str = ""
    """Where the model is, in place of an address, for one that runs inside this program."""
    bills_after_hanging_up: bool = False
    """Whether an answer that is stopped is said to be charged to its end."""

    @property
    def needs_address(self) -> bool:
        """Whether its address is everybody's own, and not set yet."""
        return "{" in self.base_url


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


@runtime_checkable
class KnowsModels(Protocol):
    """A provider that can say what is known of its models, for prices and windows."""

    def facts(self, model: str) -> ModelFacts:
        """Answer from memory, at once; what is not known is ``None``."""
        ...


class EmbeddingProvider(Protocol):
    """What the router needs of a provider that turns texts into vectors."""

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

    def availability(self) -> Availability:
        """Answer from memory, at once: no network, no keyring."""
        ...

    def embedding_model(self, model: str) -> str | None:
        """Give the id under which it has this model; ``None`` where it has not."""
        ...

    async def embed(self, texts: Sequence[str], model: str, dimensions: int | None) -> Vectors:
        """Turn texts into vectors by ``model``, an id of its own. Raises ``ProviderError``."""
        ...
