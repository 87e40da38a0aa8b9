"""An answer breaks off after its first words: nothing is lost, nothing is doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.providers import (
    QUESTION,
    breaks_off,
    fails,
    listen,
    provider,
    router_of,
    says,
    silent,
)
from helpers.virtual_time import run_virtually
from understudy.errors import AnswerInterrupted, ErrorKind
from understudy.events import HandedOver, ReasoningDelta, TextDelta, ToolCallDelta
from understudy.messages import Message
from understudy.requests import ChatRequest
from understudy.routing.rescue import Seam, continuation, is_periodic, overlap, shown_before
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpers.providers import Script
    from understudy.events import StreamEvent

CHUNKS = [
    f"word {number}, and " if number % 7 else "그리고 다음 문장입니다.\n\n" for number in range(60)
]
WHOLE = "".join(CHUNKS)


def carries_on(repeating: int = 0) -> Callable[[ChatRequest], Script]:
    """Make a script that goes on from what is handed over, after repeating some of it."""

    def script(request: ChatRequest) -> Script:
        shown = shown_before(request)
        assert shown is not None
        rest = WHOLE[max(0, len(shown) - repeating) :]
        return says(*[rest[at : at + 5] for at in range(0, len(rest), 5)])

    return script


def _end(cut: int, how: str) -> Script:
    if how == "lost":
        return breaks_off(*CHUNKS[:cut])
    if how == "silent":
        return (*CHUNKS[:cut], *silent())
    return fails(ErrorKind.TRANSIENT, status=529, after=tuple(CHUNKS[:cut]))


@pytest.mark.parametrize("how", ["lost", "silent", "overloaded"])
def test_that_nothing_is_lost_or_doubled_wherever_an_answer_is_cut(how: str) -> None:
    for cut in range(1, 60):
        router = router_of(provider("a", _end(cut, how)), provider("b", carries_on()))
        heard = run_virtually(listen(router))
        assert heard.text == WHOLE, cut
        assert heard.asked == ["a", "b"]


@pytest.mark.parametrize("repeating", [25, 80, 10_000])
def test_that_what_the_next_repeats_is_shown_once(repeating: int) -> None:
    for cut in range(1, 60):
        router = router_of(
            provider("a", breaks_off(*CHUNKS[:cut])), provider("b", carries_on(repeating))
        )
        assert run_virtually(listen(router)).text == WHOLE, cut


async def _break_after(*scripts: Script) -> list[HandedOver]:
    providers = [provider(name, script) for name, script in zip("abcd", scripts, strict=False)]
    heard = await listen(router_of(*providers))
    return [event for event in heard.events if isinstance(event, HandedOver)]


def test_that_the_seam_tells_who_broke_off_who_carries_on_and_how_long_it_took() -> None:
    overloaded = fails(ErrorKind.TRANSIENT, status=529, after=("Once upon ",))

    (seam,) = run_virtually(_break_after(overloaded, (1.3, *says("a time"))))

    assert (seam.failed.provider, seam.provider, seam.mid_answer) == ("a", "b", True)
    assert seam.failed.decision == "carry_on"
    assert seam.failed.happened == "A broke off (529 overloaded)."
    assert seam.text_length == 10
    assert seam.pause == pytest.approx(1.3)


def test_that_one_who_fails_in_between_stands_in_the_trace_and_not_in_the_seam() -> None:
    (seam,) = run_virtually(
        _break_after(
            breaks_off("Once "), (2.0, *fails(ErrorKind.NETWORK)), (1.0, *says("upon a time"))
        )
    )

    assert (seam.failed.provider, seam.provider) == ("a", "c")
    assert seam.pause == pytest.approx(3.0)


def test_that_an_answer_may_be_carried_on_more_than_once() -> None:
    heard = run_virtually(
        listen(
            router_of(
                provider("a", breaks_off("Once ")),
                provider("b", breaks_off("upon ")),
                provider("c", says("a time")),
            )
        )
    )

    assert heard.text == "Once upon a time"
    assert heard.kinds.count("HandedOver") == 2


def test_that_the_next_is_handed_the_conversation_and_the_part_that_was_shown() -> None:
    second = provider("b", says("rest"))

    run_virtually(listen(router_of(provider("a", breaks_off("The part ")), second)))

    *conversation, part, turn = second.asked[0].request.messages
    assert tuple(conversation) == QUESTION.messages
    assert part == Message.assistant("The part ", interrupted=True)
    assert turn.role == "user"
    assert turn.text.endswith("The part ")


def test_that_thoughts_alone_are_not_carried_on_but_asked_anew() -> None:
    second = provider("b")
    script = (ReasoningDelta("hm"), *fails(ErrorKind.NETWORK))

    heard = run_virtually(listen(router_of(provider("a", script), second)))

    assert second.asked[0].request == QUESTION
    assert [event.mid_answer for event in heard.events if isinstance(event, HandedOver)] == [False]


def test_that_nobody_carries_on_after_a_tool_was_called() -> None:
    call = ToolCallDelta(0, '{"city": "Seoul"}', id="c1", name="weather")
    for words in ((), ("Let me see. ",)):
        second = provider("b")
        router = router_of(provider("a", breaks_off(*words, call)), second)  # type: ignore[arg-type]
        heard = run_virtually(listen(router))
        assert second.asked == []
        assert isinstance(heard.error, AnswerInterrupted)
        assert heard.error.text == "".join(words)
        assert heard.trail[0].decision == "stop"


def test_that_a_route_may_keep_the_part_and_stop() -> None:
    second = provider("b")
    router = router_of(provider("a", breaks_off("The part ")), second)
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), rescue="keep"))

    heard = run_virtually(listen(router))

    assert second.asked == []
    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.text == "The part "
    assert heard.error.reasons == ("A broke off.",)
    assert heard.trail[0].decision == "stop"


def test_that_a_route_that_keeps_the_part_still_falls_back_before_the_first_word() -> None:
    router = router_of(provider("a", fails(ErrorKind.NETWORK)), provider("b"))
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), rescue="keep"))

    assert run_virtually(listen(router)).text == "I am b"


def test_that_a_refusal_in_mid_answer_is_carried_on_by_nobody() -> None:
    second = provider("b")
    refused = fails(ErrorKind.CONTENT_POLICY, after=("I would ",))

    heard = run_virtually(listen(router_of(provider("a", refused), second)))

    assert second.asked == []
    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.reasons == ("A declined to answer.",)


def test_that_a_started_answer_is_not_asked_again_at_the_same_provider() -> None:
    first = provider("a", fails(ErrorKind.NETWORK, after=("Half ",)))
    router = router_of(first, provider("b", says("whole")))
    router.set_route(Route("r", (RouteEntry("a", retries=3), RouteEntry("b"))))

    heard = run_virtually(listen(router))

    assert heard.text == "Half whole"
    assert len(first.asked) == 1


def test_that_one_who_breaks_off_while_repeating_doubles_nothing() -> None:
    breaking = provider("a", breaks_off("The quick brown fox "))
    repeating = provider("b", breaks_off("The ", "quick "))

    alone = run_virtually(listen(router_of(breaking, repeating)))
    assert isinstance(alone.error, AnswerInterrupted)
    assert alone.error.text == alone.text == "The quick brown fox "

    third = provider("c", says("quick brown fox ", "jumps"))
    carried_on = run_virtually(listen(router_of(breaking, repeating, third)))
    assert carried_on.text == "The quick brown fox jumps"


def test_that_words_held_back_are_shown_where_the_answer_ends_with_them() -> None:
    repeats = provider("b", says("The ", "quick "))
    heard = run_virtually(listen(router_of(provider("a", breaks_off("The quick fox. ")), repeats)))
    assert heard.text == "The quick fox. The quick "


def test_that_a_question_after_a_kept_part_is_not_taken_for_a_hand_over() -> None:
    kept = Message.assistant("The part", interrupted=True)
    assert shown_before(ChatRequest((*QUESTION.messages, kept, Message.user("Go on?")))) is None
    assert shown_before(ChatRequest((Message.user("Hello"),))) is None
    assert shown_before(continuation(QUESTION, "The part")) == "The part"


def test_that_a_continuation_that_breaks_off_hands_over_both_parts_as_one() -> None:
    second = provider("b", says("upon a time"))
    request = continuation(QUESTION, "Once in a long while, ")
    first = provider("a", breaks_off("there was once "))

    run_virtually(listen(router_of(first, second), request))

    assert first.asked[0].request == request
    assert second.asked[0].request == continuation(
        QUESTION, "Once in a long while, there was once "
    )


@pytest.mark.parametrize(
    ("shown", "following", "repeated"),
    [
        ("The quick brown fox", "quick brown fox jumps", 15),
        ("The quick brown fox", "The quick brown fox jumps", 19),
        ("The quick brown fox", " jumps", 0),
        ("서울은 대한민국의 수도이며", "수도이며 가장 큰", 4),
        ("haha", "haha", 0),
        ("| --- | --- ", "| --- | --- |", 0),
        ("        ", "        return", 0),
        ("very very very much ", "very very very much more", 20),
        ("nothing nothing ", "nothing nothing at all", 0),
        ("It is so", "so what", 0),
        ("mum", "mumble", 0),
        ("counterrevolutionary", "revolutionary acts", 0),
        ("the counterrevolutionary acts", "revolutionary acts of", 18),
    ],
)
def test_that_only_what_is_plainly_a_repetition_is_removed(
    shown: str, following: str, repeated: int
) -> None:
    assert overlap(shown, following) == repeated


@given(st.text("ab cd.", min_size=0, max_size=40), st.text("ab cd.", max_size=40), st.data())
def test_that_the_seam_is_the_same_however_the_words_are_cut(
    shown: str, following: str, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(following)))))
    pieces = [
        following[start:end] for start, end in zip([0, *cuts], [*cuts, len(following)], strict=True)
    ]
    seam = Seam(shown)

    joined = "".join([seam.feed(piece) for piece in pieces]) + seam.close()

    assert joined == following[overlap(shown, following) :]


@given(st.text("ab ", min_size=1, max_size=30))
def test_that_a_text_is_periodic_exactly_where_some_shift_of_it_fits(text: str) -> None:
    shifts = range(1, len(text) // 2 + 1)
    assert is_periodic(text) == any(text[shift:] == text[:-shift] for shift in shifts)


def test_that_the_words_of_a_stand_in_are_not_held_back() -> None:
    heard = run_virtually(
        listen(router_of(provider("a", fails(ErrorKind.AUTH)), provider("b", says("x", "y"))))
    )
    assert [event for event in heard.events if isinstance(event, TextDelta)] == [
        TextDelta("x"),
        TextDelta("y"),
    ]


@pytest.mark.anyio
async def test_that_an_answer_may_start_again_and_the_earlier_words_stay() -> None:
    router = router_of(
        provider("a", breaks_off("The first version, cut")),
        provider("b", fails(ErrorKind.TRANSIENT)),
        provider("c", says("The whole second version")),
    )
    entries = tuple(RouteEntry(name) for name in "abc")
    router.set_route(Route("r", entries, rescue="restart"))
    heard = await listen(router)
    before, after = _around_the_hand_over(heard.events)
    assert (before, after) == ("The first version, cut", "The whole second version")
    [handed_over] = [event for event in heard.events if isinstance(event, HandedOver)]
    assert handed_over.anew
    assert handed_over.mid_answer
    assert (handed_over.failed.provider, handed_over.provider) == ("a", "c")
    assert handed_over.text_length == len("The first version, cut")
    assert [attempt.decision for attempt in heard.trail] == ["restart", "next", "done"]


@pytest.mark.anyio
async def test_that_who_starts_again_is_asked_the_question_itself() -> None:
    second = provider("b")
    router = router_of(provider("a", breaks_off("Words")), second)
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), rescue="restart"))
    response = await router.chat(QUESTION)
    assert second.asked[0].request == QUESTION
    assert response.message.text == "I am b"


@pytest.mark.anyio
async def test_that_where_nobody_starts_again_the_first_version_is_given_back() -> None:
    router = router_of(provider("a", breaks_off("Words")), provider("b", fails(ErrorKind.AUTH)))
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b")), rescue="restart"))
    heard = await listen(router)
    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.text == "Words"


@pytest.mark.anyio
async def test_that_a_model_that_takes_a_prefill_is_given_the_part_as_its_own() -> None:
    second = provider("b", says("d of it"), prefill=True)
    router = router_of(provider("a", breaks_off("The en")), second)
    heard = await listen(router)
    assert heard.text == "The end of it"
    last = second.asked[0].request.messages[-1]
    assert (last.role, last.text, last.interrupted) == ("assistant", "The en", True)


@pytest.mark.anyio
async def test_that_a_refused_prefill_hides_nothing_and_is_asked_in_words() -> None:
    refusing = provider("b", fails(ErrorKind.BAD_REQUEST, status=400), says("d"), prefill=True)
    router = router_of(provider("a", breaks_off("The en")), refusing)
    heard = await listen(router)
    assert heard.text == "The end"
    first, second = (asked.request for asked in refusing.asked)
    assert shown_before(first) is None
    assert shown_before(second) == "The en"
    [handed_over] = [event for event in heard.events if isinstance(event, HandedOver)]
    assert handed_over.failed.kind is ErrorKind.INTERRUPTED
    assert [attempt.decision for attempt in heard.trail] == ["carry_on", "again", "done"]


@pytest.mark.anyio
async def test_that_the_first_failure_is_told_where_the_refusal_goes_on() -> None:
    refusing = provider("b", fails(ErrorKind.BAD_REQUEST, status=400), prefill=True)
    heard = await listen(router_of(provider("a", breaks_off("The en")), refusing))
    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.first is not None
    assert heard.error.first.kind is ErrorKind.INTERRUPTED


def _around_the_hand_over(events: list[StreamEvent]) -> tuple[str, str]:
    place = next(at for at, event in enumerate(events) if isinstance(event, HandedOver))
    before, after = (
        "".join(event.text for event in part if isinstance(event, TextDelta))
        for part in (events[:place], events[place:])
    )
    return before, after
