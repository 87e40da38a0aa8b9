"""How far a request has come, as the HTTP library tells while it sends it."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

from understudy.transport.addresses import is_secure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from understudy.transport.proxies import Proxy

_CONNECTED = frozenset({"connection.connect_tcp.complete", "socks.connect_tcp.complete"})
_BEHIND_PROXY = ("proxy.start_tls.", "socks.setup_socks5_connection.complete", "socks.start_tls.")

Way: TypeAlias = Literal["straight", "tunnelled", "forwarded"]
"""Without a proxy; through one that joins two connections; by one that asks in our place."""


def way_to(url: str, proxy: Proxy | None) -> Way:
    """Tell how a request gets to ``url``."""
    if proxy is None:
        return "straight"
    return "tunnelled" if is_secure(url) or proxy.is_socks else "forwarded"


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class Progress:
    """Listens to the library's ``trace`` events for one request.

    They are listed at https://www.encode.io/httpcore/extensions/.

    ``is_new``: the request had to open a connection. Where it had not, the server may have closed
    the kept one at this very moment.
    ``is_at_proxy``: it is a proxy that is being spoken to, not yet the server. What is forwarded
    never gets further: to the end it is the proxy that answers.
    """

    def __init__(self, way: Way) -> None:
        self.is_new = False
        self.is_at_proxy = False
        self._way = way
        self._stream: _Stream | None = None
        self._limit: asyncio.Timeout | None = None

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        """Take note of an event."""
        speaks = event.startswith("http11.")
        if not speaks:
            self.is_new = True
            self.is_at_proxy = self._way != "straight" and not event.startswith(_BEHIND_PROXY)
            if event in _CONNECTED:
                self._stream = cast("_Stream", info["return_value"])
        elif self._way == "forwarded":
            self.is_at_proxy = True
        if self._limit is not None and (
            not self.is_at_proxy or (speaks and self._way == "forwarded")
        ):
            self._limit.reschedule(None)
            self._limit = None

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Give a proxy so long to connect; the server takes the time that it needs.

        The library bounds the steps of a connection, but not what it says to a proxy.
        """
        if self._way == "straight":
            return nullcontext()
        self._limit = asyncio.timeout(seconds)
        return self._limit

    async def hang_up(self) -> None:
        """Close the connection that was opened.

        The library forgets one that is cancelled during its TLS handshake, and one whose SOCKS
        proxy refused.
        """
        if self._stream is not None:
            await self._stream.aclose()
