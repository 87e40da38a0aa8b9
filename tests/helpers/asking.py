"""The transport's simplest questions, as its tests ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.loopback import Loopback
from understudy.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.transport.http import HttpTransport


async def ask(
    transport: HttpTransport, server: Loopback | str, headers: Mapping[str, str] | None = None
) -> bytes:
    """Post a question and read the whole answer."""
    url = f"{server.base_url}/chat/completions" if isinstance(server, Loopback) else server
    async with transport.stream(
        "POST", url, headers=headers, json={"q": "?"}, name="Example"
    ) as response:
        return await response.body()


async def failure_of(
    transport: HttpTransport, server: Loopback | str, headers: Mapping[str, str] | None = None
) -> ProviderError:
    """Ask what cannot be answered; the error."""
    with pytest.raises(ProviderError) as caught:
        await ask(transport, server, headers)
    return caught.value
