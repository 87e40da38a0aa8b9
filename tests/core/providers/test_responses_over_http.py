"""A provider that speaks the Responses API, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.loopback import Loopback
from helpers.replies import json_reply, rate_limited
from helpers.responses_replies import ANSWER, responses_failure, responses_stream, responses_whole
from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, TextDelta
from understudy.messages import Message
from understudy.providers.catalog import row
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from helpers.replies import Reply
    from understudy.events import ProviderEvent

pytestmark = pytest.mark.anyio

NO_SEALS = {
    "message": "Encrypted content is not supported with this model.",
    "type": "invalid_request_error",
    "param": "include",
    "code": None,
}
"""What models that do not think answer (pydantic/pydantic-ai issue 2865)."""


async def ask(server: Loopback, times: int = 1) -> list[ProviderEvent]:
    """Ask again and again with one provider; the last answer's events."""
    known = row("openairesponses")
    assert known is not None
    transport = HttpTransport(trust_env=False)
    provider = HttpProvider(known, transport, lambda: "a-key", server.base_url)
    request = ChatRequest((Message.user("Who is there?"),))
    events: list[ProviderEvent] = []
    try:
        for _ in range(times):
            events = [e async for batch in provider.stream(request, "a-model") for e in batch]
    finally:
        await transport.aclose()
    return events


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize("reply", [responses_stream(reasoning="Hm."), responses_whole()])
async def test_that_it_is_asked_and_understood(reply: Reply) -> None:
    async with Loopback(reply) as server:
        events = await ask(server)
    assert (words(events), events[-1]) == (ANSWER, Stop("stop"))
    (asked,) = server.chats
    assert asked.path == "/v1/responses"
    assert asked.headers["authorization"] == "Bearer a-key"
    assert asked.json()["include"] == ["reasoning.encrypted_content"]


async def test_that_a_model_that_does_not_think_is_asked_for_no_seals_again() -> None:
    async with Loopback(json_reply({"error": NO_SEALS}, 400), responses_stream()) as server:
        assert words(await ask(server, times=2)) == ANSWER
    assert ["include" in asked.json() for asked in server.chats] == [True, False, False]


async def test_that_a_stream_that_is_cut_is_no_success() -> None:
    async with Loopback(responses_stream(status=None, ending="clean")) as server:
        events = await ask(server)
    assert words(events) == ANSWER
    assert not any(isinstance(event, Stop) for event in events)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (responses_failure("insufficient_quota"), ErrorKind.QUOTA),
        (rate_limited(), ErrorKind.RATE_LIMIT),
    ],
)
async def test_that_a_refusal_is_understood_before_and_after_the_beginning(
    reply: Reply, kind: ErrorKind
) -> None:
    async with Loopback(reply) as server:
        with pytest.raises(ProviderError) as caught:
            await ask(server)
    assert caught.value.kind is kind


async def test_that_its_thoughts_come_before_its_words() -> None:
    async with Loopback(responses_stream(reasoning="Hm.")) as server:
        events = await ask(server)
    kinds = [type(event) for event in events if isinstance(event, ReasoningDelta | TextDelta)]
    assert kinds == sorted(kinds, key=lambda kind: kind is TextDelta)
