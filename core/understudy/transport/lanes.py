"""The library's clients, each for a few requests at once, and not for ever.

Whenever a request comes or goes, its pool looks at every connection for each that is idle
(https://github.com/encode/httpcore/pull/1035): for 49 µs where 16 are idle, 1.6 ms where 100 are,
146 ms where 1,000 are. Of a thousand answers at once, half were not heard within a minute.

Nor does it forget a connection whose request was cancelled at the wrong moment, as a clock may do
that runs out (https://github.com/encode/httpcore/issues/1093). Only closing its client does that.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import httpx

AT_ONCE: Final = 16
"""Requests that share a client, and the connections that it keeps."""
CUT_OFF: Final = 64
"""After so many requests that were stopped a client has its last."""


@dataclass(slots=True, eq=False)
class _Lane:
    client: httpx.AsyncClient
    under_way: int = 0
    cut_off: int = 0

    @property
    def worn(self) -> bool:
        return self.cut_off >= CUT_OFF


class Lanes:
    """Clients that ``make`` makes as more requests come at once than those at hand can take."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._lanes: list[_Lane] = []

    @asynccontextmanager
    async def client(self) -> AsyncGenerator[httpx.AsyncClient]:
        """Lend a client for one request; the first that has room, so that the last ones empty."""
        lane = self._with_room()
        lane.under_way += 1
        try:
            yield lane.client
        except (asyncio.CancelledError, GeneratorExit):
            lane.cut_off += 1
            raise
        finally:
            lane.under_way -= 1
            await self._close_spare()

    def _with_room(self) -> _Lane:
        for lane in self._lanes:
            if lane.under_way < AT_ONCE and not lane.worn:
                return lane
        self._lanes.append(_Lane(self._make()))
        return self._lanes[-1]

    async def _close_spare(self) -> None:
        """Keep one that is empty: whoever comes next finds its connections."""
        empty = [lane for lane in self._lanes if not lane.under_way]
        kept = next((lane for lane in empty if not lane.worn), None)
        spare = [lane for lane in empty if lane is not kept]
        for lane in spare:  # before the first wait, in which somebody may come for one
            self._lanes.remove(lane)
        for lane in spare:
            await lane.client.aclose()

    async def aclose(self) -> None:
        """Close every connection. A request made afterwards opens new ones."""
        lanes, self._lanes = self._lanes, []
        for lane in lanes:
            await lane.client.aclose()
