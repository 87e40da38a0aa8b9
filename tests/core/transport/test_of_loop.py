"""Connections that belong to the running loop and end with it."""

from __future__ import annotations

import asyncio
import gc
import time
from weakref import ref

from helpers.loopback import Loopback
from helpers.replies import json_reply
from understudy.transport.of_loop import TransportOfLoop


async def ask(transport: TransportOfLoop, server: Loopback) -> int:
    return (await transport.fetch(server.base_url, name="Example")).status


def wait_until_closed(server: Loopback) -> None:
    until = time.monotonic() + 10
    while server.connections and time.monotonic() < until:
        time.sleep(0.001)
    assert not server.connections


def test_that_requests_of_one_loop_share_a_connection() -> None:
    async def twice() -> None:
        assert [await ask(transport, server), await ask(transport, server)] == [200, 200]

    transport = TransportOfLoop()
    with Loopback(json_reply({})) as server:
        asyncio.run(twice())
        assert {request.connection for request in server.requests} == {
            server.requests[0].connection
        }


def test_that_connections_are_closed_when_their_loop_ends_and_the_next_opens_its_own() -> None:
    transport = TransportOfLoop()
    with Loopback(json_reply({})) as server:
        for _ in range(2):
            assert asyncio.run(ask(transport, server)) == 200
            wait_until_closed(server)
        assert len({request.connection for request in server.requests}) == 2


def test_that_they_can_be_closed_sooner_and_are_opened_again() -> None:
    async def close_and_ask() -> None:
        await ask(transport, server)
        await transport.aclose()
        wait_until_closed(server)
        assert await ask(transport, server) == 200

    transport = TransportOfLoop()
    with Loopback(json_reply({})) as server:
        asyncio.run(close_and_ask())


def test_that_a_stream_is_read_over_the_running_loops_connections() -> None:
    async def read() -> bytes:
        async with transport.stream("GET", server.base_url, name="Example") as response:
            return await response.body()

    transport = TransportOfLoop()
    with Loopback(json_reply({})) as server:
        assert asyncio.run(read()) == b"{}"
        wait_until_closed(server)


def test_that_no_loop_is_kept_alive() -> None:
    async def loop_after_asking() -> ref[asyncio.AbstractEventLoop]:
        await ask(transport, server)
        return ref(asyncio.get_running_loop())

    transport = TransportOfLoop()
    with Loopback(json_reply({})) as server:
        loop = asyncio.run(loop_after_asking())
    gc.collect()
    assert loop() is None
