"""HTTP: the only module that knows the HTTP library.

The library is loaded when the first request is made. It costs 0.1 s, so a window calls ``load`` in
a thread after it has been painted. Certificates are the operating system's, proxies those of the
environment; this computer's own servers are never asked through a proxy.
"""

from __future__ import annotations

import asyncio
import json as json_module
import os
import ssl
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from understudy._version import __version__
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.addresses import host_of, is_loopback
from understudy.transport.exceptions import provider_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    import httpx

    from understudy.transport.exceptions import Phase

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
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives. Raises ``ProviderError`` where the connection breaks."""
        encoded = "content-encoding" in self.headers
        source = self._response.aiter_bytes() if encoded else self._response.aiter_raw()
        phase: Phase = "connecting"
        try:
            async for data in source:
                yield data
                phase = "answering"
        except _library_errors() as error:
            raise provider_error(error, self._name, phase=phase) from None

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


class _Connection:
    """Hears from the library whether a request had to open a connection.

    A server may close one that was kept open at the very moment at which it is used again. Nothing
    of the answer has come then, so the request is sent once more, and nobody is blamed.
    """

    def __init__(self) -> None:
        self.is_new = False

    async def __call__(self, event: str, _info: Mapping[str, object]) -> None:
        self.is_new = self.is_new or not event.startswith("http11.")


class HttpTransport:
    """Connections to everyone, kept open between requests. Close with ``aclose``."""

    def __init__(self, *, trust_env: bool = True, connect_timeout: float = 10.0) -> None:
        self._trust_env = trust_env
        self._connect_timeout = connect_timeout
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}

    def load(self) -> None:
        """Load the library and the certificates ahead of the first request; blocks for 0.2 s."""
        self._client("https://")
        with suppress(ImportError):  # what the library would load with its first connection
            import_module("anyio._backends._asyncio")

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
        response = await self._send(method, url, headers or {}, json, name)
        try:
            if 300 <= response.status_code < 400:
                raise _moved(response.status_code, url, response.headers.get("location"), name)
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
        self._client(url)  # loading the library does not count against the time
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
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], json: object, name: str
    ) -> httpx.Response:
        content = None
        sent = {"accept-encoding": "identity", **headers}  # a compressed stream comes in lumps
        if json is not None:
            # Half a character, as a clipboard may hold it, must not stop a question.
            content = json_module.dumps(json, ensure_ascii=False).encode("utf-8", "replace")
            sent["content-type"] = "application/json"
        client, connection = self._client(url), _Connection()
        watched = {"trace": connection}
        try:
            request = client.build_request(
                method, url, headers=sent, content=content, extensions=watched
            )
            try:
                return await client.send(request, stream=True)
            except _hang_ups():
                if connection.is_new:
                    raise
                return await client.send(request, stream=True)
        except _library_errors() as error:
            raise provider_error(error, name, local=is_loopback(url)) from None

    def _client(self, url: str) -> httpx.AsyncClient:
        """Return the client for this computer or others, with or without TLS.

        Certificates are loaded for TLS alone: that takes 20 ms, and they may be broken.
        """
        loopback, secure = is_loopback(url), url[:6].lower() == "https:"
        if (loopback, secure) not in self._clients:
            self._clients[loopback, secure] = self._new_client(loopback=loopback, secure=secure)
        return self._clients[loopback, secure]

    def _new_client(self, *, loopback: bool, secure: bool) -> httpx.AsyncClient:
        import httpx

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # as it is, it trusts nobody
        try:
            return httpx.AsyncClient(
                headers={"user-agent": f"understudy/{__version__}"},
                verify=_certificates(trust_env=self._trust_env) if secure else context,
                trust_env=self._trust_env and not loopback,
                follow_redirects=False,
                timeout=httpx.Timeout(
                    connect=self._connect_timeout, read=None, write=_WRITE_TIMEOUT, pool=None
                ),
                limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEP_ALIVE),
            )
        except (ValueError, ImportError) as error:
            message = "A proxy variable (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY) cannot be used."
            detail = type(error).__name__
            raise ProviderError(ErrorKind.NETWORK, message, code="proxy", detail=detail) from None


def _certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Trust whom the operating system trusts, and what SSL_CERT_FILE and SSL_CERT_DIR add.

    Raises ``ProviderError`` where they name something else.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    file = os.environ.get("SSL_CERT_FILE") if trust_env else None
    folder = os.environ.get("SSL_CERT_DIR") if trust_env else None
    if file or folder:
        try:
            context.load_verify_locations(cafile=file or None, capath=folder or None)
        except OSError:
            message = f"SSL_CERT_FILE ({file}) is no file of certificates: correct or unset it."
            raise ProviderError(ErrorKind.NETWORK, message) from None
    return context


def _moved(status: int, url: str, location: str | None, name: str) -> ProviderError:
    """Make the error for a redirect; of the new place only what may be shown is named."""
    place = urlsplit(urljoin(url, location or ""))
    shown = f"{place.scheme}://{host_of(place.geturl())}{place.path}" if location else "elsewhere"
    message = f"{name} has moved to {shown} ({status}). Its address has to be changed to follow."
    return ProviderError(ErrorKind.NETWORK, message, status=status, code="moved", detail=shown)


def _hang_ups() -> tuple[type[Exception], ...]:
    import httpx

    return (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


def _library_errors() -> tuple[type[Exception], ...]:
    import httpx

    return (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, OSError)
