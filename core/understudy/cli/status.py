"""``understudy status`` and ``understudy plan``: who can answer, and who would be asked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from understudy.cli.session import chosen_route, with_workspace
from understudy.discovery import find_local_servers
from understudy.requests import ChatRequest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.routing.policy import Plan
    from understudy.routing.router import ProviderStatus

STATE_NAMES = {
    "available": "available",
    "not-configured": "not set up",
    "disabled": "off",
    "cooling": "resting",
}


SHOWN_MODELS = 3


def show_status(args: argparse.Namespace, console: Console) -> int:
    """Print every provider's state, those of the route in use first."""
    del args

    async def show(workspace: Workspace) -> None:
        found = await _local_models(workspace)
        statuses = workspace.router.statuses()
        route = workspace.router.default_route
        if console.json:
            providers = [asdict(each) | _running(each, found) for each in statuses]
            console.object({"route": route, "providers": providers})
            return
        in_line = _in_line(workspace, route)
        statuses = sorted(statuses, key=lambda status: _place(status, in_line))
        console.line(f"In line now ({route}):")
        console.table(_row(status, found) for status in statuses if status.provider in in_line)
        others = [status for status in statuses if status.provider not in in_line]
        shown = [status for status in others if _concerns_user(workspace, status)]
        if shown:
            console.line("\nNot in line:")
            console.table(_row(status, found) for status in shown)
        if len(shown) < len(others):
            count = len(others) - len(shown)
            console.line(f"\n{count} more need a key: understudy providers list")

    with_workspace(console, show)
    return 0


def show_plan(args: argparse.Namespace, console: Console) -> int:
    """Print exactly the order that a question would be tried in now."""

    async def show(workspace: Workspace) -> None:
        route = await chosen_route(workspace, args.route, args.model)
        plan = workspace.router.plan(ChatRequest((), route=route))
        if console.json:
            console.object(asdict(plan))
        else:
            _print_plan(plan, console)

    with_workspace(console, show)
    return 0


def until_text(until: float | None) -> str:
    """When a rest ends, as a clock time here, with the date where it is not today."""
    if until is None:
        return ""
    end = datetime.fromtimestamp(until, UTC).astimezone()
    today = datetime.now(UTC).astimezone().date()
    return end.strftime("%H:%M:%S" if end.date() == today else "%d %B %H:%M")


async def _local_models(workspace: Workspace) -> Mapping[str, tuple[str, ...] | None]:
    """Ask the servers of this computer for their models; ``None`` for one that is not running."""
    rows = [
        workspace.placed(provider).row
        for provider in workspace.provider_ids
        if workspace.placed(provider).row.local and workspace.placed(provider).row.base_url
    ]
    servers = await find_local_servers(workspace.transport, rows)
    running = {server.row.id: server.models for server in servers}
    return {row.id: running.get(row.id) for row in rows}


def _running(
    status: ProviderStatus, found: Mapping[str, tuple[str, ...] | None]
) -> dict[str, bool | tuple[str, ...]]:
    if status.provider not in found:
        return {}
    models = found[status.provider]
    return {"running": models is not None, "models": models or ()}


def _concerns_user(workspace: Workspace, status: ProviderStatus) -> bool:
    """Whether somebody is more than a name: set up, chosen, or on this computer."""
    chosen = workspace.placed(status.provider).chosen
    return chosen or status.local or status.state != "not-configured"


def _in_line(workspace: Workspace, name: str) -> list[str]:
    return [
        entry.provider
        for route in workspace.routes
        if route.name == name
        for entry in route.entries
    ]


def _place(status: ProviderStatus, in_line: list[str]) -> int:
    return in_line.index(status.provider) if status.provider in in_line else len(in_line)


def _row(
    status: ProviderStatus, found: Mapping[str, tuple[str, ...] | None]
) -> tuple[str, str, str]:
    until = until_text(status.until)
    why = f"{status.why} Until {until}." if until else status.why
    if status.state != "available" or status.provider not in found:
        return status.name, STATE_NAMES[status.state], why
    models = found[status.provider]
    if models is None:
        return status.name, "not running", ""
    shown = ", ".join(models[:SHOWN_MODELS]) or "no model yet"
    return status.name, "running", f"with {shown}" + (", …" if models[SHOWN_MODELS:] else "")


def _print_plan(plan: Plan, console: Console) -> None:
    console.line(f"{plan.route}:")
    if not plan.candidates:
        console.line("  Nobody could be asked just now.")
    else:
        console.table(
            (
                f"{place}.",
                candidate.provider_name,
                candidate.model,
                f"first word within {candidate.first_token_within:g} s",
            )
            for place, candidate in enumerate(plan.candidates, 1)
        )
    if plan.skipped:
        console.line("\nSkipped:")
        console.table(
            (skipped.provider_name, skipped.model, skipped.why) for skipped in plan.skipped
        )
