"""The clocks of an attempt: how long until the first word, and how long between words.

Only content counts, words and reasoning alike: a server that sends keep-alives or empty deltas says
nothing. The clock runs while the provider is waited for and stands while the caller works with what
came. How long a connection may take is the transport's concern.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent

DEFAULT_IDLE: Final = 30.0
"""Seconds without a word after which a started answer counts as broken off."""

AFTER_THE_END: Final = 2.0
"""Seconds in which a finished answer may still bring its count of tokens."""


class AnswerClock:
    """Waits for batches of one attempt, and raises ``ProviderError`` when it takes too long."""

    __slots__ = ("_idle", "_left", "_loop", "_started", "_within")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, first_token_within: float, idle_within: float
    ) -> None:
        self._within = first_token_within
        self._idle = idle_within
        self._left = first_token_within
        self._started = False
        self._loop = loop

    def content(self) -> None:
        """Something was said: the idle clock starts anew."""
        self._started = True
        self._left = self._idle

    def ended(self) -> None:
        """Note that the answer is whole: only a last count of tokens may follow, and soon."""
        self._left = min(self._idle, AFTER_THE_END)

    async def next(
        self, batches: AsyncGenerator[Sequence[ProviderEvent], None]
    ) -> Sequence[ProviderEvent] | None:
        """Wait for the next batch; ``None`` at the end."""
        began = self._loop.time()
        limit = asyncio.timeout_at(began + self._left)
        try:
            async with limit:
                batch = await anext(batches, None)
        except TimeoutError:
            if limit.expired():
                raise self._too_long() from None
            raise
        self._left -= self._loop.time() - began
        return batch

    def _too_long(self) -> ProviderError:
        if self._started:
            return ProviderError(ErrorKind.IDLE_TIMEOUT, f"Nothing more came for {self._idle:g} s.")
        return ProviderError(ErrorKind.FIRST_TOKEN_TIMEOUT, f"Nothing came for {self._within:g} s.")
