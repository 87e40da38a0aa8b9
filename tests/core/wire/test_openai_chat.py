"""Decoding streamed answers of Chat Completions, in all their dialects.

The bytes are written from the providers' documentation: platform.openai.com, learn.microsoft.com,
openrouter.ai, api-docs.deepseek.com, console.groq.com, docs.mistral.ai, platform.moonshot.ai.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.replies import DONE, chat_chunk, completion, data, openai_stream, usage_chunk
from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    CitationFound,
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    UsageReported,
)
from understudy.requests import Usage
from understudy.wire.openai_chat import OpenAIChatDecoder, decode_completion
from understudy.wire.openai_lists import read_models

FINISH = data(chat_chunk({}, finish="stop"))


def decode(*pieces: bytes) -> list[ProviderEvent]:
    decoder = OpenAIChatDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def deltas(*given: dict[str, Any]) -> list[ProviderEvent]:
    return decode(*(data(chat_chunk(delta)) for delta in given))


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thoughts(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def failure_of(*pieces: bytes) -> tuple[list[ProviderEvent], ProviderError]:
    """The events before the failure, and the failure."""
    decoder = OpenAIChatDecoder("Example", "m", ("secret-key",))
    events: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - any of the calls may raise
        for piece in pieces:
            events += decoder.feed(piece)
        decoder.close()
    assert decoder.failure is caught.value
    assert decoder.settled
    return events, caught.value


def test_that_a_documented_stream_is_decoded() -> None:
    assert decode(openai_stream(pieces=["Hel", "lo"]).body) == [
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(Usage(7, 11)),
        Stop("stop"),
    ]


def test_that_tokens_of_white_space_are_kept() -> None:
    pieces = ["\n", " ", "a", " ", "\n\n", "\t", "b", " "]
    assert words(decode(openai_stream(pieces=pieces).body)) == "\n a \n\n\tb "


def test_that_each_word_is_delivered_with_its_own_bytes() -> None:
    decoder = OpenAIChatDecoder()
    for word in ("One", " ", "two"):
        assert decoder.feed(data(chat_chunk({"content": word}))) == [TextDelta(word)]


@pytest.mark.parametrize("tail", [b"", DONE, b"data:[DONE]\r\n\r\n", b"data: [DONE]"])
def test_that_a_finish_reason_is_success_with_or_without_done(tail: bytes) -> None:
    assert decode(data(chat_chunk({"content": "Hi"})), FINISH, tail)[-1] == Stop("stop")


@pytest.mark.parametrize("tail", [b"", DONE, b": ping\n\n", data(usage_chunk(1, 2))])
def test_that_an_end_without_a_finish_reason_is_no_success(tail: bytes) -> None:
    events = decode(data(chat_chunk({"content": "Hi"})), tail)
    assert not any(isinstance(event, Stop) for event in events)


def test_that_stop_waits_for_the_usage_behind_the_finish_reason() -> None:
    decoder = OpenAIChatDecoder()
    assert decoder.feed(FINISH) == []
    assert (decoder.finish, decoder.settled, decoder.done) == ("stop", True, False)
    assert decoder.feed(data(usage_chunk(1, 0))) == [UsageReported(Usage(1, 0))]
    assert decoder.feed(DONE + data(chat_chunk({"content": "late"}))) == [Stop("stop")]
    assert decoder.done
    assert decoder.close() == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("eos", "stop"),
    ],
)
def test_that_finish_reasons_of_all_servers_are_understood(said: str, reason: str) -> None:
    events = decode(data(chat_chunk({}, finish=said)))
    assert [event.reason for event in events if isinstance(event, Stop)] == [reason]


def test_that_an_empty_finish_reason_is_none() -> None:
    assert decode(data(chat_chunk({"content": "Hi"}, finish=""))) == [TextDelta("Hi")]


@pytest.mark.parametrize("said", ["error", "network_error", "insufficient_system_resource"])
def test_that_some_finish_reasons_are_failures(said: str) -> None:
    events, error = failure_of(
        data(chat_chunk({"content": "Hi"})), data(chat_chunk({}, finish=said))
    )
    assert words(events) == "Hi"
    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, said)


COUNTED = {"prompt_tokens": 9, "completion_tokens": 4}


@pytest.mark.parametrize(
    ("chunk", "usage"),
    [
        ({"choices": [], "usage": COUNTED}, Usage(9, 4)),
        ({"choices": [{"delta": {}, "usage": COUNTED}]}, Usage(9, 4)),
        ({"choices": [], "x_groq": {"id": "r", "usage": COUNTED}}, Usage(9, 4)),
        ({"choices": [], "timings": {"prompt_n": 9, "predicted_n": 4}}, Usage(9, 4)),
        (
            {"usage": {**COUNTED, "prompt_tokens_details": {"cached_tokens": 0}}},
            Usage(9, 4, cached_tokens=0),
        ),
        ({"usage": {**COUNTED, "prompt_cache_hit_tokens": 8}}, Usage(9, 4, cached_tokens=8)),
        (
            {"usage": {**COUNTED, "completion_tokens_details": {"reasoning_tokens": 3}}},
            Usage(9, 4, reasoning_tokens=3),
        ),
        ({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, Usage(0, 0)),
        ({"usage": {"prompt_tokens": "9", "completion_tokens": True}}, None),
        ({"usage": {}, "x_groq": {"id": "r"}}, None),
        ({"usage": "many"}, None),
    ],
)
def test_that_usage_is_found_wherever_it_stands(chunk: dict[str, Any], usage: Usage | None) -> None:
    found = [event.usage for event in decode(data(chunk)) if isinstance(event, UsageReported)]
    assert found == ([] if usage is None else [usage])


def test_that_usage_on_every_chunk_is_reported_when_it_changes() -> None:
    chunks = [data({**chat_chunk({"content": "x"}), "usage": COUNTED}) for _ in range(3)]
    events = decode(*chunks, data(usage_chunk(9, 5)))
    assert [event.usage for event in events if isinstance(event, UsageReported)] == [
        Usage(9, 4),
        Usage(9, 5),
    ]


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "hm"},
        {"reasoning_content": "hm", "content": None},
        {"reasoning": "hm", "content": ""},
        {"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning": "hm", "reasoning_content": "hm"},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": "<think>hm</think>"},
    ],
)
def test_that_thinking_is_found_wherever_it_stands(delta: dict[str, Any]) -> None:
    events = deltas(delta, {"content": " Yes."})
    assert (thoughts(events), words(events)) == ("hm", " Yes.")


def test_that_thinking_and_words_of_one_chunk_keep_their_order() -> None:
    assert deltas({"content": "Yes.", "reasoning_content": "hm"}) == [
        ReasoningDelta("hm"),
        TextDelta("Yes."),
    ]


def test_that_a_tag_after_proper_thinking_is_text() -> None:
    events = deltas({"reasoning_content": "hm"}, {"content": "<think>"}, {"content": " is a tag"})
    assert words(events) == "<think> is a tag"


def test_that_content_may_be_a_list_of_parts() -> None:
    parts = [{"type": "text", "text": "One "}, {"type": "text", "text": "two"}, 7, {"type": "x"}]
    assert words(deltas({"content": parts})) == "One two"


def test_that_a_refusal_is_shown() -> None:
    assert words(deltas({"refusal": "I cannot help with that."})) == "I cannot help with that."


def test_that_tool_calls_are_decoded_in_order_with_the_words_before_them() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "find", "arguments": "{}"}}
    events = deltas({"content": " "}, {"tool_calls": [call, "junk"]})
    assert [type(event).__name__ for event in events] == ["TextDelta", "ToolCallDelta"]


def test_that_the_old_form_of_a_function_call_is_read() -> None:
    events = deltas({"function_call": {"name": "find", "arguments": "{"}})
    assert [type(event).__name__ for event in events] == ["ToolCallDelta"]


def test_that_azure_opens_with_a_chunk_without_choices() -> None:
    opening = {"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}
    annotation = {"choices": [{"index": 0, "content_filter_offsets": {"start_offset": 1}}]}
    assert words(decode(data(opening), data(chat_chunk({"content": "Hi"})), data(annotation))) == (
        "Hi"
    )


def test_that_sources_in_annotations_are_told_once() -> None:
    source = {"url": "https://a.example", "title": "A", "content": "Tides."}
    note = {"type": "url_citation", "url_citation": source}
    events = deltas({"content": "Yes.", "annotations": [note, "junk"]}, {"annotations": [note]})
    assert events == [TextDelta("Yes."), CitationFound("https://a.example", "A", "Tides.")]


def test_that_a_verdict_beside_the_choices_is_an_error() -> None:
    good = {**chat_chunk({"content": "Hi"}), "base_resp": {"status_code": 0, "status_msg": ""}}
    bad = {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}
    events, error = failure_of(data(good), data(bad))
    assert words(events) == "Hi"
    assert (error.kind, error.code) == (ErrorKind.RATE_LIMIT, "1002")


WRONG_TYPES: list[Any] = [
    {},
    {"choices": None},
    {"choices": {}},
    {"choices": [7]},
    {"choices": [{}]},
    {"choices": [{"delta": None, "finish_reason": 7}]},
    {"choices": [{"delta": "Hi"}]},
    {"choices": [{"delta": {"content": 7, "tool_calls": {}, "reasoning": ["x"]}}]},
    {"choices": "stop", "usage": [], "error": None},
]


@pytest.mark.parametrize("chunk", WRONG_TYPES)
def test_that_values_of_the_wrong_type_are_passed_over(chunk: dict[str, Any]) -> None:
    assert decode(data(chunk)) == []


ERROR = {"message": "Overloaded", "type": "overloaded_error", "code": None}


@pytest.mark.parametrize(
    "stream",
    [
        data({"error": ERROR}),
        data({**chat_chunk({"content": ""}, finish="error"), "error": ERROR}),
        b"event: error\ndata: " + json.dumps({"error": ERROR}).encode() + b"\n\n",
        b"event: error\ndata: " + json.dumps(ERROR).encode() + b"\n\n",
        b"error: " + json.dumps(ERROR).encode() + b"\n",
        b"error: " + json.dumps(ERROR).encode(),
        data({"object": "error", **ERROR}),
        data({"error": "Overloaded"}),
    ],
)
def test_that_an_error_inside_a_stream_is_an_error(stream: bytes) -> None:
    events, error = failure_of(data(chat_chunk({"content": "Hi"})), stream)
    assert words(events) == "Hi"
    assert error.kind is ErrorKind.TRANSIENT
    assert error.detail == "Overloaded"


def test_that_an_error_inside_a_stream_has_the_status_it_names() -> None:
    told = {"code": 429, "message": "Provider returned error", "metadata": {"raw": "slow down"}}
    _events, error = failure_of(data({"error": told}))
    assert (error.kind, error.status) == (ErrorKind.RATE_LIMIT, 429)
    assert str(error) == "Example was rate limited (429)."


def test_that_words_before_an_error_in_the_same_bytes_are_not_lost() -> None:
    decoder = OpenAIChatDecoder()
    stream = data(chat_chunk({"content": "Hi"})) + data({"error": ERROR})
    assert decoder.feed(stream) == [TextDelta("Hi")]
    for _ in range(2):
        with pytest.raises(ProviderError):
            decoder.feed(b"")
    with pytest.raises(ProviderError):
        decoder.close()


def test_that_held_words_are_delivered_before_an_error() -> None:
    events, _error = failure_of(data(chat_chunk({"content": "<thi"})) + data({"error": ERROR}))
    assert words(events) == "<thi"


def test_that_two_broken_chunks_are_passed_over_and_a_third_ends_the_answer() -> None:
    good, bad = data(chat_chunk({"content": "Hi"})), b'data: {"choices": [{\n\n'
    assert words(decode(bad, good, bad, good)) == "HiHi"
    events, error = failure_of(bad, good, bad, good, bad, good)
    assert words(events) == "HiHi"
    assert (error.kind, str(error)) == (
        ErrorKind.MALFORMED_CHUNK,
        "Example sent 3 chunks that could not be read.",
    )


@pytest.mark.parametrize("bad", ["7", '"x"', "null", "[]", "NaN", "[" * 100_000, "1" * 5000])
def test_that_json_that_is_no_chunk_counts_as_broken(bad: str) -> None:
    decoder = OpenAIChatDecoder()
    assert decoder.feed(f"data: {bad}\n\n".encode()) == []
    assert (decoder.malformed, decoder.chunks) == (1, 0)


def test_that_empty_data_is_no_broken_chunk() -> None:
    decoder = OpenAIChatDecoder()
    decoder.feed(b"data: \n\ndata:  \n\n" * 3)
    assert decoder.malformed == 0


def test_that_a_chunk_cut_by_the_end_is_not_counted_as_broken() -> None:
    decoder = OpenAIChatDecoder()
    decoder.feed(data(chat_chunk({"content": "Hi"}))[:-10])
    assert decoder.close() == []
    assert decoder.malformed == 0


def test_that_invalid_utf_8_is_replaced_in_the_words() -> None:
    stream = data(chat_chunk({"content": "caf\u00e9"})).replace("é".encode(), b"\xe9")
    assert words(decode(stream)) == "caf\ufffd"


def test_that_half_a_character_waits_for_its_other_half() -> None:
    first, second = (
        b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n',
        (b'data: {"choices":[{"delta":{"content":"\\ude00b"}}]}\n\n'),
    )
    assert decode(first, second) == [TextDelta("a"), TextDelta("😀b")]
    assert words(decode(first)) == "a\ufffd"
    assert words(decode(second)) == "\ufffdb"
    only_half = first.replace(b"a\\", b"\\")
    assert decode(only_half, second) == [TextDelta("😀b")]


def test_that_a_line_of_a_megabyte_is_one_delta() -> None:
    long = "x" * 1_000_000
    assert deltas({"content": long}) == [TextDelta(long)]


def test_that_an_endless_line_ends_the_answer() -> None:
    megabytes = [b"data: "] + [b"x" * 1_000_000] * 17
    _events, error = failure_of(data(chat_chunk({"content": "Hi"})), *megabytes)
    assert error.kind is ErrorKind.MALFORMED_CHUNK


CONTENTS = st.lists(
    st.text(alphabet="a <think>/\n한é😀", max_size=9).map(lambda t: {"content": t})
    | st.text(max_size=4).map(lambda t: {"reasoning_content": t}),
    max_size=6,
)


@given(CONTENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 3000), max_size=9))
def test_that_any_split_of_the_bytes_gives_the_same_answer(
    contents: list[dict[str, Any]], end: str, cuts: list[int]
) -> None:
    chunks = [data(chat_chunk(delta)) for delta in contents]
    stream = b": hello\n\n" + b"".join(chunks) + FINISH + data(usage_chunk(1, 2)) + DONE
    stream = stream.replace(b"\n", end.encode())
    whole, parted = decode(stream), decode(*cut(stream, cuts))
    assert (words(parted), thoughts(parted)) == (words(whole), thoughts(whole))
    assert [e for e in parted if isinstance(e, Stop | UsageReported)] == [
        UsageReported(Usage(1, 2)),
        Stop("stop"),
    ]


def test_that_an_answer_that_was_not_streamed_is_decoded() -> None:
    body = b"\xef\xbb\xbf\n" + json.dumps(completion("Hello.", finish="length")).encode()
    assert decode_completion(body) == [
        TextDelta("Hello."),
        UsageReported(Usage(7, 11)),
        Stop("length"),
    ]


def test_that_a_whole_body_needs_no_finish_reason() -> None:
    body = b'{"choices": [{"message": {"content": "Hello."}}]}'
    assert decode_completion(body) == [TextDelta("Hello."), Stop("stop")]


NAMES = """choices delta content reasoning reasoning_details tool_calls function index id arguments
name finish_reason usage x_groq timings prompt_tokens prompt_tokens_details thinking text error
message code object detail refusal metadata raw"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.lists(JSON, max_size=4))
def test_that_no_value_anywhere_breaks_the_decoder(values: list[object]) -> None:
    decoder = OpenAIChatDecoder()
    with suppress(ProviderError):
        for value in values:
            decoder.feed(data(value))
            decoder.feed(data({"choices": [value]}))
            decoder.feed(data({"choices": [{"delta": value}]}))
        decoder.close()


