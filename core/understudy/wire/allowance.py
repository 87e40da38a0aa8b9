"""What a provider still lets through, as the headers of its answers tell.

``x-ratelimit-remaining-{requests,tokens}`` with ``x-ratelimit-reset-…`` (platform.openai.com,
console.groq.com, learn.microsoft.com; Cerebras adds ``-minute`` and ``-day``);
``anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{remaining,reset}``
(docs.claude.com). Of several budgets the tightest counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.events import AllowanceReported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BUDGET = re.compile(
    r"(?:x|anthropic)-ratelimit-"
    r"(?:remaining-(?P<a>[a-z-]+)|(?P<b>(?:input-)?tokens|requests)-remaining)"
)
_WHOLE = re.compile(r"\d{1,15}(?:\.\d+)?")


def read_allowance(headers: Iterable[tuple[str, str]], now: float) -> AllowanceReported | None:
    """Read what remains; ``None`` where nothing is told. ``now`` is seconds since the epoch."""
    told = {name.lower(): value.strip() for name, value in headers if "ratelimit" in name.lower()}
    if not told:
        return None
    requests: list[tuple[int, float | None]] = []
    tokens: list[tuple[int, float | None]] = []
    for name, value in told.items():
        match = _BUDGET.fullmatch(name)
        if match is None or not _WHOLE.fullmatch(value):
            continue
        kind = match["a"] or match["b"]
        budget = (int(float(value)), _reset(name, told, now))
        (requests if "request" in kind else tokens).append(budget)
    if not requests and not tokens:
        return None
    return AllowanceReported(*_tightest(requests), *_tightest(tokens))


def _reset(name: str, told: Mapping[str, str], now: float) -> float | None:
    """Find when this budget is filled again, in seconds from now."""
    from understudy.wire.waits import parse_wait

    return parse_wait(told.get(name.replace("remaining", "reset"), ""), now)


def _tightest(budgets: list[tuple[int, float | None]]) -> tuple[int | None, float | None]:
    return min(budgets, key=lambda budget: budget[0]) if budgets else (None, None)
