"""What each provider has cost this month, and the budgets that the user gave them.

A budget is soft by one request: what an answer costs is known when it is there. An answer whose
price nobody knows counts as nothing.
"""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Spend:
    """USD by month and provider; ``clock`` gives seconds since the epoch.

    Months are those of the computer's own time zone. Accounts of one provider count together under
    the provider's id.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._budgets: dict[str, float] = {}
        self._spent: dict[tuple[str, str], float] = {}

    def set_budget(self, provider: str, usd: float | None) -> None:
        """Give ``provider`` so many USD a month; ``None`` for as many as it takes."""
        self._budgets.pop(provider, None)
        if usd is not None:
            self._budgets[provider] = usd

    def budget(self, provider: str) -> float | None:
        """Give a provider's budget in USD a month, if it has one."""
        return self._budgets.get(provider)

    def note(self, provider: str, cost: float | None) -> None:
        """Count what an attempt cost, one that failed or was stopped as well.

        What is no price is passed over: one NaN would switch a budget off for the month.
        """
        if cost is not None and isfinite(cost) and cost > 0:
            key = self._month(), provider
            self._spent[key] = self._spent.get(key, 0.0) + cost

    def spent(self, provider: str) -> float:
        """Give what ``provider`` has cost this month, in USD."""
        return self._spent.get((self._month(), provider), 0.0)

    def is_used_up(self, provider: str) -> bool:
        """Tell whether the budget of ``provider`` is reached."""
        budget = self._budgets.get(provider)
        return budget is not None and self.spent(provider) >= budget

    def next_month(self) -> float:
        """Give when the next month begins, in seconds since the epoch."""
        today = datetime.fromtimestamp(self._clock()).astimezone()
        year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
        return datetime(year, month, 1).astimezone().timestamp()

    def snapshot(self) -> list[dict[str, Any]]:
        """Give this month's figures as plain JSON values."""
        month = self._month()
        return [
            {"month": month, "provider": provider, "usd": usd}
            for (in_month, provider), usd in self._spent.items()
            if in_month == month
        ]

    def restore(self, rows: Iterable[object]) -> None:
        """Take up what ``snapshot`` gave. A row that makes no sense is left out."""
        for row in rows:
            values = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
            try:
                key = str(values["month"]), str(values["provider"])
                usd = float(values["usd"])
            except (KeyError, TypeError, ValueError, OverflowError):
                continue
            if isfinite(usd) and usd >= 0:
                self._spent[key] = max(self._spent.get(key, 0.0), usd)

    def _month(self) -> str:
        return datetime.fromtimestamp(self._clock()).astimezone().strftime("%Y-%m")
