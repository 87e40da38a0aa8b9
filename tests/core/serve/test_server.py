"""Sockets of this computer alone, paths and methods, sizes, and an end that lets answers finish."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from helpers.loopback import closed_port
from helpers.providers import provider, says
from helpers.serving import (
    TOKEN,
    ask,
    raw_request,
    router_with,
    serving,
    streamed,
    until,
    words_of,
)
from understudy.errors import UnderstudyError
from understudy.serve.desk import Bounds
from understudy.serve.server import Server, listen, port_of

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"


# Sockets


def test_that_only_this_computer_is_listened_to() -> None:
    sockets = listen(0, ipv6=True)
    try:
        assert [each.getsockname()[0] for each in sockets] == ["127.0.0.1", "::1"]
        assert len({each.getsockname()[1] for each in sockets}) == 1
    finally:
        for each in sockets:
            each.close()


def test_that_the_port_that_was_asked_for_is_taken() -> None:
    port = closed_port()
    [opened] = listen(port)
    with opened:
        assert port_of([opened]) == port


def test_that_a_port_in_use_is_told_with_what_one_can_do() -> None:
    [opened] = listen(0)
    with opened, pytest.raises(UnderstudyError) as caught:
        listen(port_of([opened]))
    assert "in use by another program" in caught.value.happened
    assert "--port 0" in caught.value.can_do


def test_that_half_an_opening_is_closed_again() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = int(other.getsockname()[1])
        with pytest.raises(UnderstudyError):
            listen(port, ipv6=True)
        listen(port)[0].close()


def test_that_a_port_that_may_not_be_used_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(UnderstudyError, match="Permission denied"):
        listen(80)


async def test_that_both_addresses_answer() -> None:
    async with serving(router_with(provider("a")), ipv6=True) as api:
        four = await api.client.get("/healthz")
        six = await api.client.get(f"http://[::1]:{api.port}/healthz")
    assert four.json() == six.json() == {"status": "ok"}


# Paths, methods, sizes


async def test_that_a_path_that_is_not_here_says_how_the_address_ends() -> None:
    async with serving(router_with(provider("a"))) as api:
        answers = [
            await api.client.post(path, json=ask())
            for path in ("/chat/completions", "/v1/responses", "/v1/chat/completions/")
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert "/v1" in answers[0].json()["error"]["message"]


async def test_that_each_path_takes_its_own_methods_and_says_which() -> None:
    async with serving(router_with(provider("a"))) as api:
        wrong = await api.client.get(CHAT)
        asked = await api.client.options(CHAT)
        head = await api.client.head("/v1/models")
        sockets = await api.client.get(
            CHAT, headers={"connection": "upgrade", "upgrade": "websocket"}
        )
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.json()["error"]["code"] == "method_not_allowed"
    assert (asked.status_code, asked.headers["allow"]) == (204, "POST")
    assert (head.status_code, head.content) == (200, b"")
    assert sockets.status_code == 405


async def test_that_a_body_that_is_too_large_is_refused_before_and_while_it_is_read() -> None:
    a = provider("a")
    small = Bounds(body=2_000_000)
    async with serving(router_with(a), bounds=small) as api:
        told = await api.client.post(CHAT, json=ask("a" * 2_000_000))

        async def pieces() -> object:
            for _ in range(40):
                yield b" " * 100_000

        untold = await api.client.post(CHAT, content=pieces())  # type: ignore[arg-type]
        after = await api.client.post(CHAT, json=ask())
    assert [told.status_code, untold.status_code, after.status_code] == [413, 413, 200]
    assert told.json()["error"]["code"] == "request_too_large"
    assert len(a.asked) == 1


async def test_that_a_large_body_is_read_whole() -> None:
    a = provider("a")
    text = "글" * 300_000
    async with serving(router_with(a)) as api:
        answer = await api.client.post(CHAT, json=ask(text))
    assert answer.status_code == 200
    assert a.asked[0].request.messages[0].text == text


async def test_that_what_is_no_http_is_refused() -> None:
    async with serving(router_with(provider("a"))) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_that_a_request_is_noted_without_a_word_of_it() -> None:
    async with serving(router_with(provider("a"))) as api:
        await api.client.post(CHAT, json=ask("A secret."))
        await until(lambda: api.noted)
    [noted] = api.noted
    assert (noted.method, noted.path, noted.status) == ("POST", CHAT, 200)
    assert (noted.model, noted.attempts, noted.hung_up) == ("a/m", 1, False)
    assert noted.seconds > 0
    assert "secret" not in repr(noted)
    assert TOKEN not in repr(noted)


# The end


async def test_that_an_answer_under_way_is_finished_and_no_new_one_is_begun() -> None:
    a = provider("a", ("Begun. ", 0.5, *says("Done.")))
    async with serving(router_with(a)) as api:
        under_way = asyncio.create_task(api.client.post(CHAT, json=ask(stream=True)))
        await until(lambda: a.asked)
        api.server.handle_exit(signal.SIGTERM, None)
        await until(lambda: api.stopping)
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", api.port)
        answer = await under_way
    chunks, _, done = streamed(answer.text)
    assert words_of(chunks) == "Begun. Done."
    assert done
    assert api.stopping == [1]


async def test_that_an_answer_that_takes_too_long_is_cut_off_and_its_provider_hung_up_on() -> None:
    a = provider("a", ("Begun. ", 1e6))
    async with serving(router_with(a), grace=1) as api:
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(raw_request(ask(stream=True)))
        await reader.readuntil(b"Begun. ")
        api.server.handle_exit(signal.SIGTERM, None)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readuntil(b"[DONE]")
        await until(lambda: a.asked[0].closed_at is not None)
        writer.close()


@pytest.mark.parametrize("stream", [True, False])
async def test_that_a_second_signal_ends_at_once(*, stream: bool) -> None:
    a = provider("a", ("Begun. ", 1e6))
    async with serving(router_with(a), grace=1_000) as api:
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(raw_request(ask(stream=stream)))
        await until(lambda: a.asked)
        api.server.handle_exit(signal.SIGINT, None)
        api.server.handle_exit(signal.SIGINT, None)
        await until(lambda: a.asked[0].closed_at is not None)
        writer.close()


async def test_that_nobody_asking_is_an_end_at_once() -> None:
    async with serving(router_with(provider("a"))) as api:
        await api.client.get("/healthz")
        api.server.should_exit = True
        await until(lambda: api.stopping)
    assert api.stopping == [0]


async def test_that_signals_are_taken_while_it_runs_and_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serving(router_with(provider("a"))) as api:
        await api.client.get("/healthz")
        assert signal.getsignal(signal.SIGTERM) == api.server.handle_exit
        signal.raise_signal(signal.SIGTERM)
        await until(lambda: api.stopping)
    assert signal.getsignal(signal.SIGTERM) == before


def test_that_on_another_thread_it_leaves_signals_alone() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send

    stopped: list[int] = []
    started = threading.Event()
    server = Server(app, started.set, stopped.append)
    server.should_exit = True
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(listen(0))))
    thread.start()
    thread.join(10)
    assert started.is_set()
    assert stopped == [0]
