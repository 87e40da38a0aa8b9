"""``understudy serve`` under OpenAI's own library: what it says, raises, stops and lists."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from helpers.command_line import CommandLine
from helpers.lineup import MODEL, write_lineup
from helpers.loopback import Loopback, RecordedRequest
from helpers.replies import (
    DONE,
    Chunk,
    Reply,
    broken_stream,
    chat_chunk,
    data,
    json_reply,
    openai_error,
    openai_stream,
    rate_limited,
    unavailable,
    wrong_key,
)
from peers.sdks import library

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

USER = [{"role": "user", "content": "What is the weather in 서울?"}]
ARGUMENTS = {"city": "서울"}
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


class Served:
    """Two upstream servers, First and Second, and a client of OpenAI's library in front of both."""

    def __init__(self, first: Loopback, second: Loopback, base_url: str, token: str) -> None:
        self.first = first
        self.second = second
        self._options: dict[str, Any] = {
            "base_url": base_url,
            "api_key": token,
            "max_retries": 0,
            "timeout": 20,
        }

    def client(self, **options: Any) -> Any:
        """Give a client; it knows the token, where no other ``api_key`` is given."""
        return library("openai").OpenAI(**self._options | options)

    def async_client(self) -> Any:
        """Give one that is asked in a loop."""
        return library("openai").AsyncOpenAI(**self._options)

    def play(self, first: Reply, second: Reply | None = None) -> None:
        """Have the upstream servers answer so from now on."""
        self.first.play(first)
        self.second.play(second or unavailable())


@pytest.fixture
def served(tmp_path: Path) -> Generator[Served]:
    """Serve a route of both, in a process of its own."""
    with Loopback() as first, Loopback() as second:
        write_lineup(tmp_path, first.base_url, second.base_url)
        cli = CommandLine(tmp_path)
        with cli.started("serve", "--port", "0", "--json") as process:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Served(first, second, told["base_url"], told["token"])
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        assert process.returncode == 0


def calling() -> Reply:
    """A stream that calls a tool, in fragments."""
    text = json.dumps(ARGUMENTS)
    head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather"}}
    fragments = [head, *({"index": 0, "function": {"arguments": letter}} for letter in text)]
    chunks = [Chunk(data(chat_chunk({"tool_calls": [each]}))) for each in fragments]
    end = Chunk(data(chat_chunk({}, finish="tool_calls")))
    return Reply(chunks=(*chunks, end, Chunk(DONE)))


def vectors(request: RecordedRequest) -> Reply:
    """One vector a text."""
    rows = [{"index": n, "embedding": [0.5, -2.0]} for n, _ in enumerate(request.json()["input"])]
    return json_reply({"data": rows, "usage": {"prompt_tokens": 4, "total_tokens": 4}})


