"""Limits of the user's own: money a month, requests a minute, and several keys of one provider."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.providers import QUESTION, fails, listen, provider, router_of, says
from helpers.virtual_time import EPOCH, wall_clock
from understudy.errors import ErrorKind, NobodyAnswered, UsageError
from understudy.events import Stop, UsageReported
from understudy.requests import Usage
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.routing.spend import Spend

pytestmark = pytest.mark.anyio

PRICES: dict[str, Any] = {"input_price": 1.0, "output_price": 1.0}
DOLLAR = ("word", UsageReported(Usage(input_tokens=500_000, output_tokens=500_000)), Stop("stop"))


async def test_that_a_provider_is_asked_until_its_budget_is_reached() -> None:
    first = provider("a", DOLLAR, **PRICES)
    router = router_of(first, provider("b"))
    router.set_budget("a", 2.5)
    asked = [(await listen(router)).finished.provider for _ in range(5)]
    assert asked == ["a", "a", "a", "b", "b"]
    assert router.spent("a") == 3.0
    skip = router.plan(QUESTION).skipped[0]
    assert (skip.reason, skip.why) == ("over-budget", "A reached its $2.50 for this month.")
    assert skip.until is not None
    first_of_next = datetime.fromtimestamp(skip.until).astimezone()
    assert (first_of_next.day, first_of_next.hour, first_of_next.minute) == (1, 0, 0)
    assert skip.until > EPOCH
    router.set_budget("a", None)
    assert (await listen(router)).finished.provider == "a"


async def test_that_the_next_month_begins_anew() -> None:
    router = router_of(provider("a", DOLLAR, **PRICES), provider("b"))
    router.set_budget("a", 1.0)
    await listen(router)
    assert (await listen(router)).finished.provider == "b"
    await asyncio.sleep(32 * 86_400)
    assert (await listen(router)).finished.provider == "a"


async def test_that_what_was_spent_survives_a_restart() -> None:
    router = router_of(provider("a", DOLLAR, **PRICES))
    await listen(router)
    again = router_of(provider("a", DOLLAR, **PRICES))
    again.restore_spend([*router.spend_snapshot(), "nonsense", {"usd": "much"}, {"usd": -1}])
    assert again.spent("a") == 1.0
    again.set_budget("a", 1.0)
    assert isinstance((await listen(again)).error, NobodyAnswered)


async def test_that_an_answer_that_failed_costs_too() -> None:
    counted = UsageReported(Usage(input_tokens=1_000_000, output_tokens=0))
    router = router_of(provider("a", (counted, "word"), **PRICES), provider("b"))
    await listen(router)
    assert router.spent("a") == 1.0


@given(st.recursive(st.none() | st.floats() | st.text(), st.lists))
def test_that_no_row_breaks_what_reads_them(value: Any) -> None:
    spend = Spend(lambda: EPOCH)
    spend.restore([value, {"month": value, "provider": value, "usd": value}])
    assert spend.spent("a") >= 0.0


async def test_that_requests_a_minute_are_no_queue_but_a_reason_to_ask_the_next() -> None:
    router = Router(clock=wall_clock)
    router.register_chat_provider(provider("a"), per_minute=2)
    router.register_chat_provider(provider("b"))
    asked = [(await listen(router)).finished.provider for _ in range(3)]
    assert asked == ["a", "a", "b"]
    skip = router.plan(QUESTION).skipped[0]
    assert (skip.reason, skip.until) == ("own-limit", EPOCH + 60.0)
    assert skip.why == "A was asked as often as you let it in a minute."
    await asyncio.sleep(60.0)
    assert (await listen(router)).finished.provider == "a"


def test_that_a_limit_a_minute_that_lets_nothing_through_is_refused() -> None:
    with pytest.raises(UsageError, match="Set it to 1 or more"):
        Router().register_chat_provider(provider("a"), per_minute=0)


async def test_that_a_further_key_stands_behind_the_first_and_has_limits_of_its_own() -> None:
    limited = provider("a", fails(ErrorKind.RATE_LIMIT, retry_after=600.0, status=429))
    second, other = provider("a#2"), provider("b")
    router = router_of(limited, other)
    router.register_chat_provider(second, account_of="a")
    router.set_route(Route("r", (RouteEntry("a", "m"), RouteEntry("b"))))
    heard = await listen(router)
    assert heard.asked == ["a", "a#2"]
    assert (await listen(router)).asked == ["a#2"]
    router.unregister_provider("a#2")
    assert (await listen(router)).asked == ["b"]


async def test_that_all_keys_of_a_provider_spend_one_budget() -> None:
    router = router_of(provider("a", fails(ErrorKind.QUOTA)), provider("b"))
    router.register_chat_provider(provider("a#2", DOLLAR, **PRICES), account_of="a")
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b"))))
    router.set_budget("a", 0.5)
    assert (await listen(router)).finished.provider == "a#2"
    assert router.spent("a") == 1.0
    assert (await listen(router)).finished.provider == "b"


async def test_that_a_key_that_says_nothing_new_is_asked_in_its_turn() -> None:
    router = router_of(provider("a", says("one")))
    router.register_chat_provider(provider("a#2", says("two")), account_of="a")
    router.set_route(Route("r", (RouteEntry("a"),)))
    assert [candidate.provider for candidate in router.plan(QUESTION).candidates] == ["a", "a#2"]


async def test_that_what_nobody_counted_is_estimated_and_said_to_be() -> None:
    words = "word " * 400
    router = router_of(provider("a", (words,), **PRICES), provider("b", **PRICES))
    heard = await listen(router)
    broken, whole = heard.trail
    assert broken.estimated
    assert broken.cost == pytest.approx((len(words) // 4 + 8) / 1e6, rel=0.1)
    assert whole.estimated
    assert router.spent("a") == broken.cost


async def test_that_one_who_never_spoke_is_not_charged_by_guess() -> None:
    router = router_of(provider("a", fails(ErrorKind.AUTH), **PRICES), provider("b"))
    heard = await listen(router)
    assert [(attempt.cost, attempt.estimated) for attempt in heard.trail] == [
        (None, False),
        (None, False),
    ]


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -5.0, None])
def test_that_what_is_no_price_leaves_a_budget_in_force(cost: float | None) -> None:
    spend = Spend(lambda: EPOCH)
    spend.set_budget("a", 1.0)
    spend.note("a", cost)
    assert spend.spent("a") == 0.0
    spend.note("a", 2.0)
    assert spend.is_used_up("a")
