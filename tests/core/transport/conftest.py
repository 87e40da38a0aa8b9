"""What all tests of the transport share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificates from outside."""
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (*proxies, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    """A transport as it is, but quick to give a connection up."""
    transport = HttpTransport(connect_timeout=2.0)
    yield transport
    await transport.aclose()
