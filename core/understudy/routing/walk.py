"""The walk through a plan for one request: what came of each attempt, and what follows."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from understudy.errors import AnswerInterrupted, ErrorKind, ProviderError
from understudy.events import Finished, HandedOver, RouteChosen, TextDelta
from understudy.requests import Usage
from understudy.routing.attempt import Asking
from understudy.routing.policy import next_index
from understudy.routing.rescue import Seam, continuation, shown_before
from understudy.routing.rules import rules_with
from understudy.routing.trace import Trace
from understudy.routing.verdict import Situation, decide
from understudy.routing.wording import nobody_answered, not_asked, reasons

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from understudy.errors import NobodyAnswered
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ChatProvider
    from understudy.requests import ChatRequest
    from understudy.routing.allowances import Allowances
    from understudy.routing.attempt import Delivered
    from understudy.routing.health import Health
    from understudy.routing.limits import Limits
    from understudy.routing.needs import Needs
    from understudy.routing.network import NetworkSense
    from understudy.routing.pace import Pace
    from understudy.routing.policy import Bar, Candidate, Plan
    from understudy.routing.route import Route
    from understudy.routing.trace import Attempt
    from understudy.routing.verdict import Verdict
    from understudy.routing.warmth import Warmth

_BY_SLEEP: Final = frozenset(
    {
        ErrorKind.NETWORK,
        ErrorKind.INTERRUPTED,
        ErrorKind.IDLE_TIMEOUT,
        ErrorKind.FIRST_TOKEN_TIMEOUT,
    }
)
"""What a computer finds that wakes up in the middle of an answer."""
UNUSUAL: Final = 1.1
"""How much slower than nineteen of twenty an answer is before a race begins."""
_NOT_REACHED: Final = frozenset({ErrorKind.NETWORK})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all answers of a router share."""

    providers: Mapping[str, ChatProvider]
    health: Health
    limits: Limits
    pace: Pace
    allowances: Allowances
    warmth: Warmth
    network: NetworkSense
    bar_of: Callable[[str], Bar | None]
    facts_of: Callable[[str, str], ModelFacts]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    idle_within: float
    attempted: Callable[[Attempt], None]


