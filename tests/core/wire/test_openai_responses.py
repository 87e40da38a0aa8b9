"""Decoding streamed answers of the Responses API.

The bytes are written from developers.openai.com (api/reference/resources/responses).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.replies import DONE
from helpers.responses_answers import decode, delta, end, parts, scripted, words
from helpers.responses_replies import (
    begun,
    message,
    response,
    responses_stream,
    say_call,
    sse,
    text_part,
    thought,
    usage,
)
from understudy.events import (
    CitationFound,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.requests import Usage
from understudy.wire.openai_responses import FORMAT, ResponsesDecoder
from understudy.wire.responses_input import seal

CREATED = begun().stream


def test_that_a_documented_stream_is_decoded() -> None:
    stream = responses_stream("Hi you", reasoning="Hm.", calls=(("find", "{}"),)).body
    assert decode(stream) == [
        ReasoningDelta("Hm."),
        ReasoningDelta("", seal(thought("Hm."))),
        TextDelta("Hi y"),
        TextDelta("ou"),
        ToolCallDelta(0, "", "call_1", "find"),
        ToolCallDelta(0, "{}"),
        UsageReported(Usage(7, 11, 0, 0, 0)),
        Stop("tool_calls"),
    ]


def test_that_tokens_of_white_space_are_kept() -> None:
    pieces = ["\n", " ", "a", " ", "\n\n", "\t", "b", " "]
    assert words(decode(responses_stream(pieces=pieces).body)) == "\n a \n\n\tb "


def test_that_each_word_is_delivered_with_its_own_bytes() -> None:
    decoder = ResponsesDecoder()
    for word in ("One", " ", "two"):
        assert decoder.feed(delta(word)) == [TextDelta(word)]


@pytest.mark.parametrize("kind", ["created", "in_progress", "queued"])
def test_that_a_response_that_begins_is_no_content(kind: str) -> None:
    decoder = ResponsesDecoder()
    assert decoder.feed(sse(f"response.{kind}", response=response("in_progress"))) == []
    assert not decoder.settled


@pytest.mark.parametrize("tail", [b"", DONE, b"data:[DONE]\r\n\r\n", b"data: [DONE]", end()])
def test_that_nothing_counts_after_the_end(tail: bytes) -> None:
    assert decode(delta("Hi"), end(), tail, delta("late"))[-2:] == [TextDelta("Hi"), Stop("stop")]


@pytest.mark.parametrize("tail", [b"", DONE, b"data: [DONE]", b": ping\n\n", CREATED, end()[:-20]])
def test_that_a_stream_that_closes_without_its_end_is_no_success(tail: bytes) -> None:
    assert decode(CREATED, delta("Hi"), tail) == [TextDelta("Hi")]


def test_that_the_last_event_needs_no_blank_line() -> None:
    assert decode(delta("Hi"), end().rstrip(b"\n"))[-1] == Stop("stop")


@pytest.mark.parametrize(
    ("status", "details", "reason"),
    [
        ("completed", None, "stop"),
        ("incomplete", {"reason": "max_output_tokens"}, "length"),
        ("incomplete", {"reason": "content_filter"}, "content_filter"),
        ("incomplete", {"reason": "max_messages"}, "length"),
        ("incomplete", None, "length"),
    ],
)
def test_that_every_end_has_its_reason(status: str, details: object, reason: str) -> None:
    events = decode(delta("Hi"), end(status, incomplete_details=details))
    assert events[-1] == Stop(reason)  # type: ignore[arg-type] - one of the reasons


def test_that_an_answer_with_calls_ends_for_them_unless_it_was_cut_short() -> None:
    script = begun()
    say_call(script, 0, "find", "{}")
    assert decode(script.stream, end())[-1] == Stop("tool_calls")
    assert decode(script.stream, end("incomplete"))[-1] == Stop("length")


def test_that_the_status_counts_more_than_the_name_of_the_event() -> None:
    stream = sse("response.completed", response=response("incomplete"))
    assert decode(stream) == [Stop("length")]
    assert decode(sse("response.completed", response=response("in_progress"))) == [Stop("stop")]


@pytest.mark.parametrize("kind", ["response.cancelled", "response.completed"])
def test_that_a_cancelled_answer_is_no_success(kind: str) -> None:
    assert decode(delta("Hi"), sse(kind, response=response("cancelled"))) == [TextDelta("Hi")]


def test_that_openrouter_may_call_things_by_other_names() -> None:
    # openrouter.ai/docs/api_reference/responses/basic-usage.md
    stream = delta("Hi", "content_part"), sse("response.done", response=response()), DONE
    assert decode(*stream) == [TextDelta("Hi"), Stop("stop")]


def test_that_the_last_response_may_stand_bare() -> None:
    # BerriAI/litellm issue 22102
    stream = sse("response.completed", output=[message(text_part("Hi"))], usage=usage(1, 2))
    expected = [TextDelta("Hi"), UsageReported(Usage(1, 2, 0, 0, 0)), Stop("stop")]
    assert decode(stream) == expected


def test_that_a_refusal_is_shown() -> None:
    refused = message({"type": "refusal", "refusal": "I cannot."})
    fragments = [delta(piece, "refusal") for piece in ("I ", "cannot.")]
    whole = sse("response.refusal.done", refusal="I cannot.")
    assert words(decode(*fragments, whole, end(output=[refused]))) == "I cannot."
    assert words(decode(whole, end())) == "I cannot."
    assert words(decode(end(output=[refused]))) == "I cannot."


URL = {"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://a.example/"}
FILE = {"type": "file_citation", "index": 2, "file_id": "file-1", "filename": "notes.pdf"}


def test_that_a_source_is_told_once_however_often_it_stands_there() -> None:
    notes = [{**URL, "title": "A"}, FILE, {"type": "file_path", "file_id": "file-2", "index": 3}]
    added = [sse("response.output_text.annotation.added", annotation=note) for note in notes]
    item = message(text_part("Hi", *notes))
    told = [CitationFound("https://a.example/", "A"), CitationFound("", "notes.pdf")]
    for stream in (
        [delta("Hi"), *added, sse("response.output_item.done", item=item), end(output=[item])],
        [delta("Hi"), sse("response.content_part.done", part=text_part("Hi", *notes)), end()],
        [end(output=[item])],
    ):
        assert [event for event in decode(*stream) if isinstance(event, CitationFound)] == told


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (usage(9, 4, 8, 3), Usage(9, 4, 8, 3, 0)),
        (usage(0, 0), Usage(0, 0, 0, 0, 0)),
        ({"input_tokens": 9, "output_tokens": 4}, Usage(9, 4)),
        ({**usage(9, 4), "cost": 0.5}, Usage(9, 4, 0, 0, 0, 0.5)),
        ({"prompt_tokens": 9, "completion_tokens": 4}, Usage(9, 4)),
        ({"input_tokens": "9", "input_tokens_details": [1]}, None),
        (None, None),
    ],
)
def test_that_tokens_are_counted(counted: object, expected: Usage | None) -> None:
    found = [e.usage for e in decode(end(usage=counted)) if isinstance(e, UsageReported)]
    assert found == ([] if expected is None else [expected])


def test_that_half_a_character_waits_for_its_other_half() -> None:
    halves = [
        b'data: {"type":"response.output_text.delta","delta":"a\\ud83d"}\n\n',
        b'data: {"type":"response.output_text.delta","delta":"\\ude00b"}\n\n',
    ]
    whole = sse("response.output_text.done", text="a😀b")
    events = decode(*halves, whole, end(output=[message(text_part("a😀b"))]))
    assert events == [TextDelta("a"), TextDelta("😀b"), Stop("stop")]


def test_that_a_line_of_a_megabyte_is_one_delta() -> None:
    long = "x" * 1_000_000
    assert decode(delta(long)) == [TextDelta(long)]


@given(
    parts("a <think>/\n한é😀"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 9000), max_size=9),
)
def test_that_any_split_of_the_bytes_gives_the_same_answer(
    told: list[tuple[str, str]], line_end: str, bom: bool, comments: bool, cuts: list[int]
) -> None:
    stream = scripted(told).stream
    once = decode(stream)
    if comments:
        stream = b": hello\n\n" + stream.replace(b"\ndata: ", b"\n: keep-alive\ndata:")
    stream = (b"\xef\xbb\xbf" if bom else b"") + stream.replace(b"\n", line_end.encode())
    assert decode(*cut(stream, cuts)) == once
    assert once[-1] == Stop("tool_calls" if any(kind == "call" for kind, _ in told) else "stop")


def test_that_the_format_is_whole() -> None:
    assert FORMAT.auth == "bearer"
    assert FORMAT.models_path == "/models"
    assert FORMAT.embed is not None
    assert FORMAT.vectors is not None
    assert isinstance(FORMAT.decoder("Example", "m", ()), ResponsesDecoder)
