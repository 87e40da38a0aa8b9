"""The settings window in the pictures: over a real workspace with sample settings."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from understudy.assembly import Workspace
from understudy_gui.controllers.settings import SettingsController
from understudy_gui.loop import runner
from understudy_gui.settings.window import SettingsWindow
from understudy_gui.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from understudy_gui.app import Shell
    from understudy_gui.settings.providers_page import ProvidersPage
    from understudy_gui.settings.window import PageName

SETTLE: Final = 0.5
"""Seconds in which the window looks for servers on this computer."""

KEYS: Final = {
    "OPENAI_API_KEY": "sk-sample-0000000000000000000000004f2a",
    "MISTRAL_API_KEY": "sample00000000000000000000009c1d",
    "GROQ_API_KEY": "gsk_sample00000000000000000000007b3e",
}
"""No real keys: they are shown masked."""

SETTINGS: Final[dict[str, Any]] = {
    "providers": {
        "openai": {"models": ["gpt-5.1", "gpt-5.1-mini"]},
        "mistral": {"models": ["mistral-large-latest"]},
        "groq": {"models": ["llama-3.3-70b-versatile"]},
        "ollama": {"models": ["llama3.3"]},
    },
    "routes": [
        {
            "name": "Everyday",
            "entries": [
                {"provider": "openai", "model": "gpt-5.1"},
                {"provider": "mistral", "model": "mistral-large-latest", "first_token_within": 6},
                {"provider": "groq", "model": "llama-3.3-70b-versatile"},
                {"provider": "ollama", "model": "llama3.3"},
            ],
        },
        {"name": "Local only", "entries": [{"provider": "ollama", "model": "llama3.3"}]},
    ],
    "default_route": "Everyday",
}


_FORMS: Final[Mapping[str, Callable[[ProvidersPage], None]]] = {
    "adding": lambda page: page.start_adding(),
    "own": lambda page: page.start_endpoint(),
}


def take(shell: Shell, page: PageName, at: str, look: dict[str, Any], path: Path) -> None:
    """Open the settings at a page and take their picture."""
    settings = {"appearance": look, **SETTINGS}
    shell.paths.settings.write_text(json.dumps(settings), encoding="utf-8")
    with runner(shell.application) as started:
        started.run(_take(shell, page, at, path))


async def _take(shell: Shell, page: PageName, at: str, path: Path) -> None:
    errors: list[str] = []
    tasks = TaskScope(lambda name, error: errors.append(f"{name}: {error}"))
    workspace = Workspace.open(shell.paths, KEYS)
    controller = SettingsController(workspace, shell.themes, tasks)
    window = SettingsWindow(shell.themes, controller)
    window.open_page(page, "" if at in _FORMS else at)
    if at in _FORMS:
        _FORMS[at](window.providers)
    await asyncio.sleep(SETTLE)
    window.grab().save(str(path))
    window.dispose()
    controller.close()
    await tasks.aclose()
    await workspace.aclose()
    if errors:
        raise RuntimeError("; ".join(errors))
