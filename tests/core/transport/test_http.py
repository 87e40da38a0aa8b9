"""The transport, against real servers on this computer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import aclosing

import pytest

from helpers.asking import ask, failure_of
from helpers.loopback import CERTIFICATE, Loopback, closed_port, tls
from helpers.replies import (
    CLOSE,
    RESET,
    SILENCE,
    Chunk,
    Reply,
    broken_stream,
    html_page,
    json_reply,
    openai_stream,
    wrong_key,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.http import HttpTransport

pytestmark = pytest.mark.anyio


async def test_that_a_request_arrives_as_it_was_meant(transport: HttpTransport) -> None:
    async with Loopback(json_reply({"a": 1})) as server:
        url = f"{server.base_url}/chat/completions"
        headers = {"authorization": "Bearer k"}
        body = {"q": "한글 \ud83d"}
        async with transport.stream("POST", url, headers=headers, json=body) as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "application/json"
            assert await response.body() == b'{"a": 1}'
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v1/chat/completions")
        assert request.headers["authorization"] == "Bearer k"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers["user-agent"].startswith("understudy/")
        assert request.json() == {"q": "한글 ?"}


async def test_that_bytes_arrive_when_they_were_sent(transport: HttpTransport) -> None:
    reply = openai_stream(pieces=["One", "two"], delay=0.2)
    async with Loopback(reply) as server, transport.stream("GET", server.url + "/x") as response:
        arrived = [(time.perf_counter(), data) async for data in response.chunks()]
    (one, two) = (next(t for t, d in arrived if word in d) for word in (b"One", b"two"))
    assert two - one > 0.15


async def test_that_a_connection_is_kept_for_the_next_request(transport: HttpTransport) -> None:
    async with Loopback(openai_stream()) as server:
        for _ in range(3):
            await ask(transport, server)
        assert {request.connection for request in server.requests} == {1}


async def test_that_a_connection_is_kept_behind_an_error_that_was_read(
    transport: HttpTransport,
) -> None:
    async with Loopback(wrong_key(), json_reply({}), json_reply({}, 500), json_reply({})) as server:
        for _ in range(4):
            await ask(transport, server)
        assert {request.connection for request in server.requests} == {1}


async def test_that_a_connection_is_kept_behind_an_answer_with_nothing_in_it(
    transport: HttpTransport,
) -> None:
    async with Loopback(Reply(204, (), framing="length"), Reply()) as server:
        for _ in range(3):
            assert await ask(transport, server) == b""
        assert {request.connection for request in server.requests} == {1}


async def test_that_a_kept_connection_that_died_meanwhile_is_not_used(
    transport: HttpTransport,
) -> None:
    async with Loopback(json_reply({})) as server:
        for _ in range(2):
            assert await ask(transport, server) == b"{}"
            for connection in tuple(server.connections):
                connection.abort()
            await asyncio.sleep(0.01)
        assert [request.connection for request in server.requests] == [1, 2]


async def test_that_a_hundred_streams_run_at_once(transport: HttpTransport) -> None:
    async with Loopback(openai_stream(first_delay=0.2)) as server:
        await asyncio.gather(*(ask(transport, server) for _ in range(100)))
        assert len({request.connection for request in server.requests}) == 100


async def read_on(transport: HttpTransport, server: Loopback) -> None:
    async with (
        transport.stream("POST", server.base_url, json={}) as response,
        aclosing(response.chunks()) as chunks,
    ):
        async for _data in chunks:
            pass


@pytest.mark.parametrize("hang_up", [CLOSE, RESET])
async def test_that_a_kept_connection_that_the_server_let_go_of_costs_nothing(
    transport: HttpTransport, hang_up: Reply
) -> None:
    async with Loopback(json_reply({"n": 1}), hang_up, json_reply({"n": 2})) as server:
        assert b"1" in await ask(transport, server)
        assert b"2" in await ask(transport, server)
        assert [request.connection for request in server.chats] == [1, 1, 2]
        assert server.chats[1].body == server.chats[2].body


@pytest.mark.parametrize("hang_up", [CLOSE, RESET])
async def test_that_a_server_that_hangs_up_on_a_new_connection_is_not_asked_twice(
    transport: HttpTransport, hang_up: Reply
) -> None:
    async with Loopback(hang_up) as server:
        with pytest.raises(ProviderError) as failed:
            await ask(transport, server)
        assert failed.value.kind is ErrorKind.NETWORK
        assert len(server.chats) == 1


async def test_that_a_server_that_hangs_up_again_and_again_is_asked_once_more_and_no_further(
    transport: HttpTransport,
) -> None:
    async with Loopback(json_reply({"n": 1}), CLOSE) as server:
        await ask(transport, server)
        with pytest.raises(ProviderError):
            await ask(transport, server)
        assert [request.connection for request in server.chats] == [1, 1, 2]


async def test_that_closing_the_transport_ends_the_streams_that_run(
    transport: HttpTransport,
) -> None:
    async with Loopback(broken_stream("Once", ending="silence")) as server:
        task = asyncio.create_task(read_on(transport, server))
        await server.arrived()
        await asyncio.sleep(0.05)
        await transport.aclose()
        assert await server.chats[0].saw_disconnect() is not None
        with pytest.raises((ProviderError, asyncio.CancelledError)):
            await asyncio.wait_for(task, 2)


@pytest.mark.parametrize("reply", [SILENCE, broken_stream("Once", ending="silence")])
async def test_that_cancelling_hangs_up_at_once(transport: HttpTransport, reply: Reply) -> None:
    async with Loopback(reply) as server:
        task = asyncio.create_task(read_on(transport, server))
        await server.arrived()
        await asyncio.sleep(0.05)
        cancelled_at = time.monotonic()
        task.cancel()
        seen_at = await server.chats[0].saw_disconnect()
        assert seen_at is not None
        assert seen_at - cancelled_at < 0.1
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_that_leaving_the_block_hangs_up_at_once(transport: HttpTransport) -> None:
    async with Loopback(broken_stream("Once upon", ending="silence")) as server:
        async with transport.stream("POST", server.base_url, json={}) as response:
            async with aclosing(response.chunks()) as chunks:
                await anext(chunks)
            left_at = time.monotonic()
        seen_at = await server.chats[0].saw_disconnect()
        assert seen_at is not None
        assert seen_at - left_at < 0.1


async def test_that_a_body_is_read_no_further_than_its_limit(transport: HttpTransport) -> None:
    endless = Reply(chunks=(Chunk(b"x" * 1000),) * 10, ending="silence")
    async with Loopback(endless) as server:
        async with transport.stream("POST", server.base_url, json={}) as response:
            assert await response.body(limit=2500) == b"x" * 2500
        assert await server.chats[0].saw_disconnect() is not None


async def test_that_nobody_listening_is_told(transport: HttpTransport) -> None:
    error = await failure_of(transport, f"http://127.0.0.1:{closed_port()}/v1")
    assert (error.kind, str(error)) == (ErrorKind.NETWORK, "Example is not running.")


@pytest.mark.parametrize("reply", [RESET, CLOSE])
async def test_that_a_connection_that_breaks_before_the_answer_is_a_network_error(
    transport: HttpTransport, reply: Reply
) -> None:
    async with Loopback(reply) as server:
        assert (await failure_of(transport, server)).kind is ErrorKind.NETWORK


@pytest.mark.parametrize("ending", ["cut", "reset"])
async def test_that_a_connection_that_breaks_in_mid_answer_is_an_interruption(
    transport: HttpTransport, ending: str
) -> None:
    reply = broken_stream("Once upon a time", delay=0.02).but(ending=ending)
    async with Loopback(reply) as server:
        error = await failure_of(transport, server)
    assert (error.kind, str(error)) == (ErrorKind.INTERRUPTED, "Example broke off.")


async def test_that_a_connection_that_breaks_behind_the_head_is_a_network_error(
    transport: HttpTransport,
) -> None:
    async with Loopback(Reply(ending="cut")) as server:
        assert (await failure_of(transport, server)).kind is ErrorKind.NETWORK


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
    ],
    ids=["another protocol", "an odd status"],
)
async def test_that_a_head_that_is_none_is_told(transport: HttpTransport, head: bytes) -> None:
    async with Loopback(Reply(head=head)) as server:
        error = await failure_of(transport, server)
    assert error.kind is ErrorKind.NETWORK
    assert str(error) == "Example hung up, or what runs at its address does not speak HTTP."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_that_a_redirect_is_never_followed_and_its_place_is_named(
    transport: HttpTransport, status: int
) -> None:
    async with Loopback() as other:
        place = f"http://user:pw@127.0.0.1:{other.port}/v2?key=secret#x"
        moved = Reply(status, (("location", place),), framing="length")
        async with Loopback(moved) as server:
            error = await failure_of(transport, server, {"authorization": "Bearer k"})
        assert other.requests == []
        assert other.connections == []
    assert error.status == status
    assert f"has moved to http://127.0.0.1:{other.port}/v2 ({status})" in str(error)
    assert "secret" not in str(error)
    assert "pw" not in str(error)


async def test_that_a_redirect_to_a_path_or_to_nowhere_is_told(transport: HttpTransport) -> None:
    async with Loopback(
        Reply(302, (("location", "/login"),), framing="length"), Reply(304, (), framing="length")
    ) as server:
        assert f"moved to {server.url}/login" in str(await failure_of(transport, server))
        assert "moved to elsewhere (304)" in str(await failure_of(transport, server))


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com/v1", "http://", "http://a b/"])
async def test_that_an_address_that_is_none_is_told(transport: HttpTransport, url: str) -> None:
    error = await failure_of(transport, url)
    assert error.kind is ErrorKind.NETWORK
    assert "Example" in str(error)


async def test_that_an_error_without_a_name_names_the_host(transport: HttpTransport) -> None:
    port = closed_port()
    with pytest.raises(ProviderError, match=f"127.0.0.1:{port} is not running"):
        async with transport.stream("GET", f"http://127.0.0.1:{port}/"):
            pass


async def test_that_an_exception_of_the_callers_own_passes_through(
    transport: HttpTransport,
) -> None:
    async with Loopback() as server:
        with pytest.raises(KeyError):
            async with transport.stream("GET", server.url + "/x"):
                raise KeyError


class TestFetch:
    async def test_that_a_whole_answer_is_fetched_whatever_its_status(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(json_reply({"error": "x"}, 404)) as server:
            answer = await transport.fetch(server.url + "/x", headers={"a": "b"})
        assert (answer.status, answer.body) == (404, b'{"error": "x"}')
        assert server.requests[0].headers["a"] == "b"

    async def test_that_a_body_can_be_sent_for_it(self, transport: HttpTransport) -> None:
        async with Loopback(json_reply({"data": []})) as server:
            url = f"{server.base_url}/embeddings"
            answer = await transport.fetch(url, method="POST", json={"input": ["한글"]})
        (request,) = server.chats
        assert (answer.status, request.json()) == (200, {"input": ["한글"]})
        assert request.headers["content-type"] == "application/json"

    async def test_that_silence_ends_in_time(self, transport: HttpTransport) -> None:
        async with Loopback(SILENCE) as server:
            began = time.perf_counter()
            with pytest.raises(ProviderError, match=r"sent no answer within 0\.1 s"):
                await transport.fetch(server.url + "/x", timeout=0.1)
            assert time.perf_counter() - began < 0.3

    async def test_that_a_body_beyond_the_limit_is_refused(self, transport: HttpTransport) -> None:
        async with Loopback(html_page()) as server:
            with pytest.raises(ProviderError, match="far too long") as caught:
                await transport.fetch(server.url + "/x", limit=10)
        assert caught.value.kind is ErrorKind.MALFORMED_CHUNK


async def test_that_it_can_be_used_again_after_it_was_closed() -> None:
    transport = HttpTransport()
    await transport.aclose()
    async with Loopback(json_reply({})) as server:
        for _ in range(2):
            await ask(transport, server)
            await transport.aclose()
        assert [request.connection for request in server.requests] == [1, 2]


async def test_that_it_can_be_loaded_ahead_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    transport = HttpTransport()
    await asyncio.to_thread(transport.load)
    async with Loopback(json_reply({})) as plain, Loopback(json_reply({}), tls=tls()) as secure:
        for server in (plain, secure):
            assert await ask(transport, server) == b"{}"
    await transport.aclose()


def test_that_making_a_transport_loads_no_http_library() -> None:
    program = (
        "import sys; from understudy.transport.http import HttpTransport; HttpTransport();"
        "sys.exit(any(name in sys.modules for name in ('httpx', 'httpcore', 'truststore')))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert (
        subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode
        == 0
    )
