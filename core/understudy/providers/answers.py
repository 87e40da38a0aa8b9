"""Reading a provider's answer, whatever it turns out to be: a stream, one JSON body, a web page."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent
    from understudy.transport.http import HttpResponse
    from understudy.wire.format import Decoder, WireFormat

_BLANK = b"\xef\xbb\xbf \t\r\n"  # a byte order mark and the blank lines that keep a line alive
_MAX_BODY = 16 * 1024 * 1024
_USAGE_WITHIN = 2.0
"""Seconds that the usage or the stream's end may take to follow the finish reason."""
_END_WITHIN = 0.05
"""Seconds that the body's end may take to follow ``[DONE]``: the connection can be kept then."""


async def read_answer(
    response: HttpResponse,
    wire: WireFormat,
    *,
    name: str,
    model: str,
    secrets: tuple[str, ...] = (),
) -> AsyncGenerator[Sequence[ProviderEvent], None]:
    """Yield the events of an answer with status 200. Raises ``ProviderError``.

    The first byte tells what it is: servers are not to be trusted about their content type.
    """
    async with aclosing(response.chunks()) as chunks:
        head = await _head(chunks)
        if head[:1] in {b"{", b"["} and head[:1] not in wire.stream_opens_with:
            body = await _rest(head, chunks, name)
            yield wire.whole(body, name=name, model=model, secrets=secrets)
            return
        if not head or head[:1] == b"<":
            raise _no_answer(response, head, name)
        decoder = wire.decoder(name, model, secrets)
        try:
            events = decoder.feed(head)
            while not decoder.settled:
                if events:
                    yield events
                events = decoder.feed(await anext(chunks))
            yield events
        except StopAsyncIteration:
            pass
        except ProviderError:
            if decoder.failure is None:  # the connection broke: deliver what was held back
                yield decoder.close()
            raise
        yield await _remainder(chunks, decoder)
        yield decoder.close()
        if decoder.failure is not None:  # it stood in the last line, behind words held back
            raise decoder.failure
        if not decoder.chunks:
            raise _no_answer(response, head, name)


async def _head(chunks: AsyncGenerator[bytes, None]) -> bytes:
    """Read up to the first bytes that say something."""
    async for data in chunks:
        head = data.lstrip(_BLANK)
        if head:
            return head
    return b""


async def _rest(head: bytes, chunks: AsyncGenerator[bytes, None], name: str) -> bytes:
    parts = [head]
    size = len(head)
    async for data in chunks:
        parts.append(data)
        size += len(data)
        if size > _MAX_BODY:
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, f"{name} sent far too long an answer.")
    return b"".join(parts)


async def _remainder(chunks: AsyncGenerator[bytes, None], decoder: Decoder) -> list[ProviderEvent]:
    """Read what follows the finish reason; a server may leave the connection open behind it."""
    events: list[ProviderEvent] = []
    if decoder.failure is not None:
        return events
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_END_WITHIN if decoder.done else _USAGE_WITHIN) as limit:
            async for data in chunks:
                events += decoder.feed(data)
                within = _END_WITHIN if decoder.done else _USAGE_WITHIN
                limit.reschedule(loop.time() + within)
    except (TimeoutError, ProviderError):
        pass  # the answer is whole, however its connection ends
    return events


def _no_answer(response: HttpResponse, head: bytes, name: str) -> ProviderError:
    """Make the error for a body in which there is no answer of a model."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    code = "no_api"
    if head[:1] == b"<" or kind == "text/html":
        said = "answered with a web page: at its address is no API"
    elif not head:
        code, said = "", "sent an empty answer"
    elif kind == "text/event-stream":
        code, said = "", "ended its answer before it began"
    else:
        said = f"answered with something else than an answer ({kind or 'of no type'})"
    return ProviderError(ErrorKind.NETWORK, f"{name} {said}.", status=response.status, code=code)
