"""A private route is a wall: whatever happens, nobody outside it hears a word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from helpers.virtual_time import run_virtually
from understudy.errors import ErrorKind, NobodyAnswered
from understudy.requests import ChatRequest
from understudy.routing.route import Route, RouteEntry
from understudy.routing.rules import RuleChange

if TYPE_CHECKING:
    from helpers.providers import Script
    from understudy.routing.router import Router

kinds = st.sampled_from([kind for kind in ErrorKind if kind is not ErrorKind.CANCELLED])


def _fails_late(kind: ErrorKind) -> Script:
    return fails(kind, after=("some words of it",))


scripts = st.one_of(
    st.just(says("a whole answer")),
    st.just(breaks_off("half an answer, long enough to be one")),
    st.builds(fails, kinds),
    st.builds(_fails_late, kinds),
    st.just((1e9,)),
)
NAMES = "abcdef"


@given(
    st.lists(scripts, min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=8),
    st.sampled_from(["in-order", "fastest", "cheapest", "split", "race"]),
    st.sampled_from(["carry-on", "keep", "restart"]),
    st.booleans(),
    st.lists(kinds, max_size=4),
)
@settings(max_examples=150)
def test_that_no_request_of_a_private_route_reaches_anybody_outside(
    played: list[Script],
    local: list[bool],
    entries: list[str],
    strategy: str,
    rescue: str,
    same_model_first: bool,
    lenient: list[ErrorKind],
) -> None:
    async def ask() -> None:
        providers = [
            ScriptedProvider(name, [script], local=here)
            for name, script, here in zip(NAMES, played, local, strict=True)
        ]
        router = router_of(*providers)
        route = Route(
            "private",
            tuple(RouteEntry(name, retries=1) for name in entries),
            strategy,  # type: ignore[arg-type]
            rescue,  # type: ignore[arg-type]
            private=True,
            same_model_first=same_model_first,
            rules=tuple(RuleChange(kind, then="anyone") for kind in lenient),
        )
        router.set_route(route)
        request = ChatRequest(QUESTION.messages, route="private")
        for _ in range(3):
            await listen(router, request)
        for each in providers:
            assert not each.asked or (each.local and each.id in entries)

    run_virtually(ask())


@pytest.mark.anyio
async def test_that_who_stands_outside_is_named_with_the_reason() -> None:
    router = _private(provider("a"), provider("here", local=True))
    plan = router.plan(QUESTION)
    assert [candidate.provider for candidate in plan.candidates] == ["here"]
    assert [(skip.reason, skip.why) for skip in plan.skipped] == [
        ("outside", "A is not on this computer, and this route is private.")
    ]


@pytest.mark.anyio
async def test_that_with_nobody_inside_the_question_is_given_back() -> None:
    far = provider("a")
    heard = await listen(_private(far))
    assert isinstance(heard.error, NobodyAnswered)
    assert far.asked == []


def _private(*providers: ScriptedProvider) -> Router:
    router = router_of(*providers)
    router.set_route(Route("p", tuple(RouteEntry(each.id) for each in providers), private=True))
    return router
