"""The practice provider: it answers without key or network, and fails on demand."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import aclosing

import pytest

from helpers.providers import listen, router_of
from helpers.virtual_time import wall_clock
from understudy.errors import AnswerInterrupted, ErrorKind, ProviderError
from understudy.events import HandedOver, Stop, TextDelta
from understudy.messages import Message
from understudy.rehearsal.practice import MODELS, PracticeProvider, break_in
from understudy.rehearsal.scripts import ANSWERS, CARRIED_ON, answer_to, language_of
from understudy.requests import ChatRequest
from understudy.routing.rescue import Seam, continuation
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router

pytestmark = pytest.mark.anyio


def asking(question: str) -> ChatRequest:
    return ChatRequest((Message.user(question),))


def practising(*models: str) -> Router:
    router = Router(clock=wall_clock)
    router.register_chat_provider(PracticeProvider())
    router.set_route(Route("r", tuple(RouteEntry("practice", model) for model in models)))
    return router


async def words_of(request: ChatRequest, model: str = "steady") -> list[str]:
    words: list[str] = []
    async with aclosing(PracticeProvider().stream(request, model)) as batches:
        async for batch in batches:
            words += [event.text for event in batch if isinstance(event, TextDelta)]
    return words


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Hello!", "# What Understudy does"),
        ("안녕하세요", "# Understudy가 하는 일"),
        ("How does fallback work?", "# What follows from each failure"),
        ("대체는 어떻게 하나요?", "# 실패에 따라 달라지는 일"),
        ("Where do my keys live?", "# Three places"),
        ("키는 어디에 저장되나요?", "# 세 곳을"),
        ("How do I add a provider?", "# On this computer"),
        ("제공자는 어떻게 추가하나요?", "# 이 컴퓨터에서"),
        ("What are monkeys eating?", "# What Understudy does"),
        ("", "# What Understudy does"),
    ],
)
def test_that_the_answer_is_about_what_was_asked(question: str, topic: str) -> None:
    assert topic in answer_to(question)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=lambda text: text[:20])
def test_that_every_answer_says_who_speaks_and_shows_what_markdown_can(answer: str) -> None:
    first = answer.partition("\n")[0]
    assert "practice provider" in first or "연습용 제공자" in first
    assert "language model" in first or "언어 모델" in first
    assert re.search(r"^## ", answer, re.MULTILINE)
    assert re.search(r"^(- |1\. )", answer, re.MULTILINE)
    assert re.search(r"^\|---", answer, re.MULTILINE)
    assert answer.count("```") == 2
    assert 90 < len(answer.split()) < 600


def test_that_every_topic_is_there_in_both_languages() -> None:
    topics = {topic for _, topic in ANSWERS}
    assert set(ANSWERS) == {(language, topic) for language in ("en", "ko") for topic in topics}
    assert set(CARRIED_ON) == {"en", "ko"}
    assert all(language_of(text) == language for (language, _), text in ANSWERS.items())


async def test_that_it_streams_small_words_at_a_readers_pace() -> None:
    router = practising("steady")

    heard = await listen(router, asking("Hello"))

    words = [event.text for event in heard.events if isinstance(event, TextDelta)]
    assert heard.text == answer_to("Hello")
    assert max(map(len, words)) < 16
    assert asyncio.get_running_loop().time() == pytest.approx(len(words) / 60)
    assert heard.finished.usage.output_tokens == len(words)


async def test_that_its_pace_may_be_chosen() -> None:
    async with aclosing(PracticeProvider(delay=2.0).stream(asking("Hello"), "steady")) as batches:
        await anext(batches)
    assert asyncio.get_running_loop().time() == 2.0


async def test_that_it_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    assert (await listen(practising("steady"), asking("Hello"))).error is None


@pytest.mark.parametrize(
    ("model", "kind", "status"),
    [
        ("refuses", ErrorKind.NETWORK, None),
        ("bad-key", ErrorKind.AUTH, 401),
        ("rate-limited", ErrorKind.RATE_LIMIT, 429),
        ("overloaded", ErrorKind.TRANSIENT, 503),
        ("silent", ErrorKind.FIRST_TOKEN_TIMEOUT, None),
    ],
)
async def test_that_a_failing_model_fails_as_a_real_one_does_and_the_steady_one_stands_in(
    model: str, kind: ErrorKind, status: int | None
) -> None:
    heard = await listen(practising(model, "steady"), asking("Hello"))

    failed = heard.trail[0]
    assert (failed.kind, failed.status, failed.outcome) == (kind, status, "failed")
    assert heard.text == answer_to("Hello")


@pytest.mark.parametrize("question", ["Hello", "안녕하세요", "How does fallback work?"])
async def test_that_an_answer_that_breaks_off_is_carried_on_without_a_trace_in_the_text(
    question: str,
) -> None:
    heard = await listen(practising("breaks-off", "steady"), asking(question))

    (seam,) = [event for event in heard.events if isinstance(event, HandedOver)]
    assert seam.mid_answer
    assert heard.text == answer_to(question)
    assert seam.text_length == break_in(heard.text)
    assert heard.text[seam.text_length - 1 : seam.text_length + 1].isalnum(), "inside a word"


async def test_that_breaking_off_with_nobody_left_keeps_the_part() -> None:
    heard = await listen(practising("breaks-off"), asking("Hello"))

    assert isinstance(heard.error, AnswerInterrupted)
    assert answer_to("Hello").startswith(heard.error.text)
    assert heard.error.text


async def test_that_it_breaks_off_again_when_it_is_to_carry_on() -> None:
    heard = await listen(practising("breaks-off", "breaks-off", "steady"), asking("Hello"))

    assert heard.kinds.count("HandedOver") == 2
    assert heard.text == answer_to("Hello")


async def test_that_it_carries_on_from_any_place_of_its_own_answer() -> None:
    whole = answer_to("Hello")
    for cut in range(1, len(whole), 7):
        rest = "".join(await words_of(continuation(asking("Hello"), whole[:cut])))
        assert whole[:cut] + rest == whole


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=lambda text: text[:20])
def test_that_the_seam_takes_nothing_from_a_continuation_that_repeats_nothing(answer: str) -> None:
    for cut in range(1, len(answer)):
        seam = Seam(answer[:cut])
        rest = answer[cut:]
        joined = "".join(seam.feed(rest[at : at + 4]) for at in range(0, len(rest), 4))
        assert joined + seam.close() == rest, answer[cut - 20 : cut + 20]


@pytest.mark.parametrize(
    ("question", "says"), [("Hello", "carries on"), ("안녕", "이어받았습니다")]
)
async def test_that_it_carries_another_ones_answer_on_with_an_explanation(
    question: str, says: str
) -> None:
    words = await words_of(continuation(asking(question), "Paris is the capital of"))
    assert says in "".join(words)


async def test_that_a_model_that_it_does_not_have_is_gone() -> None:
    with pytest.raises(ProviderError) as caught:
        await words_of(asking("Hello"), "huge")
    assert (caught.value.kind, caught.value.status) == (ErrorKind.MODEL_GONE, 404)


async def test_that_its_failing_models_leave_the_steady_one_available() -> None:
    router = practising("bad-key", "steady")
    await listen(router, asking("Hello"))

    assert [candidate.model for candidate in router.plan(asking("Hello")).candidates] == ["steady"]
    assert router.statuses()[0].state == "available"


async def test_that_it_lists_the_models_that_a_route_can_name() -> None:
    provider = PracticeProvider()
    assert await provider.list_models() == MODELS
    assert provider.default_model == MODELS[0] == "steady"
    assert provider.availability().state == "available"
    assert provider.local


async def test_that_a_steady_answer_ends_with_its_end() -> None:
    async with aclosing(PracticeProvider().stream(asking("Hello"), "steady")) as batches:
        last = [batch async for batch in batches][-1]
    assert last[-1] == Stop("stop")


async def test_that_others_may_stand_before_it() -> None:
    from helpers.providers import fails, provider

    router = router_of(provider("a", fails(ErrorKind.NETWORK)))
    router.register_chat_provider(PracticeProvider())
    assert (await listen(router, asking("Hello"))).text == answer_to("Hello")
