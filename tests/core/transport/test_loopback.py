"""The loopback server itself: what the other tests rely on."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from contextlib import closing

import pytest

from helpers.loopback import Loopback, closed_port
from helpers.replies import (
    RESET,
    SILENCE,
    broken_stream,
    openai_stream,
    rate_limited,
)


def ask(server: Loopback) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with closing(connection):
        connection.request("POST", "/v1/chat/completions", body=b'{"model": "m"}')
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()


def test_that_replies_are_played_in_order_and_the_last_repeats() -> None:
    with Loopback(rate_limited("2"), openai_stream("Hi")) as server:
        status, headers, _body = ask(server)
        assert (status, headers["retry-after"]) == (429, "2")
        assert [b'"content": "Hi"' in ask(server)[2] for _ in range(2)] == [True, True]
        assert [request.json() for request in server.chats] == [{"model": "m"}] * 3


def test_that_it_serves_two_requests_on_one_connection() -> None:
    with Loopback(openai_stream("Hi")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        for _ in range(2):
            connection.request("GET", "/v1/models")
            assert b"test-model" in connection.getresponse().read()
        connection.close()
        assert {request.connection for request in server.requests} == {1}


def test_that_a_broken_stream_ends_without_its_last_chunk() -> None:
    with Loopback(broken_stream("Once upon")) as server, pytest.raises(http.client.IncompleteRead):
        ask(server)


def test_that_a_reset_is_a_reset() -> None:
    with Loopback(RESET) as server, pytest.raises(ConnectionResetError):
        ask(server)


def test_that_it_sees_the_client_hang_up() -> None:
    with Loopback(SILENCE) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
            time.sleep(0.05)
            assert not server.requests[0].disconnected
            left_at = time.monotonic()
        seen_at = server.requests[0].wait_disconnected()
        assert seen_at is not None
        assert seen_at - left_at < 0.1


@pytest.mark.anyio
async def test_that_it_runs_inside_a_loop() -> None:
    async with Loopback(SILENCE) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
        await asyncio.sleep(0.05)
        writer.close()
        assert await server.requests[0].saw_disconnect() is not None
        assert await reader.read() == b""


def test_that_nobody_listens_on_a_closed_port() -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", closed_port()))
