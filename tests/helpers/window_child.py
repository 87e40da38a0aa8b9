"""The real window in a process of its own: asks each argument and prints what stands on screen."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from understudy.paths import Paths
from understudy_gui.app import open_shell
from understudy_gui.loop import runner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.app import Shell
    from understudy_gui.session import Session

WITHIN = 30.0


async def hold(shell: Shell, questions: Sequence[str]) -> list[str]:
    """Run the program, ask, and end it; returns the text of every row."""
    from understudy_gui.session import Session

    session = Session(shell)
    asking = asyncio.ensure_future(ask_all(session, questions))
    asking.add_done_callback(lambda _: session.end())
    await session.live()
    return asking.result()


async def ask_all(session: Session, questions: Sequence[str]) -> list[str]:
    """Type and send the questions one after the other, each when the last answer has ended."""
    pane, transcript = session.shell.window.pane, session.shell.transcript
    async with asyncio.timeout(WITHIN):
        while session.workplace is None:  # noqa: ASYNC110 - the start has no event for its end
            await asyncio.sleep(0.02)
        for number, question in enumerate(questions, 1):
            pane.composer.set_text(question)
            pane.composer.submit()
            while transcript.count < 2 * number or session.conversation.busy:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    return [pane.transcript.plain_text(row) for row in range(transcript.count)]


def main() -> int:
    """Print the rows as a JSON list."""
    shell = open_shell(Paths.find())
    if shell is None:
        return 1
    with runner(shell.application) as started:
        rows = started.run(hold(shell, sys.argv[1:]))
    sys.stdout.write(json.dumps(rows, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
