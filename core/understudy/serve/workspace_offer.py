"""What a user's own routes, providers and keys offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.discovery import find_local_servers
from understudy.providers.http import HttpProvider
from understudy.rehearsal.practice import PracticeProvider
from understudy.serve.offer import Offer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.assembly import Workspace
    from understudy.providers.base import ChatProvider


def offer_of(workspace: Workspace, default: str) -> Offer:
    """Offer all that a workspace has; ``default`` is the route of requests that name none."""

    def routes() -> list[str]:
        return [route.name for route in workspace.routes]

    async def models() -> list[str]:
        return await _models(workspace)

    async def prepare(provider: str) -> None:
        names = workspace.placed(provider).row.key_env
        if workspace.keys.peek(provider, names) is None:
            await workspace.load_keys([provider])

    return Offer(workspace.router, default=default, routes=routes, models=models, prepare=prepare)


async def _models(workspace: Workspace) -> list[str]:
    """List PROVIDER/MODEL of all that can be asked; the servers of this computer are asked."""
    rows = [
        workspace.placed(provider).row
        for provider in workspace.provider_ids
        if workspace.placed(provider).row.local and workspace.placed(provider).row.base_url
    ]
    servers = await find_local_servers(workspace.transport, rows)
    running = {server.row.id: server.models for server in servers}
    return [
        f"{status.provider}/{model}"
        for status in workspace.router.statuses()
        if status.state in {"available", "cooling"}
        for model in _models_of(workspace, status.provider, running)
    ]


def _models_of(
    workspace: Workspace, provider: str, running: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """Name the models that a route asks this provider for, and those that it is known to have."""
    in_routes = (
        entry.model
        for route in workspace.routes
        for entry in route.entries
        if entry.provider == provider and entry.model
    )
    known = models_known(workspace.provider(provider))
    yield from dict.fromkeys((*in_routes, *known, *running.get(provider, ())))


def models_known(provider: ChatProvider) -> tuple[str, ...]:
    """Name the models of a provider that are known without asking anybody."""
    match provider:
        case HttpProvider(row=row, listed=listed):
            return (*row.models, *row.embedding_models, *listed)
        case PracticeProvider(models=models):
            return models
        case _:
            return (provider.default_model,) if provider.default_model else ()
