"""Stands where a provider cannot be asked as it is set, so that people see it and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from understudy.events import ProviderEvent
    from understudy.providers.base import Availability, ProviderRow
    from understudy.requests import ChatRequest


class UnusableProvider:
    """Implements ``ChatProvider`` for one that is never available."""

    def __init__(self, row: ProviderRow, availability: Availability) -> None:
        self.id = row.id
        self.name = row.name
        self.local = row.local
        self.default_model = row.models[0] if row.models else ""
        self._availability = availability

    def availability(self) -> Availability:
        """Say why not."""
        return self._availability

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Refuse whoever asks all the same."""
        raise ProviderError(ErrorKind.BAD_REQUEST, self._availability.why)
        yield ()
