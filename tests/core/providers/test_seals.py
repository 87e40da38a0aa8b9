"""A conversation with seals that a provider no longer takes goes on without them."""

from __future__ import annotations

import json

import pytest

from helpers.anthropic_replies import anthropic_stream
from helpers.loopback import Loopback
from helpers.replies import json_reply, openai_error
from helpers.responses_replies import responses_stream
from understudy.errors import ErrorKind, ProviderError
from understudy.events import TextDelta
from understudy.messages import Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport
from understudy.wire.format import WireName

pytestmark = pytest.mark.anyio

SEAL = "c2VhbC1vZi1zb21lYm9keQ=="


def sealed(signature: str) -> ChatRequest:
    call = ToolCallPart("call_1", "look", "{}", made_by="p/m")
    thought = ReasoningPart("Hm.", signature, made_by="p/m")
    return ChatRequest(
        (
            Message.user("Look."),
            Message("assistant", (thought, TextPart("I look."), call)),
            Message("tool", (ToolResultPart("call_1", "seen"),)),
        )
    )


async def words_of(server: Loopback, wire: WireName, request: ChatRequest) -> str:
    transport = HttpTransport(trust_env=False)
    row = ProviderRow("p", "P", wire, server.url, models=("m",))
    provider = HttpProvider(row, transport, lambda: "a-key")
    try:
        events = [event async for batch in provider.stream(request, "m") for event in batch]
        return "".join(event.text for event in events if isinstance(event, TextDelta))
    finally:
        await transport.aclose()


async def test_that_an_anthropic_seal_that_is_refused_is_left_out_once() -> None:
    refusal = {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "messages.1.content.0: Invalid `signature` in `thinking` block",
        },
    }
    async with Loopback(json_reply(refusal, 400), anthropic_stream("On we go.")) as server:
        assert await words_of(server, "anthropic", sealed(SEAL)) == "On we go."
        first, second = (request.body.decode() for request in server.chats)
    assert SEAL in first
    assert SEAL not in second
    assert "I look." in second


async def test_that_encrypted_content_of_another_organization_is_left_out_once() -> None:
    envelope = json.dumps({"id": "rs_1", "encrypted_content": SEAL, "summary": []})
    refusal = openai_error(
        400, "The encrypted content could not be verified.", code="invalid_encrypted_content"
    )
    async with Loopback(refusal, responses_stream("On we go.")) as server:
        assert await words_of(server, "openai-responses", sealed(envelope)) == "On we go."
        first, second = (request.body.decode() for request in server.chats)
    assert SEAL in first
    assert SEAL not in second


async def test_that_a_refusal_that_goes_on_is_told() -> None:
    refusal = openai_error(400, "Invalid signature.")
    async with Loopback(refusal) as server:
        with pytest.raises(ProviderError) as caught:
            await words_of(server, "anthropic", sealed(SEAL))
        assert len(server.chats) == 2
    assert caught.value.kind is ErrorKind.BAD_REQUEST


async def test_that_a_conversation_without_seals_is_not_sent_twice() -> None:
    async with Loopback(openai_error(400, "Invalid signature.")) as server:
        with pytest.raises(ProviderError):
            await words_of(server, "anthropic", ChatRequest((Message.user("Hi"),)))
        assert len(server.chats) == 1
