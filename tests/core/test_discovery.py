"""Finding the model servers of this computer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from helpers.loopback import Loopback, closed_port
from helpers.replies import SILENCE, html_page, openai_error
from understudy.discovery import LOCAL_ROWS, LocalServer, find_local_servers
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply
    from understudy.providers.base import ProviderRow

pytestmark = pytest.mark.anyio


class Answering(Loopback):
    """A server that answers everything with one reply."""

    def reply_to(self, request: RecordedRequest) -> Reply:
        reply = self._replies[0]
        assert not callable(reply)
        return reply


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport()
    yield transport
    await transport.aclose()


def at(row: ProviderRow, port: int) -> ProviderRow:
    path = urlsplit(row.base_url).path
    return replace(row, base_url=f"http://127.0.0.1:{port}{path}")


def test_that_the_servers_looked_for_are_those_of_the_catalogue() -> None:
    assert [row.name for row in LOCAL_ROWS] == ["Ollama", "LM Studio", "llama.cpp", "vLLM"]


async def test_that_running_servers_are_found_with_their_models(transport: HttpTransport) -> None:
    ollama, lm_studio, llama_cpp = LOCAL_ROWS[:3]
    async with Loopback(models=("qwen3:4b", "llama-1")) as one, Loopback(models=()) as other:
        rows = (at(ollama, one.port), at(lm_studio, closed_port()), at(llama_cpp, other.port))
        assert await find_local_servers(transport, rows) == (
            LocalServer(rows[0], one.url, ("qwen3:4b", "llama-1")),
            LocalServer(rows[2], f"{other.url}/v1", ()),
        )
        assert [request.path for request in one.requests] == ["/api/tags"]
        assert [request.path for request in other.requests] == ["/v1/models"]


async def test_that_they_are_asked_at_once_and_not_for_long(transport: HttpTransport) -> None:
    async with Answering(SILENCE) as silent:
        rows = [at(row, silent.port) for row in LOCAL_ROWS]
        began = time.perf_counter()
        assert await find_local_servers(transport, rows, within=0.2) == ()
        assert time.perf_counter() - began < 0.5
        assert len(silent.requests) == len(rows)


async def test_that_something_else_at_the_port_is_no_model_server(
    transport: HttpTransport,
) -> None:
    async with Answering(html_page()) as page, Answering(openai_error(500, "x")) as broken:
        rows = (at(LOCAL_ROWS[0], page.port), at(LOCAL_ROWS[1], broken.port))
        assert await find_local_servers(transport, rows) == ()


async def test_that_no_proxy_is_asked(
    transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Loopback() as proxy, Loopback(models=("m",)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert len(await find_local_servers(transport, (at(LOCAL_ROWS[0], server.port),))) == 1
        assert proxy.requests == []