class Walk:
    """Where a request stands in its plan.

    ``index`` is the candidate whose turn it is, ``None`` where nobody is left; ``shown`` the words
    that were delivered, ``answered`` the attempt that ended well. ``replaced`` is the attempt that
    somebody else is taking over from, until that was told. ``trail`` grows by every attempt as it
    ends, those that the caller cancelled included.
    """

    def __init__(
        self,
        request: ChatRequest,
        plan: Plan,
        route: Route,
        needs: Needs,
        around: Surroundings,
        trail: list[Attempt],
    ) -> None:
        self._request = request
        self._needs = needs
        self.plan = plan
        self._route = route
        self._rules = rules_with(route.rules)
        self._around = around
        self._trail = trail
        self._loop = asyncio.get_running_loop()
        self.index: int | None = 0 if plan.candidates else None
        self._attempts_here = 0
        self._waited_here = 0.0
        self._before = shown_before(request) or ""
        self.shown: list[str] = []
        self._earlier = ""
        self._starts_anew = False
        self._no_prefill: set[int] = set()
        self._tool_called = False
        self.last_word = self._loop.time()
        self._first_error: ProviderError | None = None
        self._failures: list[tuple[ErrorKind, Candidate]] = []
        self.replaced: Attempt | None = None
        self._probes: dict[int, tuple[tuple[str, str], ...]] = {}
        self.answered: Asking | None = None

    def hedge_after(self) -> float | None:
        """Seconds after which the next is asked as well; ``None`` where this is no race."""
        if self._route.strategy != "race" or self.index is None:
            return None
        if self.shown or self._attempts_here or self._tool_called:
            return None
        following = self.after(self.index)
        if following is None:
            return None
        price = self.plan.candidates[following].expected_cost
        if price is None or price > self._route.race_cap:
            return None
        first = self.plan.candidates[self.index]
        usual = self._around.pace.p95(first.provider, first.model)
        return None if usual is None else usual * UNUSUAL

    def take(self, batch: Sequence[Delivered], asking: Asking) -> None:
        """Note what is being shown."""
        for event in batch:
            if type(event) is TextDelta:
                self.shown.append(event.text)
        self.last_word = asking.last_word

    def lost(self, asking: Asking, index: int, winner: str, *, replaced: bool) -> None:
        """Note that an attempt was hung up on because another was faster."""
        attempt = asking.lost_race(winner)
        if replaced:
            self.replaced = self.replaced or attempt
        self.record(attempt, index)

    @property
    def background(self) -> bool:
        """Whether nobody is waiting for this answer."""
        return self._request.background

    def cancelled(self, asking: Asking, index: int) -> None:
        """Note that the caller stopped an attempt."""
        self.record(asking.cancelled(), index)

    def begin(self, index: int) -> Asking | None:
        """Set an attempt up; ``None`` where the candidate may no longer be asked.

        The wait in its queue may have been long: it may rest by now, or be unregistered. A retry is
        this answer's own, and goes on whatever its failures did to the provider's health.
        """
        around, candidate = self._around, self.plan.candidates[index]
        provider = around.providers.get(candidate.provider)
        resting = around.health.rest_of(candidate.provider, candidate.model)
        barred = around.bar_of(candidate.provider)
        if provider is None or ((resting or barred) and not self._attempts_here):
            return None
        self._probes[index] = around.health.begin(candidate.provider, candidate.model)
        self._attempts_here += 1
        around.limits.count(candidate.provider)
        around.allowances.spend(candidate.provider, candidate.model, self._needs)
        idle = self._route.idle_within
        return Asking(
            candidate,
            provider,
            self._loop,
            started_at=around.clock(),
            idle_within=around.idle_within if idle is None else idle,
            total_within=self._route.total_within,
            seam=Seam(self._before + "".join(self.shown)) if self.shown else None,
            prefilled=bool(self.shown) and self._prefills(index),
            tokens=self._needs.tokens,
            facts=around.facts_of(candidate.provider, candidate.model),
            note=around.allowances.note,
        )

    def _prefills(self, index: int) -> bool:
        return self.plan.candidates[index].prefill and index not in self._no_prefill

    def asked(self, index: int) -> ChatRequest:
        """Give the request itself, or the one for the rest of what is shown already."""
        if not self.shown:
            return self._request
        shown = "".join(self.shown)
        return continuation(self._request, shown, prefill=self._prefills(index))

    def route_chosen(self, candidate: Candidate) -> RouteChosen:
        """Tell that an attempt begins."""
        return RouteChosen(
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            candidate.first_token_within,
            len(self._trail) + 1,
        )

    def handed_over(self, candidate: Candidate) -> HandedOver:
        """Tell who takes over from whom, once."""
        failed, self.replaced = self.replaced, None
        assert failed is not None
        anew, self._starts_anew = self._starts_anew, False
        length = len(self._earlier) if anew else sum(map(len, self.shown))
        return HandedOver(
            failed,
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            mid_answer=length > 0,
            text_length=length,
            pause=self._loop.time() - self.last_word,
            anew=anew,
        )

    def finished(self, asking: Asking) -> Finished:
        """Tell that the answer is whole."""
        assert asking.stop is not None
        return Finished(
            asking.candidate.provider,
            asking.candidate.model,
            asking.stop.reason,
            asking.usage or Usage(),
            self._trace(),
        )

    def succeeded(self, asking: Asking, index: int) -> None:
        """Note an attempt that ended well."""
        around, candidate = self._around, asking.candidate
        provider, model = candidate.provider, candidate.model
        around.health.succeeded(provider, model, asking.started_at)
        around.network.reached(provider, local=candidate.local)
        if asking.first_token is not None:
            around.pace.note(provider, model, asking.first_token)
        if asking.usage is not None and asking.usage.input_tokens is not None:
            around.warmth.note(self._request.messages, provider, model, asking.usage.input_tokens)
        self.answered = asking
        self.record(asking.as_attempt("answered", "done"), index)

    def failed(self, asking: Asking, error: ProviderError, index: int) -> float:
        """Charge the failure, decide what follows, and give the seconds to wait before it."""
        candidate = asking.candidate
        slept = error.kind in _BY_SLEEP and asking.slept(self._around.clock())
        if asking.prefilled and error.kind is ErrorKind.BAD_REQUEST:
            return self._without_prefill(asking, error, index)
        error = self._charge(candidate, error, index, slept=slept)
        self._failures.append((error.kind, candidate))
        following = self.after(index)
        self._tool_called = self._tool_called or asking.tool_called
        self._first_error = self._first_error or error
        situation = Situation(
            error.kind,
            error.retry_after,
            self._attempts_here,
            candidate.retries,
            self._waited_here,
            shown=bool(self.shown),
            tool_called=self._tool_called,
            rescue=self._route.rescue,
            somebody_left=following is not None,
            slept=slept,
        )
        verdict = decide(situation, random.random(), self._rules)
        attempt = asking.as_attempt("failed", verdict.decision, error)
        self.record(attempt, index)
        self._follow(verdict, attempt, following)
        return verdict.wait

    def _charge(
        self, candidate: Candidate, error: ProviderError, index: int, *, slept: bool
    ) -> ProviderError:
        """Charge a failure to whoever is to blame; gives what it comes down to."""
        around = self._around
        around.health.release(self._probes.pop(index, ()))
        if slept:
            return error
        unreached = around.network.failed(candidate.provider, error, local=candidate.local)
        if unreached:
            for provider in unreached:
                around.health.lift(provider, _NOT_REACHED)
            happened = (
                f"This computer seems to be offline: {candidate.provider_name} was not reached."
            )
            return ProviderError(ErrorKind.OFFLINE, happened, code=error.code)
        around.health.failed(candidate.provider, candidate.model, error, local=candidate.local)
        return error

    def _without_prefill(self, asking: Asking, error: ProviderError, index: int) -> float:
        """Ask once more, with the part handed over in words: the refusal is of our own making."""
        self._no_prefill.add(index)
        self._attempts_here -= 1
        self.record(asking.as_attempt("failed", "again", error), index)
        return 0.0

    def _follow(self, verdict: Verdict, attempt: Attempt, following: int | None) -> None:
        if verdict.decision == "again":
            self._waited_here += verdict.wait
            return
        self.replaced = self.replaced or attempt
        if verdict.decision == "restart":
            self._earlier, self.shown = "".join(self.shown), []
            self._starts_anew = True
        self.go_to(None if verdict.decision == "stop" else following)

    def after(self, index: int) -> int | None:
        """Find who would be asked after ``index``, as things stand."""
        rest_of = self._around.health.rest_of
        return next_index(self.plan.candidates, index, self._failures, rest_of, self._rules)

    def go_to(self, index: int | None) -> None:
        """Make it the turn of ``index``."""
        self.index = index
        self._attempts_here = 0
        self._waited_here = 0.0

    def record(self, attempt: Attempt, index: int) -> None:
        """Put an attempt into the trail."""
        self._around.health.release(self._probes.pop(index, ()))
        self._trail.append(attempt)
        self._around.attempted(attempt)

    def _trace(self) -> Trace:
        return Trace(self.plan.route, tuple(self._trail))

    def nobody(self) -> NobodyAnswered:
        """Compose the error of an answer that did not come, or did not come to its end."""
        trace = self._trace()
        told = reasons(trace.attempts, self._not_asked())
        shown = "".join(self.shown) or self._earlier
        if shown or self._tool_called:
            return AnswerInterrupted(self._first_error, trace, told, shown)
        return nobody_answered(self._first_error, trace, told)

    def _not_asked(self) -> tuple[tuple[str, str], ...]:
        now = self._around.clock()
        skipped = [
            (skip.provider, not_asked(skip.why, skip.until, now)) for skip in self.plan.skipped
        ]
        for candidate in self.plan.candidates:
            rest = self._around.health.rest_of(candidate.provider, candidate.model)
            if rest is not None:
                why = not_asked(rest.why(candidate.provider_name), rest.until, now)
                skipped.append((candidate.provider, why))
        return tuple(skipped)
