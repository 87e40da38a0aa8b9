"""What each model still lets through, as its provider said with its last answer.

Who would refuse a request for its size is asked after those who would not, before it has refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.events import AllowanceReported
    from understudy.routing.needs import Needs

UNKNOWN_RESET: Final = 60.0
"""Seconds that a budget counts whose reset nobody told: most are a minute's."""


@dataclass(frozen=True, slots=True)
class _Budget:
    left: int
    until: float


class Allowances:
    """Budgets by provider and model; ``clock`` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._requests: dict[tuple[str, str], _Budget] = {}
        self._tokens: dict[tuple[str, str], _Budget] = {}

    def note(self, provider: str, model: str, told: AllowanceReported) -> None:
        """Take what a provider told in place of what it had told before."""
        for budgets, left, within in (
            (self._requests, told.requests_left, told.requests_reset_in),
            (self._tokens, told.tokens_left, told.tokens_reset_in),
        ):
            budgets.pop((provider, model), None)
            if left is not None:
                lasts = UNKNOWN_RESET if within is None else within
                budgets[provider, model] = _Budget(left, self._clock() + lasts)

    def spend(self, provider: str, model: str, needs: Needs) -> None:
        """Count a request that is being sent, before its provider counts it."""
        for budgets, amount in ((self._requests, 1), (self._tokens, _reserved(needs))):
            budget = budgets.get((provider, model))
            if budget is not None:
                budgets[provider, model] = _Budget(budget.left - amount, budget.until)

    def is_short(self, provider: str, model: str, needs: Needs) -> bool:
        """Tell whether a request of this size would be refused just now."""
        now = self._clock()
        for budgets, amount in ((self._requests, 1), (self._tokens, _reserved(needs))):
            budget = budgets.get((provider, model))
            if budget is not None and budget.until > now and budget.left < amount:
                return True
        return False


def _reserved(needs: Needs) -> int:
    """Count the tokens that are held back for a request: OpenAI and Cerebras reserve its limit."""
    return needs.tokens + (needs.limit or needs.answer)
