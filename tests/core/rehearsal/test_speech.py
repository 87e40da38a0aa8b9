"""What a healthy stand-in says, in every format: the format's own decoder hears it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cutting import cut
from understudy.events import Stop, TextDelta
from understudy.providers.wires import WIRES, wire_format
from understudy.rehearsal.speech import ANSWER, SPEECH, spoken
from understudy.routing.rescue import Seam
from understudy.wire.format import WireName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent


def heard(wire: WireName, stream: Iterable[bytes]) -> list[ProviderEvent]:
    decoder = wire_format(wire).decoder("A", "m", ())
    events = [event for data in stream for event in decoder.feed(data)]
    return events + decoder.close()


def text_of(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_that_every_format_is_spoken() -> None:
    assert SPEECH.keys() == WIRES.keys()
    assert {spoken(wire) for wire in get_args(WireName)} == WIRES.keys()


@given(wire=st.sampled_from(list(SPEECH)), text=st.text(), at=st.sets(st.integers(1, 4_000)))
def test_that_a_formats_decoder_hears_every_character_however_it_is_cut(
    wire: WireName, text: str, at: set[int]
) -> None:
    stream = b"".join(chunk.data for chunk in SPEECH[wire].whole(text).chunks)
    events = heard(wire, cut(stream, at))
    assert text_of(events) == text
    assert events[-1] == Stop("stop")


@pytest.mark.parametrize("wire", SPEECH)
def test_that_an_answer_without_its_end_has_no_end(wire: WireName) -> None:
    speech = SPEECH[wire]
    stream = [chunk.data for chunk in speech.stream(*speech.said(ANSWER)).chunks]
    events = heard(wire, stream)
    assert text_of(events) == ANSWER
    assert not any(isinstance(event, Stop) for event in events)


def test_that_the_known_answer_repeats_nothing_that_a_seam_could_take_for_a_repetition() -> None:
    for place in range(1, len(ANSWER)):
        seam = Seam(ANSWER[:place])
        assert seam.feed(ANSWER[place:]) + seam.close() == ANSWER[place:]


def test_that_the_known_answer_has_what_breaks_badly() -> None:
    assert not ANSWER.isascii()
    assert "**" in ANSWER
    assert "\n\n" in ANSWER
    assert max(ANSWER) > "\uffff", "a character of four bytes"
