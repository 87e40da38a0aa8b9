"""``/v1/embeddings``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import UnderstudyError
from understudy.requests import EmbeddingRequest
from understudy.serve.answers_out import named
from understudy.serve.bodies import answer, read_by
from understudy.serve.chat import model_header
from understudy.serve.desk import Noted
from understudy.serve.embeddings import read_embedding, vectors_out
from understudy.serve.failures import as_api_error
from understudy.serve.outlet import while_there

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from understudy.serve.desk import Desk


class Vectors:
    """Turns texts into vectors. An ASGI application of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, ask and answer; a client that hangs up ends it. Raises ``ApiError``."""
        offer = self._desk.offer
        with self._desk.admitted():
            call = await read_by(read_embedding, await self._desk.body(scope, receive))
            route, model = await offer.find_embedding(call.model)
            with offer.in_use(route) as name:
                request = EmbeddingRequest(call.texts, model, name, call.dimensions)
                work = self._answer(request, scope, base64=call.base64)
                response = await while_there(receive, work)
            await response(scope, receive, send)

    async def _answer(self, request: EmbeddingRequest, scope: Scope, *, base64: bool) -> Response:
        try:
            response = await self._desk.offer.router.embed(request)
        except UnderstudyError as error:
            raise as_api_error(error) from None
        model = named(response.provider, response.model)
        Noted.of(scope).take(response.trace.attempts, model)
        return answer(vectors_out(response, base64=base64), headers=model_header(model))
