"""The floor: a bare QWidget on screen. Writes the moment of its first paint as the program does."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from understudy_gui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Bare(QWidget):
    """An empty window of the program's size."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        moment = {"monotonic": time.monotonic(), "cpu": time.process_time()}
        path = Path(os.environ["UNDERSTUDY_TRACE_START"])
        if not path.exists():
            path.write_text(json.dumps({"first_paint": moment, "ready": moment}))


def main() -> None:
    """Show it until killed."""
    application = QApplication([])
    window = Bare()
    window.resize(1280, 820)
    window.show()
    application.exec()


if __name__ == "__main__":
    main()
