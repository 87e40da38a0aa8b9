"""What the settings window can see and do, without a widget.

Every change goes into effect and onto disk at once, through the workspace, and can be taken back.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from understudy.errors import SettingsError, UsageError
from understudy_gui import i18n
from understudy_gui.controllers.model_files import ModelFiles, name_of
from understudy_gui.controllers.route_book import RouteBook
from understudy_gui.controllers.servers import Servers
from understudy_gui.controllers.standing import health_of
from understudy_gui.widgets.health import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.assembly import Workspace
    from understudy.effective import Placed
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ProviderRow
    from understudy.settings_model import ProviderSettings, Settings
    from understudy_gui.tasks import TaskScope
    from understudy_gui.theme import ThemeManager

_UNDO_STEPS = 50


class SettingsController(QObject):
    """Reads and changes what the user set. `routes`, `servers` and `files` are its other parts.

    Signals: `changed` after settings, keys or health changed in any way; `trouble(sentence)` where
    settings could not be written down.
    """

    changed = Signal()
    trouble = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        themes: ThemeManager,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._themes = themes
        self._past: list[Settings] = []
        self._rests: dict[str, float] = {}
        self.routes = RouteBook(workspace, self._change)
        self.servers = Servers(workspace, tasks, self)
        self.files = ModelFiles(workspace, tasks, self._add_file, self.set_file, self)
        self.files.changed.connect(self.changed)
        self.servers.changed.connect(self.changed)
        self.servers.key_read.connect(self._key_read)
        workspace.changed.append(self._notice)
        workspace.router.on_health_change.append(self._notice)

    def close(self) -> None:
        """Stop listening to the workspace."""
        self.servers.close()
        self._workspace.changed.remove(self._notice)
        self._workspace.router.on_health_change.remove(self._notice)

    @property
    def settings(self) -> Settings:
        """Everything that is set."""
        return self._workspace.settings

    # Taking back

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    def undo(self) -> None:
        """Take the last change back."""
        if self._past:
            self._save(self._past.pop())

    # Appearance

    def set_appearance(self, **changes: Any) -> None:
        """Change `theme`, `language` or `text_scale`; the windows follow at once."""
        self._change(self.settings.with_appearance(**changes))

    # Providers

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers that the list shows: added, with a key, found, or standing in a route."""
        in_routes = {entry.provider for route in self.routes.all for entry in route.entries}
        return tuple(
            provider
            for provider in self._workspace.provider_ids
            if self.placed(provider).chosen
            or self.servers.found(provider)
            or provider in in_routes
            or self._workspace.keys.peek(provider, self.placed(provider).inviting_variables)
        )

    @property
    def ready(self) -> tuple[str, ...]:
        """The providers that could answer now."""
        return tuple(each for each in self.providers if self.condition(each).health == "ready")

    @property
    def addable(self) -> tuple[ProviderRow, ...]:
        """The rows of the catalogue that the list does not show yet."""
        from understudy.providers.catalog import CATALOG

        shown = self.providers
        return tuple(row for row in CATALOG if row.id not in shown)

    def exists(self, provider: str) -> bool:
        """Whether there is such a provider; a route may name one that was removed."""
        return provider in self._workspace.provider_ids

    def placed(self, provider: str) -> Placed:
        """Return a provider as the settings place it."""
        return self._workspace.placed(provider)

    def name(self, provider: str) -> str:
        """Return a provider's name, or its id where it was removed."""
        return self.placed(provider).row.name if self.exists(provider) else provider

    def key(self, provider: str) -> str:
        """Return the key in use, as far as it was read; empty for none."""
        return self._workspace.keys.peek(provider, self.placed(provider).row.key_env) or ""

    def takes_key(self, provider: str) -> bool:
        """Whether there can be a key at all."""
        return provider in self._workspace.keyed

    def enabled(self, provider: str) -> bool:
        """Whether a provider is switched on; one that was merely found is not."""
        placed = self.placed(provider)
        merely_found = self.servers.found(provider) is not None and not placed.chosen
        return placed.enabled and not merely_found

    def condition(self, provider: str) -> Condition:
        """How a provider is doing."""
        if not self.exists(provider) or not self.enabled(provider):
            return Condition("off")
        if self.servers.missing(provider):
            return Condition("not-running")
        if self.placed(provider).problem:
            return Condition("not-set-up")
        statuses = {status.provider: status for status in self._workspace.router.statuses()}
        status = statuses[provider]
        return Condition(health_of(status), status.until, self._rests.get(provider))

    def models(self, provider: str) -> tuple[str, ...]:
        """Return the models that are known, those in use first."""
        listing, found = self.servers.listing(provider), self.servers.found(provider)
        more = listing.models if listing else (found.models if found else ())
        return tuple(dict.fromkeys((*self.used_models(provider), *more)))

    def facts(self, provider: str, model: str) -> ModelFacts:
        """Return what is known of a model."""
        from understudy.model_facts import ModelFacts
        from understudy.providers.base import KnowsModels

        server = self._workspace.provider(provider)
        return server.facts(model) if isinstance(server, KnowsModels) else ModelFacts()

    def lacks(self, provider: str) -> str:
        """Say what has to be done before a provider can be asked at all; empty for nothing."""
        availability = self._workspace.provider(provider).availability()
        missing = availability.state == "not-configured"
        return i18n.said_by_router(availability.why) if missing else ""

    def used_models(self, provider: str) -> tuple[str, ...]:
        """Return the models in use; the first is asked where a route names none."""
        from understudy.effective import PRACTICE
        from understudy.rehearsal.practice import MODELS

        if provider == PRACTICE:
            return MODELS
        return self.placed(provider).row.models if self.exists(provider) else ()

    def add_provider(self, provider: str) -> None:
        """Put a provider of the catalogue into the list, switched on."""
        self._set_provider(provider, enabled=True)

    def add_endpoint(
        self, name: str, base_url: str, key_env: str, wire: str = "openai-chat"
    ) -> str:
        """Add an endpoint of the user's own; returns its id. Raises ``UsageError``."""
        from understudy.settings_model import ProviderSettings

        return self._add(
            name,
            ProviderSettings.model_validate(
                {"wire": wire, "base_url": base_url, "key_env": key_env or None}
            ),
        )

    def _add_file(self, name: str, path: str) -> str:
        """Make a provider of a model's file; returns its id. Raises ``UsageError``."""
        from understudy.settings_model import ProviderSettings

        return self._add(name, ProviderSettings(wire="gguf", file=path, local=True))

    def _add(self, name: str, given: ProviderSettings) -> str:
        before, known = self.settings, set(self._workspace.provider_ids)
        try:
            self._workspace.add_provider(name, given)
        except SettingsError as error:
            self.trouble.emit(i18n.said(error))
        self._past.append(before)
        self.changed.emit()
        return next(iter(set(self._workspace.provider_ids) - known))

    def set_file(self, provider: str, path: str) -> None:
        """Give a provider another file. Who was named after the old one is named after this one.

        Places in routes that ask for the old file's model ask for this one's.
        """
        given = self._given(provider)
        old, new = Path(given.file or ""), Path(path)
        name = name_of(new) if given.name == name_of(old) else given.name
        update = {"file": path, "name": name}
        changed = self.settings.with_provider(provider, given.model_copy(update=update))
        for route in changed.routes:
            entries = [
                entry.model_copy(update={"model": ""})
                if entry.provider == provider and entry.model == old.stem
                else entry
                for entry in route.entries
            ]
            changed = changed.with_route(route.model_copy(update={"entries": entries}))
        self.servers.forget(provider)
        self._change(changed)

    def removable(self, provider: str) -> bool:
        """Whether removing changes anything: what a variable or a route brings in stays."""
        return provider in self.settings.providers

    def remove_provider(self, provider: str) -> None:
        """Take a provider out of the list and out of the user's routes."""
        changed = self.settings.without_provider(provider)
        for route in changed.routes:
            left = [entry for entry in route.entries if entry.provider != provider]
            changed = changed.with_route(route.model_copy(update={"entries": left}))
        self.servers.forget_all(provider)
        self._change(changed)

    def set_enabled(self, provider: str, enabled: bool) -> None:
        """Switch a provider on or off; one that was merely found is added by that."""
        self._set_provider(provider, enabled=enabled)

    def set_base_url(self, provider: str, text: str) -> None:
        """Set the address; an empty text means the catalogue's. Raises ``UsageError``."""
        from understudy.providers.address import check_base_url

        if not text.strip() and self.placed(provider).own:
            raise UsageError("The address is empty.", "Nothing was changed.")
        address = check_base_url(text) if text.strip() else None
        if address != self._given(provider).base_url:
            self.servers.forget(provider)
            self._set_provider(provider, base_url=address)

    def use_models(self, provider: str, models: Sequence[str]) -> None:
        """Say which models are in use, the default first."""
        self._set_provider(provider, models=list(models))

    # Joining

    def _given(self, provider: str) -> ProviderSettings:
        from understudy.settings_model import ProviderSettings

        return self.settings.providers.get(provider, ProviderSettings())

    def _set_provider(self, provider: str, **changes: Any) -> None:
        changed = self._given(provider).model_copy(update=changes)
        self._change(self.settings.with_provider(provider, changed))

    def _change(self, settings: Settings) -> None:
        if settings == self.settings:
            return
        self._past.append(self.settings)
        del self._past[:-_UNDO_STEPS]
        self._save(settings)

    def _save(self, settings: Settings) -> None:
        try:
            self._workspace.save(settings)
        except SettingsError as error:
            self.trouble.emit(i18n.said(error))
        self._dress()
        self._notice()

    def _dress(self) -> None:
        appearance = self.settings.appearance
        self._themes.set_text_scale(appearance.text_scale)
        self._themes.set_choice(appearance.theme)
        i18n.set_language(appearance.language)

    def _key_read(self, provider: str) -> None:
        """Put the provider of a key that was given into the list for good."""
        reading = self.servers.reading(provider)
        saved = reading is not None and reading.source in {"keyring", "session"}
        if saved and not self.placed(provider).chosen:
            self._set_provider(provider, enabled=True)
        else:
            self._notice()

    def _notice(self) -> None:
        now = time.time()
        resting = {
            status.provider
            for status in self._workspace.router.statuses()
            if status.state == "cooling"
        }
        self._rests = {provider: self._rests.get(provider, now) for provider in resting}
        self.changed.emit()