def test_that_a_stream_is_heard_with_its_words_model_finish_and_tokens(served: Served) -> None:
    served.play(openai_stream("It rains. 비가 와요."))
    stream = served.client().chat.completions.create(
        model="Test", messages=USER, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    words = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(words) == "It rains. 비가 와요."
    assert {chunk.model for chunk in chunks} == {f"first/{MODEL}"}
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == 11


def test_that_a_whole_answer_is_heard_with_its_trace(served: Served) -> None:
    served.play(unavailable(), openai_stream("It rains."))
    answer = served.client().chat.completions.create(model="", messages=USER)
    assert answer.choices[0].message.content == "It rains."
    assert answer.model == f"second/{MODEL}"
    attempts = answer.model_extra["understudy"]["trace"]["attempts"]
    assert [attempt["provider"] for attempt in attempts] == ["first", "second"]


def test_that_a_break_is_carried_on_and_the_comments_trouble_nobody(served: Served) -> None:
    served.play(broken_stream("It "), openai_stream("rains."))
    with served.client().chat.completions.stream(model="Test", messages=USER) as stream:
        models = [event.chunk.model for event in stream if event.type == "chunk"]
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "It rains."
    assert models[0] == f"first/{MODEL}"
    assert models[-1] == f"second/{MODEL}"


@pytest.mark.parametrize("streamed", [True, False])
def test_that_a_tool_is_called_and_its_result_taken_back(served: Served, *, streamed: bool) -> None:
    served.play(calling())
    client = served.client()
    if streamed:
        with client.chat.completions.stream(model="Test", messages=USER, tools=[TOOL]) as stream:
            message = stream.get_final_completion().choices[0].message
    else:
        answer = client.chat.completions.create(model="Test", messages=USER, tools=[TOOL])
        message = answer.choices[0].message
    [call] = message.tool_calls
    assert (call.id, call.function.name) == ("call_1", "weather")
    assert json.loads(call.function.arguments) == ARGUMENTS
    served.play(openai_stream("It rains."))
    result = {"role": "tool", "tool_call_id": call.id, "content": "Rain."}
    said = client.chat.completions.create(
        model="Test", messages=[*USER, message, result], tools=[TOOL], tool_choice="auto"
    )
    assert said.choices[0].message.content == "It rains."
    sent = served.first.chats[-1].json()["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["function"]["name"] == "weather"
    assert sent[2]["content"] == "Rain."


def test_that_a_wrong_token_is_an_error_of_authentication(served: Served) -> None:
    openai = library("openai")
    with pytest.raises(openai.AuthenticationError) as caught:
        served.client(api_key="wrong").chat.completions.create(model="", messages=USER)
    assert caught.value.code == "invalid_api_key"
    assert served.first.chats == []


def test_that_what_is_not_here_or_cannot_be_is_the_callers_error(served: Served) -> None:
    openai, client = library("openai"), served.client()
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gpt-4o", messages=USER)
    with pytest.raises(openai.BadRequestError) as several:
        client.chat.completions.create(model="", messages=USER, n=2)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    assert several.value.param == "n"
    assert served.first.chats == []


def test_that_nobody_answering_is_told_with_every_reason(served: Served) -> None:
    openai = library("openai")
    served.play(wrong_key(), unavailable())
    for streamed in (True, False):
        with pytest.raises(openai.InternalServerError) as caught:
            served.client().chat.completions.create(model="", messages=USER, stream=streamed)
        assert caught.value.status_code == 503
        assert len(caught.value.body["understudy"]["reasons"]) == 2


def test_that_limits_of_everybody_are_a_limit_with_its_time(served: Served) -> None:
    openai = library("openai")
    served.play(rate_limited("400"), rate_limited("300"))
    with pytest.raises(openai.RateLimitError) as caught:
        served.client().chat.completions.create(model="", messages=USER)
    assert 200 < int(caught.value.response.headers["retry-after"]) <= 300


def test_that_the_library_waits_and_asks_again_where_that_helps(served: Served) -> None:
    served.play(rate_limited("4"), openai_error(401, "Incorrect API key provided."))
    client = served.client(max_retries=3)
    with pytest.raises(library("openai").InternalServerError):
        client.with_options(max_retries=0).chat.completions.create(model="", messages=USER)
    served.play(openai_stream("It rains."))
    answer = client.chat.completions.create(model="", messages=USER)
    assert answer.choices[0].message.content == "It rains."


def test_that_a_break_that_nobody_carries_on_is_raised_in_the_stream(served: Served) -> None:
    served.play(broken_stream("It "))
    stream = served.client().chat.completions.create(model="", messages=USER, stream=True)
    words: list[str] = []
    with pytest.raises(library("openai").APIError) as caught:
        words.extend(chunk.choices[0].delta.content or "" for chunk in stream)
    assert caught.value.code == "answer_interrupted"


def test_that_closing_a_stream_hangs_up_on_the_provider(served: Served) -> None:
    served.play(openai_stream("a" * 4_000, delay=0.02))
    stream = served.client().chat.completions.create(model="", messages=USER, stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    closed_at = time.monotonic()
    stream.close()
    gone_at = served.first.chats[0].wait_disconnected()
    assert gone_at is not None
    assert gone_at - closed_at < 0.5


def test_that_cancelling_a_call_hangs_up_on_the_provider(served: Served) -> None:
    served.play(openai_stream("a" * 4_000, delay=0.02))

    async def cancelled() -> None:
        async with served.async_client() as client:
            call = client.chat.completions.create(model="", messages=USER)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await call

    asyncio.run(cancelled())
    assert served.first.chats[0].wait_disconnected() is not None


def test_that_many_are_answered_at_once(served: Served) -> None:
    served.play(openai_stream("It rains.", delay=0.01))

    async def ask_all() -> list[str]:
        async with served.async_client() as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(model="", messages=USER) for _ in range(20))
            )
        return [answer.choices[0].message.content for answer in answers]

    assert asyncio.run(ask_all()) == ["It rains."] * 20


@pytest.mark.parametrize("form", ["float", "base64", None])
def test_that_vectors_are_heard_in_every_form(served: Served, form: str | None) -> None:
    served.first.play(vectors)
    how = {} if form is None else {"encoding_format": form}
    texts = ["밀물", "tides"]
    answer = served.client().embeddings.create(model="first/bge-m3", input=texts, **how)
    assert answer.model == "first/bge-m3"
    assert answer.usage.prompt_tokens == 4
    if form != "base64":
        assert [row.embedding for row in answer.data] == [[0.5, -2.0]] * 2


def test_that_routes_and_models_are_listed(served: Served) -> None:
    client = served.client()
    names = [model.id for model in client.models.list()]
    assert {"understudy", "Test", f"first/{MODEL}", "practice/steady"} <= set(names)
    assert client.models.retrieve("practice/steady").owned_by == "practice"
    assert client.models.retrieve("Test").owned_by == "understudy"
