"""A provider of the catalogue in one line, for programs that register their own."""

from __future__ import annotations

import os
from difflib import get_close_matches
from functools import cache, partial
from typing import TYPE_CHECKING

from understudy.effective import placed_at
from understudy.errors import UsageError
from understudy.keys import KeyStore
from understudy.phrases import Phrase
from understudy.providers.catalog import CATALOG, row
from understudy.providers.http import HttpProvider
from understudy.transport.of_loop import TransportOfLoop

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.providers.base import ProviderRow
    from understudy.transport.http import HttpTransport


def provider(
    which: str | ProviderRow,
    key: str | Callable[[], str | None] | None = None,
    *,
    base_url: str = "",
    transport: HttpTransport | None = None,
) -> HttpProvider:
    """Make a provider ready to be registered, by its id in the catalogue or by a row of one's own.

    ``key`` is the key, or is called for it with each request; without one the provider's usual
    variables are read, and where those are not set either it is passed over. ``base_url`` stands in
    place of the catalogue's address and of the variable that may hold one. Connections are shared
    by all and closed when the event loop ends, unless a ``transport`` is given.

    Raises ``UsageError`` for an id that is not there and for an address that cannot be meant.
    """
    placed = placed_at(_row(which), base_url, os.environ)
    if placed.problem:
        raise UsageError(placed.problem)
    if key is None:
        key = partial(KeyStore(os.environ).peek, placed.row.id, placed.row.key_env)
    ask = key if callable(key) else lambda: key
    return HttpProvider(placed.row, _shared() if transport is None else transport, ask)


def _row(which: str | ProviderRow) -> ProviderRow:
    if not isinstance(which, str):
        return which
    found = row(which)
    if found is None:
        close = get_close_matches(which, [each.id for each in CATALOG], n=1)
        raise UsageError(
            Phrase('There is no provider "{name}" in the catalogue.', name=which),
            can_do=Phrase('Did you mean "{name}"?', name=close[0]) if close else "",
        )
    return found


@cache
def _shared() -> TransportOfLoop:
    return TransportOfLoop()
