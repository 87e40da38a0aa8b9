"""A loopback server in a process of its own that streams what the model's name says.

with stream_server() as base_url:
    ...     # model "2000": as many chunks at once; model "128/5": 5 ms between them;
            # model "varied-2000": in two words; model "refuse-503": that; model "refuse-429": to
            # come again in 2 s
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from bench.fresh import environment

if TYPE_CHECKING:
    from collections.abc import Generator

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply

WORD = " token"
VARIED, OTHER_WORD = "varied-", " words"
"""LiteLLM takes a hundred chunks that are alike for a model that is stuck."""


@contextmanager
def stream_server() -> Generator[str]:
    """Start the server; yields its base URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.stream_server"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    """Serve until the starter's end of the pipe closes."""
    from helpers.loopback import Loopback
    from helpers.replies import openai_stream, rate_limited, unavailable

    @cache
    def stream(model: str) -> Reply:
        if model.startswith("refuse-"):
            return unavailable() if model.endswith("503") else rate_limited("2")
        words = (WORD, OTHER_WORD) if model.startswith(VARIED) else (WORD, WORD)
        chunks, _, milliseconds = model.removeprefix(VARIED).partition("/")
        pieces = [words[number % 2] for number in range(int(chunks))]
        return openai_stream(pieces=pieces, delay=float(milliseconds or 0) / 1e3)

    def answer(request: RecordedRequest) -> Reply:
        server.requests.clear()
        return stream(request.json()["model"])

    with Loopback(answer) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
