"""The clocks of an attempt: how long until the first word, and how long between words.

Only content counts, words and reasoning alike: a server that sends keep-alives or empty deltas says
nothing. The clock runs while the provider is waited for and stands while the caller works with what
came. How long a connection may take is the transport's concern.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError
from understudy.routing.wording import what_happened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent

DEFAULT_IDLE: Final = 30.0
"""Seconds without a word after which a started answer counts as broken off."""

LOADING: Final = 120.0
"""Seconds that a model on this computer may take to be loaded, before its first word is due."""

AFTER_THE_END: Final = 2.0
"""Seconds in which a finished answer may still bring its count of tokens."""


class AnswerClock:
    """Waits for batches of one attempt, and raises ``ProviderError`` when it takes too long.

    ``total_within`` is the time for all of them together, without an end where it is ``None``.
    One timer serves all waits and is set anew only where it would ring too late, or has rung too
    early: a timer a batch costs as much as all the rest of routing. ``close`` stops it.
    """

    __slots__ = (
        "_all_left",
        "_cancelling",
        "_deadline",
        "_idle",
        "_left",
        "_loads",
        "_loop",
        "_name",
        "_rang",
        "_rings_at",
        "_started",
        "_timer",
        "_waiting",
        "_within",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        name: str,
        first_token_within: float,
        idle_within: float,
        total_within: float | None = None,
    ) -> None:
        self._name = name
        self._within = first_token_within
        self._idle = idle_within
        self._left = first_token_within
        self._all_left = inf if total_within is None else total_within
        self._started = False
        self._loads: float | None = None
        self._loop = loop
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0
        self._waiting: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._rang = False

    def content(self) -> None:
        """Something was said: the idle clock starts anew."""
        self._started = True
        self._left = self._idle

    def loading(self, within: float | None = None) -> None:
        """Note that a model is being made ready: its first word is waited for longer, once.

        ``within`` is how long that may take, in place of what is usual.
        """
        if self._started or (self._loads is not None and within in {None, self._loads}):
            return
        self._loads = LOADING if within is None else within
        self._left = self._loads + self._within

    def ended(self) -> None:
        """Note that the answer is whole: only a last count of tokens may follow, and soon."""
        self._left = min(self._idle, AFTER_THE_END)

    def close(self) -> None:
        """Stop for good."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def next(
        self, batches: AsyncGenerator[Sequence[ProviderEvent], None]
    ) -> Sequence[ProviderEvent] | None:
        """Wait for the next batch; ``None`` at the end."""
        began = self._loop.time()
        self._set(began + min(self._left, self._all_left))
        try:
            batch = await anext(batches, None)
        except asyncio.CancelledError:
            if self._take_ring_back():
                raise self._too_long() from None
            raise
        finally:
            if self._rang:
                self._take_ring_back()
            self._waiting = None
        took = self._loop.time() - began
        self._left -= took
        self._all_left -= took
        return batch

    def _set(self, deadline: float) -> None:
        self._deadline = deadline
        task = asyncio.current_task(self._loop)
        self._waiting = task
        self._cancelling = 0 if task is None else task.cancelling()
        if self._timer is not None and self._rings_at > deadline:
            self.close()
        if self._timer is None:
            self._ring_at(deadline)

    def _ring_at(self, when: float) -> None:
        self._rings_at = when
        self._timer = self._loop.call_at(when, self._ring)

    def _take_ring_back(self) -> bool:
        """Undo the cancelling by a ring; whether nobody else wants the task cancelled."""
        if not self._rang or self._waiting is None:
            return False
        self._rang = False
        return self._waiting.uncancel() <= self._cancelling

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._deadline:
            self._ring_at(self._deadline)
        else:
            self._rang = True
            self._waiting.cancel()

    def _too_long(self) -> ProviderError:
        kind = ErrorKind.IDLE_TIMEOUT if self._started else ErrorKind.FIRST_TOKEN_TIMEOUT
        return ProviderError(kind, what_happened(kind, self._name, seconds=self._within))
