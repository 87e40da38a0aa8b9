"""A loopback server in a process of its own that streams what the model's name says.

with stream_server() as base_url:
    ...     # model "2000": as many chunks at once; model "128/5": 5 ms between them
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
    from helpers.replies import openai_stream

    @cache
    def stream(model: str) -> Reply:
        chunks, _, milliseconds = model.partition("/")
        return openai_stream(pieces=[WORD] * int(chunks), delay=float(milliseconds or 0) / 1e3)

    def answer(request: RecordedRequest) -> Reply:
        server.requests.clear()
        return stream(request.json()["model"])

    with Loopback(answer) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
