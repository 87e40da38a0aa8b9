"""Reading a request's body, no larger and no slower than it may be; and writing answers as JSON."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.responses import Response

from understudy.serve.answers_out import json_bytes
from understudy.serve.failures import ApiError
from understudy.serve.outlet import ClientGone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope

T = TypeVar("T")

MOST_BYTES: Final = 64 * 1024 * 1024
"""Pictures come inside the body; 50 MB of them is what OpenAI takes in one request."""
SENT_WITHIN: Final = 30.0
"""Seconds that a client may pause while it sends its request."""
_AT_ONCE: Final = 256 * 1024
"""Bytes that are read on the loop's own thread; more would hold other answers up (1 ms)."""


async def read_body(
    scope: Scope, receive: Receive, *, most: int = MOST_BYTES, within: float = SENT_WITHIN
) -> bytes:
    """Read the whole body. Raises ``ApiError`` (413, 408) and ``ClientGone``."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if int(length) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(within) as patience:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                if len(body) > most:
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return bytes(body)
                patience.reschedule(asyncio.get_running_loop().time() + within)
    except TimeoutError:
        message = f"The request came to a halt for {within:g} s. Nobody was asked. Send it again."
        raise ApiError(408, message, code="request_timeout") from None


async def read_by(read: Callable[[bytes], T], body: bytes) -> T:
    """Apply ``read``, on another thread where it would take long."""
    return read(body) if len(body) <= _AT_ONCE else await asyncio.to_thread(read, body)


def answer(
    value: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Give a whole answer."""
    kept = {"cache-control": "no-store", **(headers or {})}
    return Response(json_bytes(value), status, kept, "application/json")


def refusal(error: ApiError) -> Response:
    """Give an error as an answer."""
    return answer(error.body(), error.status, error.headers)


def _too_large(most: int) -> ApiError:
    message = f"The request has more than {most // 1024**2} MB. Nobody was asked. Send less."
    return ApiError(413, message, code="request_too_large")
