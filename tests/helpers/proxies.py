"""Proxies on 127.0.0.1, by HTTP and by SOCKS 5: wherever one wants to go, they lead to one server.

    async with Loopback(json_reply({})) as server, HttpProxy(server.port) as proxy:
        ...
        assert proxy.asked == ["example.invalid:80"]

HTTP's CONNECT is RFC 9110, section 9.3.6; SOCKS 5 is RFC 1928, its login RFC 1929.
"""

from __future__ import annotations

import asyncio
import base64
import struct
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from types import TracebackType
    from typing import Self


class _Proxy(ABC):
    """``asked`` lists where clients wanted to go, ``heads`` what they said to an HTTP proxy.

    ``login`` is ``name:password``, which clients have to give. ``silent``: it never says a word.
    """

    scheme = ""

    def __init__(
        self,
        leads_to: int,
        *,
        login: str = "",
        silent: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._leads_to = leads_to
        self._login = login
        self._silent = silent
        self._tls = tls
        self._open: set[asyncio.StreamWriter] = set()
        self.asked: list[str] = []
        self.heads: list[bytes] = []

    @abstractmethod
    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Hear where to; what of it the server has to hear as well. Raises to refuse."""

    @property
    def url(self) -> str:
        """Its address, with the login where it wants one."""
        return self.address(self._login)

    @property
    def shown(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def address(self, login: str = "") -> str:
        """Its address, with this login."""
        return f"{self.scheme}://{f'{login}@' if login else ''}127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._silent:
                await reader.read(-1)
                return
            first = await self._welcome(reader, writer)
            onward, to_server = await asyncio.open_connection("127.0.0.1", self._leads_to)
            self._open.add(to_server)
            to_server.write(first)
            await asyncio.gather(_pass(reader, to_server), _pass(onward, writer))
        except (ConnectionError, asyncio.IncompleteReadError, PermissionError):
            pass
        finally:
            writer.close()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()


class HttpProxy(_Proxy):
    """Forwards plain requests and joins connections for CONNECT.

    ``refuses`` is a status line with which it answers whatever it is asked.
    """

    scheme = "http"

    def __init__(
        self,
        leads_to: int,
        *,
        login: str = "",
        silent: bool = False,
        tls: ssl.SSLContext | None = None,
        refuses: str = "",
    ) -> None:
        super().__init__(leads_to, login=login, silent=silent, tls=tls)
        self._refuses = refuses
        if tls is not None:
            self.scheme = "https"

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.decode("latin-1").split(" ", 2)
        self.asked.append(target)
        self.heads.append(head)
        login = b"Proxy-Authorization: Basic " + base64.b64encode(self._login.encode())
        allowed = not self._login or login in head
        if self._refuses or not allowed:
            status = self._refuses or "407 Proxy Authentication Required"
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
            await reader.read(-1)
            raise PermissionError
        if method != "CONNECT":
            return head
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return b""


class Socks5Proxy(_Proxy):
    """``refuses`` is the code with which it answers (RFC 1928, section 6); 0 lets everyone pass."""

    scheme = "socks5"

    def __init__(
        self, leads_to: int, *, login: str = "", silent: bool = False, refuses: int = 0
    ) -> None:
        super().__init__(leads_to, login=login, silent=silent)
        self._refuses = refuses

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        await self._let_in(reader, writer)
        _version, _connect, _reserved, kind = await reader.readexactly(4)
        length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        host = await reader.readexactly(length)
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        self.asked.append(f"{host.decode('latin-1')}:{port}")
        writer.write(bytes([5, self._refuses, 0, 1]) + bytes(6))
        if self._refuses:
            raise PermissionError
        return b""

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _version, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 2 if self._login else 0
        if wanted not in methods:
            writer.write(b"\x05\xff")
            raise PermissionError
        writer.write(bytes([5, wanted]))
        if self._login:
            given = [await _counted(reader, skip=1), await _counted(reader)]
            right = ":".join(given) == self._login
            writer.write(bytes([1, not right]))
            if not right:
                raise PermissionError


async def _counted(reader: asyncio.StreamReader, skip: int = 0) -> str:
    """Read a text with its length before it, behind ``skip`` bytes that say nothing."""
    length = (await reader.readexactly(skip + 1))[-1]
    return (await reader.readexactly(length)).decode()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
    writer.close()
