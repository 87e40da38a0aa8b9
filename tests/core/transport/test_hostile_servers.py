"""Servers that send without end, without sense or without haste: what they can do is bounded."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from helpers.asking import ask, failure_of
from helpers.hostile import Line, RawServer
from helpers.loopback import CERTIFICATE, Loopback, tls
from helpers.replies import SSE, Chunk, Reply, broken_stream, json_reply
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.http import HttpTransport
from understudy.wire.sse import MAX_EVENT_BYTES, SseDecoder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
UNTIL_CLOSED = OK + b"connection: close\r\n\r\n"
PIECE = 64 * 1024
MEGABYTE = 1024 * 1024
ON_THE_WAY = 8 * MEGABYTE
"""More than the buffers of both ends of a connection on this computer hold."""

NO_HTTP = "Example hung up, or what runs at its address does not speak HTTP."


def says(data: bytes, then: str = "close") -> Callable[[Line], Awaitable[None]]:
    """Answer a request with these bytes; then ``close``, or ``repeat`` the last line for ever."""

    async def play(line: Line) -> None:
        await line.request()
        await line.send(data)
        if then == "repeat":
            await line.send_for_ever(data.splitlines(keepends=True)[-1] * 100)

    return play


@pytest.mark.parametrize(
    "head",
    [OK + b"x: y\r\n", OK + b"x: y\r\n y\r\n", OK + b"x: " + b"y" * PIECE, b"\r\n", b"H", b"\0"],
    ids=["headers", "one header on many lines", "one line", "empty lines", "a version", "zeros"],
)
async def test_that_a_head_without_end_is_given_up_early(
    transport: HttpTransport, head: bytes
) -> None:
    async with RawServer(says(head, then="repeat")) as server:
        error = await failure_of(transport, f"{server.url}/v1")
        await server.hung_up()
        assert server.sent < ON_THE_WAY
    assert error.kind is ErrorKind.NETWORK
    assert str(error) in {"Example sent headers without end.", NO_HTTP}


async def test_that_as_many_headers_as_fit_are_read_and_copied_at_once(
    transport: HttpTransport,
) -> None:
    many = 90 * 1024 // len(b"a1234:\r\n")
    head = OK + b"".join(b"a%04x:\r\n" % number for number in range(many))
    async with Loopback(Reply(head=head + b"content-length: 0\r\n\r\n")) as server:
        answer = await asyncio.wait_for(transport.fetch(f"{server.url}/x"), 5)
    # The library's own headers take more than a second a copy here, and a minute for ten.
    assert all(len(dict(answer.headers)) == many + 1 for _ in range(100))


async def test_that_interim_answers_without_end_stop_with_the_callers_clock(
    transport: HttpTransport,
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send_for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    async with RawServer(play) as server:
        with pytest.raises(ProviderError, match="sent no answer within"):
            await transport.fetch(f"{server.url}/x", timeout=0.2)
        await server.hung_up()


@pytest.mark.parametrize("drip", [OK + b"x: ", CHUNKED, CHUNKED + b"1", b""])
async def test_that_a_server_that_drips_is_hung_up_on_when_its_time_is_over(
    transport: HttpTransport, drip: bytes
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send(drip)
        while True:
            await line.send(b"0")
            await asyncio.sleep(0.01)

    async with RawServer(play) as server:
        with pytest.raises(ProviderError, match="sent no answer within"):
            await transport.fetch(f"{server.url}/x", timeout=0.2)
        await server.hung_up()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (OK + b"content-length: -1\r\n\r\n", ErrorKind.NETWORK),
        (OK + b"content-length: 1\r\ncontent-length: 2\r\n\r\n", ErrorKind.NETWORK),
        (OK + b"content-length: 99999999999999999999999\r\n\r\nab", ErrorKind.NETWORK),
        (OK + b"x: a\0b\r\ncontent-length: 0\r\n\r\n", ErrorKind.NETWORK),
        (OK + b"x y: a\r\ncontent-length: 0\r\n\r\n", ErrorKind.NETWORK),
        (OK + b": a\r\n\r\n", ErrorKind.NETWORK),
        (OK + b"transfer-encoding: gzip\r\n\r\n", ErrorKind.NETWORK),
        (b"HTTP/1.1 20 OK\r\n\r\n", ErrorKind.NETWORK),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", ErrorKind.NETWORK),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ErrorKind.NETWORK),
        (CHUNKED + b"zz\r\nab\r\n", ErrorKind.NETWORK),
        (CHUNKED + b"-2\r\nab\r\n", ErrorKind.NETWORK),
        (CHUNKED + b"fffffffffffffffffffffff\r\nab", ErrorKind.NETWORK),
        (CHUNKED + b"2\r\nabc\r\n", ErrorKind.INTERRUPTED),
        (CHUNKED + b"2\r\nab\r\nzz\r\n", ErrorKind.INTERRUPTED),
        (CHUNKED + b"2\r\nab\r\n0\r\nx y\r\n\r\n", ErrorKind.INTERRUPTED),
        (OK + b"content-length: 5\r\n\r\nab", ErrorKind.INTERRUPTED),
    ],
)
async def test_that_what_is_no_proper_http_is_told(
    transport: HttpTransport, said: bytes, kind: ErrorKind
) -> None:
    async with RawServer(says(said)) as server:
        error = await failure_of(transport, f"{server.url}/v1")
        await server.hung_up()
    assert error.kind is kind
    assert str(error) == (NO_HTTP if kind is ErrorKind.NETWORK else "Example broke off.")


@pytest.mark.parametrize("then", [b";" + b"x" * PIECE, b"0\r\n" + b"x: y\r\n" * PIECE])
async def test_that_chunks_with_more_around_them_than_in_them_are_given_up(
    transport: HttpTransport, then: bytes
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send(CHUNKED + b"2\r\nab\r\n" + then)
        await line.send_for_ever(b"x" * PIECE if then[:1] == b";" else b"x: y\r\n" * 1000)

    async with RawServer(play) as server:
        assert (await failure_of(transport, f"{server.url}/v1")).kind is ErrorKind.INTERRUPTED
        await server.hung_up()
        assert server.sent < ON_THE_WAY


@pytest.mark.parametrize("status", [b"200 OK", b"204 No Content", b"500 Oh"])
async def test_that_an_answer_without_a_body_is_an_empty_one(
    transport: HttpTransport, status: bytes
) -> None:
    async with RawServer(says(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")) as server:
        assert await ask(transport, f"{server.url}/v1") == b""


async def test_that_a_body_longer_than_it_was_said_to_be_does_no_harm_to_the_next_answer(
    transport: HttpTransport,
) -> None:
    async def play(line: Line) -> None:
        while True:
            await line.request()
            await line.send(OK + b"content-length: 2\r\n\r\nab and more")

    async with RawServer(play) as server:
        for _ in range(3):
            assert await ask(transport, f"{server.url}/v1") == b"ab"


async def read_events(transport: HttpTransport, url: str) -> None:
    decoder = SseDecoder("Example")
    async with (
        transport.stream("GET", url) as response,
        aclosing(response.chunks()) as chunks,
    ):
        async for data in chunks:
            assert len(data) <= PIECE
            decoder.feed(data)


async def test_that_one_line_of_a_gigabyte_is_given_up_at_sixteen_megabytes(
    transport: HttpTransport,
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send(UNTIL_CLOSED + b"data: ")
        for _ in range(1024 * MEGABYTE // PIECE):
            await line.send(b"x" * PIECE)

    async with RawServer(play) as server:
        with pytest.raises(ProviderError, match="single event of more than 16 MB"):
            await read_events(transport, f"{server.url}/x")
        await server.hung_up()
        assert server.sent < MAX_EVENT_BYTES + ON_THE_WAY


@pytest.mark.parametrize("status", [b"200 OK", b"500 Oh"])
async def test_that_a_body_without_end_is_read_no_further_than_its_limit(
    transport: HttpTransport, status: bytes
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n\r\n")
        await line.send_for_ever(b"x" * PIECE)

    async with RawServer(play) as server:
        async with transport.stream("GET", f"{server.url}/x") as response:
            assert len(await response.body(MEGABYTE)) == MEGABYTE
        await server.hung_up()
        assert server.sent < MEGABYTE + ON_THE_WAY


@pytest.fixture(params=["plain", "tls", "compressed"])
async def silent(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Loopback]:
    """A server that says a little and then no more."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    reply = broken_stream("Once upon", ending="silence")
    if request.param == "compressed":
        packed = Chunk(gzip.compress(reply.body))
        reply = reply.but(headers=(SSE, ("content-encoding", "gzip")), chunks=(packed,))
    async with Loopback(reply, tls=tls() if request.param == "tls" else None) as server:
        yield server


