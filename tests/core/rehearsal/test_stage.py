"""The stage: what it answers to whom, and what it finds in a request to be carried on."""

from __future__ import annotations

import pytest

from understudy.messages import Message
from understudy.providers.wires import wire_format
from understudy.rehearsal.fault import Fault, Reply, openai_error
from understudy.rehearsal.speech import ANSWER, SPEECH
from understudy.rehearsal.stage import REPEATED, Place, is_prefilled, shown_in
from understudy.requests import ChatRequest
from understudy.routing.rescue import continuation
from understudy.wire.format import Target, WireName

QUESTION = ChatRequest((Message.user("What does an understudy do?"),))
REFUSED = openai_error(429, "Slow down", "requests")
DOWN = Fault("down", "Down", None, (REFUSED,))


def body(request: ChatRequest, wire: WireName = "openai-chat") -> object:
    return wire_format(wire).chat(request, Target(model="m")).body


def said_by(reply: Reply, wire: WireName = "openai-chat") -> bytes:
    speech = SPEECH[wire]
    return b"".join(chunk.data for chunk in reply.chunks).removeprefix(speech.begin)


@pytest.mark.parametrize("wire", SPEECH)
@pytest.mark.parametrize("length", [1, 61, 62, 130, 160, 200])
def test_that_a_request_to_carry_on_tells_what_was_shown_in_every_format(
    wire: WireName, length: int
) -> None:
    shown = ANSWER[:length]
    assert shown_in(body(continuation(QUESTION, shown), wire)) == shown
    assert shown_in(body(QUESTION, wire)) == ""


BODIES: list[tuple[object, bool]] = [
    ({"messages": [{"role": "user"}, {"role": "assistant", "content": "The"}]}, True),
    ({"contents": [{"role": "user"}, {"role": "model"}]}, True),
    ({"input": [{"role": "assistant"}, {"role": "user"}]}, False),
    ({"messages": []}, False),
    ({"messages": ["odd"]}, False),
    ({"input": "words"}, False),
    (None, False),
]


@pytest.mark.parametrize(("given", "prefilled"), BODIES)
def test_that_a_begun_answer_at_the_end_is_told_from_a_question(
    given: object, *, prefilled: bool
) -> None:
    assert is_prefilled(given) is prefilled


def test_that_a_healthy_place_answers_and_counts() -> None:
    place = Place("ollama")
    assert place.reply_to(body(QUESTION), 0.0) == SPEECH["ollama"].whole()
    assert place.reply_to(body(continuation(QUESTION, ANSWER[:100])), 0.0) == SPEECH[
        "ollama"
    ].whole(ANSWER[100:])
    assert place.requests == 2


def test_that_a_fault_goes_on_unless_it_recovers() -> None:
    failing, recovering = Place("ollama", fault=DOWN), Place("ollama", fault=DOWN)
    recovering.fault = Fault("down", "Down", None, (REFUSED, REFUSED), recovers=True)
    assert [failing.reply_to(None, 0.0) for _ in range(3)] == [REFUSED] * 3
    answers = [recovering.reply_to(None, 0.0) for _ in range(3)]
    assert answers == [REFUSED, REFUSED, SPEECH["openai-chat"].whole()]


def test_that_an_outage_lasts_as_long_as_it_says() -> None:
    fault = Fault("down", "Down", None, (REFUSED,), outages=((0.0, 10.0), (20.0, 30.0)))
    place = Place("ollama", began=100.0, fault=fault)
    down = [place.reply_to(None, 100.0 + at).status == 429 for at in (0, 9, 10, 19, 20, 29, 30)]
    assert down == [True, True, False, False, True, True, False]


def test_that_who_repeats_says_some_words_once_more() -> None:
    place = Place("openai-chat", behind="repeats")
    request = body(continuation(QUESTION, ANSWER[:100]))
    assert place.reply_to(request, 0.0) == SPEECH["openai-chat"].whole(ANSWER[100 - REPEATED :])
    assert place.reply_to(body(QUESTION), 0.0) == SPEECH["openai-chat"].whole()


def test_that_a_place_that_nobody_reaches_counts_no_request() -> None:
    place = Place("ollama", fault=Fault("x", "X", None, (Reply(opening="refused"),)))
    place.reply_to(None, 0.0)
    assert (place.requests, place.failures) == (0, 1)
