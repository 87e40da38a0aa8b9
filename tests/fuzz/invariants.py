"""What holds for whatever bytes a server sends. ``Broken`` tells what did not.

Anything but ``ProviderError`` (or what a reader names in its place) is a fault of ours; every text
can be stored and sent on; no key gets out; a stream says that it ended only if its bytes do; and
how a network cuts the bytes makes no difference.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import astuple, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.events import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from understudy.events import ProviderEvent
    from understudy.wire.decoding import Framing
    from understudy.wire.format import Decoder

SECRET = "sk-fuzz-0123456789abcdef"
EVERY_BYTE = 400
"""Up to so many bytes, an input is also fed byte by byte."""

_CUTS = 12
_LONGEST_SENTENCE = 400
_INTEGERS = 2**63
_MORE_TEXT, _TEXT_FROM_NOTHING = 8, 4000
"""Characters that a byte may make, and that may come of themselves: some parts are put in words."""

MakeDecoder: TypeAlias = "Callable[[], Decoder]"


class Broken(AssertionError):  # noqa: N818 - reads as what it tells
    """Something does not hold that has to."""


def must(holds: bool, what: str) -> None:
    """Raise ``Broken`` where it does not hold."""
    if not holds:
        raise Broken(what)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stream came to: its events, and how it failed."""

    events: tuple[Any, ...]
    failure: tuple[str, ...] = ()


def cuts(data: bytes) -> list[list[bytes]]:
    """Some ways in which a network may cut the data; the same ones for the same data."""
    chance = random.Random(zlib.crc32(data))
    ways = [[data]]
    if len(data) > 1:
        count = min(len(data) - 1, chance.randint(1, _CUTS))
        places = sorted(chance.sample(range(1, len(data)), count))
        ends = [*places, len(data)]
        ways.append([data[a:b] for a, b in zip([0, *places], ends, strict=True)])
    if len(data) <= EVERY_BYTE:
        ways.append([data[at : at + 1] for at in range(len(data))])
    return ways


def check_decoder(make: MakeDecoder, markers: Sequence[bytes], data: bytes) -> None:
    """Hold a decoder to all of it. ``markers`` are bytes without which there is no good end."""
    one, *others = (_decoded(make(), pieces) for pieces in cuts(data))
    for other in others:
        must(other == one, f"another split, other events: {other} is not {one}")
    check_events(one.events, len(data))
    stopped = any(isinstance(event, Stop) for event in one.events)
    must(
        not stopped or b"\\u" in data or any(marker in data for marker in markers),
        "it stops without a word of an end",
    )


def _decoded(decoder: Decoder, pieces: Iterable[bytes]) -> Outcome:
    events: list[ProviderEvent] = []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.close()
    except ProviderError as error:
        must(decoder.failure in {None, error}, "it raises another failure than it tells")
        return Outcome(tuple(events), _told(error))
    if decoder.failure is not None:
        return Outcome(tuple(events), _told(decoder.failure))
    return Outcome(tuple(events))


def check_framing(make: Callable[[], Framing], data: bytes) -> None:
    """Hold a framing to it."""
    one, *others = (_framed(make(), pieces) for pieces in cuts(data))
    for other in others:
        must(other == one, f"another split, other events: {other} is not {one}")
    must(len(one.events) <= len(data) + 1, "more events than bytes")
    _check_size(sum(len(each.data) for each in one.events), len(data))


def _framed(framing: Framing, pieces: Iterable[bytes]) -> Outcome:
    events: list[Any] = []
    try:
        for piece in pieces:
            events += framing.feed(piece)
        events += framing.close()
    except ProviderError as error:
        return Outcome(tuple(events), _told(error))
    return Outcome(tuple(events))


def check_events(events: Sequence[ProviderEvent], size: int) -> None:
    """Hold the events of an answer of ``size`` bytes to what consumers count on."""
    stops = [at for at, event in enumerate(events) if isinstance(event, Stop)]
    must(stops in ([], [len(events) - 1]), "Stop is not the last event")
    total = 0
    for event in events:
        for value in astuple(event):
            total += check_value(value)
    _check_size(total, size)


def check_value(value: object) -> int:
    """Hold a value of an event to it; returns the characters in it."""
    if isinstance(value, str):
        _check_text(value)
        return len(value)
    if isinstance(value, float):
        must(isfinite(value), "a number that is none")
    if isinstance(value, int):
        must(-_INTEGERS <= value < _INTEGERS, "a number too large for a database")
    if isinstance(value, tuple):
        return sum(check_value(each) for each in cast("tuple[object, ...]", value))
    return 0


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Broken(f"half a character in {text[:80]!r}") from error


def _check_size(characters: int, size: int) -> None:
    must(characters <= size * _MORE_TEXT + _TEXT_FROM_NOTHING, "far more text than bytes")


def check_error(error: ProviderError) -> None:
    """Hold an error to what people and traces are shown."""
    _told(error)


def _told(error: ProviderError) -> tuple[str, ...]:
    must(error.kind in ErrorKind, "an error of no kind")
    texts = (str(error), error.happened, error.code, error.detail, error.parameter)
    for text in texts:
        _check_text(text)
        must(SECRET not in text, "a key gets out")
    must(0 < len(str(error)) <= _LONGEST_SENTENCE, f"a sentence of {len(str(error))} characters")
    wait = error.retry_after
    must(wait is None or (isfinite(wait) and wait >= 0), f"a wait of {wait}")
    must("Traceback" not in str(error), "a traceback for people")
    return (*texts, error.kind, str(wait), str(error.status), str(error.model_only))
