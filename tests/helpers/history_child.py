"""A process that streams words into a history until it is killed, telling each word it shows."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from understudy.history import History


async def main(path: Path) -> None:
    """Ask, and answer word by word; each line is a word's number and the time it was shown."""
    history = await History.open(path)
    row = await history.create_conversation()
    await history.add_question(row.id, "Count.")
    writer = await history.begin_answer(row.id)
    writer.segment("practice", "Practice", "steady")
    number = 0
    while True:
        writer.text(f"{number} ")
        sys.stdout.write(f"{number} {time.time()}\n")
        sys.stdout.flush()
        number += 1
        await asyncio.sleep(0.002)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
