"""Turning texts into vectors, by one model, whoever serves it.

Vectors of two models do not compare, so a fallback goes only to the same model at another provider,
and all vectors of a request are made by one of them.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, NobodyAnswered, ProviderError
from understudy.model_facts import cost_of
from understudy.requests import EmbeddingResponse
from understudy.routing.policy import Known, Moment, make_plan, next_index
from understudy.routing.route import Route, RouteEntry
from understudy.routing.trace import Attempt, Trace
from understudy.routing.verdict import Situation, decide
from understudy.routing.wording import nobody_answered, not_asked, reasons, what_happened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.model_facts import ModelFacts
    from understudy.providers.base import EmbeddingProvider
    from understudy.requests import EmbeddingRequest, Usage
    from understudy.routing.policy import Candidate, Plan
    from understudy.routing.trace import Decision, Outcome
    from understudy.routing.walk import Surroundings
    from understudy.wire.format import Vectors

RETRIES = 1
"""A request for vectors is short and costs little: it is repeated once before it goes elsewhere."""


def plan_embedding(
    request: EmbeddingRequest,
    providers: Mapping[str, EmbeddingProvider],
    order: Iterable[str],
    moment: Moment,
    *,
    private: bool = False,
) -> Plan:
    """Put those of ``order`` that have the model in order, each with its own id for it."""
    entries = [
        RouteEntry(name, own_id, retries=RETRIES)
        for name in dict.fromkeys(order)
        if name in providers
        and (own_id := providers[name].embedding_model(request.model)) is not None
    ]
    known = {
        each.id: Known(each.name, each.local, "", each.availability())
        for each in providers.values()
    }
    return make_plan(Route(request.route, tuple(entries), private=private), known, moment)


class Embedding:
    """The walk through a plan for one request; ``response`` is made once."""

    def __init__(
        self,
        request: EmbeddingRequest,
        plan: Plan,
        providers: Mapping[str, EmbeddingProvider],
        around: Surroundings,
    ) -> None:
        self._request = request
        self._plan = plan
        self._providers = providers
        self._around = around
        self._trail: list[Attempt] = []
        self._failures: list[tuple[ErrorKind, Candidate]] = []
        self._first_error: ProviderError | None = None
        self._index: int | None = 0 if plan.candidates else None
        self._attempts_here = 0
        self._waited_here = 0.0

    async def response(self) -> EmbeddingResponse:
        """Ask one after the other. Raises ``NobodyAnswered`` where none made the vectors."""
        while self._index is not None:
            candidate = self._plan.candidates[self._index]
            started, began = self._around.clock(), self._now()
            self._attempts_here += 1
            probes = self._around.health.begin(candidate.provider, candidate.model)
            try:
                vectors = await self._vectors_of(candidate)
            except ProviderError as error:
                self._around.health.release(probes)
                wait = self._failed(candidate, error, self._index, started, began)
                await self._around.sleep(wait)
                continue
            except asyncio.CancelledError:
                cancelled = ErrorKind.CANCELLED
                happened = what_happened(cancelled, candidate.provider_name)
                error = ProviderError(cancelled, happened)
                self._record(candidate, started, began, "cancelled", "stop", error=error)
                raise
            finally:
                self._around.health.release(probes)
            self._around.health.succeeded(candidate.provider, candidate.model, started)
            self._record(candidate, started, began, "answered", "done", usage=vectors.usage)
            return self._response(candidate, vectors)
        raise self._nobody()

    async def _vectors_of(self, candidate: Candidate) -> Vectors:
        request = self._request
        async with self._around.limits.slot(candidate.provider):
            self._around.limits.count(candidate.provider)
            provider = self._providers[candidate.provider]
            return await provider.embed(request.texts, candidate.model, request.dimensions)

    def _failed(
        self, candidate: Candidate, error: ProviderError, index: int, started: float, began: float
    ) -> float:
        """Charge the failure, decide what follows, and give the seconds to wait before it."""
        health = self._around.health
        health.failed(candidate.provider, candidate.model, error, local=candidate.local)
        self._failures.append((error.kind, candidate))
        self._first_error = self._first_error or error
        following = next_index(self._plan.candidates, index, self._failures, health.rest_of)
        situation = Situation(
            error.kind,
            error.retry_after,
            self._attempts_here,
            candidate.retries,
            self._waited_here,
            shown=False,
            tool_called=False,
            rescue="keep",
            somebody_left=following is not None,
        )
        verdict = decide(situation, random.random())
        self._record(candidate, started, began, "failed", verdict.decision, error=error)
        if verdict.decision == "again":
            self._waited_here += verdict.wait
        else:
            self._index = following if verdict.decision == "next" else None
            self._attempts_here, self._waited_here = 0, 0.0
        return verdict.wait

    def _record(
        self,
        candidate: Candidate,
        started: float,
        began: float,
        outcome: Outcome,
        decision: Decision,
        *,
        usage: Usage | None = None,
        error: ProviderError | None = None,
    ) -> None:
        attempt = Attempt(
            candidate.provider,
            candidate.provider_name,
            candidate.model,
            started,
            self._now() - began,
            outcome,
            decision,
            usage=usage,
            cost=None if usage is None else cost_of(usage, self._facts(candidate)),
        )
        if error is not None:
            attempt = replace(
                attempt,
                kind=error.kind,
                status=error.status,
                code=error.code,
                happened=error.happened,
                detail=error.detail,
                retry_after=error.retry_after,
            )
        self._trail.append(attempt)
        self._around.attempted(attempt)

    def _response(self, candidate: Candidate, vectors: Vectors) -> EmbeddingResponse:
        return EmbeddingResponse(
            vectors.vectors, candidate.provider, candidate.model, vectors.usage, self._trace()
        )

    def _facts(self, candidate: Candidate) -> ModelFacts:
        return self._around.facts_of(candidate.provider, candidate.model)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _trace(self) -> Trace:
        return Trace(self._plan.route, tuple(self._trail))

    def _nobody(self) -> NobodyAnswered:
        now = self._around.clock()
        trace = self._trace()
        skipped = tuple(
            (skip.provider, not_asked(skip.why, skip.until, now)) for skip in self._plan.skipped
        )
        told = reasons(trace.attempts, skipped)
        if not told:
            model = self._request.model
            return NobodyAnswered(
                None,
                trace,
                (),
                happened=f"Nobody here makes vectors with {model}.",
                did="Nobody was asked: vectors of another model would not compare.",
                can_do="Set up a provider that has this model.",
            )
        return nobody_answered(self._first_error, trace, told)
