"""Providers in process that answer as told, and remember what they were asked.

    provider = ScriptedProvider("a", says("Hello"), fails(ErrorKind.AUTH, status=401))

The scripts are played in order, one a request; the last one repeats. A script is a tuple of steps:
words and other events are yielded (a tuple of them as one batch), a number is waited for, an error
is raised. One that does not end with ``Stop`` ends as a lost connection does.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from helpers.virtual_time import wall_clock
from understudy.errors import ProviderError, UnderstudyError
from understudy.events import Finished, Stop, TextDelta
from understudy.messages import Message
from understudy.model_facts import ModelFacts
from understudy.providers.base import Availability
from understudy.requests import ChatRequest
from understudy.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from understudy.errors import ErrorKind
    from understudy.events import ProviderEvent, StreamEvent
    from understudy.routing.trace import Attempt

Step: TypeAlias = "str | float | ProviderEvent | Exception | Sequence[ProviderEvent]"
Script: TypeAlias = tuple[Step, ...]
Scripted: TypeAlias = "Script | Callable[[ChatRequest], Script]"


def says(*words: str) -> Script:
    """A whole answer."""
    return (*words, Stop("stop"))


def breaks_off(*words: str) -> Script:
    """Some words, and then the connection is lost."""
    return words


def fails(
    kind: ErrorKind,
    *,
    status: int | None = None,
    retry_after: float | None = None,
    after: tuple[str, ...] = (),
) -> Script:
    """An error, after some words where they are given."""
    return (*after, ProviderError(kind, "", status=status, retry_after=retry_after))


def silent() -> Script:
    """Nothing, for ever."""
    return (1e9,)


@dataclass(slots=True)
class Asked:
    """One request as it arrived; ``at`` and ``closed_at`` are the loop's time."""

    model: str
    request: ChatRequest
    at: float
    closed_at: float | None = None


@dataclass
class ScriptedProvider:
    """A ``ChatProvider`` that plays scripts."""

    id: str
    scripts: list[Scripted]
    local: bool = False
    default_model: str = "m"
    available: Availability = field(default_factory=lambda: Availability("available"))
    asked: list[Asked] = field(default_factory=list[Asked])
    known: dict[str, ModelFacts] = field(default_factory=dict[str, ModelFacts])

    @property
    def name(self) -> str:
        return self.id.upper()

    def availability(self) -> Availability:
        return self.available

    def facts(self, model: str) -> ModelFacts:
        return self.known.get(model, ModelFacts())

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        loop = asyncio.get_running_loop()
        asked = Asked(model, request, loop.time())
        self.asked.append(asked)
        scripted = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        script = scripted(request) if callable(scripted) else scripted
        try:
            for step in script:
                if isinstance(step, (int, float)):
                    await asyncio.sleep(step)
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield _batch(step)
        finally:
            asked.closed_at = loop.time()


def _batch(step: str | ProviderEvent | Sequence[ProviderEvent]) -> Sequence[ProviderEvent]:
    if isinstance(step, str):
        return (TextDelta(step),)
    if isinstance(step, tuple):
        return step
    return (cast("ProviderEvent", step),)


def provider(name: str, *scripts: Scripted, local: bool = False, **facts: Any) -> ScriptedProvider:
    """Make one that says its own name where no script is given; ``facts`` are of its model."""
    known = {"m": ModelFacts(**facts)}
    script = list(scripts) or [says(f"I am {name}")]
    return ScriptedProvider(name, script, local=local, known=known)


def router_of(*providers: ScriptedProvider, max_concurrency: int = 16) -> Router:
    """Make a router on virtual time; without a route, all are asked in this order."""
    router = Router(max_concurrency, clock=wall_clock)
    for each in providers:
        router.register_chat_provider(each)
    return router


QUESTION = ChatRequest((Message.user("What is a fallback?"),))


@dataclass(slots=True)
class Heard:
    """What a consumer of a stream heard, up to its end or its error."""

    events: list[StreamEvent] = field(default_factory=list["StreamEvent"])
    trail: list[Attempt] = field(default_factory=list["Attempt"])
    error: Exception | None = None

    @property
    def text(self) -> str:
        """The words shown."""
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def kinds(self) -> list[str]:
        """The names of the events, words left out."""
        names = [type(event).__name__ for event in self.events]
        return [name for name in names if name != "TextDelta"]

    @property
    def asked(self) -> list[str]:
        """Who was asked, in order."""
        return [attempt.provider for attempt in self.trail]

    @property
    def finished(self) -> Finished:
        """The last event, where it ended well."""
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last


async def listen(router: Router, request: ChatRequest = QUESTION) -> Heard:
    """Hear a stream to its end; an error of the router is kept, any other is raised."""
    heard = Heard()
    try:
        async with aclosing(router.stream(request, trail=heard.trail)) as events:
            async for event in events:
                heard.events.append(event)
    except UnderstudyError as error:
        heard.error = error
    return heard
