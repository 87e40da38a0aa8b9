"""The line-up's places and sentence, from a real router's health."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from helpers.providers import ScriptedProvider, fails, says
from understudy.errors import ErrorKind, UnderstudyError
from understudy.messages import Message
from understudy.providers.base import Availability
from understudy.requests import ChatRequest
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy_gui.controllers import standing
from understudy_gui.models.lineup import Place

pytestmark = pytest.mark.anyio
ASK = ChatRequest((Message.user("Why?"),))


def router_of(*providers: ScriptedProvider) -> Router:
    router = Router()
    for provider in providers:
        router.register_chat_provider(provider)
    router.set_route(Route("Everyday", tuple(RouteEntry(each.id) for each in providers)))
    return router


def places(router: Router, writing: str | None = None) -> list[Place]:
    route = router.route()
    return standing.places(route, router.plan(ASK), router.statuses(), writing, {})


async def ask(router: Router) -> None:
    with suppress(UnderstudyError):
        await router.chat(ASK)


async def test_that_the_first_that_is_ready_has_the_mark() -> None:
    found = places(router_of(*(ScriptedProvider(name, [says("ok")]) for name in "abcd")))
    assert [(place.name, place.health, place.on) for place in found] == [
        ("A", "ready", True),
        ("B", "ready", False),
        ("C", "ready", False),
        ("D", "ready", False),
    ]
    assert standing.sentences(found) == ["All four ready.", "A is on."]
    assert standing.wings(found) == "A answers first. Three more wait in the wings."


async def test_that_who_writes_has_the_mark_even_if_another_stands_first() -> None:
    found = places(router_of(*(ScriptedProvider(name, [says("ok")]) for name in "ab")), "b")
    assert [place.on for place in found] == [False, True]


async def test_that_a_limit_shows_as_cooling_until_it_resets() -> None:
    limited = ScriptedProvider("a", [fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42)])
    router = router_of(limited, ScriptedProvider("b", [says("ok")]))
    await ask(router)
    first, second = places(router)
    assert first.health == "cooling"
    assert first.until is not None
    assert 40 < first.until - time.time() <= 42
    assert second.on
    said = standing.sentences([first, second])
    assert said[0] in {"A rests 0:42.", "A rests 0:41."}
    assert said[1] == "B is on."


async def test_that_a_rejected_key_asks_for_the_user() -> None:
    router = router_of(
        ScriptedProvider("a", [fails(ErrorKind.AUTH, status=401)]),
        ScriptedProvider("b", [says("ok")]),
    )
    await ask(router)
    assert places(router)[0].health == "rejected"
    assert standing.sentences(places(router)) == ["A rejected the key.", "B is on."]


async def test_that_what_has_no_key_or_is_off_is_told_apart() -> None:
    without_key = ScriptedProvider(
        "a", [says("")], available=Availability("not-configured", "No key.")
    )
    off = ScriptedProvider("b", [says("")], available=Availability("disabled", "Off."))
    found = places(router_of(without_key, off, ScriptedProvider("c", [says("ok")])))
    assert [place.health for place in found] == ["no-key", "off", "ready"]
    assert standing.sentences(found) == ["1 of 3 ready.", "C is on."]


async def test_that_an_entry_switched_off_has_no_place() -> None:
    router = router_of(ScriptedProvider("a", [says("ok")]), ScriptedProvider("b", [says("ok")]))
    router.set_route(Route("Everyday", (RouteEntry("a", enabled=False), RouteEntry("b"))))
    assert [place.name for place in places(router)] == ["B"]


async def test_that_nothing_is_claimed_before_anything_was_read() -> None:
    remembered = [Place("a", "A"), Place("b", "B")]
    assert standing.sentences(remembered) == []
    assert standing.wings(remembered) == ""
    assert standing.sentences([]) == ["Nobody is in the line-up."]


async def test_that_a_limit_of_ones_own_is_told_as_one() -> None:
    first, second = (ScriptedProvider(name, [says("ok")]) for name in "ab")
    router = router_of(first, second)
    router.register_chat_provider(first, per_minute=1)
    await ask(router)
    found = places(router)
    assert (found[0].health, found[0].limit) == ("cooling", "own-limit")
    said = standing.sentences(found)
    assert said == ["A was asked as often as you let it in a minute.", "B is on."]


async def test_that_a_model_without_its_engine_is_not_said_to_lack_a_key() -> None:
    lacking = Availability("not-configured", "A needs llama.cpp.")
    inside = ScriptedProvider("a", [says("never")], local=True, available=lacking)
    (place,) = places(router_of(inside))
    assert place.health == "not-set-up"
