"""Three providers of the soak, in a process of its own; one answer in three meets a fault.

with soak_servers() as base_urls:
    ...     # model "steady" meets none

Asked for the rest of an answer, they go on behind the words that they are shown, as a good model
does; every other time they repeat the last two of them first, as many do.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bench.fresh import environment
from helpers.loopback import Loopback, closed_port
from helpers.replies import (
    CLOSE,
    RESET,
    SILENCE,
    Chunk,
    data,
    openai_stream,
    overloaded,
    rate_limited,
    unavailable,
)
from understudy.wire.decoding import MAX_MALFORMED

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from helpers.loopback import RecordedRequest
    from helpers.replies import Ending, Reply

NAMES: Final = ("a", "b", "c")
WORDS: Final = tuple(f"token{number:03d} " for number in range(128))
PACE: Final = 0.03
"""Seconds between two words."""
STEADY: Final = "steady"
UNHURT: Final = 1000
"""Tokens that were read, as is told with an answer that met no fault."""

OPEN_FOR: Final = 5.0
SHUT_FOR: Final = 0.5
"""Seconds in which the last of the three refuses connections, having dropped those that it had."""

GARBAGE: Final = Chunk(b'data: {"choices": [{"delta": {"content": "lost\n\n')


@dataclass(frozen=True, slots=True)
class Answer:
    """The words that are to be said, ``pace`` seconds apart, and dice for what goes wrong."""

    words: list[str]
    pace: float
    dice: random.Random

    def whole(self, *, first: float | None = None, read: int = 0) -> Reply:
        """Say all; ``read`` tokens were read for it."""
        counted, pace = (read, len(self.words)), self.pace
        return openai_stream(
            pieces=self.words, delay=pace, first_delay=first or pace, usage=counted
        )

    def part(self, ending: Ending) -> Reply:
        """Say some words, and then no more."""
        some = self.words[: self.dice.randint(0, len(self.words))]
        begun = Answer(some, self.pace, self.dice).whole()
        return begun.but(chunks=begun.chunks[:-3], ending=ending)

    def erring(self) -> Reply:
        """Say some words, and then an error inside the 200."""
        error = {"message": "The server had an error.", "type": "server_error", "code": None}
        begun = self.part("clean")
        return begun.but(chunks=(*begun.chunks, Chunk(data({"error": error}))))

    def garbled(self, times: int) -> Reply:
        """Say all, but somewhere in between what cannot be read."""
        whole = self.whole()
        at = self.dice.randint(1, len(whole.chunks) - 1)
        chunks = (*whole.chunks[:at], *[GARBAGE] * times, *whole.chunks[at:])
        return whole.but(chunks=chunks)


FAULTS: Final[Mapping[str, Callable[[Answer], Reply]]] = {
    "429, back in a second": lambda _: rate_limited("1"),
    "429, back in 42 seconds": lambda _: rate_limited("42"),
    "503": lambda _: unavailable(),
    "529": lambda _: overloaded(),
    "reset before the head": lambda _: RESET,
    "closed before the head": lambda _: CLOSE,
    "silence": lambda _: SILENCE,
    "slow": lambda answer: answer.whole(first=0.5),
    "cut": lambda answer: answer.part("cut"),
    "reset in mid-answer": lambda answer: answer.part("reset"),
    "silence in mid-answer": lambda answer: answer.part("silence"),
    "an end without a finish": lambda answer: answer.part("clean"),
    "an error in mid-answer": lambda answer: answer.erring(),
    "a chunk that cannot be read": lambda answer: answer.garbled(1),
    "nothing that can be read": lambda answer: answer.garbled(MAX_MALFORMED),
}


class Server:
    """One of the three: throws its dice for each request."""

    def __init__(self, name: str, pace: float) -> None:
        self._pace = pace
        self._dice = random.Random(name)
        self.http = Loopback(self._answer, port=closed_port())

    def _answer(self, request: RecordedRequest) -> Reply:
        self.http.requests.clear()
        body = request.json()
        answer = Answer(self._words_behind(body["messages"]), self._pace, self._dice)
        if body["model"] == STEADY or self._dice.random() > 1 / 3:
            return answer.whole(read=UNHURT)
        return self._dice.choice(list(FAULTS.values()))(answer)

    def _words_behind(self, messages: list[dict[str, Any]]) -> list[str]:
        """The words that are still to be said."""
        shown = next((each for each in reversed(messages) if each["role"] == "assistant"), None)
        if shown is None:
            return list(WORDS)
        said = str(shown["content"]).count("token")
        return list(WORDS[max(said - self._dice.choice((0, 2)), 0) :])


async def fail_now_and_then(server: Loopback) -> None:
    """Let a server vanish and come back, until cancelled."""
    while True:
        await asyncio.sleep(OPEN_FOR)
        await server.stop()
        await asyncio.sleep(SHUT_FOR)
        await server.start()


async def serve(pace: float) -> None:
    """Serve until the starter's end of the pipe closes."""
    servers = [Server(name, pace).http for name in NAMES]
    async with AsyncExitStack() as stack:
        for server in servers:
            await stack.enter_async_context(server)
        sys.stdout.write(" ".join(server.base_url for server in servers) + "\n")
        sys.stdout.flush()
        failing = asyncio.create_task(fail_now_and_then(servers[-1]))
        await asyncio.to_thread(sys.stdin.read)
        failing.cancel()


@contextmanager
def soak_servers(pace: float = PACE) -> Generator[list[str]]:
    """Start the three; yields their base URLs."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.soak_server", str(pace)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
