"""Through LiteLLM's proxy: another router between us and three upstreams.

What it makes of their answers is bytes that this project did not write, in a dialect of each of
four formats.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from helpers.practice_server import ARGUMENTS, PIECES, SCENES, TOOL, VECTOR
from peers.heard import BASES, Heard, ask, provider
from peers.litellm_proxy import UPSTREAMS, litellm_proxy
from understudy.errors import ErrorKind, ProviderError
from understudy.messages import Message
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Generator

    from helpers.practice_server import PracticeServer
    from peers.litellm_proxy import Proxy
    from understudy.wire.format import Vectors, WireName


@pytest.fixture(scope="module")
def proxy(practice: PracticeServer) -> Generator[Proxy]:
    """Start it once for all: that takes long."""
    with litellm_proxy(practice.url) as started:
        yield started


SERVED: tuple[WireName, ...] = ("openai-chat", "openai-responses", "anthropic", "gemini")
every_format = pytest.mark.parametrize("wire", SERVED)
every_upstream = pytest.mark.parametrize("upstream", UPSTREAMS)
TOKENS = {"openai": (7, 11), "anthropic": (25, 15), "gemini": (7, 11)}
"""What the practice server counts in each format."""

KINDS = {
    "wrong-key": ErrorKind.AUTH,
    "gone": ErrorKind.MODEL_GONE,
    "limited": ErrorKind.RATE_LIMIT,
    "broken": ErrorKind.TRANSIENT,
    "overloaded": ErrorKind.TRANSIENT,
    "breaks": ErrorKind.TRANSIENT,
}


def hear(proxy: Proxy, wire: WireName, model: str) -> Heard:
    request = ChatRequest((Message.user("Hello?"),), max_tokens=100)
    return asyncio.run(ask(wire, f"{proxy.url}{BASES[wire]}", request, model, proxy.key))


@every_format
@every_upstream
@pytest.mark.parametrize("scene", ["words", "thinks", "calls"])
def test_that_an_answer_comes_through_as_it_was(
    proxy: Proxy, upstream: str, scene: str, wire: WireName
) -> None:
    called = SCENES[scene].calls
    leaves_out_thoughts = wire == "gemini" != upstream
    assert hear(proxy, wire, f"{upstream}/{scene}") == Heard(
        text="".join(PIECES),
        thought="" if leaves_out_thoughts else SCENES[scene].thought,
        calls=((TOOL, json.loads(ARGUMENTS)),) if called else (),
        tokens=TOKENS[upstream],
        finish="tool_calls" if called else "stop",
    )


@every_format
@every_upstream
@pytest.mark.parametrize("scene", KINDS)
def test_that_a_failure_behind_it_is_known_for_what_it_is(
    proxy: Proxy, upstream: str, scene: str, wire: WireName
) -> None:
    with pytest.raises(ProviderError) as caught:
        hear(proxy, wire, f"{upstream}/{scene}")
    assert caught.value.kind is KINDS[scene]
    assert proxy.key not in f"{caught.value} {caught.value.detail}"


@pytest.mark.parametrize("upstream", ["openai", "gemini"])
def test_that_vectors_come_through(proxy: Proxy, upstream: str) -> None:
    async def embed() -> Vectors:
        transport = HttpTransport()
        asked = provider("openai-chat", f"{proxy.url}/v1", transport, proxy.key)
        found = await asked.embed(["밀물", "tides"], f"{upstream}/words")
        await transport.aclose()
        return found

    assert asyncio.run(embed()).vectors == ((2.0, *VECTOR), (5.0, *VECTOR))
