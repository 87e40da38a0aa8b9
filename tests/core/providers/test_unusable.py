"""One that cannot be asked as it is set stands in its place and says why."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from understudy.errors import ErrorKind, ProviderError
from understudy.messages import Message
from understudy.providers.base import Availability, ProviderRow
from understudy.providers.unusable import UnusableProvider
from understudy.requests import ChatRequest

WHY = Availability("not-configured", "Its address is not set.")


@pytest.mark.parametrize(("models", "default"), [((), ""), (("m-1", "m-2"), "m-1")])
def test_that_it_is_seen_with_its_reason(models: tuple[str, ...], default: str) -> None:
    row = ProviderRow("azure", "Azure", "openai-chat", "https://{x}.example", models=models)
    provider = UnusableProvider(row, WHY)
    assert provider.availability() == WHY
    assert (provider.id, provider.name, provider.local) == ("azure", "Azure", False)
    assert provider.default_model == default


@pytest.mark.anyio
async def test_that_whoever_asks_all_the_same_is_refused() -> None:
    provider = UnusableProvider(ProviderRow("azure", "Azure", "openai-chat", "https://{x}"), WHY)
    request = ChatRequest((Message.user("Hello"),))
    with pytest.raises(ProviderError, match="Its address is not set") as caught:
        async with aclosing(provider.stream(request, "")) as batches:
            await anext(batches)
    assert caught.value.kind is ErrorKind.BAD_REQUEST
