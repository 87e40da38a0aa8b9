"""A provider that speaks Ollama's own format, against a server that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.loopback import Loopback
from helpers.ollama_replies import (
    ollama_broken,
    ollama_call,
    ollama_error,
    ollama_stream,
    ollama_tags,
    ollama_vectors,
    ollama_whole,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.events import Stop, TextDelta, ToolCallDelta
from understudy.messages import Message
from understudy.model_facts import ModelFacts
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply
    from understudy.events import ProviderEvent
    from understudy.requests import Reasoning

pytestmark = pytest.mark.anyio


class OllamaServer(Loopback):
    """A server that has one model which thinks, and one that makes vectors."""

    def reply_to(self, request: RecordedRequest) -> Reply:
        if request.path == "/api/tags":
            chats = {"name": "qwen3", "capabilities": ["completion", "thinking"]}
            return ollama_tags({"name": "minilm", "capabilities": ["embedding"]}, chats)
        return super().reply_to(request)


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport()
    yield transport
    await transport.aclose()


def provider(transport: HttpTransport, server: Loopback) -> HttpProvider:
    row = ProviderRow("ollama", "Ollama", "ollama", server.url, local=True, needs_key=False)
    return HttpProvider(
        row, transport, lambda: None, facts=lambda _provider, _model, listed: listed
    )


async def answer(asked: HttpProvider, reasoning: Reasoning | None = None) -> list[ProviderEvent]:
    request = ChatRequest((Message.user("Hello"),), reasoning=reasoning)
    return [event async for batch in asked.stream(request, "") for event in batch]


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("reply", [ollama_stream("Hi 세계"), ollama_whole("Hi 세계")])
async def test_that_an_answer_is_read_streamed_or_not(
    transport: HttpTransport, reply: Reply
) -> None:
    async with OllamaServer(reply) as server:
        events = await answer(provider(transport, server))
        asked = server.chats[0]
    assert (words(events), events[-1]) == ("Hi 세계", Stop("stop"))
    assert (asked.path, asked.json()["model"]) == ("/api/chat", "qwen3")
    assert "authorization" not in asked.headers


async def test_that_calls_of_tools_arrive(transport: HttpTransport) -> None:
    async with OllamaServer(ollama_stream("", calls=[ollama_call("find", {"a": 1})])) as server:
        events = await answer(provider(transport, server))
    assert events[0] == ToolCallDelta(0, '{"a": 1}', "call_0", "find")
    assert events[-1] == Stop("tool_calls")


async def test_that_a_stream_without_its_last_object_is_no_success(
    transport: HttpTransport,
) -> None:
    async with OllamaServer(ollama_stream("Hi", done=False)) as server:
        assert await answer(provider(transport, server)) == [TextDelta("Hi")]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (ollama_broken("Hi", "out of memory"), ErrorKind.TRANSIENT),
        (ollama_error(404, "model 'qwen3' not found"), ErrorKind.MODEL_GONE),
        (ollama_error(400, "the input length exceeds the context length"), ErrorKind.CONTEXT),
    ],
)
async def test_that_a_failure_is_raised(
    transport: HttpTransport, reply: Reply, kind: ErrorKind
) -> None:
    async with OllamaServer(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await answer(provider(transport, server))
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    "refusal", ['"qwen3" does not support thinking', 'think value "low" is not supported for this']
)
async def test_that_whoever_cannot_think_as_asked_is_asked_without(
    transport: HttpTransport, refusal: str
) -> None:
    async with OllamaServer(ollama_error(400, refusal), ollama_stream("Hi")) as server:
        events = await answer(provider(transport, server), reasoning="low")
        asked = [request.json().get("think") for request in server.chats]
    assert words(events) == "Hi"
    assert asked == ["low", None]


async def test_that_texts_become_vectors_by_a_model_that_is_listed_for_it(
    transport: HttpTransport,
) -> None:
    async with OllamaServer(ollama_vectors([1, 0], [0, 1])) as server:
        asked = provider(transport, server)
        assert await asked.list_models() == ("minilm", "qwen3")
        found = await asked.embed(("one", "two"), "minilm")
    assert found.vectors == ((1.0, 0.0), (0.0, 1.0))
    assert asked.embedding_model("all/minilm:latest") == "minilm"
    assert asked.facts("qwen3") == ModelFacts(
        vision=False, tools=False, reasoning=True, embedding=False
    )
