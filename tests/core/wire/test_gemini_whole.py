"""Answers of Gemini that come as one JSON body (ai.google.dev/api/generate-content)."""

from __future__ import annotations

import json

import pytest

from helpers.gemini_replies import gemini_array, gemini_chunk, gemini_usage
from understudy.errors import ErrorKind, ProviderError
from understudy.events import Stop, TextDelta, UsageReported
from understudy.requests import Usage
from understudy.wire.gemini import decode_answer


def test_that_an_answer_that_was_not_streamed_is_decoded() -> None:
    answer = gemini_chunk({"text": "Hello."}, finish="MAX_TOKENS", usage=gemini_usage(7, 11))
    body = b"\xef\xbb\xbf\n" + json.dumps(answer).encode()
    expected = [TextDelta("Hello."), UsageReported(Usage(7, 11)), Stop("length")]
    assert decode_answer(body) == expected
    assert decode_answer(gemini_array([answer])) == expected


def test_that_a_whole_body_without_a_finish_reason_is_unfinished() -> None:
    body = json.dumps(gemini_chunk({"text": "Hello."})).encode()
    assert decode_answer(body) == [TextDelta("Hello.")]


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b'{"promptFeedback": {"blockReason": "OTHER"}}', ErrorKind.CONTENT_POLICY, "declined"),
        (b'{"detail": "Invalid API key"}', ErrorKind.AUTH, "rejected the key"),
        (b'[{"error": {"code": 429}}]', ErrorKind.RATE_LIMIT, "was rate limited"),
        (b'{"hello": "world"}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b"[]", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b"7", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b'{"candidates": [', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
    ],
)
def test_that_a_body_that_is_no_answer_is_an_error(
    body: bytes, kind: ErrorKind, sentence: str
) -> None:
    with pytest.raises(ProviderError, match=sentence) as caught:
        decode_answer(body, name="Example")
    assert caught.value.kind is kind
