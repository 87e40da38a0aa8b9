"""Connections for a library's users: shared by all, and closed when their event loop ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from understudy.transport.http import Fetched, HttpResponse


class TransportOfLoop(HttpTransport):
    """Uses a transport of its own on each event loop: connections belong to where they were made.

    Nobody has to close it. ``asyncio.run`` ends the generators that are left over on its loop, and
    one that waits there for nothing else closes the connections then. ``aclose`` closes those of
    the running loop sooner.
    """

    def __init__(self) -> None:
        super().__init__()
        self._transports: WeakKeyDictionary[asyncio.AbstractEventLoop, HttpTransport] = (
            WeakKeyDictionary()
        )
        self._keepers: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None]] = (
            WeakKeyDictionary()
        )

    @asynccontextmanager
    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[HttpResponse]:
        """Send a request over the running loop's connections; see ``HttpTransport.stream``."""
        async with self._here().stream(*args, **kwargs) as response:
            yield response

    async def fetch(self, *args: Any, **kwargs: Any) -> Fetched:
        """Ask for a whole answer over the running loop's connections."""
        return await self._here().fetch(*args, **kwargs)

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        await self._here().aclose()

    def _here(self) -> HttpTransport:
        loop = asyncio.get_running_loop()
        if loop not in self._transports:
            self._transports[loop] = HttpTransport()
            self._keepers[loop] = self._until_the_end(loop)
            with suppress(StopIteration):  # its first step: from now on the loop knows of it
                self._keepers[loop].__anext__().send(None)
        return self._transports[loop]

    async def _until_the_end(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            del self._keepers[loop]  # a generator keeps its loop alive
            await self._transports.pop(loop).aclose()
