"""Every strategy decides who is asked first, and a plan tells beforehand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.providers import (
    QUESTION,
    ScriptedProvider,
    fails,
    listen,
    provider,
    router_of,
    says,
)
from understudy.errors import ErrorKind
from understudy.events import AllowanceReported, Stop, UsageReported
from understudy.messages import ImagePart, Message
from understudy.model_facts import ModelFacts
from understudy.requests import ChatRequest, Tool, Usage
from understudy.routing.ordering import draw_of
from understudy.routing.pace import STALE_AFTER
from understudy.routing.route import Route, RouteEntry
from understudy.routing.warmth import KEPT_FOR

if TYPE_CHECKING:
    from understudy.routing.router import Router

pytestmark = pytest.mark.anyio

CHEAP: dict[str, Any] = {"input_price": 0.1, "output_price": 0.4}
DEAR: dict[str, Any] = {"input_price": 3.0, "output_price": 15.0}


def routed(*providers: ScriptedProvider, **route: Any) -> Router:
    """A router whose one route asks these providers."""
    router = router_of(*providers)
    entries = route.pop("entries", None) or tuple(RouteEntry(each.id) for each in providers)
    router.set_route(Route("r", entries, **route))
    return router


def order(router: Router, request: ChatRequest = QUESTION) -> list[str]:
    return [candidate.provider for candidate in router.plan(request).candidates]


def slow(seconds: float, *words: str) -> tuple[Any, ...]:
    return (seconds, *says(*words))


class TestFastest:
    async def test_that_the_one_who_begins_soonest_is_asked_first(self) -> None:
        router = routed(
            provider("a", slow(3.0, "a")),
            provider("b", slow(1.0, "b")),
            provider("c", slow(2.0, "c")),
            strategy="fastest",
        )
        assert [(await listen(router)).text for _ in range(4)] == ["a", "b", "c", "b"]
        assert order(router) == ["b", "c", "a"]

    async def test_that_an_old_measure_counts_no_more(self) -> None:
        router = routed(
            provider("a", slow(3.0, "a")), provider("b", slow(1.0, "b")), strategy="fastest"
        )
        await listen(router)
        await listen(router)
        assert order(router) == ["b", "a"]
        await asyncio.sleep(STALE_AFTER + 1)
        assert order(router) == ["a", "b"]


class TestCheapest:
    async def test_that_the_price_of_this_request_decides(self) -> None:
        reads_cheaply = provider("a", input_price=0.1, output_price=10.0)
        writes_cheaply = provider("b", input_price=2.0, output_price=0.5)
        router = routed(reads_cheaply, writes_cheaply, strategy="cheapest")
        assert order(router) == ["b", "a"]
        long = ChatRequest((Message.user("word " * 50_000),), max_tokens=10)
        assert order(router, long) == ["a", "b"]

    async def test_that_this_computer_is_free_and_an_unknown_price_is_last(self) -> None:
        router = routed(
            provider("unknown"),
            provider("cheap", **CHEAP),
            provider("here", local=True),
            strategy="cheapest",
        )
        plan = router.plan(QUESTION)
        assert [candidate.provider for candidate in plan.candidates] == [
            "here",
            "cheap",
            "unknown",
        ]
        assert plan.candidates[0].expected_cost == 0.0
        assert plan.candidates[2].expected_cost is None


class TestSplit:
    async def test_that_shares_are_kept_and_the_seed_repeats_them(self) -> None:
        entries = (RouteEntry("a", weight=3.0), RouteEntry("b", weight=1.0))

        async def asked(seed: int) -> list[str]:
            router = routed(
                provider("a"), provider("b"), strategy="split", seed=seed, entries=entries
            )
            return [(await listen(router)).finished.provider for _ in range(400)]

        first, again, other = await asked(1), await asked(1), await asked(2)
        assert first == again != other
        assert 260 <= first.count("a") <= 340

    async def test_that_who_was_not_drawn_stands_in(self) -> None:
        failing = provider("a", fails(ErrorKind.AUTH))
        router = routed(failing, provider("b"), strategy="split")
        assert {(await listen(router)).finished.provider for _ in range(20)} == {"b"}

    async def test_that_the_plan_draws_as_the_request_will(self) -> None:
        router = routed(provider("a"), provider("b"), strategy="split", seed=7)
        for _ in range(20):
            planned = order(router)[0]
            assert (await listen(router)).finished.provider == planned

    @given(st.integers(), st.integers(0, 10_000))
    def test_that_chance_is_between_nought_and_one(self, seed: int, number: int) -> None:
        assert 0.0 <= draw_of(Route("r", (), seed=seed), number) < 1.0


class TestTwoLevels:
    async def test_that_a_model_is_sought_at_its_next_provider_before_the_next_model(self) -> None:
        entries = (
            RouteEntry("a", "meta/llama-4"),
            RouteEntry("b", "gpt"),
            RouteEntry("c", "llama-4"),
            RouteEntry("d", "openai/gpt"),
        )
        providers = [provider(name) for name in "abcd"]
        assert order(routed(*providers, entries=entries)) == list("abcd")
        router = routed(*providers, entries=entries, same_model_first=True)
        assert order(router) == ["a", "c", "b", "d"]


class TestFit:
    async def test_that_a_window_that_is_known_to_be_too_small_is_not_tried(self) -> None:
        small, large = provider("a", context_window=1_000), provider("b", context_window=100_000)
        router = routed(small, large)
        long = ChatRequest((Message.user("word " * 2_000),))
        plan = router.plan(long)
        assert [candidate.provider for candidate in plan.candidates] == ["b"]
        assert [(skip.provider, skip.reason) for skip in plan.skipped] == [("a", "too-small")]
        assert plan.skipped[0].why == "This conversation is too long for m at A (1,000)."
        assert (await listen(router, long)).finished.provider == "b"
        assert small.asked == []

    async def test_that_the_room_for_the_answer_counts(self) -> None:
        router = routed(provider("a", context_window=1_000), provider("b"))
        assert order(router, ChatRequest((Message.user("Hi"),), max_tokens=2_000)) == ["b"]

    async def test_that_who_cannot_call_tools_is_not_asked_to(self) -> None:
        router = routed(provider("a", tools=False), provider("b"))
        tool = Tool("look", "Looks.", {"type": "object"})
        wanted = ChatRequest(QUESTION.messages, tools=(tool,))
        assert order(router, wanted) == ["b"]
        assert order(router, ChatRequest(QUESTION.messages, tools=(tool,), tool_choice="none")) == [
            "a",
            "b",
        ]

    async def test_that_who_sees_is_asked_first_where_there_is_a_picture(self) -> None:
        router = routed(provider("a", vision=False), provider("b", vision=True))
        picture = ImagePart(b"\x89PNG", "image/png")
        assert order(router) == ["a", "b"]
        assert order(router, ChatRequest((Message.user("See?", picture),))) == ["b", "a"]


class TestAllowance:
    async def test_that_who_would_refuse_for_want_of_tokens_is_asked_last(self) -> None:
        told = AllowanceReported(tokens_left=1_000, tokens_reset_in=30.0)
        router = routed(provider("a", (told, *says("a"))), provider("b"))
        assert (await listen(router)).finished.provider == "a"
        assert order(router) == ["a", "b"]
        long = ChatRequest((Message.user("word " * 2_000),))
        assert order(router, long) == ["b", "a"]
        await asyncio.sleep(31)
        assert order(router, long) == ["a", "b"]

    async def test_that_requests_under_way_are_counted_before_their_answers_come(self) -> None:
        told = AllowanceReported(requests_left=2, requests_reset_in=60.0)
        router = routed(provider("a", (told, *says("a"))), provider("b"))
        await listen(router)
        assert order(router) == ["a", "b"]
        first = asyncio.create_task(listen(router))
        await asyncio.sleep(0)
        second = asyncio.create_task(listen(router))
        await asyncio.sleep(0)
        assert order(router) in (["b", "a"], ["a", "b"])
        await asyncio.gather(first, second)

    async def test_that_a_bucket_of_tokens_is_never_overdrawn(self) -> None:
        """A naive order meets a refusal here: the bucket holds three requests of this size."""
        left = {"tokens": 3 * 1_250}

        def bucket(request: ChatRequest) -> Any:
            size = len(request.messages[0].text) // 4 + 4
            if size + 200 > left["tokens"]:
                return fails(ErrorKind.RATE_LIMIT, retry_after=60.0)
            left["tokens"] -= size + 200
            told = AllowanceReported(tokens_left=left["tokens"], tokens_reset_in=60.0)
            return (told, *says("a"))

        router = routed(provider("a", bucket), provider("b"))
        request = ChatRequest((Message.user("abcd" * 1_000),), max_tokens=200)
        heard = [await listen(router, request) for _ in range(8)]
        assert [each.finished.provider for each in heard] == ["a"] * 3 + ["b"] * 5
        assert all(attempt.outcome == "answered" for each in heard for attempt in each.trail)


class TestWarmth:
    LONG = "word " * 8_000  # about 10,000 tokens

    def conversation(self, *turns: Message) -> ChatRequest:
        return ChatRequest((Message.user(self.LONG), *turns), max_tokens=1)

    def warm_router(self, **route: Any) -> tuple[Router, ScriptedProvider]:
        usage = UsageReported(Usage(input_tokens=10_000, output_tokens=1))
        cold = provider("a", input_price=1.0, output_price=1.0, cached_price=0.1)
        warm = provider(
            "b",
            ("b", usage, Stop("stop")),
            input_price=2.0,
            output_price=2.0,
            cached_price=0.2,
        )
        return routed(cold, warm, **route), cold

    async def warmed(self, router: Router, cold: ScriptedProvider) -> ChatRequest:
        """Have B read the conversation because A was out."""
        cold.scripts = [fails(ErrorKind.TRANSIENT), says("a")]
        request = self.conversation()
        assert (await listen(router, request)).finished.provider == "b"
        return self.conversation(Message.assistant("b"), Message.user("And then?"))

    async def test_that_the_cheapest_counts_what_stands_in_a_cache(self) -> None:
        router, cold = self.warm_router(strategy="cheapest")
        following = await self.warmed(router, cold)
        assert order(router, self.conversation()) == ["b", "a"]
        assert order(router, following) == ["b", "a"]
        await asyncio.sleep(KEPT_FOR + 1)
        assert order(router, following) == ["a", "b"]

    async def test_that_a_set_order_is_left_only_where_it_saves_enough(self) -> None:
        for stays_from, first in ((None, "a"), (0.0, "b"), (0.0075, "b"), (0.0085, "a")):
            router, cold = self.warm_router(stays_from=stays_from)
            following = await self.warmed(router, cold)
            plan = router.plan(following)
            assert plan.candidates[0].provider == first
            saves = plan.candidates[0].saves
            assert (saves is not None and 0.0075 < saves < 0.0085) is (first == "b")

    async def test_that_another_conversation_is_nobodys(self) -> None:
        router, cold = self.warm_router(stays_from=0.0)
        await self.warmed(router, cold)
        assert order(router, ChatRequest((Message.user("Another"),))) == ["a", "b"]


class TestFactsOfUnknownModels:
    async def test_that_a_provider_that_knows_nothing_of_models_is_asked_as_it_stands(self) -> None:
        first = provider("a")
        first.known = {}
        router = routed(first, provider("b", **DEAR))
        assert router.plan(QUESTION).candidates[0].expected_cost is None
        assert first.facts("m") == ModelFacts()
