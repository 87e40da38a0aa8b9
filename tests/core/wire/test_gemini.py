"""Decoding Gemini's streamed answers, as server-sent events and as a JSON array.

The bytes are written from ai.google.dev (api/generate-content, gemini-api/docs/thought-signatures,
gemini-api/docs/thinking) and docs.cloud.google.com (vertex-ai), and from what is known of traffic.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.gemini_replies import (
    gemini_array,
    gemini_array_stream,
    gemini_chunk,
    gemini_chunks,
    gemini_data,
    gemini_error,
    gemini_rate_limited,
    gemini_sse,
    gemini_stream,
    gemini_usage,
    gemini_wrong_key,
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
from understudy.wire.gemini import GeminiDecoder, decode_answer

HI = gemini_data(gemini_chunk({"text": "Hi"}))
FINISH = gemini_data(gemini_chunk({"text": ""}, finish="STOP"))


def decode(*pieces: bytes) -> list[ProviderEvent]:
    decoder = GeminiDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def parts(*given: dict[str, Any]) -> list[ProviderEvent]:
    """The events of an unfinished answer, a chunk a part."""
    return decode(*(gemini_data(gemini_chunk(part)) for part in given))


def escaped(part: dict[str, Any]) -> bytes:
    """An event that may hold half a character, as an escape."""
    return b"data: " + json.dumps(gemini_chunk(part)).encode() + b"\r\n\r\n"


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def failure_of(*pieces: bytes) -> tuple[list[ProviderEvent], ProviderError]:
    """The events before the failure, and the failure."""
    decoder = GeminiDecoder("Example", "m", ("secret-key",))
    events: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - any of the calls may raise
        for piece in pieces:
            events += decoder.feed(piece)
        decoder.close()
    assert decoder.failure is caught.value
    assert decoder.settled
    return events, caught.value


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


@pytest.mark.parametrize(
    ("counted", "usage"),
    [
        (gemini_usage(9), Usage(9)),
        (gemini_usage(9, 4), Usage(9, 4)),
        (gemini_usage(0, 0, thoughtsTokenCount=0), Usage(0, 0, reasoning_tokens=0)),
        (gemini_usage(9, 4, thoughtsTokenCount=3), Usage(9, 7, reasoning_tokens=3)),
        (gemini_usage(9, None, thoughtsTokenCount=3), Usage(9, 3, reasoning_tokens=3)),
        (gemini_usage(9, 4, cachedContentTokenCount=8), Usage(9, 4, 8)),
        (gemini_usage(9, 4, cachedContentTokenCount=0), Usage(9, 4, 0)),
        (gemini_usage(9, 4, toolUsePromptTokenCount=5), Usage(14, 4)),
        ({"trafficType": "ON_DEMAND"}, None),
        ({"promptTokenCount": "9", "candidatesTokenCount": True}, None),
        ([7], None),
    ],
)
def test_that_tokens_are_counted_in_our_meaning(counted: Any, usage: Usage | None) -> None:
    found = decode(gemini_data({"candidates": [], "usageMetadata": counted}))
    assert found == ([] if usage is None else [UsageReported(usage)])


def test_that_usage_on_every_chunk_is_reported_when_it_changes() -> None:
    counts = [gemini_usage(9), gemini_usage(9), gemini_usage(9, 2), gemini_usage(9, 2)]
    events = decode(*(gemini_data(gemini_chunk(usage=counted)) for counted in counts))
    assert events == [UsageReported(Usage(9)), UsageReported(Usage(9, 2))]


def test_that_thoughts_are_told_from_words() -> None:
    assert parts({"text": "Hm. ", "thought": True}, {"text": "Yes.", "thought": False}) == [
        ReasoningDelta("Hm. "),
        TextDelta("Yes."),
    ]


@pytest.mark.parametrize(
    ("part", "events"),
    [
        (
            {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "S"},
            [ToolCallDelta(0, "{}", "call_0", "f", "S")],
        ),
        ({"text": "Hm.", "thought": True, "thoughtSignature": "S"}, [ReasoningDelta("Hm.", "S")]),
        ({"text": "", "thoughtSignature": "S"}, [ReasoningDelta("", "S")]),
        ({"thoughtSignature": "S"}, [ReasoningDelta("", "S")]),
        ({"text": "Hi", "thoughtSignature": "S"}, [TextDelta("Hi"), ReasoningDelta("", "S")]),
        ({"text": "<th", "thoughtSignature": "S"}, [TextDelta("<th"), ReasoningDelta("", "S")]),
        ({"text": "", "thought": True}, []),
        ({"text": "", "thoughtSignature": 7}, []),
    ],
)
def test_that_a_signature_stays_with_its_part(
    part: dict[str, Any], events: list[ProviderEvent]
) -> None:
    assert parts(part) == events


def test_that_calls_of_tools_are_whole_and_numbered() -> None:
    calls: tuple[dict[str, Any], ...] = (
        {"functionCall": {"id": "9f2x", "name": "weather", "args": {"city": "Åre"}}},
        {"functionCall": {"name": "time"}},
        {"functionCall": {"id": "9f2x", "name": "time", "args": ["x"]}},
        {"functionCall": {"id": "call_3", "name": 7, "args": {"n": 1.5}}},
        {"functionCall": {}},
    )
    stream = gemini_data(gemini_chunk({"text": "Let me see. "}, *calls, finish="STOP"))
    assert decode(stream) == [
        TextDelta("Let me see. "),
        ToolCallDelta(0, '{"city": "Åre"}', "9f2x", "weather"),
        ToolCallDelta(1, "{}", "call_1", "time"),
        ToolCallDelta(2, "{}", "call_2", "time"),
        ToolCallDelta(3, '{"n": 1.5}', "call_3", ""),
        ToolCallDelta(4, "{}", "call_4", ""),
        Stop("tool_calls"),
    ]


def test_that_an_id_is_made_that_no_other_call_has() -> None:
    given = ("call_1", "", "call_1")
    calls = ({"functionCall": {"id": each, "name": "f"}} for each in given)
    events = decode(gemini_data(gemini_chunk(*calls)))
    assert [event.id for event in events if isinstance(event, ToolCallDelta)] == [
        "call_1",
        "call_1_",
        "call_2",
    ]


def test_that_a_call_cut_by_the_limit_is_no_wish_for_a_tool() -> None:
    call: dict[str, Any] = {"functionCall": {"name": "f", "args": {}}}
    assert decode(gemini_data(gemini_chunk(call, finish="MAX_TOKENS")))[-1] == Stop("length")


def test_that_programs_and_what_they_said_are_shown() -> None:
    events = parts(
        {"text": "I count."},
        {"executableCode": {"language": "PYTHON", "code": "print('```')\n"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "```\n"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_FAILED"}},
        {"executableCode": {"language": "C++`", "code": "x"}},
        {"executableCode": {"code": 7}},
    )
    assert words(events) == (
        "I count."
        "\n\n````python\nprint('```')\n````\n\n"
        "\n\n````text\n```\n````\n\n"
        "\n\n```\nx\n```\n\n"
    )


@pytest.mark.parametrize(
    ("media_type", "said"),
    [
        ("image/png", "[The model made an image, which is not shown here.]"),
        ("audio/wav", "[The model made a sound, which is not shown here.]"),
        ("video/mp4", "[The model made a video, which is not shown here.]"),
        (None, "[The model made a file, which is not shown here.]"),
    ],
)
def test_that_what_cannot_be_shown_is_said(media_type: str | None, said: str) -> None:
    made = {"inlineData": {"mimeType": media_type, "data": "iVBORw0KGgo="}}
    assert words(parts(made)).strip() == said
    assert parts({**made, "thought": True}) == []


@pytest.mark.parametrize("other", [{"fileData": {"fileUri": "x"}}, {"toolCall": {}}, {}])
def test_that_unknown_parts_are_passed_over(other: dict[str, Any]) -> None:
    assert parts(other, {"text": "Hi"}) == [TextDelta("Hi")]


def test_that_of_several_candidates_the_first_is_read() -> None:
    second = {"content": {"parts": [{"text": "Ho"}]}, "finishReason": "OTHER", "index": 1}
    chunk = gemini_chunk({"text": "Hi"}, finish="STOP")
    chunk["candidates"].insert(0, second)
    assert decode(gemini_data({"candidates": [second]}), gemini_data(chunk)) == [
        TextDelta("Hi"),
        Stop("stop"),
    ]


def test_that_sources_are_told_once() -> None:
    web = {"web": {"uri": "https://a.example/1", "title": "a.example"}}
    place = {"maps": {"uri": "https://maps.example/2", "title": "A café", "placeId": "x"}}
    own = {"retrievedContext": {"title": "notes.pdf", "text": "It rains."}}
    cited = {"startIndex": 1, "uri": "https://b.example/3", "license": ""}
    candidate: dict[str, Any] = {
        "groundingMetadata": {"groundingChunks": [web, place, own, {"image": {}}]},
        "citationMetadata": {"citationSources": [cited], "citations": [{"title": "A book"}]},
    }
    events = decode(*[gemini_data(gemini_chunk({"text": "!"}, **candidate))] * 2)
    assert [event for event in events if isinstance(event, CitationFound)] == [
        CitationFound("https://a.example/1", "a.example"),
        CitationFound("https://maps.example/2", "A café"),
        CitationFound("", "notes.pdf", "It rains."),
        CitationFound("https://b.example/3"),
        CitationFound("", "A book"),
    ]


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


def test_that_a_line_of_a_megabyte_is_one_delta() -> None:
    long = "x" * 1_000_000
    assert parts({"text": long}) == [TextDelta(long)]
    assert decode(gemini_array([gemini_chunk({"text": long})])) == [TextDelta(long)]


def test_that_half_a_character_waits_for_its_other_half() -> None:
    first, second = escaped({"text": "a\ud83d"}), escaped({"text": "\ude00b"})
    assert decode(first, second) == [TextDelta("a"), TextDelta("😀b")]
    assert words(decode(first)) == "a\ufffd"
    assert decode(escaped({"text": "\ud83d", "thought": True})) == [ReasoningDelta("\ufffd")]


def test_that_half_a_character_in_a_call_can_be_stored() -> None:
    call = {"name": "\ud83d", "id": "\ud83d", "args": {"a": "\ud83d"}}
    assert decode(escaped({"functionCall": call})) == [
        ToolCallDelta(0, '{"a": "\ufffd"}', "\ufffd", "\ufffd")
    ]


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
