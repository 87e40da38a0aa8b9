"""``routes import``: a file of the seed's shape becomes a route, with keys and addresses."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.cli.importing import listed, plan_as_json, planned, print_plans, read_named
from understudy.cli.session import with_workspace
from understudy.errors import FileError, UsageError
from understudy.importing.carrying_out import carry_out, placements
from understudy.importing.dotenv import read_env
from understudy.importing.files import read_file
from understudy.importing.seed_route import seed_route
from understudy.importing.seed_yaml import read_seed
from understudy.routing.route import Route

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.importing.plan import ProviderPlan
    from understudy.importing.seed_route import SeedRoute
    from understudy.importing.seed_yaml import SeedConfig
    from understudy.routing.route import RouteEntry

_INSTEAD = {
    "server": "understudy serve listens on this computer alone, at its --port",
    "auth": "understudy serve makes a token of its own",
    "bench": "python3 dev.py bench measures",
    "runtime.maxConcurrentRequests": "in a program: Router(max_concurrency=…)",
    "runtime.router.maxProviderConcurrency": "in a program: register_chat_provider"
    "(…, max_concurrency=…)",
    "runtime.router.providerBackoff": "the router's own waits grow, with chance in them",
}
"""What there is in place of parts of the seed's file that are not taken over."""


def import_route(args: argparse.Namespace, console: Console) -> int:
    """Make a route of the file's providers, in the order of their priorities."""
    config = read_seed(read_named(args.file), args.file)
    beside = _variables(args)

    async def change(workspace: Workspace) -> None:
        found = seed_route(config, placements(workspace), os.environ, beside)
        if not found.entries:
            raise FileError(
                f"{args.file} names no provider that Understudy knows.", "Nothing was changed."
            )
        route = _route(workspace, args, found.entries)
        plans = await planned(workspace, found.offers, args, console)
        if not args.dry_run:
            await carry_out(workspace, plans)
            workspace.set_route(route, default=args.default)
        await workspace.load_keys(entry.provider for entry in route.entries)
        if console.json:
            console.object(_as_json(args, route, plans, found, config))
        else:
            _print(console, workspace, args, route, plans)
            _print_rest(console, args, found, config)

    with_workspace(console, change, keys=False)
    return 0


def _variables(args: argparse.Namespace) -> dict[str, str]:
    """Read the ``.env`` that was named, or the one beside the file; the seed has it above config.

    It is only looked into for what the file refers to.
    """
    if args.env:
        path: Path | None = Path(args.env)
    else:
        folder = Path(args.file).resolve().parent
        folders = [folder, folder.parent] if folder.name == "config" else [folder]
        beside = () if args.file == "-" else (each / ".env" for each in folders)
        path = next((each for each in beside if each.is_file()), None)
    if path is None:
        return {}
    file = read_env(read_file(path), os.environ)
    return {name: each.value for name, each in file.variables.items()}


def _route(
    workspace: Workspace, args: argparse.Namespace, entries: tuple[RouteEntry, ...]
) -> Route:
    """Give the route as it is to be; another one of this name is replaced only where asked."""
    if not args.name.strip():
        raise UsageError("The route's name is empty.", "Nothing was changed.", "Give it a name.")
    old = next((each for each in workspace.settings.routes if each.name == args.name), None)
    if old is None:
        return Route(args.name, entries)
    made = replace(old.as_route(), entries=entries)
    if made != old.as_route() and not args.replace:
        raise UsageError(
            f'There is a route "{args.name}" already, with another order.',
            "Nothing was changed.",
            "Give --replace, or another --name.",
        )
    return made


def _print(
    console: Console,
    workspace: Workspace,
    args: argparse.Namespace,
    route: Route,
    plans: Sequence[ProviderPlan],
) -> None:
    if args.dry_run:
        console.line(f"Nothing was changed. {route.name} would ask in this order:")
    else:
        console.line(f"{route.name} asks in this order from the next message on:")
    console.table(
        (f"{place}.", *_who(workspace, entry), *_how(workspace, entry))
        for place, entry in enumerate(route.entries, 1)
    )
    told = [plan for plan in plans if plan.changes or plan.why]
    if told:
        console.line("Keys and addresses:")
        print_plans(console, told, dry_run=args.dry_run)


def _who(workspace: Workspace, entry: RouteEntry) -> tuple[str, str]:
    provider = workspace.provider(entry.provider)
    return provider.name, entry.model or provider.default_model


def _how(workspace: Workspace, entry: RouteEntry) -> tuple[str, str]:
    """Say how long it may take, and whether it is asked at all."""
    within = entry.first_token_within
    waits = "" if within is None else f"first word within {within:g} s"
    if not entry.enabled:
        return waits, "off"
    ready = workspace.provider(entry.provider).availability().state == "available"
    return waits, "" if ready else "not set up yet"


def _print_rest(
    console: Console, args: argparse.Namespace, found: SeedRoute, config: SeedConfig
) -> None:
    """Say what one has to know, and list what was not taken over."""
    for told in _remarks(args, found):
        console.line(told)
    for path, what in config.faults:
        console.line(f"{path} was left out: {what}.")
    if not config.unused:
        return
    console.line("Not taken over:")
    told_instead = [(path, _INSTEAD[path]) for path in config.unused if path in _INSTEAD]
    others = ", ".join(path for path in config.unused if path not in _INSTEAD)
    if told_instead:
        console.table(told_instead)
    if others:
        console.line(f"  {others}")


def _remarks(args: argparse.Namespace, found: SeedRoute) -> Iterator[str]:
    """Warn of keys in clear, of models that may be gone, and of somebody who is not known."""
    if found.in_clear:
        yield f"{args.file} holds keys in clear ({listed(found.in_clear)}): take them out of it."
    if found.doubtful:
        yield (
            f"On no list of models: {listed(found.doubtful)}. "
            "See what there is: understudy providers models PROVIDER"
        )
    if found.unknown:
        yield (
            f"No such provider: {listed(found.unknown)}. "
            "Add an endpoint of your own: understudy providers add NAME --base-url URL"
        )


def _as_json(
    args: argparse.Namespace,
    route: Route,
    plans: Sequence[ProviderPlan],
    found: SeedRoute,
    config: SeedConfig,
) -> dict[str, Any]:
    return {
        "file": args.file,
        "dry_run": args.dry_run,
        "route": asdict(route),
        "providers": [plan_as_json(plan) for plan in plans],
        "in_clear": found.in_clear,
        "doubtful": found.doubtful,
        "unknown": found.unknown,
        "faults": [{"path": path, "what": what} for path, what in config.faults],
        "unused": config.unused,
    }
