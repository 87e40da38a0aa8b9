"""What a process holds, and whether that grows while it works."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY: Final = 1.0
MEGABYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Held:
    """What is open or under way just now, in the process and its running loop."""

    sockets: int
    tasks: int
    threads: int
    generators: int

    def beyond(self, before: Held) -> dict[str, int]:
        """How much more it is than ``before``."""
        return {name: getattr(self, name) - getattr(before, name) for name in self.__slots__}


def held() -> Held:
    """Count, after all that nobody refers to has been cleared away."""
    gc.collect()
    return Held(
        sockets=len(psutil.Process().net_connections(kind="all")),
        tasks=len(asyncio.all_tasks()),
        threads=len(threading.enumerate()),
        generators=sum(type(each) is AsyncGeneratorType for each in gc.get_objects()),
    )


async def held_at_last(before: Held, within: float = 5.0) -> Held:
    """Count when everything has ended that is ending, ``within`` seconds at most."""
    until = time.monotonic() + within
    now = held()
    while any(each > 0 for each in now.beyond(before).values()) and time.monotonic() < until:
        await asyncio.sleep(0.1)
        now = held()
    return now


class Sample(NamedTuple):
    """One look at a process at work: seconds since the first, and how much it holds."""

    at: float
    memory: int
    blocks: int
    tasks: int


class Growth:
    """Looks at this process every second. The first third of the time is its warming up."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []
        self._began = time.monotonic()

    async def watch(self) -> None:
        """Look until cancelled."""
        process = psutil.Process()
        while True:
            now = time.monotonic() - self._began
            memory, blocks = process.memory_info().rss, sys.getallocatedblocks()
            self._samples.append(Sample(now, memory, blocks, len(asyncio.all_tasks())))
            await asyncio.sleep(EVERY)

    def figures(self) -> dict[str, float]:
        """Memory when warm and at the end, in MB, and what a minute adds to it in kB and blocks."""
        third = len(self._samples) // 3
        warm = self._samples[third:]
        return {
            "rss_mb_cold": self._samples[0].memory / MEGABYTE,
            "rss_mb_warm": _median(warm[: max(len(warm) // 10, 1)]) / MEGABYTE,
            "rss_mb_at_end": _median(warm[-max(len(warm) // 10, 1) :]) / MEGABYTE,
            "rss_kb_a_minute": _a_minute(warm, lambda sample: sample.memory / 1024),
            "blocks_a_minute": _a_minute(warm, lambda sample: sample.blocks),
            "most_tasks": max(sample.tasks for sample in self._samples),
        }


def _median(samples: list[Sample]) -> float:
    return statistics.median(sample.memory for sample in samples)


def _a_minute(samples: list[Sample], of: Callable[[Sample], float]) -> float:
    """Fit a line; nothing where there are too few points for one."""
    if len(samples) < 2:
        return 0.0
    times, values = [each.at for each in samples], [of(each) for each in samples]
    return statistics.linear_regression(times, values).slope * 60
