"""What is known of a model: how much it reads, what it costs, what it can do.

``None`` means not known. Prices are USD for a million tokens; zero is free of charge.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


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
