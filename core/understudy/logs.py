"""The program's log: what went wrong and where, never what was said and never a key.

Two walls stand before the file. What we log ourselves names no key and quotes no message; and every
line goes through ``SafeFormatter`` all the same. It takes keys out, says of an exception where it
came from and not what it says (it may quote a message), and of other libraries' lines only the
template, since asyncio for one writes whole exceptions into them.

Import this after the first paint: it costs 4 ms.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from traceback import walk_tb
from typing import TYPE_CHECKING

from understudy._version import __version__
from understudy.errors import UnderstudyError
from understudy.wire.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from io import TextIOWrapper
    from pathlib import Path
    from types import TracebackType

FILE_SIZE, OLDER_FILES = 512 * 1024, 3
MAX_LINE = 500
MAX_FRAMES = 30
MAX_CHAIN = 5

_OURS = ("understudy", "understudy_gui")
_log = logging.getLogger("understudy")


class SafeFormatter(logging.Formatter):
    """Writes records without keys and without the words of exceptions.

    ``secrets`` gives the keys that are known just now; what looks like one goes too.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as lines of text."""
        error = record.exc_info[1] if record.exc_info else None
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: {_message(record)}"
        lines = [head] if error is None else [head, *described(error)]
        secrets = tuple(self._secrets())
        return "\n  ".join(redact(line, secrets, MAX_LINE) for line in lines)


def described(error: BaseException) -> Iterator[str]:
    """Say of an exception, and of those that led to it, the type and the places passed.

    Only our own exceptions are quoted: their sentences hold no message by contract.
    """
    for number, each in enumerate(_chain(error)):
        said = f": {each}" if isinstance(each, UnderstudyError) else _number_of(each)
        yield f"{'after ' if number else ''}{type(each).__module__}.{type(each).__qualname__}{said}"
        frames = list(walk_tb(each.__traceback__))
        for frame, line in frames[-MAX_FRAMES:]:
            yield f"at {frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if current is None:
            return
        yield current
        unhidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or unhidden


def _number_of(error: BaseException) -> str:
    """The operating system's number for what happened; its text may name a file."""
    return f" (errno {error.errno})" if isinstance(error, OSError) and error.errno else ""


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


class _LogFile(RotatingFileHandler):
    """A file for this user's eyes. Being unable to write it never disturbs the program."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, maxBytes=FILE_SIZE, backupCount=OLDER_FILES, encoding="utf-8", delay=True
        )
        self._path = path

    def _open(self) -> TextIOWrapper:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(descriptor, "a", encoding="utf-8")  # noqa: PTH123 - a descriptor has no path

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose the line: the default prints it, unredacted."""


@contextmanager
def kept_log(
    path: Path, secrets: Callable[[], Iterable[str]], level: int = logging.INFO
) -> Generator[None]:
    """Write what happens in this block, from ``level`` on, to a file that rotates.

    Exceptions that nobody caught go there as well. ``secrets`` gives the keys to take out; it is
    called for each line. Other libraries are heard from warnings on.
    """
    version = ".".join(map(str, sys.version_info[:3]))
    handler = _LogFile(path)
    handler.setFormatter(SafeFormatter(secrets))
    handler.setLevel(level)
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in _OURS}
    root.addHandler(handler)
    for name in before:
        logging.getLogger(name).setLevel(level)
    _log.info("Begins: Understudy %s, Python %s, %s", __version__, version, sys.platform)
    try:
        with _uncaught_exceptions():
            yield
    finally:
        for name, former in before.items():
            logging.getLogger(name).setLevel(former)
        root.removeHandler(handler)
        handler.close()


@contextmanager
def _uncaught_exceptions() -> Generator[None]:
    """Log what nobody caught, and keep its words from standard error: desktops log that too."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before[0](kind, error, trace)
            return
        _tell("Nobody caught an exception", error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            _tell("A thread ended with an exception", args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            _tell("An exception had nowhere to go", args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


def _tell(what: str, error: BaseException) -> None:
    _log.critical(what, exc_info=error)
    if sys.stderr:  # a window on Windows has none
        sys.stderr.write("\n  ".join([f"{what}.", *map(redact, described(error))]) + "\n")
