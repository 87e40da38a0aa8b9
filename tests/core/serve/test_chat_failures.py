"""What a client is told when nobody could answer: the status, the shape, and when to come back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from helpers.providers import breaks_off, fails, provider, says, silent
from helpers.serving import ask, router_with, serving, streamed, until, words_of
from understudy.errors import ErrorKind, ProviderError
from understudy.events import ModelLoading, Stop, ToolCallDelta
from understudy.providers.base import Availability
from understudy.routing.route import Route, RouteEntry
from understudy.serve.desk import Bounds

if TYPE_CHECKING:
    from helpers.providers import Script
    from helpers.serving import Serving

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"


async def refused(api: Serving, **more: Any) -> dict[str, Any]:
    """Ask what nobody answers; the error, its status and when to come back."""
    whole = await api.client.post(CHAT, json=ask(**more))
    told: dict[str, Any] = whole.json()["error"]
    return {**told, "status": whole.status_code, "after": whole.headers.get("retry-after")}


ALONE: dict[str, tuple[Script, int, str | None]] = {
    "a limit": (
        fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42),
        429,
        "rate_limit_exceeded",
    ),
    "no credit": (fails(ErrorKind.QUOTA, status=402), 429, "insufficient_quota"),
    "too long": (fails(ErrorKind.CONTEXT, status=400), 400, "context_length_exceeded"),
    "declined": (fails(ErrorKind.CONTENT_POLICY, status=400), 400, "content_filter"),
    "a fault of the request": (fails(ErrorKind.BAD_REQUEST, status=400), 400, None),
    "no such model": (fails(ErrorKind.MODEL_GONE, status=404), 404, "model_not_found"),
    "a wrong key": (fails(ErrorKind.AUTH, status=401), 503, "nobody_answered"),
    "an outage": (fails(ErrorKind.TRANSIENT, status=503), 503, "nobody_answered"),
    "no network": (fails(ErrorKind.OFFLINE), 503, "nobody_answered"),
}


@pytest.mark.parametrize("name", ALONE)
async def test_that_a_failure_of_everybody_has_its_natural_status(name: str) -> None:
    script, status, code = ALONE[name]
    async with serving(router_with(provider("a", script))) as api:
        error = await refused(api)
        told = await api.client.post(CHAT, json=ask(stream=True))
    assert (error["status"], error["code"]) == (status, code)
    assert told.status_code == status
    assert set(error) >= {"message", "type", "code", "param"}
    assert error["understudy"]["trace"]["attempts"][0]["provider"] == "a"


async def test_that_failures_of_several_kinds_are_just_nobody() -> None:
    a = provider("a", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42))
    b = provider("b", fails(ErrorKind.TRANSIENT, status=503))
    async with serving(router_with(a, b)) as api:
        error = await refused(api)
    assert (error["status"], error["code"]) == (503, "nobody_answered")
    assert len(error["understudy"]["reasons"]) == 2


async def test_that_limits_of_everybody_tell_when_the_first_can_be_asked_again() -> None:
    a = provider("a", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=400))
    b = provider("b", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42))
    async with serving(router_with(a, b)) as api:
        first = await refused(api)
        resting = await refused(api)
    assert first["status"] == resting["status"] == 429
    assert 30 <= int(resting["after"]) <= int(first["after"]) <= 42
    assert resting["understudy"]["trace"]["attempts"] == []
    assert len(a.asked) == len(b.asked) == 1


async def test_that_a_limit_and_an_empty_account_can_be_asked_again_sometime() -> None:
    a = provider("a", fails(ErrorKind.RATE_LIMIT, status=429, retry_after=42))
    b = provider("b", fails(ErrorKind.QUOTA, status=402))
    async with serving(router_with(a, b)) as api:
        error = await refused(api)
    assert (error["status"], error["code"]) == (429, "rate_limit_exceeded")


async def test_that_openais_libraries_do_not_try_an_empty_account_again() -> None:
    async with serving(router_with(provider("a", fails(ErrorKind.QUOTA, status=402)))) as api:
        answer = await api.client.post(CHAT, json=ask())
    assert answer.headers["x-should-retry"] == "false"


async def test_that_a_conversation_too_long_for_every_window_is_too_long() -> None:
    a = provider("a")
    route = Route("Small", (RouteEntry("a", context_window=10),))
    async with serving(router_with(a, routes=[route])) as api:
        error = await refused(api, text="word " * 2_000)
    assert (error["status"], error["code"]) == (400, "context_length_exceeded")
    assert a.asked == []


async def test_that_what_stopped_the_walk_counts_whoever_failed_before() -> None:
    a = provider("a", fails(ErrorKind.TRANSIENT, status=503))
    refusal = ProviderError(
        ErrorKind.BAD_REQUEST, "B refused.", status=400, detail="Unknown field.", parameter="stop"
    )
    async with serving(router_with(a, provider("b", (refusal,)))) as api:
        error = await refused(api)
    assert error["status"] == 400
    assert "Unknown field." in error["message"]


async def test_that_the_field_that_a_provider_does_not_take_is_named() -> None:
    refusal = ProviderError(ErrorKind.BAD_REQUEST, "A refused.", status=400, parameter="stop")
    async with serving(router_with(provider("a", (refusal,)))) as api:
        error = await refused(api)
    assert error["param"] == "stop"


async def test_that_nobody_who_could_be_asked_is_told_without_a_time() -> None:
    a = provider("a")
    a.available = Availability("not-configured", "A has no key.")
    async with serving(router_with(a)) as api:
        error = await refused(api)
    assert (error["status"], error["after"]) == (503, None)
    assert "A has no key." in error["message"]


async def test_that_a_break_that_nobody_carries_on_is_an_error_in_the_stream() -> None:
    async with serving(router_with(provider("a", breaks_off("The sky is ")))) as api:
        answer = await api.client.post(CHAT, json=ask(stream=True))
        whole = await refused(api)
    chunks, _, done = streamed(answer.text)
    assert answer.status_code == 200
    assert words_of(chunks) == "The sky is "
    assert chunks[-1]["error"]["code"] == "answer_interrupted"
    assert not done
    assert whole["status"] == 503
    assert whole["understudy"]["text"] == "The sky is "


async def test_that_a_call_of_a_tool_that_was_delivered_is_never_doubled() -> None:
    a, b = provider("a", (ToolCallDelta(0, "{", "c", "f"),)), provider("b")
    async with serving(router_with(a, b)) as api:
        answer = await api.client.post(CHAT, json=ask(stream=True))
    assert streamed(answer.text)[0][-1]["error"]["code"] == "answer_interrupted"
    assert b.asked == []


async def test_that_a_long_wait_is_told_and_a_failure_after_it_is_in_the_stream() -> None:
    script = (0.3, *fails(ErrorKind.TRANSIENT, status=503))
    quick = Bounds(waiting_every=0.05)
    async with serving(router_with(provider("a", script)), bounds=quick) as api:
        answer = await api.client.post(CHAT, json=ask(stream=True))
    chunks, comments, done = streamed(answer.text)
    assert answer.status_code == 200
    assert "x-understudy-model" not in answer.headers
    assert set(comments) == {"waiting"}
    assert [list(chunk) for chunk in chunks] == [["error"]]
    assert not done


async def test_that_comments_before_the_first_word_are_not_lost() -> None:
    a = provider("a", fails(ErrorKind.TRANSIENT, status=503))
    b = provider(
        "b", (ModelLoading("loading", 0.4), ModelLoading("ready"), 0.2, "Hi", Stop("stop"))
    )
    quick = Bounds(waiting_every=0.05)
    async with serving(router_with(a, b), bounds=quick) as api:
        answer = await api.client.post(CHAT, json=ask(stream=True))
    chunks, comments, done = streamed(answer.text)
    assert comments[:3] == ["the model is loading (40%)", "the model is ready", "waiting"]
    assert comments[-1] == "A could not answer (503). B stands in."
    assert words_of(chunks) == "Hi"
    assert done


async def test_that_too_many_requests_at_once_are_told_to_come_back() -> None:
    a = provider("a", silent())
    async with serving(router_with(a), bounds=Bounds(at_once=1)) as api:
        waiting = asyncio.create_task(api.client.post(CHAT, json=ask()))
        await until(lambda: a.asked)
        error = await refused(api)
        waiting.cancel()
        await until(lambda: a.asked[0].closed_at is not None)
        a.scripts = [says("Hi")]
        later = await api.client.post(CHAT, json=ask())
    assert (error["status"], error["after"]) == (429, "1")
    assert later.status_code == 200


async def test_that_a_fault_of_our_own_is_told_without_any_detail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    router = router_with(provider("a"))
    async with serving(router) as api:
        router.plan = router.stream = None  # type: ignore[method-assign] - a bug
        whole = await api.client.post(CHAT, json=ask("A secret."))
        healthy = await api.client.get("/healthz")
    assert whole.status_code == 500
    assert whole.json()["error"]["code"] == "internal_error"
    assert "NoneType" not in whole.text
    assert healthy.status_code == 200
    [record] = [each for each in caplog.records if each.name == "understudy.serve.app"]
    assert "secret" not in record.getMessage()
