"""python -m helpers.theatre_child HOME QUESTION: opens the real window, asks, and stays open."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.theatre import play

if TYPE_CHECKING:
    from helpers.theatre import Theatre


def main(home: str, question: str) -> None:
    """Ask, and let the answer be written until somebody ends this process."""

    async def act(theatre: Theatre) -> None:
        await theatre.ask(question)
        await asyncio.sleep(3600)

    play(Path(home), act)


if __name__ == "__main__":
    main(*sys.argv[1:])
