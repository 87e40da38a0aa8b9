"""The shape of the settings. Keys are never in them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from understudy.appearance import LARGEST_TEXT, SMALLEST_TEXT, Language, Theme
from understudy.routing.route import Rescue, Route, RouteEntry, Strategy
from understudy.wire.format import WireName

VERSION = 1
"""The version that this program writes. A file with a higher one is read and never written."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)


class AppearanceSettings(_Part):
    """How the window looks; ``understudy.appearance`` reads the same without this module."""

    theme: Theme = "system"
    language: Language = "system"
    text_scale: float = Field(default=1.0, ge=SMALLEST_TEXT, le=LARGEST_TEXT)


class ProviderSettings(_Part):
    """What was set for a provider of the catalogue, or the whole of an endpoint of one's own.

    ``models`` are the ids known for it, its default first; ``key_env`` names an environment
    variable that may hold its key. A model inside the program has the wire format ``gguf`` and a
    ``file`` in place of an address.
    """

    enabled: bool = True
    base_url: str | None = None
    name: str | None = None
    wire: WireName | None = None
    key_env: str | None = None
    models: list[str] = []
    local: bool = False
    file: str | None = None

    @model_validator(mode="after")
    def _has_an_address(self) -> ProviderSettings:
        if self.wire == "gguf" and not self.file:
            raise ValueError("a model inside the program needs a file")
        if self.wire not in {None, "gguf"} and not self.base_url:
            raise ValueError("an endpoint with a wire format needs a base_url")
        return self


class EntrySettings(_Part):
    """One place in a route's order."""

    provider: str = Field(min_length=1)
    model: str = ""
    first_token_within: float | None = Field(default=None, gt=0)
    retries: int = Field(default=0, ge=0)
    enabled: bool = True

    def as_entry(self) -> RouteEntry:
        """Turn it into the router's value."""
        return RouteEntry(
            self.provider, self.model, self.first_token_within, self.retries, self.enabled
        )


class RouteSettings(_Part):
    """A named order of providers."""

    name: str = Field(min_length=1)
    strategy: Strategy = "in-order"
    rescue: Rescue = "carry-on"
    entries: list[EntrySettings] = []

    def as_route(self) -> Route:
        """Turn it into the router's value."""
        entries = tuple(entry.as_entry() for entry in self.entries)
        return Route(self.name, entries, self.strategy, self.rescue)


class Settings(_Part):
    """Everything that was set. Values are frozen: ``with_…`` and ``without_…`` give changed ones.

    ``default_route`` is empty until one was chosen.
    """

    version: int = Field(default=VERSION, ge=1)
    appearance: AppearanceSettings = AppearanceSettings()
    providers: dict[str, ProviderSettings] = {}
    routes: list[RouteSettings] = []
    default_route: str = ""

    def with_appearance(self, **changes: Any) -> Settings:
        """Change ``theme``, ``language`` or ``text_scale``."""
        changed = AppearanceSettings(**{**self.appearance.model_dump(), **changes})
        return self.model_copy(update={"appearance": changed})

    def with_provider(self, provider: str, settings: ProviderSettings) -> Settings:
        """Add a provider or replace what was set for it."""
        return self.model_copy(update={"providers": {**self.providers, provider: settings}})

    def without_provider(self, provider: str) -> Settings:
        """Forget what was set for a provider; routes keep their places for it."""
        others = {name: each for name, each in self.providers.items() if name != provider}
        return self.model_copy(update={"providers": others})

    def with_route(self, route: RouteSettings) -> Settings:
        """Add a route, or replace the one of the same name in its place."""
        routes = [route if each.name == route.name else each for each in self.routes]
        if route not in routes:
            routes.append(route)
        return self.model_copy(update={"routes": routes})

    def without_route(self, name: str) -> Settings:
        """Remove a route; if it was the default one there is none any more."""
        routes = [each for each in self.routes if each.name != name]
        default = "" if self.default_route == name else self.default_route
        return self.model_copy(update={"routes": routes, "default_route": default})
