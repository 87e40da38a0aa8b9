"""What happens to a question: it is kept first, then answered by whoever can."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtTest import QSignalSpy

from helpers.providers import breaks_off, fails, provider, says, silent
from understudy.errors import ErrorKind
from understudy.events import ModelLoading, Stop, UsageReported
from understudy.requests import Usage
from understudy_gui import i18n
from understudy_gui.controllers.conversation import ConversationController
from understudy_gui.models.transcript import TranscriptModel

if TYPE_CHECKING:
    from helpers.stage import Stage
    from understudy_gui.models.transcript import Waiting

pytestmark = pytest.mark.anyio


async def test_that_an_answer_is_shown_and_kept(stage: Stage) -> None:
    stage.plays(says("The Moon ", "pulls."))
    answer = await stage.ask("Why tides?")
    assert [item.text for item in stage.items()] == ["Why tides?", "The Moon pulls."]
    assert answer.state == "complete"
    assert answer.meta is not None
    assert answer.meta.provider == "A"
    assert stage.titles[-1] == "Why tides?"
    assert stage.controller.conversation is not None
    stored = await stage.history.page(stage.controller.conversation, 0, 9)
    assert [(each.role, each.text, each.state) for each in stored] == [
        ("user", "Why tides?", "complete"),
        ("assistant", "The Moon pulls.", "complete"),
    ]


async def test_that_a_question_is_kept_before_anybody_can_be_asked(stage: Stage) -> None:
    stage.controller.send("Too early?")
    await stage.until(lambda: stage.transcript.count == 2)
    assert stage.controller.conversation is not None
    stored = await stage.history.page(stage.controller.conversation, 0, 9)
    assert stored[0].text == "Too early?"
    stage.plays(says("Never."))
    await stage.idle()
    assert stage.answer.text == "Never."


async def test_that_the_next_stands_in_before_the_first_word(stage: Stage) -> None:
    stage.plays(fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42), says("Here."))
    answer = await stage.ask()
    assert answer.state == "complete"
    assert answer.standin == "A was rate limited (429). B stood in. A rests for 42\u00a0s."
    assert [(row.code, row.tone) for row in answer.standin_trace] == [("429", "warn"), ("ok", "ok")]
    assert answer.segments[0].seam is None


async def test_that_a_break_in_mid_answer_keeps_the_text_and_shows_the_seam(stage: Stage) -> None:
    stage.plays(fails(ErrorKind.TRANSIENT, status=529, after=("so the water ",)), says("gathers."))
    answer = await stage.ask()
    assert answer.text == "so the water gathers."
    first, second = answer.segments
    assert (first.provider, second.provider) == ("A", "B")
    assert second.seam is not None
    assert second.seam.title == "A broke off"
    assert second.seam.detail == "(529 overloaded)"
    assert second.seam.title_end == "B carries on"
    assert "no words lost" in second.seam.pause
    assert [row.code for row in second.seam.trace] == ["529", "ok"]


async def test_that_a_stored_seam_reads_as_it_did_when_it_was_shown(stage: Stage) -> None:
    stage.plays(fails(ErrorKind.TRANSIENT, status=529, after=("so the water ",)), says("gathers."))
    shown = await stage.ask()
    assert stage.controller.conversation is not None
    await stage.controller.show(stage.controller.conversation)
    reopened = stage.answer
    assert reopened is not shown
    assert repr(reopened.segments) == repr(shown.segments)
    assert reopened.meta == shown.meta


async def test_that_an_answer_that_starts_again_stands_whole_below_its_earlier_part(
    stage: Stage,
) -> None:
    stage.cast(
        provider("a", fails(ErrorKind.TRANSIENT, status=529, after=("so the water",))),
        provider("b", says("Tides are two bulges.")),
        rescue="restart",
    )
    answer = await stage.ask()
    first, second = answer.segments
    assert (first.provider, first.text) == ("A", "so the water\n\n")
    assert (second.provider, second.text) == ("B", "Tides are two bulges.")
    assert second.seam is not None
    assert second.seam.title_end == "B starts again"
    assert second.seam.detail == "(529 overloaded)"
    assert second.seam.pause.endswith("pause, the part above is kept")
    assert second.seam.trace[0].why.startswith("In mid-answer: the next starts again")
    assert answer.text == "Tides are two bulges."
    shown = repr(answer.segments)
    assert stage.controller.conversation is not None
    await stage.controller.show(stage.controller.conversation)
    assert repr(stage.answer.segments) == shown


async def test_that_only_the_version_that_counts_is_context_for_the_next_question(
    stage: Stage,
) -> None:
    second = provider("b", says("Whole."))
    stage.cast(provider("a", breaks_off("Half")), second, rescue="restart")
    await stage.ask("First?")
    await stage.ask("Second?")
    said = [message.text for message in second.asked[-1].request.messages]
    assert said == ["First?", "Whole.", "Second?"]


async def test_that_stopping_keeps_what_was_said(stage: Stage) -> None:
    stage.plays(("Half of ", 60.0))
    stage.controller.send("Tell me")
    await stage.until(lambda: stage.transcript.count == 2 and stage.answer.text)
    stage.controller.stop()
    await stage.idle()
    assert stage.answer.state == "stopped"
    assert stage.answer.text == "Half of "
    assert stage.answer.note == "Stopped by you"


async def test_that_when_nobody_can_answer_the_question_is_kept_with_ways_out(
    stage: Stage,
) -> None:
    stage.plays(fails(ErrorKind.AUTH, status=401), fails(ErrorKind.NETWORK))
    answer = await stage.ask("Anybody?")
    assert answer.state == "failed"
    assert answer.failure is not None
    assert answer.failure.title == "Nobody in the line-up could answer"
    assert answer.failure.text == (
        "A rejected the key (401). B could not be reached. Your question is kept."
    )
    assert answer.failure.actions == (
        ("try_again", "Try again"),
        ("fix:a", "Replace key"),
        ("trace", "Show trace"),
    )
    assert stage.items()[0].text == "Anybody?"


async def test_that_a_broken_answer_that_nobody_carries_on_can_be_continued(stage: Stage) -> None:
    (provider,) = stage.plays(breaks_off("The beginning and the middle "))
    answer = await stage.ask()
    assert answer.state == "interrupted"
    assert answer.text == "The beginning and the middle "
    assert answer.failure is not None
    assert ("continue", "Continue") in answer.failure.actions
    provider.scripts = [says("and the middle and the end.")]
    stage.router.try_now("a")
    stage.controller.carry_on(1)
    await stage.idle()
    assert stage.answer.text == "The beginning and the middle and the end."
    assert stage.answer.state == "complete"
    assert stage.answer.versions == (2, 2)


async def test_that_a_question_declined_asks_nobody_else(stage: Stage) -> None:
    _, second = stage.plays(fails(ErrorKind.CONTENT_POLICY), says("never said"))
    answer = await stage.ask()
    assert second.asked == []
    assert answer.failure is not None
    assert answer.failure.title == "A declined to answer"
    assert answer.failure.text == "Understudy did not ask anyone else."


async def test_that_trying_again_makes_a_version_and_both_can_be_paged(stage: Stage) -> None:
    (provider,) = stage.plays(says("first answer"))
    await stage.ask()
    provider.scripts = [says("second answer")]
    stage.controller.answer_again(1)
    await stage.idle()
    assert (stage.answer.text, stage.answer.versions) == ("second answer", (2, 2))
    stage.controller.show_version(1, -1)
    await stage.until(lambda: stage.answer.text == "first answer")
    assert stage.answer.versions == (1, 2)
    assert stage.transcript.count == 2


async def test_that_what_is_sent_meanwhile_waits_its_turn_and_can_be_withdrawn(
    stage: Stage,
) -> None:
    (provider,) = stage.plays(("slow ", 0.1, *says("answer")))
    for text in ("one", "two", "three"):
        stage.controller.send(text)
    assert list(stage.controller.line) == ["two", "three"]
    assert stage.controller.withdraw(0) == "two"
    await stage.until(lambda: not stage.controller.line and not stage.controller.busy)
    questions = [item.text for item in stage.items() if item.role == "user"]
    assert questions == ["one", "three"]
    assert len(provider.asked) == 2
    last = provider.asked[1].request.messages
    assert [message.text for message in last] == ["one", "slow answer", "three"]


async def test_that_two_conversations_answer_at_once(stage: Stage) -> None:
    stage.plays(("a ", 0.1, *says("done")))
    stage.controller.send("first")
    await stage.until(lambda: stage.controller.conversation is not None)
    first = stage.controller.conversation
    stage.controller.show_new()
    assert stage.transcript.count == 0
    stage.controller.send("second")
    await stage.until(lambda: stage.controller.conversation not in {None, first})
    second = stage.controller.conversation
    await stage.idle()
    assert first is not None
    assert second is not None
    for conversation in (first, second):
        await stage.controller.show(conversation)
        await stage.until(lambda: stage.answer.state == "complete")
        assert stage.answer.text == "a done"


async def test_that_an_answer_goes_on_while_another_conversation_is_looked_at(
    stage: Stage,
) -> None:
    stage.plays(("one ", 0.05, "two ", 0.05, *says("three")))
    spy = QSignalSpy(stage.controller.writing_changed)
    stage.controller.send("count")
    await stage.until(lambda: stage.transcript.count == 2 and stage.answer.text)
    conversation = stage.controller.conversation
    assert conversation is not None
    stage.controller.show_new()
    assert not stage.controller.busy
    await stage.controller.show(conversation)
    assert stage.controller.busy
    await stage.idle()
    assert stage.answer.text == "one two three"
    assert [(spy.at(n)[0], spy.at(n)[1]) for n in range(spy.count())] == [
        (conversation, True),
        (conversation, False),
    ]


async def test_that_waiting_is_told_with_the_deadline(stage: Stage) -> None:
    stage.plays((1.2, *says("late")))
    stage.controller.send("Hello?")
    await stage.until(lambda: stage.transcript.count == 2 and stage.answer.waiting is not None)
    waiting = stage.answer.waiting
    assert waiting is not None
    assert waiting.text.startswith("Waiting for A, 0.")
    assert waiting.text.endswith("of 5\u00a0s")
    assert waiting.fraction is not None
    assert 0.1 < waiting.fraction < 0.4
    await stage.idle()
    assert stage.answer.waiting is None


async def test_that_loading_a_model_is_told_with_how_much_of_it_is_there(stage: Stage) -> None:
    loads = [ModelLoading("starting"), 1.0, ModelLoading("loading", 0.4), 0.4]
    loads += [ModelLoading("ready"), 0.4]
    stage.cast(provider("a", (*loads, *says("Here.")), local=True))
    stage.controller.send("Hello?")
    told: list[Waiting] = []

    def note() -> bool:
        if stage.transcript.count == 2 and stage.answer.waiting not in {None, *told[-1:]}:
            told.append(cast("Waiting", stage.answer.waiting))
        return not stage.controller.busy

    await stage.until(note)
    assert [waiting.text for waiting in told[:2]] == ["Loading m …", "Loading m … 40\u00a0%"]
    assert [waiting.spoken for waiting in told[:2]] == ["Loading m …", "Loading m … 25\u00a0%"]
    assert [waiting.fraction for waiting in told[:2]] == [None, 0.4]
    assert told[-1].text.startswith("Waiting for A, 0.")
    assert told[-1].spoken == "Waiting for A"
    assert stage.answer.text == "Here."


async def test_that_who_was_not_asked_is_told_of_with_the_reason(stage: Stage) -> None:
    small = provider("b", says("never"), context_window=3)
    stage.cast(provider("a", fails(ErrorKind.AUTH, status=401)), small)
    answer = await stage.ask("This is a question of more than three tokens, by any count.")
    assert answer.failure is not None
    assert answer.failure.text == (
        "A rejected the key (401). This conversation is too long for m. Your question is kept."
    )


async def test_that_the_cost_of_an_answer_is_among_its_figures(stage: Stage) -> None:
    counted = ("Words.", UsageReported(Usage(1000, 500)), Stop("stop"))
    stage.cast(provider("a", counted, input_price=1.0, output_price=10.0))
    answer = await stage.ask()
    assert answer.meta is not None
    assert answer.meta.items[-1] == "$0.0060"


async def test_that_who_never_speaks_is_replaced_at_the_deadline(stage: Stage) -> None:
    from helpers.providers import ScriptedProvider

    stage.cast(
        ScriptedProvider("a", [silent()]),
        ScriptedProvider("b", [says("Here.")]),
        first_token_within=0.3,
    )
    answer = await stage.ask()
    assert answer.text == "Here."
    assert answer.standin.startswith("A sent nothing for 0.3")


async def test_that_the_programs_end_in_mid_answer_keeps_the_text(stage: Stage) -> None:
    stage.plays(("Half of ", 60.0))
    stage.controller.send("Tell me")
    await stage.until(lambda: stage.transcript.count == 2 and stage.answer.text)
    conversation = stage.controller.conversation
    assert conversation is not None
    await stage.tasks.aclose()
    (_, stored) = await stage.history.page(conversation, 0, 9)
    assert (stored.text, stored.state) == ("Half of ", "interrupted")


async def test_that_an_interrupted_answer_is_context_for_the_next_question(stage: Stage) -> None:
    (provider,) = stage.plays(breaks_off("Half of an answer"))
    await stage.ask("First?")
    provider.scripts = [says("Whole.")]
    stage.router.try_now("a")
    answer = await stage.ask("Second?")
    assert answer.text == "Whole."
    said = [(message.role, message.text) for message in provider.asked[-1].request.messages]
    assert said == [
        ("user", "First?"),
        ("assistant", "Half of an answer"),
        ("user", "Second?"),
    ]
    assert provider.asked[-1].request.messages[1].interrupted


async def test_that_a_long_conversation_is_read_from_its_end(stage: Stage) -> None:
    conversation = (await stage.history.create_conversation("Long")).id
    for number in range(40):
        await stage.history.add_question(conversation, f"question {number}")
    await stage.controller.show(conversation)
    assert stage.transcript.count == 40
    assert stage.transcript.item(39) is not None
    assert stage.transcript.item(0) is None
    stage.transcript.want(0)
    await stage.until(lambda: stage.transcript.item(0) is not None)
    first = stage.transcript.item(0)
    assert first is not None
    assert first.text == "question 0"


async def test_that_reasoning_is_told_until_the_first_word(stage: Stage) -> None:
    from understudy.events import ReasoningDelta

    stage.plays((ReasoningDelta("hm"), 0.1, *says("So.")))
    stage.controller.send("Think")
    await stage.until(lambda: stage.transcript.count == 2 and stage.answer.waiting is not None)
    assert stage.answer.waiting is not None
    assert stage.answer.waiting.text == "A is thinking"
    await stage.idle()
    assert stage.answer.text == "So."


async def test_that_it_is_said_in_korean_why_a_question_was_given_back(stage: Stage) -> None:
    await stage.history.close()
    spy = QSignalSpy(stage.controller.not_kept)
    i18n.set_language("ko")
    try:
        stage.controller.send("Lost?")
        await stage.until(spy.count)
    finally:
        i18n.set_language("en")
    assert spy.at(0)[1] == "대화 파일이 닫혀 있습니다. 아무 작업도 하지 않았습니다."


async def test_that_a_question_that_cannot_be_stored_is_given_back(stage: Stage) -> None:
    stage.plays(says("never"))
    await stage.history.close()
    spy = QSignalSpy(stage.controller.not_kept)
    stage.controller.send("Lost?")
    await stage.until(spy.count)
    assert spy.at(0)[0] == "Lost?"
    assert stage.transcript.count == 0
    assert not stage.controller.busy


async def test_that_stopping_at_once_keeps_the_question_and_asks_nobody(stage: Stage) -> None:
    (provider,) = stage.plays(says("never"))
    stage.controller.send("Never mind")
    stage.controller.stop()
    await stage.idle()
    assert provider.asked == []
    assert [item.text for item in stage.items()] == ["Never mind", ""]
    assert stage.answer.state == "stopped"


def test_that_the_controller_needs_no_widgets() -> None:
    assert not any("Widget" in each.__name__ for each in ConversationController.__mro__)
    assert not any("Widget" in each.__name__ for each in TranscriptModel.__mro__)
