"""One provider asked once."""

from __future__ import annotations

import logging
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    AllowanceReported,
    CitationFound,
    ModelLoading,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.model_facts import cost_of
from understudy.requests import Usage
from understudy.routing.clocks import AnswerClock
from understudy.routing.ordering import NOTHING_KNOWN
from understudy.routing.trace import Attempt
from understudy.routing.wording import broke_off, what_happened

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Callable, Sequence

    from understudy.events import ProviderEvent
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ChatProvider
    from understudy.requests import ChatRequest
    from understudy.routing.policy import Candidate
    from understudy.routing.rescue import Seam
    from understudy.routing.trace import Decision, Outcome

Delivered: TypeAlias = (
    TextDelta | ReasoningDelta | ToolCallDelta | CitationFound | ModelLoading | UsageReported
)

ASLEEP: Final = 5.0
"""Seconds by which the clocks may differ for other reasons: somebody sets the time."""

CHARACTERS_A_TOKEN: Final = 4

_log = logging.getLogger(__name__)


class Asking:
    """An attempt under way: what it delivered so far, and how it ended.

    ``started_at`` is seconds since the epoch; ``began`` and ``last_word`` are the loop's time.
    ``prefilled``: it was asked to go on from the part that was shown, as if it had written it.
    ``tokens`` is about how much it reads, ``facts`` has the model's prices. ``note`` is told what
    the provider still lets through.
    """

    __slots__ = (
        "_clock",
        "_facts",
        "_loop",
        "_note",
        "_provider",
        "_seam",
        "_tokens",
        "began",
        "candidate",
        "characters",
        "first_token",
        "last_word",
        "prefilled",
        "started_at",
        "stop",
        "tool_called",
        "usage",
    )

    def __init__(
        self,
        candidate: Candidate,
        provider: ChatProvider,
        loop: asyncio.AbstractEventLoop,
        *,
        started_at: float,
        idle_within: float,
        total_within: float | None = None,
        seam: Seam | None = None,
        prefilled: bool = False,
        tokens: int = 0,
        facts: ModelFacts = NOTHING_KNOWN,
        note: Callable[[str, str, AllowanceReported], None] | None = None,
    ) -> None:
        self.candidate = candidate
        self.started_at = started_at
        self.began = self.last_word = loop.time()
        self.characters = 0
        self.first_token: float | None = None
        self.stop: Stop | None = None
        self.tool_called = False
        self.usage: Usage | None = None
        self._provider = provider
        self._loop = loop
        self._seam = seam
        self.prefilled = prefilled
        self._note = note
        self._tokens = tokens
        self._facts = facts
        self._clock = AnswerClock(
            loop,
            candidate.provider_name,
            candidate.first_token_within,
            idle_within,
            total_within,
        )

    async def batches(self, request: ChatRequest) -> AsyncGenerator[Sequence[Delivered], None]:
        """Ask, and yield what is to be shown. Raises ``ProviderError``; closing it hangs up.

        What fails after the answer was whole takes nothing from it.
        """
        failure: ProviderError | None = None
        try:
            async with aclosing(self._provider.stream(request, self.candidate.model)) as stream:
                while (batch := await self._clock.next(stream)) is not None:
                    delivered = self._take(batch)
                    if delivered:
                        yield delivered
        except ProviderError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - one provider's bug must not cost the answer
            failure = self._bug(error)
        finally:
            self._clock.close()
        if self.stop is None:  # what the seam still holds stands in the text already
            raise failure or self._own(ErrorKind.INTERRUPTED)
        held = "" if self._seam is None else self._seam.close()
        if held:
            yield (TextDelta(held),)

    def _take(self, batch: Sequence[ProviderEvent]) -> list[Delivered]:
        """Note what a batch brings, and give what of it is to be shown."""
        delivered: list[Delivered] = []
        spoke = False
        for event in batch:
            match event:
                case TextDelta(text):
                    spoke = spoke or bool(text)
                    self._words(event, delivered)
                case ReasoningDelta(text):
                    spoke = spoke or bool(text)
                    if text or event.signature:
                        delivered.append(event)
                case ToolCallDelta():
                    spoke = self.tool_called = True
                    delivered.append(event)
                case UsageReported(usage):
                    self.usage = usage
                    delivered.append(event)
                case CitationFound():
                    delivered.append(event)
                case ModelLoading():
                    self._clock.loading(event.within)
                    delivered.append(event)
                case AllowanceReported():
                    if self._note is not None:
                        self._note(self.candidate.provider, self.candidate.model, event)
                case Stop():
                    self.stop = event
        if spoke:
            self._spoke()
        if self.stop is not None:
            self._clock.ended()
        return delivered

    def _words(self, event: TextDelta, delivered: list[Delivered]) -> None:
        self.characters += len(event.text)
        if self._seam is not None:
            event = TextDelta(self._seam.feed(event.text))
        if event.text:
            delivered.append(event)

    def _spoke(self) -> None:
        self.last_word = self._loop.time()
        self._clock.content()
        if self.first_token is None:
            self.first_token = self.last_word - self.began

    def _bug(self, error: Exception) -> ProviderError:
        """Turn an exception that no provider should raise into a failure of this attempt.

        Its text is not logged: it may hold words of the conversation.
        """
        name = type(error).__name__
        _log.error("Provider %s raised %s", self.candidate.provider, name)
        happened = f"{self.candidate.provider_name} failed inside Understudy ({name})."
        failure = ProviderError(ErrorKind.TRANSIENT, happened, code=name)
        failure.__cause__ = error
        return failure

    def _own(self, kind: ErrorKind) -> ProviderError:
        return ProviderError(kind, what_happened(kind, self.candidate.provider_name))

    def slept(self, now: float) -> bool:
        """Tell whether the computer was asleep since the attempt began; ``now`` as ``started_at``.

        The clock on the wall goes on then, and the loop's stands.
        """
        return now - self.started_at - (self._loop.time() - self.began) > ASLEEP

    def lost_race(self, winner: str) -> Attempt:
        """Give the record of an attempt that was hung up on because another was faster."""
        name = self.candidate.provider_name
        error = ProviderError(
            ErrorKind.CANCELLED, f"{name} was slower than {winner}.", code="lost_race"
        )
        return self.as_attempt("cancelled", "next", error)

    def cancelled(self) -> Attempt:
        """Give the record of an attempt that the caller stopped."""
        return self.as_attempt("cancelled", "stop", self._own(ErrorKind.CANCELLED))

    def as_attempt(
        self, outcome: Outcome, decision: Decision, error: ProviderError | None = None
    ) -> Attempt:
        """Give its record for the trace."""
        duration = self._loop.time() - self.began
        candidate = self.candidate
        attempt = Attempt(
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            self.started_at,
            duration,
            outcome,
            decision,
            first_token=self.first_token,
            characters=self.characters,
            usage=self.usage,
            cost=None if self.usage is None else cost_of(self.usage, self._facts),
        )
        if self.usage is None and self.first_token is not None:
            cost = cost_of(self._estimate(), self._facts)
            attempt = replace(attempt, cost=cost, estimated=cost is not None)
        return attempt if error is None else self._with_error(attempt, error)

    def _estimate(self) -> Usage:
        """Count what was read and written where the provider did not come to count it."""
        return Usage(self._tokens, self.characters // CHARACTERS_A_TOKEN)

    def _with_error(self, attempt: Attempt, error: ProviderError) -> Attempt:
        kind, name, status = error.kind, attempt.provider_name, error.status
        said = error.happened or what_happened(kind, name, attempt.model, status=status)
        happened = said if self.first_token is None else broke_off(kind, name, status=status)
        return replace(
            attempt,
            kind=error.kind,
            status=error.status,
            code=error.code,
            happened=happened,
            detail=error.detail or ("" if said == happened else said),
            retry_after=error.retry_after,
        )
