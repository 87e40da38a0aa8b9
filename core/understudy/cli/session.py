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
    from understudy.keys import KeyReading

AD_HOC = "command line"
T = TypeVar("T")


@asynccontextmanager
async def opened(console: Console, *, keys: bool = True) -> AsyncGenerator[Workspace, None]:
    """Open the workspace and read the keys of the providers in use from the keyring.

    What a person must know of their settings file (it was set aside, it is newer) is said first.
    """
    workspace = Workspace.open()
    with kept_log(workspace.paths.command_log, workspace.keys.secrets, WARNING):
        async with aclosing(workspace):
            tell_notices(workspace, console)
            if keys:
                tell_keyring(await workspace.load_keys(), console)
            yield workspace


def tell_notices(workspace: Workspace, console: Console) -> None:
    """Say what a person must know of their settings: a file was set aside, or is newer."""
    for notice in workspace.notices:
        console.tell(notice)


def tell_keyring(readings: Mapping[str, KeyReading], console: Console) -> None:
    """Say that keys may be missing because the keyring keeps them to itself."""
    for reading in readings.values():
        if reading.source == "none" and reading.state.state in {"locked", "refused"}:
            console.note(f"{reading.state.why} Keys in it cannot be read until it is opened.")
            return


def with_workspace(
    console: Console, work: Callable[[Workspace], Coroutine[Any, Any, T]], *, keys: bool = True
) -> T:
    """Run ``work`` on an event loop with an open workspace."""

    async def run() -> T:
        async with opened(console, keys=keys) as workspace:
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
