"""One fault in one route: stand-ins for its providers, of which some meet the fault."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from understudy.errors import AnswerInterrupted, NobodyAnswered, UsageError
from understudy.events import HandedOver, ReasoningDelta, TextDelta, ToolCallDelta
from understudy.messages import Message
from understudy.providers.model_table import facts_of
from understudy.rehearsal.clock import wall_clock
from understudy.rehearsal.speech import spoken
from understudy.rehearsal.stage import Place
from understudy.rehearsal.stand_in import StandIn
from understudy.requests import ChatRequest, Tool
from understudy.routing.clocks import DEFAULT_IDLE
from understudy.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.rehearsal.fault import Fault
    from understudy.rehearsal.stage import Stage
    from understudy.routing.policy import Candidate, Skipped
    from understudy.routing.route import Route
    from understudy.routing.trace import Attempt

QUESTION = "What does an understudy do?"
_CONTENT = (TextDelta, ReasoningDelta, ToolCallDelta)
_TOOL = Tool("open_curtain", "Open the curtain.", {"type": "object", "properties": {}})


class Who(NamedTuple):
    """A provider's id and the model that is asked there."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}" if self.model else self.provider


@dataclass(frozen=True, slots=True)
class Terms:
    """What the route goes by beside itself: what is known of models, and the clock of silence."""

    facts: Callable[[str, str], ModelFacts] = facts_of
    idle_within: float = DEFAULT_IDLE


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one question. Times are seconds; ``first_word`` is ``None`` where none came."""

    text: str
    finished: bool
    trail: tuple[Attempt, ...]
    first_word: float | None
    duration: float


@dataclass(frozen=True, slots=True)
class Run:
    """A fault as it went.

    ``order`` is who would be asked, ``skipped`` who would not, ``met_by`` whom the fault met.
    ``requests`` counts what reached each, ``rests`` says for how many seconds each was put to rest:
    0 for not, infinite until its key is replaced.
    """

    order: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]
    met_by: tuple[Who, ...]
    heard: tuple[Heard, ...]
    requests: Mapping[Who, int]
    rests: Mapping[Who, float]


async def run(
    fault: Fault,
    route: Route,
    rows: Mapping[str, ProviderRow],
    stage: Stage,
    terms: Terms,
    *,
    all_but_last: bool = False,
) -> Run:
    """Ask through ``route`` while the first of it, or all but the last, meet ``fault``.

    Needs a loop on virtual time. Raises ``UsageError`` where nobody in the route can be asked.
    """
    places: dict[Who, Place] = {}
    router = _router(fault, route, rows, stage, terms, places)
    request = _request(route, fault)
    plan = router.plan(request)
    order = plan.candidates
    if not order:
        raise UsageError(
            f'Nobody in the route "{route.name}" can be asked.',
            "Nothing was rehearsed.",
            "Add a provider to it, or switch one on.",
        )
    met_by = _met_by(fault, order, all_but_last=all_but_last)
    began = asyncio.get_running_loop().time()
    for each in order:
        who = Who(each.provider, each.model)
        place = places.setdefault(who, Place(spoken(rows[each.provider].wire), began))
        place.fault = fault if who in met_by else None
        place.behind = fault.behind
    heard = [each async for each in _asked(router, request, fault)]
    return Run(
        order,
        plan.skipped,
        met_by,
        tuple(heard),
        {who: place.requests for who, place in places.items()},
        _rests(router, request, heard),
    )


def _router(
    fault: Fault,
    route: Route,
    rows: Mapping[str, ProviderRow],
    stage: Stage,
    terms: Terms,
    places: Mapping[Who, Place],
) -> Router:
    def upstream(row: ProviderRow, model: str) -> HttpProvider:
        return stage.provider(places[Who(row.id, model)], row)

    def facts(provider: str, model: str) -> ModelFacts:
        known = terms.facts(provider, model)
        prefills = fault.behind == "refuses-prefill"  # though it is said to do it
        return replace(known, prefill=True) if prefills else known

    router = Router(clock=wall_clock, idle_within=terms.idle_within)
    for provider in dict.fromkeys(entry.provider for entry in route.entries):
        if provider in rows:
            router.register_chat_provider(StandIn(rows[provider], upstream, facts))
    router.set_route(route)
    return router


def _request(route: Route, fault: Fault) -> ChatRequest:
    tools = (_TOOL,) if fault.tools else ()
    return ChatRequest((Message.user(QUESTION),), route.name, tools=tools)


def _met_by(fault: Fault, order: tuple[Candidate, ...], *, all_but_last: bool) -> tuple[Who, ...]:
    """Name whom the fault meets: who is asked, all of its provider, or all behind the network."""
    asked = order[:-1] if all_but_last and len(order) > 1 else order[:1]
    providers = {each.provider for each in asked} if fault.whole_provider else set[str]()
    if fault.everywhere:
        asked = tuple(each for each in order if not each.local)
    return tuple(
        Who(each.provider, each.model)
        for each in order
        if each in asked or each.provider in providers
    )


async def _asked(router: Router, request: ChatRequest, fault: Fault) -> AsyncIterator[Heard]:
    """Ask the fault's questions, each at its time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(fault.questions):
        await asyncio.sleep(began + number * fault.every - loop.time())
        yield await ask(router, request)


async def ask(router: Router, request: ChatRequest) -> Heard:
    """Ask once and hear the answer to its end, whatever it is."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    trail: list[Attempt] = []
    words: list[str] = []
    first: float | None = None
    finished = False
    try:
        async with aclosing(router.stream(request, trail=trail)) as events:
            async for event in events:
                if first is None and isinstance(event, _CONTENT):
                    first = loop.time() - began
                match event:
                    case TextDelta(text):
                        words.append(text)
                    case HandedOver(anew=True):
                        words.clear()
                    case _:
                        pass
        finished, shown = True, "".join(words)
    except AnswerInterrupted as error:
        shown = error.text
    except NobodyAnswered:
        shown = ""
    return Heard(shown, finished, tuple(trail), first, loop.time() - began)


def _rests(router: Router, request: ChatRequest, heard: list[Heard]) -> dict[Who, float]:
    """Find for how long each was put to rest, counted from its last failure."""
    failed_at = {
        attempt.provider: attempt.started_at + attempt.duration
        for each in heard
        for attempt in each.trail
        if attempt.outcome == "failed"
    }
    plan = router.plan(request)
    rests = {Who(each.provider, each.model): 0.0 for each in plan.candidates}
    for skipped in plan.skipped:
        if skipped.reason in {"cooling", "probing"}:
            until = inf if skipped.until is None else skipped.until
            since = failed_at.get(skipped.provider, wall_clock())
            rests[Who(skipped.provider, skipped.model)] = until - since
    return rests
