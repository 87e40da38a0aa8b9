"""The clocks of an attempt, on virtual time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from understudy.errors import ErrorKind, ProviderError
from understudy.events import TextDelta
from understudy.routing.clocks import AFTER_THE_END, LOADING, AnswerClock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent

pytestmark = pytest.mark.anyio

WORD = (TextDelta("word"),)


def make_clock(within: float = 8.0, idle: float = 30.0) -> AnswerClock:
    return AnswerClock(asyncio.get_running_loop(), "A", within, idle)


def now() -> float:
    return asyncio.get_running_loop().time()


async def after(*pauses: float) -> AsyncGenerator[Sequence[ProviderEvent], None]:
    for pause in pauses:
        await asyncio.sleep(pause)
        yield WORD


async def test_that_the_first_word_has_its_own_deadline() -> None:
    clock = make_clock(within=8.0)
    async with aclosing(after(8.5)) as batches:
        with pytest.raises(ProviderError) as caught:
            await clock.next(batches)
    assert caught.value.kind is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert str(caught.value) == "A sent nothing for 8 s."
    assert now() == 8.0


async def test_that_a_word_sets_the_idle_clock_and_nothing_else_does() -> None:
    clock = make_clock(within=8.0, idle=30.0)
    async with aclosing(after(5.0, 20.0, 20.0)) as batches:
        assert await clock.next(batches) == WORD
        clock.content()
        await clock.next(batches)
        with pytest.raises(ProviderError) as caught:
            await clock.next(batches)
    assert caught.value.kind is ErrorKind.IDLE_TIMEOUT
    assert now() == 35.0


async def test_that_the_end_leaves_a_moment_for_what_comes_after_it() -> None:
    clock = make_clock()
    async with aclosing(after(1.0, 1.5, 1.0)) as batches:
        await clock.next(batches)
        clock.content()
        clock.ended()
        await clock.next(batches)
        with pytest.raises(ProviderError):
            await clock.next(batches)
    assert now() == 1.0 + AFTER_THE_END


async def test_that_the_clock_stands_between_waits() -> None:
    clock = make_clock(within=8.0)
    async with aclosing(after(3.0, 4.0, 4.0)) as batches:
        await clock.next(batches)
        await asyncio.sleep(100.0)
        await clock.next(batches)
        await asyncio.sleep(100.0)
        with pytest.raises(ProviderError):
            await clock.next(batches)
    assert now() == 208.0


async def test_that_the_end_of_the_stream_is_told_apart_from_a_batch() -> None:
    clock = make_clock()
    async with aclosing(after()) as batches:
        assert await clock.next(batches) is None


async def test_that_a_closed_clock_never_rings() -> None:
    clock = make_clock(within=5.0)
    async with aclosing(after(1.0)) as batches:
        await clock.next(batches)
    clock.close()
    clock.close()
    await asyncio.sleep(100.0)


async def test_that_a_ring_leaves_the_task_uncancelled() -> None:
    clock = make_clock(within=5.0)
    async with aclosing(after(60.0)) as batches:
        with pytest.raises(ProviderError):
            await clock.next(batches)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(1.0)


async def test_that_a_cancel_from_outside_is_no_timeout() -> None:
    clock = make_clock(within=5.0)

    async def wait() -> None:
        async with aclosing(after(60.0)) as batches:
            await clock.next(batches)

    task = asyncio.create_task(wait())
    await asyncio.sleep(2.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_that_a_cancel_in_the_moment_of_the_ring_is_a_cancel() -> None:
    clock = make_clock(within=5.0)
    task: asyncio.Task[None] | None = None

    async def wait() -> None:
        async with aclosing(after(60.0)) as batches:
            await clock.next(batches)

    def cancel() -> None:
        assert task is not None
        task.cancel()

    asyncio.get_running_loop().call_at(5.0, cancel)
    task = asyncio.create_task(wait())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert now() == 5.0


async def test_that_a_provider_that_swallows_the_ring_and_ends_is_let_end() -> None:
    async def swallowing() -> AsyncGenerator[Sequence[ProviderEvent], None]:
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            return
        yield WORD

    clock = make_clock(within=5.0)
    async with aclosing(swallowing()) as batches:
        assert await clock.next(batches) is None
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_that_a_model_that_is_being_loaded_has_a_budget_of_its_own_once() -> None:
    clock = make_clock(within=8.0)
    async with aclosing(after(5.0, 100.0, 100.0)) as batches:
        await clock.next(batches)
        clock.loading()
        await clock.next(batches)
        clock.loading()
        with pytest.raises(ProviderError) as caught:
            await clock.next(batches)
    assert caught.value.kind is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert now() == 5.0 + LOADING + 8.0


async def test_that_loading_counts_no_more_once_something_was_said() -> None:
    clock = make_clock(within=8.0, idle=30.0)
    async with aclosing(after(1.0, 40.0)) as batches:
        await clock.next(batches)
        clock.content()
        clock.loading()
        with pytest.raises(ProviderError) as caught:
            await clock.next(batches)
    assert caught.value.kind is ErrorKind.IDLE_TIMEOUT


async def test_that_a_large_model_has_as_long_as_its_size_takes() -> None:
    clock = make_clock(within=8.0)
    async with aclosing(after(1.0, 250.0, 250.0)) as batches:
        await clock.next(batches)
        clock.loading()
        clock.loading(300.0)
        await clock.next(batches)
        clock.loading(300.0)
        with pytest.raises(ProviderError):
            await clock.next(batches)
    assert now() == 1.0 + 300.0 + 8.0
