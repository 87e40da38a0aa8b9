"""Reading an answer of Anthropic's Messages that came as one JSON body (api/messages/create)."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from helpers.anthropic_replies import message, whole_message
from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    CitationFound,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.requests import Usage
from understudy.wire.anthropic import decode_message


def test_that_a_documented_message_is_decoded() -> None:
    assert decode_message(whole_message("Hello.").body) == [
        TextDelta("Hello."),
        UsageReported(Usage(25, 15)),
        Stop("stop"),
    ]


def test_that_every_block_of_a_message_is_decoded() -> None:
    body = message(
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "So.", "citations": [{"url": "https://a.example"}]},
        {"type": "server_tool_use", "id": "x", "name": "web_search", "input": {}},
        {"type": "tool_use", "id": "a", "name": "find", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "find", "input": {}},
        stop_reason="tool_use",
    )
    assert decode_message(b"\xef\xbb\xbf\n" + json.dumps(body).encode()) == [
        ReasoningDelta("hm"),
        ReasoningDelta("", "s"),
        ReasoningDelta("", "d", redacted=True),
        TextDelta("So."),
        CitationFound("https://a.example"),
        ToolCallDelta(0, "", "a", "find"),
        ToolCallDelta(0, '{"x": 1}'),
        ToolCallDelta(1, "", "b", "find"),
        ToolCallDelta(1, "{}"),
        UsageReported(Usage(25, 15)),
        Stop("tool_calls"),
    ]


def test_that_a_whole_body_needs_no_stop_reason() -> None:
    assert decode_message(b'{"content": [{"type": "text", "text": "Hi"}]}') == [
        TextDelta("Hi"),
        Stop("stop"),
    ]


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (
            b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}',
            ErrorKind.TRANSIENT,
            "could not answer",
        ),
        (b'{"detail": "Invalid API key"}', ErrorKind.AUTH, "rejected the key"),
        (b'[{"error": {"code": 429}}]', ErrorKind.RATE_LIMIT, "was rate limited"),
        (b'{"message": "rate limit"}', ErrorKind.RATE_LIMIT, "was rate limited"),
        (b'{"content": "Hi"}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b'{"choices": []}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b"7", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
    ],
)
def test_that_a_body_that_is_no_answer_is_an_error(
    body: bytes, kind: ErrorKind, sentence: str
) -> None:
    with pytest.raises(ProviderError, match=sentence) as caught:
        decode_message(body, name="Example")
    assert caught.value.kind is kind


def test_that_a_body_nested_deeper_than_anybody_means_is_an_error_or_read() -> None:
    for depth in range(900, 1100):
        deep = "[" * depth + "]" * depth
        for body in (f'{{"content": [{{"type": "tool_use", "input": {{"x": {deep}}}}}]}}', deep):
            with suppress(ProviderError):
                assert isinstance(decode_message(body.encode())[-1], Stop)
