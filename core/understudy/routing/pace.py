"""How soon each model begins to answer, from the last answers that it gave."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: Final = 40
"""Answers of one model that are remembered."""
STALE_AFTER: Final = 1_800.0
"""Seconds after which an answer tells nothing any more: outages and loads pass."""
ENOUGH: Final = 5
"""With fewer answers than this there is no telling which would be unusually slow."""


class Pace:
    """Times to the first token. What is not known is ``None``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], deque[tuple[float, float]]] = {}

    def note(self, provider: str, model: str, first_token: float) -> None:
        """Remember how many seconds an answer took to begin."""
        seen = self._seen.setdefault((provider, model), deque(maxlen=KEPT))
        seen.append((self._clock(), first_token))

    def median(self, provider: str, model: str) -> float | None:
        """Give the usual time to the first token, in seconds."""
        times = self._recent(provider, model)
        return times[len(times) // 2] if times else None

    def p95(self, provider: str, model: str) -> float | None:
        """Give the time that nineteen of twenty answers keep within, in seconds."""
        times = self._recent(provider, model)
        if len(times) < ENOUGH:
            return None
        return times[min(len(times) - 1, len(times) * 95 // 100)]

    def _recent(self, provider: str, model: str) -> list[float]:
        seen = self._seen.get((provider, model))
        if not seen:
            return []
        since = self._clock() - STALE_AFTER
        return sorted(first for at, first in seen if at >= since)
