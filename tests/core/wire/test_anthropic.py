"""Decoding streamed answers of Anthropic's Messages, and of the servers that speak it as well.

The bytes are written from platform.claude.com/docs/en: build-with-claude/streaming, citations,
handling-stop-reasons, agents-and-tools/tool-use/web-search-tool, api/errors.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.anthropic_replies import (
    MESSAGE_STOP,
    PING,
    anthropic_stream,
    block,
    broken_anthropic_stream,
    error_event,
    event,
    message_delta,
    message_start,
    overloaded_in_stream,
    redacted_block,
    text_block,
    thinking_block,
    tool_block,
)
from helpers.cutting import cut
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
from understudy.wire.anthropic import FORMAT, AnthropicDecoder, decode_message
from understudy.wire.values import mapping

COUNTED = Usage(25, 15, cached_tokens=0, cache_write_tokens=0)
END = (message_delta(), MESSAGE_STOP)


def decode(*pieces: bytes) -> list[ProviderEvent]:
    decoder = AnthropicDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def content(*blocks: list[bytes]) -> list[ProviderEvent]:
    """What the blocks say, without what is counted and how it ends."""
    events = decode(message_start(), *(data for each in blocks for data in each), *END)
    return [event for event in events if not isinstance(event, UsageReported | Stop)]


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def usages(events: list[ProviderEvent]) -> list[Usage]:
    return [event.usage for event in events if isinstance(event, UsageReported)]


def stops(events: list[ProviderEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Stop)]


def failure_of(*pieces: bytes) -> tuple[list[ProviderEvent], ProviderError]:
    """The events before the failure, and the failure."""
    decoder = AnthropicDecoder("Example", "m", ("secret-key",))
    events: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - any of the calls may raise
        for piece in pieces:
            events += decoder.feed(piece)
        decoder.close()
    assert decoder.failure is caught.value
    assert decoder.settled
    return events, caught.value


def test_that_a_documented_stream_is_decoded() -> None:
    reply = anthropic_stream(pieces=["Hel", "lo"], thinking="hmmm", call='{"a": 1}')
    assert decode(reply.body) == [
        UsageReported(Usage(25, 1, cached_tokens=0, cache_write_tokens=0)),
        ReasoningDelta("hmmm"),
        ReasoningDelta("", "EqQBCgIYAhIM"),
        TextDelta("Hel"),
        TextDelta("lo"),
        ToolCallDelta(0, "", "toolu_01", "find"),
        ToolCallDelta(0, '{"a"'),
        ToolCallDelta(0, ": 1}"),
        UsageReported(COUNTED),
        Stop("tool_calls"),
    ]


def test_that_tokens_of_white_space_are_kept() -> None:
    pieces = ["\n", " ", "a", " ", "\n\n", "\t", "b", " "]
    assert words(decode(anthropic_stream(pieces=pieces).body)) == "\n a \n\n\tb "


def test_that_the_answer_ends_with_its_last_event_and_nothing_follows() -> None:
    decoder = AnthropicDecoder()
    decoder.feed(message_start())
    assert not decoder.settled
    assert stops(decoder.feed(message_delta())) == []
    assert (decoder.finish, decoder.settled, decoder.done) == ("stop", True, False)
    assert stops(decoder.feed(MESSAGE_STOP + text_block(0, "late")[1])) == ["stop"]
    assert decoder.done
    assert decoder.feed(error_event()) == decoder.close() == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("whatever comes", "stop"),
    ],
)
def test_that_every_stop_reason_is_understood(said: str, reason: str) -> None:
    assert stops(decode(message_delta(said), MESSAGE_STOP)) == [reason]


@pytest.mark.parametrize(
    "ending",
    [
        (message_delta(), MESSAGE_STOP),
        (message_delta(),),  # all was said when the reason came
        (message_delta()[:-1],),  # without the blank line
        (message_delta(None), message_delta(), MESSAGE_STOP),
        (MESSAGE_STOP,),  # a compatible server that gives no reason
        (MESSAGE_STOP[:-2],),
    ],
)
def test_that_a_stop_reason_or_the_end_of_the_message_is_success(ending: tuple[bytes, ...]) -> None:
    assert decode(message_start(), *text_block(0, "Hi"), *ending)[-1] == Stop("stop")


@pytest.mark.parametrize(
    "ending", [b"", PING, b": comment\n\n", message_delta(None), message_delta()[:-9]]
)
def test_that_an_end_without_either_is_no_success(ending: bytes) -> None:
    events = decode(message_start(), *text_block(0, "Hi"), ending)
    assert (words(events), stops(events)) == ("Hi", [])
    assert stops(decode(broken_anthropic_stream("Hi").body)) == []


def test_that_a_message_that_ends_without_a_reason_after_a_call_waits_for_the_tool() -> None:
    assert stops(decode(*tool_block(0, "{}"), MESSAGE_STOP)) == ["tool_calls"]


def test_that_pings_and_unknown_events_are_passed_over() -> None:
    unknown = [
        event({"type": "content_block_cheer", "index": 0, "delta": {"type": "text_delta"}}),
        event({"type": "vendor", "choices": [{"delta": {"content": "no"}}]}),
        *block(1, {"type": "compaction", "content": "no"}, {"type": "compaction_delta"}),
    ]
    events = decode(message_start(), PING, *unknown, *text_block(0, "Hi"), PING, *END)
    assert (words(events), stops(events)) == ("Hi", ["stop"])


def test_that_events_are_known_by_their_data_whatever_their_name() -> None:
    stream = anthropic_stream("Hi").body
    lines = [line for line in stream.split(b"\n") if not line.startswith(b"event:")]
    assert decode(b"\n".join(lines)) == decode(stream)


THOUGHTS: list[tuple[str, list[bytes], list[ProviderEvent]]] = [
    ("in pieces", thinking_block(0, "h", "m"), [ReasoningDelta("h"), ReasoningDelta("m")]),
    ("left out", thinking_block(0), []),
    ("empty", thinking_block(0, "", ""), []),
    (
        "whole in its beginning",
        block(0, {"type": "thinking", "thinking": "hm", "signature": "EqQBCgIYAhIM"}),
        [ReasoningDelta("hm")],
    ),
]


@pytest.mark.parametrize(("_case", "thought", "said"), THOUGHTS)
def test_that_a_thought_is_sealed_with_its_signature(
    _case: str, thought: list[bytes], said: list[ProviderEvent]
) -> None:
    sealed = ReasoningDelta("", "EqQBCgIYAhIM")
    assert content(thought, text_block(1, "Yes.")) == [*said, sealed, TextDelta("Yes.")]


def test_that_a_thought_without_a_seal_is_one_nevertheless() -> None:
    assert content(
        block(0, {"type": "thinking"}, {"type": "thinking_delta", "thinking": "hm"})
    ) == [ReasoningDelta("hm")]


def test_that_a_thought_that_nobody_may_read_is_kept() -> None:
    assert content(redacted_block(0, "secret")) == [ReasoningDelta("", "secret", redacted=True)]


def test_that_thoughts_between_calls_keep_their_places() -> None:
    events = content(
        thinking_block(0, "one", signature="1"),
        tool_block(1, "{}", call_id="a"),
        thinking_block(2, "two", signature="2"),
        redacted_block(3, "3"),
        tool_block(4, "{}", call_id="b"),
    )
    assert events == [
        ReasoningDelta("one"),
        ReasoningDelta("", "1"),
        ToolCallDelta(0, "", "a", "find"),
        ToolCallDelta(0, "{}"),
        ReasoningDelta("two"),
        ReasoningDelta("", "2"),
        ReasoningDelta("", "3", redacted=True),
        ToolCallDelta(1, "", "b", "find"),
        ToolCallDelta(1, "{}"),
    ]


def test_that_thinking_written_into_the_words_is_told_from_them() -> None:
    assert content(text_block(0, "<thi", "nk>hm</think>", "Yes.")) == [
        ReasoningDelta("hm"),
        TextDelta("Yes."),
    ]
    assert content(text_block(0, "<thi"), thinking_block(1, "hm"))[0] == TextDelta("<thi")
    assert content(text_block(0, "<thi"), tool_block(1))[0] == TextDelta("<thi")


def arguments_of(*call: bytes) -> str:
    events = decode(*call, *END)
    assert len({event.index for event in events if isinstance(event, ToolCallDelta)}) == 1
    return "".join(event.arguments for event in events if isinstance(event, ToolCallDelta))


BEGUN: dict[str, Any] = {"type": "tool_use", "id": "a", "name": "find"}
CALLS = [
    ("fragments", tool_block(0, '{"a', '": 1}'), '{"a": 1}'),
    ("no arguments", tool_block(0), "{}"),
    ("no delta at all", block(0, {**BEGUN, "input": {}}), "{}"),
    ("no input", block(0, BEGUN), "{}"),
    ("whole in its beginning", block(0, {**BEGUN, "input": {"a": "é"}}), '{"a": "é"}'),
    ("whole as text", block(0, {**BEGUN, "input": '{"a": 1}'}), '{"a": 1}'),
    (
        "in the beginning and in fragments",
        block(0, {**BEGUN, "input": {"a": 1}}, {"type": "input_json_delta", "partial_json": "{}"}),
        "{}",
    ),
    ("never ended", block(0, {**BEGUN, "input": {"a": 1}})[:1], '{"a": 1}'),
    ("fragments, never ended", tool_block(0, '{"a": 1}')[:-1], '{"a": 1}'),
    (
        "without an id",
        block(
            0,
            {"type": "tool_use", "name": "find"},
            {"type": "input_json_delta", "partial_json": '{"a": 1}'},
        ),
        '{"a": 1}',
    ),
]


@pytest.mark.parametrize(("_case", "call", "arguments"), CALLS)
def test_that_the_arguments_of_a_call_are_found(
    _case: str, call: list[bytes], arguments: str
) -> None:
    assert arguments_of(*call) == arguments


def test_that_a_call_that_breaks_off_is_not_completed() -> None:
    begun = [event for event in decode(*tool_block(0)[:-1]) if isinstance(event, ToolCallDelta)]
    assert begun == [ToolCallDelta(0, "", "toolu_01", "find")]


def test_that_calls_side_by_side_are_kept_apart() -> None:
    one, two = tool_block(0, '{"a"', ": 1}", call_id="a"), tool_block(1, "{}", call_id="b")
    events = decode(one[0], two[0], one[2], two[2], one[3], two[3], one[4], *END)
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert ["".join(c.arguments for c in calls if c.index == index) for index in (0, 1)] == [
        '{"a": 1}',
        "{}",
    ]


def test_that_calls_under_one_index_are_kept_apart() -> None:
    events = content(tool_block(0, "1", call_id="a"), tool_block(0, "2", call_id="b"))
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert [(call.index, call.id, call.arguments) for call in calls] == [
        (0, "a", ""),
        (0, "", "1"),
        (1, "b", ""),
        (1, "", "2"),
    ]


FOUND = {"type": "web_search_result", "url": "https://a.example", "title": "A"}
SEARCH = [
    block(
        0,
        {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"query": "x"}'},
    ),
    block(1, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01", "content": [FOUND]}),
]


def test_that_the_tools_of_the_server_are_nobodys_to_call() -> None:
    assert content(*SEARCH, text_block(2, "Found.")) == [TextDelta("Found.")]


CITED = "It is said."
CITATIONS: list[tuple[dict[str, Any], CitationFound]] = [
    (
        {"type": "web_search_result_location", "url": "https://a.example", "title": "A"},
        CitationFound("https://a.example", "A", CITED),
    ),
    (
        {"type": "search_result_location", "source": "https://b.example", "title": None},
        CitationFound("https://b.example", "", CITED),
    ),
    (
        {"type": "page_location", "document_index": 0, "document_title": "Report"},
        CitationFound("", "Report", CITED),
    ),
]


@pytest.mark.parametrize(("citation", "found"), CITATIONS)
def test_that_citations_tell_where_words_are_from(
    citation: dict[str, Any], found: CitationFound
) -> None:
    citation = {**citation, "cited_text": CITED}
    words_ = {"type": "text_delta", "text": "So."}
    delta = {"type": "citations_delta", "citation": citation}
    assert content(block(0, {"type": "text", "text": ""}, words_, delta, delta)) == [
        TextDelta("So."),
        found,
    ]
    assert content(block(0, {"type": "text", "text": "So.", "citations": [citation]})) == [
        TextDelta("So."),
        found,
    ]


USAGES: list[tuple[str, dict[str, Any], dict[str, Any], Usage]] = [
    (
        "written at the end",
        {"input_tokens": 9, "output_tokens": 1},
        {"output_tokens": 4},
        Usage(9, 4),
    ),
    ("all at the end", {}, {"input_tokens": 9, "output_tokens": 4}, Usage(9, 4)),
    (
        "zeros first",
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": 9, "output_tokens": 4},
        Usage(9, 4),
    ),
    ("a zero last", {"input_tokens": 9}, {"input_tokens": 0, "output_tokens": 4}, Usage(9, 4)),
    ("zeros", {"input_tokens": 0}, {"output_tokens": 0}, Usage(0, 0)),
    (
        "a cache",
        {"input_tokens": 9, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 1000},
        {"output_tokens": 4},
        Usage(1109, 4, cached_tokens=1000, cache_write_tokens=100),
    ),
    (
        "thoughts",
        {"input_tokens": 9},
        {"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 30}},
        Usage(9, 40, reasoning_tokens=30),
    ),
    ("no input", {}, {"output_tokens": 4, "cache_read_input_tokens": 0}, Usage(None, 4, 0)),
    (
        "other types",
        {"input_tokens": "9"},
        {"output_tokens": 4, "input_tokens": None},
        Usage(None, 4),
    ),
]


@pytest.mark.parametrize(("_case", "first", "last", "usage"), USAGES)
def test_that_all_that_was_read_and_written_is_counted(
    _case: str, first: dict[str, Any], last: dict[str, Any], usage: Usage
) -> None:
    opening = event({"type": "message_start", "message": {"usage": first}})
    closing = event({"type": "message_delta", "delta": {}, "usage": last})
    assert usages(decode(opening, closing))[-1] == usage


def test_that_what_was_read_is_known_before_the_first_word() -> None:
    assert usages(decode(message_start(input_tokens=9)))[0].input_tokens == 9
    assert usages(decode(event({"type": "message_start", "message": {}}), MESSAGE_STOP)) == []


WRONG_TYPES: list[dict[str, Any]] = [
    {},
    {"type": None},
    {"type": 7},
    {"type": ["message_stop"]},
    {"type": "message_start", "message": "Hi"},
    {"type": "message_start", "message": {"usage": [1], "content": "Hi"}},
    {"type": "content_block_start", "index": "0", "content_block": "text"},
    {"type": "content_block_start", "index": {}, "content_block": {"type": []}},
    {"type": "content_block_start", "content_block": {"type": "text", "text": 7, "citations": 7}},
    {"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": 7}},
    {"type": "content_block_delta", "delta": None},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": ["Hi"]}},
    {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": {}}},
    {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": 7}},
    {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    {"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": "A"}},
    {"type": "content_block_stop", "index": None},
    {"type": "message_delta", "delta": {"stop_reason": ["end_turn"]}, "usage": "many"},
    {"type": "message_delta", "delta": "end_turn"},
]


@pytest.mark.parametrize("value", WRONG_TYPES)
def test_that_values_of_the_wrong_type_are_passed_over(value: dict[str, Any]) -> None:
    assert decode(event(value, "message")) == []


OVERLOADED = {"type": "overloaded_error", "message": "Overloaded"}


@pytest.mark.parametrize(
    "stream",
    [
        error_event(),
        b"event: error\ndata: " + json.dumps(OVERLOADED).encode() + b"\n\n",
        b"data: " + json.dumps({"type": "error", "error": OVERLOADED}).encode() + b"\n\n",
        b"data: " + json.dumps({"error": OVERLOADED}).encode() + b"\n\n",
        b"error: " + json.dumps(OVERLOADED).encode() + b"\n",
        b"event: error\ndata: Overloaded\n\n",
    ],
)
def test_that_an_error_inside_a_stream_is_an_error(stream: bytes) -> None:
    events, error = failure_of(message_start(), *text_block(0, "Hi"), stream)
    assert words(events) == "Hi"
    assert error.kind is ErrorKind.TRANSIENT
    assert error.detail == "Overloaded"


@pytest.mark.parametrize(
    ("kind", "message_", "expected"),
    [
        ("overloaded_error", "Overloaded", ErrorKind.TRANSIENT),
        ("api_error", "Internal server error", ErrorKind.TRANSIENT),
        ("timeout_error", "Request timed out", ErrorKind.TRANSIENT),
        ("rate_limit_error", "Number of tokens has exceeded your limit", ErrorKind.RATE_LIMIT),
        ("authentication_error", "invalid x-api-key", ErrorKind.AUTH),
        ("billing_error", "Your credit balance is too low", ErrorKind.QUOTA),
        ("invalid_request_error", "prompt is too long: 2 tokens > 1 maximum", ErrorKind.CONTEXT),
    ],
)
def test_that_each_error_has_its_kind(kind: str, message_: str, expected: ErrorKind) -> None:
    _events, error = failure_of(error_event(kind, f"{message_} secret-key"))
    assert error.kind is expected
    assert "secret-key" not in error.detail


def test_that_an_error_after_the_words_loses_none_of_them() -> None:
    events, error = failure_of(overloaded_in_stream("Once upon").body)
    assert words(events) == "Once upon"
    assert error.kind is ErrorKind.TRANSIENT


def test_that_half_a_character_waits_for_its_other_half() -> None:
    spoken, thought = text_block(0, "?")[1], thinking_block(0, "?")[1]
    halves = (rb"a\ud83d", rb"\ude00b")
    assert decode(*(spoken.replace(b"?", half) for half in halves)) == [
        TextDelta("a"),
        TextDelta("😀b"),
    ]
    assert decode(*(thought.replace(b"?", half) for half in halves)) == [
        ReasoningDelta("a"),
        ReasoningDelta("😀b"),
    ]
    assert words(decode(spoken.replace(b"?", halves[0]))) == "a\ufffd"
    assert decode(thought.replace(b"?", halves[1])) == [ReasoningDelta("\ufffdb")]
    assert decode(thought.replace(b"?", rb"\ud83d")) == []


def test_that_invalid_characters_in_arguments_are_replaced() -> None:
    call = [data.replace(b'"1"', rb'"\ud83d"') for data in tool_block(0, "1", "2")]
    assert arguments_of(*call) == "\ufffd2"


def test_that_two_broken_chunks_are_passed_over_and_a_third_ends_the_answer() -> None:
    good, bad = text_block(0, "Hi")[1], b'event: x\ndata: {"type": [\n\n'
    assert words(decode(bad, good, bad, good)) == "HiHi"
    events, error = failure_of(bad, good, bad, good, bad, good)
    assert (words(events), error.kind) == ("HiHi", ErrorKind.MALFORMED_CHUNK)


def test_that_done_as_others_say_it_breaks_nothing() -> None:
    assert stops(decode(anthropic_stream("Hi").body, b"data: [DONE]\n\n")) == ["stop"]
    assert stops(decode(message_delta(), b"data: [DONE]\n\n")) == ["stop"]


TEXTS = st.text(alphabet="a <think>/\n한é😀", max_size=9)
BLOCKS = st.one_of(
    st.lists(TEXTS, max_size=3).map(lambda pieces: text_block(0, *pieces)),
    st.lists(TEXTS, max_size=3).map(lambda pieces: thinking_block(1, *pieces)),
    st.just(redacted_block(2)),
    st.lists(TEXTS, max_size=3).map(lambda pieces: tool_block(3, *pieces)),
    st.sampled_from(SEARCH),
    st.just([PING]),
    st.just([event({"type": "unknown", "index": 9})]),
)
ENDINGS = st.sampled_from(
    [END, (MESSAGE_STOP,), (message_delta("max_tokens"),), (), (message_delta(None),)]
)


@given(
    st.lists(BLOCKS, max_size=5),
    ENDINGS,
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.binary(max_size=1),
    st.sets(st.integers(0, 60)),
    st.lists(st.integers(0, 6000), max_size=9),
)
def test_that_no_split_line_end_comment_or_mark_changes_the_events(
    blocks: list[list[bytes]],
    ending: tuple[bytes, ...],
    line_end: bytes,
    mark: bytes,
    comments: set[int],
    cuts: list[int],
) -> None:
    stream = message_start() + b"".join(data for each in blocks for data in each) + b"".join(ending)
    lines = stream.split(b"\n")
    for place in sorted(comments, reverse=True):
        if place < len(lines):
            lines.insert(place, b": a comment, as keep-alives are")
    disguised = (b"\xef\xbb\xbf" if mark else b"") + line_end.join(lines)
    expected = decode(stream)
    assert decode(disguised) == decode(*cut(disguised, cuts)) == expected
    assert bool(stops(expected)) is (ending not in {(), (message_delta(None),)})


NAMES = """type index delta content_block message usage content error text thinking signature data
partial_json citation citations stop_reason input id name input_tokens output_tokens url source
output_tokens_details cache_read_input_tokens detail"""
TYPES = """message_start content_block_start content_block_delta content_block_stop message_delta
message_stop ping error text_delta thinking_delta signature_delta input_json_delta citations_delta
text thinking redacted_thinking tool_use server_tool_use end_turn"""
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(TYPES.split()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5)
        | st.fixed_dictionaries(
            {"type": st.sampled_from(TYPES.split())},
            optional=dict.fromkeys(("index", "delta", "content_block", "message"), inner),
        )
    ),
    max_leaves=25,
)


def ends(value: object) -> bool:
    """Whether an event says in its own words that the answer is whole."""
    kind = mapping(value).get("type")
    reason = mapping(mapping(value).get("delta")).get("stop_reason")
    return kind == "message_stop" or (kind == "message_delta" and bool(reason))


@given(st.lists(JSON, max_size=5), st.sampled_from(["message", "ping", "error", "message_stop"]))
def test_that_no_value_anywhere_breaks_the_decoder_or_ends_the_answer(
    values: list[object], name: str
) -> None:
    decoder = AnthropicDecoder()
    events: list[ProviderEvent] = []
    fed: list[object] = []
    with suppress(ProviderError):
        for value in values:
            for each in (value, {"type": "content_block_delta", "delta": value}):
                fed.append(each)
                events += decoder.feed(f"event: {name}\ndata: {json.dumps(each)}\n\n".encode())
        events += decoder.close()
    assert len(stops(events)) <= any(ends(value) for value in fed)


@given(JSON)
def test_that_no_body_breaks_what_reads_it(value: object) -> None:
    for body in (value, {"content": value}, {"content": [value]}, {"data": value}):
        data = json.dumps(body).encode()
        assert all(model.id for model in FORMAT.models(data))
        with suppress(ProviderError):
            assert isinstance(decode_message(data)[-1], Stop)