@given(JSON)
def test_that_no_body_breaks_what_reads_it(value: object) -> None:
    body = json.dumps(value).encode()
    assert all(model.id for model in read_models(body))
    with suppress(ProviderError):
        assert isinstance(decode_completion(body)[-1], Stop)


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b'{"error": {"message": "Overloaded"}}', ErrorKind.TRANSIENT, "could not answer"),
        (b'{"detail": "Invalid API key"}', ErrorKind.AUTH, "rejected the key"),
        (b'{"object": "error", "message": "no"}', ErrorKind.TRANSIENT, "could not answer"),
        (b'[{"error": {"code": 429}}]', ErrorKind.RATE_LIMIT, "was rate limited"),
        (b'{"hello": "world"}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b'{"message": {"content": "Hi"}, "done": false}\n{}', ErrorKind.MALFORMED_CHUNK, "else"),
    ],
)
def test_that_a_body_that_is_no_answer_is_an_error(
    body: bytes, kind: ErrorKind, sentence: str
) -> None:
    with pytest.raises(ProviderError, match=sentence) as caught:
        decode_completion(body, name="Example")
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'{"object": "list", "data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}', ("a", "b")),
        (b'[{"id": "a"}]', ("a",)),
        (b'{"models": [{"name": "a:latest"}]}', ("a:latest",)),
        (b'{"data": [{"id": 7}, "x", {}]}', ()),
        (b'{"data": null}', ()),
        (b"<html>", ()),
        (b"[" * 100_000, ()),
        (b"\xff", ()),
    ],
)
def test_that_model_ids_are_read_from_any_list(body: bytes, ids: tuple[str, ...]) -> None:
    assert tuple(model.id for model in read_models(body)) == ids
