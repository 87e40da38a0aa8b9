"""Several attempts at once, of which the first to say a word goes on alone.

The next is asked as well where the first is slower than nineteen of twenty of its own answers.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from understudy.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from contextlib import AbstractAsyncContextManager

    from understudy.events import StreamEvent
    from understudy.requests import ChatRequest
    from understudy.routing.attempt import Asking, Delivered
    from understudy.routing.walk import Surroundings, Walk

_AHEAD: Final = 64
"""Batches that wait for whoever reads them: a reader that is slow holds its provider up."""


@dataclass(frozen=True, slots=True)
class Runner:
    """An attempt in the race; ``index`` is its candidate's place in the plan."""

    index: int
    asking: Asking


Told: TypeAlias = "Sequence[Delivered] | ProviderError | None"
"""What a runner says: a batch, how it failed, or that it has ended well."""


class Race:
    """Runs attempts in tasks of their own. ``aclose`` hangs up on all that still run."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[tuple[Runner, Told]] = asyncio.Queue(_AHEAD)
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(
        self, runner: Runner, request: ChatRequest, slot: AbstractAsyncContextManager[None]
    ) -> None:
        """Let an attempt run, once it has its ``slot``."""
        self._tasks[runner.index] = asyncio.create_task(self._run(runner, request, slot))

    async def next(self, until: float | None = None) -> tuple[Runner, Told] | None:
        """Wait for what is said next, ``until`` a time of the loop; ``None`` when it has come."""
        try:
            async with asyncio.timeout_at(until):
                return await self._told.get()
        except TimeoutError:
            return None

    async def stop(self, index: int) -> None:
        """Hang up on one runner."""
        task = self._tasks.pop(index, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def aclose(self) -> None:
        """Hang up on everybody."""
        for index in tuple(self._tasks):
            await self.stop(index)

    async def _run(
        self, runner: Runner, request: ChatRequest, slot: AbstractAsyncContextManager[None]
    ) -> None:
        try:
            async with slot, aclosing(_batches(runner, request)) as batches:
                async for batch in batches:
                    await self._told.put((runner, batch))
        except ProviderError as error:
            await self._told.put((runner, error))
        else:
            await self._told.put((runner, None))


def _batches(runner: Runner, request: ChatRequest) -> AsyncGenerator[Sequence[Delivered], None]:
    return runner.asking.batches(request)


async def raced(walk: Walk, around: Surroundings, first: int) -> AsyncGenerator[StreamEvent, None]:
    """Ask the ``first`` and, if it is slow, the next as well; ends as both have, or the winner."""
    race, running = Race(), dict[int, Runner]()
    loop = asyncio.get_running_loop()
    hedge_at: float | None = loop.time() + (walk.hedge_after() or 0.0)
    following = walk.after(first)
    won = False
    try:
        if not _start(walk, around, race, running, first):
            walk.go_to(following)
            return
        yield walk.route_chosen(walk.plan.candidates[first])
        while running:
            said = await race.next(hedge_at)
            if said is None:
                hedge_at = None
                if following is not None:
                    _start(walk, around, race, running, following)
                continue
            runner, told = said
            if not won and _speaks(runner, told):
                won, hedge_at = True, None
                for event in await _won(walk, race, running, runner, first):
                    yield event
            if told is None or isinstance(told, ProviderError):
                del running[runner.index]
                _ended(walk, runner, told)
                hedge_at = None if running or won else hedge_at
                continue
            walk.take(told, runner.asking)
            for event in told:
                yield event
    finally:
        await race.aclose()
        for runner in running.values():
            walk.cancelled(runner.asking, runner.index)


def _start(
    walk: Walk, around: Surroundings, race: Race, running: dict[int, Runner], index: int
) -> bool:
    """Let a candidate run; whether it may."""
    asking = walk.begin(index)
    if asking is None:
        return False
    runner = running[index] = Runner(index, asking)
    provider = asking.candidate.provider
    slot = around.limits.slot(provider, background=walk.background)
    race.start(runner, walk.asked(index), slot)
    return True


def _speaks(runner: Runner, told: Told) -> bool:
    """Tell whether this is a runner's first word, or its whole answer."""
    failed = isinstance(told, ProviderError)
    return not failed and (told is None or runner.asking.first_token is not None)


async def _won(
    walk: Walk, race: Race, running: dict[int, Runner], winner: Runner, first: int
) -> list[StreamEvent]:
    """Hang up on everybody else; gives what tells of a change of provider."""
    candidate = winner.asking.candidate
    for other in [each for each in running.values() if each is not winner]:
        await race.stop(other.index)
        del running[other.index]
        walk.lost(other.asking, other.index, candidate.provider_name, replaced=other.index == first)
    walk.index = winner.index
    told: list[StreamEvent] = []
    if winner.index != first:
        told.append(walk.route_chosen(candidate))
    if walk.replaced is not None:
        told.append(walk.handed_over(candidate))
    return told


def _ended(walk: Walk, runner: Runner, told: ProviderError | None) -> None:
    """Take note of a runner's end; the walk goes on behind the last that ran."""
    if told is None:
        walk.succeeded(runner.asking, runner.index)
    else:
        walk.failed(runner.asking, told, runner.index)
