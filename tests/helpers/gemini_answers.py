"""Reading Gemini's answers in tests: what a decoder makes of bytes, put together."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.gemini_replies import gemini_chunk, gemini_data
from understudy.errors import ProviderError
from understudy.events import ProviderEvent, TextDelta
from understudy.wire.gemini import GeminiDecoder

HI = gemini_data(gemini_chunk({"text": "Hi"}))
"""A chunk with the word Hi."""

FINISH = gemini_data(gemini_chunk({"text": ""}, finish="STOP"))
"""A chunk that ends an answer."""


def decode(*pieces: bytes) -> list[ProviderEvent]:
    """All events of a stream that comes in these pieces."""
    decoder = GeminiDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def parts(*given: dict[str, Any]) -> list[ProviderEvent]:
    """The events of an unfinished answer, a chunk a part."""
    return decode(*(gemini_data(gemini_chunk(part)) for part in given))


def words(events: list[ProviderEvent]) -> str:
    """The words of an answer."""
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
