"""Reading answers of the Responses API in tests: what a decoder makes of bytes, put together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from helpers.responses_replies import (
    Script,
    begun,
    response,
    say_call,
    say_thought,
    say_words,
    sse,
    usage,
)
from understudy.errors import ProviderError
from understudy.events import ProviderEvent, ReasoningDelta, TextDelta, ToolCallDelta
from understudy.wire.openai_responses import ResponsesDecoder


def decode(*pieces: bytes) -> list[ProviderEvent]:
    """All events of a stream that comes in these pieces."""
    decoder = ResponsesDecoder("Example")
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def end(status: str = "completed", **changes: Any) -> bytes:
    """The event that ends an answer."""
    return sse(f"response.{status}", response=response(status, **changes))


def delta(text: object, kind: str = "output_text", **about: Any) -> bytes:
    """A fragment, of words as a rule."""
    return sse(f"response.{kind}.delta", delta=text, **about)


def words(events: list[ProviderEvent]) -> str:
    """The words of an answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thoughts(events: list[ProviderEvent]) -> str:
    """The thoughts before them."""
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def calls(events: list[ProviderEvent]) -> list[tuple[str, str, str]]:
    """Every call's id, name and arguments, put together as consumers do."""
    found: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, ToolCallDelta):
            so_far = found.setdefault(event.index, ["", "", ""])
            for at, text in enumerate((event.id, event.name, event.arguments)):
                so_far[at] += text
    return [(one, name, arguments) for one, name, arguments in found.values()]


def failure_of(*pieces: bytes) -> tuple[list[ProviderEvent], ProviderError]:
    """The events before the failure, and the failure."""
    decoder = ResponsesDecoder("Example", "m", ("secret-key",))
    events: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - any of the calls may raise
        for piece in pieces:
            events += decoder.feed(piece)
        decoder.close()
    assert decoder.failure is caught.value
    assert decoder.settled
    return events, caught.value


def scripted(told: list[tuple[str, str]]) -> Script:
    """An answer of these thoughts, texts and calls."""
    script, output = begun(), list[dict[str, Any]]()
    for place, (kind, text) in enumerate(told):
        match kind:
            case "thought":
                output.append(say_thought(script, place, text))
            case "words":
                output.append(say_words(script, place, text))
            case _:
                output.append(say_call(script, place, "find", text, place))
    script.add("response.completed", response=response(output=output, usage=usage(1, 2)))
    return script


def parts(alphabet: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """What ``scripted`` takes."""
    kinds = st.sampled_from(["thought", "words", "call"])
    texts = st.text(alphabet=alphabet, min_size=1, max_size=9)
    return st.lists(st.tuples(kinds, texts), max_size=5)
