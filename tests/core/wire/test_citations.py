"""Where words of an answer are from, each source told once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.events import CitationFound, ProviderEvent
from understudy.wire.citations import Citations


def told(*sources: tuple[object, object, object]) -> list[ProviderEvent]:
    citations = Citations()
    events: list[ProviderEvent] = []
    for url, title, quote in sources:
        citations.found(url, title, quote, events)
    return events


def test_that_a_source_is_told_once_with_what_it_was_first_told_with() -> None:
    first = ("https://a.example/", "A", "It says so.")
    assert told(first, first, ("https://a.example/", "Another title", "")) == [
        CitationFound("https://a.example/", "A", "It says so.")
    ]


def test_that_sources_without_an_address_are_told_apart_by_their_titles() -> None:
    assert told(("", "a.pdf", ""), (None, "b.pdf", ""), ("", "a.pdf", "again")) == [
        CitationFound("", "a.pdf"),
        CitationFound("", "b.pdf"),
    ]


def test_that_a_page_and_a_file_may_have_one_name() -> None:
    assert len(told(("a", "", ""), ("", "a", ""))) == 2


@pytest.mark.parametrize("nothing", [("", "", ""), ("", "", "words"), (7, None, []), ({}, 1, 2)])
def test_that_a_source_without_a_name_is_none(nothing: tuple[object, object, object]) -> None:
    assert told(nothing) == []


def test_that_a_page_that_is_quoted_whole_is_cut() -> None:
    (source,) = told(("https://a.example/", "", "x" * 5000))
    assert isinstance(source, CitationFound)
    assert source.quote == "x" * 1000


ANYTHING = st.none() | st.integers() | st.text(max_size=3) | st.just("half \ud83d")


@given(st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), max_size=8))
def test_that_whatever_is_told_can_be_stored(
    sources: list[tuple[object, object, object]],
) -> None:
    events = told(*sources)
    keys: list[tuple[str, str]] = []
    for event in events:
        assert isinstance(event, CitationFound)
        f"{event.url}{event.title}{event.quote}".encode()
        keys.append((event.url, "" if event.url else event.title))
        assert any(keys[-1])
    assert len(keys) == len(set(keys))
