"""What holds for every format's decoder, whatever the network does to its bytes."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import astuple
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cutting import cut
from helpers.languages import GEMINI_ARRAY, LANGUAGES, OLLAMA, STREAMS, Language, Told
from understudy.errors import ErrorKind, ProviderError
from understudy.events import (
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

every_stream = pytest.mark.parametrize(
    "spoken", STREAMS, ids=lambda language: f"{language.wire}{'-array' * _is_array(language)}"
)
every_format = pytest.mark.parametrize("spoken", LANGUAGES, ids=lambda language: language.wire)

PIECES = ("Hel", "lo", " ", "세계", " 🎭\n", "\n", "\\ <b>", '"quoted"', "\t")
CALLS = (("one", "find", '{"query": "밀물", "limit": 3}'), ("two", "wait", "{}"))
EVERYTHING = Told(PIECES, "They greet me; 인사하자.", CALLS)


def _is_array(language: Language) -> bool:
    return language is GEMINI_ARRAY


def decode(spoken: Language, pieces: Iterable[bytes]) -> list[ProviderEvent]:
    """All events of a stream that comes in these pieces."""
    decoder = spoken.format.decoder("Example", spoken.model, ("secret-key",))
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def failed(
    spoken: Language, pieces: Iterable[bytes]
) -> tuple[list[ProviderEvent], ProviderError | None]:
    """The events up to a failure, and the failure."""
    decoder = spoken.format.decoder("Example", spoken.model, ("secret-key",))
    events: list[ProviderEvent] = []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.close()
    except ProviderError as error:
        return events, error
    return events, decoder.failure


def words(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thoughts(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def calls(events: list[ProviderEvent]) -> list[tuple[str, str, object]]:
    """Every call's id, name and arguments, put together as consumers do."""
    found: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            so_far = found.setdefault(event.index, ["", "", ""])
            for at, text in enumerate((event.id, event.name, event.arguments)):
                so_far[at] += text
    return [(one, name, json.loads(text)) for one, name, text in found.values()]


def stops(events: list[ProviderEvent]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Stop)]


@every_stream
def test_that_everything_an_answer_holds_is_decoded(spoken: Language) -> None:
    events = decode(spoken, spoken.whole(EVERYTHING))
    assert words(events) == EVERYTHING.text
    assert thoughts(events) == EVERYTHING.thought
    assert calls(events) == [(one, name, json.loads(text)) for one, name, text in CALLS]
    usages = [event.usage for event in events if isinstance(event, UsageReported)]
    assert (usages[-1].input_tokens, usages[-1].output_tokens) in {(7, 11), (25, 15)}
    assert events[-1] == Stop("tool_calls")
    assert stops(events) == ["tool_calls"]


@every_stream
def test_that_tokens_of_white_space_are_kept_byte_for_byte(spoken: Language) -> None:
    opening = ("\n", " ")  # is held back: "<think>" might follow it
    pieces = ("a", " ", "\n\n", "\t", "\r\n", "b", "\u3000", "\u2028", " ")
    events = decode(spoken, spoken.whole(Told(opening + pieces)))
    told = [event.text for event in events if isinstance(event, TextDelta)]
    assert told == ["\n a", *pieces[1:]]


TOLD = st.builds(
    Told,
    st.lists(
        st.text(alphabet='a <think>/\n\r"\\{[]}:한é😀', min_size=1, max_size=6), max_size=5
    ).map(tuple),
    st.text(alphabet='h m\n"{]é😀', max_size=15),
    st.lists(
        st.tuples(
            st.uuids().map(str),
            st.just("find"),
            st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2).map(json.dumps),
        ),
        max_size=2,
    ).map(tuple),
)


@every_stream
@settings(deadline=None)  # a loaded machine is no bug
@given(TOLD, st.lists(st.integers(0, 4000), max_size=12))
def test_that_any_split_of_the_bytes_gives_the_same_events(
    spoken: Language, told: Told, cuts: list[int]
) -> None:
    stream = b"".join(spoken.whole(told))
    events = decode(spoken, [stream])
    assert decode(spoken, cut(stream, cuts)) == events
    assert decode(spoken, [stream[at : at + 1] for at in range(len(stream))]) == events
    assert decode(spoken, spoken.whole(told)) == events
    assert len(stops(events)) == 1


