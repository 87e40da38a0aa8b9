"""Clients that hang up, stop reading, stop sending or say nothing; and many at once."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from helpers.loopback import Loopback
from helpers.providers import provider, says
from helpers.replies import SILENCE, openai_stream
from helpers.serving import (
    ask,
    raw_request,
    router_with,
    serving,
    streamed,
    until,
    words_of,
)
from understudy.events import Stop, TextDelta
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.serve.desk import Bounds
from understudy.serve.server import Connection
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from helpers.replies import Reply
    from helpers.serving import Serving

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"


@asynccontextmanager
async def served_over_http(*replies: Reply) -> AsyncGenerator[tuple[Serving, Loopback]]:
    """Serve a provider that asks a real server."""
    async with Loopback(*replies) as upstream:
        transport = HttpTransport(trust_env=False)
        row = ProviderRow("up", "Upstream", "openai-chat", upstream.base_url, needs_key=False)
        asker = HttpProvider(row, transport, lambda: None)
        try:
            router = router_with(asker)
            router.register_embedding_provider(asker)
            async with serving(router) as api:
                yield api, upstream
        finally:
            await transport.aclose()


async def hung_up_after(
    api: Serving, upstream: Loopback, body: dict[str, object], heard: bytes
) -> float:
    """Ask, hang up having ``heard`` so much, and give the seconds until upstream was hung up on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(raw_request(body))
    await upstream.arrived()
    if heard:
        await reader.readuntil(heard)
    hung_up_at = time.monotonic()
    writer.close()
    gone_at = await upstream.chats[0].saw_disconnect()
    assert gone_at is not None
    await until(lambda: api.noted)
    assert api.noted[-1].hung_up
    return gone_at - hung_up_at


async def test_that_hanging_up_on_a_stream_closes_the_providers_connection_at_once() -> None:
    async with served_over_http(openai_stream("a" * 400, delay=0.02)) as (api, upstream):
        body = ask(model="up/m", stream=True)
        assert await hung_up_after(api, upstream, body, b"aaaa") < 0.5
        assert api.noted[-1].model == "up/m"


@pytest.mark.parametrize("stream", [True, False])
async def test_that_hanging_up_before_the_first_word_does_too(*, stream: bool) -> None:
    async with served_over_http(SILENCE) as (api, upstream):
        assert await hung_up_after(api, upstream, ask(model="up/m", stream=stream), b"") < 0.5


async def test_that_hanging_up_while_vectors_are_made_closes_it_too() -> None:
    async with served_over_http(SILENCE) as (api, upstream):
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(raw_request({"model": "up/m", "input": "a"}, path="/v1/embeddings"))
        await upstream.arrived()
        writer.close()
        assert await upstream.chats[0].saw_disconnect() is not None
        await until(lambda: api.noted)
        assert api.noted[-1].hung_up


async def test_that_one_who_stops_reading_is_hung_up_on_and_holds_nobody_up() -> None:
    flood = (*[TextDelta("a" * 1_000_000)] * 40, Stop("stop"))
    a = provider("a", flood)
    async with serving(router_with(a), bounds=Bounds(taken_within=0.2)) as api:
        slow = socket.create_connection(("127.0.0.1", api.port))
        slow.sendall(raw_request(ask(stream=True)))
        await until(lambda: a.asked)
        a.scripts = [says("Hi")]
        other = await api.client.post(CHAT, json=ask())
        await until(lambda: a.asked[0].closed_at is not None)
        await until(lambda: any(each.hung_up for each in api.noted))
        slow.close()
    assert other.json()["choices"][0]["message"]["content"] == "Hi"


async def test_that_one_who_stops_sending_is_told_so() -> None:
    a = provider("a")
    async with serving(router_with(a), bounds=Bounds(sent_within=0.1)) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(raw_request(ask())[:-5])
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert b" 408 " in answer
    assert a.asked == []


async def test_that_one_who_leaves_while_sending_is_forgotten() -> None:
    a = provider("a")
    async with serving(router_with(a)) as api:
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(raw_request(ask())[:-5])
        await until(lambda: api.server.server_state.tasks)
        writer.close()
        await until(lambda: api.noted)
    assert api.noted[0].hung_up
    assert a.asked == []


@pytest.mark.parametrize("said", [b"", b"GET /v1/models HT"])
async def test_that_one_who_says_nothing_or_half_a_word_is_hung_up_on(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "head_within", 0.1)
    async with serving(router_with(provider("a"))) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(said)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_that_half_a_second_request_on_a_connection_is_not_waited_for_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Connection, "head_within", 0.1)
    head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    async with serving(router_with(provider("a"))) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(head)
        assert b'{"status":"ok"}' in await reader.readuntil(b"}")
        writer.write(head[:20])
        await asyncio.sleep(0)
        writer.write(head[20:-2])
        await until(lambda: not api.server.server_state.connections)
        writer.close()


async def test_that_an_answer_that_takes_long_is_not_taken_for_a_slow_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Connection, "head_within", 0.1)
    async with serving(router_with(provider("a", (0.4, *says("Hi"))))) as api:
        answer = await api.client.post(CHAT, json=ask())
    assert answer.status_code == 200


async def test_that_many_clients_are_answered_at_once() -> None:
    a = provider("a", *[says(f"Answer {number}. ", "Done.") for number in range(60)])
    async with serving(router_with(a)) as api:
        answers = await asyncio.gather(
            *(api.client.post(CHAT, json=ask(stream=True)) for _ in range(60))
        )
    told = [streamed(answer.text) for answer in answers]
    words = {words_of(chunks) for chunks, _, _ in told}
    assert words == {f"Answer {number}. Done." for number in range(60)}
    assert all(done for _, _, done in told)
