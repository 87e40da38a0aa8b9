"""Asking the router: the request of a conversation, and an answer conducted to its end."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.errors import UnderstudyError, UsageError
from understudy.messages import Message
from understudy.recording import answer_of, failure_of
from understudy.requests import ChatRequest
from understudy.routing.rescue import continuation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from understudy.history.values import JsonObject, StoredMessage
    from understudy.routing.router import Router
    from understudy_gui.controllers.answering import Answering
    from understudy_gui.models.transcript import Item


def request_of(messages: Iterable[StoredMessage], route: str) -> ChatRequest:
    """Make the request of a conversation; what was interrupted counts as context like the rest."""
    turns: list[Message] = []
    for message in messages:
        if message.role == "user":
            turns.append(Message.user(message.text))
        elif text := answer_of(message):
            whole = message.state == "complete"
            turns.append(Message.assistant(text, interrupted=not whole))
    return ChatRequest(tuple(turns), route)


def begin_again(
    answering: Answering, request: ChatRequest, stored: StoredMessage, row: Item
) -> ChatRequest:
    """Begin a version with the text of ``stored`` and give the request for the rest of it."""
    answering.continue_from(stored, row.segments)
    return continuation(request, answer_of(stored))


async def conduct(
    answering: Answering,
    request: ChatRequest,
    router: asyncio.Future[Router],
    stopped: Callable[[], bool],
    provider_changed: Callable[[], None],
) -> None:
    """Ask, and see the answer to whatever end it comes to; that end is stored and shown.

    Cancelling ends it too: as stopped where ``stopped`` says so, else as interrupted.
    """
    try:
        if not stopped():
            await _follow(answering, request, await asyncio.shield(router), provider_changed)
    except asyncio.CancelledError:
        await answering.end("stopped" if stopped() else "interrupted")
        if not stopped():
            raise
    except UnderstudyError as error:
        await answering.end("failed", failure_of(error) | _not_asked(answering, request, router))
    except Exception as error:
        await answering.end("failed", failure_of(error))
        raise
    else:
        await answering.end("stopped" if stopped() else "complete")


async def _follow(
    answering: Answering,
    request: ChatRequest,
    router: Router,
    provider_changed: Callable[[], None],
) -> None:
    recorder = answering.recorder
    request, recorder.route = _on_a_route(router, request)
    provider: str | None = None
    async with aclosing(router.stream(request, trail=recorder.trail)) as events:
        async for event in events:
            answering.take(event)
            if answering.provider != provider:
                provider = answering.provider
                provider_changed()


def _not_asked(
    answering: Answering, request: ChatRequest, router: asyncio.Future[Router]
) -> JsonObject:
    """Give who was not even asked, and why, as values; ``rests`` are the seconds to wait."""
    if not router.done():
        return {}
    request, _ = _on_a_route(router.result(), request)
    asked, now = {attempt.provider for attempt in answering.recorder.trail}, time.time()
    skipped = [
        {
            "provider": skip.provider,
            "name": skip.provider_name,
            "model": skip.model,
            "reason": skip.reason,
            "rests": None if skip.until is None else max(skip.until - now, 0.0),
        }
        for skip in router.result().plan(request).skipped
        if skip.provider not in asked
    ]
    return {"skipped": skipped}


def _on_a_route(router: Router, request: ChatRequest) -> tuple[ChatRequest, str]:
    """Put the request on its route, or on the default one where its own was removed since."""
    try:
        return request, router.route(request.route).name
    except UsageError:
        return replace(request, route=""), router.route().name
