"""Plays replies without a socket: the provider's own code reads them, only the line is missing.

On a virtual clock hours pass in milliseconds, and what no loopback server can do is possible: a
name that is not found, a computer without a network.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from understudy.providers.http import HttpProvider
from understudy.transport.decompress import unpacker
from understudy.transport.exceptions import moved_error, provider_error
from understudy.transport.headers import Headers
from understudy.transport.http import HttpResponse, HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping
    from typing import Self

    from understudy.providers.base import ProviderRow
    from understudy.rehearsal.fault import Opening, Reply
    from understudy.rehearsal.stage import Place
    from understudy.transport.exceptions import Phase

ADDRESS: Final = "http://rehearsal.invalid"
"""Nowhere: a name that is reserved for that (RFC 2606). Nothing is sent."""

_RAISED: Final[Mapping[Opening, Callable[[], OSError]]] = {
    "reset": lambda: ConnectionResetError(errno.ECONNRESET, "reset"),
    "hang-up": lambda: ConnectionAbortedError(errno.ECONNABORTED, "hung up"),
    "refused": lambda: ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
    "unknown-host": lambda: socket.gaierror(socket.EAI_NONAME, "not known"),
    "no-names": lambda: socket.gaierror(socket.EAI_AGAIN, "no server for names"),
    "no-route": lambda: OSError(errno.ENETUNREACH, "unreachable"),
}
"""What the operating system says."""


class InProcess:
    """A ``Stage`` without sockets."""

    async def __aenter__(self) -> Self:
        """There is nothing to set up."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """There is nothing to take down."""

    def provider(self, place: Place, row: ProviderRow) -> HttpProvider:
        """Make the provider whose server is ``place``."""
        standing = replace(row, wire=place.wire, base_url=ADDRESS)
        return HttpProvider(standing, _Line(place, local=row.local), lambda: None)


class _Line(HttpTransport):
    """A transport that hands over what one place replies."""

    def __init__(self, place: Place, *, local: bool) -> None:
        super().__init__(trust_env=False)
        self._place = place
        self._local = local

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        name: str = "",
    ) -> AsyncGenerator[HttpResponse, None]:
        """Reply as ``HttpTransport.stream`` would have it from the place's server."""
        reply = self._place.reply_to(json, asyncio.get_running_loop().time())
        if reply.opening == "silence":
            await _for_ever()
        if reply.opening != "head":
            raise provider_error(_RAISED[reply.opening](), name, local=self._local)
        response = _Response(reply, name)
        if 300 <= reply.status < 400:
            raise moved_error(reply.status, url, response.headers.get("location"), name)
        yield response


class _Response(HttpResponse):
    """A reply in the form in which the transport gives it."""

    def __init__(self, reply: Reply, name: str) -> None:
        self._reply = reply
        self._name = name
        self.status = reply.status
        raw = [(key.encode(), value.encode()) for key, value in reply.headers]
        self.headers: Mapping[str, str] = Headers(raw)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, unpacked."""
        unpack = unpacker(self.headers.get("content-encoding", ""), self._name)
        phase: Phase = "connecting"
        for chunk in self._reply.chunks:
            await asyncio.sleep(chunk.after)
            for step in (chunk.data,) if unpack is None else unpack(chunk.data):
                yield step
            phase = "answering"
        if self._reply.ending == "silence":
            await _for_ever()
        if self._reply.ending != "end":
            raise provider_error(_RAISED["reset"](), self._name, phase=phase)


async def _for_ever() -> None:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    await future
