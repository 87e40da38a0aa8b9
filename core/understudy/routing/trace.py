"""The trail of an answer: every attempt, what came of it and what was decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from understudy.errors import ErrorKind
    from understudy.requests import Usage

Outcome: TypeAlias = Literal["answered", "failed", "cancelled"]
Decision: TypeAlias = Literal["done", "again", "next", "carry_on", "restart", "stop"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One provider asked once.

    ``started_at`` is seconds since the epoch, ``first_token`` and ``duration`` seconds since then;
    ``characters`` counts what it delivered. ``happened`` is a sentence for people, ``detail`` the
    provider's own words with secrets removed. ``cost`` is USD, where the provider told it or its
    counts and prices are known; ``estimated`` where nobody counted, as in an answer that broke off
    or was stopped, and it may still be charged.
    """

    provider: str
    provider_name: str
    model: str
    started_at: float
    duration: float
    outcome: Outcome
    decision: Decision
    kind: ErrorKind | None = None
    status: int | None = None
    code: str = ""
    happened: str = ""
    detail: str = ""
    retry_after: float | None = None
    first_token: float | None = None
    characters: int = 0
    usage: Usage | None = None
    cost: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """All attempts for one answer, in the order in which they were made."""

    route: str
    attempts: tuple[Attempt, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the trail as plain JSON values, for storage and for ``--json``."""
        return asdict(self)
