"""A program with a model in it, to be killed: loads, tells the model's process, then waits."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path

from understudy.local_model.provider import LocalModelProvider
from understudy.messages import Message
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport


async def main(model: Path) -> None:
    """Ask once; the first words are told as soon as they are there."""
    provider = LocalModelProvider("tiny", "Tiny", model, HttpTransport())
    request = ChatRequest((Message.user("Count."),), temperature=0.0)
    async with aclosing(provider.stream(request, "")) as batches:
        async for batch in batches:
            sys.stdout.write("".join(f"{type(event).__name__}\n" for event in batch))
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
