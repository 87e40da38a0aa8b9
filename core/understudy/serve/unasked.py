"""Why somebody was not asked, as far as that decides what a client is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind
from understudy.serve.failures import Unasked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.requests import ChatRequest
    from understudy.routing.policy import Skipped
    from understudy.routing.router import Router

_AMOUNTS_TO: Final[Mapping[str, ErrorKind]] = {
    "too-small": ErrorKind.CONTEXT,
    "over-budget": ErrorKind.QUOTA,
    "own-limit": ErrorKind.RATE_LIMIT,
}


def unasked(router: Router, request: ChatRequest, now: float) -> Unasked:
    """Tell who would not be asked just now, and, where nobody would be, until when."""
    plan = router.plan(request)
    resting = {status.provider: status.kind for status in router.statuses()}
    kinds = (_kind(skipped, resting) for skipped in plan.skipped)
    ends = [skipped.until for skipped in plan.skipped if skipped.until is not None]
    seconds = min(ends) - now if ends and not plan.candidates else None
    return Unasked(frozenset(kind for kind in kinds if kind is not None), seconds)


def _kind(skipped: Skipped, resting: Mapping[str, ErrorKind | None]) -> ErrorKind | None:
    if skipped.reason == "cooling":
        return resting.get(skipped.provider)
    return _AMOUNTS_TO.get(skipped.reason)