class TestHangingUp:
    async def test_that_closing_the_chunks_closes_the_connection(
        self, transport: HttpTransport, silent: Loopback
    ) -> None:
        async with transport.stream("POST", silent.base_url, json={}) as response:
            chunks = response.chunks()
            await anext(chunks)
            await chunks.aclose()
            assert await silent.chats[0].saw_disconnect() is not None

    async def test_that_leaving_the_block_closes_the_connection(
        self, transport: HttpTransport, silent: Loopback
    ) -> None:
        async with transport.stream("POST", silent.base_url, json={}) as response:
            assert response.status == 200
        assert await silent.chats[0].saw_disconnect() is not None

    async def test_that_cancelling_a_tls_handshake_closes_the_connection(
        self, transport: HttpTransport
    ) -> None:
        async def play(line: Line) -> None:
            await line.wait()

        async with RawServer(play) as server:
            task = asyncio.create_task(ask(transport, f"https://127.0.0.1:{server.port}/v1"))
            await server.came.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.hung_up()

    async def test_that_a_tls_handshake_without_end_is_given_up(self) -> None:
        async def play(line: Line) -> None:
            await line.wait()

        transport = HttpTransport(connect_timeout=0.5)
        async with RawServer(play) as server:
            error = await failure_of(transport, f"https://127.0.0.1:{server.port}/v1")
            await server.hung_up()
        assert str(error) == "No secure connection to Example: is it https at that port?"
        await transport.aclose()


async def test_that_a_cookie_is_not_kept(transport: HttpTransport) -> None:
    marked = json_reply({}, headers=(("set-cookie", "who=you; Path=/"),) * 50)
    async with Loopback(marked) as server:
        for _ in range(2):
            await ask(transport, server)
        assert [each.headers.get("cookie") for each in server.chats] == [None, None]


async def test_that_a_thousand_chunks_of_one_byte_are_as_good_as_one(
    transport: HttpTransport,
) -> None:
    async with Loopback(Reply(chunks=(Chunk(b"x"),) * 1000)) as server:
        assert await ask(transport, server) == b"x" * 1000
