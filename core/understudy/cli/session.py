"""What every command does first: open what the user set, and close it behind itself."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from difflib import get_close_matches
from logging import WARNING
from typing import TYPE_CHECKING, TypeVar

from understudy.assembly import Workspace
from understudy.errors import UsageError
from understudy.logs import kept_log
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
    from typing import Any

    from understudy.cli.console import Console
    from understudy.keys import KeyReading, KeyringState

AD_HOC = "command line"
TO_OPEN = (
    "Open it with: understudy ask --unlock, or chat --unlock; or put the key into the provider's "
    "environment variable."
)
T = TypeVar("T")


@asynccontextmanager
async def opened(
    console: Console, *, keys: bool = True, unlock: bool = False
) -> AsyncGenerator[Workspace, None]:
    """Open the workspace and read the keys of the providers in use from the keyring.

    A locked keyring is opened only where ``unlock`` says so: its question for the password would
    hold up a script. What a person must know of their settings file (it was set aside, it is newer)
    is said first.
    """
    workspace = Workspace.open()
    with kept_log(workspace.paths.command_log, workspace.keys.secrets, WARNING):
        async with aclosing(workspace):
            tell_notices(workspace, console)
            if keys:
                await _load_keys(workspace, console, unlock=unlock)
            yield workspace


def tell_notices(workspace: Workspace, console: Console) -> None:
    """Say what a person must know of their settings: a file was set aside, or is newer."""
    for notice in workspace.notices:
        console.tell(notice)


async def _load_keys(workspace: Workspace, console: Console, *, unlock: bool) -> None:
    """Read the keys; say that some may be missing where the keyring keeps them to itself."""
    state = _closed(await workspace.load_keys())
    if state is not None and unlock:
        console.note("The system asks for the password of the keyring.")
        await workspace.keys.unlock()
        state = _closed(await workspace.load_keys())
    if state is not None:
        console.note(f"{state.why} Keys in it were not read. {TO_OPEN}")


def _closed(readings: Mapping[str, KeyReading]) -> KeyringState | None:
    """Give the state of a keyring that keeps keys to itself which are nowhere else."""
    for reading in readings.values():
        if reading.source == "none" and reading.state.state in {"locked", "refused"}:
            return reading.state
    return None


def with_workspace(
    console: Console,
    work: Callable[[Workspace], Coroutine[Any, Any, T]],
    *,
    keys: bool = True,
    unlock: bool = False,
) -> T:
    """Run ``work`` on an event loop with an open workspace."""

    async def run() -> T:
        async with opened(console, keys=keys, unlock=unlock) as workspace:
            return await work(workspace)

    return asyncio.run(run())


async def chosen_route(workspace: Workspace, name: str, models: Sequence[str]) -> str:
    """Name the route that ``--route`` and ``--model`` mean; models make one for this command."""
    if models:
        if name:
            raise UsageError(
                "Both a route and models were given.",
                "Nothing was asked.",
                "Give --route, or --model once for each in line.",
            )
        entries = tuple(entry(workspace, text) for text in models)
        await workspace.load_keys(each.provider for each in entries)
        workspace.router.set_route(Route(AD_HOC, entries))
        return AD_HOC
    if name:
        known(name, [route.name for route in workspace.routes], "route")
    return name


def entry(workspace: Workspace, text: str) -> RouteEntry:
    """Read PROVIDER/MODEL; a model id may hold further slashes, and may be left out."""
    provider, _, model = text.partition("/")
    known(provider, workspace.provider_ids, "provider")
    return RouteEntry(provider, model)


def known(name: str, names: Sequence[str], what: str) -> None:
    """Raise ``UsageError`` for a name that is none of ``names``, with the one probably meant."""
    if name in names:
        return
    close = get_close_matches(name, names, n=1)
    hint = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(names) or 'none'}."
    raise UsageError(f'There is no {what} "{name}".', "Nothing was done.", hint)
