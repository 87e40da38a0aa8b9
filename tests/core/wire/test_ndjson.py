"""Framing of JSON values, one a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from understudy.errors import ErrorKind, ProviderError
from understudy.wire.ndjson import NdjsonDecoder
from understudy.wire.sse import SseEvent


def decode(*pieces: bytes, limit: int | None = None) -> list[str]:
    decoder = NdjsonDecoder("Example") if limit is None else NdjsonDecoder("Example", limit)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    events += decoder.close()
    assert all(event == SseEvent("message", event.data) for event in events)
    return [event.data for event in events]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b'{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']),
        (b'{"a":1}\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']),
        (b'{"a":1}\n\n\r\n \t\n{"b":2}\n\n', ['{"a":1}', '{"b":2}']),
        (b'\xef\xbb\xbf{"a":1}\n', ['{"a":1}']),
        (b"\xef\xbb\xbf\n1\n", ["1"]),
        (b"1\n\xef\xbb\xbf2\n", ["1", "\ufeff2"]),
        (b"1\r2\n", ["1\r2"]),
        (b'  {"a": 1}  \n', ['  {"a": 1}  ']),
        ("\u2028\u0085é\n".encode(), ["\u2028\u0085é"]),
        (b"a\xffb\xe2\x82\n", ["a\ufffdb\ufffd"]),
        (b"", []),
        (b"\n\n", []),
        (b"\xef\xbb\xbf", []),
    ],
)
def test_that_a_stream_is_cut_at_its_line_ends(stream: bytes, expected: list[str]) -> None:
    assert decode(stream) == expected
    assert decode(*(bytes([byte]) for byte in stream)) == expected


@pytest.mark.parametrize("end", [b"", b"\r"])
def test_that_a_last_line_without_its_end_is_delivered(end: bytes) -> None:
    assert decode(b'{"a":1}\n{"b"', b":2}" + end) == ['{"a":1}', '{"b":2}']


def test_that_a_line_is_delivered_with_its_last_byte_and_not_later() -> None:
    decoder = NdjsonDecoder()
    assert decoder.feed(b'{"a":1}') == []
    assert decoder.feed(b"\n") == [SseEvent("message", '{"a":1}')]
    assert decoder.feed(b"") == []
    assert decoder.close() == []


def test_that_a_line_of_a_megabyte_passes() -> None:
    long = b"x" * 1_000_000
    pieces = [long[at : at + 16_384] for at in range(0, len(long), 16_384)]
    assert decode(*pieces, b"\n") == [long.decode()]


@pytest.mark.parametrize(
    "pieces",
    [[b"x" * 200 + b"\n"], [b"x" * 60, b"x" * 60], [b"1\n" + b"x" * 60, b"x" * 50 + b"\n"]],
)
def test_that_a_line_beyond_the_limit_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(ProviderError, match="Example sent a single line of more than") as caught:
        decode(*pieces, limit=100)
    assert caught.value.kind is ErrorKind.MALFORMED_CHUNK


def test_that_the_limit_is_for_one_line_and_not_for_the_stream() -> None:
    assert len(decode(*([b"x" * 60 + b"\n"] * 9), limit=100)) == 9
    assert len(decode(*([b"x" * 30, b"x" * 30 + b"\n"] * 9), limit=100)) == 9


LINES = st.sampled_from([b"{}", b"[1, 2]", b" ", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf"])
ENDS = st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\r"])


@given(
    st.lists(st.tuples(LINES | st.binary(max_size=6), ENDS), max_size=12),
    st.booleans(),
    st.lists(st.integers(0, 120), max_size=12),
)
def test_that_any_split_of_the_bytes_gives_the_same_lines(
    lines: list[tuple[bytes, bytes]], bom: bool, cuts: list[int]
) -> None:
    stream = b"\xef\xbb\xbf" * bom + b"".join(line + end for line, end in lines)
    one_by_one = [bytes([byte]) for byte in stream]
    assert decode(*cut(stream, cuts)) == decode(stream) == decode(*one_by_one)
