"""What the user set: who is asked, in which order, and how long each may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Strategy: TypeAlias = Literal["in-order"]
Rescue: TypeAlias = Literal["carry-on", "keep"]

DEFAULT_FIRST_TOKEN = 8.0
DEFAULT_FIRST_TOKEN_LOCAL = 30.0
"""A local model may have to be loaded from disk first."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One place in the order: a provider and its own model id.

    ``first_token_within`` (seconds, ``None`` for the default of its kind) and ``retries`` belong to
    this place; an entry that is not ``enabled`` keeps its place and is skipped. ``context_window``
    (tokens, ``None`` for not known) decides who is asked when a conversation is too long.
    """

    provider: str
    model: str = ""
    first_token_within: float | None = None
    retries: int = 0
    enabled: bool = True
    context_window: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A named order of entries. ``rescue`` says what happens when an answer breaks off."""

    name: str
    entries: tuple[RouteEntry, ...]
    strategy: Strategy = "in-order"
    rescue: Rescue = "carry-on"
