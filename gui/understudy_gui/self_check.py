"""``--self-check``: does this build open its window and answer? One JSON object says so.

Everything happens in a temporary folder, with no key and no network: the built-in practice provider
answers, and the answer is read out of the transcript on screen.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from understudy_gui.app import Shell
    from understudy_gui.session import Session

QUESTION = "What is Understudy?"
WITHIN = 60.0


def run_self_check() -> int:
    """Ask once and print what came; 0 where it did."""
    from understudy.paths import Paths
    from understudy_gui.app import open_shell

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="understudy-", ignore_cleanup_errors=True) as home:
        shell = open_shell(Paths.under(Path(home)))
        if shell is None:
            return 1
        from understudy_gui.loop import runner

        with runner(shell.application) as started:
            found = started.run(_ask(shell, began))
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0 if found["ok"] else 1


async def _ask(shell: Shell, began: float) -> dict[str, object]:
    from understudy_gui.session import Session

    session = Session(shell, isolated=True)
    found: dict[str, object] = {"ok": False}

    async def watch() -> None:
        with suppress(TimeoutError):
            found.update(await asyncio.wait_for(_answer(session), WITHIN))
        session.end()

    watching = asyncio.ensure_future(watch())
    await session.live()
    await watching
    return found | {"platform": shell.application.platformName(), "seconds": _since(began)}


async def _answer(session: Session) -> dict[str, object]:
    """Write the question into the composer, send it, and read the answer that stands on screen."""
    pane, transcript = session.shell.window.pane, session.shell.transcript
    while session.workplace is None:  # noqa: ASYNC110 - the start has no event for its end
        await asyncio.sleep(0.02)
    pane.composer.set_text(QUESTION)
    pane.composer.submit()
    while transcript.count < 2 or session.conversation.busy:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.02)
    item = transcript.item(1)
    provider = item.meta.provider if item is not None and item.meta is not None else ""
    text = pane.transcript.plain_text(1)
    return {"ok": bool(text.strip()), "provider": provider, "answer": text}


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