def with_noise(spoken: Language, events: list[bytes], end: bytes) -> bytes:
    """The same stream with another line end, and what may stand between its events."""
    if spoken is GEMINI_ARRAY:
        return b"\xef\xbb\xbf \r\n" + b" \n\t".join(events)
    lines = [event.replace(b"\r\n", b"\n") for event in events]
    if spoken is OLLAMA:
        joined = b"\n \n".join([b"", *lines]).replace(b"\r", b"\n")
        return b"\xef\xbb\xbf" + joined.replace(b"\n", b"\n" if end == b"\r" else end)
    noise = b": ping\n\n:\nid: 7\nretry: 10\n\nevent: ping\n\n"
    return b"\xef\xbb\xbf" + noise.join([b"", *lines, b""]).replace(b"\n", end)


@every_stream
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@settings(deadline=None)  # a loaded machine is no bug
@given(st.lists(st.integers(0, 9000), max_size=12))
def test_that_line_ends_comments_and_a_byte_order_mark_change_nothing(
    spoken: Language, end: bytes, cuts: list[int]
) -> None:
    events = decode(spoken, spoken.whole(EVERYTHING))
    stream = with_noise(spoken, spoken.whole(EVERYTHING), end)
    assert decode(spoken, [stream]) == decode(spoken, cut(stream, cuts)) == events


@every_stream
@pytest.mark.parametrize("told", [Told(PIECES), EVERYTHING, Told(PIECES, "Hm.")])
def test_that_a_stream_cut_at_any_byte_before_its_finish_is_no_success(
    spoken: Language, told: Told
) -> None:
    marker = spoken.end(told)[0].rstrip()
    stream = b"".join(spoken.content(told)) + marker
    for length in range(len(stream)):
        events, error = failed(spoken, [stream[:length]])
        assert error is None
        assert stops(events) == []
        assert told.text.startswith(words(events))
        assert told.thought.startswith(thoughts(events))
    assert len(stops(decode(spoken, [stream]))) == 1


@every_stream
def test_that_two_broken_chunks_anywhere_are_passed_over(spoken: Language) -> None:
    good = spoken.whole(EVERYTHING)
    events = decode(spoken, good)
    for first in range(1, len(good)):
        for second in (first, len(good) - 1):
            noisy = list(good)
            noisy.insert(second, spoken.garbage)
            noisy.insert(first, spoken.garbage)
            assert decode(spoken, noisy) == events


@every_stream
@pytest.mark.parametrize("at_once", [True, False])
def test_that_a_third_broken_chunk_ends_the_answer_and_keeps_its_words(
    spoken: Language, at_once: bool
) -> None:
    begun = spoken.broken(Told(PIECES))
    pieces = [*begun, *[spoken.garbage] * 3, *spoken.end(Told(PIECES))]
    events, error = failed(spoken, [b"".join(pieces)] if at_once else pieces)
    assert words(events) == EVERYTHING.text
    assert stops(events) == []
    assert error is not None
    assert error.kind is ErrorKind.MALFORMED_CHUNK


@every_stream
@pytest.mark.parametrize("at_once", [True, False])
def test_that_an_error_in_mid_answer_keeps_what_came_before_it(
    spoken: Language, at_once: bool
) -> None:
    pieces = [*spoken.broken(EVERYTHING), spoken.fails, *spoken.end(EVERYTHING)]
    events, error = failed(spoken, [b"".join(pieces)] if at_once else pieces)
    assert words(events) == EVERYTHING.text
    assert thoughts(events) == EVERYTHING.thought
    assert stops(events) == []
    assert error is not None
    assert (error.kind, error.detail) == (ErrorKind.TRANSIENT, "Overloaded")


@every_stream
def test_that_a_failure_is_raised_again_by_every_later_call(spoken: Language) -> None:
    decoder = spoken.format.decoder("Example", spoken.model, ())
    opening = b"".join(spoken.broken(Told(PIECES)))
    assert words(decoder.feed(opening + spoken.fails)) == EVERYTHING.text
    assert decoder.settled
    for call in (lambda: decoder.feed(b""), lambda: decoder.feed(opening), decoder.close):
        with pytest.raises(ProviderError) as caught:
            call()
        assert caught.value is decoder.failure


HIGH, LOW = "@hi@", "@lo@"
"""Two halves of one character; each is sent as the escape that JSON has for it."""


def in_halves(events: list[bytes]) -> list[bytes]:
    pairs = ((HIGH.encode(), rb"\ud83d"), (LOW.encode(), rb"\ude00"))
    for placeholder, escape in pairs:
        events = [event.replace(placeholder, escape) for event in events]
    return events


