"""Answers over a real socket: streamed, whole, handed over, failed, and hung up on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from helpers.providers import breaks_off, fails, provider, says
from helpers.serving import QUESTION, ask, router_with, serving, streamed, words_of
from understudy.errors import ErrorKind, UsageError
from understudy.events import (
    CitationFound,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.messages import Message
from understudy.requests import Usage
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from helpers.serving import Serving

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"
PARIS = '{"city":"Paris"}'
COUNTED = Usage(input_tokens=7, output_tokens=3, cached_tokens=2, reasoning_tokens=1)


async def stream(api: Serving, **more: Any) -> tuple[list[dict[str, Any]], list[str], bool]:
    """Ask for a stream and hear it to its end."""
    answer = await api.client.post(CHAT, json=ask(stream=True, **more))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return streamed(answer.text)


# What is said


async def test_that_a_stream_begins_with_the_role_and_ends_with_the_finish_and_done() -> None:
    async with serving(router_with(provider("a", says("Hel", "lo, 세상", " 🙂")))) as api:
        chunks, comments, done = await stream(api)
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert words_of(chunks) == "Hello, 세상 🙂"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [*[None] * 4, "stop"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    assert (comments, done) == ([], True)


async def test_that_every_chunk_names_who_answers_and_the_last_has_the_trace() -> None:
    async with serving(router_with(provider("a", says("Hi")))) as api:
        chunks, _, _ = await stream(api)
    assert {chunk["model"] for chunk in chunks} == {"a/m"}
    [attempt] = chunks[-1]["understudy"]["trace"]["attempts"]
    assert (attempt["provider"], attempt["outcome"]) == ("a", "answered")


async def test_that_each_word_is_sent_as_it_comes() -> None:
    heard = ""
    async with (
        serving(router_with(provider("a", ("Now", 1e6)))) as api,
        api.client.stream("POST", CHAT, json=ask(stream=True)) as answer,
    ):
        async for piece in answer.aiter_text():
            heard += piece
            if '"content":"Now"' in heard:
                break


async def test_that_a_whole_answer_is_one_object() -> None:
    script = (ReasoningDelta("Hm."), TextDelta("Hi"), UsageReported(COUNTED), Stop("length"))
    async with serving(router_with(provider("a", script))) as api:
        answer = await api.client.post(CHAT, json=ask())
    body = answer.json()
    [choice] = body["choices"]
    assert answer.status_code == 200
    assert body["object"] == "chat.completion"
    assert body["model"] == answer.headers["x-understudy-model"] == "a/m"
    assert choice["message"]["content"] == "Hi"
    assert choice["message"]["reasoning_content"] == "Hm."
    assert choice["finish_reason"] == "length"
    assert body["usage"]["total_tokens"] == 10
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 2}
    assert body["usage"]["completion_tokens_details"] == {"reasoning_tokens": 1}
    assert body["understudy"]["trace"]["attempts"][0]["outcome"] == "answered"


async def test_that_the_request_reaches_the_provider_as_it_was_meant() -> None:
    a = provider("a")
    async with serving(router_with(a)) as api:
        await api.client.post(CHAT, json=ask(temperature=0.5, max_tokens=9, stop="###", user="me"))
    request = a.asked[0].request
    assert request.messages == (Message.user(QUESTION),)
    assert (request.temperature, request.max_tokens, request.stop) == (0.5, 9, ("###",))


async def test_that_thinking_is_streamed_apart_from_the_words() -> None:
    script = (ReasoningDelta("Let "), ReasoningDelta("me see."), ReasoningDelta("", "seal"))
    async with serving(router_with(provider("a", (*script, *says("Hi"))))) as api:
        chunks, _, _ = await stream(api)
    assert words_of(chunks, "reasoning_content") == "Let me see."
    assert words_of(chunks) == "Hi"


async def test_that_tool_calls_are_streamed_in_fragments_with_their_seal() -> None:
    script = (
        ToolCallDelta(0, "", "call_1", "weather", "seal"),
        ToolCallDelta(0, PARIS[:5]),
        ToolCallDelta(0, PARIS[5:]),
        ToolCallDelta(1, "{}", "call_2", "time"),
        Stop("tool_calls"),
    )
    async with serving(router_with(provider("a", script))) as api:
        chunks, _, _ = await stream(api)
        whole = await api.client.post(CHAT, json=ask())
    fragments = [
        call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())
    ]
    seal = {"understudy": {"signature": "seal", "made_by": "a/m"}}
    assert fragments == [
        {
            "index": 0,
            "id": "call_1",
            "type": "function",
            "function": {"name": "weather", "arguments": ""},
            "extra_content": seal,
        },
        {"index": 0, "function": {"arguments": PARIS[:5]}},
        {"index": 0, "function": {"arguments": PARIS[5:]}},
        {
            "index": 1,
            "id": "call_2",
            "type": "function",
            "function": {"name": "time", "arguments": "{}"},
        },
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    message = whole.json()["choices"][0]["message"]
    assert message["content"] is None
    assert message["tool_calls"][0]["function"] == {"name": "weather", "arguments": PARIS}
    assert message["tool_calls"][0]["extra_content"] == seal


async def test_that_sources_are_named_with_their_place() -> None:
    script = ("It is so.", CitationFound("https://example.invalid/a", "A"), Stop("stop"))
    async with serving(router_with(provider("a", script))) as api:
        chunks, _, _ = await stream(api)
        whole = await api.client.post(CHAT, json=ask())
    found = {"url": "https://example.invalid/a", "title": "A", "start_index": 9, "end_index": 9}
    expected = [{"type": "url_citation", "url_citation": found}]
    assert chunks[2]["choices"][0]["delta"] == {"annotations": expected}
    assert whole.json()["choices"][0]["message"]["annotations"] == expected


async def test_that_tokens_are_counted_in_a_chunk_of_their_own_where_asked() -> None:
    script = ("Hi", UsageReported(COUNTED), Stop("stop"))
    async with serving(router_with(provider("a", script))) as api:
        chunks, _, _ = await stream(api, stream_options={"include_usage": True})
        without, _, _ = await stream(api)
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 3
    assert not [chunk for chunk in without if "usage" in chunk]


async def test_that_tokens_that_nobody_counted_are_not_made_up() -> None:
    async with serving(router_with(provider("a", says("Hi")))) as api:
        chunks, _, _ = await stream(api, stream_options={"include_usage": True})
    assert chunks[-1]["usage"] is None


async def test_that_an_answer_of_no_words_is_an_answer() -> None:
    async with serving(router_with(provider("a", says()))) as api:
        chunks, _, done = await stream(api)
        whole = await api.client.post(CHAT, json=ask())
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert done
    assert whole.json()["choices"][0]["message"]["content"] == ""


async def test_that_half_a_character_cannot_break_a_stream() -> None:
    async with serving(router_with(provider("a", says("\ud83d!")))) as api:
        chunks, _, done = await stream(api)
    assert words_of(chunks) == "?!"
    assert done


# Who answers


async def test_that_a_stand_in_is_told_in_a_comment_and_named_as_the_model() -> None:
    a, b = provider("a", fails(ErrorKind.TRANSIENT, status=503)), provider("b", says("Hi"))
    async with serving(router_with(a, b)) as api:
        chunks, comments, _ = await stream(api)
    assert comments == ["A could not answer (503). B stands in."]
    assert {chunk["model"] for chunk in chunks} == {"b/m"}
    attempts = chunks[-1]["understudy"]["trace"]["attempts"]
    assert [attempt["outcome"] for attempt in attempts] == ["failed", "answered"]


async def test_that_a_break_in_mid_answer_is_carried_on_and_the_model_changes_at_the_seam() -> None:
    a, b = provider("a", breaks_off("The sky is ")), provider("b", says("blue."))
    async with serving(router_with(a, b)) as api:
        chunks, comments, done = await stream(api)
        whole = await api.client.post(CHAT, json=ask())
    assert words_of(chunks) == "The sky is blue."
    assert comments == ["A broke off. B carries on."]
    assert [chunk["model"] for chunk in chunks] == ["a/m", "a/m", "b/m", "b/m"]
    assert done
    assert whole.json()["model"] == "b/m"
    assert whole.json()["choices"][0]["message"]["content"] == "The sky is blue."


async def test_that_an_answer_that_would_start_again_is_carried_on_in_a_stream() -> None:
    a, b = provider("a", breaks_off("The sky is ")), provider("b", says("blue."))
    route = Route("Again", (RouteEntry("a"), RouteEntry("b")), rescue="restart")
    async with serving(router_with(a, b, routes=[route])) as api:
        chunks, _, _ = await stream(api, model="Again")
    assert words_of(chunks) == "The sky is blue."
    assert chunks[-1]["understudy"]["trace"]["route"] == "Again (carrying on)"


async def test_that_a_whole_answer_can_start_again_and_only_the_last_counts() -> None:
    found = CitationFound("https://example.invalid/a", "A")
    a = provider("a", ("The sky", found, *breaks_off(" is ")))
    b = provider("b", says("It is blue."))
    route = Route("Again", (RouteEntry("a"), RouteEntry("b")), rescue="restart")
    async with serving(router_with(a, b, routes=[route])) as api:
        answer = await api.client.post(CHAT, json=ask(model="Again"))
    message = answer.json()["choices"][0]["message"]
    assert message["content"] == "It is blue."
    assert "annotations" not in message


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("", "a"),
        ("understudy", "a"),
        ("default", "a"),
        ("My route", "b"),
        ("c", "c"),
        ("c/m/with/slashes", "c"),
    ],
)
async def test_that_the_model_names_a_route_or_a_provider(model: str, asked: str) -> None:
    providers = [provider(name) for name in "abc"]
    routes = [Route("First", (RouteEntry("a"),)), Route("My route", (RouteEntry("b"),))]
    async with serving(router_with(*providers, routes=routes)) as api:
        answer = await api.client.post(CHAT, json=ask(model=model))
        later = await api.client.post(CHAT, json=ask(model=model, stream=True))
    assert answer.json()["choices"][0]["message"]["content"] == f"I am {asked}"
    assert words_of(streamed(later.text)[0]) == f"I am {asked}"
    assert sum(len(each.asked) for each in providers) == 2


async def test_that_a_providers_own_model_is_asked_for_and_no_route_is_left_of_it() -> None:
    c = provider("c")
    router = router_with(c)
    async with serving(router) as api:
        both = [api.client.post(CHAT, json=ask(model="c/m/1")) for _ in range(2)]
        answers = await asyncio.gather(*both)
    assert [each.model for each in c.asked] == ["m/1", "m/1"]
    assert [answer.json()["model"] for answer in answers] == ["c/m/1", "c/m/1"]
    assert answers[0].json()["understudy"]["trace"]["route"] == "c/m/1"
    with pytest.raises(UsageError):
        router.route("c/m/1")


async def test_that_a_model_that_is_not_here_is_404_with_the_one_probably_meant() -> None:
    a = provider("ollama")
    async with serving(router_with(a)) as api:
        answer = await api.client.post(CHAT, json=ask(model="olama/qwen3"))
        unlike = await api.client.post(CHAT, json=ask(model="gpt-4o"))
    error = answer.json()["error"]
    assert answer.status_code == unlike.status_code == 404
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert 'Did you mean "ollama"?' in error["message"]
    assert "/v1/models" in unlike.json()["error"]["message"]
    assert a.asked == []
