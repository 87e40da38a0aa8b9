"""A race asks the next as well where the first is unusually slow, and the faster goes on alone."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from helpers.providers import (
    QUESTION,
    ScriptedProvider,
    breaks_off,
    fails,
    listen,
    provider,
    router_of,
    says,
)
from understudy.errors import ErrorKind, NobodyAnswered
from understudy.events import HandedOver, TextDelta
from understudy.routing.pace import ENOUGH
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from understudy.routing.router import Router
    from understudy.routing.trace import Attempt

pytestmark = pytest.mark.anyio

PRICES: dict[str, Any] = {"input_price": 1.0, "output_price": 1.0}


def now() -> float:
    return asyncio.get_running_loop().time()


async def racing(first: ScriptedProvider, second: ScriptedProvider, **route: Any) -> Router:
    """A router that has seen the first begin after a second, again and again."""
    router = router_of(first, second)
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), strategy="race", **route))
    scripts = first.scripts
    first.scripts = [(1.0, *says("usual"))]
    for _ in range(ENOUGH):
        await listen(router)
    first.scripts = scripts
    first.asked.clear()
    second.asked.clear()
    return router


async def test_that_the_usual_pace_asks_nobody_else() -> None:
    first, second = provider("a", (1.0, *says("quick"))), provider("b", **PRICES)
    heard = await listen(await racing(first, second))
    assert heard.text == "quick"
    assert second.asked == []
    assert heard.kinds == ["RouteChosen", "Finished"]


async def test_that_a_slow_one_is_overtaken_and_hung_up_on_at_once() -> None:
    first = provider("a", (30.0, *says("too late")))
    second = provider("b", (0.2, *says("fast")), **PRICES)
    router = await racing(first, second, idle_within=40.0)
    began = now()
    heard = await listen(router)
    assert heard.text == "fast"
    assert now() - began == pytest.approx(1.3)
    assert first.asked[0].closed_at == pytest.approx(began + 1.3)
    assert [(a.provider, a.outcome, a.decision, a.code) for a in heard.trail] == [
        ("a", "cancelled", "next", "lost_race"),
        ("b", "answered", "done", ""),
    ]
    assert heard.trail[0].happened == "A was slower than B."
    assert heard.kinds == ["RouteChosen", "RouteChosen", "HandedOver", "Finished"]
    handed_over = next(event for event in heard.events if isinstance(event, HandedOver))
    assert (handed_over.provider, handed_over.mid_answer) == ("b", False)


async def test_that_the_first_may_still_win_and_the_second_is_hung_up_on() -> None:
    first = provider("a", (1.5, "one ", 1.0, *says("two")))
    second = provider("b", (9.0, *says("never")), **PRICES)
    router = await racing(first, second)
    began = now()
    heard = await listen(router)
    assert heard.text == "one two"
    assert second.asked[0].closed_at == pytest.approx(began + 1.5)
    assert [(a.provider, a.outcome) for a in heard.trail] == [("b", "cancelled"), ("a", "answered")]
    assert heard.kinds == ["RouteChosen", "Finished"]


@pytest.mark.parametrize("price", [None, 50_000.0])
async def test_that_what_may_cost_too_much_or_nobody_knows_is_not_asked(
    price: float | None,
) -> None:
    first = provider("a", (3.0, *says("slow")))
    second = provider("b", input_price=price, output_price=price)
    heard = await listen(await racing(first, second))
    assert (heard.text, second.asked) == ("slow", [])


async def test_that_a_failure_of_the_first_does_not_wait_for_the_clock() -> None:
    first, second = provider("a", fails(ErrorKind.TRANSIENT)), provider("b", **PRICES)
    router = await racing(first, second)
    began = now()
    heard = await listen(router)
    assert heard.text == "I am b"
    assert now() == began
    assert [attempt.decision for attempt in heard.trail] == ["next", "done"]


async def test_that_both_may_fail() -> None:
    first = provider("a", (2.0, *fails(ErrorKind.AUTH)))
    second = provider("b", (1.5, *fails(ErrorKind.QUOTA)), **PRICES)
    heard = await listen(await racing(first, second))
    assert isinstance(heard.error, NobodyAnswered)
    assert heard.error.first is not None
    assert heard.error.first.kind is ErrorKind.AUTH
    assert {attempt.outcome for attempt in heard.trail} == {"failed"}


async def test_that_a_winner_that_breaks_off_is_carried_on() -> None:
    first = provider("a", (30.0, *says("late")), says(" and the rest"))
    second = provider("b", breaks_off("The beginning"), **PRICES)
    third = provider("c", says(" and the end"))
    router = await racing(first, second, idle_within=60.0)
    router.register_chat_provider(third)
    entries = (RouteEntry("a"), RouteEntry("b"), RouteEntry("c"))
    router.set_route(Route("r", entries, strategy="race"))
    heard = await listen(router)
    assert heard.text == "The beginning and the end"
    assert [(a.provider, a.outcome) for a in heard.trail] == [
        ("a", "cancelled"),
        ("b", "failed"),
        ("c", "answered"),
    ]


async def test_that_stopping_hangs_up_on_everybody() -> None:
    first = provider("a", (30.0, *says("late")))
    second = provider("b", (30.0, *says("late too")), **PRICES)
    router = await racing(first, second)
    trail: list[Attempt] = []
    task = asyncio.create_task(_hear(router, trail))
    await asyncio.sleep(5.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert first.asked[0].closed_at == second.asked[0].closed_at == now()
    assert [(a.provider, a.outcome, a.kind) for a in trail] == [
        ("a", "cancelled", ErrorKind.CANCELLED),
        ("b", "cancelled", ErrorKind.CANCELLED),
    ]


async def _hear(router: Router, trail: list[Attempt]) -> None:
    async with aclosing(router.stream(QUESTION, trail=trail)) as events:
        async for _ in events:
            pass


async def test_that_a_reader_who_leaves_in_mid_answer_hangs_up() -> None:
    first = provider("a", (30.0, *says("late")))
    second = provider("b", ("word", 60.0, *says("more")), **PRICES)
    router = await racing(first, second)
    async with aclosing(router.stream(QUESTION)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert second.asked[0].closed_at == now()


async def test_that_half_of_the_slowness_of_two_paced_servers_is_gone() -> None:
    """One answer in ten takes ten times as long: the race ends that for few more requests."""
    counted = {"asked": 0}

    def bimodal(_request: object) -> Any:
        counted["asked"] += 1
        return (10.0 if counted["asked"] % 10 == 0 else 1.0, *says("a"))

    first, second = provider("a", bimodal), provider("b", (1.0, *says("b")), **PRICES)
    router = await racing(first, second, race_cap=1.0)
    waits: list[float] = []
    for _ in range(100):
        began = now()
        await listen(router)
        waits.append(now() - began)
    waits.sort()
    assert waits[95] <= 5.0
    assert len(second.asked) <= 12
