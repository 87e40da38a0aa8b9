"""The settings window in the pictures: over a real workspace with sample settings."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Final

import gguf
import numpy as np

from understudy.assembly import Workspace
from understudy.errors import ErrorKind
from understudy.providers.trial import TestReport
from understudy_gui.controllers.servers import Embedded, Listing, Tested
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
"""Seconds in which the window looks for servers on this computer, and at files."""

KEYS: Final = {
    "ANTHROPIC_API_KEY": "sk-ant-sample-000000000000000000e51b",
    "OPENAI_API_KEY": "sk-proj-sample-000000000000000000004f2a",
    "GEMINI_API_KEY": "sample00000000000000000000005d07",
    "OPENROUTER_API_KEY": "sk-or-sample-000000000000000000008a44",
    "MISTRAL_API_KEY": "sample00000000000000000000009c1d",
    "DEEPSEEK_API_KEY": "sample00000000000000000000002f90",
}
"""No real keys: they are shown masked."""

INSIDE: Final = "qwen3-8b"

SETTINGS: Final[dict[str, Any]] = {
    "providers": {
        "anthropic": {},
        "openai": {"models": ["gpt-5.5", "gpt-5.4-mini", "text-embedding-3-small"]},
        "gemini": {},
        "openrouter": {},
        "groq": {"models": ["openai/gpt-oss-120b"]},
        "mistral": {"models": ["mistral-large-latest"]},
        "deepseek": {},
        "ollama": {"models": ["llama3.3"]},
        "lmstudio": {"enabled": False},
    },
    "routes": [
        {
            "name": "Everyday",
            "entries": [
                {"provider": "anthropic"},
                {"provider": "openai", "model": "gpt-5.5"},
                {"provider": "mistral", "model": "mistral-large-latest", "first_token_within": 6},
                {"provider": "groq", "model": "openai/gpt-oss-120b"},
                {"provider": INSIDE, "model": ""},
            ],
        },
        {
            "name": "Coding",
            "entries": [{"provider": "deepseek"}, {"provider": "openai", "model": "gpt-5.5"}],
        },
        {"name": "Local only", "entries": [{"provider": INSIDE}, {"provider": "ollama"}]},
    ],
    "default_route": "Everyday",
}


_ACTS: Final[Mapping[str, Callable[[ProvidersPage], None]]] = {
    "adding": lambda page: page.start_adding(),
    "own": lambda page: page.start_endpoint(),
    "refusing": lambda page: page.add_file("/models/no-such-model.gguf"),
    "searching": lambda page: _search(page, "mi"),
}


SMALLEST: Final = (820, 520)


def take(
    shell: Shell, page: PageName, at: str, look: dict[str, Any], path: Path, *, narrow: bool
) -> None:
    """Open the settings at a page and take their picture."""
    file = shell.paths.data / "models" / f"{INSIDE}.gguf"
    providers = {
        **SETTINGS["providers"],
        INSIDE: {"wire": "gguf", "file": str(file), "local": True},
    }
    settings = {"appearance": look, **SETTINGS, "providers": providers}
    shell.paths.settings.write_text(json.dumps(settings), encoding="utf-8")
    if not file.exists():
        _write_model(file)
    with runner(shell.application) as started:
        started.run(_take(shell, page, at, path, narrow=narrow))


async def _take(shell: Shell, page: PageName, at: str, path: Path, *, narrow: bool) -> None:
    errors: list[str] = []
    tasks = TaskScope(lambda name, error: errors.append(f"{name}: {error}"))
    workspace = Workspace.open(shell.paths, KEYS)
    controller = SettingsController(workspace, shell.themes, tasks)
    _pretend(workspace, controller)
    window = SettingsWindow(shell.themes, controller)
    if narrow:
        window.resize(*SMALLEST)
    window.open_page(page, "openai" if at in _ACTS else at)
    if at in _ACTS:
        _ACTS[at](window.providers)
    await asyncio.sleep(SETTLE)
    while controller.files.file(INSIDE) is None:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    window.grab().save(str(path))
    window.dispose()
    controller.close()
    await tasks.aclose()
    await workspace.aclose()
    if errors:
        raise RuntimeError("; ".join(errors))


def _pretend(workspace: Workspace, controller: SettingsController) -> None:
    """Let two providers rest, and the others have answered."""
    now = time.time()
    rests = [("anthropic", ErrorKind.RATE_LIMIT, 429, 41.5), ("mistral", ErrorKind.AUTH, 401, 9e4)]
    workspace.router.restore_health(
        {
            "provider": provider,
            "model": "",
            "kind": kind.value,
            "since": now - 18,
            "until": now + left,
            "failures": 1,
            "status": status,
        }
        for provider, kind, status, left in rests
    )
    listed = ("gpt-5.5", "gpt-5.4-mini", "gpt-4.1", "text-embedding-3-small")
    known = vars(controller.servers)
    known["_listings"]["openai"] = Listing(listed, now - 190)
    report = TestReport(412, 288, 18, model="gpt-5.5")
    embedded = Embedded("text-embedding-3-small", 1536)
    known["_tests"]["openai"] = Tested(report, now, embedded)


def _search(page: ProvidersPage, text: str) -> None:
    page.side.start_search()
    page.side.search.setText(text)


def _write_model(path: Path) -> None:
    """Write a file that looks like a model of eight billion weights and holds next to none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "qwen3")
    writer.add_name("Qwen3 8B")
    writer.add_file_type(15)
    writer.add_context_length(40_960)
    writer.add_embedding_length(4096)
    writer.add_block_count(36)
    writer.add_head_count(32)
    writer.add_head_count_kv(8)
    writer.add_chat_template("{{ messages }}")
    writer.add_tensor("output_norm.weight", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with path.open("r+b") as file:
        file.truncate(4_100_000_000)  # a hole: it takes no room on the disk
