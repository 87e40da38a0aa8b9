"""Finding the model servers that run on this computer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.errors import ProviderError
from understudy.providers.catalog import CATALOG
from understudy.providers.wires import wire_format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.providers.base import ProviderRow
    from understudy.transport.http import HttpTransport

_WITHIN = 0.3
"""Seconds for one server. It is on this computer: one that runs answers within milliseconds."""

LOCAL_ROWS = tuple(row for row in CATALOG if row.local)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered: its row, where it was found and the ids of its models."""

    row: ProviderRow
    base_url: str
    models: tuple[str, ...]


async def find_local_servers(
    transport: HttpTransport, rows: Iterable[ProviderRow] = LOCAL_ROWS, *, within: float = _WITHIN
) -> tuple[LocalServer, ...]:
    """Ask all at once which of ``rows`` answer, each at its ``base_url``; in the rows' order.

    Whoever does not answer with a list of models within ``within`` seconds is not there: nothing
    is raised. A running server with no model loaded is found, with no models.
    """
    found = await asyncio.gather(*(_ask(transport, row, within) for row in rows))
    return tuple(server for server in found if server is not None)


async def _ask(transport: HttpTransport, row: ProviderRow, within: float) -> LocalServer | None:
    wire = wire_format(row.wire)
    url = f"{row.base_url}{wire.models_path}"
    try:
        answer = await transport.fetch(url, name=row.name, timeout=within)
    except ProviderError:
        return None
    if answer.status != 200 or answer.body.lstrip()[:1] not in {b"{", b"["}:
        return None
    return LocalServer(row, row.base_url, tuple(model.id for model in wire.models(answer.body)))
