"""The user's routes, and changes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.assembly import Workspace
    from understudy.routing.route import Rescue, Route
    from understudy.settings_model import EntrySettings, RouteSettings, Settings


class RouteBook:
    """Reads and changes routes; `change` puts settings into effect.

    As long as the user has no routes, Understudy makes one itself, and it follows the keys. The
    first change makes it the user's own.
    """

    def __init__(self, workspace: Workspace, change: Callable[[Settings], None]) -> None:
        self._workspace = workspace
        self._change = change

    @property
    def all(self) -> tuple[RouteSettings, ...]:
        """The routes in effect, the one that Understudy makes itself included."""
        own = self._workspace.settings.routes
        return tuple(own) or tuple(_as_settings(route) for route in self._workspace.routes)

    @property
    def made_by_us(self) -> bool:
        """Whether the order in effect is Understudy's and not the user's."""
        return not self._workspace.settings.routes

    @property
    def default(self) -> str:
        """The route that is taken where none is named."""
        return self._workspace.router.default_route

    def get(self, name: str) -> RouteSettings | None:
        """Return a route that is in effect, None where there is none of that name."""
        return next((route for route in self.all if route.name == name), None)

    def standing(self, provider: str) -> dict[str, int]:
        """Return where a provider stands: place, from 1, by the name of the route."""
        places: dict[str, int] = {}
        for route in self.all:
            there = [entry.provider for entry in route.entries if entry.enabled]
            if provider in there:
                places[route.name] = there.index(provider) + 1
        return places

    def add(self, name: str, providers: Sequence[str]) -> None:
        """Add a route through these providers. Raises ``UsageError`` for a name that cannot be."""
        from understudy.settings_model import EntrySettings, RouteSettings

        self._check_name(name)
        entries = [EntrySettings(provider=provider) for provider in providers]
        route = RouteSettings(name=name.strip(), entries=entries)
        self._change(self._own_settings().with_route(route))

    def rename(self, old: str, new: str) -> None:
        """Give a route another name. Raises ``UsageError`` for one that cannot be."""
        new = new.strip()
        if new == old:
            return
        self._check_name(new)
        settings = self._own_settings()
        routes = [
            route.model_copy(update={"name": new}) if route.name == old else route
            for route in settings.routes
        ]
        default = new if settings.default_route == old else settings.default_route
        self._change(settings.model_copy(update={"routes": routes, "default_route": default}))

    def remove(self, name: str) -> None:
        """Remove a route; without any, Understudy makes the order itself again."""
        self._change(self._workspace.settings.without_route(name))

    def set_default(self, name: str) -> None:
        """Take this route where none is named."""
        self._change(self._own_settings().model_copy(update={"default_route": name}))

    def set_entries(self, name: str, entries: Sequence[EntrySettings]) -> None:
        """Set a route's order; it counts from the next message on."""
        self._change_route(name, entries=list(entries))

    def set_rescue(self, name: str, rescue: Rescue) -> None:
        """Say what happens when an answer breaks off."""
        self._change_route(name, rescue=rescue)

    def _change_route(self, name: str, **changes: Any) -> None:
        route = self.get(name)
        if route is not None:
            changed = route.model_copy(update=changes)
            self._change(self._own_settings().with_route(changed))

    def _own_settings(self) -> Settings:
        """Return the settings with every route in effect written out as the user's."""
        settings = self._workspace.settings
        if settings.routes:
            return settings
        return settings.model_copy(update={"routes": list(self.all)})

    def _check_name(self, name: str) -> None:
        if not name.strip():
            raise UsageError("A route needs a name.")
        if self.get(name.strip()) is not None:
            raise UsageError("There is a route of that name already.")


def _as_settings(route: Route) -> RouteSettings:
    from understudy.settings_model import RouteSettings

    return RouteSettings.of(route)
