"""Plays replies over real sockets of this computer, through the true transport and decoder.

One server on 127.0.0.1 speaks for all places: the first part of the path says which is meant.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from understudy.providers.http import HttpProvider
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from typing import Self

    from understudy.providers.base import ProviderRow
    from understudy.rehearsal.fault import Reply
    from understudy.rehearsal.stage import Place

_HOST: Final = "127.0.0.1"
_TORN: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER: with no time to linger, closing sends a reset in place of a proper end."""


class OnSockets:
    """A ``Stage`` on this computer's own network."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport = HttpTransport(trust_env=False)

    async def __aenter__(self) -> Self:
        """Listen, and hold a port on which nobody does."""
        self._server = await asyncio.start_server(self._connected, _HOST, 0)
        self._port = int(self._server.sockets[0].getsockname()[1])
        self._deaf = socket.socket()
        self._deaf.bind((_HOST, 0))
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close every connection, from both ends."""
        self._server.close()
        self._deaf.close()
        await self._transport.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def provider(self, place: Place, row: ProviderRow) -> HttpProvider:
        """Make the provider whose server is ``place``."""
        if place not in self._places:
            self._places.append(place)
        port = self._port if _listens(place) else int(self._deaf.getsockname()[1])
        address = f"http://{_HOST}:{port}/{self._places.index(place)}"
        standing = replace(row, wire=place.wire, base_url=address)
        return HttpProvider(standing, self._transport, lambda: None)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            goes_on = True
            while goes_on:
                goes_on = await _play(await self._reply(reader), writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has hung up
        finally:
            writer.close()

    async def _reply(self, reader: asyncio.StreamReader) -> Reply:
        """Read a request and choose its reply."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
        body = json.loads(await reader.readexactly(length) or b"null")
        number = int(head.split("/", 2)[1].split(" ", 1)[0])
        return self._places[number].reply_to(body, asyncio.get_running_loop().time())


def _listens(place: Place) -> bool:
    return place.fault is None or place.fault.replies[0].is_heard


async def _play(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    """Send a reply; whether another request may follow on the same connection."""
    if reply.opening == "silence":
        await _for_ever()
    if reply.opening == "reset":
        _tear(writer)
    if reply.opening != "head":
        return False
    writer.write(_head(reply))
    for chunk in reply.chunks:
        if chunk.after:
            await writer.drain()
            await asyncio.sleep(chunk.after)
        if chunk.data:
            writer.write(b"%x\r\n%b\r\n" % (len(chunk.data), chunk.data))
    await writer.drain()
    return await _end(reply, writer)


async def _end(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    match reply.ending:
        case "end":
            writer.write(b"0\r\n\r\n")
            return True
        case "cut":
            return False
        case "reset":
            _tear(writer)
            return False
        case "silence":
            return await _for_ever()


def _head(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Rehearsed", "transfer-encoding: chunked"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _tear(writer: asyncio.StreamWriter) -> None:
    line = cast("socket.socket", writer.get_extra_info("socket"))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TORN)
    writer.transport.abort()


async def _for_ever() -> bool:
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    return await future
