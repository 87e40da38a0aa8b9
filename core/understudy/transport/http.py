"""HTTP: the only module that knows the HTTP library.

The library is loaded when the first request is made. It costs 0.1 s, so a window calls ``load`` in
a thread after it has been painted. This computer's own servers are never asked through a proxy.
"""

from __future__ import annotations

import asyncio
import json as json_module
import os
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from understudy._version import __version__
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.addresses import host_of, is_loopback, is_secure
from understudy.transport.certificates import trusting, trusting_nobody
from understudy.transport.decompress import unpacker
from understudy.transport.exceptions import moved_error, provider_error, proxy_error
from understudy.transport.headers import Headers
from understudy.transport.lanes import Lanes
from understudy.transport.progress import Progress, way_to
from understudy.transport.proxies import named_proxy, system_proxy, unusable_proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Mapping
    from http.cookiejar import CookieJar
    from pathlib import Path

    import httpx

    from understudy.transport.exceptions import Phase
    from understudy.transport.proxies import Proxy

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a body that is read as a whole."""

_WRITE_TIMEOUT = 60.0
_KEEP_ALIVE = 55.0  # most servers drop an idle connection after 60 s; be the first to let go


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer. ``headers`` finds its names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpResponse:
    """An answer whose body is still under way."""

    def __init__(self, response: httpx.Response, name: str) -> None:
        self._response = response
        self._name = name
        self.status = response.status_code
        self.headers: Mapping[str, str] = Headers(response.headers.raw)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, unpacked. Closing this closes the connection.

        Raises ``ProviderError`` where the connection breaks.
        """
        unpack = unpacker(self.headers.get("content-encoding", ""), self._name)
        phase: Phase = "connecting"
        try:
            async for data in self._response.aiter_raw():
                if unpack is None:
                    yield data
                else:
                    for step in unpack(data):
                        yield step
                phase = "answering"
            return
        except _library_errors() as error:
            failure = provider_error(error, self._name, phase=phase)
        finally:
            await self._response.aclose()
        raise failure  # out here, where the library's own words do not hang on it

    async def body(self, limit: int = MAX_BODY) -> bytes:
        """Read the body, at most ``limit`` bytes of it; what is beyond is left unread."""
        parts: list[bytes] = []
        size = 0
        async with aclosing(self.chunks()) as chunks:
            async for data in chunks:
                parts.append(data)
                size += len(data)
                if size >= limit:
                    break
        return b"".join(parts)[:limit]