def halved(arguments: str) -> Told:
    """An answer whose characters come apart everywhere: its fragments have 4 or 12 letters."""
    call = ("one", "find", f'{{"q":"ab{arguments}"}}')
    return Told((f"a{HIGH}", f"{LOW}b"), f"Hmmmmmm.{HIGH}{LOW}mmmm", (call,))


@every_stream
def test_that_half_a_character_waits_for_its_other_half(spoken: Language) -> None:
    events = decode(spoken, in_halves(spoken.whole(halved(HIGH + LOW))))
    assert words(events) == "a😀b"
    assert thoughts(events) == "Hmmmmmm.😀mmmm"
    assert calls(events) == [("one", "find", {"q": "ab😀"})]


@every_stream
@pytest.mark.parametrize("half", [HIGH, LOW])
def test_that_a_half_without_its_other_half_can_be_stored(spoken: Language, half: str) -> None:
    call = ("one", "find", f'{{"q":"ab{half}"}}')
    told = Told((f"a{half}", f"b{half}"), f"Hmmmmmm.{half}mmmm", (call,))
    events = decode(spoken, in_halves(spoken.whole(told)))
    assert words(events) == "a\ufffdb\ufffd"
    assert thoughts(events) == "Hmmmmmm.\ufffdmmmm"
    assert calls(events) == [("one", "find", {"q": "ab\ufffd"})]


@every_stream
def test_that_a_line_of_a_megabyte_is_one_delta(spoken: Language) -> None:
    long = "x한" * 500_000
    stream = b"".join(spoken.whole(Told((long,))))
    pieces = [stream[at : at + 65_536] for at in range(0, len(stream), 65_536)]
    events = decode(spoken, pieces)
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta(long)]
    assert stops(events) == ["stop"]


def seconds(spoken: Language, count: int) -> float:
    """Processor time to decode so many deltas, the best of three."""
    stream = b"".join(spoken.whole(Told(("word ",) * count)))
    pieces = [stream[at : at + 4096] for at in range(0, len(stream), 4096)]
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        assert len(words(decode(spoken, pieces))) == 5 * count
        best = min(best, time.process_time() - began)
    return best


@every_stream
def test_that_ten_times_the_deltas_take_about_ten_times_as_long(spoken: Language) -> None:
    """A hundred times is what a square would take; the measure is far from both."""
    assert seconds(spoken, 10_000) < 40 * seconds(spoken, 1_000)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in cast("tuple[object, ...]", value) for text in strings(item)]
    return []


@st.composite
def mutations(draw: st.DrawFn, stream: bytes) -> bytes:
    """The stream with some of its bytes replaced, doubled, or left out."""
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(stream))), draw(st.integers(0, 9))
        instead = draw(st.one_of(st.binary(max_size=6), st.just(stream[at : at + 2 * length])))
        stream = stream[:at] + instead + stream[at + length :]
    return stream


@every_stream
@settings(deadline=None)  # a loaded machine is no bug
@given(st.data())
def test_that_whatever_comes_only_a_providers_error_is_raised(
    spoken: Language, data: st.DataObject
) -> None:
    """And that all that is delivered can be stored."""
    told = b"".join(spoken.whole(EVERYTHING))
    stream = data.draw(st.one_of(mutations(told), st.binary(max_size=60)))
    events, error = failed(spoken, cut(stream, data.draw(st.lists(st.integers(0, 4000)))))
    for event in events:
        for text in strings(astuple(event)):
            text.encode()
    assert error is None or stops(events) == []
    assert stops(events) == [] or isinstance(events[-1], Stop)


NAMES = """choices delta message content text error code type output item response candidates parts
functionCall args message done tool_calls function name arguments id index usage stop_reason
finish_reason finishReason status reasoning summary thinking signature"""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4)
    ),
    max_leaves=20,
)


@every_format
@settings(deadline=None)  # a loaded machine is no bug
@given(st.one_of(VALUES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60)))
def test_that_whatever_stands_in_a_body_only_a_providers_error_is_raised(
    spoken: Language, body: bytes
) -> None:
    with suppress(ProviderError):
        events = spoken.format.whole(body, name="Example", model="m", secrets=())
        for event in events:
            for text in strings(astuple(event)):
                text.encode()


@every_format
@settings(deadline=None)  # a loaded machine is no bug
@given(st.one_of(VALUES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60)))
def test_that_no_body_breaks_the_lists_of_models_and_vectors(spoken: Language, body: bytes) -> None:
    listed = spoken.format.models(body)
    assert all(model.id for model in listed)
    if spoken.format.vectors is not None:
        with suppress(ValueError):
            assert all(spoken.format.vectors(body).vectors)
