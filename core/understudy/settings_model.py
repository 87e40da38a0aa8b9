"""The shape of the settings. Keys are never in them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from understudy.appearance import LARGEST_TEXT, SMALLEST_TEXT, Language, Theme
from understudy.errors import ErrorKind
from understudy.routing.route import Rescue, Route, RouteEntry, Strategy
from understudy.routing.rules import NextProvider, RuleChange, SameProvider
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


class NetworkSettings(_Part):
    """How others are reached, where the system and the environment do not say it.

    ``proxy`` is an address, an empty one for none at all; a login has no place in a settings file
    and comes from HTTPS_PROXY. ``certificates`` is a file in PEM form of whom to trust too.
    """

    proxy: str | None = None
    certificates: str | None = None

    @field_validator("proxy")
    @classmethod
    def _holds_no_login(cls, proxy: str | None) -> str | None:
        if proxy and "@" in proxy:
            raise ValueError("a proxy's login belongs into HTTPS_PROXY, not into this file")
        return proxy


class ProviderSettings(_Part):
    """What was set for a provider of the catalogue, or the whole of an endpoint of one's own.

    ``models`` are the ids known for it, its default first; ``key_env`` names an environment
    variable that may hold its key. A model inside the program has the wire format ``gguf`` and a
    ``file`` in place of an address. There may be several ``keys`` for it, asked one after the
    other. It is asked at most so many times ``at_once`` and ``per_minute``, and until it has cost
    its ``budget`` in USD this month.
    """

    enabled: bool = True
    base_url: str | None = None
    name: str | None = None
    wire: WireName | None = None
    key_env: str | None = None
    models: list[str] = []
    local: bool = False
    file: str | None = None
    keys: int = Field(default=1, ge=1, le=9)
    at_once: int | None = Field(default=None, ge=1)
    per_minute: int | None = Field(default=None, ge=1)
    budget: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_an_address(self) -> ProviderSettings:
        if self.wire == "gguf" and not self.file:
            raise ValueError("a model inside the program needs a file")
        if self.wire not in {None, "gguf"} and not self.base_url:
            raise ValueError("an endpoint with a wire format needs a base_url")
        return self


class EntrySettings(_Part):
    """One place in a route's order; ``RouteEntry`` tells what each field is."""

    provider: str = Field(min_length=1)
    model: str = ""
    first_token_within: float | None = Field(default=None, gt=0)
    retries: int = Field(default=0, ge=0)
    enabled: bool = True
    context_window: int | None = Field(default=None, gt=0)
    weight: float = Field(default=1.0, ge=0)

    def as_entry(self) -> RouteEntry:
        """Turn it into the router's value."""
        return RouteEntry(**{name: getattr(self, name) for name in _ENTRY_FIELDS})


class RuleSettings(_Part):
    """What a route does otherwise after one kind of failure; what is left out stays as it is."""

    again: SameProvider | None = None
    patience: float | None = Field(default=None, ge=0)
    then: NextProvider | None = None


class RouteSettings(_Part):
    """A named order of providers; ``Route`` tells what each field is."""

    name: str = Field(min_length=1)
    strategy: Strategy = "in-order"
    rescue: Rescue = "carry-on"
    entries: list[EntrySettings] = []
    private: bool = False
    same_model_first: bool = False
    seed: int = 0
    race_cap: float = Field(default=0.05, ge=0)
    stays_from: float | None = Field(default=None, ge=0)
    idle_within: float | None = Field(default=None, gt=0)
    total_within: float | None = Field(default=None, gt=0)
    rules: dict[ErrorKind, RuleSettings] = {}

    def as_route(self) -> Route:
        """Turn it into the router's value."""
        changes = tuple(
            RuleChange(kind, rule.again, rule.patience, rule.then)
            for kind, rule in self.rules.items()
        )
        entries = tuple(entry.as_entry() for entry in self.entries)
        plain = {name: getattr(self, name) for name in _ROUTE_FIELDS}
        return Route(**plain, entries=entries, rules=changes)

    @classmethod
    def of(cls, route: Route) -> RouteSettings:
        """Turn the router's value into what is written down."""
        rules = {
            change.kind: RuleSettings(
                again=change.again, patience=change.patience, then=change.then
            )
            for change in route.rules
        }
        entries = [
            EntrySettings(**{name: getattr(entry, name) for name in _ENTRY_FIELDS})
            for entry in route.entries
        ]
        plain = {name: getattr(route, name) for name in _ROUTE_FIELDS}
        return cls(**plain, entries=entries, rules=rules)


_ENTRY_FIELDS = tuple(field.name for field in fields(RouteEntry))
_ROUTE_FIELDS = tuple(
    field.name for field in fields(Route) if field.name not in {"entries", "rules"}
)


class Settings(_Part):
    """Everything that was set. Values are frozen: ``with_…`` and ``without_…`` give changed ones.

    ``default_route`` is empty until one was chosen.
    """

    version: int = Field(default=VERSION, ge=1)
    appearance: AppearanceSettings = AppearanceSettings()
    network: NetworkSettings = NetworkSettings()
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
