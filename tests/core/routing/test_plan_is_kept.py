"""The plan for a state is exactly what is executed, whatever the routes, rests and failures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.providers import QUESTION, ScriptedProvider, fails, listen, router_of, says
from helpers.virtual_time import run_virtually, wall_clock
from understudy.errors import ErrorKind, ProviderError
from understudy.providers.base import Availability
from understudy.routing.health import Health
from understudy.routing.policy import suits
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from understudy.routing.policy import Plan

Failing: TypeAlias = dict[str, tuple[ErrorKind, float | None] | None]

NAMES = "abcde"

kinds = st.sampled_from([kind for kind in ErrorKind if kind is not ErrorKind.CANCELLED])
outcomes = st.none() | st.tuples(kinds, st.none() | st.floats(3.5, 500))
entries = st.builds(
    RouteEntry,
    provider=st.sampled_from([*NAMES, "ghost"]),
    model=st.sampled_from(["", "large", "small"]),
    enabled=st.sampled_from([True, True, True, False]),
    context_window=st.sampled_from([None, 8_000, 128_000]),
)
availabilities = st.sampled_from(("available", "available", "available", "disabled"))


@dataclass(frozen=True)
class World:
    """Providers, a route, and what happens at each of some questions asked one after the other.

    ``outcomes[question][provider]`` is how it fails then, or ``None`` where it answers; ``pauses``
    are the seconds before each question.
    """

    route: Route
    local: tuple[bool, ...]
    available: tuple[Literal["available", "disabled"], ...]
    outcomes: list[tuple[tuple[ErrorKind, float | None] | None, ...]]
    pauses: list[float]


def _provider_of(entry: RouteEntry) -> str:
    return entry.provider


@st.composite
def worlds(draw: st.DrawFn, *, each_once: bool) -> World:
    questions = draw(st.integers(1, 6))
    each = len(NAMES)
    return World(
        Route(
            "r",
            tuple(
                draw(
                    st.lists(
                        entries,
                        min_size=1,
                        max_size=7,
                        unique_by=_provider_of if each_once else None,
                    )
                )
            ),
            strategy=draw(st.sampled_from(("in-order", "fastest", "cheapest", "split"))),
            same_model_first=draw(st.booleans()),
            stays_from=draw(st.none() | st.just(0.0)),
            seed=draw(st.integers(0, 9)),
        ),
        draw(st.tuples(*[st.booleans()] * each)),
        draw(st.tuples(*[availabilities] * each)),
        draw(st.lists(st.tuples(*[outcomes] * each), min_size=questions, max_size=questions)),
        draw(st.lists(st.floats(0, 200), min_size=questions, max_size=questions)),
    )


def walk(plan: Plan, failing: Failing, health: Health) -> list[str]:
    """Who is asked, by the plan, the decision table and what is remembered between its entries."""
    asked: list[str] = []
    left = list(plan.candidates)
    while left:
        candidate = left.pop(0)
        asked.append(f"{candidate.provider}/{candidate.model}")
        failure = failing[candidate.provider]
        if failure is None:
            health.succeeded(candidate.provider, candidate.model, wall_clock())
            break
        error = ProviderError(failure[0], "It failed.", retry_after=failure[1])
        health.failed(candidate.provider, candidate.model, error, local=candidate.local)
        left = [
            each
            for each in left
            if suits(error.kind, candidate, each)
            and health.rest_of(each.provider, each.model) is None
        ]
    return asked


def in_order(plan: Plan, failing: Failing) -> list[str]:
    """Who is asked, by the plan and the decision table alone."""
    return walk(plan, failing, Health(wall_clock, lambda: None))


def _make(name: str, local: bool, state: Literal["available", "disabled"]) -> ScriptedProvider:
    return ScriptedProvider(name, [says(name)], local=local, available=Availability(state))


async def check(world: World, *, each_once: bool) -> None:
    providers = {
        name: _make(name, world.local[at], world.available[at]) for at, name in enumerate(NAMES)
    }
    router = router_of(*providers.values())
    router.set_route(world.route)
    twin = Health(wall_clock, lambda: None)
    for outcomes_now, pause in zip(world.outcomes, world.pauses, strict=True):
        await asyncio.sleep(pause)
        failing = dict(zip(NAMES, outcomes_now, strict=True))
        for name, failure in failing.items():
            script = says(name) if failure is None else fails(failure[0], retry_after=failure[1])
            providers[name].scripts = [script]
        plan = router.plan(QUESTION)
        assert plan == router.plan(QUESTION), "asking for a plan changes nothing"
        for candidate in plan.candidates:
            assert twin.rest_of(candidate.provider, candidate.model) is None
        wanted = walk(plan, failing, twin)
        if each_once:
            assert wanted == in_order(plan, failing)

        heard = await listen(router)

        asked = [f"{attempt.provider}/{attempt.model}" for attempt in heard.trail]
        assert asked == wanted
        answered = [name for name in asked if failing[name.split("/")[0]] is None]
        assert heard.text == "".join(name.split("/")[0] for name in answered)
        assert (heard.error is None) == bool(answered)


@settings(max_examples=200, deadline=None)
@given(worlds(each_once=True))
def test_that_the_plan_is_the_order_in_which_providers_are_asked(world: World) -> None:
    run_virtually(check(world, each_once=True))


@settings(max_examples=200, deadline=None)
@given(worlds(each_once=False))
def test_that_a_provider_in_several_places_is_passed_by_once_it_rests(world: World) -> None:
    run_virtually(check(world, each_once=False))
