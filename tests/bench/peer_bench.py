"""Measures one contender beside bare httpx, in one process, in turns.

Run as ``python -m bench.peer_bench MEASURE CONTENDER BASE_URL``: prints one JSON object. CPU times
are this process's; the server has its own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from bench.contenders import CONTENDERS
from bench.router_bench import BURST, in_turns, refusing_url, summary
from bench.stream_server import VARIED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bench.contenders import Ask

STREAMS, STREAM = 100, f"{VARIED}128/25"
"""A pace that the server keeps for a hundred: where it does not, chunks come in heaps, for less."""

ROUNDS, LONG = 5, 1.0
"""Tries of a failover, and the seconds behind which one is enough: it slept, and does so again."""

FLOOR = CONTENDERS["httpx"]


async def requests(name: str, url: str) -> dict[str, float]:
    """The first word's median and the CPU of a request: ours over the floor's, and the floor's."""
    place = (url, "1")
    bare, theirs = FLOOR.alone(place), CONTENDERS[name].alone(place)
    await in_turns(30, bare, theirs)
    taken = [await in_turns(100, bare, theirs) for _ in range(4)]
    floor, them = (summary([each[side] for each in taken]) for side in (0, 1))
    return {
        "first_token": them["p50"] / floor["p50"],
        "request_cpu": them["cpu"] / floor["cpu"],
        "floor_first_token_ms": floor["p50"] * 1e3,
        "floor_request_us": floor["cpu"] * 1e6,
    }


async def chunks(name: str, url: str) -> dict[str, float]:
    """The CPU of a chunk, flat out."""
    place = (url, f"{VARIED}{BURST}")
    bare, theirs = FLOOR.alone(place), CONTENDERS[name].alone(place)
    await in_turns(2, bare, theirs)
    taken = [await in_turns(4, bare, theirs) for _ in range(4)]
    floor, them = (summary([each[side] for each in taken])["cpu"] for side in (0, 1))
    return {"chunk_cpu": them / floor, "floor_chunk_us": floor / BURST * 1e6}


async def streams(name: str, url: str) -> dict[str, float]:
    """The CPU of one stream of a hundred at once."""
    place = (url, STREAM)
    asks = [FLOOR.alone(place), CONTENDERS[name].alone(place)]
    for ask in asks:
        await ask()
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(6):
        for side in (0, 1) if number % 2 else (1, 0):
            gc.collect()
            began = time.process_time()
            await asyncio.gather(*(asks[side]() for _ in range(STREAMS)))
            taken[side].append((time.process_time() - began) / STREAMS)
    floor, them = map(statistics.median, taken)
    return {"streams_cpu": them / floor, "floor_stream_ms": floor * 1e3}


async def failover(name: str, url: str) -> dict[str, float]:
    """Seconds to the backup's first word, at the first question and at the one after it."""
    figures: dict[str, float] = {}
    firsts = {
        "refused": (refusing_url(), "1"),
        "503": (url, "refuse-503"),
        "429": (url, "refuse-429"),
    }
    await CONTENDERS[name].alone((url, "1"))()  # what the first of all has to load does not count
    for kind, first in firsts.items():
        taken: list[tuple[float, float]] = []
        while len(taken) < ROUNDS and sum(map(sum, taken)) < LONG:
            ask = CONTENDERS[name].with_backup(first, (url, "1"))
            taken.append((await _waited(ask), await _waited(ask)))
        at_first, again = (statistics.median(each) for each in zip(*taken, strict=True))
        figures |= {f"failover_{kind}_s": at_first, f"failover_{kind}_again_s": again}
    return figures


async def _waited(ask: Ask) -> float:
    """The seconds that it took; none where nobody answered."""
    try:
        return await ask()
    except Exception as error:  # noqa: BLE001 - a library may raise whatever it likes
        sys.stderr.write(f"nobody answered: {error!r}\n")
        return float("nan")


MEASURES: dict[str, Callable[[str, str], Awaitable[dict[str, Any]]]] = {
    "requests": requests,
    "chunks": chunks,
    "streams": streams,
    "failover": failover,
}


async def main(measure: str, name: str, url: str) -> None:
    """Take a measure and print it."""
    sys.stdout.write(f"{json.dumps(await MEASURES[measure](name, url))}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
