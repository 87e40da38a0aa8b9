"""``understudy routes``: the orders in which providers are asked."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from understudy.cli.session import entry, known, with_workspace
from understudy.errors import UsageError
from understudy.routing.route import Route

if TYPE_CHECKING:
    import argparse

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.routing.route import RouteEntry


def list_all(args: argparse.Namespace, console: Console) -> int:
    """Print every route in its order; the one in use where none is named is marked."""
    del args

    async def show(workspace: Workspace) -> None:
        default = workspace.router.default_route
        if console.json:
            routes = [asdict(route) for route in workspace.routes]
            console.object({"default_route": default, "routes": routes})
            return
        for route in workspace.routes:
            console.line(f"{route.name} (default)" if route.name == default else route.name)
            _print_order(console, workspace, route)

    with_workspace(console, show)
    return 0


def set_order(args: argparse.Namespace, console: Console) -> int:
    """Make the route or replace its order."""

    async def change(workspace: Workspace) -> None:
        if not args.name.strip():
            raise UsageError(
                "The route's name is empty.", "Nothing was changed.", "Give it a name."
            )
        route = _changed(workspace, args)
        workspace.set_route(route, default=args.default)
        if console.json:
            console.object(
                {"route": asdict(route), "default": workspace.router.default_route == route.name}
            )
            return
        console.line(f"{route.name} asks in this order from the next message on:")
        _print_order(console, workspace, route)

    with_workspace(console, change, keys=False)
    return 0


def remove(args: argparse.Namespace, console: Console) -> int:
    """Remove the route; with the last one gone Understudy makes the order itself again."""

    async def change(workspace: Workspace) -> None:
        known(args.name, [route.name for route in workspace.settings.routes], "route")
        workspace.remove_route(args.name)
        default = workspace.router.default_route
        if console.json:
            console.object({"removed": args.name, "default_route": default})
        else:
            console.line(f"{args.name} is removed. {default} is used where no route is named.")

    with_workspace(console, change, keys=False)
    return 0


def _changed(workspace: Workspace, args: argparse.Namespace) -> Route:
    """Make the route as it is to be; places that stay keep their deadline and retries."""
    old = {route.name: route for route in workspace.routes}.get(args.name, Route(args.name, ()))
    asked = [entry(workspace, text) for text in args.entries]
    kept = {(each.provider, each.model): each for each in old.entries}
    entries = tuple(kept.get((each.provider, each.model), each) for each in asked)
    alike = args.same_model_first
    return replace(
        old,
        entries=entries,
        strategy=args.strategy or old.strategy,
        rescue=args.rescue or old.rescue,
        private=old.private if args.private is None else args.private,
        same_model_first=old.same_model_first if alike is None else alike,
    )


def _who(workspace: Workspace, entry: RouteEntry) -> tuple[str, str]:
    """Name a place's provider and model; a route may name one that is not there any more."""
    if entry.provider not in workspace.provider_ids:
        return entry.provider, entry.model
    provider = workspace.provider(entry.provider)
    return provider.name, entry.model or provider.default_model


def _print_order(console: Console, workspace: Workspace, route: Route) -> None:
    console.table(
        (
            f"{place}.",
            *_who(workspace, each),
            "" if each.enabled else "off",
        )
        for place, each in enumerate(route.entries, 1)
    )
