"""Plays faults in place of real providers: what is answered to each request, whoever carries it.

A ``Place`` stands for one provider and model of the route. It does not know whether its replies go
over a socket (``on_sockets``) or are handed over (``in_process``): both play the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from understudy.rehearsal.fault import openai_error
from understudy.rehearsal.speech import ANSWER, SPEECH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.rehearsal.fault import Behind, Fault, Reply
    from understudy.wire.format import WireName

REPEATED: Final = 24
"""Characters that a model says once more where it ``repeats``."""

_MODELS: Final = frozenset({"assistant", "model"})
_PREFILL_REFUSED: Final = openai_error(
    400,
    "This model does not support assistant message prefill. The conversation must end with a user "
    "message.",
    "invalid_request_error",
)


@dataclass(eq=False, slots=True)
class Place:
    """One provider and model, as the stage plays it; healthy where it has no ``fault``.

    ``own_wire`` is one of ``SPEECH``. ``began`` is the loop's time at the first question.
    ``requests`` counts what has reached it.
    """

    own_wire: WireName
    began: float = 0.0
    fault: Fault | None = None
    behind: Behind = "answers"
    requests: int = 0
    failures: int = 0

    @property
    def wire(self) -> WireName:
        """The format that it speaks: the fault's, which may be another provider's than its own."""
        return self.own_wire if self.fault is None else self.fault.wire

    def reply_to(self, body: object, now: float) -> Reply:
        """Choose the answer to a request with this JSON body, at this time of the loop."""
        reply = self._fails(now) or self._answers(body)
        self.requests += reply.is_heard
        return reply

    def _fails(self, now: float) -> Reply | None:
        fault = self.fault
        if fault is None or not self._is_down(fault, now - self.began):
            return None
        self.failures += 1
        if fault.recovers and self.failures > len(fault.replies):
            return None
        return fault.replies[min(self.failures, len(fault.replies)) - 1]

    def _is_down(self, fault: Fault, now: float) -> bool:
        return not fault.outages or any(begin <= now < end for begin, end in fault.outages)

    def _answers(self, body: object) -> Reply:
        """Say what is left of the known answer to say."""
        if self.behind == "refuses-prefill" and is_prefilled(body):
            return _PREFILL_REFUSED
        shown = len(shown_in(body))
        if shown and self.behind == "repeats":
            shown = max(0, shown - REPEATED)
        return SPEECH[self.wire].whole(ANSWER[shown:])


class Stage(Protocol):
    """Somewhere to play, once and within ``async with``."""

    async def __aenter__(self) -> Self:
        """Set up."""
        ...

    async def __aexit__(self, *error: object) -> None:
        """Take down, with whatever is still open."""
        ...

    def provider(self, place: Place, row: ProviderRow) -> HttpProvider:
        """Make the provider whose server is ``place``."""
        ...


def shown_in(body: object) -> str:
    """Find the part of the known answer that a request hands over to be carried on.

    In whatever format: it is the longest text in the body that the answer begins with.
    """
    begun = (text for text in _texts(body) if text and ANSWER.startswith(text))
    return max(begun, key=len, default="")


def is_prefilled(body: object) -> bool:
    """Tell whether a request ends with an answer that was begun, as several models refuse."""
    given = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    turns = given.get("messages") or given.get("contents") or given.get("input")
    if not isinstance(turns, list) or not turns:
        return False
    last: Any = cast("list[Any]", turns)[-1]
    return isinstance(last, dict) and cast("dict[str, Any]", last).get("role") in _MODELS


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in cast("dict[str, object]", value).values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)
