"""Models in files: looked at without holding up the window, added as providers, and changed."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from understudy.errors import ProviderError, UnderstudyError
from understudy_gui import i18n

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from understudy.assembly import Workspace
    from understudy.local_model.model_file import ModelFile
    from understudy.local_model.provider import LocalModelProvider
    from understudy_gui.tasks import TaskScope

ENDING: Final = ".gguf"

_PART: Final = re.compile(r"-\d{5}-of-\d{5}$")


class ModelFiles(QObject):
    """What is known of the files in which models are.

    `keep(name, path)` makes a provider of a file that was found good and gives its id; `change(id,
    path)` gives a provider another file.

    Signals: `added(id)` when a file is a provider now, or was one already; `refused(id, sentence)`
    when it cannot be one, with the provider whose file it should become, and nothing was changed;
    `changed` whenever something began or more is known.
    """

    added = Signal(str)
    refused = Signal(str, str)
    changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        tasks: TaskScope,
        keep: Callable[[str, str], str],
        change: Callable[[str, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = tasks
        self._keep = keep
        self._change = change
        self._faults: dict[str, str] = {}
        self._seen: dict[str, str] = {}
        self._busy = 0

    @property
    def busy(self) -> bool:
        """Whether a file is being looked at because somebody wants it to be used."""
        return bool(self._busy)

    def add(self, path: str) -> None:
        """Look at a file, and make a provider of it if it is good; `added` or `refused` follows."""
        self._start(self._add(Path(path).absolute()))

    def replace(self, provider: str, path: str) -> None:
        """Look at another file, and use it if it is good; `changed` or `refused` follows."""
        self._start(self._replace(provider, Path(path).absolute()))

    def look(self, provider: str, *, again: bool = False) -> None:
        """Look at a provider's file, once for each file unless it shall be `again`."""
        path = self._workspace.placed(provider).row.file
        if again or self._seen.get(provider) != path:
            self._seen[provider] = path
            self._tasks.spawn(self._look(provider), name=f"look at the file of {provider}")

    def file(self, provider: str) -> ModelFile | None:
        """Return what a provider's file holds; None before it was looked at."""
        inside = self._inside(provider)
        return None if inside is None else inside.file

    def fault(self, provider: str) -> str:
        """Say what is wrong with a provider's file, as far as it was looked at."""
        return self._faults.get(provider, "")

    async def _add(self, path: Path) -> None:
        known = self._owner(path)
        if known:
            self.added.emit(known)
            return
        try:
            await _look_at(path)
            provider = self._keep(self._free_name(path), str(path))
        except UnderstudyError as error:
            self.refused.emit("", i18n.said(error))
        else:
            self.added.emit(provider)

    async def _replace(self, provider: str, path: Path) -> None:
        try:
            await _look_at(path)
        except ProviderError as error:
            self.refused.emit(provider, i18n.said(error))
        else:
            self._change(provider, str(path))
            self.look(provider)

    async def _look(self, provider: str) -> None:
        inside = self._inside(provider)
        if inside is None:
            return
        try:
            await inside.look()
        except ProviderError as error:
            self._faults[provider] = i18n.said(error)
        else:
            self._faults.pop(provider, None)
        self.changed.emit()

    def _start(self, work: Coroutine[object, object, None]) -> None:
        async def run() -> None:
            try:
                await work
            finally:
                self._busy -= 1
                self.changed.emit()

        self._busy += 1
        self._tasks.spawn(run(), name="look at a file")
        self.changed.emit()

    def _inside(self, provider: str) -> LocalModelProvider | None:
        from understudy.local_model.provider import LocalModelProvider

        if provider not in self._workspace.provider_ids:
            return None
        found = self._workspace.provider(provider)
        return found if isinstance(found, LocalModelProvider) else None

    def _owner(self, path: Path) -> str:
        """Return the provider that has this file already, empty where there is none."""
        for provider in self._workspace.provider_ids:
            row = self._workspace.placed(provider).row
            if row.file and Path(row.file).expanduser() == path:
                return provider
        return ""

    def _free_name(self, path: Path) -> str:
        """Name a provider after its file; with a number where there is one of that name."""
        from understudy.effective import provider_id

        wanted = name = name_of(path)
        number = 2
        while provider_id(name) in self._workspace.provider_ids:
            name, number = f"{wanted} {number}", number + 1
        return name


def name_of(path: Path) -> str:
    """Name a model after its file: "qwen3-8b", also where it was split into several."""
    return _PART.sub("", path.stem) or path.stem


async def _look_at(path: Path) -> None:
    """Raise ``ProviderError`` where the file is no whole model."""
    from understudy.local_model.model_file import look_at

    await asyncio.to_thread(look_at, path)
