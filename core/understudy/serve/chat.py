"""``/v1/chat/completions``."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import uuid4

from understudy.errors import UnderstudyError
from understudy.events import CitationFound, HandedOver, TextDelta
from understudy.routing.collect import collect
from understudy.serve.answers_out import ChunkWriter, citation, completion, data, named
from understudy.serve.bodies import answer, read_by
from understudy.serve.desk import Noted
from understudy.serve.failures import as_api_error
from understudy.serve.offer import streamable
from understudy.serve.outlet import ClientGone, Outlet, while_there
from understudy.serve.requests_in import read_chat
from understudy.serve.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from understudy.events import StreamEvent
    from understudy.requests import ChatRequest
    from understudy.routing.trace import Attempt
    from understudy.serve.desk import Desk
    from understudy.serve.failures import ApiError
    from understudy.serve.requests_in import ChatCall

_STREAM_HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # nginx.org (ngx_http_proxy_module) would hold words back
}


class Chat:
    """Answers a conversation, streamed or whole. An ASGI application of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._router = desk.offer.router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, ask and answer. Raises ``ApiError``, and ``ClientGone`` before the answer began."""
        offer = self._desk.offer
        with self._desk.admitted():
            call = await read_by(read_chat, await self._desk.body(scope, receive))
            route = await offer.find(call.model)
            with offer.in_use(streamable(route) if call.stream else route) as name:
                call = replace(call, request=replace(call.request, route=name))
                if call.stream:
                    await self._stream(call, scope, receive, send)
                else:
                    response = await while_there(receive, self._whole(call.request, scope))
                    await response(scope, receive, send)

    async def _whole(self, request: ChatRequest, scope: Scope) -> Response:
        citations: list[dict[str, Any]] = []
        trail: list[Attempt] = []
        try:
            async with aclosing(self._router.stream(request, trail=trail)) as events:
                response = await collect(_heard(events, citations))
        except UnderstudyError as error:
            raise self._failure(error, request) from None
        finally:
            _note(scope, trail)
        body = completion(response, citations, _identity(), int(self._desk.clock()))
        return answer(body, headers=model_header(body["model"]))

    async def _stream(self, call: ChatCall, scope: Scope, receive: Receive, send: Send) -> None:
        created, bounds = int(self._desk.clock()), self._desk.bounds
        writer = ChunkWriter(_identity(), created, include_usage=call.include_usage)
        outlet = Outlet(
            send,
            lambda: _STREAM_HEADERS | (model_header(writer.model) if writer.begun else {}),
            scope["state"]["hang_up"],
            waiting_every=bounds.waiting_every,
            taken_within=bounds.taken_within,
        )
        try:
            await while_there(receive, self._tell(call.request, writer, outlet, scope))
        except ClientGone:
            Noted.of(scope).hung_up = True

    async def _tell(
        self, request: ChatRequest, writer: ChunkWriter, outlet: Outlet, scope: Scope
    ) -> None:
        """Pass every event on as it comes. What fails before the first is an answer by itself."""
        trail: list[Attempt] = []
        alive = asyncio.create_task(outlet.keep_alive())
        try:
            async with aclosing(self._router.stream(request, trail=trail)) as events:
                async for event in events:
                    await outlet.write(writer.write(event))
        except UnderstudyError as error:
            failure = self._failure(error, request)
            if not outlet.begun:
                raise failure from None
            await outlet.write(data(failure.body()))
        finally:
            alive.cancel()
            _note(scope, trail)
        await outlet.close()

    def _failure(self, error: UnderstudyError, request: ChatRequest) -> ApiError:
        return as_api_error(error, unasked(self._router, request, self._desk.clock()))


def model_header(model: str) -> dict[str, str]:
    """Name who answers in a header too, as bytes that a header takes."""
    return {"x-understudy-model": quote(model, safe="/:@+ ")}


async def _heard(
    events: AsyncIterator[StreamEvent], citations: list[dict[str, Any]]
) -> AsyncGenerator[StreamEvent, None]:
    """Keep the citations of an answer, which its message has no part for."""
    length = 0
    async for event in events:
        match event:
            case TextDelta(text):
                length += len(text)
            case CitationFound():
                citations.append(citation(event, length))
            case HandedOver(anew=True):
                length = 0
                citations.clear()
            case _:
                pass
        yield event


def _note(scope: Scope, trail: list[Attempt]) -> None:
    last = trail[-1] if trail else None
    Noted.of(scope).take(trail, named(last.provider, last.model) if last else "")


def _identity() -> str:
    return f"chatcmpl-{uuid4().hex}"
