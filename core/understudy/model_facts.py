"""What is known of a model: how much it reads, what it costs, what it can do.

``None`` means not known. Prices are USD for a million tokens; zero is free of charge.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy.requests import Usage

_TOKENS_A_PRICE = 1_000_000.0


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Facts about one model, from a provider's own list or from the table that ships.

    ``context_window`` and ``max_output`` are tokens. ``prefill``: whether it goes on from an
    answer that was begun for it. ``embedding``: whether it makes vectors and does not chat;
    ``dimensions`` is their length.
    """

    context_window: int | None = None
    max_output: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cached_price: float | None = None
    cache_write_price: float | None = None
    vision: bool | None = None
    files: bool | None = None
    tools: bool | None = None
    reasoning: bool | None = None
    prefill: bool | None = None
    embedding: bool | None = None
    dimensions: int | None = None

    def over(self, other: ModelFacts) -> ModelFacts:
        """Give these facts, and where one is not known that of ``other``."""
        known = {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }
        return replace(other, **known)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model as a provider lists it."""

    id: str
    facts: ModelFacts = ModelFacts()


def cost_of(usage: Usage, facts: ModelFacts) -> float | None:
    """Give the price of what ``usage`` counts in USD; ``None`` where a needed number is not known.

    The provider's own word comes first. Tokens from a cache and into one have their own prices, all
    others that were read the common one. A count is not needed where its tokens are free of charge;
    of caches, no word counts as none.
    """
    if usage.cost is not None:
        return usage.cost
    cached, kept = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    read = None if usage.input_tokens is None else max(usage.input_tokens - cached - kept, 0)
    parts = (
        _cost(read, facts.input_price),
        _cost(cached, facts.cached_price),
        _cost(kept, facts.cache_write_price),
        _cost(0 if facts.embedding else usage.output_tokens, facts.output_price),
    )
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _cost(tokens: int | None, price: float | None) -> float | None:
    if tokens == 0 or price == 0:
        return 0.0
    return None if tokens is None or price is None else tokens * price / _TOKENS_A_PRICE
