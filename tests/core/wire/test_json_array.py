"""A JSON array that arrives in pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from understudy.errors import ErrorKind, ProviderError
from understudy.wire.json_array import JsonArrayDecoder, SseOrArrayDecoder
from understudy.wire.sse import SseEvent


def elements(*pieces: bytes) -> list[str]:
    decoder = JsonArrayDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    assert decoder.close() == []
    assert all(event.event == "message" for event in events)
    return [event.data for event in events]


def either(*pieces: bytes) -> list[SseEvent]:
    decoder = SseOrArrayDecoder("Example")
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b'[{"a": 1}, {"b": 2}]', ['{"a": 1}', '{"b": 2}']),
        (b' \r\n[ {"a": 1}\r\n,\r\n{"b": 2}\n]\r\n', ['{"a": 1}', '{"b": 2}']),
        (b"[]", []),
        (b"[[1, [2]], {}]", ["[1, [2]]", "{}"]),
        (b'[7, "x", null, {"a": 1}, true]', ['{"a": 1}']),
        (b'["{", {"a": "}"}]', ['{"a": "}"}']),
        (b'[{"a": "]\\"}["}]', ['{"a": "]\\"}["}']),
        (b'[{"a": "\\\\"}, {"b": {}}]', ['{"a": "\\\\"}', '{"b": {}}']),
        ('[{"a": "é😀"}]'.encode(), ['{"a": "é😀"}']),
        (b'[{"a": "\xff"}]', ['{"a": "\ufffd"}']),
        (b'{"a": 1}\n{"b": 2}', ['{"a": 1}', '{"b": 2}']),
        (b"[{}] [{}]", ["{}", "{}"]),
        (b"}]{}", ["{}"]),
        (b"", []),
    ],
)
def test_that_the_elements_of_an_array_are_found(stream: bytes, found: list[str]) -> None:
    assert elements(stream) == found
    assert elements(*(stream[at : at + 1] for at in range(len(stream)))) == found


def test_that_an_element_is_delivered_with_its_last_byte() -> None:
    decoder = JsonArrayDecoder()
    assert decoder.feed(b'[{"a": 1') == []
    assert decoder.feed(b"}") == [SseEvent("message", '{"a": 1}')]
    assert decoder.feed(b", {") == []


@pytest.mark.parametrize("cut_off", [b'[{"a": {}', b'[{"a": "}', b'[{"a": "\\', b'["', b"["])
def test_that_what_the_end_cuts_is_dropped(cut_off: bytes) -> None:
    assert elements(cut_off) == []


def test_that_an_endless_element_is_refused() -> None:
    decoder = JsonArrayDecoder("Example", limit=1024 * 1024)
    assert decoder.feed(b'[{"a":' + b" " * 1_000_000) == []
    with pytest.raises(ProviderError, match=r"a single chunk of more than 1 MB\.") as e:
        decoder.feed(b" " * 100_000)
    assert e.value.kind is ErrorKind.MALFORMED_CHUNK


def test_that_no_byte_is_looked_at_twice() -> None:
    """A megabyte in small pieces: searched from its start for each, it would take hours."""
    decoder = JsonArrayDecoder()
    decoder.feed(b'[{"a": "')
    for _ in range(200_000):
        decoder.feed(b"\\n[x{")
    assert len(decoder.feed(b'"}]')) == 1


KEYS = st.text('a"\\]', max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},é😀\n', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
CUTS = st.lists(st.integers(0, 400), max_size=12)


@given(st.lists(JSON, max_size=5), st.booleans(), st.sampled_from([None, 1]), CUTS)
def test_that_any_split_gives_the_same_elements(
    values: list[object], escaped: bool, indent: int | None, cuts: list[int]
) -> None:
    stream = json.dumps(values, ensure_ascii=escaped, indent=indent).encode()
    found = [json.loads(text) for text in elements(*cut(stream, cuts))]
    assert found == [value for value in values if isinstance(value, dict | list)]


@given(st.binary(max_size=60) | st.text('[]{}"\\,a ', max_size=60).map(str.encode), CUTS)
def test_that_any_bytes_are_read_alike_however_they_are_split(
    stream: bytes, cuts: list[int]
) -> None:
    assert elements(*cut(stream, cuts)) == elements(stream)
    assert either(*cut(stream, cuts)) == either(stream)


EVENT = [SseEvent("message", '{"a": 1}')]


@pytest.mark.parametrize(
    "stream",
    [
        b'data: {"a": 1}\r\n\r\n',
        b'\xef\xbb\xbfdata: {"a": 1}\n\n',
        b'\r\n \r\ndata: {"a": 1}\n\n',
        b': a comment\n\ndata:{"a": 1}\n\n',
        b'data: {"a": 1}',
        b'[{"a": 1}]',
        b'\xef\xbb\xbf \r\n[{"a": 1}\r\n]',
        b'{"a": 1}',
        b'[{"a": 1}',
    ],
)
def test_that_the_first_byte_tells_events_from_an_array(stream: bytes) -> None:
    assert either(stream) == EVENT
    assert either(*(stream[at : at + 1] for at in range(len(stream)))) == EVENT


@pytest.mark.parametrize("stream", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_that_blanks_alone_are_nothing(stream: bytes) -> None:
    assert either(stream) == []
