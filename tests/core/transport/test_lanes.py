"""Many requests at once are dealt out to several clients of the HTTP library."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, cast

import pytest

from helpers.loopback import Loopback
from helpers.replies import json_reply
from understudy.transport.lanes import AT_ONCE, Lanes

if TYPE_CHECKING:
    import httpx

    from understudy.transport.http import HttpTransport

pytestmark = pytest.mark.anyio


class Client:
    """In place of the library's."""

    def __init__(self) -> None:
        self.closed = False

    async def aclose(self) -> None:
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
