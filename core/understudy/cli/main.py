"""Runs one command and turns whatever comes of it into an exit code.

0: it did its job. 1: it could not. 2: wrong usage. 130: stopped with Ctrl C.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from understudy.cli.console import Console
from understudy.cli.parser import parse
from understudy.errors import UnderstudyError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

DONE, COULD_NOT, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def run(argv: Sequence[str]) -> int:
    """Run the command line ``argv`` and return the process's exit code."""
    try:
        args = parse(argv)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else WRONG_USAGE
    console = Console(sys.stdout, sys.stderr, json=args.json)
    try:
        code = _handler(args.run)(args, console)
        sys.stdout.flush()
    except UnderstudyError as error:
        console.error(error)
        return WRONG_USAGE if isinstance(error, UsageError) else COULD_NOT
    except KeyboardInterrupt:
        if console.json:
            console.object({"type": "stopped"})
        console.note("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return COULD_NOT
    return code


def _handler(name: str) -> Callable[[argparse.Namespace, Console], int]:
    module, function = name.split(":")
    return getattr(import_module(f"understudy.cli.{module}"), function)


def _forget_output() -> None:
    """Leave the interpreter nothing to complain about at its last flush: the reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
