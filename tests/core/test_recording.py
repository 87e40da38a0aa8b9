"""An answer taken down: whatever happens to it, what is stored can be shown again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from understudy.errors import (
    AnswerInterrupted,
    ErrorKind,
    NobodyAnswered,
    ProviderError,
    UsageError,
)
from understudy.events import HandedOver, ReasoningDelta, RouteChosen, TextDelta
from understudy.history import History
from understudy.recording import CONTINUED, AnswerRecorder, answer_of, failure_of
from understudy.requests import Usage
from understudy.routing.trace import Attempt, Trace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from understudy.history import StoredMessage

pytestmark = pytest.mark.anyio

FAILED = Attempt(
    "a", "A", "m1", 1.0, 0.5, "failed", "carry_on", ErrorKind.TRANSIENT, 529, characters=6
)
ANSWERED = Attempt(
    "b", "B", "m2", 1.5, 2.2, "answered", "done", first_token=0.2, usage=Usage(9, 40), characters=6
)
ASKS_A = RouteChosen("a", "A", "m1", 8.0, 1)
ASKS_B = RouteChosen("b", "B", "m2", 8.0, 2)


@pytest.fixture
async def history() -> AsyncGenerator[History]:
    opened = await History.open(None)
    yield opened
    await opened.close()


async def a_recorder(history: History) -> AnswerRecorder:
    row = await history.create_conversation()
    await history.add_question(row.id, "Go")
    return AnswerRecorder(await history.begin_answer(row.id), "Everyday")


async def stored(history: History, recorder: AnswerRecorder) -> StoredMessage:
    return await history.message(recorder.writer.message_id)


def handed_over(*, mid_answer: bool, anew: bool = False) -> HandedOver:
    return HandedOver(FAILED, "b", "B", "m2", mid_answer, 6, 1.3, anew)


async def test_that_a_seam_stands_between_the_parts_of_two_providers(history: History) -> None:
    recorder = await a_recorder(history)
    events = (ASKS_A, TextDelta("First "), ASKS_B, handed_over(mid_answer=True), TextDelta("rest."))
    assert [recorder.take(event) for event in events] == ["", "First ", "", "", "rest."]
    recorder.trail += [FAILED, ANSWERED]
    await recorder.finish("complete")
    answer = await stored(history, recorder)
    assert (answer.state, answer.text) == ("complete", "First rest.")
    assert [(part.provider_name, part.text) for part in answer.segments] == [
        ("A", "First "),
        ("B", "rest."),
    ]
    assert [(seam["at"], seam["pause"], seam["attempt"]["status"]) for seam in answer.seams] == [
        (6, 1.3, 529)
    ]


async def test_that_the_figures_are_those_of_who_ended_the_answer(history: History) -> None:
    recorder = await a_recorder(history)
    recorder.take(ASKS_B)
    recorder.take(TextDelta("Words."))
    recorder.trail += [FAILED, ANSWERED]
    await recorder.finish("complete")
    meta = (await stored(history, recorder)).meta
    assert (meta["provider"], meta["model"]) == ("B", "m2")
    assert (meta["first_token"], meta["duration"], meta["output_tokens"]) == (0.2, 2.2, 40)
    assert meta["tokens_per_second"] == pytest.approx(20)
    assert meta["trace"]["route"] == "Everyday"
    assert [each["provider"] for each in meta["trace"]["attempts"]] == ["a", "b"]


async def test_that_one_who_stood_in_is_told_from_one_who_carried_on(history: History) -> None:
    recorder = await a_recorder(history)
    for event in (ASKS_A, ASKS_B, handed_over(mid_answer=False), TextDelta("Words.")):
        recorder.take(event)
    await recorder.finish("complete")
    answer = await stored(history, recorder)
    assert answer.standin is not None
    assert answer.standin["attempt"]["provider"] == "a"
    assert (answer.seams, len(answer.segments)) == ((), 1)


async def test_that_an_answer_that_starts_again_keeps_the_earlier_part_above(
    history: History,
) -> None:
    recorder = await a_recorder(history)
    again = handed_over(mid_answer=True, anew=True)
    events = (ASKS_A, TextDelta("Half a "), ASKS_B, again, TextDelta("The whole."))
    assert [recorder.take(event) for event in events] == ["", "Half a ", "", "\n\n", "The whole."]
    recorder.trail += [FAILED, ANSWERED]
    await recorder.finish("complete")
    answer = await stored(history, recorder)
    assert [(part.provider_name, part.text) for part in answer.segments] == [
        ("A", "Half a \n\n"),
        ("B", "The whole."),
    ]
    assert [(seam["at"], seam["anew"]) for seam in answer.seams] == [(9, True)]
    assert answer_of(answer) == "The whole."


async def test_that_what_was_carried_on_at_request_stays_when_the_rest_starts_again(
    history: History,
) -> None:
    first = await a_recorder(history)
    for event in (ASKS_A, TextDelta("The moon pulls ")):
        first.take(event)
    await first.finish("interrupted")
    old = await stored(history, first)

    writer = await history.begin_answer(old.conversation_id, version_of=old.id)
    second = AnswerRecorder(writer)
    second.begin_with(old)
    again = handed_over(mid_answer=True, anew=True)
    for event in (ASKS_A, TextDelta("the wa"), ASKS_B, again, TextDelta("the water.")):
        second.take(event)
    await second.finish("complete")
    new = await stored(history, second)
    assert new.text == "The moon pulls the wa\n\nthe water."
    assert answer_of(new) == "The moon pulls the water."


async def test_that_an_earlier_part_counts_while_nothing_follows_it(history: History) -> None:
    recorder = await a_recorder(history)
    for event in (ASKS_A, TextDelta("Half"), ASKS_B, handed_over(mid_answer=True, anew=True)):
        recorder.take(event)
    await recorder.finish("interrupted")
    assert answer_of(await stored(history, recorder)) == "Half"


@pytest.mark.parametrize(
    ("costs", "told"),
    [((0.002, 0.004), 0.006), ((None, 0.004), None), ((None, None), None), ((0.0, 0.0), 0.0)],
)
async def test_that_the_cost_is_told_where_that_of_all_who_wrote_is_known(
    history: History, costs: tuple[float | None, float | None], told: float | None
) -> None:
    recorder = await a_recorder(history)
    recorder.take(TextDelta("Words."))
    recorder.trail += [replace(FAILED, cost=costs[0]), replace(ANSWERED, cost=costs[1])]
    recorder.trail.insert(0, replace(FAILED, characters=0))
    assert recorder.figures().get("cost") == (told if told is None else pytest.approx(told))


async def test_that_a_cost_that_nobody_counted_is_told_as_an_estimate(history: History) -> None:
    recorder = await a_recorder(history)
    recorder.take(TextDelta("Words."))
    recorder.trail += [replace(FAILED, cost=0.1, estimated=True), replace(ANSWERED, cost=0.2)]
    assert recorder.figures()["cost_estimated"]
    recorder.trail[0] = replace(FAILED, cost=0.1)
    assert not recorder.figures()["cost_estimated"]


async def test_that_thinking_aloud_is_kept_apart_from_the_answer(history: History) -> None:
    recorder = await a_recorder(history)
    assert recorder.take(ReasoningDelta("Hm. ")) == ""
    recorder.take(TextDelta("Yes."))
    await recorder.finish("complete")
    answer = await stored(history, recorder)
    assert (answer.reasoning, answer.text) == ("Hm. ", "Yes.")


async def test_that_a_failure_after_the_first_words_counts_as_an_interruption(
    history: History,
) -> None:
    recorder = await a_recorder(history)
    recorder.take(ASKS_A)
    recorder.take(TextDelta("Half"))
    await recorder.finish("failed", {"case": "broke-off", "reasons": []})
    answer = await stored(history, recorder)
    assert (answer.state, answer.failure) == ("interrupted", {"case": "broke-off", "reasons": []})


async def test_that_a_failure_before_the_first_word_stays_one(history: History) -> None:
    recorder = await a_recorder(history)
    recorder.take(ASKS_A)
    recorder.trail.append(FAILED)
    await recorder.finish("failed", {"case": "nobody", "reasons": []})
    answer = await stored(history, recorder)
    assert answer.state == "failed"
    assert "provider" not in answer.meta


async def test_that_an_answer_is_carried_on_without_what_the_new_words_repeat(
    history: History,
) -> None:
    first = await a_recorder(history)
    for event in (ASKS_A, TextDelta("The moon pulls "), ASKS_B, handed_over(mid_answer=True)):
        first.take(event)
    first.take(TextDelta("the water carries the boats"))
    await first.finish("interrupted")
    old = await stored(history, first)

    writer = await history.begin_answer(old.conversation_id, version_of=old.id)
    second = AnswerRecorder(writer, "Everyday")
    second.begin_with(old)
    words = [second.take(event) for event in (ASKS_A, TextDelta("carries the boats, always."))]
    await second.finish("complete")
    new = await stored(history, second)
    assert "".join(words) == ", always."
    assert new.text == "The moon pulls the water carries the boats, always."
    assert [(seam["at"], seam.get("case", "")) for seam in new.seams] == [
        (15, ""),
        (42, CONTINUED),
    ]


async def test_that_words_held_back_at_the_seam_are_not_lost_when_the_answer_is_stopped(
    history: History,
) -> None:
    first = await a_recorder(history)
    first.take(TextDelta("Once again and again it rained"))
    await first.finish("interrupted")
    old = await stored(history, first)

    writer = await history.begin_answer(old.conversation_id, version_of=old.id)
    second = AnswerRecorder(writer)
    second.begin_with(old)
    assert second.take(TextDelta(" again")) == ""
    assert second.rest() == " again"
    await second.finish("stopped")
    assert (await stored(history, second)).text == "Once again and again it rained again"


def nobody(kind: type[NobodyAnswered], first: ErrorKind = ErrorKind.AUTH) -> NobodyAnswered:
    error, trace = ProviderError(first, "It said: sk-secret"), Trace("Everyday", (FAILED,))
    if kind is AnswerInterrupted:
        return AnswerInterrupted(error, trace, ("reason",), "text")
    return NobodyAnswered(error, trace, ("reason",))


@pytest.mark.parametrize(
    ("error", "case"),
    [
        (nobody(NobodyAnswered), "nobody"),
        (nobody(NobodyAnswered, ErrorKind.CONTENT_POLICY), "declined"),
        (nobody(AnswerInterrupted), "broke-off"),
        (UsageError("No route.", "Nothing.", "Pick one."), "unexpected"),
        (ValueError("sk-secret"), "unexpected"),
    ],
)
async def test_that_each_error_is_stored_as_a_case(error: Exception, case: str) -> None:
    failure = failure_of(error)
    assert failure["case"] == case
    assert "sk-secret" not in str(failure)
