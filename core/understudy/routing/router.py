"""The router: many providers behind one interface, asked in the user's order."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from understudy.errors import ErrorKind, UsageError
from understudy.providers.base import KnowsModels
from understudy.routing.allowances import Allowances
from understudy.routing.answer import answer
from understudy.routing.clocks import DEFAULT_IDLE
from understudy.routing.collect import collect
from understudy.routing.embedding import Embedding, plan_embedding
from understudy.routing.health import Health
from understudy.routing.limits import Limits
from understudy.routing.needs import needs_of
from understudy.routing.network import NetworkSense
from understudy.routing.ordering import NOTHING_KNOWN, Insight, draw_of
from understudy.routing.pace import Pace
from understudy.routing.policy import Bar, Known, Moment, make_plan
from understudy.routing.route import Route, RouteEntry
from understudy.routing.spend import Spend
from understudy.routing.walk import Surroundings, Walk
from understudy.routing.warmth import Warmth

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from understudy.events import StreamEvent
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ChatProvider, EmbeddingProvider
    from understudy.requests import (
        ChatRequest,
        ChatResponse,
        EmbeddingRequest,
        EmbeddingResponse,
    )
    from understudy.routing.health import Rest
    from understudy.routing.needs import Needs
    from understudy.routing.policy import Plan
    from understudy.routing.trace import Attempt

    Events: TypeAlias = AsyncGenerator[StreamEvent, None]

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
    ``on_attempt`` is called with every attempt as it ends, ``on_wait`` with a provider and the
    seconds that an attempt stood in line for it. ``around_stream`` holds functions through which
    each answer's events pass on their way to the caller. All are plain lists of functions.
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
        self.around_stream: list[Callable[[Events], Events]] = []
        self.default_route = ""
        self._providers: dict[str, ChatProvider] = {}
        self._embedding_providers: dict[str, EmbeddingProvider] = {}
        self._routes: dict[str, Route] = {}
        self._accounts: dict[str, tuple[str, ...]] = {}
        self._facts_of: dict[str, Callable[[str], ModelFacts]] = {}
        self._asked: dict[str, int] = {}
        self._clock = clock
        self._health = Health(clock, self._health_changed)
        self._limits = Limits(max_concurrency, clock)
        self.on_wait = self._limits.on_wait
        self._spend = Spend(clock)
        self._around = Surroundings(
            self._providers,
            self._health,
            self._limits,
            Pace(clock),
            Allowances(clock),
            Warmth(clock),
            NetworkSense(clock),
            self._bar_of,
            self._facts,
            clock,
            sleep,
            idle_within,
            self._attempted,
        )

    def register_chat_provider(
        self,
        provider: ChatProvider,
        *,
        max_concurrency: int | None = None,
        per_minute: int | None = None,
        account_of: str = "",
    ) -> None:
        """Make ``provider`` known from the next request on.

        In place of another with the same id it begins anew: what made that one rest may have been
        mended. At most ``max_concurrency`` of its requests run at once, others queue; after
        ``per_minute`` requests a minute the next is asked. ``account_of`` names a provider that
        this one is a further key of: it is asked wherever that one stands, right behind it.
        """
        self._limits.set_limit(provider.id, max_concurrency, per_minute)
        if provider.id in self._providers:
            self._health.lift(provider.id)
        self._providers[provider.id] = provider
        self._learn_facts(provider, provider.id)
        if account_of:
            others = self._accounts.get(account_of, ())
            self._accounts[account_of] = tuple(dict.fromkeys((*others, provider.id)))
        self._health_changed()

    def register_embedding_provider(self, provider: EmbeddingProvider) -> None:
        """Make ``provider`` known for vectors from the next request on."""
        self._embedding_providers[provider.id] = provider
        if provider.id not in self._providers:
            self._learn_facts(provider, provider.id)

    def set_budget(self, provider_id: str, usd_a_month: float | None) -> None:
        """Ask ``provider_id`` only as long as it has cost less this month; ``None`` for no end."""
        self._spend.set_budget(provider_id, usd_a_month)

    def spent(self, provider_id: str) -> float:
        """Give what a provider has cost this month, in USD, as far as prices are known."""
        return self._spend.spent(provider_id)

    def unregister_provider(self, provider_id: str) -> None:
        """Forget a provider. Answers under way end as they would have; its rest is remembered."""
        vectors_too = self._embedding_providers.pop(provider_id, None)
        if self._providers.pop(provider_id, None) is None and vectors_too is None:
            raise UsageError(f'No provider "{provider_id}" is registered.')
        self._limits.set_limit(provider_id, None)
        self._accounts = {
            of: tuple(each for each in accounts if each != provider_id)
            for of, accounts in self._accounts.items()
        }
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
        return self._plan(request, self.route(request.route), needs_of(request))

    def stream(
        self, request: ChatRequest, *, trail: list[Attempt] | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer, event by event. ``trail`` grows by each attempt, also where this is cancelled.

        Raises ``NobodyAnswered``, ``AnswerInterrupted`` (with what was shown) and ``UsageError``.
        Closing the generator or cancelling its task closes the provider's connection at once.
        """
        route = self.route(request.route)
        needs = needs_of(request)
        plan = self._plan(request, route, needs)
        self._asked[route.name] = self._asked.get(route.name, 0) + 1
        attempts = [] if trail is None else trail
        walk = Walk(request, plan, route, needs, self._around, attempts)
        events = answer(walk, self._around)
        for around in self.around_stream:
            events = around(events)
        return events

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Answer in one piece; raises as ``stream`` does."""
        async with aclosing(self.stream(request)) as events:
            return await collect(events)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingResponse:
        """Turn texts into vectors by the model that ``request`` names, whoever serves it.

        Asked are those who have this very model: of the route where one is named, else all that
        are registered. Raises ``NobodyAnswered`` and ``UsageError``.
        """
        order, private = tuple(self._embedding_providers), False
        if request.route:
            route = self.route(request.route)
            order = tuple(entry.provider for entry in route.entries if entry.enabled)
            private = route.private
        providers = self._embedding_providers
        moment = Moment(self._health.rest_of, self._bar_of)
        plan = plan_embedding(request, providers, order, moment, private=private)
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

    def spend_snapshot(self) -> list[dict[str, Any]]:
        """What each provider has cost this month, as plain JSON values, to be kept."""
        return self._spend.snapshot()

    def restore_spend(self, rows: Iterable[object]) -> None:
        """Take up a ``spend_snapshot``; rows that make no sense are left out."""
        self._spend.restore(rows)

    def _plan(self, request: ChatRequest, route: Route, needs: Needs) -> Plan:
        reader = self._around.warmth.reader(request.messages)
        fastest = route.strategy == "fastest"

        def insight_of(provider: str, model: str) -> Insight:
            warm = reader[2] if reader is not None and reader[:2] == (provider, model) else 0
            return Insight(
                self._facts(provider, model),
                self._around.pace.median(provider, model) if fastest else None,
                self._around.allowances.is_short(provider, model, needs),
                warm,
            )

        moment = Moment(
            self._health.rest_of,
            self._bar_of,
            insight_of,
            lambda provider: self._accounts.get(provider, ()),
            draw_of(route, self._asked.get(route.name, 0)),
        )
        return make_plan(route, self._known(), moment, needs)

    def _known(self) -> dict[str, Known]:
        return {
            name: Known(
                provider.name,
                provider.local,
                provider.default_model,
                provider.availability(),
            )
            for name, provider in self._providers.items()
        }

    def _facts(self, provider: str, model: str) -> ModelFacts:
        told = self._facts_of.get(provider)
        return NOTHING_KNOWN if told is None else told(model)

    def _learn_facts(self, provider: object, provider_id: str) -> None:
        """Keep how a provider tells of its models: asking it whether it does is not cheap."""
        self._facts_of.pop(provider_id, None)
        if isinstance(provider, KnowsModels):
            self._facts_of[provider_id] = provider.facts

    def _bar_of(self, provider: str) -> Bar | None:
        """Tell which limit of the user's own a provider has reached."""
        known = self._providers.get(provider)
        name = provider if known is None else known.name
        free_at = self._limits.free_at(provider)
        if free_at is not None:
            return Bar(
                "own-limit", f"{name} was asked as often as you let it in a minute.", free_at
            )
        payer = self._payer(provider)
        if self._spend.is_used_up(payer):
            budget = self._spend.budget(payer) or 0.0
            why = f"{name} reached its ${budget:,.2f} for this month."
            return Bar("over-budget", why, self._spend.next_month())
        return None

    def _payer(self, provider: str) -> str:
        """Give the provider under whose id an account's costs are counted."""
        owners = (of for of, accounts in self._accounts.items() if provider in accounts)
        return next(owners, provider)

    def _health_changed(self) -> None:
        for listener in tuple(self.on_health_change):
            listener()

    def _attempted(self, attempt: Attempt) -> None:
        self._spend.note(self._payer(attempt.provider), attempt.cost)
        for listener in tuple(self.on_attempt):
            listener(attempt)
