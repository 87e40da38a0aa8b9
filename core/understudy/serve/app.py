"""The application: OpenAI's paths over a router, behind the guard."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route as Path

from understudy.serve import guard
from understudy.serve.bodies import answer, refusal
from understudy.serve.chat import Chat
from understudy.serve.desk import Desk, Noted
from understudy.serve.failures import ApiError, unknown_model
from understudy.serve.outlet import ClientGone
from understudy.serve.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from understudy.serve.desk import Bounds
    from understudy.serve.offer import Offer

PATHS: Final = ("/v1/chat/completions", "/v1/embeddings", "/v1/models", guard.OPEN_PATH)
GONE: Final = 499
"""nginx's number for a client that hung up before it was answered; nobody reads it."""

_log = logging.getLogger(__name__)


def application(
    offer: Offer,
    token: str,
    report: Callable[[Noted], None],
    bounds: Bounds | None = None,
    clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Build it. ``report`` is told of every request as it ends."""
    desk = Desk(offer, bounds, clock)
    chat, vectors, models, healthz = PATHS
    listing = Listing(offer, int(clock()))
    paths = [
        Path(chat, Chat(desk), methods=["POST"]),
        Path(vectors, Vectors(desk), methods=["POST"]),
        Path(models, listing.all),
        Path(f"{models}/{{model:path}}", listing.one),
        Path(healthz, _healthy),
    ]
    handlers: dict[Any, Any] = {
        ApiError: _refused,
        ClientGone: _gone,
        HTTPException: _misdirected,
        Exception: _failed_inside,
    }
    app = Starlette(routes=paths, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return FrontDoor(app, token, report)


class FrontDoor:
    """Lets requests in, and tells of each when it is over. An ASGI application.

    What goes wrong inside is logged without a word of the request.
    """

    def __init__(self, app: ASGIApp, token: str, report: Callable[[Noted], None]) -> None:
        self._app = app
        self._token = token
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        noted = Noted(scope["method"], scope["path"])
        noted.into(scope)
        began = time.monotonic()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.status = message["status"]
            await send(message)

        try:
            guard.check(scope["path"], scope["headers"], self._token)
            await self._app(scope, receive, sending)
        except ApiError as error:
            await refusal(error)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - one request's bug must not end the server
            _log.error("A request failed inside Understudy", exc_info=error)
        finally:
            noted.seconds = time.monotonic() - began
            self._report(noted)


class Listing:
    """``/v1/models``: the routes, and every PROVIDER/MODEL that is known."""

    def __init__(self, offer: Offer, created: int) -> None:
        self._offer = offer
        self._created = created

    async def all(self, request: Request) -> Response:
        """Give the whole list."""
        del request
        rows = [self._row(name) for name in await self._offer.names()]
        return answer({"object": "list", "data": rows})

    async def one(self, request: Request) -> Response:
        """Give one of them. Raises ``ApiError`` (404)."""
        name = request.path_params["model"]
        if name not in await self._offer.names():
            raise unknown_model(f'There is no model "{name[:80]}" in the list.')
        return answer(self._row(name))

    def _row(self, name: str) -> dict[str, Any]:
        entry = self._offer.entry(name)
        owner = "understudy" if entry is None else entry.provider
        return {"id": name, "object": "model", "created": self._created, "owned_by": owner}


async def _healthy(request: Request) -> Response:
    del request
    return answer({"status": "ok"})


async def _refused(request: Request, error: ApiError) -> Response:
    del request
    return refusal(error)


async def _gone(request: Request, gone: ClientGone) -> Response:
    del gone
    Noted.of(request.scope).hung_up = True
    return Response(status_code=GONE)


async def _misdirected(request: Request, error: HTTPException) -> Response:
    """Answer a path or a method that is not here; ``OPTIONS`` asks for just that."""
    if error.status_code == 404:
        message = "There is nothing at this path. The base URL ends in /v1."
        return refusal(ApiError(404, message, code="unknown_url"))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=error.headers)
    message = f"This path is not for {request.method}."
    headers = dict(error.headers or {})
    return refusal(ApiError(error.status_code, message, code="method_not_allowed", headers=headers))


async def _failed_inside(request: Request, error: Exception) -> Response:
    """Answer for a fault of our own. What it was stands in the log alone."""
    del request, error
    message = "Understudy failed at this request. It is in its log. Try again."
    return refusal(ApiError(500, message, kind="server_error", code="internal_error"))
