"""One answer on its way: from candidate to candidate until it is whole."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.errors import AnswerInterrupted, ProviderError
from understudy.events import Finished, HandedOver, RouteChosen, TextDelta
from understudy.requests import Usage
from understudy.routing.attempt import Asking
from understudy.routing.policy import Situation, decide, next_index
from understudy.routing.rescue import Seam, continuation, shown_before
from understudy.routing.trace import Trace
from understudy.routing.wording import nobody_answered, not_asked, reasons

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

    from understudy.errors import ErrorKind, NobodyAnswered
    from understudy.events import StreamEvent
    from understudy.providers.base import ChatProvider
    from understudy.requests import ChatRequest
    from understudy.routing.health import Health
    from understudy.routing.limits import Limits
    from understudy.routing.policy import Candidate, Plan, Verdict
    from understudy.routing.route import Rescue
    from understudy.routing.trace import Attempt


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all answers of a router share."""

    providers: Mapping[str, ChatProvider]
    health: Health
    limits: Limits
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    idle_within: float
    attempted: Callable[[Attempt], None]


class Answer:
    """The walk through a plan for one request; ``events`` is made once.

    ``trail`` grows by every attempt as it ends, those that the caller cancelled included.
    """

    def __init__(
        self,
        request: ChatRequest,
        plan: Plan,
        rescue: Rescue,
        around: Surroundings,
        trail: list[Attempt],
    ) -> None:
        self._request = request
        self._plan = plan
        self._rescue: Rescue = rescue
        self._around = around
        self._trail = trail
        self._loop = asyncio.get_running_loop()
        self._index: int | None = 0 if plan.candidates else None
        self._attempts_here = 0
        self._waited_here = 0.0
        self._before = shown_before(request) or ""
        self._shown: list[str] = []
        self._tool_called = False
        self._last_word = self._loop.time()
        self._first_error: ProviderError | None = None
        self._failures: list[tuple[ErrorKind, Candidate]] = []
        self._replaced: Attempt | None = None
        self._probes: tuple[tuple[str, str], ...] = ()

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Everything that happens, in order. Raises ``NobodyAnswered`` where it does not finish."""
        answered: Asking | None = None
        while answered is None and self._index is not None:
            candidate = self._plan.candidates[self._index]
            wait = 0.0
            async with self._around.limits.slot(candidate.provider):
                asking = self._begin(candidate)
                if asking is None:
                    self._go_to(self._after(self._index))
                    continue
                try:
                    yield self._route_chosen(candidate)
                    async with aclosing(asking.batches(self._asked())) as batches:
                        async for batch in batches:
                            if self._replaced is not None and asking.first_token is not None:
                                yield self._handed_over(candidate)
                            for event in batch:
                                if type(event) is TextDelta:
                                    self._shown.append(event.text)
                                yield event
                            self._last_word = asking.last_word
                    self._succeeded(asking)
                    answered = asking
                except ProviderError as error:
                    wait = self._failed(asking, error, self._index)
                except (asyncio.CancelledError, GeneratorExit):
                    self._cancelled(asking)
                    raise
            if wait:
                await self._around.sleep(wait)
        if answered is None:
            raise self._nobody()
        if self._replaced is not None:
            yield self._handed_over(answered.candidate)
        yield self._finished(answered)

    def _begin(self, candidate: Candidate) -> Asking | None:
        """Set an attempt up; ``None`` where the candidate may no longer be asked.

        The wait in its queue may have been long: it may rest by now, or be unregistered. A retry is
        this answer's own, and goes on whatever its failures did to the provider's health.
        """
        around = self._around
        provider = around.providers.get(candidate.provider)
        resting = around.health.rest_of(candidate.provider, candidate.model)
        if provider is None or (resting and not self._attempts_here):
            return None
        self._probes = around.health.begin(candidate.provider, candidate.model)
        self._attempts_here += 1
        return Asking(
            candidate,
            provider,
            self._loop,
            started_at=around.clock(),
            idle_within=around.idle_within,
            seam=Seam(self._before + "".join(self._shown)) if self._shown else None,
        )

    def _asked(self) -> ChatRequest:
        """Give the request itself, or the one for the rest of what is shown already."""
        if not self._shown:
            return self._request
        return continuation(self._request, "".join(self._shown))

    def _route_chosen(self, candidate: Candidate) -> RouteChosen:
        return RouteChosen(
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            candidate.first_token_within,
            len(self._trail) + 1,
        )

    def _handed_over(self, candidate: Candidate) -> HandedOver:
        failed, self._replaced = self._replaced, None
        assert failed is not None
        length = sum(map(len, self._shown))
        return HandedOver(
            failed,
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            mid_answer=length > 0,
            text_length=length,
            pause=self._loop.time() - self._last_word,
        )

    def _finished(self, asking: Asking) -> Finished:
        assert asking.stop is not None
        return Finished(
            asking.candidate.provider,
            asking.candidate.model,
            asking.stop.reason,
            asking.usage or Usage(),
            self._trace(),
        )

    def _succeeded(self, asking: Asking) -> None:
        candidate = asking.candidate
        self._around.health.succeeded(candidate.provider, candidate.model, asking.started_at)
        self._record(asking.as_attempt("answered", "done"))

    def _cancelled(self, asking: Asking) -> None:
        self._record(asking.cancelled())

    def _failed(self, asking: Asking, error: ProviderError, index: int) -> float:
        """Charge the failure, decide what follows, and give the seconds to wait before it."""
        candidate = asking.candidate
        health = self._around.health
        health.release(self._probes)
        health.failed(candidate.provider, candidate.model, error, local=candidate.local)
        self._failures.append((error.kind, candidate))
        following = self._after(index)
        self._tool_called = self._tool_called or asking.tool_called
        self._first_error = self._first_error or error
        situation = Situation(
            error.kind,
            error.retry_after,
            self._attempts_here,
            candidate.retries,
            self._waited_here,
            shown=bool(self._shown),
            tool_called=self._tool_called,
            rescue=self._rescue,
            somebody_left=following is not None,
        )
        verdict = decide(situation, random.random())
        attempt = asking.as_attempt("failed", verdict.decision, error)
        self._record(attempt)
        self._follow(verdict, attempt, following)
        return verdict.wait

    def _follow(self, verdict: Verdict, attempt: Attempt, following: int | None) -> None:
        if verdict.decision == "again":
            self._waited_here += verdict.wait
            return
        self._replaced = self._replaced or attempt
        self._go_to(None if verdict.decision == "stop" else following)

    def _after(self, index: int) -> int | None:
        rest_of = self._around.health.rest_of
        return next_index(self._plan.candidates, index, self._failures, rest_of)

    def _go_to(self, index: int | None) -> None:
        self._index = index
        self._attempts_here = 0
        self._waited_here = 0.0

    def _record(self, attempt: Attempt) -> None:
        self._around.health.release(self._probes)
        self._trail.append(attempt)
        self._around.attempted(attempt)

    def _trace(self) -> Trace:
        return Trace(self._plan.route, tuple(self._trail))

    def _nobody(self) -> NobodyAnswered:
        """Compose the error of an answer that did not come, or did not come to its end."""
        trace = self._trace()
        told = reasons(trace.attempts, self._not_asked())
        if self._shown or self._tool_called:
            return AnswerInterrupted(self._first_error, trace, told, "".join(self._shown))
        return nobody_answered(self._first_error, trace, told)

    def _not_asked(self) -> tuple[tuple[str, str], ...]:
        now = self._around.clock()
        skipped = [
            (skip.provider, not_asked(skip.why, skip.until, now)) for skip in self._plan.skipped
        ]
        for candidate in self._plan.candidates:
            rest = self._around.health.rest_of(candidate.provider, candidate.model)
            if rest is not None:
                why = not_asked(rest.why(candidate.provider_name), rest.until, now)
                skipped.append((candidate.provider, why))
        return tuple(skipped)
