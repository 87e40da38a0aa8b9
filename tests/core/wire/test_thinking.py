"""Thinking that is written into the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from understudy.events import ReasoningDelta, TextDelta
from understudy.wire.thinking import ThinkingSplitter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent


def split(pieces: Iterable[str]) -> tuple[str, str]:
    splitter = ThinkingSplitter()
    events: list[ProviderEvent] = []
    for piece in pieces:
        splitter.feed(piece, events)
    splitter.settle(events)
    thoughts = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    words = "".join(event.text for event in events if isinstance(event, TextDelta))
    return thoughts, words


@pytest.mark.parametrize(
    ("text", "thoughts", "words"),
    [
        ("<think>hm</think>Yes.", "hm", "Yes."),
        ("\n <think>\nhm\n</think>\n\nYes.", "\nhm\n", "\n\nYes."),
        ("<think></think>Yes.", "", "Yes."),
        ("<think>never closed", "never closed", ""),
        ("<think>nearly closed</thin", "nearly closed</thin", ""),
        ("<think>a < b </thinker </think>Yes.", "a < b </thinker ", "Yes."),
        ("The tag <think>x</think> is text here.", "", "The tag <think>x</think> is text here."),
        ("<think>a</think>b<think>c</think>d", "a", "b<think>c</think>d"),
        ("<thin ice", "", "<thin ice"),
        ("<thi", "", "<thi"),
        (" \n", "", " \n"),
        ("", "", ""),
    ],
)
def test_that_thinking_is_told_from_words_however_it_is_cut(
    text: str, thoughts: str, words: str
) -> None:
    assert split([text]) == (thoughts, words)
    assert split(text) == (thoughts, words)


def test_that_words_are_delivered_as_soon_as_they_cannot_be_a_tag() -> None:
    splitter = ThinkingSplitter()
    events: list[ProviderEvent] = []
    splitter.feed("<th", events)
    assert events == []
    splitter.feed("e", events)
    assert events == [TextDelta("<the")]
    splitter.feed(" ", events)
    assert events[1:] == [TextDelta(" ")]


@given(st.text(alphabet="<think/> a\n", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_that_any_cut_gives_the_same_thoughts_and_words(text: str, cuts: list[int]) -> None:
    assert split(cut(text, cuts)) == split([text])
