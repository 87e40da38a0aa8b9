"""The user's own network being down is charged to nobody; neither is a computer that slept."""

from __future__ import annotations

import asyncio

import pytest

from helpers.providers import QUESTION, ScriptedProvider, listen, provider, router_of, says
from helpers.virtual_time import EPOCH
from understudy.errors import ErrorKind, NobodyAnswered, ProviderError
from understudy.routing.network import WITHIN
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router

pytestmark = pytest.mark.anyio


def unreached(code: str = "ConnectTimeout") -> tuple[ProviderError]:
    return (ProviderError(ErrorKind.NETWORK, "It was not reached.", code=code),)


def resting(router: Router) -> list[str]:
    return [status.provider for status in router.statuses() if status.state == "cooling"]


async def test_that_two_who_are_not_reached_mean_that_the_network_is_down() -> None:
    router = router_of(provider("a", unreached()), provider("b", unreached("unknown_host")))
    for _ in range(4):
        assert isinstance((await listen(router)).error, NobodyAnswered)
    heard = await listen(router)
    assert resting(router) == []
    assert [attempt.kind for attempt in heard.trail] == [ErrorKind.OFFLINE]
    assert heard.trail[0].happened == "This computer seems to be offline: A was not reached."


async def test_that_a_model_on_this_computer_still_answers() -> None:
    here = provider("here", local=True)
    router = router_of(provider("a", unreached()), provider("b", unreached()), here)
    assert (await listen(router)).text == "I am here"
    assert resting(router) == []


async def test_that_nothing_more_is_tried_far_away_once_it_is_clear() -> None:
    third = provider("c")
    router = router_of(provider("a", unreached()), provider("b", unreached()), third)
    await listen(router)
    assert third.asked == []


async def test_that_answers_come_again_with_the_network() -> None:
    first = provider("a", unreached(), says("back"))
    router = router_of(first, provider("b", unreached()))
    await listen(router)
    assert (await listen(router)).text == "back"


async def test_that_one_who_is_not_reached_is_down_himself() -> None:
    router = router_of(provider("a", unreached()), provider("b"))
    for _ in range(2):
        assert (await listen(router)).finished.provider == "b"
    assert resting(router) == ["a"]


async def test_that_a_refused_connection_comes_from_a_network_that_is_there() -> None:
    router = router_of(provider("a", unreached("refused")), provider("b", unreached("refused")))
    await listen(router)
    await listen(router)
    assert resting(router) == ["a", "b"]


async def test_that_two_outages_far_apart_are_two_outages() -> None:
    first, second = provider("a", unreached()), provider("b", says("b"), unreached())
    router = router_of(first, second)
    router.set_route(Route("first", (RouteEntry("a"),)))
    await listen(router)
    await asyncio.sleep(WITHIN + 1)
    router.set_route(Route("second", (RouteEntry("b"),)))
    router.default_route = "second"
    await listen(router)
    heard = await listen(router)
    assert heard.trail[0].kind is ErrorKind.NETWORK


class SleepyClock:
    """A clock on the wall that goes on while the computer sleeps, as the loop's does not."""

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self) -> float:
        return EPOCH + asyncio.get_running_loop().time() + self.slept


def sleeping(clock: SleepyClock, kind: ErrorKind, *words: str) -> ScriptedProvider:
    """A provider whose connection is dead when the computer wakes up."""

    def script(_request: object) -> tuple[object, ...]:
        clock.slept += 3_600.0
        return (*words, 0.1, ProviderError(kind, "The connection was dead."))

    return ScriptedProvider("a", [script, says("awake")])  # type: ignore[list-item]


async def test_that_a_connection_that_died_in_sleep_is_opened_again_and_nobody_rests() -> None:
    clock = SleepyClock()
    router = Router(clock=clock)
    router.register_chat_provider(sleeping(clock, ErrorKind.NETWORK))
    router.register_chat_provider(provider("b"))
    heard = await listen(router)
    assert heard.text == "awake"
    assert [attempt.decision for attempt in heard.trail] == ["again", "done"]
    assert router.health_snapshot() == []


async def test_that_an_answer_that_sleep_cut_short_is_carried_on() -> None:
    clock = SleepyClock()
    router = Router(clock=clock)
    router.register_chat_provider(sleeping(clock, ErrorKind.INTERRUPTED, "Half"))
    router.register_chat_provider(provider("b", says(" and half")))
    heard = await listen(router, QUESTION)
    assert heard.text == "Half and half"
    assert router.health_snapshot() == []
