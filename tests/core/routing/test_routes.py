"""Registering providers and routes in a running router."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from helpers.providers import QUESTION, fails, listen, provider, router_of
from understudy.errors import ErrorKind, UsageError
from understudy.routing.route import Route, RouteEntry
from understudy.routing.trace import Decision, Outcome

pytestmark = pytest.mark.anyio

FIRST = Route("first", (RouteEntry("a"), RouteEntry("b")))
SECOND = Route("second", (RouteEntry("b"), RouteEntry("a")))


async def test_that_without_a_route_all_are_asked_in_the_order_of_registration() -> None:
    router = router_of(provider("b"), provider("a"))
    assert [candidate.provider for candidate in router.plan(QUESTION).candidates] == ["b", "a"]
    assert router.plan(QUESTION).route == ""


async def test_that_a_request_names_its_route_or_takes_the_default() -> None:
    router = router_of(provider("a"), provider("b"))
    router.set_route(FIRST)
    router.set_route(SECOND)

    assert router.plan(QUESTION).route == "first"
    assert (await listen(router, replace(QUESTION, route="second"))).asked == ["b"]
    router.default_route = "second"
    assert (await listen(router)).asked == ["b"]
    router.remove_route("second")
    assert (await listen(router)).asked == ["a"]


async def test_that_a_new_order_holds_from_the_next_question_on() -> None:
    router = router_of(provider("a"), provider("b"))
    router.set_route(FIRST)
    assert (await listen(router)).asked == ["a"]
    router.set_route(replace(SECOND, name="first"))
    assert (await listen(router)).asked == ["b"]


async def test_that_removing_what_is_not_there_is_the_callers_mistake() -> None:
    router = router_of()
    with pytest.raises(UsageError, match=r'There is no route "r"\.'):
        router.remove_route("r")
    with pytest.raises(UsageError, match=r'No provider "p" is registered\.'):
        router.unregister_provider("p")


async def test_that_coming_and_going_is_announced() -> None:
    router = router_of()
    told: list[int] = []
    router.on_health_change.append(lambda: told.append(len(router.statuses())))

    router.register_chat_provider(provider("a"))
    router.unregister_provider("a")

    assert told == [1, 0]


async def test_that_a_rest_is_remembered_of_one_who_left_and_came_back() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=60)
    router = router_of(provider("a", limited), provider("b"))
    await listen(router)
    router.unregister_provider("a")
    router.register_chat_provider(provider("a"))
    assert (await listen(router)).asked == ["b"]


async def test_that_what_can_be_counted_comes_from_closed_sets() -> None:
    """An error's own words never become a label: they are many, and may hold secrets."""
    kinds = [kind for kind in ErrorKind if kind is not ErrorKind.CANCELLED]
    router = router_of(*(provider(kind.value, fails(kind)) for kind in kinds), provider("last"))

    heard = await listen(router)

    for attempt in heard.trail:
        assert attempt.outcome in get_args(Outcome)
        assert attempt.decision in get_args(Decision)
        assert attempt.kind is None or attempt.kind in ErrorKind
