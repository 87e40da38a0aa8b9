"""When to show what has arrived: at most 30 times a second, and never for most of the time."""

from __future__ import annotations

from time import monotonic, thread_time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL: Final = 1 / 30
"""Seconds between two pictures, at least."""

SHARE: Final = 4
"""A picture that cost c seconds is not followed by another for SHARE × c: a quarter of the CPU."""


class Pace(QObject):
    """Calls ``show`` some time after ``ask``: at once after a pause, else as the pace allows.

    No timer runs while nothing is asked for.
    """

    def __init__(self, show: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._cost = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._due)

    def ask(self) -> None:
        """Ask for a picture."""
        if self._timer.isActive():
            return
        rest = self._last + max(INTERVAL, SHARE * self._cost) - monotonic()
        self._timer.start(max(0, round(rest * 1000)))

    def now(self) -> None:
        """Show at once what was asked for."""
        self._timer.stop()
        self._due()

    def add_cost(self, seconds: float) -> None:
        """Count CPU time that the last picture took after ``show``: that of painting."""
        self._cost += seconds

    def _due(self) -> None:
        self._last = monotonic()
        begin = thread_time()
        self._show()
        self._cost = thread_time() - begin
