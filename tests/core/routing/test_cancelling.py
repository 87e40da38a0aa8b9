"""Stopping an answer: the provider hears of it at once, and nobody else is asked."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

import pytest

from helpers.providers import QUESTION, breaks_off, fails, listen, provider, router_of, says, silent
from understudy.errors import ErrorKind
from understudy.events import Finished, RouteChosen, TextDelta

if TYPE_CHECKING:
    from understudy.routing.trace import Attempt

pytestmark = pytest.mark.anyio


async def test_that_closing_the_stream_closes_the_providers_at_once() -> None:
    first, second = provider("a", ("one", 60.0, *says("two"))), provider("b")
    trail: list[Attempt] = []

    async with aclosing(router_of(first, second).stream(QUESTION, trail=trail)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break

    assert first.asked[0].closed_at == 0.0
    assert second.asked == []
    (attempt,) = trail
    assert (attempt.outcome, attempt.decision, attempt.kind) == ("cancelled", "stop", "cancelled")
    assert attempt.characters == 3


@pytest.mark.parametrize("script", [silent(), ("one", 60.0, *says("two"))])
async def test_that_cancelling_the_task_closes_the_providers_at_once(
    script: tuple[str | float, ...],
) -> None:
    first, second = provider("a", script), provider("b")
    router = router_of(first, second)
    told: list[str] = []
    router.on_attempt.append(lambda attempt: told.append(attempt.outcome))
    task = asyncio.create_task(listen(router))
    await asyncio.sleep(2)

    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert task.cancelled()
    assert first.asked[0].closed_at == 2.0
    assert len(first.asked) == 1
    assert second.asked == []
    assert told == ["cancelled"]
    assert router.statuses()[0].state == "available"


async def test_that_a_stream_left_at_its_first_event_asks_nobody() -> None:
    first = provider("a")
    async with aclosing(router_of(first).stream(QUESTION)) as events:
        assert isinstance(await anext(events), RouteChosen)
    assert first.asked == []


async def test_that_a_stream_left_at_its_last_event_is_an_answer() -> None:
    trail: list[Attempt] = []
    async with aclosing(router_of(provider("a")).stream(QUESTION, trail=trail)) as events:
        async for event in events:
            if isinstance(event, Finished):
                break
    assert [attempt.outcome for attempt in trail] == ["answered"]


async def test_that_a_stream_that_was_never_begun_leaves_nothing_behind() -> None:
    first = provider("a")
    await router_of(first).stream(QUESTION).aclose()
    assert first.asked == []


async def test_that_cancelling_in_a_wait_before_a_retry_asks_nobody_again() -> None:
    limited = provider("a", fails(ErrorKind.RATE_LIMIT, retry_after=2), says("Back"))
    task = asyncio.create_task(listen(router_of(limited)))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(10)
    assert task.cancelled()
    assert len(limited.asked) == 1


async def test_that_stopping_in_mid_answer_of_the_second_closes_the_second() -> None:
    second = provider("b", ("upon ", 60.0, *says("a time")))
    trail: list[Attempt] = []
    router = router_of(provider("a", breaks_off("Once ")), second)

    words: list[str] = []
    async with aclosing(router.stream(QUESTION, trail=trail)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                words.append(event.text)
            if words == ["Once ", "upon "]:
                break

    assert [attempt.outcome for attempt in trail] == ["failed", "cancelled"]
    assert second.asked[0].closed_at == 0.0


async def test_that_a_timeout_around_a_question_is_a_cancel() -> None:
    first, second = provider("a", silent()), provider("b")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await router_of(first, second).chat(QUESTION)
    assert first.asked[0].closed_at == 3.0
    assert second.asked == []
