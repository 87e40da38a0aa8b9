"""The soak: a hundred answers at once for a long time, one attempt in three meets a fault.

Run as ``python -m bench --soak [SECONDS]``: prints one JSON object. An answer must come whole, or
be broken off with what was shown kept; no word of it is doubled or missing. Afterwards nothing may
be left: no socket, task, thread or generator, and no memory that grew with the answers. A few bare
httpx clients ask the same servers at the same time: they are the floor for what the router adds.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from array import array
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from bench.leaks import Growth, held, held_at_last, remembered
from bench.many_streams import SPARE, allow_open_files, rounded
from bench.router_bench import QUESTION
from bench.soak_server import NAMES, STEADY, UNHURT, WORDS, soak_servers
from understudy.errors import AnswerInterrupted, NobodyAnswered
from understudy.events import Finished, HandedOver, TextDelta
from understudy.messages import Message
from understudy.metrics import observe
from understudy.metrics_prometheus import PrometheusRecorder
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.transport import lanes
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.metrics import AnswerOutcome
    from understudy.routing.trace import Attempt

AT_ONCE: Final = 100
BARE_AT_ONCE: Final = 8
REQUEST: Final = ChatRequest((Message.user(QUESTION),))
WHOLE: Final = "".join(WORDS)
STOPPED: Final = 0.03
"""Share of answers that their reader stops in the middle."""
KEPT: Final = lanes.AT_ONCE + lanes.CUT_OFF
"""Connections that the transport may still remember when nothing is under way."""
LIFTED_EVERY: Final = 0.25
"""Seconds after which a person says "try now": the soak is about faults, not about rests."""


def no_times() -> array[float]:
    """An array: a list would grow by as much as a leak does."""
    return array("d")


@dataclass
class Times:
    """How long answers took that met no fault, in seconds."""

    first_words: array[float] = field(default_factory=no_times)
    wholes: array[float] = field(default_factory=no_times)

    def ended(self, began: float, first_word: float) -> None:
        """Note an answer that ends now."""
        self.first_words.append(first_word - began)
        self.wholes.append(time.perf_counter() - began)


@dataclass
class Tally:
    """What came of the answers; ``wrong`` must stay empty."""

    ends: Counter[str] = field(default_factory=Counter[str])
    attempts: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    routed: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)
    pauses: array[float] = field(default_factory=no_times)

    def ended(self, how: AnswerOutcome, text: str) -> None:
        """Note an end, and hold the words against those that should have been said."""
        self.ends[how] += 1
        right = text == WHOLE if how == "whole" else WHOLE.startswith(text)
        if not right:
            self.wrong.append(f"{how}: {text}")


class Listener:
    """Hears one answer of the router."""

    def __init__(self, tally: Tally, dice: random.Random) -> None:
        self._tally = tally
        self._stop_at = dice.randint(1, len(WORDS)) if dice.random() < STOPPED else 0
        self._words: list[str] = []
        self._began = time.perf_counter()
        self._first_word = 0.0
        self._trail: list[Attempt] = []

    async def hear(self, router: Router) -> AnswerOutcome:
        """Hear it to its end, or stop it; its words and how it ended go to the tally."""
        try:
            how = await self._ending(router)
        except AnswerInterrupted as error:
            how = "interrupted"
            if error.text != "".join(self._words):
                self._tally.wrong.append(f"kept: {error.text}")
        except NobodyAnswered:
            how = "nobody"
        self._tally.ended(how, "".join(self._words))
        self._tally.attempts.update(each.kind or each.outcome for each in self._trail)
        return how

    async def _ending(self, router: Router) -> AnswerOutcome:
        async with aclosing(router.stream(REQUEST, trail=self._trail)) as events:
            async for event in events:
                match event:
                    case TextDelta(text):
                        self._first_word = self._first_word or time.perf_counter()
                        self._words.append(text)
                        if len(self._words) == self._stop_at:
                            return "cancelled"
                    case HandedOver(pause=pause):
                        self._tally.pauses.append(pause)
                    case Finished(usage=usage):
                        if len(self._trail) == 1 and usage.input_tokens == UNHURT:
                            self._tally.routed.ended(self._began, self._first_word)
                        return "whole"
                    case _:
                        pass
        raise AssertionError("A stream ended without an end.")


async def ask_router(router: Router, tally: Tally, until: float, seed: int) -> None:
    """Ask again and again."""
    dice = random.Random(seed)
    while time.monotonic() < until:
        if await Listener(tally, dice).hear(router) == "nobody":
            await asyncio.sleep(LIFTED_EVERY)


async def ask_bare(client: httpx.AsyncClient, base_url: str, tally: Tally, until: float) -> None:
    """Ask again and again by httpx alone: the stream is cut into lines, and nothing is read."""
    body = {"model": STEADY, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    while time.monotonic() < until:
        began, first_word = time.perf_counter(), 0.0
        async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                if not first_word and WORDS[0] in line:
                    first_word = time.perf_counter()
        tally.bare.ended(began, first_word)


async def lift_rests(router: Router) -> None:
    """Have everybody asked again, until cancelled."""
    while True:
        await asyncio.sleep(LIFTED_EVERY)
        for name in NAMES:
            router.try_now(name)


def line_up(base_urls: Sequence[str], transport: HttpTransport, at_once: int) -> Router:
    """Make a router with short clocks for the three."""
    router = Router(max_concurrency=at_once)
    for name, base_url in zip(NAMES, base_urls, strict=True):
        row = ProviderRow(
            name, name.upper(), "openai-chat", base_url, models=("soak",), needs_key=False
        )
        router.register_chat_provider(HttpProvider(row, transport, lambda: None))
    entries = tuple(RouteEntry(name, first_token_within=3.0, retries=1) for name in NAMES)
    router.set_route(Route("Soak", entries, strategy="split", idle_within=2.0))
    return router


async def load(base_urls: Sequence[str], seconds: float, at_once: int) -> dict[str, Any]:
    """Ask for so many seconds, and tell what came of it."""
    tally, growth, recorder = Tally(), Growth(), PrometheusRecorder()
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=60) as client:
        transport = HttpTransport()
        router = line_up(base_urls, transport, at_once)
        observe(router, recorder)
        beside = [asyncio.create_task(each) for each in (growth.watch(), lift_rests(router))]
        await asyncio.gather(
            *(ask_router(router, tally, until, seed) for seed in range(at_once)),
            *(ask_bare(client, base_urls[each % 2], tally, until) for each in range(BARE_AT_ONCE)),
        )
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        kept = remembered("AsyncHTTPConnection") - BARE_AT_ONCE
        await transport.aclose()
    measured = answers_measured(recorder)
    return {**figures_of(tally), **growth.figures(), "measured": measured, "kept": kept}


def figures_of(tally: Tally) -> dict[str, Any]:
    """Put a tally into figures; what the router adds is the difference of two percentiles."""
    for each in tally.wrong[:3]:
        sys.stderr.write(f"Wrong: {each}\n")
    bare, routed = (
        {"first_word": percentiles(times.first_words), "whole": percentiles(times.wholes)}
        for times in (tally.bare, tally.routed)
    )
    return {
        "answers": dict(tally.ends),
        "wrong": len(tally.wrong),
        "attempts": dict(tally.attempts),
        "unhurt": len(tally.routed.wholes),
        "floor_ms": bare,
        "added_ms": {
            name: {rank: routed[name][rank] - of[rank] for rank in of} for name, of in bare.items()
        },
        "handover_pause_ms": percentiles(tally.pauses),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The middle one and the 95th of a hundred, in milliseconds."""
    ranked = sorted(seconds) or [0.0]
    return {f"p{rank}": ranked[len(ranked) * rank // 100] * 1e3 for rank in (50, 95)}


def answers_measured(recorder: PrometheusRecorder) -> dict[str, float]:
    """What the metrics say of the answers."""
    families = list(recorder.registry.collect())
    samples = [sample for family in families for sample in family.samples]
    return {
        sample.labels["outcome"]: sample.value
        for sample in samples
        if sample.name == "understudy_answers_total"
    }


async def soak(base_urls: Sequence[str], seconds: float, at_once: int = AT_ONCE) -> dict[str, Any]:
    """Load the router for so long, then look for what is left behind."""
    before, began, cpu = held(), time.monotonic(), time.process_time()
    figures = await load(base_urls, seconds, at_once)
    spent = {"seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    left = (await held_at_last(before)).beyond(before)
    return {"at_once": at_once, **spent, **figures, "left": left}


def faults_of(figures: dict[str, Any]) -> list[str]:
    """Name what must not be."""
    faults = [f"{number} {name} left" for name, number in figures["left"].items() if number > 0]
    if figures["wrong"]:
        faults.append(f"{figures['wrong']} answers with wrong words")
    if figures["kept"] > KEPT:
        faults.append(f"{figures['kept']} connections remembered")
    if figures["measured"] != figures["answers"]:
        faults.append("metrics that count other answers")
    return faults


def main(seconds: float) -> int:
    """Soak, print the figures, and exit 1 where something must not be."""
    allow_open_files(2 * (AT_ONCE + BARE_AT_ONCE) + SPARE)
    with soak_servers() as base_urls:
        figures = asyncio.run(soak(base_urls, seconds))
    print(json.dumps(rounded(figures)))
    for fault in (faults := faults_of(figures)):
        sys.stderr.write(f"There are {fault}.\n")
    return 1 if faults else 0
