"""Decoding Gemini's streamed answers, as server-sent events and as a JSON array.

The bytes are written from ai.google.dev (api/generate-content) and docs.cloud.google.com
(vertex-ai), and from what is known of traffic.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.gemini_answers import FINISH, HI, decode, parts, words
from helpers.gemini_replies import (
    gemini_array,
    gemini_array_stream,
    gemini_chunk,
    gemini_chunks,
    gemini_data,
    gemini_sse,
    gemini_stream,
    gemini_usage,
)
from understudy.errors import ProviderError
from understudy.events import ProviderEvent, ReasoningDelta, Stop, TextDelta, UsageReported
from understudy.requests import Usage
from understudy.wire.gemini import GeminiDecoder, decode_answer


@pytest.mark.parametrize("reply", [gemini_stream, gemini_array_stream])
def test_that_a_documented_stream_is_decoded(reply: Any) -> None:
    assert decode(reply(pieces=["Hel", "lo"]).body) == [
        TextDelta("Hel"),
        UsageReported(Usage(7)),
        TextDelta("lo"),
        UsageReported(Usage(7, 11)),
        Stop("stop"),
    ]


def test_that_words_come_with_their_own_bytes_in_either_form() -> None:
    decoder = GeminiDecoder()
    assert decoder.feed(HI) == [TextDelta("Hi")]
    decoder = GeminiDecoder()
    one, other = (json.dumps(gemini_chunk({"text": word})).encode() for word in ("One", " "))
    assert decoder.feed(b"[" + one) == [TextDelta("One")]
    assert decoder.feed(b"\r\n,\r\n" + other) == [TextDelta(" ")]


def test_that_tokens_of_white_space_are_kept() -> None:
    pieces = ["\n", " ", "a", " ", "\n\n", "\t", "b", " "]
    assert words(decode(gemini_stream(pieces=pieces).body)) == "\n a \n\n\tb "


@pytest.mark.parametrize("tail", [b"", b"\r\n", b"data: [DONE]\r\n\r\n", b": bye\r\n\r\n"])
def test_that_a_finish_reason_is_success_whatever_ends_the_stream(tail: bytes) -> None:
    assert decode(HI, FINISH, tail) == [TextDelta("Hi"), Stop("stop")]


@pytest.mark.parametrize("stream", [FINISH[:-2], FINISH[:-4], b"data: [" + FINISH[6:-4] + b"]"])
def test_that_a_finish_reason_counts_without_the_blank_line_behind_it(stream: bytes) -> None:
    assert decode(HI, stream) == [TextDelta("Hi"), Stop("stop")]


@pytest.mark.parametrize(
    "stream",
    [
        HI,
        HI + b"data: [DONE]\r\n\r\n",
        HI + FINISH[:-20],
        HI + gemini_data({"usageMetadata": gemini_usage(1, 2)}),
        HI + gemini_data(gemini_chunk({"text": "!"}, finish="FINISH_REASON_UNSPECIFIED")),
        gemini_array([gemini_chunk({"text": "Hi"})]),
        gemini_array(gemini_chunks("Hi"))[:-40],
        b"[]",
        b"",
    ],
)
def test_that_an_end_without_a_finish_reason_is_no_success(stream: bytes) -> None:
    assert not any(isinstance(event, Stop) for event in decode(stream))


def test_that_an_array_may_lack_its_last_bracket() -> None:
    stream = gemini_array(gemini_chunks("Hi"))
    assert decode(stream.rstrip(b"]\n"))[-1] == Stop("stop")


def test_that_what_follows_the_finish_reason_is_read() -> None:
    decoder = GeminiDecoder()
    last = gemini_chunk({"text": "Hi"}, finish="STOP")
    assert decoder.feed(gemini_data(last)) == [TextDelta("Hi")]
    assert (decoder.finish, decoder.settled, decoder.done) == ("stop", True, False)
    sealed = gemini_chunk({"text": "", "thoughtSignature": "c2VhbA=="})
    assert decoder.feed(gemini_data(sealed)) == [ReasoningDelta("", "c2VhbA==")]
    counted = {"usageMetadata": gemini_usage(1, 0)}
    assert decoder.feed(gemini_data(counted)) == [UsageReported(Usage(1, 0))]
    assert decoder.close() == [Stop("stop")]
    assert decoder.done
    assert decoder.close() == []


def test_that_a_finish_reason_before_the_first_word_is_no_end() -> None:
    decoder = GeminiDecoder()
    decoder.feed(gemini_data(gemini_chunk(finish="STOP")))
    assert not decoder.settled
    assert decoder.feed(HI) == [TextDelta("Hi")]
    assert decoder.close() == []


def test_that_words_after_a_finish_reason_need_one_of_their_own() -> None:
    program = {"executableCode": {"language": "PYTHON", "code": "1"}}
    round_ends = gemini_data(gemini_chunk(program, finish="STOP"))
    assert decode(round_ends, HI)[-1] == TextDelta("Hi")
    assert decode(round_ends, HI, FINISH)[-1] == Stop("stop")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("BLOCKLIST", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("SPII", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
        ("IMAGE_RECITATION", "content_filter"),
        ("ESCALATION", "content_filter"),
        ("MODEL_ARMOR", "content_filter"),
    ],
)
def test_that_finish_reasons_are_understood(said: str, reason: str) -> None:
    events = decode(HI, gemini_data({"candidates": [{"finishReason": said, "index": 0}]}))
    assert [event.reason for event in events if isinstance(event, Stop)] == [reason]


WRONG_TYPES: list[Any] = [
    {},
    {"candidates": None},
    {"candidates": {}},
    {"candidates": [7, None]},
    {"candidates": [{"content": 7, "finishReason": 7}]},
    {"candidates": [{"content": {"parts": {"text": "Hi"}}}]},
    {"candidates": [{"content": {"parts": [7, {"text": 7}, {"functionCall": "f"}]}}]},
    {"candidates": [{"groundingMetadata": [], "citationMetadata": "x"}]},
    {"usageMetadata": [], "promptFeedback": "SAFETY", "error": None},
]


@pytest.mark.parametrize("chunk", WRONG_TYPES)
def test_that_values_of_the_wrong_type_are_passed_over(chunk: dict[str, Any]) -> None:
    assert decode(gemini_data(chunk)) == []
    assert decode(gemini_array([chunk])) == []


def test_that_a_line_of_a_megabyte_is_one_delta() -> None:
    long = "x" * 1_000_000
    assert parts({"text": long}) == [TextDelta(long)]
    assert decode(gemini_array([gemini_chunk({"text": long})])) == [TextDelta(long)]


PARTS = st.lists(
    st.text(alphabet='a <think>/\n"{]é😀', max_size=9).map(lambda t: {"text": t})
    | st.text(max_size=4).map(lambda t: {"text": t, "thought": True})
    | st.sampled_from(["S", ""]).map(lambda s: {"text": "", "thoughtSignature": s})
    | st.text(max_size=4).map(lambda t: {"functionCall": {"name": "f", "args": {"a": t}}}),
    max_size=6,
)


def chunks_of(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    spoken = [gemini_chunk(part, usage=gemini_usage(9)) for part in given]
    return [*spoken, gemini_chunk({"text": ""}, finish="STOP", usage=gemini_usage(9, 5))]


@given(PARTS, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 3000), max_size=9))
def test_that_any_split_in_either_form_gives_the_same_events(
    given: list[dict[str, Any]], end: str, cuts: list[int]
) -> None:
    chunks = chunks_of(given)
    sse = b": hello\r\n\r\n" + gemini_sse(chunks)
    sse = sse.replace(b"\r\n", end.encode())
    events = decode(sse)
    assert decode(*cut(sse, cuts)) == events
    assert decode(*cut(b"\xef\xbb\xbf" + sse, cuts)) == events
    assert decode(*cut(gemini_array(chunks), cuts)) == events
    assert decode(*cut(b"\xef\xbb\xbf\r\n" + gemini_array(chunks), cuts)) == events
    called = any("functionCall" in part for part in given)
    told = [event for event in events if isinstance(event, UsageReported | Stop)]
    assert told[-2:] == [UsageReported(Usage(9, 5)), Stop("tool_calls" if called else "stop")]


NAMES = """candidates content parts text thought thoughtSignature functionCall name args id
partialArgs willContinue jsonPath stringValue finishMessage usageMetadata promptTokenCount
candidatesTokenCount thoughtsTokenCount promptFeedback blockReason groundingMetadata groundingChunks
web uri title citationMetadata citationSources inlineData mimeType executableCode language code
codeExecutionResult output index error message status details"""
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["$.a", "$.a[0]", "image/png"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.lists(VALUES, max_size=4), st.booleans())
def test_that_no_value_breaks_the_decoder_or_makes_an_answer_whole(
    values: list[object], as_array: bool
) -> None:
    decoder = GeminiDecoder()
    events: list[ProviderEvent] = []
    chunks: list[Any] = [
        shape
        for value in values
        for shape in (
            value,
            {"candidates": [value]},
            {"candidates": [{"content": {"parts": [value]}}]},
            {"candidates": [{"content": {"parts": [{"functionCall": value}]}}]},
        )
    ]
    with suppress(ProviderError):
        for piece in [gemini_array(chunks)] if as_array else map(gemini_data, chunks):
            events += decoder.feed(piece)
        events += decoder.close()
    assert not any(isinstance(event, Stop) for event in events)


@given(VALUES)
def test_that_no_body_breaks_what_reads_it(value: object) -> None:
    for body in (value, {"candidates": [value]}, [{"candidates": [value]}]):
        with suppress(ProviderError):
            events = decode_answer(json.dumps(body).encode())
            assert not any(isinstance(event, Stop) for event in events)
