"""Many requests at once are dealt out to several clients of the HTTP library."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, cast

import pytest

from helpers.loopback import Loopback
from helpers.replies import json_reply
from understudy.transport.lanes import AT_ONCE, CUT_OFF, Lanes

if TYPE_CHECKING:
    import httpx

    from understudy.transport.http import HttpTransport

pytestmark = pytest.mark.anyio


class Client:
    """In place of the library's."""

    def __init__(self) -> None:
        self.closed = False

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed = True


class Made:
    """Lanes, and the clients that were made for them."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.lanes = Lanes(self._make)

    def _make(self) -> httpx.AsyncClient:
        self.clients.append(Client())
        return cast("httpx.AsyncClient", self.clients[-1])

    async def lend(self, stack: AsyncExitStack) -> Any:
        return await stack.enter_async_context(self.lanes.client())


async def test_that_a_client_serves_so_many_requests_at_once_and_no_more() -> None:
    made = Made()
    async with AsyncExitStack() as stack:
        lent = [await made.lend(stack) for _ in range(2 * AT_ONCE + 1)]
        assert [lent.count(client) for client in made.clients] == [AT_ONCE, AT_ONCE, 1]


async def test_that_one_client_is_kept_for_whoever_comes_next() -> None:
    made = Made()
    async with AsyncExitStack() as stack:
        for _ in range(2 * AT_ONCE + 1):
            await made.lend(stack)
    first, *others = made.clients
    assert not first.closed
    assert [client.closed for client in others] == [True, True]
    async with AsyncExitStack() as stack:
        assert await made.lend(stack) is first


async def test_that_a_client_is_not_closed_and_made_again_with_every_request() -> None:
    made = Made()
    async with AsyncExitStack() as always:
        for _ in range(AT_ONCE):
            await made.lend(always)
        for _ in range(3):
            async with AsyncExitStack() as now_and_then:
                await made.lend(now_and_then)
    assert len(made.clients) == 2


async def test_that_no_client_is_lent_that_is_about_to_be_closed() -> None:
    made = Made()
    async with AsyncExitStack() as first, AsyncExitStack() as second:
        for stack in (first, first, second):
            for _ in range(AT_ONCE):
                await made.lend(stack)
        closing = asyncio.create_task(first.aclose())
        while not closing.done():
            await asyncio.sleep(0)
            async with AsyncExitStack() as other:
                assert not (await made.lend(other)).closed


async def test_that_a_client_has_its_last_request_after_many_were_stopped() -> None:
    made = Made()
    async with AsyncExitStack() as stack:
        first = await made.lend(stack)
        for error in [asyncio.CancelledError, GeneratorExit] * (CUT_OFF // 2):
            with pytest.raises(error):
                async with made.lanes.client():
                    raise error
        assert await made.lend(stack) is not first
        assert not first.closed
    assert first.closed
    assert len(made.clients) == 2


async def test_that_a_failure_wears_no_client_out() -> None:
    made = Made()
    for _ in range(2 * CUT_OFF):
        with pytest.raises(OSError, match="reset"):
            async with made.lanes.client():
                raise OSError("reset")
    assert len(made.clients) == 1


async def test_that_closing_closes_what_is_under_way_too_and_the_next_begins_anew() -> None:
    made = Made()
    async with AsyncExitStack() as stack:
        await made.lend(stack)
        await made.lanes.aclose()
        assert made.clients[0].closed
        assert await made.lend(stack) is made.clients[1]
    assert not made.clients[1].closed


async def test_that_the_connections_of_a_crowd_are_closed_behind_it(
    transport: HttpTransport,
) -> None:
    async with Loopback(json_reply({})) as server:
        async with AsyncExitStack() as stack:
            asked = [transport.stream("GET", server.url) for _ in range(3 * AT_ONCE)]
            responses = [await stack.enter_async_context(each) for each in asked]
            for response in responses:
                await response.body()
            assert server.requests[-1].connection == 3 * AT_ONCE
        async with asyncio.timeout(5):
            while len(server.connections) > AT_ONCE:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await transport.fetch(server.url)
        assert server.requests[-1].connection <= 3 * AT_ONCE


def connections() -> int:
    """How many the library remembers, open or not."""
    gc.collect()
    return sum(type(each).__name__ == "AsyncHTTPConnection" for each in gc.get_objects())


async def test_that_requests_stopped_at_any_moment_leave_little_behind(
    transport: HttpTransport,
) -> None:
    before = connections()
    async with Loopback(json_reply({}).but(framing="close")) as server:
        for steps in [*range(30)] * 20:  # at three of these the library forgets a connection
            asked = asyncio.create_task(transport.fetch(server.url))
            for _ in range(steps):
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.wait({asked})
    assert connections() - before < 16
