"""What one conversation weighs on the screen: resident memory of a process that shows it.

``python -m bench.conversation_memory DATABASE CONVERSATION`` opens it as the window does, from the
history through the controller, scrolls through it, and prints the megabytes as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtWidgets import QApplication

from understudy.history import History
from understudy_gui import assets
from understudy_gui.controllers.conversation import ConversationController
from understudy_gui.loop import runner
from understudy_gui.models.transcript import TranscriptModel
from understudy_gui.tasks import TaskScope
from understudy_gui.theme import ThemeManager
from understudy_gui.transcript import prewarm
from understudy_gui.transcript.view import TranscriptView

STOPS: Final = 40
SIZE: Final = (900, 700)
PAUSE: Final = 0.03
"""Seconds at each stop: a page is read and painted in less."""


def _fail(_name: str, error: BaseException) -> None:
    raise error


async def scrolled_through(database: Path, conversation: int) -> float:
    """Show the conversation and look into it at places all over; returns MB."""
    history = await History.open(database)
    tasks = TaskScope(_fail)
    model = TranscriptModel()
    view = TranscriptView(model, ThemeManager("light"))
    view.resize(*SIZE)
    view.show()
    controller = ConversationController(history, model, tasks)
    await controller.show(conversation)
    bar = view.verticalScrollBar()
    for stop in range(STOPS + 1):
        bar.setValue(bar.maximum() * stop // STOPS)
        await asyncio.sleep(PAUSE)
        if model.item(view.rows.anchor.row) is None:
            raise RuntimeError("The page did not come in time: nothing was shown.")
    megabytes = psutil.Process().memory_info().rss / 1e6
    await tasks.aclose()
    await history.close()
    view.close()
    return megabytes


def main() -> None:
    """Measure what the command line names."""
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    assets.load_fonts()
    prewarm()
    with runner(app) as started:
        print(json.dumps(started.run(scrolled_through(Path(sys.argv[1]), int(sys.argv[2])))))


if __name__ == "__main__":
    main()
