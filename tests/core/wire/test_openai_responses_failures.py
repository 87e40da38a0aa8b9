"""Answers of the Responses API that fail, that are not streamed, or that are none.

The bytes are written from developers.openai.com (api/reference/resources/responses) and from the
threads that are named.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.responses_answers import decode, delta, end, failure_of, words
from helpers.responses_replies import (
    begun,
    call,
    message,
    response,
    responses_error,
    responses_failure,
    responses_whole,
    sse,
    text_part,
    thought,
    usage,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    CitationFound,
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.requests import Usage
from understudy.wire.openai_responses import FORMAT, ResponsesDecoder, decode_response
from understudy.wire.responses_input import seal

CREATED = begun().stream


def in_stream(code: str | None, said: str, **more: object) -> list[bytes]:
    """The same failure in each of the forms in which servers tell it after a 200."""
    told: dict[str, object] = {"code": code, "message": said, **more}
    named = b"event: error\ndata: " + json.dumps({"error": told}).encode() + b"\n\n"
    return [
        sse("error", param=None, **told),
        sse("error", error=told),
        named,
        b"error: " + json.dumps(told).encode() + b"\n",
        sse("response.failed", response=response("failed", error=told)),
        sse("response.completed", response=response("failed", error=told)),
        sse("response.failed", error=told),
        b"data: " + json.dumps({"error": told}).encode() + b"\n\n",
    ]


@pytest.mark.parametrize(
    ("code", "said", "kind", "wait"),
    [
        ("rate_limit_exceeded", "Try again in 6.57s.", ErrorKind.RATE_LIMIT, 6.57),
        ("insufficient_quota", "You exceeded your current quota.", ErrorKind.QUOTA, None),
        ("server_error", "It failed.", ErrorKind.TRANSIENT, None),
        ("context_length_exceeded", "Too long.", ErrorKind.CONTEXT, None),
        ("invalid_prompt", "It was flagged.", ErrorKind.CONTENT_POLICY, None),
        ("content_filter", "Filtered.", ErrorKind.CONTENT_POLICY, None),
        (None, "Overloaded", ErrorKind.TRANSIENT, None),
    ],
)
def test_that_a_failure_is_understood_in_every_form(
    code: str | None, said: str, kind: ErrorKind, wait: float | None
) -> None:
    for stream in in_stream(code, said):
        events, error = failure_of(CREATED, delta("Hi"), stream)
        assert words(events) == "Hi"
        assert (error.kind, error.code, error.detail) == (kind, code or "", said)
        assert error.retry_after == wait


@pytest.mark.parametrize(
    "reply", [responses_failure("insufficient_quota"), responses_error("insufficient_quota")]
)
def test_that_a_quota_error_after_the_beginning_comes_before_any_content(reply: Any) -> None:
    # maximhq/bifrost issue 5395
    events, error = failure_of(reply.body)
    assert events == []
    assert error.kind is ErrorKind.QUOTA


def test_that_an_error_in_plain_words_is_read() -> None:
    for stream in (b"error: Overloaded\n", b"event: error\ndata: Overloaded\n\n"):
        _events, error = failure_of(stream)
        assert (error.kind, error.detail) == (ErrorKind.TRANSIENT, "Overloaded")


@pytest.mark.parametrize("told", [None, {}, "", [], 7])
def test_that_a_failure_that_says_nothing_is_one_all_the_same(told: object) -> None:
    _events, error = failure_of(end("failed", error=told))
    assert error.kind is ErrorKind.TRANSIENT


def test_that_what_a_failed_answer_cost_is_told() -> None:
    events, error = failure_of(end("failed", error={"code": "server_error"}, usage=usage(5, 2)))
    assert events == [UsageReported(Usage(5, 2, 0, 0, 0))]
    assert error.kind is ErrorKind.TRANSIENT


def test_that_no_key_stands_in_an_error() -> None:
    _events, error = failure_of(responses_failure("server_error", "With secret-key.").body)
    assert "secret-key" not in error.detail


WRONG_TYPES: list[dict[str, Any]] = [
    {},
    {"type": 7},
    {"type": ["response.output_text.delta"]},
    {"type": "response.unheard_of", "delta": "x"},
    {"type": "response.output_text.delta"},
    {"type": "response.output_text.delta", "delta": {"text": "x"}},
    {"type": "response.output_text.delta", "delta": ""},
    {"type": "response.output_text.done", "text": 7, "annotations": "none"},
    {"type": "response.output_text.done", "text": "", "output_index": "0", "item_id": []},
    {"type": "response.content_part.done", "part": "x"},
    {"type": "response.output_text.annotation.added", "annotation": [{}]},
    {"type": "response.reasoning_summary_text.delta", "delta": 7, "summary_index": {}},
    {"type": "response.reasoning_text.done"},
    {"type": "response.output_item.added", "item": None},
    {"type": "response.output_item.done", "item": ["x"]},
    {"type": "response.output_item.done", "item": {"type": [], "id": {}}},
    {"type": "response.output_item.done", "item": {"type": "message", "content": "Hi"}},
    {"type": "response.output_item.done", "item": {"type": "reasoning", "summary": {"a": 1}}},
]


@pytest.mark.parametrize("chunk", WRONG_TYPES, ids=json.dumps)
def test_that_values_of_the_wrong_type_are_passed_over(chunk: dict[str, Any]) -> None:
    assert decode(b"data: " + json.dumps(chunk).encode() + b"\n\n") == []


def test_that_two_broken_chunks_are_passed_over_and_a_third_ends_the_answer() -> None:
    good, bad = delta("Hi"), b'data: {"type": "respo\n\n'
    assert words(decode(bad, good, bad, good)) == "HiHi"
    events, error = failure_of(bad, good, bad, good, bad, good)
    assert words(events) == "HiHi"
    assert error.kind is ErrorKind.MALFORMED_CHUNK


NAMES = """type delta text part item response output output_index content_index item_id id call_id
name arguments summary content annotations encrypted_content status error code message usage
input_tokens refusal url filename incomplete_details reason"""
TYPES = sorted(
    {"response.output_item.added", "response.output_item.done", "response.output_text.delta"}
    | {"response.output_text.done", "response.content_part.done", "response.refusal.done"}
    | {"response.function_call_arguments.delta", "response.function_call_arguments.done"}
    | {"response.reasoning_text.delta", "response.reasoning_summary_text.done", "message"}
    | {"response.completed", "response.failed", "response.output_text.annotation.added", "error"}
    | {"function_call", "reasoning", "output_text", "incomplete"}
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["x", *TYPES]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(st.lists(st.tuples(st.sampled_from(TYPES), JSON, JSON), max_size=5))
def test_that_no_value_anywhere_breaks_the_decoder(
    values: list[tuple[str, object, object]],
) -> None:
    decoder = ResponsesDecoder()
    events: list[ProviderEvent] = []
    ended = False
    with suppress(ProviderError):
        for kind, one, other in values:
            chunk = {"type": kind, "item": one, "response": one, "delta": other, "part": other}
            ended = ended or kind in {"response.completed", "response.failed"}
            chunk |= other if isinstance(other, dict) else {}
            ended = ended or str(chunk["type"]) == "response.completed"
            events += decoder.feed(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        events += decoder.close()
    stops = [number for number, event in enumerate(events) if isinstance(event, Stop)]
    assert stops in ([], [len(events) - 1])
    assert ended or not stops


def test_that_an_answer_that_was_not_streamed_is_decoded() -> None:
    note = {"type": "url_citation", "url": "https://a.example/", "title": "A"}
    items = [thought("Hm."), message(text_part("Hi", note)), call("find", "{}")]
    body = responses_whole(output=items, usage=usage(3, 4)).body
    assert FORMAT.whole(b"\xef\xbb\xbf\n" + body, name="Example", model="m", secrets=()) == [
        ReasoningDelta("Hm."),
        ReasoningDelta("", seal(thought("Hm."))),
        TextDelta("Hi"),
        CitationFound("https://a.example/", "A"),
        ToolCallDelta(0, "{}", "call_1", "find"),
        UsageReported(Usage(3, 4, 0, 0, 0)),
        Stop("tool_calls"),
    ]


def test_that_a_whole_answer_may_be_cut_short_and_need_not_tell_its_status() -> None:
    short = responses_whole("Hi", status="incomplete")
    assert decode_response(short.body)[-1] == Stop("length")
    assert decode_response(b'{"output": []}') == [Stop("stop")]


FAILED = json.dumps(response("failed", error={"code": "rate_limit_exceeded", "message": "Slow."}))


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (FAILED, ErrorKind.RATE_LIMIT, "was rate limited"),
        (json.dumps(response("failed")), ErrorKind.TRANSIENT, "could not answer"),
        ('{"output": [], "error": {"code": "server_error"}}', ErrorKind.TRANSIENT, "not answer"),
        (json.dumps(response("in_progress")), ErrorKind.TRANSIENT, "not finished"),
        (json.dumps(response("cancelled")), ErrorKind.TRANSIENT, "not finished"),
        ('{"output": [], "status": ["completed"]}', ErrorKind.TRANSIENT, "not finished"),
        ('{"error": {"message": "Overloaded"}}', ErrorKind.TRANSIENT, "could not answer"),
        ('{"detail": "Invalid API key"}', ErrorKind.AUTH, "rejected the key"),
        ('[{"error": {"code": 429}}]', ErrorKind.RATE_LIMIT, "was rate limited"),
        ('{"choices": []}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        ("<html>", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
    ],
)
def test_that_a_body_that_is_no_answer_is_an_error(
    body: str, kind: ErrorKind, sentence: str
) -> None:
    with pytest.raises(ProviderError, match=sentence) as caught:
        decode_response(body.encode(), name="Example")
    assert caught.value.kind is kind


@given(JSON, JSON, JSON)
def test_that_no_body_breaks_what_reads_it(value: object, status: object, told: object) -> None:
    response = {"output": [value], "status": status, "error": told, "usage": told}
    for body in (value, response):
        with suppress(ProviderError):
            assert isinstance(decode_response(json.dumps(body).encode())[-1], Stop)
