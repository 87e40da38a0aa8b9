"""A real HTTP server on 127.0.0.1 that answers byte for byte as told and remembers who hung up.

    with Loopback(openai_stream("Hello")) as server:          # in a thread of its own
        ask(server.base_url)
    async with Loopback(rate_limited(), openai_stream("Hi")) as server:   # in the running loop
        ...

Replies are played in order, one a request; the last one repeats. ``GET …/models`` and Ollama's
``GET …/api/tags`` are answered from ``models`` and use up no reply. A function from request to
reply may stand in place of replies.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from helpers.ollama_replies import ollama_tags
from helpers.replies import Reply, openai_models, openai_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


@dataclass(slots=True)
class RecordedRequest:
    """A request as it arrived. Header names are in lower case; times are ``time.monotonic()``."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    arrived_at: float
    connection: int
    answered_at: float | None = None
    disconnected_at: float | None = None
    chunks_sent: int = 0
    _gone: threading.Event = field(default_factory=threading.Event)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def disconnected(self) -> bool:
        """Whether the client hung up before the reply was complete."""
        return self._gone.is_set()

    def wait_disconnected(self, timeout: float = 2.0) -> float | None:
        """Block until the client hangs up; the moment when it did, or None."""
        self._gone.wait(timeout)
        return self.disconnected_at

    async def saw_disconnect(self, timeout: float = 2.0) -> float | None:
        """``wait_disconnected`` for a test inside a loop."""
        deadline = time.monotonic() + timeout
        while not self._gone.is_set() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        return self.disconnected_at

    def hung_up(self) -> None:
        """Note that the client is gone."""
        self.disconnected_at = time.monotonic()
        self._gone.set()


class _Connection(asyncio.Protocol):
    """One client's connection: reads requests, plays replies, one after the other."""

    def __init__(self, server: Loopback, number: int) -> None:
        self._server = server
        self._number = number
        self._buffer = b""
        self._current: RecordedRequest | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.append(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def eof_received(self) -> bool:
        self._hung_up()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._hung_up()
        if self in self._server.connections:
            self._server.connections.remove(self)

    def abort(self) -> None:
        """End the connection from outside, as when the server's process dies."""
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    def _hung_up(self) -> None:
        if self._current is not None:
            self._current.hung_up()
            self._current = None
        if self._task is not None:
            self._task.cancel()

    def _next(self) -> None:
        if self._current is not None:
            return
        request = self._parse()
        if request is not None:
            self._current = request
            self._server.requests.append(request)
            reply = self._server.reply_to(request)
            self._task = asyncio.get_running_loop().create_task(self._play(request, reply))

    def _parse(self) -> RecordedRequest | None:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines]
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        method, path, _version = first.split(" ", 2)
        return RecordedRequest(method, path, headers, rest[:length], time.monotonic(), self._number)

    async def _play(self, request: RecordedRequest, reply: Reply) -> None:
        if reply.opening == "silence":
            return
        if reply.opening != "headers":
            self._end(reply.opening)
            return
        if reply.delay:
            await asyncio.sleep(reply.delay)
        self._transport.write(_head(reply))
        request.answered_at = time.monotonic()
        for chunk in reply.chunks:
            if chunk.delay:
                await asyncio.sleep(chunk.delay)
            self._transport.write(_framed(chunk.data, reply))
            request.chunks_sent += 1
        self._finish(reply)

    def _finish(self, reply: Reply) -> None:
        if reply.ending == "silence":
            return
        self._current = None
        if reply.ending != "clean":
            self._end("reset" if reply.ending == "reset" else "close")
            return
        if reply.framing == "chunked":
            self._transport.write(b"0\r\n\r\n")
        if reply.framing == "close" or reply.head is not None:
            self._transport.close()
        else:
            self._next()

    def _end(self, how: str) -> None:
        self._current = None
        if how == "reset":
            linger_none = struct.pack("ii", 1, 0)  # an RST in place of a FIN
            sock = cast("socket.socket", self._transport.get_extra_info("socket"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
            self._transport.abort()
        else:
            self._transport.close()


def _head(reply: Reply) -> bytes:
    if reply.head is not None:
        return reply.head
    lines = [f"HTTP/1.1 {reply.status} X"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.framing == "chunked":
        lines.append("transfer-encoding: chunked")
    elif reply.framing == "length":
        lines.append(f"content-length: {len(reply.body)}")
    else:
        lines.append("connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _framed(data: bytes, reply: Reply) -> bytes:
    if reply.framing != "chunked" or reply.head is not None or not data:
        return data
    return b"%x\r\n%b\r\n" % (len(data), data)


class Loopback:
    """The server. ``url`` is its root, ``base_url`` the address of its ``/v1``."""

    def __init__(
        self,
        *replies: Reply | Callable[[RecordedRequest], Reply],
        models: tuple[str, ...] = ("test-model",),
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.connections: list[_Connection] = []
        self.models = models
        self._wanted_port = port
        self._tls = tls
        self._accepted = 0
        self.play(*(replies or (openai_stream(),)))

    def play(self, *replies: Reply | Callable[[RecordedRequest], Reply]) -> None:
        """Answer from now on with these, one a request, the last one again and again."""
        self._replies = list(replies)

    @property
    def chats(self) -> list[RecordedRequest]:
        """The requests that asked for a completion."""
        return [request for request in self.requests if request.method == "POST"]

    async def arrived(self, count: int = 1, timeout: float = 2.0) -> None:
        """Wait until ``count`` requests have arrived."""
        deadline = time.monotonic() + timeout
        while len(self.requests) < count and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    @property
    def base_url(self) -> str:
        """Where an OpenAI-compatible client finds the API."""
        return f"{self.url}/v1"

    def reply_to(self, request: RecordedRequest) -> Reply:
        """Choose what to answer; called once a request."""
        if request.method == "GET" and request.path.endswith("/models"):
            return openai_models(*self.models)
        if request.method == "GET" and request.path.endswith("/api/tags"):
            return ollama_tags(*self.models)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return reply if isinstance(reply, Reply) else reply(request)

    async def start(self) -> None:
        """Listen, in the running loop."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._connect, "127.0.0.1", self._wanted_port, ssl=self._tls, backlog=QUEUE
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        for connection in tuple(self.connections):
            connection.abort()
        await asyncio.sleep(0)

    def _connect(self) -> _Connection:
        self._accepted += 1
        return _Connection(self, self._accepted)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="loopback")
        self._thread.start()
        started.wait(5)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(5)

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        await self.start()
        started.set()
        await self._stopping.wait()
        await self.stop()


QUEUE = 2048
"""Connections that may stand in line: from a thousand at once the system drops what is beyond."""

RECORDINGS = Path(__file__).parent.parent / "recordings"
CERTIFICATE = RECORDINGS / "tls" / "loopback.pem"
"""For localhost and 127.0.0.1, signed by itself, until 2126; made for these tests alone."""
EXAMPLE_CERTIFICATE = CERTIFICATE.with_name("example.pem")
"""The same for example.invalid: whoever asks there comes through a proxy, or not at all."""


def tls(certificate: Path = CERTIFICATE) -> ssl.SSLContext:
    """What a ``Loopback`` needs to be reached by https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name(f"{certificate.stem}-key.pem"))
    return context


def closed_port() -> int:
    """A port of this computer on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
