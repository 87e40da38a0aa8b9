"""``understudy keys``: where keys come from. No key and no part of one is ever printed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.cli.session import known, with_workspace
from understudy.errors import KeyStoreError, UsageError
from understudy.importing.carrying_out import placements

if TYPE_CHECKING:
    import argparse

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.keys import KeyReading
    from understudy.providers.base import ProviderRow


def set_key(args: argparse.Namespace, console: Console) -> int:
    """Put the key read from standard input into the keyring, and say so, or why not."""
    if args.extra:
        raise UsageError(
            "The key was given on the command line, where other programs can see it.",
            "It was not used and not kept.",
            "Give it on standard input, and take it out of your shell's history.",
        )

    async def change(workspace: Workspace) -> None:
        name = _named(workspace, args.provider).name
        reading = await workspace.set_key(args.provider, _read_key(name))
        if reading.source != "keyring":
            raise KeyStoreError(
                f"The key for {name} could not be kept: {reading.state.why}",
                "It was forgotten: Understudy never writes keys into files.",
                _instead(workspace, args.provider),
            )
        if console.json:
            console.object({"provider": args.provider, "source": reading.source})
        else:
            console.line(f"The key for {name} is in {reading.state.backend_name}.")

    with_workspace(console, change, keys=False)
    return 0


def remove(args: argparse.Namespace, console: Console) -> int:
    """Take the key out of the keyring; one in the environment stays and is named."""

    async def change(workspace: Workspace) -> None:
        name = _named(workspace, args.provider).name
        reading = await workspace.remove_key(args.provider)
        if console.json:
            console.object({"provider": args.provider, "source": reading.source})
            return
        console.line(f"There is no key for {name} in the keyring any more.")
        if reading.source == "environment":
            console.line("The one in the environment is still used.")

    with_workspace(console, change, keys=False)
    return 0


def list_all(args: argparse.Namespace, console: Console) -> int:
    """Print for each provider that takes a key where it would come from now."""
    del args

    async def show(workspace: Workspace) -> None:
        readings = await workspace.load_keys(workspace.keyed)
        states = [reading.state for reading in readings.values()]
        keyring = next((state for state in states if state.state != "ready"), states[0])
        if console.json:
            keys = [{"provider": each, "source": read.source} for each, read in readings.items()]
            console.object({"keys": keys, "keyring": asdict(keyring)})
            return
        console.table(
            (_named(workspace, provider).name, _source(reading))
            for provider, reading in readings.items()
        )
        if keyring.state != "ready":
            console.note(keyring.why)

    with_workspace(console, show, keys=False)
    return 0


def _named(workspace: Workspace, provider: str) -> ProviderRow:
    """Find a provider, or one of its further keys, such as openai#2."""
    rows = {name: each.row for name, each in placements(workspace).items()}
    known(provider, list(rows), "provider")
    return rows[provider]


def _source(reading: KeyReading) -> str:
    match reading.source:
        case "keyring":
            return f"in {reading.state.backend_name}"
        case "environment":
            return "in the environment"
        case "session":
            return "in memory"
        case _:
            return "none"


def _instead(workspace: Workspace, provider: str) -> str:
    names = _named(workspace, provider).key_env
    return f"Set {names[0]} in the environment in its place." if names else ""


def _read_key(name: str) -> str:
    """Take the key from standard input; a person is asked for it and does not see it."""
    if not sys.stdin.isatty():
        return sys.stdin.read()
    from getpass import getpass

    return getpass(f"Key for {name} (it is not shown): ")
