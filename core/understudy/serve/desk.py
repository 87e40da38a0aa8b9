"""What every request that asks somebody goes through: how many at once, how large, how slow."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from understudy.serve.bodies import MOST_BYTES, SENT_WITHIN, read_body
from understudy.serve.failures import ApiError
from understudy.serve.outlet import TAKEN_WITHIN, WAITING_EVERY

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from starlette.types import Receive, Scope

    from understudy.routing.trace import Attempt
    from understudy.serve.offer import Offer

MOST_AT_ONCE: Final = 128
"""Requests under way; the router lets fewer through at once, and the others wait in line."""


_NOTED: Final = "understudy.noted"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is let in (requests, bytes), and for how long a client is waited for (seconds)."""

    at_once: int = MOST_AT_ONCE
    body: int = MOST_BYTES
    sent_within: float = SENT_WITHIN
    taken_within: float = TAKEN_WITHIN
    waiting_every: float = WAITING_EVERY


@dataclass(slots=True)
class Noted:
    """What is told of a request afterwards: no word of it, and nothing that was sent with it."""

    method: str
    path: str
    status: int = 0
    model: str = ""
    attempts: int = 0
    seconds: float = 0.0
    hung_up: bool = False

    @classmethod
    def of(cls, scope: Scope) -> Noted:
        """Find what the front door notes of this request."""
        return scope[_NOTED]

    def into(self, scope: Scope) -> None:
        """Let those behind the front door find this."""
        scope[_NOTED] = self

    def take(self, trail: Sequence[Attempt], model: str) -> None:
        """Note who answered, or was asked last, and after how many attempts."""
        self.attempts = len(trail)
        self.model = model


class Desk:
    """Where requests come in. ``clock`` gives seconds since the epoch."""

    def __init__(
        self, offer: Offer, bounds: Bounds | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.offer = offer
        self.bounds = bounds or Bounds()
        self.clock = clock
        self._under_way = 0

    @contextmanager
    def admitted(self) -> Generator[None]:
        """Count a request as under way. Raises ``ApiError`` (429) where there are too many."""
        if self._under_way >= self.bounds.at_once:
            message = f"{self._under_way} requests are under way. Try again in a moment."
            code, wait = "rate_limit_exceeded", {"retry-after": "1"}
            raise ApiError(429, message, kind="requests", code=code, headers=wait)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def body(self, scope: Scope, receive: Receive) -> bytes:
        """Read a body within bounds. Raises ``ApiError`` and ``ClientGone``."""
        bounds = self.bounds
        return await read_body(scope, receive, most=bounds.body, within=bounds.sent_within)
