"""A conversation at work: real history, real router, providers that answer as told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from helpers.providers import ScriptedProvider
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy_gui.controllers.conversation import ConversationController
from understudy_gui.models.transcript import TranscriptModel
from understudy_gui.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpers.providers import Scripted
    from understudy.history import History
    from understudy.routing.route import Rescue
    from understudy_gui.models.transcript import Item


class Stage:
    """The controller with everything around it; ``errors`` are those that nobody handled."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.transcript = TranscriptModel()
        self.errors: list[BaseException] = []
        self.tasks = TaskScope(lambda _name, error: self.errors.append(error))
        self.router = Router()
        self.controller = ConversationController(history, self.transcript, self.tasks)
        self.titles: list[str] = []
        self.controller.titled.connect(self.titles.append)
        self.controller.show_new()

    def cast(
        self,
        *providers: ScriptedProvider,
        first_token_within: float = 5.0,
        rescue: Rescue = "carry-on",
    ) -> None:
        """Put providers on the line-up, in this order, and begin to ask."""
        for provider in providers:
            self.router.register_chat_provider(provider)
        entries = tuple(
            RouteEntry(provider.id, first_token_within=first_token_within) for provider in providers
        )
        self.router.set_route(Route("Everyday", entries, rescue=rescue))
        local = {provider.id for provider in providers if provider.local}
        self.controller.use_router(self.router, local)

    def plays(self, *scripts: Scripted) -> list[ScriptedProvider]:
        """Put one provider for each script on the line-up: a, b, c."""
        names = [ScriptedProvider(chr(97 + at), [script]) for at, script in enumerate(scripts)]
        self.cast(*names)
        return names

    def items(self) -> list[Item]:
        """The rows."""
        rows = [self.transcript.item(row) for row in range(self.transcript.count)]
        return [item for item in rows if item is not None]

    @property
    def answer(self) -> Item:
        """The last row."""
        return self.items()[-1]

    async def until(self, what: Callable[[], object], within: float = 20.0) -> None:
        """Wait for something to become true."""
        async with asyncio.timeout(within):
            while not what():  # noqa: ASYNC110 - conditions of several objects have no one event
                await asyncio.sleep(0.005)

    async def idle(self) -> None:
        """Wait until nothing is on its way on screen."""
        await self.until(lambda: not self.controller.busy)

    async def ask(self, text: str = "Why?") -> Item:
        """Ask and wait for the answer's end."""
        self.controller.send(text)
        await self.idle()
        return self.answer
