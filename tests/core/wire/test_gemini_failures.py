"""Answers of Gemini that are none: refused, failed in the midst, broken, or no answer at all.

The bytes are written from ai.google.dev (api/generate-content, gemini-api/docs/generate-content/
api-errors).
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest

from helpers.gemini_answers import HI, decode, failure_of, words
from helpers.gemini_replies import (
    gemini_array,
    gemini_chunk,
    gemini_data,
    gemini_error,
    gemini_rate_limited,
    gemini_usage,
    gemini_wrong_key,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.events import TextDelta, UsageReported
from understudy.requests import Usage
from understudy.wire.gemini import decode_answer


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("OTHER", ErrorKind.TRANSIENT),
        ("LANGUAGE", ErrorKind.TRANSIENT),
        ("MALFORMED_FUNCTION_CALL", ErrorKind.TRANSIENT),
        ("UNEXPECTED_TOOL_CALL", ErrorKind.TRANSIENT),
        ("TOO_MANY_TOOL_CALLS", ErrorKind.TRANSIENT),
        ("MISSING_THOUGHT_SIGNATURE", ErrorKind.TRANSIENT),
        ("MALFORMED_RESPONSE", ErrorKind.TRANSIENT),
        ("NO_IMAGE", ErrorKind.TRANSIENT),
        ("IMAGE_OTHER", ErrorKind.TRANSIENT),
        ("SOMETHING_NEW", ErrorKind.TRANSIENT),
        ("PUP_LIMITED_DISABLED", ErrorKind.AUTH),
    ],
)
def test_that_some_finish_reasons_are_failures(said: str, kind: ErrorKind) -> None:
    last = gemini_chunk(finish=said, finishMessage="Too bad.", usage=gemini_usage(3))
    events, error = failure_of(HI, gemini_data(last))
    assert events == [TextDelta("Hi"), UsageReported(Usage(3))]
    assert (error.kind, error.detail) == (kind, "Too bad.")


DECLINED: list[Any] = [
    {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": gemini_usage(4)},
    {"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []}},
    {"promptFeedback": {"blockReason": "OTHER", "blockReasonMessage": "Not with secret-key."}},
    {"candidates": [{"finishReason": "SAFETY", "index": 0, "safetyRatings": []}]},
    gemini_chunk({"text": "Hm.", "thought": True}, finish="PROHIBITED_CONTENT"),
]


@pytest.mark.parametrize("chunk", DECLINED)
def test_that_a_refusal_without_a_word_is_an_error(chunk: dict[str, Any]) -> None:
    _events, error = failure_of(gemini_data(chunk))
    assert (error.kind, str(error)) == (ErrorKind.CONTENT_POLICY, "Example declined to answer.")
    assert "secret-key" not in error.detail
    assert error.detail.partition(":")[0] in {"PROHIBITED_CONTENT", "SAFETY", "OTHER"}


def test_that_ratings_of_a_harmless_prompt_say_nothing() -> None:
    feedback = {"blockReason": "BLOCKED_REASON_UNSPECIFIED", "safetyRatings": [{"probability": 1}]}
    assert decode(gemini_data({**gemini_chunk({"text": "Hi"}), "promptFeedback": feedback})) == [
        TextDelta("Hi")
    ]


OVERLOADED = gemini_error(503, "UNAVAILABLE", "The model is overloaded.")
IN_LIST = gemini_error(503, "UNAVAILABLE", "The model is overloaded.", in_list=True)


@pytest.mark.parametrize(
    "failed",
    [
        b"data: " + OVERLOADED.body + b"\r\n\r\n",
        b"data: " + IN_LIST.body + b"\r\n\r\n",
        b"data: " + IN_LIST.body,
        b"event: error\r\ndata: " + OVERLOADED.body + b"\r\n\r\n",
        b'event: error\r\ndata: {"code": 503, "message": "The model is overloaded."}\r\n\r\n',
        b"error: " + OVERLOADED.body + b"\r\n",
    ],
)
def test_that_an_error_inside_a_stream_is_an_error(failed: bytes) -> None:
    events, error = failure_of(HI, failed)
    assert events == [TextDelta("Hi")]
    assert (error.kind, error.status) == (ErrorKind.TRANSIENT, 503)
    assert error.detail == "The model is overloaded."


@pytest.mark.parametrize(
    ("body", "kind", "wait"),
    [
        (IN_LIST.body, ErrorKind.TRANSIENT, None),
        (OVERLOADED.body, ErrorKind.TRANSIENT, None),
        (gemini_wrong_key().body, ErrorKind.AUTH, None),
        (gemini_rate_limited().body, ErrorKind.RATE_LIMIT, 31.0),
        (gemini_rate_limited(per="PerDay").body, ErrorKind.QUOTA, 31.0),
    ],
)
def test_that_an_error_may_be_all_that_a_200_holds(
    body: bytes, kind: ErrorKind, wait: float | None
) -> None:
    events, error = failure_of(body)
    assert (events, error.kind, error.retry_after) == ([], kind, wait)
    with pytest.raises(ProviderError) as caught:
        decode_answer(body)
    assert caught.value.kind is kind


def test_that_an_error_in_the_midst_of_an_array_is_an_error() -> None:
    chunks = [gemini_chunk({"text": "Hi"}), json.loads(OVERLOADED.body)]
    events, error = failure_of(gemini_array(chunks))
    assert (events, error.status) == ([TextDelta("Hi")], 503)


def test_that_two_broken_chunks_are_passed_over_and_a_third_ends_the_answer() -> None:
    bad = b'data: {"candidates": [{\r\n\r\n'
    assert words(decode(bad, HI, bad, HI)) == "HiHi"
    events, error = failure_of(bad, HI, bad, HI, bad, HI)
    assert words(events) == "HiHi"
    assert error.kind is ErrorKind.MALFORMED_CHUNK


@pytest.mark.parametrize("depth", [300, 900, 3000, 20_000])
def test_that_values_nested_too_deep_break_nothing(depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    call = b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":' + deep
    failed = b'{"error":' + deep + b"}"
    for body in (call + b"}}]}}]}", failed, b'[{"error":' + deep + b"}]"):
        for stream in (b"data: " + body + b"\r\n\r\n", b"[" + body + b"]"):
            with suppress(ProviderError):
                decode(stream)
        with suppress(ProviderError):
            decode_answer(body)
