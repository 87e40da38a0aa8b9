"""What a process holds, and whether that grows while it works."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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


def remembered(name: str) -> int:
    """How many objects of the class called ``name`` there are."""
    gc.collect()
    return sum(type(each).__name__ == name for each in gc.get_objects())


class Sample(NamedTuple):
    """One look at a process at work: seconds since the first, and how much it holds, in bytes."""

    at: float
    resident: int
    heap: int
    blocks: int
    tasks: int


class Growth:
    """Looks at this process every second.

    ``rss_mb`` is what the system has given it, ``heap_mb`` what of that is in use beside Python's
    own small blocks: asyncio takes 256 kB for every read and gives most of it back at once, which
    leaves holes, so that the first creeps up where nothing is kept. Each is told as it was cold,
    after a third and two thirds of the time, and at the end.
    """

    def __init__(self) -> None:
        self._samples: list[Sample] = []
        self._began = time.monotonic()

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            now = time.monotonic() - self._began
            resident = psutil.Process().memory_info().rss
            blocks, tasks = sys.getallocatedblocks(), len(asyncio.all_tasks())
            self._samples.append(Sample(now, resident, heap_in_use(), blocks, tasks))
            await asyncio.sleep(EVERY)

    def figures(self) -> dict[str, Any]:
        """What it held, and how many small blocks a minute added when it was warm."""
        warm = self._samples[len(self._samples) // 3 :]
        return {
            "rss_mb": self._in_thirds(lambda sample: sample.resident),
            "heap_mb": self._in_thirds(lambda sample: sample.heap),
            "blocks_a_minute": _a_minute(warm, lambda sample: sample.blocks),
            "most_tasks": max(sample.tasks for sample in self._samples),
        }

    def _in_thirds(self, of: Callable[[Sample], int]) -> list[float]:
        values = [of(sample) / MEGABYTE for sample in self._samples]
        last, beside = len(values) - 1, len(values) // 20
        around = [(max(at - beside, 0), at + beside + 1) for at in (last // 3, last * 2 // 3, last)]
        return [values[0], *(statistics.median(values[start:end]) for start, end in around)]


def _a_minute(samples: list[Sample], of: Callable[[Sample], float]) -> float:
    """Fit a line; nothing where there are too few points for one."""
    if len(samples) < 2:
        return 0.0
    times, values = [each.at for each in samples], [of(each) for each in samples]
    return statistics.linear_regression(times, values).slope * 60


class _Heap(ctypes.Structure):
    """What mallinfo2 tells (https://man7.org/linux/man-pages/man3/mallinfo.3.html)."""

    uordblks: int
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def heap_in_use() -> int:
    """Bytes of the C library's heap that are in use; 0 where it does not tell."""
    ask = getattr(_this_program(), "mallinfo2", None)
    if ask is None:
        return 0
    ask.restype = _Heap
    told: _Heap = ask()
    return told.uordblks


@cache
def _this_program() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
