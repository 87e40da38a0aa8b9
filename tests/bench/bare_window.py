"""The floor: a bare QWidget on screen. Writes the moment of its first paint as the program does.

Imports nothing but Qt before it: whatever this loads would be a present to the program.
"""

import os
import time

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Bare(QWidget):
    """An empty window of the program's size."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if not self.painted:
            self.painted = True
            write_moment(time.monotonic(), time.process_time())


def write_moment(monotonic: float, cpu: float) -> None:
    import json
    from pathlib import Path

    moment = {"monotonic": monotonic, "cpu": cpu}
    Path(os.environ["UNDERSTUDY_TRACE_START"]).write_text(
        json.dumps({"first_paint": moment, "ready": moment})
    )


def main() -> None:
    """Show it until killed."""
    application = QApplication([])
    window = Bare()
    window.resize(1280, 820)
    window.show()
    application.exec()


if __name__ == "__main__":
    main()
