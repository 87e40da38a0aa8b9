"""What the user set: who is asked, in which order, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from understudy.routing.rules import RuleChange

Strategy: TypeAlias = Literal["in-order", "fastest", "cheapest", "split", "race"]
Rescue: TypeAlias = Literal["carry-on", "keep", "restart"]

DEFAULT_FIRST_TOKEN = 8.0
DEFAULT_FIRST_TOKEN_LOCAL = 30.0
"""A local model may have to be loaded from disk first."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One place in the order: a provider and its own model id.

    ``first_token_within`` (seconds, ``None`` for the default of its kind) and ``retries`` belong to
    this place; an entry that is not ``enabled`` keeps its place and is skipped. ``context_window``
    (tokens) stands in place of what is known of the model's. ``weight`` is its share where a route
    splits: 2 is drawn twice as often as 1.
    """

    provider: str
    model: str = ""
    first_token_within: float | None = None
    retries: int = 0
    enabled: bool = True
    context_window: int | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Route:
    """A named order of entries.

    ``strategy`` says who comes first: ``in-order`` as they stand; ``fastest`` by the usual time to
    the first token; ``cheapest`` by what this request would cost; ``split`` by chance and weight,
    the same for the same ``seed``; ``race`` in order, and where the first is slower than nineteen
    of twenty of its answers, the next is asked as well, if that may cost ``race_cap`` USD more.
    ``same_model_first`` asks for a model wherever it is served before the next model.

    ``rescue`` says what happens when an answer breaks off: ``carry-on`` with the next, ``keep`` the
    part and stop, or ``restart`` with the next from the beginning. ``private`` asks nobody but
    providers on this computer. ``stays_from``: whoever has read the conversation goes before others
    where that saves at least so many USD; ``None`` for never. ``rules`` change the decision table.
    ``idle_within`` and ``total_within`` are seconds; ``None`` for the router's own and for no end.
    """

    name: str
    entries: tuple[RouteEntry, ...]
    strategy: Strategy = "in-order"
    rescue: Rescue = "carry-on"
    private: bool = False
    same_model_first: bool = False
    seed: int = 0
    race_cap: float = 0.05
    stays_from: float | None = None
    rules: tuple[RuleChange, ...] = ()
    idle_within: float | None = None
    total_within: float | None = None
