"""Decoding Ollama's streamed answers; the bytes are as docs.ollama.com shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.ollama_replies import (
    line,
    ollama_broken,
    ollama_call,
    ollama_chunk,
    ollama_end,
    ollama_stream,
    ollama_whole,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.requests import Usage
from understudy.wire.ollama import FORMAT, OllamaDecoder, decode_answer

END = line(ollama_end(usage=None))


def decode(*pieces: bytes) -> list[ProviderEvent]:
    decoder = OllamaDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def said(*messages: dict[str, Any], end: bytes = END) -> list[ProviderEvent]:
    """The events of an answer made of these messages, but its ``Stop``."""
    events = decode(*(line(ollama_chunk(**message)) for message in messages), end)
    assert isinstance(events.pop(), Stop)
    return events


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thoughts(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def stops(events: list[ProviderEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Stop)]


def failure_of(*pieces: bytes) -> tuple[list[ProviderEvent], ProviderError]:
    """The events before the failure, and the failure."""
    decoder = OllamaDecoder("Example", "m", ("secret-key",))
    events: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - any of the calls may raise
        for piece in pieces:
            events += decoder.feed(piece)
        decoder.close()
    assert decoder.failure is caught.value
    assert decoder.settled
    return events, caught.value


def test_that_a_documented_stream_is_decoded() -> None:
    assert decode(ollama_stream(pieces=["Hel", "lo"], thinking="Hm.").body) == [
        ReasoningDelta("Hm."),
        TextDelta("Hel"),
        TextDelta("lo"),
        UsageReported(Usage(7, 11)),
        Stop("stop"),
    ]


def test_that_tokens_of_white_space_are_kept() -> None:
    pieces = ["\n", " ", "a", " ", "\n\n", "\t", "b", " "]
    assert words(decode(ollama_stream(pieces=pieces).body)) == "\n a \n\n\tb "


def test_that_each_word_is_delivered_with_its_own_bytes() -> None:
    decoder = OllamaDecoder()
    for word in ("One", " ", "two"):
        assert decoder.feed(line(ollama_chunk(content=word))) == [TextDelta(word)]


def test_that_the_last_object_ends_the_answer_at_once() -> None:
    decoder = OllamaDecoder()
    decoder.feed(line(ollama_chunk(content="Hi")))
    assert not decoder.settled
    assert decoder.feed(END + line(ollama_chunk(content="late"))) == [Stop("stop")]
    assert (decoder.done, decoder.settled) == (True, True)
    assert decoder.close() == []


def test_that_words_in_the_last_object_are_not_lost() -> None:
    # docs.ollama.com/api/streaming shows it so
    events = decode(line(ollama_chunk(content="Hi")), line(ollama_end(content="!", usage=None)))
    assert events == [TextDelta("Hi"), TextDelta("!"), Stop("stop")]


@pytest.mark.parametrize("end", [b"", b"\n", b'{"done":true', b'{"done":false}\n', b'{"done":1}\n'])
def test_that_an_end_without_done_is_no_success(end: bytes) -> None:
    assert decode(line(ollama_chunk(content="Hi")), end) == [TextDelta("Hi")]


@pytest.mark.parametrize("end", [END[:-1], END[:-1] + b"\r\n", END + b"\n\n"])
def test_that_the_last_line_counts_however_it_ends(end: bytes) -> None:
    assert decode(line(ollama_chunk(content="Hi")), end) == [TextDelta("Hi"), Stop("stop")]


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("load", "stop"),
        ("unload", "stop"),
        ("", "stop"),
        (None, "stop"),
        (7, "stop"),
    ],
)
def test_that_reasons_are_understood(reason: Any, finish: str) -> None:
    assert stops(decode(line({"done": True, "done_reason": reason}))) == [finish]
    assert stops(decode(line({"done": True}))) == ["stop"]


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({"prompt_eval_count": 26, "eval_count": 282}, Usage(26, 282)),
        ({"prompt_eval_count": 0, "eval_count": 0}, Usage(0, 0)),
        ({"eval_count": 282}, Usage(None, 282)),
        (
            {"prompt_eval_count": 26, "eval_count": 282, "prompt_eval_cached_count": 20},
            Usage(26, 282, cached_tokens=20),
        ),
        (
            {"prompt_eval_count": 26, "eval_count": 1, "prompt_eval_cached_count": 0},
            Usage(26, 1, cached_tokens=0),
        ),
        ({"prompt_eval_count": "26", "eval_count": True, "total_duration": 9}, None),
        ({}, None),
    ],
)
def test_that_tokens_are_counted_as_reported(counts: dict[str, Any], usage: Usage | None) -> None:
    events = decode(line({**ollama_end(usage=None), **counts}))
    reported = [event.usage for event in events if isinstance(event, UsageReported)]
    assert reported == ([] if usage is None else [usage])
    assert events[-1] == Stop("stop")


def test_that_thoughts_and_words_of_one_object_keep_their_order() -> None:
    assert said({"thinking": "hm", "content": "Yes."}) == [ReasoningDelta("hm"), TextDelta("Yes.")]


def test_that_thinking_in_the_words_is_found() -> None:
    pieces = [{"content": piece} for piece in ("<th", "ink>h", "m</thi", "nk> Yes", ".")]
    events = said(*pieces)
    assert (thoughts(events), words(events)) == ("hm", " Yes.")


def test_that_a_tag_after_proper_thinking_is_text() -> None:
    events = said({"thinking": "hm"}, {"content": "<think>"}, {"content": " is a tag"})
    assert words(events) == "<think> is a tag"


def test_that_calls_of_tools_are_whole_and_end_the_answer_as_such() -> None:
    call = ollama_call("find", {"city": "서울", "days": 3}, "call_x")
    events = decode(ollama_stream("Let me look.", calls=[call], usage=None).body)
    assert events[-2:] == [
        ToolCallDelta(0, '{"city": "서울", "days": 3}', "call_x", "find"),
        Stop("tool_calls"),
    ]
    assert words(events) == "Let me look."


def test_that_a_call_cut_by_the_limit_of_tokens_is_no_finished_one() -> None:
    events = decode(ollama_stream("", calls=[ollama_call("find", {})], reason="length").body)
    assert stops(events) == ["length"]


def test_that_calls_without_ids_get_some_and_stay_apart() -> None:
    both = [ollama_call("find", {"a": 1}), ollama_call("find", {"a": 2})]
    assert said({"tool_calls": both}, {"tool_calls": [ollama_call("read", {})]}) == [
        ToolCallDelta(0, '{"a": 1}', "call_0", "find"),
        ToolCallDelta(1, '{"a": 2}', "call_1", "find"),
        ToolCallDelta(2, "{}", "call_2", "read"),
    ]


def test_that_no_two_calls_have_one_id() -> None:
    ids = ["call_1", "", "call_1", "call_2"]
    events = said({"tool_calls": [ollama_call("find", {}, each) for each in ids]})
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    assert [call.index for call in calls] == [0, 1, 2, 3]
    assert calls[0].id == "call_1"
    assert len({call.id for call in calls}) == 4


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"a": [1, None]}, '{"a": [1, null]}'), ('{"a":1}', '{"a":1}'), (None, "{}"), ([1], "{}")],
)
def test_that_arguments_become_json(arguments: Any, text: str) -> None:
    call = {"function": {"name": "find", "arguments": arguments}}
    assert said({"tool_calls": [call]}) == [ToolCallDelta(0, text, "call_0", "find")]


def test_that_a_call_of_no_tool_is_none() -> None:
    calls = ["junk", {}, {"function": {"name": ""}}, {"function": {"name": 7}}, {"function": "x"}]
    events = decode(line(ollama_chunk(tool_calls=calls)), END)
    assert events == [Stop("stop")]


def test_that_words_held_back_come_before_a_call() -> None:
    events = said({"content": "<thi"}, {"tool_calls": [ollama_call("find", {})]})
    assert [type(event).__name__ for event in events] == ["TextDelta", "ToolCallDelta"]


WRONG_TYPES: list[Any] = [
    {"message": None},
    {"message": []},
    {"message": "Hi"},
    {"message": {"content": 7, "thinking": [], "tool_calls": {}}},
    {"message": {"content": None, "tool_calls": [7]}},
    {"message": {}, "error": None},
    {"message": {}, "error": ""},
    {"done": "true", "done_reason": []},
]


@pytest.mark.parametrize("chunk", WRONG_TYPES)
def test_that_values_of_the_wrong_type_are_passed_over(chunk: dict[str, Any]) -> None:
    assert decode(line(chunk)) == []


@pytest.mark.parametrize(
    "chunk",
    [
        {"error": "an error was encountered while running the model"},
        {"error": {"message": "an error was encountered while running the model"}},
        {"StatusCode": 500, "error": "an error was encountered while running the model"},
        {**ollama_end(), "error": "an error was encountered while running the model"},
    ],
)
@pytest.mark.parametrize("end", [b"\n", b""])
def test_that_an_error_inside_a_stream_is_an_error(chunk: dict[str, Any], end: bytes) -> None:
    events, error = failure_of(line(ollama_chunk(content="Hi")), line(chunk)[:-1] + end)
    assert words(events) == "Hi"
    assert error.kind is ErrorKind.TRANSIENT
    assert error.detail == "an error was encountered while running the model"


def test_that_an_error_passed_on_has_the_status_of_whoever_refused() -> None:
    # github.com/ollama/ollama, api/types.go: StatusError
    told = {"StatusCode": 429, "Status": "429 Too Many Requests", "error": "too many requests"}
    _events, error = failure_of(line(told))
    assert (error.kind, error.status) == (ErrorKind.RATE_LIMIT, 429)
    _events, error = failure_of(line({"StatusCode": 502, "Status": "502 Bad Gateway", "error": ""}))
    assert (error.kind, error.status) == (ErrorKind.TRANSIENT, 502)


def test_that_words_before_an_error_in_the_same_bytes_are_not_lost() -> None:
    decoder = OllamaDecoder()
    stream = ollama_broken("<thi", "out of memory").body
    assert words(decoder.feed(stream)) == "<thi"
    for _ in range(2):
        with pytest.raises(ProviderError):
            decoder.feed(b"")
    with pytest.raises(ProviderError):
        decoder.close()


def test_that_a_key_in_an_error_is_not_repeated() -> None:
    _events, error = failure_of(line({"error": "bad key secret-key"}))
    assert "secret-key" not in f"{error} {error.detail} {error!r}"


def test_that_an_object_of_another_kind_is_no_answer() -> None:
    _events, error = failure_of(line({"hello": "world"}))
    assert (error.kind, str(error)) == (
        ErrorKind.MALFORMED_CHUNK,
        "Example answered with something else than an answer.",
    )


def test_that_an_object_of_another_kind_on_the_way_is_passed_over() -> None:
    assert decode(line(ollama_chunk(content="Hi")), line({"status": "x"}), END) == [
        TextDelta("Hi"),
        Stop("stop"),
    ]


def test_that_two_broken_lines_are_passed_over_and_a_third_ends_the_answer() -> None:
    good, bad = line(ollama_chunk(content="Hi")), b'{"message": {\n'
    assert words(decode(bad, good, bad, good, END)) == "HiHi"
    events, error = failure_of(bad, good, bad, good, bad, good)
    assert words(events) == "HiHi"
    assert (error.kind, str(error)) == (
        ErrorKind.MALFORMED_CHUNK,
        "Example sent 3 chunks that could not be read.",
    )


@pytest.mark.parametrize("bad", ["7", '"x"', "null", "[]", "NaN", "[" * 100_000, "1" * 5000])
def test_that_json_that_is_no_object_counts_as_broken(bad: str) -> None:
    decoder = OllamaDecoder()
    assert decoder.feed(f"{bad}\n".encode()) == []
    assert (decoder.malformed, decoder.chunks) == (1, 0)


def test_that_no_depth_of_nesting_is_anything_but_a_broken_line() -> None:
    for depth in range(900, 1000, 2):
        nested = '{"a":' * depth + "1" + "}" * depth
        call = (
            f'{{"message":{{"tool_calls":[{{"function":{{"name":"f","arguments":{nested}}}}}]}}}}'
        )
        for text in (call, f'{{"error":{nested}}}'):
            decoder = OllamaDecoder()
            try:
                decoder.feed(f"{text}\n".encode())
            except ProviderError:
                assert decoder.failure is not None


def test_that_a_line_cut_by_the_end_is_not_counted_as_broken() -> None:
    decoder = OllamaDecoder()
    decoder.feed(line(ollama_chunk(content="Hi"))[:-10])
    assert decoder.close() == []
    assert decoder.malformed == 0


def test_that_invalid_utf_8_is_replaced_in_the_words() -> None:
    stream = line(ollama_chunk(content="café")).replace("é".encode(), b"\xe9")
    assert words(decode(stream, END)) == "caf\ufffd"


def test_that_half_a_character_waits_for_its_other_half() -> None:
    first, second = (
        b'{"message":{"content":"a\\ud83d"},"done":false}\n',
        b'{"message":{"content":"\\ude00b"},"done":false}\n',
    )
    assert decode(first, second, END)[:2] == [TextDelta("a"), TextDelta("😀b")]
    assert words(decode(first, END)) == "a\ufffd"


@pytest.mark.parametrize("field", ["thinking", "name", "id", "arguments"])
def test_that_half_a_character_anywhere_can_be_stored(field: str) -> None:
    function = {"name": "f", "arguments": {"a": "b"}}
    message: dict[str, Any] = {"thinking": "t", "tool_calls": [{"id": "i", "function": function}]}
    text = line(ollama_chunk(**message)).decode()
    old = {"thinking": '"t"', "name": '"f"', "id": '"i"', "arguments": '"b"'}[field]
    for event in decode(text.replace(old, '"\\ud83d"').encode(), END):
        repr(event).encode()
        if isinstance(event, ToolCallDelta):
            (event.id + event.name + event.arguments).encode()


def test_that_a_line_of_a_megabyte_is_one_delta() -> None:
    long = "x" * 1_000_000
    assert said({"content": long}) == [TextDelta(long)]


def test_that_an_endless_line_ends_the_answer() -> None:
    megabytes = [b'{"message":"'] + [b"x" * 1_000_000] * 17
    _events, error = failure_of(line(ollama_chunk(content="Hi")), *megabytes)
    assert error.kind is ErrorKind.MALFORMED_CHUNK


MESSAGES = st.lists(
    st.text(alphabet="a <think>/\n한é😀", max_size=9).map(lambda t: {"content": t})
    | st.text(max_size=4).map(lambda t: {"thinking": t})
    | st.just({"tool_calls": [ollama_call("find", {"a": "é"})]}),
    max_size=6,
)


@given(
    MESSAGES,
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \r\n"]),
    st.booleans(),
    st.lists(st.integers(0, 3000), max_size=9),
)
def test_that_any_split_and_line_end_gives_the_same_answer(
    messages: list[dict[str, Any]], end: bytes, bom: bool, cuts: list[int]
) -> None:
    lines = [*(line(ollama_chunk(**message)) for message in messages), line(ollama_end())]
    stream = b"\xef\xbb\xbf" * bom + b"".join(each[:-1] + end for each in lines)
    assert decode(*cut(stream, cuts)) == decode(b"".join(lines))


FIELDS = [
    *("message", "content", "thinking", "tool_calls", "function", "name", "arguments", "id"),
    *("done", "done_reason", "error", "StatusCode", "eval_count", "x"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def _done(value: Any) -> bool:
    return isinstance(value, dict) and value.get("done") is True  # type: ignore[reportUnknownMemberType]


@given(st.lists(JSON, max_size=5))
def test_that_no_lines_break_the_decoder_nor_make_up_an_end(values: list[Any]) -> None:
    decoder = OllamaDecoder("Example")
    events: list[ProviderEvent] = []
    try:
        for value in values:
            events += decoder.feed(json.dumps(value).encode() + b"\n")
        events += decoder.close()
    except ProviderError:
        assert decoder.failure is not None
    assert len(stops(events)) <= any(map(_done, values))
    assert not events or all(type(event) is not Stop for event in events[:-1])


@given(st.binary(max_size=60))
def test_that_no_bytes_break_the_decoder(data: bytes) -> None:
    for decoding in (lambda: decode(data), lambda: decode_answer(data)):
        try:
            events = decoding()
        except ProviderError:
            continue
        assert not stops(events) or b"true" in data


def test_that_an_answer_that_was_not_streamed_is_decoded() -> None:
    body = ollama_whole("Hello.", thinking="Hm.").body
    expected = [
        ReasoningDelta("Hm."),
        TextDelta("Hello."),
        UsageReported(Usage(7, 11)),
        Stop("stop"),
    ]
    assert decode_answer(b"\xef\xbb\xbf\n" + body) == expected
    assert decode_answer(json.dumps(json.loads(body), indent=2).encode()) == expected
    assert decode(body) == expected


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        (b'{"error": "model \'x\' not found"}', ErrorKind.MODEL_GONE, "does not have"),
        (b'{"error": "server busy, please try again"}', ErrorKind.TRANSIENT, "could not answer"),
        (b'{"hello": "world"}', ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b'{"message": {"content": "Hi"}, "done": false}', ErrorKind.MALFORMED_CHUNK, "else"),
        (b"[1]", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b"<html>", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
        (b"\xff", ErrorKind.MALFORMED_CHUNK, "something else than an answer"),
    ],
)
def test_that_a_body_that_is_no_answer_is_an_error(
    body: bytes, kind: ErrorKind, sentence: str
) -> None:
    with pytest.raises(ProviderError, match=sentence) as caught:
        decode_answer(body, name="Example")
    assert caught.value.kind is kind


def test_that_the_format_is_whole() -> None:
    assert (FORMAT.models_path, FORMAT.auth) == ("/api/tags", "bearer")
    assert FORMAT.stream_opens_with == b"{"
    assert FORMAT.decoder("Example", "m", ()).feed(END) == [Stop("stop")]
