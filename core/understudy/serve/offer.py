"""What can be asked for here, and what the field ``model`` means."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from understudy.errors import UsageError
from understudy.routing.route import Route, RouteEntry
from understudy.serve.failures import unknown_model

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence

    from understudy.routing.router import Router

DEFAULT_NAMES: Final = ("understudy", "default")
"""Names of the route in use, for clients that insist on one."""


async def _nothing_to_prepare(provider: str) -> None:
    del provider


async def _no_models() -> Sequence[str]:
    return ()


class Offer:
    """A router, as the outside sees it.

    ``default`` is the route of requests that name none. ``routes`` and ``models`` (as
    PROVIDER/MODEL) list what there is, ``prepare`` is awaited before a provider is asked that a
    client named: its key may not have been read.
    """

    def __init__(
        self,
        router: Router,
        *,
        default: str = "",
        routes: Callable[[], Sequence[str]] = tuple,
        models: Callable[[], Awaitable[Sequence[str]]] = _no_models,
        prepare: Callable[[str], Awaitable[None]] = _nothing_to_prepare,
    ) -> None:
        self.router = router
        self.default = default
        self.prepare = prepare
        self._routes = routes
        self._models = models
        self._in_use: Counter[str] = Counter()

    async def names(self) -> list[str]:
        """List every name that the field ``model`` can have, the route in use first."""
        return list(dict.fromkeys((DEFAULT_NAMES[0], *self._routes(), *await self._models())))

    def entry(self, model: str) -> RouteEntry | None:
        """Read PROVIDER/MODEL; ``None`` where it is a route, or names no provider.

        A model's id may hold further slashes, a provider's none.
        """
        provider, _, wanted = model.partition("/")
        known = {status.provider for status in self.router.statuses()}
        is_one = provider in known and not self._is_route(model)
        return RouteEntry(provider, wanted) if is_one else None

    async def find(self, model: str) -> Route:
        """Find whom ``model`` means. Raises ``ApiError`` (404)."""
        if self._is_route(model):
            return self.router.route(model)
        if not model or model in DEFAULT_NAMES:
            return self.router.route(self.default)
        return await self._only(model)

    async def find_embedding(self, model: str) -> tuple[Route, str]:
        """Find who is asked for vectors by ``model``, and the model's own id.

        PROVIDER/MODEL means that provider alone. A bare id is asked for by the route in use, whose
        providers may all have it: no text reaches anybody else. Raises ``ApiError`` (404).
        """
        if self._is_route(model) or model in DEFAULT_NAMES:
            message = "A route does not say which model makes vectors. Nobody was asked. Name one."
            raise unknown_model(message)
        if self.entry(model) is None:
            return self.router.route(self.default), model
        return await self._only(model), model.partition("/")[2]

    async def _only(self, model: str) -> Route:
        """Make the route of one provider that a client named."""
        entry = self.entry(model)
        if entry is None:
            raise unknown_model(self._unknown(model))
        await self.prepare(entry.provider)
        return Route(model, (entry,))

    @contextmanager
    def in_use(self, route: Route) -> Generator[str]:
        """Have the router know ``route`` for as long as this lasts; gives its name there."""
        if not route.name or self._is_route(route.name):
            yield route.name
            return
        self._in_use[route.name] += 1
        self.router.set_route(route)
        try:
            yield route.name
        finally:
            self._in_use[route.name] -= 1
            if not self._in_use[route.name]:
                del self._in_use[route.name]
                self.router.remove_route(route.name)

    def _is_route(self, name: str) -> bool:
        """Tell whether a route of the user's own has this name."""
        if not name or name in self._in_use:
            return False
        try:
            self.router.route(name)
        except UsageError:
            return False
        return True

    def _unknown(self, model: str) -> str:
        known = [*self._routes(), *(status.provider for status in self.router.statuses())]
        close = get_close_matches(model.partition("/")[0], known, n=1)
        hint = f'Did you mean "{close[0]}"?' if close else "GET /v1/models lists what there is."
        return f'There is no route and no provider "{model[:80]}". Nobody was asked. {hint}'


def streamable(route: Route) -> Route:
    """Give the route for a client to whom words are sent as they come: they cannot be taken back.

    So where an answer would start again from its beginning, the next carries on.
    """
    if route.rescue != "restart":
        return route
    return replace(route, name=f"{route.name} (carrying on)", rescue="carry-on")
