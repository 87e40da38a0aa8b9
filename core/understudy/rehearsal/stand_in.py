"""A provider of the user's as it is rehearsed: the same to the router, another server behind."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.providers.base import Availability

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from understudy.events import ProviderEvent
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.requests import ChatRequest


class StandIn:
    """Implements ``ChatProvider`` with the id, name, models and dialect of a real one.

    It has no key and needs none. ``upstream`` makes what answers in place of a model of it, when
    that is asked for the first time; ``facts`` tell of the real one's models.
    """

    def __init__(
        self,
        row: ProviderRow,
        upstream: Callable[[ProviderRow, str], HttpProvider],
        facts: Callable[[str, str], ModelFacts],
    ) -> None:
        self.id = row.id
        self.name = row.name
        self.local = row.local
        self.default_model = row.models[0] if row.models else ""
        self._row = replace(row, needs_key=False, key_env=(), extra_headers=())
        self._upstream = upstream
        self._facts = facts
        self._asked: dict[str, HttpProvider] = {}

    def availability(self) -> Availability:
        """Say that it can be asked, whether the real one has its key or not."""
        return Availability("available")

    def facts(self, model: str) -> ModelFacts:
        """Tell what is known of the real one's model."""
        return self._facts(self.id, model)

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        """Ask whoever answers in place of this model."""
        async with aclosing(self._answers_for(model).stream(request, model)) as batches:
            async for batch in batches:
                yield batch

    def _answers_for(self, model: str) -> HttpProvider:
        if model not in self._asked:
            row = self._row if self._row.models else replace(self._row, models=("rehearsed",))
            self._asked[model] = self._upstream(row, model)
        return self._asked[model]
