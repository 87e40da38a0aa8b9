"""No key and no password is ever in an error, nor in anything that hangs on it."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from helpers.asking import failure_of
from helpers.loopback import Loopback, closed_port, tls
from helpers.proxies import HttpProxy, Socks5Proxy
from helpers.replies import CLOSE, RESET, Chunk, Reply, broken_stream, json_reply
from understudy.errors import ErrorKind
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-1234567890"


def everything_about(error: BaseException) -> Iterator[str]:
    """All that a log could write of an error: its words, its traceback, whatever it came from."""
    yield "".join(traceback.format_exception(error))
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in seen:
            seen.append(each)
            yield f"{each} {each!r} {each.args!r} {vars(each)!r}"
            waiting += [each.__context__, each.__cause__]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (f"Bearer {CANARY}\n", "LocalProtocolError"),
        (f"Bearer {CANARY}\r\nx-other: y", "LocalProtocolError"),
        (f"Bearer {CANARY}\0", "LocalProtocolError"),
        (f"Bearer {CANARY}한글", "header"),
        (f"Bearer {CANARY}\xa0", "header"),
        (f"Bearer {CANARY}\ud83d", "header"),
    ],
)
async def test_that_a_key_that_cannot_be_sent_is_not_quoted(
    transport: HttpTransport, value: str, code: str
) -> None:
    async with Loopback() as server:
        error = await failure_of(transport, server, {"authorization": value})
        assert server.requests == []
    assert (error.kind, error.code) == (ErrorKind.BAD_REQUEST, code)
    assert str(error).startswith("The request to Example cannot be sent")
    assert not any(CANARY in each for each in everything_about(error))


@pytest.mark.parametrize(
    "reply",
    [
        RESET,
        CLOSE,
        broken_stream("Once"),
        Reply(ending="reset"),
        Reply(308, (("location", f"https://user:{CANARY}@example.com/v1?key={CANARY}"),)),
        Reply(head=f"HTTP/1.1 2000 {CANARY}\r\n\r\n".encode()),
        Reply(head=f"HTTP/1.1 200 OK\r\n{CANARY}\r\n\r\n".encode()),
        Reply(head=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + CANARY.encode()),
        Reply(headers=(("content-encoding", CANARY),), chunks=(Chunk(b"?"),)),
        Reply(headers=(("content-encoding", "gzip"),), chunks=(Chunk(CANARY.encode()),)),
    ],
)
async def test_that_nothing_of_what_was_sent_or_came_back_hangs_on_an_error(
    transport: HttpTransport, reply: Reply
) -> None:
    async with Loopback(reply) as server:
        error = await failure_of(transport, server, {"authorization": f"Bearer {CANARY}"})
    assert not any(CANARY in each for each in everything_about(error))


async def test_that_nothing_hangs_on_an_error_of_the_connection(transport: HttpTransport) -> None:
    headers = {"x-goog-api-key": CANARY}
    async with Loopback(tls=tls()) as server:
        addresses = (
            f"http://127.0.0.1:{closed_port()}/v1?key={CANARY}",
            f"http://user:{CANARY}@127.0.0.1:{closed_port()}/v1",
            f"https://127.0.0.1:{server.port}/v1?key={CANARY}",
            f"ftp://{CANARY}/v1",
            f"http://[{CANARY}/v1",
            f"http://{CANARY}한\u2028/v1",
            f"http://{CANARY}{'a' * 70}.invalid/v1",
        )
        for address in addresses:
            error = await failure_of(transport, address, headers)
            assert not any(CANARY in each for each in everything_about(error)), address


@pytest.mark.parametrize("kind", [HttpProxy, Socks5Proxy])
async def test_that_the_password_of_a_proxy_stays_unsaid(
    kind: type[HttpProxy | Socks5Proxy], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Loopback(json_reply({})) as server, kind(server.port, login="ann:right") as proxy:
        for address in (
            proxy.address(f"ann:{CANARY}"),
            f"{kind.scheme}://ann:{CANARY}@127.0.0.1:{closed_port()}",
            f"{kind.scheme}://ann:{CANARY}@exa\u2028mple",
            f"gopher://ann:{CANARY}@h",
        ):
            transport = HttpTransport(proxy=address)
            for url in ("http://example.invalid/v1", "https://example.invalid/v1"):
                error = await failure_of(transport, url)
                assert not any(CANARY in each for each in everything_about(error)), address
            await transport.aclose()
    assert CANARY not in caplog.text
