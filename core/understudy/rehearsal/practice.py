"""The practice provider: in process, offline, without a key, and able to fail on demand.

Its answers are written, not generated, and say so. Its failing models go through the same code as a
real provider's failures, so that every fallback can be seen before the first key is bought.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError
from understudy.events import Stop, TextDelta, UsageReported
from understudy.providers.base import Availability
from understudy.rehearsal.scripts import CARRIED_ON, answer_to, language_of
from understudy.requests import Usage
from understudy.routing.rescue import shown_before
from understudy.routing.wording import what_happened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from understudy.events import ProviderEvent
    from understudy.requests import ChatRequest

STEADY: Final = "steady"
BREAKS_OFF: Final = "breaks-off"
SILENT: Final = "silent"

_FAILURES: Final = {
    "refuses": (ErrorKind.NETWORK, None, "ConnectionRefusedError", None),
    "bad-key": (ErrorKind.AUTH, 401, "invalid_api_key", None),
    "rate-limited": (ErrorKind.RATE_LIMIT, 429, "rate_limit_exceeded", 30.0),
    "overloaded": (ErrorKind.TRANSIENT, 503, "overloaded", None),
}

MODELS: Final = (STEADY, *_FAILURES, SILENT, BREAKS_OFF)

_CHUNK: Final = re.compile(r"\s*[^\s]{1,6}|\s+$")
"""About what a model's token is: a short word with the white space before it."""


class PracticeProvider:
    """A ``ChatProvider`` that is always there. ``delay`` is the seconds between two chunks."""

    id = "practice"
    name = "Practice"
    local = True
    default_model = STEADY
    models = MODELS

    def __init__(
        self,
        delay: float = 1 / 60,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._delay = delay
        self._sleep = sleep

    def availability(self) -> Availability:
        """Say that it is always available."""
        return Availability("available")

    async def list_models(self) -> tuple[str, ...]:
        """Give the one that answers and those that fail, each in its own way."""
        return MODELS

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Answer about the program, or fail as ``model`` says.

        ``breaks-off`` stops in the middle of a word and says nothing more, as a connection does
        that is lost; ``silent`` never says anything.
        """
        if model not in MODELS:
            happened = f'There is no practice model "{model}".'
            raise ProviderError(ErrorKind.MODEL_GONE, happened, status=404, code="model_not_found")
        if model in _FAILURES:
            raise _failure(model)
        if model == SILENT:
            await asyncio.get_running_loop().create_future()
        answer = rest_of_answer(request)
        chunks = _CHUNK.findall(answer[: break_in(answer)] if model == BREAKS_OFF else answer)
        for chunk in chunks:
            await self._sleep(self._delay)
            yield (TextDelta(chunk),)
        if model != BREAKS_OFF:
            yield (UsageReported(Usage(output_tokens=len(chunks))), Stop("stop"))


def rest_of_answer(request: ChatRequest) -> str:
    """Give the answer to the last question, or what a part that was handed over lacks of it."""
    shown = shown_before(request)
    asked = request.messages if shown is None else request.messages[:-2]
    question = next((turn.text for turn in reversed(asked) if turn.role == "user"), "")
    answer = answer_to(question)
    if shown is None:
        return answer
    if answer.startswith(shown):
        return answer[len(shown) :]
    return CARRIED_ON[language_of(question)]


def break_in(answer: str) -> int:
    """Where ``breaks-off`` stops: two fifths in, at the next place inside a word."""
    inside = re.compile(r"\w(?=\w)").search(answer, len(answer) * 2 // 5)
    return len(answer) // 2 if inside is None else inside.end()


def _failure(model: str) -> ProviderError:
    kind, status, code, retry_after = _FAILURES[model]
    happened = what_happened(kind, PracticeProvider.name, model, status=status)
    return ProviderError(
        kind, happened, status=status, code=code, retry_after=retry_after, model_only=True
    )
