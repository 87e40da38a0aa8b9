"""How much runs at once: a queue for all, and one for each provider, first come first served."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from understudy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class Limits:
    """Slots for attempts. A slot is held while a provider is asked, never while waiting for it.

    A provider's own queue comes first, so that those who wait for a busy provider keep no slot that
    somebody else could use.
    """

    def __init__(self, total: int) -> None:
        self._all = _semaphore(total)
        self._each: dict[str, asyncio.Semaphore] = {}

    def set_limit(self, provider: str, at_once: int | None) -> None:
        """Ask ``provider`` at most ``at_once`` times at once; ``None`` lifts its own limit.

        Attempts under way keep the slots that they have.
        """
        if at_once is None:
            self._each.pop(provider, None)
        else:
            self._each[provider] = _semaphore(at_once)

    @asynccontextmanager
    async def slot(self, provider: str) -> AsyncGenerator[None]:
        """Wait in line for ``provider``, then hold a slot."""
        own = self._each.get(provider)
        if own is None:
            async with self._all:
                yield
        else:
            async with own, self._all:
                yield


def _semaphore(size: int) -> asyncio.Semaphore:
    if size < 1:
        happened = f"{size} requests at once is no limit that lets anything through."
        raise UsageError(happened, can_do="Set it to 1 or more.")
    return asyncio.Semaphore(size)
