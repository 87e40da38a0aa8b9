"""An event loop whose clock jumps: an hour passes in the moment in which nothing else is to do.

Sockets may be open on it. Bytes that are on their way take real time, so before a jump it waits for
them a little; within one process they are there at once.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Final

GRACE: Final = 0.025
"""Real seconds in which nothing must have happened on any socket before the clock jumps."""
HUNG: Final = 5.0
"""Real seconds after which a wait that no timer ends counts as one without an end."""

EPOCH: Final = 1_794_000_000.0
"""What a clock on the wall shows when the loop's own clock shows 0: 2026-11-06T21:20:00Z."""


class _JumpingSelector(selectors.DefaultSelector):
    """Moves the clock on to where a wait would have ended, in place of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if len(self.get_map()) > 1:  # more than the loop's own line to itself
            ready = super().select(HUNG if timeout is None else min(GRACE, timeout))
        if not ready and timeout is None:
            raise RuntimeError("Nothing is left to wait for: this would hang for ever.")
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``asyncio``'s own loop on virtual time, which begins at 0."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the seconds that have passed on it."""
        return self._jumping.now


def wall_clock() -> float:
    """Give the seconds since the epoch, in the running loop's time."""
    return EPOCH + asyncio.get_running_loop().time()
