"""Framing, against the standard's own words (html.spec.whatwg.org, section 9.2.6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from understudy.errors import ErrorKind, ProviderError
from understudy.wire.sse import SseDecoder, SseEvent


def decode(*pieces: bytes, limit: int | None = None) -> list[SseEvent]:
    decoder = SseDecoder("Example") if limit is None else SseDecoder("Example", limit)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def message(data: str) -> SseEvent:
    return SseEvent("message", data)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: one\n\ndata: two\n\n", ["one", "two"]),
        (b"data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]),
        (b"data: one\r\rdata: two\r\r", ["one", "two"]),
        (b"data: one\r\n\ndata: two\n\r\n", ["one", "two"]),
        (b"data:one\n\n", ["one"]),
        (b"data:  one \n\n", [" one "]),
        (b"data: a: b\n\n", ["a: b"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"data\ndata\n\n", ["\n"]),
        (b"data:\n\n", [""]),
        (b"data: \n\n", [""]),
        (b"\xef\xbb\xbfdata: one\n\n", ["one"]),
        (b"data: \xef\xbb\xbfone\n\n", ["\ufeffone"]),
        (b": comment\n\ndata: one\n\n: more\n", ["one"]),
        (b"data: one\n: between\ndata: two\n\n", ["one\ntwo"]),
        (b"\n\n\ndata: one\n\n\n\ndata: two\n\n", ["one", "two"]),
        (b"id: 7\nretry: 10\nunknown: x\ndata: one\n\n", ["one"]),
        (b" data: indented\n\ndata: one\n\n", ["one"]),
        (b"event: only\n\ndata: one\n\n", ["one"]),
        (b"", []),
        (b": nothing but a comment\n\n", []),
    ],
)
def test_that_a_stream_is_framed_as_the_standard_says(stream: bytes, expected: list[str]) -> None:
    assert decode(stream) == [message(data) for data in expected]
    assert decode(*(bytes([byte]) for byte in stream)) == [message(data) for data in expected]


def test_that_an_event_has_its_name_and_the_next_has_not() -> None:
    stream = b"event: error\ndata: one\n\ndata: two\n\n"
    assert decode(stream) == [SseEvent("error", "one"), message("two")]


def test_that_an_event_is_delivered_with_its_last_line_and_not_later() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: one\r\n\r") == [message("one")]
    assert decoder.feed(b"\ndata: two\n") == []
    assert decoder.feed(b"\n") == [message("two")]


def test_that_a_line_feed_after_a_lone_cr_in_the_read_before_is_no_blank_line() -> None:
    decoder = SseDecoder()
    assert decoder.feed(b"data: one\r") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"data: two\r") == []
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\r") == [message("one\ntwo")]


@pytest.mark.parametrize("stream", [b"data: one\n", b"data: one"])
def test_that_an_event_without_its_blank_line_is_delivered_at_the_end(stream: bytes) -> None:
    assert decode(stream) == [message("one")]


def test_that_a_bare_error_line_is_not_swallowed() -> None:
    stream = b'data: one\n\nerror: {"message": "no more"}\n\n'
    assert decode(stream) == [message("one"), SseEvent("error", '{"message": "no more"}')]


def test_that_invalid_utf_8_is_replaced() -> None:
    assert decode(b"data: a\xffb\xe2\x82\n\n") == [message("a\ufffdb\ufffd")]
    assert decode(b"data: a\xff\n\ndata: \xe2\x82\n\n") == [message("a\ufffd"), message("\ufffd")]


def test_that_a_line_of_a_megabyte_passes() -> None:
    long = b"x" * 1_000_000
    stream = b"data: " + long + b"\n\n"
    pieces = [stream[at : at + 16_384] for at in range(0, len(stream), 16_384)]
    assert decode(*pieces) == [message(long.decode())]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"data: " + b"x" * 200 + b"\n\n"],
        [b"data: " + b"x" * 60, b"x" * 60],
        [b"data: " + b"x" * 60 + b"\n"] * 2,
        [b"data: " + b"x" * 60 + b"\n" + b"data: " + b"x" * 60 + b"\n\n"],
        [b": " + b"x" * 60] * 2,
    ],
)
def test_that_an_event_beyond_the_limit_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(ProviderError, match="Example sent a single event") as caught:
        decode(*pieces, limit=100)
    assert caught.value.kind is ErrorKind.MALFORMED_CHUNK


def test_that_the_limit_is_for_one_event_and_not_for_the_stream() -> None:
    assert len(decode(*([b"data: " + b"x" * 60 + b"\n", b"\n"] * 9), limit=100)) == 9


LINES = st.sampled_from(
    [b"data: a", b"data:b", b"data", b"data: \xf0\x9f\x98\x80", b": c", b"event: e", b"error: x"]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\r\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS) | st.tuples(st.binary(max_size=6), ENDS), max_size=12)


@given(STREAMS, st.booleans(), st.lists(st.integers(0, 200), max_size=12))
def test_that_any_split_of_the_bytes_gives_the_same_events(
    lines: list[tuple[bytes, bytes]], bom: bool, cuts: list[int]
) -> None:
    stream = b"\xef\xbb\xbf" * bom + b"".join(line + end for line, end in lines)
    one_by_one = [bytes([byte]) for byte in stream]
    assert decode(*cut(stream, cuts)) == decode(stream) == decode(*one_by_one)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\r\n\ufeff")), max_size=8))
def test_that_the_short_way_for_whole_events_gives_what_the_long_way_gives(
    texts: list[str],
) -> None:
    clean = [text.encode("utf-8", "replace") for text in texts]
    stream = b"".join(b"data: " + text + b"\n\n" for text in clean)
    assert decode(stream) == [message(text.decode()) for text in clean]
    assert decode(stream) == decode(b": a comment sends it the long way\n" + stream)
