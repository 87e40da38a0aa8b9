"""Keys and servers of providers, asked without holding up the window."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from understudy.errors import ProviderError, UnderstudyError
from understudy_gui import i18n

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from understudy.assembly import Workspace
    from understudy.discovery import LocalServer
    from understudy.keys import KeyReading
    from understudy.local_model.provider import LocalModelProvider
    from understudy.providers.http import HttpProvider, TestReport
    from understudy_gui.tasks import TaskScope

    Server: TypeAlias = HttpProvider | LocalModelProvider

_WORD = "ready"
"""What an embedding model is tried with."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The models that a server said it has, and when (seconds since the epoch)."""

    models: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Embedded:
    """How an embedding model answered: how long its vectors are, or why there were none."""

    model: str
    dimensions: int = 0
    error: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test found, and when (seconds since the epoch).

    One that does not `converse` only makes vectors: the report is about those.
    """

    report: TestReport
    at: float
    embedded: Embedded | None = None
    converses: bool = True


class Servers(QObject):
    """What was learned by asking the keyring and the servers since the program started.

    Signals: `key_read(provider)` when a key's reading arrived; `key_refused(provider, sentence)`;
    `listed(provider, error or None)` and `tested(provider)` when a server has answered, or has not;
    `changed` whenever something of this began or ended.
    """

    key_read = Signal(str)
    key_refused = Signal(str, str)
    listed = Signal(str, object)
    tested = Signal(str)
    changed = Signal()

    def __init__(
        self, workspace: Workspace, tasks: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = tasks
        self._readings: dict[str, KeyReading] = {}
        self._listings: dict[str, Listing] = {}
        self._tests: dict[str, Tested] = {}
        self._found: dict[str, LocalServer] = {}
        self._looked_for: frozenset[str] = frozenset()
        self._busy: set[tuple[str, str]] = set()
        self._forgotten: Counter[str] = Counter()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        workspace.keys.on_change.append(self._came_late)

    def close(self) -> None:
        """Stop listening to the keyring."""
        self._workspace.keys.on_change.remove(self._came_late)

    def reading(self, provider: str) -> KeyReading | None:
        """Return where the key came from and how the keyring is; None before it was asked."""
        return self._readings.get(provider)

    def listing(self, provider: str) -> Listing | None:
        """Return what the server listed, None before it was asked."""
        return self._listings.get(provider)

    def test_of(self, provider: str) -> Tested | None:
        """Return what the last test found, None before there was one."""
        return self._tests.get(provider)

    def found(self, provider: str) -> LocalServer | None:
        """Return the server that was found running on this computer, if it was."""
        return self._found.get(provider)

    def missing(self, provider: str) -> bool:
        """Whether a server of this computer was looked for, and none answered."""
        return provider in self._looked_for and provider not in self._found

    def busy(self, what: str, provider: str) -> bool:
        """Whether an "unlock", a "refresh" or a "test" for a provider is under way."""
        return (what, provider) in self._busy

    def forget(self, provider: str) -> None:
        """Forget what its server said: the address is another one."""
        self._listings.pop(provider, None)
        self._tests.pop(provider, None)

    def forget_all(self, provider: str) -> None:
        """Forget everything about a provider."""
        self.forget(provider)
        self._forgotten[provider] += 1
        self._readings.pop(provider, None)
        self._found.pop(provider, None)

    def read_key(self, provider: str) -> None:
        """Ask the keyring for a key; `key_read` follows. A locked one asks its owner to open it."""
        self._tasks.spawn(self._read_key(provider), name="read a key")

    def unlock(self, provider: str) -> None:
        """Have the system ask for the keyring's password; `key_read` follows."""
        self._start_task("unlock", provider, self._unlock)

    def save_key(self, provider: str, text: str) -> None:
        """Keep a key; `key_read` or `key_refused` follows."""
        self._tasks.spawn(self._save_key(provider, text), name="save a key")

    def remove_key(self, provider: str) -> None:
        """Forget a key; `key_read` or `key_refused` follows."""
        self._tasks.spawn(self._remove_key(provider), name="remove a key")

    def restore_key(self, provider: str, key: str) -> None:
        """Keep a key again if its removal, under way perhaps, took it; `key_read` follows."""
        self._tasks.spawn(self._restore_key(provider, key), name="put a key back")

    def discard_key(self, provider: str) -> None:
        """Forget the key of a provider that is being removed; nothing is told afterwards."""
        self._tasks.spawn(self._discard_key(provider), name="discard a key")

    def refresh(self, provider: str) -> None:
        """Ask the server for its models; `listed` follows."""
        self._start("refresh", provider, self._refresh)

    def test(self, provider: str) -> None:
        """Ask the provider for a word; `tested` follows."""
        self._start("test", provider, self._test)

    def look_around(self) -> None:
        """Look for model servers on this computer; `changed` follows."""
        self._tasks.spawn(self._look_around(), name="look for local servers")

    async def _read_key(self, provider: str) -> None:
        asked_at = self._forgotten[provider]
        readings = await self._workspace.load_keys([provider])
        if self._forgotten[provider] == asked_at:  # else it was removed meanwhile: told of no more
            self._readings.update(readings)
            self.key_read.emit(provider)

    async def _unlock(self, provider: str) -> None:
        await self._workspace.keys.unlock()
        await self._read_key(provider)

    def _came_late(self, provider: str) -> None:
        self.read_key(provider)

    async def _save_key(self, provider: str, text: str) -> None:
        async with self._turns[provider]:
            await self._keep(provider, text)

    async def _restore_key(self, provider: str, key: str) -> None:
        async with self._turns[provider]:
            if self._peek(provider) == key:  # it never went, or a variable has it
                self.key_read.emit(provider)
            else:
                await self._keep(provider, key)

    def _peek(self, provider: str) -> str | None:
        if provider not in self._workspace.provider_ids:
            return None
        variables = self._workspace.placed(provider).row.key_env
        return self._workspace.keys.peek(provider, variables)

    async def _keep(self, provider: str, text: str) -> None:
        asked_at = self._forgotten[provider]
        try:
            reading = await self._workspace.set_key(provider, text)
        except UnderstudyError as error:
            self.key_refused.emit(provider, i18n.said(error))
        else:
            if self._forgotten[provider] == asked_at:
                self._readings[provider] = reading
                self.key_read.emit(provider)

    async def _remove_key(self, provider: str) -> None:
        try:
            async with self._turns[provider]:
                self._readings[provider] = await self._workspace.remove_key(provider)
        except UnderstudyError as error:
            self.key_refused.emit(provider, i18n.said(error))
        else:
            self.key_read.emit(provider)

    async def _discard_key(self, provider: str) -> None:
        try:
            async with self._turns[provider]:
                await self._workspace.keys.remove(provider)
        except UnderstudyError as error:
            self.key_refused.emit(provider, i18n.said(error))

    async def _refresh(self, server: Server) -> None:
        try:
            models = await server.list_models()
        except ProviderError as error:
            self.listed.emit(server.id, error)
            return
        self._listings[server.id] = Listing(models, time.time())
        self._workspace.router.models_refreshed(server.id)
        self.listed.emit(server.id, None)

    async def _test(self, server: Server) -> None:
        """Ask for a word, then for a vector where it makes them; show each as it comes."""
        report = await server.test()
        tested = self._tests[server.id] = Tested(report, time.time())
        if report.error is None:  # whoever answers a test need not rest
            self._workspace.router.try_now(server.id)
            model = _embedding_model(server)
            if model:
                self.changed.emit()
                embedded = await _embed(server, model)
                converses = model != server.default_model
                tested = replace(tested, embedded=embedded, converses=converses)
                self._tests[server.id] = tested
        self.tested.emit(server.id)

    async def _look_around(self) -> None:
        from understudy.discovery import find_local_servers

        placed = [self._workspace.placed(provider) for provider in self._workspace.provider_ids]
        rows = [each.row for each in placed if each.row.local and each.row.base_url]
        servers = await find_local_servers(self._workspace.transport, rows)
        self._looked_for = frozenset(row.id for row in rows)
        self._found = {server.row.id: server for server in servers}
        self.changed.emit()

    def _start(self, what: str, provider: str, work: Callable[[Server], Awaitable[None]]) -> None:
        from understudy.local_model.provider import LocalModelProvider
        from understudy.providers.http import HttpProvider

        server = self._workspace.provider(provider)
        if isinstance(server, HttpProvider | LocalModelProvider):
            self._start_task(what, provider, lambda _provider: work(server))

    def _start_task(self, what: str, provider: str, work: Callable[[str], Awaitable[None]]) -> None:
        """Do one thing for a provider, once at a time."""
        if self.busy(what, provider):
            return

        async def run() -> None:
            try:
                await work(provider)
            finally:
                self._busy.discard((what, provider))
                self.changed.emit()

        self._busy.add((what, provider))
        self._tasks.spawn(run(), name=f"{what} {provider}")
        self.changed.emit()


def _embedding_model(server: Server) -> str:
    """Return the embedding model to try, one in use before others; empty for none."""
    from understudy.local_model.provider import LocalModelProvider

    if isinstance(server, LocalModelProvider):
        models, known = (server.default_model,), ()
    else:
        known = server.row.embedding_models
        models = (*server.row.models, *known, *server.listed)
    return next((each for each in models if each in known or server.facts(each).embedding), "")


async def _embed(server: Server, model: str) -> Embedded:
    try:
        made = await server.embed((_WORD,), model)
    except ProviderError as error:
        return Embedded(model, error=error)
    return Embedded(model, len(made.vectors[0]))