class HttpTransport:
    """Connections to everyone, kept open between requests. Close with ``aclose``.

    ``trust_env``: the environment and the system say which proxy to use and whose certificates to
    trust beside the operating system's. ``proxy`` is an address that takes that proxy's place; an
    empty one stands for none. ``extra_certificates`` is a file in PEM form of whom to trust too.
    What is wrong with one of these is raised by the requests that need it.
    """

    def __init__(
        self,
        *,
        trust_env: bool = True,
        proxy: str | None = None,
        extra_certificates: Path | None = None,
        connect_timeout: float = 10.0,
    ) -> None:
        self._trust_env = trust_env
        self._proxy = proxy
        self._extra_certificates = extra_certificates
        self._connect_timeout = connect_timeout
        self._trusting: ssl.SSLContext | None = None
        self._clients: dict[tuple[Proxy | None, bool], Lanes] = {}
        self._left: list[dict[tuple[Proxy | None, bool], Lanes]] = []

    def use(self, proxy: str | None, extra_certificates: Path | None) -> None:
        """Reach others in this way from the next request on; answers under way stay as they are."""
        if (proxy, extra_certificates) == (self._proxy, self._extra_certificates):
            return
        self._proxy, self._extra_certificates = proxy, extra_certificates
        self._trusting = None
        self._left.append(self._clients)
        self._clients = {}

    def load(self, *, secure: bool = True) -> None:
        """Load the library and the certificates ahead of the first request; blocks for 0.2 s."""
        import_module("httpx")
        with suppress(ImportError):  # what the library would load with its first connection
            import_module("anyio._backends._asyncio")
        if secure:
            self._certificates()

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
        """Send a request and give its answer as soon as the head is there.

        Leaving the block closes the connection unless the body was read to its end. Redirects are
        never followed: the key would go to a place that nobody chose. ``name`` stands in error
        sentences, the host where it is empty. Raises ``ProviderError``.
        """
        name = name or host_of(url) or "The server"
        proxy = await self._proxy_to(url)
        async with self._lanes(proxy, secure=is_secure(url)).client() as client:
            response = await self._send(client, proxy, method, url, headers or {}, json, name)
            try:
                if 300 <= response.status_code < 400:
                    location = response.headers.get("location")
                    raise moved_error(response.status_code, url, location, name)
                yield HttpResponse(response, name)
            finally:
                await response.aclose()

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        json: object = None,
        headers: Mapping[str, str] | None = None,
        name: str = "",
        timeout: float = 20.0,
        limit: int = MAX_BODY,
    ) -> Fetched:
        """Ask for a whole answer, whatever its status, within ``timeout`` seconds.

        Raises ``ProviderError``, also where the answer is longer than ``limit`` bytes.
        """
        name = name or host_of(url) or "The server"
        self.load(secure=is_secure(url))  # does not count against the time
        try:
            async with (
                asyncio.timeout(timeout),
                self.stream(method, url, headers=headers, json=json, name=name) as response,
            ):
                body = await response.body(limit + 1)
        except TimeoutError:
            message = f"{name} sent no answer within {timeout:g} s."
            raise ProviderError(ErrorKind.NETWORK, message) from None
        if len(body) > limit:
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, f"{name} sent far too long an answer.")
        return Fetched(response.status, response.headers, body)

    async def aclose(self) -> None:
        """Close every connection. A request made afterwards opens new ones."""
        everything, self._left, self._clients = [*self._left, self._clients], [], {}
        for clients in everything:
            for lanes in clients.values():
                await lanes.aclose()

    async def _send(
        self,
        client: httpx.AsyncClient,
        proxy: Proxy | None,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: object,
        name: str,
    ) -> httpx.Response:
        progress = Progress(way_to(url, proxy))
        sent = {"accept-encoding": "identity", **headers}  # a compressed stream comes in lumps
        content = None
        if json is not None:
            # Half a character, as a clipboard may hold it, must not stop a question.
            content = json_module.dumps(json, ensure_ascii=False).encode("utf-8", "replace")
            sent["content-type"] = "application/json"
        try:
            request = client.build_request(
                method, url, headers=sent, content=content, extensions={"trace": progress}
            )
            async with progress.within(self._connect_timeout):
                return await _sent(client, request, progress)
        except Exception as error:
            if proxy is not None and progress.is_at_proxy:
                failure = proxy_error(error, name, proxy)
            elif isinstance(error, _library_errors()):
                failure = provider_error(error, name, local=is_loopback(url))
            else:
                raise
        raise failure  # out here, where the library's own words do not hang on it

    async def _proxy_to(self, url: str) -> Proxy | None:
        if is_loopback(url):
            return None
        if self._proxy is not None:
            return named_proxy(self._proxy)
        return await asyncio.to_thread(system_proxy, url) if self._trust_env else None

    def _lanes(self, proxy: Proxy | None, *, secure: bool) -> Lanes:
        """Return the clients for a proxy, with or without TLS.

        Certificates are loaded for TLS alone: that takes 20 ms, and they may be broken.
        """
        if (proxy, secure) not in self._clients:
            make = partial(self._new_client, proxy, secure=secure)
            self._clients[proxy, secure] = Lanes(make)
        return self._clients[proxy, secure]

    def _new_client(self, proxy: Proxy | None, *, secure: bool) -> httpx.AsyncClient:
        """Make a client. It speaks HTTP/1.1, because HTTP/2 measured worse.

        Over TLS on one computer (httpx 0.28, h2 4.4), HTTP/2 took twice the CPU a request and a
        chunk, and twice as long to the first token. Only a hundred answers at once from one host
        are cheaper by it, by a third: one handshake in place of a hundred. And the library never
        tells an HTTP/2 server that an answer was stopped: it would write on, and be paid for it
        (https://github.com/encode/httpcore/pull/1098).
        """
        import httpx

        secure = secure or (proxy is not None and proxy.is_secure)
        context = self._certificates() if secure else trusting_nobody()
        try:
            return httpx.AsyncClient(
                headers={"user-agent": f"understudy/{__version__}"},
                verify=context,
                trust_env=False,
                proxy=_for_library(proxy, context),
                cookies=_no_cookies(),
                follow_redirects=False,
                timeout=httpx.Timeout(
                    connect=self._connect_timeout, read=None, write=_WRITE_TIMEOUT, pool=None
                ),
                limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEP_ALIVE),
            )
        except httpx.InvalidURL:
            raise unusable_proxy(proxy.origin if proxy else "") from None

    def _certificates(self) -> ssl.SSLContext:
        if self._trusting is None:
            environ: Mapping[str, str] = os.environ if self._trust_env else {}
            self._trusting = trusting(self._extra_certificates, environ)
        return self._trusting


async def _sent(
    client: httpx.AsyncClient, request: httpx.Request, progress: Progress
) -> httpx.Response:
    """Send a request, once more where a kept connection turns out to be dead.

    A server may close one at the very moment at which it is used again. Nothing of the answer has
    come then, so nobody is blamed.
    """
    import httpx

    try:
        try:
            response = await client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if progress.is_new:
                raise
            response = await client.send(request, stream=True)
        if response.status_code == 407 and progress.is_at_proxy:
            await response.aclose()
            raise httpx.ProxyError("407")  # as the library does where the proxy makes a tunnel
    except BaseException:
        await progress.hang_up()
        raise
    return response


def _for_library(proxy: Proxy | None, context: ssl.SSLContext) -> httpx.Proxy | None:
    import httpx

    if proxy is None:
        return None
    return httpx.Proxy(proxy.url, ssl_context=context if proxy.is_secure else None)


def _no_cookies() -> CookieJar:
    """Keep none: no API needs one, and it would tie together all that a user asks."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _library_errors() -> tuple[type[Exception], ...]:
    import httpx

    return (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.CookieConflict,
        httpx.StreamError,
        OSError,
        UnicodeError,
    )
