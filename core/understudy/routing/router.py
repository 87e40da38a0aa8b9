"""The router: many providers behind one interface, asked in the user's order."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from understudy.errors import ErrorKind, UsageError
from understudy.routing.answer import Answer, Surroundings
from understudy.routing.clocks import DEFAULT_IDLE
from understudy.routing.collect import collect
from understudy.routing.embedding import Embedding, plan_embedding
from understudy.routing.health import Health
from understudy.routing.limits import Limits
from understudy.routing.policy import Known, make_plan
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from understudy.events import StreamEvent
    from understudy.providers.base import ChatProvider, EmbeddingProvider
    from understudy.requests import (
        ChatRequest,
        ChatResponse,
        EmbeddingRequest,
        EmbeddingResponse,
    )
    from understudy.routing.health import Rest
    from understudy.routing.policy import Plan
    from understudy.routing.trace import Attempt

_CURED_BY_A_KEY = frozenset({ErrorKind.AUTH, ErrorKind.QUOTA, ErrorKind.REGION})

ProviderState: TypeAlias = Literal["available", "not-configured", "disabled", "cooling"]


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """How a provider is. ``until``: seconds since the epoch, where its rest has an end."""

    provider: str
    name: str
    state: ProviderState
    why: str
    until: float | None
    kind: ErrorKind | None
    local: bool


class Router:
    """Asks the providers of a route in order until one has answered, and remembers who failed.

    It belongs to one event loop. ``clock`` gives seconds since the epoch, ``sleep`` waits;
    ``idle_within`` is the longest pause in mid-answer in seconds.

    ``on_health_change`` is called at once when a provider begins or ceases to rest, comes or goes;
    a rest that ends by the clock is not announced, ``statuses`` tells its end beforehand.
    ``on_attempt`` is called with every attempt as it ends. Both are plain lists of functions.
    """

    def __init__(
        self,
        max_concurrency: int = 16,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        idle_within: float = DEFAULT_IDLE,
    ) -> None:
        self.on_health_change: list[Callable[[], None]] = []
        self.on_attempt: list[Callable[[Attempt], None]] = []
        self.default_route = ""
        self._providers: dict[str, ChatProvider] = {}
        self._embedding_providers: dict[str, EmbeddingProvider] = {}
        self._routes: dict[str, Route] = {}
        self._health = Health(clock, self._health_changed)
        self._limits = Limits(max_concurrency)
        self._around = Surroundings(
            self._providers,
            self._health,
            self._limits,
            clock,
            sleep,
            idle_within,
            self._attempted,
        )

    def register_chat_provider(
        self, provider: ChatProvider, *, max_concurrency: int | None = None
    ) -> None:
        """Make ``provider`` known from the next request on.

        In place of another with the same id it begins anew: what made that one rest may have been
        mended. At most ``max_concurrency`` of its requests run at once; others queue.
        """
        self._limits.set_limit(provider.id, max_concurrency)
        if provider.id in self._providers:
            self._health.lift(provider.id)
        self._providers[provider.id] = provider
        self._health_changed()

    def register_embedding_provider(self, provider: EmbeddingProvider) -> None:
        """Make ``provider`` known for vectors from the next request on."""
        self._embedding_providers[provider.id] = provider

    def unregister_provider(self, provider_id: str) -> None:
        """Forget a provider. Answers under way end as they would have; its rest is remembered."""
        vectors_too = self._embedding_providers.pop(provider_id, None)
        if self._providers.pop(provider_id, None) is None and vectors_too is None:
            raise UsageError(f'No provider "{provider_id}" is registered.')
        self._limits.set_limit(provider_id, None)
        self._health_changed()

    def set_route(self, route: Route) -> None:
        """Add a route, or replace the one with its name, from the next request on."""
        self._routes[route.name] = route

    def remove_route(self, name: str) -> None:
        """Forget a route."""
        if self._routes.pop(name, None) is None:
            raise UsageError(f'There is no route "{name}".')
        if self.default_route == name:
            self.default_route = ""

    def route(self, name: str = "") -> Route:
        """Give the route with this name.

        An empty name means the default route; without one, the first route that was set; without
        any, all providers in the order in which they were registered.
        """
        wanted = name or self.default_route
        if wanted:
            found = self._routes.get(wanted)
            if found is None:
                known = ", ".join(self._routes) or "none"
                raise UsageError(f'There is no route "{wanted}".', can_do=f"Routes: {known}.")
            return found
        everyone = Route("", tuple(RouteEntry(provider) for provider in self._providers))
        return next(iter(self._routes.values()), everyone)

    def plan(self, request: ChatRequest) -> Plan:
        """Give the order that would be tried just now, and why each other entry is skipped.

        ``stream`` makes the same plan and keeps to it. It departs from it only for what happens on
        the way: a provider that came to rest is passed over, a conversation too long for one model
        goes only to a larger window, and some failures end the walk.
        """
        known = {
            name: Known(
                provider.name, provider.local, provider.default_model, provider.availability()
            )
            for name, provider in self._providers.items()
        }
        return make_plan(self.route(request.route), known, self._health.rest_of)

    def stream(
        self, request: ChatRequest, *, trail: list[Attempt] | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer, event by event. ``trail`` grows by each attempt, also where this is cancelled.

        Raises ``NobodyAnswered``, ``AnswerInterrupted`` (with what was shown) and ``UsageError``.
        Closing the generator or cancelling its task closes the provider's connection at once.
        """
        rescue = self.route(request.route).rescue
        attempts = [] if trail is None else trail
        return Answer(request, self.plan(request), rescue, self._around, attempts).events()

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Answer in one piece; raises as ``stream`` does."""
        async with aclosing(self.stream(request)) as events:
            return await collect(events)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingResponse:
        """Turn texts into vectors by the model that ``request`` names, whoever serves it.

        Asked are those who have this very model: of the route where one is named, else all that
        are registered. Raises ``NobodyAnswered`` and ``UsageError``.
        """
        order = tuple(self._embedding_providers)
        if request.route:
            entries = self.route(request.route).entries
            order = tuple(entry.provider for entry in entries if entry.enabled)
        providers, rest_of = self._embedding_providers, self._health.rest_of
        plan = plan_embedding(request, providers, order, rest_of)
        return await Embedding(request, plan, providers, self._around).response()

    def statuses(self) -> tuple[ProviderStatus, ...]:
        """How each registered provider is just now, in the order of registration."""
        return tuple(self._status(provider) for provider in self._providers.values())

    def _status(self, provider: ChatProvider) -> ProviderStatus:
        availability = provider.availability()
        rest = self._rest(provider)
        state: ProviderState = availability.state
        why, until, kind = availability.why, None, None
        if state == "available" and rest is not None:
            state, until, kind = "cooling", rest.until, rest.kind
            why = rest.why(provider.name)
        return ProviderStatus(provider.id, provider.name, state, why, until, kind, provider.local)

    def _rest(self, provider: ChatProvider) -> Rest | None:
        """Why ``provider`` as a whole is passed by: every model that a route asks it for rests."""
        models = {
            entry.model or provider.default_model
            for route in self._routes.values()
            for entry in route.entries
            if entry.provider == provider.id and entry.enabled
        }
        rests = [
            self._health.rest_of(provider.id, model) for model in models or {provider.default_model}
        ]
        resting = [rest for rest in rests if rest is not None]
        if len(resting) < len(rests):
            return None
        return min(resting, key=lambda rest: inf if rest.until is None else rest.until)

    def key_changed(self, provider_id: str) -> None:
        """Ask this provider again: a new key ends what a rejected or empty account had caused."""
        self._health.lift(provider_id, _CURED_BY_A_KEY)
        self._health_changed()

    def models_refreshed(self, provider_id: str) -> None:
        """Ask again for models that had been gone: the provider's list is new."""
        self._health.lift(provider_id, frozenset({ErrorKind.MODEL_GONE}))

    def try_now(self, provider_id: str) -> None:
        """End every rest of this provider, because a person asked for it."""
        self._health.lift(provider_id)

    def health_snapshot(self) -> list[dict[str, Any]]:
        """Who rests until when, as plain JSON values, to be kept for the next start."""
        return self._health.snapshot()

    def restore_health(self, rows: Iterable[object]) -> None:
        """Take up a ``health_snapshot``; rows that make no sense are left out."""
        self._health.restore(rows)

    def _health_changed(self) -> None:
        for listener in tuple(self.on_health_change):
            listener()

    def _attempted(self, attempt: Attempt) -> None:
        for listener in tuple(self.on_attempt):
            listener(attempt)
