"""A thousand answers at once over loopback, through the router and by bare httpx.

Run as ``python -m bench --streams N``: prints one JSON object. Both are measured in processes of
their own, with the server in another, each word 50 ms behind the one before it. Run as ``python -m
bench.many_streams KIND BASE_URL N``: one of them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from collections import Counter
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import httpx
import psutil

from bench.fresh import measure
from bench.router_bench import QUESTION, peak_memory
from bench.stream_server import stream_server
from understudy.errors import NobodyAnswered
from understudy.events import Finished, TextDelta
from understudy.messages import Message
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

TOKENS: Final = 128
PACE: Final = 0.05
MODEL: Final = f"{TOKENS}/{PACE * 1e3:g}"
SPACE: Final = " "
"""With which each word of the server begins."""
PATIENCE: Final = 60.0
SPARE: Final = 64
"""Files that a process has open beside its streams."""


@dataclass
class Streams:
    """What came of many answers at once; ``first_words`` are seconds."""

    first_words: list[float] = field(default_factory=list[float])
    complete: int = 0
    failed: Counter[str] = field(default_factory=Counter[str])
    under_way: int = 0
    most: int = 0

    def began(self, since: float) -> None:
        """Note an answer's first word; ``since`` it was asked for."""
        self.first_words.append(perf_counter() - since)
        self.under_way += 1
        self.most = max(self.most, self.under_way)

    def ended(self, words: int, why: str = "") -> None:
        """Note an answer's end, after so many words."""
        self.under_way -= words > 0
        if words == TOKENS and not why:
            self.complete += 1
        else:
            self.failed[why or "words are missing"] += 1


Ask: TypeAlias = "Callable[[Streams], Awaitable[None]]"


def allow_open_files(needed: int) -> None:
    """Let this process and its children have ``needed`` files open, or exit and say what to do."""
    try:
        import resource
    except ImportError:  # Windows counts no sockets
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(
            f"This needs {needed:,} open files and may have {hard:,}. Nothing was measured.\n"
            f"Type as root: ulimit -n {needed}; then again in the same terminal."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@asynccontextmanager
async def by_router(base_url: str, count: int) -> AsyncGenerator[Ask]:
    """Ask a router that lets so many through at once."""
    row = ProviderRow("bench", "Bench", "openai-chat", base_url, needs_key=False, local=True)
    router, transport = Router(max_concurrency=count), HttpTransport()
    router.register_chat_provider(HttpProvider(row, transport, lambda: None))
    router.set_route(Route("Bench", (RouteEntry("bench", MODEL, first_token_within=PATIENCE),)))
    request = ChatRequest((Message.user(QUESTION),))

    async def ask(streams: Streams) -> None:
        began, words, why = perf_counter(), 0, "no finish"
        try:
            async with aclosing(router.stream(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        if not words:
                            streams.began(began)
                        words += event.text.count(SPACE)
                    elif isinstance(event, Finished):
                        why = ""
        except NobodyAnswered as error:
            why = str(error)
        streams.ended(words, why)

    yield ask
    await transport.aclose()


@asynccontextmanager
async def by_httpx(base_url: str, count: int) -> AsyncGenerator[Ask]:
    """Ask by httpx alone: the stream is cut into lines, and words are counted in them."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as client:

        async def ask(streams: Streams) -> None:
            began, words, why = perf_counter(), 0, ""
            try:
                async with client.stream("POST", f"{base_url}/chat/completions", json=body) as got:
                    async for line in got.aiter_lines():
                        if f'"content": "{SPACE}' in line:
                            if not words:
                                streams.began(began)
                            words += 1
            except httpx.HTTPError as error:
                why = repr(error)
            streams.ended(words, why)

        yield ask


async def measure_streams(kind: str, base_url: str, count: int) -> dict[str, Any]:
    """Ask once to warm up, then ``count`` times at once."""
    async with KINDS[kind](base_url, count) as ask:
        await ask(Streams())
        streams = Streams()
        memory, cpu, began = psutil.Process().memory_info().rss, process_time(), perf_counter()
        await asyncio.gather(*(ask(streams) for _ in range(count)))
        cpu, wall = process_time() - cpu, perf_counter() - began
    first_words = sorted(streams.first_words)
    return {
        "complete": streams.complete,
        "failed": dict(streams.failed),
        "at_once": streams.most,
        "wall_s": wall,
        "cpu_s": cpu,
        "rss_added_mb": (peak_memory() - memory) / 2**20,
        "first_word_p50_s": statistics.median(first_words),
        "first_word_p95_s": first_words[len(first_words) * 95 // 100],
    }


KINDS = {"routed": by_router, "bare": by_httpx}


def main(count: int) -> int:
    """Measure both, and tell how much of it was the server's."""
    allow_open_files(count + SPARE)
    figures: dict[str, Any] = {"streams": count, "tokens": TOKENS, "pace_ms": PACE * 1e3}
    for kind in KINDS:
        with stream_server() as base_url:
            (server,) = psutil.Process().children()
            figures[kind] = measure("many_streams", kind, base_url, str(count))
            spent = server.cpu_times()
            figures[kind]["server_cpu_s"] = spent.user + spent.system
    print(json.dumps(rounded(figures)))
    return 0 if figures["routed"]["complete"] == count else 1


def rounded(value: Any) -> Any:
    """Leave three digits behind the point."""
    if isinstance(value, dict):
        figures = cast("dict[str, Any]", value)
        return {name: rounded(each) for name, each in figures.items()}
    if isinstance(value, list):
        return [rounded(each) for each in cast("list[Any]", value)]
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    _, kind, base_url, count = sys.argv
    print(json.dumps(asyncio.run(measure_streams(kind, base_url, int(count)))))
