"""A line on standard error for each request that was served: no word of it, and no key."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from queue import Full, Queue
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from understudy.cli.console import Console
    from understudy.serve.desk import Noted

AHEAD: Final = 1_000
"""Lines that wait for a reader; further ones are dropped."""
CLOSED_WITHIN: Final = 1.0
_LONGEST: Final = 80


class RequestLines:
    """Writes them on a thread of its own: a pipe that nobody reads must not stop the server."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines: Queue[str | None] = Queue(AHEAD)
        self._thread = Thread(target=self._write, name="request lines", daemon=True)
        self._thread.start()

    def add(self, noted: Noted) -> None:
        """Have a request told of."""
        from understudy.serve.app import PATHS

        with suppress(Full):
            self._lines.put_nowait(line_of(noted, PATHS, datetime.now().astimezone()))

    def close(self) -> None:
        """Write what is left, for a second at most."""
        with suppress(Full):
            self._lines.put(None, timeout=CLOSED_WITHIN)
            self._thread.join(CLOSED_WITHIN)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with suppress(OSError, ValueError):  # standard error is gone; the server is not
                self._console.note(line)


def line_of(noted: Noted, paths: tuple[str, ...], at: datetime) -> str:
    """Say what was asked for, what came of it, who answered and how long it took.

    A path that is none of ``paths`` may hold anything, so it is not repeated.
    """
    known = (path for path in paths if f"{noted.path}/".startswith(f"{path}/"))
    words = [f"{at:%H:%M:%S}", noted.method, next(known, "another path")]
    words += [str(noted.status) if noted.status else "unanswered", _printable(noted.model)]
    words.append(f"{noted.seconds:.2f} s")
    if noted.attempts > 1:
        words.append(f"({noted.attempts} attempts)")
    if noted.hung_up:
        words.append("the client hung up")
    return " ".join(filter(None, words))


def _printable(name: str) -> str:
    """Keep a name that a client chose from steering the terminal."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
