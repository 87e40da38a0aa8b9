"""Joins what the user set, their keys and the catalogue into one router, and keeps them joined.

The window and the command line both stand on a ``Workspace``. Importing this module loads neither
pydantic nor httpx nor keyring; opening a workspace loads the first, the first request the second,
the first look at a key the third.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from understudy.errors import UsageError
from understudy.paths import Paths
from understudy.phrases import Phrase

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Mapping

    from understudy.effective import Placed
    from understudy.keys import KeyReading, KeyStore
    from understudy.local_model.provider import LocalModelProvider
    from understudy.model_facts import ModelFacts
    from understudy.notices import Notice
    from understudy.providers.base import ChatProvider, ProviderRow
    from understudy.routing.route import Route
    from understudy.settings import SettingsFile
    from understudy.settings_model import ProviderSettings, Settings


class Workspace:
    """A user's settings, keys and router, joined.

    ``changed`` lists what is called after the providers or routes in effect have changed. Nothing
    here blocks for longer than reading or writing a small file, except where it is awaited.
    """

    def __init__(
        self, paths: Paths, file: SettingsFile, keys: KeyStore, environ: Mapping[str, str]
    ) -> None:
        from understudy.routing.router import Router
        from understudy.transport.http import HttpTransport

        self.paths = paths
        self.settings_file = file
        self.keys = keys
        self.keys.on_change.append(self._key_changed)
        self.router = Router()
        self.transport = HttpTransport()
        self.routes: tuple[Route, ...] = ()
        self.notices: list[Notice] = []
        self.changed: list[Callable[[], None]] = []
        self._environ = environ
        self._own_facts: Callable[[str, str], ModelFacts] | None = None
        self._placed: dict[str, Placed] = {}
        self._providers: dict[str, ChatProvider] = {}
        self._inside: dict[str, LocalModelProvider] = {}
        self._accounts: dict[str, ProviderRow] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @classmethod
    def open(cls, paths: Paths | None = None, environ: Mapping[str, str] = os.environ) -> Workspace:
        """Read the settings and set the router up by them. Whatever is wrong becomes a notice."""
        from understudy.keys import KeyStore
        from understudy.remembered import Remembered
        from understudy.settings import SettingsFile

        paths = Paths.find(environ) if paths is None else paths
        file = SettingsFile(paths.settings)
        workspace = cls(paths, file, KeyStore(environ), environ)
        loaded = file.load()
        if loaded.notice is not None:
            workspace.notices.append(loaded.notice)
        workspace._read_own_facts()
        workspace.apply(loaded.settings)
        Remembered(paths).follow(workspace.router)
        return workspace

    async def aclose(self) -> None:
        """Close the connections and end the models inside."""
        import asyncio

        for provider in tuple(self._inside):
            self._let_go(provider)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self.transport.aclose()

    # Settings

    def apply(self, settings: Settings) -> None:
        """Put settings into effect in the running program; the next message goes by them.

        A provider whose settings are as they were is left alone, as are the answers under way.
        """
        from understudy.effective import placed_providers

        self._use_network(settings)
        placed = placed_providers(settings, self._environ)
        for gone in self._placed.keys() - placed.keys():
            self.router.unregister_provider(gone)
            self._unregister_accounts(gone)
            self._let_go(gone)
            del self._providers[gone]
        for provider, each in placed.items():
            if each != self._placed.get(provider):
                self._register(each)
        self._placed = placed
        self.settings = settings
        self._put_routes_into_effect()

    def _use_network(self, settings: Settings) -> None:
        from pathlib import Path

        file = settings.network.certificates
        certificates = None if file is None else Path(file).expanduser()
        self.transport.use(settings.network.proxy, certificates)

    def save(self, settings: Settings) -> None:
        """Put settings into effect and write them down.

        Raises ``SettingsError`` where they cannot be written; they are in effect all the same.
        """
        self.apply(settings)
        saved = self.settings_file.save(settings)
        if saved.notice is not None:
            self.notices.append(saved.notice)
        if saved.settings != settings:  # others had changed the file
            self.apply(saved.settings)

    def set_route(self, route: Route, *, default: bool = False) -> None:
        """Add a route or replace the one of its name, and write it down."""
        from understudy.settings_model import RouteSettings

        changed = self.settings.with_route(RouteSettings.of(route))
        if default:
            changed = changed.model_copy(update={"default_route": route.name})
        self.save(changed)

    def remove_route(self, name: str) -> None:
        """Remove a route; without any, Understudy makes the order itself again."""
        self.save(self.settings.without_route(name))

    def add_provider(self, name: str, given: ProviderSettings) -> str:
        """Add an endpoint of the user's own and write it down; returns the id made of its name."""
        from understudy.effective import provider_id
        from understudy.providers.address import check_base_url

        provider = provider_id(name)
        if provider in self._placed:
            raise UsageError(
                Phrase('There is a provider "{name}" already.', name=provider),
                "Nothing was changed.",
                "Choose another name, or remove that one first.",
            )
        update: dict[str, str] = {"name": name}
        if given.wire != "gguf":
            update["base_url"] = check_base_url(given.base_url or "")
        self.save(self.settings.with_provider(provider, given.model_copy(update=update)))
        return provider

    def remove_provider(self, provider: str) -> None:
        """Remove an endpoint of the user's own, from all routes too, and write that down."""
        if not self.placed(provider).own:
            raise UsageError(
                Phrase(
                    "{name} is built in and cannot be removed.", name=self.provider(provider).name
                ),
                "Nothing was changed.",
                "Leave it out of your routes, or switch it off in the settings.",
            )
        changed = self.settings.without_provider(provider)
        for route in changed.routes:
            entries = [entry for entry in route.entries if entry.provider != provider]
            changed = changed.with_route(route.model_copy(update={"entries": entries}))
        self.save(changed)

    # Providers

    @property
    def provider_ids(self) -> tuple[str, ...]:
        """Every provider there is, the catalogue's first."""
        return tuple(self._providers)

    def provider(self, provider: str) -> ChatProvider:
        """Find a provider as the router knows it; raises ``UsageError`` where there is none."""
        if provider not in self._providers:
            raise UsageError(
                Phrase('There is no provider "{name}".', name=provider), "Nothing was done."
            )
        return self._providers[provider]

    def placed(self, provider: str) -> Placed:
        """Find a provider as the settings place it; raises ``UsageError`` where there is none."""
        self.provider(provider)
        return self._placed[provider]

    # Keys

    @property
    def keyed(self) -> tuple[str, ...]:
        """The providers that take a key, and what their further keys are kept under."""
        takers = (
            provider
            for provider, each in self._placed.items()
            if each.row.needs_key or each.row.key_env or (each.own and each.row.base_url)
        )
        return (*takers, *self._accounts)

    async def load_keys(self, providers: Iterable[str] | None = None) -> dict[str, KeyReading]:
        """Read keys from the keyring, off this thread; of the providers in use where none is named.

        Until a key is read a provider counts as not set up, except where the environment has one.
        They are read one after the other, so that each reading tells the keyring's state for it.
        """
        wanted = self._keyed_in_use() if providers is None else tuple(providers)
        readings = {
            each: await self.keys.read(each, self._row(each).key_env)
            for each in wanted
            if each in self.keyed
        }
        self._put_routes_into_effect()
        return readings

    async def set_key(self, provider: str, key: str) -> KeyReading:
        """Keep a key; it is used from the next message on. Raises ``UsageError`` for no key."""
        reading = await self.keys.save(provider, key, self._row(provider).key_env)
        self._key_changed(provider)
        return reading

    async def remove_key(self, provider: str) -> KeyReading:
        """Forget the kept key; returns what is used in its place, if the environment has one."""
        await self.keys.remove(provider)
        reading = await self.keys.read(provider, self._row(provider).key_env)
        self._key_changed(provider)
        return reading

    def _row(self, provider: str) -> ProviderRow:
        return self._accounts.get(provider) or self.placed(provider).row

    # Joining

    def _register(self, placed: Placed) -> None:
        from understudy.providers.http import HttpProvider

        provider_id = placed.row.id
        self._let_go(provider_id)
        provider = self._make(placed)
        self._providers[provider_id] = provider
        if isinstance(provider, HttpProvider):
            self.router.register_embedding_provider(provider)
        inside = self._inside.get(provider_id)
        if inside is not None:
            self.router.register_embedding_provider(inside)
        self.router.register_chat_provider(
            provider,
            max_concurrency=1 if inside else placed.at_once,
            per_minute=placed.per_minute,
        )
        self.router.set_budget(provider_id, placed.budget)
        self._register_accounts(placed)

    def _register_accounts(self, placed: Placed) -> None:
        """Register a provider once more for each further key that it may have."""
        from understudy.effective import account_of
        from understudy.providers.http import HttpProvider

        row = placed.row
        self._unregister_accounts(row.id)
        if placed.problem or not row.base_url:
            return
        for number in range(2, placed.keys + 1):
            account = account_of(row, number)
            provider = HttpProvider(
                account,
                self.transport,
                key=partial(self.keys.peek, account.id, account.key_env),
                enabled=placed.enabled,
                facts=lambda _account, model, listed: self._facts(row.id, model, listed),
            )
            self._accounts[account.id] = account
            self.router.register_chat_provider(
                provider,
                max_concurrency=placed.at_once,
                per_minute=placed.per_minute,
                account_of=row.id,
            )

    def _unregister_accounts(self, provider: str) -> None:
        for account in [each for each in self._accounts if each.startswith(f"{provider}#")]:
            self.router.unregister_provider(account)
            del self._accounts[account]

    def _let_go(self, provider: str) -> None:
        """End the process of a model inside that is asked no more; its answers break off."""
        import asyncio

        inside = self._inside.pop(provider, None)
        if inside is None:
            return
        with suppress(RuntimeError):  # without a running loop nothing was ever started
            loop = asyncio.get_running_loop()
            ending = loop.create_task(inside.aclose(), name=f"end {provider}")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _make(self, placed: Placed) -> ChatProvider:
        from understudy.providers.base import Availability
        from understudy.providers.http import HttpProvider
        from understudy.providers.unusable import UnusableProvider
        from understudy.rehearsal.practice import PracticeProvider

        row = placed.row
        if placed.problem:
            return UnusableProvider(row, Availability("not-configured", placed.problem))
        if row.wire == "practice" and placed.enabled:
            return PracticeProvider()
        if row.wire == "practice":
            return UnusableProvider(
                row, Availability("disabled", Phrase("{name} is switched off.", name=row.name))
            )
        if row.wire == "gguf":
            return self._put_inside(row, enabled=placed.enabled)
        return HttpProvider(
            row,
            self.transport,
            key=lambda: self.keys.peek(row.id, row.key_env),
            enabled=placed.enabled,
            facts=self._facts,
        )

    def _put_inside(self, row: ProviderRow, *, enabled: bool) -> LocalModelProvider:
        from pathlib import Path

        from understudy.local_model.provider import LocalModelProvider

        path = Path(row.file).expanduser()
        made = LocalModelProvider(row.id, row.name, path, self.transport, enabled=enabled)
        self._inside[row.id] = made
        return made

    def _facts(self, provider: str, model: str, listed: ModelFacts) -> ModelFacts:
        """Tell what is known of a model: the user knows best, then the provider's own list."""
        from understudy.providers.model_table import with_listed

        known = with_listed(provider, model, listed)
        return known if self._own_facts is None else self._own_facts(provider, model).over(known)

    def _read_own_facts(self) -> None:
        """Read the user's own file about models, if there is one; its faults become a notice."""
        from understudy.notices import Notice
        from understudy.providers.model_table import ModelTable, with_own

        path = self.paths.models
        if not path.exists():
            return
        table, faults = with_own(ModelTable(""), path)
        self._own_facts = table.facts_of
        if faults:
            some = "; ".join(str(fault) for fault in faults[:3])
            self.notices.append(
                Notice(
                    Phrase(
                        "The file about models has values that cannot be used ({faults}).",
                        faults=some,
                    ),
                    "The rest of it is in force, and the file is as it was.",
                    "Correct it with a text editor, then start again.",
                )
            )

    def _put_routes_into_effect(self) -> None:
        """Give the router the routes that apply now; without any of the user's they follow keys."""
        from understudy.effective import default_route, routes_in_effect

        with_key = {
            provider
            for provider, each in self._placed.items()
            if self.keys.peek(provider, each.inviting_variables)
        }
        routes = routes_in_effect(self.settings, self._placed, with_key)
        for gone in {route.name for route in self.routes} - {route.name for route in routes}:
            self.router.remove_route(gone)
        for route in routes:
            self.router.set_route(route)
        self.router.default_route = default_route(self.settings, routes)
        self.routes = routes
        for tell in self.changed:
            tell()

    def _key_changed(self, provider: str) -> None:
        self.router.key_changed(provider)
        self._put_routes_into_effect()

    def _keyed_in_use(self) -> tuple[str, ...]:
        """Whose keys are wanted: those in the user's routes, or all as long as there are none."""
        in_routes = {entry.provider for route in self.settings.routes for entry in route.entries}
        return tuple(
            provider
            for provider in self.keyed
            if self._placed[owner := provider.partition("#")[0]].enabled
            and (not in_routes or owner in in_routes)
        )
