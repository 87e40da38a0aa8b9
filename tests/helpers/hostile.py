"""A server that says on each connection whatever a function tells it to, proper HTTP or not.

    async def play(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 200 OK\\r\\n")
        await line.send_for_ever(b"x: y\\r\\n")

    async with RawServer(play) as server:
        ...
        await server.hung_up()

What a client takes is counted: nobody can be made to hold more than was sent.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

_BUFFER = 64 * 1024


class Line:
    """One connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.sent = 0

    async def request(self) -> bytes:
        """Read a request's head, and its body where its length is given."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        _, found, rest = head.lower().partition(b"content-length:")
        length = int(rest.partition(b"\r\n")[0]) if found else 0
        return head + await self._reader.readexactly(length)

    async def some(self) -> bytes:
        """Read what comes first, whatever it is."""
        return await self._reader.read(_BUFFER)

    async def send(self, data: bytes) -> None:
        """Send, and wait until nearly all of it has left for the client."""
        self._writer.write(data)
        await self._writer.drain()
        self.sent += len(data)

    async def send_for_ever(self, data: bytes) -> None:
        """Send the same until the client hangs up."""
        while True:
            await self.send(data)

    async def wait(self) -> None:
        """Say nothing more, until the client hangs up."""
        while await self._reader.read(_BUFFER):
            pass


class RawServer:
    """The server. ``sent`` are the bytes that left, ``connections`` counts who came."""

    def __init__(
        self, play: Callable[[Line], Awaitable[None]], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._play = play
        self._tls = tls
        self._lines: list[Line] = []
        self._gone = asyncio.Event()
        self.came = asyncio.Event()

    @property
    def sent(self) -> int:
        """Bytes that were sent on all connections."""
        return sum(line.sent for line in self._lines)

    @property
    def connections(self) -> int:
        """How often someone connected."""
        return len(self._lines)

    async def hung_up(self, timeout: float = 5.0) -> None:
        """Wait for the client to hang up; raises ``TimeoutError`` where it does not."""
        await asyncio.wait_for(self._gone.wait(), timeout)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        self._lines.append(line)
        self.came.set()
        sock = cast("socket.socket", writer.get_extra_info("socket"))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        writer.transport.set_write_buffer_limits(0)
        try:
            await self._play(line)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        else:
            writer.close()
            return
        finally:
            self._gone.set()
        writer.transport.abort()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
