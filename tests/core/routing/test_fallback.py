"""What happens when one cannot answer, seen from outside: through the router's stream."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from helpers.providers import (
    QUESTION,
    ScriptedProvider,
    breaks_off,
    fails,
    listen,
    provider,
    router_of,
    says,
    silent,
)
from understudy.errors import AnswerInterrupted, ErrorKind, NobodyAnswered, UsageError
from understudy.events import (
    Finished,
    HandedOver,
    ReasoningDelta,
    RouteChosen,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.messages import ReasoningPart, TextPart, ToolCallPart
from understudy.requests import Usage
from understudy.routing.route import Route, RouteEntry

pytestmark = pytest.mark.anyio


async def test_that_the_next_provider_answers_with_its_own_model_when_the_first_is_down() -> None:
    first = provider("a", fails(ErrorKind.NETWORK))
    second = provider("b", says("Hello"))
    router = router_of(first, second)
    router.set_route(Route("r", (RouteEntry("a", "a-large"), RouteEntry("b", "b-small"))))

    heard = await listen(router)

    assert heard.text == "Hello"
    assert [asked.model for asked in first.asked] == ["a-large"]
    assert [asked.model for asked in second.asked] == ["b-small"]
    assert heard.finished.provider == "b"
    assert heard.finished.model == "b-small"


async def test_that_the_events_tell_of_the_stand_in_before_its_first_word() -> None:
    heard = await listen(
        router_of(provider("a", (1.0, *fails(ErrorKind.TRANSIENT, status=503))), provider("b"))
    )

    assert heard.kinds == ["RouteChosen", "RouteChosen", "HandedOver", "Finished"]
    first, second, handed, words, finished = heard.events
    assert isinstance(first, RouteChosen)
    assert (first.provider, first.provider_name, first.attempt) == ("a", "A", 1)
    assert isinstance(second, RouteChosen)
    assert (second.provider, second.attempt) == ("b", 2)
    assert isinstance(handed, HandedOver)
    assert (handed.failed.provider, handed.provider) == ("a", "b")
    assert (handed.mid_answer, handed.text_length, handed.pause) == (False, 0, 1.0)
    assert words == TextDelta("I am b")
    assert isinstance(finished, Finished)


async def test_that_every_attempt_is_in_the_trace_with_what_came_of_it() -> None:
    a = provider("a", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42))
    b = provider("b", (0.5, "Hi", UsageReported(Usage(3, 1)), Stop("stop")))

    heard = await listen(router_of(a, b))

    trace = heard.finished.trace
    assert list(trace.attempts) == heard.trail
    failed, answered = trace.attempts
    assert (failed.outcome, failed.decision, failed.kind) == ("failed", "next", "rate_limit")
    assert (failed.status, failed.retry_after) == (429, 42)
    assert failed.happened == "A was rate limited (429)."
    assert (answered.outcome, answered.decision, answered.kind) == ("answered", "done", None)
    assert (answered.first_token, answered.duration) == (0.5, 0.5)
    assert (answered.characters, answered.usage) == (2, Usage(3, 1))
    assert answered.started_at == failed.started_at


async def test_that_nobody_answered_carries_the_first_error_and_one_reason_a_provider() -> None:
    router = router_of(
        provider("a", fails(ErrorKind.AUTH, status=401)),
        provider("b", fails(ErrorKind.QUOTA, status=402)),
    )

    heard = await listen(router)

    error = heard.error
    assert type(error) is NobodyAnswered
    assert error.first is not None
    assert error.first.kind is ErrorKind.AUTH
    assert [attempt.decision for attempt in error.trace.attempts] == ["next", "stop"]
    assert error.reasons == ("A rejected the key (401).", "B has no credit left (402).")
    assert error.happened == "Nobody in the line-up could answer."


@pytest.mark.parametrize("kind", [ErrorKind.CONTENT_POLICY, ErrorKind.BAD_REQUEST])
async def test_that_a_refusal_is_not_taken_to_anybody_else(kind: ErrorKind) -> None:
    second = provider("b")

    heard = await listen(router_of(provider("a", fails(kind, status=400)), second))

    assert second.asked == []
    assert type(heard.error) is NobodyAnswered
    assert heard.error.did == "Understudy did not ask anyone else."
    assert heard.trail[0].decision == "stop"


async def test_that_a_conversation_too_long_goes_only_to_a_larger_window() -> None:
    too_long = fails(ErrorKind.CONTEXT, status=400)
    names = ("small", "smaller", "unknown", "large")
    providers = [provider(name, too_long) for name in names[:3]] + [provider("large")]
    router = router_of(*providers)
    windows = (8_000, 4_000, None, 128_000)
    entries = [
        RouteEntry(name, context_window=window) for name, window in zip(names, windows, strict=True)
    ]
    router.set_route(Route("r", tuple(entries)))

    heard = await listen(router)

    assert heard.asked == ["small", "unknown", "large"]
    assert heard.text == "I am large"


async def test_that_offline_only_a_model_on_this_computer_is_asked_and_nobody_is_charged() -> None:
    offline = fails(ErrorKind.OFFLINE)
    far = provider("far", offline)
    router = router_of(provider("cloud", offline), far, provider("here", local=True))

    for _ in range(5):
        heard = await listen(router)
        assert heard.asked == ["cloud", "here"]
    assert far.asked == []
    assert {status.state for status in router.statuses()} == {"available"}


async def test_that_a_stream_that_ends_without_its_end_is_no_success() -> None:
    heard = await listen(router_of(provider("a", breaks_off("half an ans"))))

    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.text == heard.text == "half an ans"
    assert heard.trail[0].kind is ErrorKind.INTERRUPTED
    assert heard.trail[0].outcome == "failed"


async def test_that_an_empty_stream_without_its_end_goes_to_the_next() -> None:
    heard = await listen(router_of(provider("a", breaks_off()), provider("b")))

    assert heard.text == "I am b"
    assert heard.trail[0].kind is ErrorKind.INTERRUPTED


async def test_that_an_empty_answer_that_ends_well_is_an_answer() -> None:
    heard = await listen(router_of(provider("a", fails(ErrorKind.AUTH)), provider("b", says())))

    assert heard.kinds == ["RouteChosen", "RouteChosen", "HandedOver", "Finished"]


async def test_that_an_error_after_the_end_takes_nothing_from_the_answer() -> None:
    script = ("whole", Stop("stop"), *fails(ErrorKind.NETWORK))

    heard = await listen(router_of(provider("a", script), provider("b")))

    assert heard.text == "whole"
    assert heard.asked == ["a"]


async def test_that_the_count_of_tokens_may_come_after_the_end() -> None:
    script = ("whole", Stop("length"), UsageReported(Usage(7, 2)))

    heard = await listen(router_of(provider("a", script)))

    assert heard.finished.usage == Usage(7, 2)
    assert heard.finished.finish_reason == "length"


async def test_that_a_connection_left_open_after_the_end_is_not_waited_for() -> None:
    heard = await listen(router_of(provider("a", ("whole", Stop("stop"), 1000.0))))

    assert heard.finished.usage == Usage()
    assert asyncio.get_running_loop().time() < 5


async def test_that_a_fault_in_a_providers_code_goes_to_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = await listen(
        router_of(provider("a", (ValueError("with words of the conversation"),)), provider("b"))
    )

    assert heard.text == "I am b"
    assert (heard.trail[0].kind, heard.trail[0].code) == (ErrorKind.TRANSIENT, "ValueError")
    assert [record.getMessage() for record in caplog.records] == ["Provider a raised ValueError"]


async def test_that_a_timeout_of_a_providers_own_is_its_fault_and_not_a_clocks() -> None:
    heard = await listen(router_of(provider("a", (TimeoutError(),)), provider("b")))

    assert (heard.trail[0].kind, heard.trail[0].code) == (ErrorKind.TRANSIENT, "TimeoutError")


async def test_that_retries_belong_to_their_place_and_wait_longer_each_time() -> None:
    first = provider("a", *[fails(ErrorKind.TRANSIENT, status=503)] * 3, says("at last"))
    router = router_of(first, provider("b"))
    router.set_route(Route("r", (RouteEntry("a", retries=3), RouteEntry("b"))))

    heard = await listen(router)

    assert heard.text == "at last"
    assert [attempt.decision for attempt in heard.trail] == ["again", "again", "again", "done"]
    times = [asked.at for asked in first.asked]
    pauses = [after - before for before, after in pairwise(times)]
    assert 0.2 <= pauses[0] <= 0.4
    assert 0.4 <= pauses[1] <= 0.8
    assert 0.8 <= pauses[2] <= 1.6
    assert "HandedOver" not in heard.kinds


async def test_that_retries_used_up_lead_to_the_next() -> None:
    router = router_of(provider("a", fails(ErrorKind.NETWORK)), provider("b"))
    router.set_route(Route("r", (RouteEntry("a", retries=1), RouteEntry("b"))))

    assert (await listen(router)).asked == ["a", "a", "b"]


async def test_that_a_short_limit_is_waited_for_at_the_same_provider() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=2)
    first, second = provider("a", limited, says("Back")), provider("b")

    heard = await listen(router_of(first, second))

    assert heard.text == "Back"
    assert [asked.at for asked in first.asked] == [0.0, 2.0]
    assert second.asked == []


async def test_that_a_limit_that_is_short_again_and_again_is_not_waited_for_twice() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=1)

    heard = await listen(router_of(provider("a", limited), provider("b")))

    assert heard.asked == ["a", "a", "b"]


async def test_that_a_limit_beyond_the_patience_is_not_waited_for() -> None:
    limited = fails(ErrorKind.RATE_LIMIT, status=429, retry_after=3.5)

    heard = await listen(router_of(provider("a", limited), provider("b")))

    assert heard.asked == ["a", "b"]
    assert asyncio.get_running_loop().time() == 0.0


async def test_that_silence_is_noticed_by_the_deadline_of_its_place() -> None:
    router = router_of(provider("a", silent()), provider("b"))
    router.set_route(Route("r", (RouteEntry("a", first_token_within=4.0), RouteEntry("b"))))

    heard = await listen(router)

    assert heard.asked == ["a", "b"]
    assert heard.trail[0].kind is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert heard.trail[0].duration == pytest.approx(4.0)
    assert heard.trail[0].happened == "A sent nothing for 4 s."


async def test_that_a_slow_answer_of_three_minutes_is_let_finish() -> None:
    words = [f"{number} " for number in range(180)]
    script = [step for word in words for step in (1.0, word)]

    heard = await listen(router_of(provider("a", (*script, Stop("stop"))), provider("b")))

    assert heard.text == "".join(words)
    assert heard.asked == ["a"]
    assert heard.trail[0].duration == pytest.approx(180.0)


async def test_that_keep_alives_and_empty_deltas_do_not_count_as_an_answer() -> None:
    alive = (1.0, TextDelta(""), 1.0, UsageReported(Usage(1)), 1.0, ReasoningDelta(""), 1.0, ())

    heard = await listen(router_of(provider("a", alive * 10), provider("b")))

    assert heard.trail[0].kind is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert heard.trail[0].duration == pytest.approx(8.0)
    assert TextDelta("") not in heard.events


async def test_that_thinking_aloud_counts_for_the_clocks() -> None:
    thinking = [step for _ in range(10) for step in (20.0, ReasoningDelta("hm"))]
    script = (1.0, ReasoningDelta("let me see"), *thinking, 20.0, *says("42"))

    heard = await listen(router_of(provider("a", script), provider("b")))

    assert heard.text == "42"
    assert heard.asked == ["a"]


async def test_that_the_clocks_stand_while_the_listener_is_busy() -> None:
    router = router_of(provider("a", ("one ", 20.0, "two ", 20.0, *says("three"))))
    words: list[str] = []

    async for event in router.stream(QUESTION):
        if isinstance(event, TextDelta):
            words.append(event.text)
            await asyncio.sleep(100)

    assert words == ["one ", "two ", "three"]


async def test_that_the_answer_in_one_piece_is_the_same() -> None:
    call = ToolCallDelta(0, '{"a"', id="c1", name="look")
    rest = ToolCallDelta(0, ":1}")
    script = (ReasoningDelta("hm"), "Hel", "lo", call, rest, UsageReported(Usage(1, 2)))
    router = router_of(
        provider("a", (ReasoningDelta("lost"), *fails(ErrorKind.TRANSIENT))),
        provider("b", (*script, Stop("tool_calls"))),
    )

    response = await router.chat(QUESTION)

    assert response.message.text == "Hello"
    assert response.message.parts == (
        ReasoningPart("hm", made_by="b/m"),
        TextPart("Hello"),
        ToolCallPart("c1", "look", '{"a":1}', made_by="b/m"),
    )
    assert (response.provider, response.model, response.usage) == ("b", "m", Usage(1, 2))
    assert response.finish_reason == "tool_calls"
    assert [attempt.outcome for attempt in response.trace.attempts] == ["failed", "answered"]


async def test_that_an_unknown_route_is_the_callers_mistake() -> None:
    router = router_of(provider("a"))
    router.set_route(Route("Everyday", (RouteEntry("a"),)))

    with pytest.raises(UsageError, match=r'no route "Evryday"\. Routes: Everyday\.'):
        await router.chat(replace(QUESTION, route="Evryday"))


async def test_that_nobody_in_the_line_up_is_said_plainly() -> None:
    heard = await listen(router_of())

    assert type(heard.error) is NobodyAnswered
    assert heard.error.first is None
    assert str(heard.error) == "Nobody is in the line-up. Add a provider to the route."


async def test_that_attempts_are_told_to_whoever_listens_and_to_nobody_who_left() -> None:
    router = router_of(provider("a", fails(ErrorKind.AUTH)), provider("b"))
    told: list[tuple[str, str]] = []
    router.on_attempt.append(lambda attempt: told.append((attempt.provider, attempt.outcome)))

    await listen(router)

    assert told == [("a", "failed"), ("b", "answered")]


async def test_that_routes_may_change_while_an_answer_is_under_way() -> None:
    slow = provider("a", (1.0, "one", 1.0, *fails(ErrorKind.TRANSIENT)))
    router = router_of(slow, provider("b", says(" two")), provider("c"))
    router.set_route(Route("r", (RouteEntry("a"), RouteEntry("b"), RouteEntry("c"))))

    listening = asyncio.create_task(listen(router))
    await asyncio.sleep(1.5)
    for number in range(50):
        router.register_chat_provider(ScriptedProvider(f"new{number}", [says("x")]))
    router.unregister_provider("b")
    router.set_route(Route("r", (RouteEntry("new7"),)))
    heard = await listening

    assert heard.asked == ["a", "c"]
    assert (await listen(router)).asked == ["new7"]
