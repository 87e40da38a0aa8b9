"""One answer on its way: from candidate to candidate until it is whole."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from understudy.errors import ProviderError
from understudy.routing.race import raced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from understudy.events import StreamEvent
    from understudy.routing.walk import Surroundings, Walk


async def answer(walk: Walk, around: Surroundings) -> AsyncGenerator[StreamEvent, None]:
    """Everything that happens, in order. Raises ``NobodyAnswered`` where it does not finish."""
    while walk.answered is None and walk.index is not None:
        if walk.hedge_after() is not None:
            async with aclosing(raced(walk, around, walk.index)) as events:
                async for event in events:
                    yield event
            continue
        index = walk.index
        candidate = walk.plan.candidates[index]
        wait = 0.0
        async with around.limits.slot(candidate.provider, background=walk.background):
            asking = walk.begin(index)
            if asking is None:
                walk.go_to(walk.after(index))
                continue
            try:
                yield walk.route_chosen(candidate)
                async with aclosing(asking.batches(walk.asked(index))) as batches:
                    async for batch in batches:
                        if walk.replaced is not None and asking.first_token is not None:
                            yield walk.handed_over(candidate)
                        walk.take(batch, asking)
                        for event in batch:
                            yield event
                walk.succeeded(asking, index)
            except ProviderError as error:
                wait = walk.failed(asking, error, index)
            except (asyncio.CancelledError, GeneratorExit):
                walk.cancelled(asking, index)
                raise
        if wait:
            await around.sleep(wait)
    if walk.answered is None:
        raise walk.nobody()
    if walk.replaced is not None:
        yield walk.handed_over(walk.answered.candidate)
    yield walk.finished(walk.answered)
