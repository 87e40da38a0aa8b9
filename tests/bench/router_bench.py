"""What the router adds to bare httpx on the same server, in the same process, in turns.

Run as ``python -m bench.router_bench MEASURE BASE_URL``: prints one JSON object. CPU times are this
process's; the server has its own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil

from bench.fresh import measure
from bench.stream_server import stream_server

if TYPE_CHECKING:
    from understudy.requests import ChatRequest
    from understudy.routing.router import Router

BURST = 2000
ROUND = 10
QUESTION = "What happens when the first provider cannot answer?"


def make_router(base_url: str, *models: str) -> tuple[Router, ChatRequest]:
    """A router with a route of entries at the same server, one a model."""
    from understudy.messages import Message
    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.requests import ChatRequest
    from understudy.routing.route import Route, RouteEntry
    from understudy.routing.router import Router
    from understudy.transport.http import HttpTransport

    row = ProviderRow("bench", "Bench", "openai-chat", base_url, needs_key=False, local=True)
    router = Router(max_concurrency=128)
    router.register_chat_provider(HttpProvider(row, HttpTransport(), lambda: None))
    router.set_route(Route("Bench", tuple(RouteEntry("bench", model) for model in models)))
    router.default_route = "Bench"
    return router, ChatRequest((Message.user(QUESTION),))


async def ask_router(router: Router, request: ChatRequest) -> float:
    """Ask once; the seconds to the first word."""
    from understudy.events import TextDelta

    began = time.perf_counter()
    first = 0.0
    async with aclosing(router.stream(request)) as events:
        async for event in events:
            if not first and isinstance(event, TextDelta):
                first = time.perf_counter() - began
    return first


async def ask_bare(client: httpx.AsyncClient, base_url: str, model: str) -> float:
    """The floor: httpx alone, the stream cut into lines and nothing read from them."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": QUESTION}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    began = time.perf_counter()
    first = 0.0
    async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if not first and '"content": " token"' in line:
                first = time.perf_counter() - began
    return first


async def in_turns(
    rounds: int, bare: Callable[[], Awaitable[float]], routed: Callable[[], Awaitable[float]]
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Call both in turns; (seconds to the first word, CPU seconds) of each call."""
    results: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for call, into in zip((bare, routed), results, strict=True):
            cpu = time.process_time()
            first = await call()
            into.append((first, time.process_time() - cpu))
    return results


async def measure_requests(
    base_url: str, model: str, *, rounds: int, calls: int, warm_up: int
) -> dict[str, float]:
    """What the router adds, in seconds; CPU seconds for ``cpu``.

    What else the machine has to do only ever adds, to the slowest in a hundred most of all: of
    several rounds the least disturbed counts, bare and routed alike.
    """
    router, request = make_router(base_url, model)
    async with httpx.AsyncClient(timeout=60) as client:

        async def bare() -> float:
            return await ask_bare(client, base_url, model)

        async def routed() -> float:
            return await ask_router(router, request)

        await in_turns(warm_up, bare, routed)
        taken = [await in_turns(calls, bare, routed) for _ in range(rounds)]
    floor = summary([each for each, _ in taken])
    ours = summary([each for _, each in taken])
    return {name: ours[name] - floor[name] for name in ours}


def summary(rounds: list[list[tuple[float, float]]]) -> dict[str, float]:
    """The first word's p50 and p99 and the CPU of a request, in seconds, of the best round."""
    samples = [sample for taken in rounds for sample in taken]
    return {
        "p50": statistics.median(first for first, _ in samples),
        "p99": min(_p99([first for first, _ in taken]) for taken in rounds),
        "cpu": min(statistics.median(cpu for _, cpu in taken) for taken in rounds),
    }


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


async def measure_failover(base_url: str, rounds: int) -> dict[str, Any]:
    """Seconds from the question, through a refused connection, to the next one's first word.

    The median of the least disturbed round.
    """
    from understudy.providers.base import ProviderRow
    from understudy.providers.http import HttpProvider
    from understudy.routing.route import Route, RouteEntry
    from understudy.transport.http import HttpTransport

    taken: list[float] = []
    nobody = ProviderRow(
        "nobody", "Nobody", "openai-chat", refusing_url(), needs_key=False, local=True
    )
    for _ in range(rounds):
        router, request = make_router(base_url, "1")
        transport = HttpTransport()
        router.register_chat_provider(HttpProvider(nobody, transport, lambda: None))
        entries = (RouteEntry("nobody", "1"), RouteEntry("bench", "1"))
        await ask_router(router, request)
        router.set_route(Route("Bench", entries))
        taken.append(await ask_router(router, request))
        await transport.aclose()
    by_round = [taken[start : start + ROUND] for start in range(0, len(taken), ROUND)]
    return {"p50": min(statistics.median(each) for each in by_round)}


def refusing_url() -> str:
    """An address of this computer at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


async def measure_memory(base_url: str, kind: str, streams: int, model: str) -> dict[str, Any]:
    """Megabytes that ``streams`` answers at once add to a process that has asked once before."""
    router, request = make_router(base_url, model)
    limits = httpx.Limits(max_connections=streams)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:

        async def one() -> float:
            if kind == "bare":
                return await ask_bare(client, base_url, model)
            return await ask_router(router, request)

        await one()
        before = psutil.Process().memory_info().rss
        await asyncio.gather(*(one() for _ in range(streams)))
    return {"added_mb": (peak_memory() - before) / 2**20}


def peak_memory() -> int:
    """The most bytes this program ever had in memory; getrusage counts those of its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


MEASURES: dict[str, Callable[[str], Coroutine[Any, Any, dict[str, Any]]]] = {
    "first-token": lambda url: measure_requests(url, "1", rounds=8, calls=150, warm_up=30),
    "chunks": lambda url: measure_requests(url, str(BURST), rounds=5, calls=5, warm_up=3),
    "failover": lambda url: measure_failover(url, rounds=40),
    "memory-bare": lambda url: measure_memory(url, "bare", streams=100, model="128/5"),
    "memory-routed": lambda url: measure_memory(url, "routed", streams=100, model="128/5"),
}


def figures() -> dict[str, float | dict[str, float]]:
    """The router's figures of the bench."""
    with stream_server() as base_url:
        requests, bursts, memory, failover = (
            measure("router_bench", name, base_url)
            for name in ("first-token", "chunks", "memory-routed", "failover")
        )
    return {
        "router_ttft_added_ms": {"p50": requests["p50"] * 1e3, "p99": requests["p99"] * 1e3},
        "router_us_per_chunk": bursts["cpu"] / BURST * 1e6,
        "router_request_us": requests["cpu"] * 1e6,
        "router_streams_100_rss_mb": memory["added_mb"],
        "failover_ms": failover["p50"] * 1e3,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(MEASURES[sys.argv[1]](sys.argv[2]))))
