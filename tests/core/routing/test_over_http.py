"""The router over real sockets: providers behind HTTP that refuse, hang, break and answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, get_args

import pytest

from helpers.loopback import Loopback, closed_port
from helpers.providers import QUESTION, listen
from helpers.replies import SILENCE, Ending, openai_stream, overloaded, rate_limited, wrong_key
from understudy.errors import AnswerInterrupted, ErrorKind
from understudy.events import HandedOver, TextDelta
from understudy.model_facts import ModelFacts
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.routing.pace import ENOUGH
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply

pytestmark = pytest.mark.anyio

PIECES = [f"piece {number}, " for number in range(60)]
WHOLE = "".join(PIECES)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def line_up(
    *base_urls: str, patience: float = 0.5, price: float | None = None
) -> AsyncGenerator[Router]:
    """A router whose providers a, b, … stand at these addresses, heard for so many seconds."""

    def facts(_provider: str, _model: str, _listed: ModelFacts) -> ModelFacts:
        return ModelFacts(input_price=price, output_price=price)

    transport = HttpTransport()
    transport.load()
    router = Router(idle_within=patience)
    names = "abcdef"[: len(base_urls)]
    for name, base_url in zip(names, base_urls, strict=True):
        row = ProviderRow(
            name, name.upper(), "openai-chat", base_url, models=(f"{name}-1",), needs_key=False
        )
        router.register_chat_provider(HttpProvider(row, transport, lambda: None, facts=facts))
    entries = [RouteEntry(name, first_token_within=patience) for name in names]
    router.set_route(Route("r", tuple(entries)))
    try:
        yield router
    finally:
        await transport.aclose()


def refusing() -> str:
    return f"http://127.0.0.1:{closed_port()}/v1"


async def test_that_each_provider_is_asked_for_its_own_model() -> None:
    async with (
        Loopback(overloaded()) as first,
        Loopback(openai_stream("Hello")) as second,
        line_up(first.base_url, second.base_url) as router,
    ):
        assert (await listen(router)).text == "Hello"
        assert first.chats[0].json()["model"] == "a-1"
        assert second.chats[0].json()["model"] == "b-1"


async def test_that_every_way_of_failing_leads_to_the_one_who_answers() -> None:
    async with (
        Loopback(wrong_key()) as bad_key,
        Loopback(rate_limited()) as limited,
        Loopback(SILENCE) as silent,
        Loopback(openai_stream("", finish=None, usage=None, done=False)) as empty,
        Loopback(openai_stream("Hello")) as good,
        line_up(
            refusing(),
            bad_key.base_url,
            limited.base_url,
            silent.base_url,
            empty.base_url,
            good.base_url,
        ) as router,
    ):
        heard = await listen(router)

    assert heard.text == "Hello"
    assert [attempt.kind for attempt in heard.trail] == [
        ErrorKind.NETWORK,
        ErrorKind.AUTH,
        ErrorKind.RATE_LIMIT,
        ErrorKind.FIRST_TOKEN_TIMEOUT,
        ErrorKind.INTERRUPTED,
        None,
    ]


def the_rest(request: RecordedRequest) -> Reply:
    """Carry on from the part that is handed over."""
    question, *handed_over = request.json()["messages"]
    assert question["role"] == "user"
    if not handed_over:
        return openai_stream(pieces=PIECES)
    part, turn = handed_over
    assert (part["role"], turn["role"]) == ("assistant", "user")
    return openai_stream(WHOLE[len(part["content"]) :])


@pytest.mark.parametrize("ending", get_args(Ending))
async def test_that_a_stream_cut_at_any_chunk_loses_and_doubles_nothing(ending: Ending) -> None:
    cuts = range(1, 60) if ending != "silence" else (1, 30)
    async with (
        Loopback() as first,
        Loopback(the_rest) as second,
        line_up(first.base_url, second.base_url) as router,
    ):
        for cut in cuts:
            pieces = PIECES[:cut]
            first.play(
                openai_stream(pieces=pieces, finish=None, usage=None, done=False, ending=ending)
            )
            router.try_now("a")
            heard = await listen(router)
            assert heard.text == WHOLE, cut
            assert heard.asked == ["a", "b"]
            assert heard.trail[0].decision in {"carry_on", "next"}
            if ending != "reset":  # which takes words with it that had not been read
                (seam,) = [event for event in heard.events if isinstance(event, HandedOver)]
                assert seam.text_length == len("".join(pieces))


async def test_that_a_break_with_nobody_left_keeps_what_was_shown() -> None:
    reply = openai_stream("Half an ans", finish=None, usage=None, done=False, ending="reset")
    async with Loopback(reply) as server, line_up(server.base_url) as router:
        heard = await listen(router)
    assert isinstance(heard.error, AnswerInterrupted)
    assert heard.error.text == "Half an ans"


async def test_that_stopping_hangs_up_within_a_tenth_of_a_second() -> None:
    async with (
        Loopback(openai_stream(pieces=PIECES, delay=0.05)) as server,
        Loopback(openai_stream("Nobody asked me")) as second,
        line_up(server.base_url, second.base_url) as router,
    ):
        async with aclosing(router.stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        stopped = time.monotonic()
        hung_up = await server.chats[0].saw_disconnect()
        assert hung_up is not None
        assert hung_up - stopped < 0.1
        assert second.chats == []


async def test_that_cancelling_while_nothing_has_come_hangs_up_as_well() -> None:
    async with Loopback(SILENCE) as server, line_up(server.base_url) as router:
        task = asyncio.create_task(listen(router))
        await asyncio.sleep(0.2)
        task.cancel()
        stopped = time.monotonic()
        hung_up = await server.chats[0].saw_disconnect()
        assert hung_up is not None
        assert hung_up - stopped < 0.1
    assert task.cancelled()


async def test_that_a_silent_one_is_hung_up_on_when_the_next_is_asked() -> None:
    async with (
        Loopback(SILENCE) as silent,
        Loopback(openai_stream("Hello")) as good,
        line_up(silent.base_url, good.base_url) as router,
    ):
        assert (await listen(router)).text == "Hello"
        assert silent.chats[0].disconnected


async def test_that_many_answers_at_once_are_each_their_own() -> None:
    async with (
        Loopback(openai_stream(pieces=PIECES)) as server,
        line_up(refusing(), server.base_url, patience=10) as router,
    ):
        heard = await asyncio.gather(*(listen(router) for _ in range(40)))
    assert {each.text for each in heard} == {WHOLE}


async def test_that_who_loses_a_race_is_hung_up_on_at_once() -> None:
    async with (
        Loopback(openai_stream("quick")) as slow,
        Loopback(openai_stream("fast")) as fast,
        line_up(slow.base_url, fast.base_url, patience=5.0, price=1.0) as router,
    ):
        entries = (RouteEntry("a"), RouteEntry("b"))
        router.set_route(Route("r", entries, strategy="race", race_cap=1.0))
        fast.play(SILENCE)  # nobody but the first gives a pace to go by
        while (await listen(router)).finished.provider == "a" and len(slow.chats) < ENOUGH:
            pass
        slow.play(SILENCE)
        fast.play(openai_stream("fast"))
        assert (await listen(router)).text == "fast"
        lost, won = slow.chats[-1], fast.chats[-1]
        hung_up = await lost.saw_disconnect()
        assert hung_up is not None
        assert won.answered_at is not None
        assert hung_up - won.answered_at < 0.05
