"""A route changes what follows from a failure, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.providers import fails, listen, provider, router_of, says
from understudy.errors import ErrorKind, NobodyAnswered
from understudy.routing.route import Route, RouteEntry
from understudy.routing.rules import RULES, RuleChange, rules_with

K = ErrorKind
pytestmark = pytest.mark.anyio

ENTRIES = (RouteEntry("a"), RouteEntry("b"))


def changed(kind: ErrorKind, **change: Any) -> Route:
    return Route("r", ENTRIES, rules=(RuleChange(kind, **change),))


@pytest.mark.parametrize("kind", [K.CONTENT_POLICY, K.BAD_REQUEST])
async def test_that_a_refusal_goes_on_where_the_route_says_so(kind: ErrorKind) -> None:
    router = router_of(provider("a", fails(kind)), provider("b"))
    assert isinstance((await listen(router)).error, NobodyAnswered)
    router.set_route(changed(kind, then="anyone"))
    assert (await listen(router)).finished.provider == "b"


async def test_that_a_rate_limit_is_waited_for_as_long_as_the_route_has_patience() -> None:
    limited = (fails(K.RATE_LIMIT, retry_after=4.5), says("a"))
    router = router_of(provider("a", *limited), provider("b"))
    router.set_route(Route("r", ENTRIES))
    assert (await listen(router)).finished.provider == "b"
    router = router_of(provider("a", *limited), provider("b"))
    router.set_route(changed(K.RATE_LIMIT, patience=5.0))
    assert (await listen(router)).finished.provider == "a"


async def test_that_no_patience_goes_to_the_next_at_once() -> None:
    router = router_of(
        provider("a", fails(K.RATE_LIMIT, retry_after=0.5), says("a")), provider("b")
    )
    router.set_route(changed(K.RATE_LIMIT, patience=0.0))
    assert (await listen(router)).finished.provider == "b"


async def test_that_a_route_may_stop_where_others_go_on() -> None:
    router = router_of(provider("a", fails(K.AUTH)), provider("b"))
    router.set_route(changed(K.AUTH, then="nobody"))
    assert isinstance((await listen(router)).error, NobodyAnswered)


async def test_that_a_silent_one_may_be_asked_again() -> None:
    entries = (RouteEntry("a", retries=1), RouteEntry("b"))
    change = RuleChange(K.FIRST_TOKEN_TIMEOUT, again="after-backoff")
    router = router_of(provider("a", (1e9,), says("a")), provider("b"))
    router.set_route(Route("r", entries, rules=(change,)))
    heard = await listen(router)
    assert [attempt.decision for attempt in heard.trail] == ["again", "done"]


def test_that_without_changes_the_table_is_the_table() -> None:
    assert rules_with(()) is RULES


@pytest.mark.parametrize("kind", [K.CANCELLED, K.OFFLINE])
def test_that_what_is_nobodys_choice_stays(kind: ErrorKind) -> None:
    assert rules_with((RuleChange(kind, then="anyone", again="after-backoff"),)) == RULES


def test_that_who_rests_is_not_a_routes_to_say() -> None:
    changes = tuple(
        RuleChange(kind, "after-backoff", 9.0, "anyone") for kind in K if kind is not K.CANCELLED
    )
    for kind, rule in rules_with(changes).items():
        assert (rule.cooldown, rule.scope) == (RULES[kind].cooldown, RULES[kind].scope)
