"""``understudy providers``: who can be asked, and endpoints of one's own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.cli.session import known, with_workspace
from understudy.cli.status import STATE_NAMES
from understudy.errors import UsageError
from understudy.local_model.provider import LocalModelProvider
from understudy.providers.http import HttpProvider

if TYPE_CHECKING:
    import argparse

    from understudy.assembly import Workspace
    from understudy.cli.console import Console


def list_all(args: argparse.Namespace, console: Console) -> int:
    """Print every provider, its address and the model asked for where a route names none."""
    del args

    async def show(workspace: Workspace) -> None:
        rows = _described(workspace)
        if console.json:
            console.object({"providers": rows})
            return
        heads = ("ID", "NAME", "STATE", "MODEL", "ADDRESS")
        cells = (
            (row["id"], row["name"], STATE_NAMES[row["state"]], row["model"], _place(row))
            for row in rows
        )
        console.table([heads, *cells], indent="")

    with_workspace(console, show)
    return 0


def add(args: argparse.Namespace, console: Console) -> int:
    """Add an endpoint of one's own or a model's file; it can be asked at once."""
    from understudy.settings_model import ProviderSettings

    if bool(args.file) == bool(args.base_url):
        raise UsageError(
            "A provider has an address or a file.",
            "Nothing was done.",
            "Say --base-url URL or --file MODEL.gguf. See: understudy providers add --help",
        )

    path = Path(args.file).expanduser().absolute() if args.file else None

    async def change(workspace: Workspace) -> None:
        if path is not None:
            await _look_at(workspace, path)
        given = ProviderSettings(
            wire="gguf" if args.file else args.wire,
            base_url=args.base_url,
            key_env=args.key_env,
            models=[] if args.file else args.model,
            local=args.local or bool(args.file),
            file=None if path is None else str(path),
        )
        provider = workspace.add_provider(args.name, given)
        if console.json:
            console.object({"provider": _described(workspace, provider)[0]})
            return
        row = workspace.placed(provider).row
        console.line(f"{args.name} is added as {provider}, at {row.base_url or row.file}.")
        console.line(f"Try it: understudy providers test {provider}")

    with_workspace(console, change, keys=False)
    return 0


async def _look_at(workspace: Workspace, path: Path) -> None:
    """Look at a model's file before it is added. Raises ``ProviderError`` where it is not good."""
    await LocalModelProvider("new", path.name, path, workspace.transport).look()


def remove(args: argparse.Namespace, console: Console) -> int:
    """Remove an endpoint of one's own, from the routes too."""

    async def change(workspace: Workspace) -> None:
        known(args.provider, workspace.provider_ids, "provider")
        name = workspace.provider(args.provider).name
        workspace.remove_provider(args.provider)
        if console.json:
            console.object({"removed": args.provider})
        else:
            console.line(f"{name} is removed, from the routes too.")

    with_workspace(console, change, keys=False)
    return 0


def test(args: argparse.Namespace, console: Console) -> int:
    """Ask the provider one short question and print how long it took; 1 where it failed."""

    async def ask(workspace: Workspace) -> int:
        provider = await _server(workspace, args.provider)
        report = await provider.test()
        if report.error is not None:
            raise report.error
        if console.json:
            measured = {name: value for name, value in asdict(report).items() if name != "error"}
            console.object({"provider": provider.id, **measured})
            return 0
        console.line(f"{provider.name} answers ({report.model}).")
        console.table(
            [
                ("first word", _milliseconds(report.first_token_ms)),
                ("whole answer", _milliseconds(report.chat_ms)),
                ("tokens", "not told" if report.tokens is None else str(report.tokens)),
            ]
        )
        return 0

    return with_workspace(console, ask, keys=False)


def models(args: argparse.Namespace, console: Console) -> int:
    """Print the models that the provider says it has, one a line."""

    async def ask(workspace: Workspace) -> None:
        provider = await _server(workspace, args.provider)
        names = await provider.list_models()
        if console.json:
            facts = {name: asdict(provider.facts(name)) for name in names}
            console.object({"provider": provider.id, "models": list(names), "facts": facts})
            return
        for name in names:
            console.line(name)

    with_workspace(console, ask, keys=False)
    return 0


async def _server(workspace: Workspace, provider: str) -> HttpProvider | LocalModelProvider:
    """Find a provider that has a server or a model to ask, and read its key."""
    known(provider, workspace.provider_ids, "provider")
    found = workspace.provider(provider)
    if not isinstance(found, HttpProvider | LocalModelProvider):
        raise UsageError(
            found.availability().why or f"{found.name} is built in: it has no server to ask.",
            "Nobody was asked.",
        )
    await workspace.load_keys([provider])
    return found


def _described(workspace: Workspace, *providers: str) -> list[dict[str, Any]]:
    """Describe these providers, or all, as plain JSON values."""
    states = {status.provider: status.state for status in workspace.router.statuses()}
    return [
        {
            "id": provider,
            "name": workspace.provider(provider).name,
            "state": states[provider],
            "model": workspace.provider(provider).default_model,
            "base_url": workspace.placed(provider).row.base_url,
            "file": workspace.placed(provider).row.file,
            "local": workspace.provider(provider).local,
            "own": workspace.placed(provider).own,
        }
        for provider in providers or workspace.provider_ids
    ]


def _place(row: dict[str, Any]) -> str:
    return row["base_url"] or row["file"]


def _milliseconds(value: float | None) -> str:
    return "none came" if value is None else f"{value:.0f} ms"
