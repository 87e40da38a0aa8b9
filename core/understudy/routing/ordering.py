"""Who is asked first: a route's strategy, applied to those who can be asked. Pure.

The order that a person set is where every strategy begins and what decides between equals.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from understudy.model_facts import ModelFacts
from understudy.providers.embedding import same_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.routing.needs import Needs
    from understudy.routing.policy import Candidate
    from understudy.routing.route import Route

_TOKENS_A_PRICE: Final = 1_000_000


NOTHING_KNOWN: Final = ModelFacts()


@dataclass(frozen=True, slots=True)
class Insight:
    """What is known of a candidate just now, beside its health.

    ``first_token`` is its usual time in seconds. ``short``: what the provider lets through in this
    minute does not hold the request. ``warm_tokens`` of it stand in its cache.
    """

    facts: ModelFacts = NOTHING_KNOWN
    first_token: float | None = None
    short: bool = False
    warm_tokens: int = 0


class Rated(NamedTuple):
    """A candidate and what is known of it."""

    candidate: Candidate
    insight: Insight


def in_order(
    route: Route, rated: Sequence[Rated], needs: Needs, draw: float
) -> tuple[Candidate, ...]:
    """Order ``rated`` as the route says; ``draw`` in [0, 1) is chance, where it takes part."""
    ordered = _by_model(rated) if route.same_model_first else list(rated)
    match route.strategy:
        case "fastest":
            # Nobody knows whether one who was not asked yet is fast, until it is asked.
            ordered.sort(key=lambda each: each.insight.first_token or 0.0)
        case "cheapest":
            ordered.sort(key=lambda each: _or_last(each.candidate.expected_cost))
        case "split":
            ordered = _drawn(ordered, draw)
        case "in-order" | "race":
            pass
    if route.stays_from is not None:
        ordered = _staying(ordered, route.stays_from)
    ordered.sort(key=lambda each: _handicap(needs, each.insight))
    return tuple(each.candidate for each in ordered)


def cost(needs: Needs, insight: Insight, *, local: bool) -> float | None:
    """Estimate what this request costs there in USD; a model on this computer costs nothing."""
    if local:
        return 0.0
    facts = insight.facts
    if facts.input_price is None or facts.output_price is None:
        return None
    warm = min(insight.warm_tokens, needs.tokens)
    warm_price = facts.input_price if facts.cached_price is None else facts.cached_price
    read = (needs.tokens - warm) * facts.input_price + warm * warm_price
    return (read + needs.answer * facts.output_price) / _TOKENS_A_PRICE


def draw_of(route: Route, number: int) -> float:
    """Give chance its number for request ``number`` of a route: the same for the same seed."""
    told = f"{route.seed}/{route.name}/{number}".encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:6], "big") / 2**48


def _by_model(rated: Sequence[Rated]) -> list[Rated]:
    """Put all who have the first one's model first, then all who have the next one's."""
    left, grouped = list(rated), list[Rated]()
    while left:
        model = left[0].candidate.model
        alike = [each for each in left if same_model(each.candidate.model, model)]
        grouped += alike
        left = [each for each in left if each not in alike]
    return grouped


def _drawn(rated: list[Rated], draw: float) -> list[Rated]:
    """Let chance choose who is first, by weight; the others follow in their order."""
    left = draw * sum(each.candidate.weight for each in rated)
    for place, each in enumerate(rated):
        if left < each.candidate.weight:
            return [each, *rated[:place], *rated[place + 1 :]]
        left -= each.candidate.weight
    return rated


def _staying(rated: list[Rated], stays_from: float) -> list[Rated]:
    """Stay with whoever has read the conversation, where moving would cost more than it may."""
    place = next((p for p, each in enumerate(rated) if each.insight.warm_tokens), 0)
    if place == 0:
        return rated
    first, warm = rated[0].candidate, rated[place].candidate
    if warm.expected_cost is None or first.expected_cost is None:
        return rated
    saves = first.expected_cost - warm.expected_cost
    if saves < stays_from:
        return rated
    stays = Rated(replace(warm, saves=saves), rated[place].insight)
    return [stays, *rated[:place], *rated[place + 1 :]]


def _handicap(needs: Needs, insight: Insight) -> int:
    """Count what speaks against asking now, though it would be possible."""
    blind = needs.images and insight.facts.vision is False
    return 2 * blind + insight.short


def _or_last(price: float | None) -> float:
    return float("inf") if price is None else price
