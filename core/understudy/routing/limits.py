"""How much runs at once: a queue for all, and one for each provider.

First come, first served, and whoever is waited for by a person before what runs in the background.
A provider may also be given so many requests a minute: that is no queue, the next is asked then.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from understudy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

PASSED_OVER: Final = 8
"""So often is somebody in the background passed over before it is their turn."""
_MINUTE: Final = 60.0


class Limits:
    """Slots for attempts. A slot is held while a provider is asked, never while waiting for it.

    A provider's own queue comes first, so that those who wait for a busy provider keep no slot that
    somebody else could use. ``on_wait`` holds functions that are called with a provider and the
    seconds that were waited, as a slot is given.
    """

    def __init__(self, total: int, clock: Callable[[], float]) -> None:
        self.on_wait: list[Callable[[str, float], None]] = []
        self._all = Gate(total)
        self._clock = clock
        self._each: dict[str, Gate] = {}
        self._per_minute: dict[str, int] = {}
        self._asked: dict[str, deque[float]] = {}

    def set_limit(self, provider: str, at_once: int | None, per_minute: int | None = None) -> None:
        """Ask ``provider`` at most so many times at once and a minute; ``None`` lifts a limit.

        Attempts under way keep the slots that they have.
        """
        self._each.pop(provider, None)
        self._per_minute.pop(provider, None)
        if at_once is not None:
            self._each[provider] = Gate(at_once)
        if per_minute is not None:
            self._per_minute[provider] = _checked(per_minute, "a minute")

    def free_at(self, provider: str) -> float | None:
        """When the user's limit a minute lets the next request through; ``None`` for now."""
        most, asked = self._per_minute.get(provider), self._asked.get(provider)
        if most is None or not asked:
            return None
        since = self._clock() - _MINUTE
        while asked and asked[0] <= since:
            asked.popleft()
        return None if len(asked) < most else asked[-most] + _MINUTE

    def count(self, provider: str) -> None:
        """Count a request that is being sent now."""
        if provider in self._per_minute:
            self._asked.setdefault(provider, deque()).append(self._clock())

    @asynccontextmanager
    async def slot(self, provider: str, *, background: bool = False) -> AsyncGenerator[None]:
        """Wait in line for ``provider``, then hold a slot."""
        own, loop = self._each.get(provider), asyncio.get_running_loop()
        came = loop.time()
        if own is not None:
            await own.enter(background=background)
        try:
            await self._all.enter(background=background)
            try:
                for listener in tuple(self.on_wait):
                    listener(provider, loop.time() - came)
                yield
            finally:
                self._all.leave()
        finally:
            if own is not None:
                own.leave()


class Gate:
    """Lets ``size`` through at once; those in the background behind all others, not for ever."""

    def __init__(self, size: int) -> None:
        self._free = _checked(size, "at once")
        self._waiting: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (
            deque(),
            deque(),
        )
        self._passed_over = 0

    async def enter(self, *, background: bool) -> None:
        """Wait in line."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._waiting[background]
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was let in at the very moment at which it went away
            with suppress(ValueError):
                line.remove(turn)
            raise

    def leave(self) -> None:
        """Let the next one in."""
        while line := self._next_line():
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _next_line(self) -> deque[asyncio.Future[None]]:
        front, back = self._waiting
        if not (front and back):
            self._passed_over = 0
            return front or back
        if self._passed_over >= PASSED_OVER:
            self._passed_over = 0
            return back
        self._passed_over += 1
        return front


def _checked(size: int, of_what: str) -> int:
    if size < 1:
        happened = f"{size} requests {of_what} is no limit that lets anything through."
        raise UsageError(happened, can_do="Set it to 1 or more.")
    return size
