"""The process with the model, seen from outside: how it is started, heard and ended."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import deque
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from understudy.local_model.reports import read_report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from understudy.local_model.reports import Order, Report

CHILD_FLAG: Final = "--local-model-child"
"""What the frozen program is called with in place of ``-m``: it is its own Python."""

_LONGEST_LINE: Final = 1 << 20
_KEPT_LINES: Final = 50

_VARIABLES: Final = """PATH HOME USER LANG LC_ALL LC_CTYPE TMPDIR TZ
    LD_LIBRARY_PATH DYLD_LIBRARY_PATH XDG_RUNTIME_DIR XDG_CACHE_HOME
    SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT TEMP TMP USERPROFILE LOCALAPPDATA PROGRAMDATA
    NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE OMP_NUM_THREADS
    CUDA_PATH CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
    HSA_OVERRIDE_GFX_VERSION VK_ICD_FILENAMES VK_DRIVER_FILES GGML_VK_VISIBLE_DEVICES"""
PASSED_ON: Final = frozenset(_VARIABLES.split())
"""Where programs, libraries and graphics cards are; no variable in which anybody keeps a key."""


def child_command() -> tuple[str, ...]:
    """Give the command that starts the child: this Python, or the frozen program itself."""
    if getattr(sys, "frozen", False):
        return (sys.executable, CHILD_FLAG)
    return (sys.executable, "-P", "-m", "understudy.local_model.child")


def child_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the child what it needs to run, and none of the keys that the environment may hold."""
    kept = {name: value for name, value in environ.items() if name.upper() in PASSED_ON}
    if not getattr(sys, "frozen", False):  # what this program can import, the child can
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return kept


class ModelProcess:
    """A child that was started; ``log`` holds the last lines of what llama.cpp said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.log: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = process
        self._listening = asyncio.create_task(self._listen(), name="llama.cpp's log")

    @classmethod
    @asynccontextmanager
    async def started(cls, command: Sequence[str], order: Order) -> AsyncGenerator[ModelProcess]:
        """Start the child and tell it what to do; it is ended when the block is left.

        Raises ``OSError`` where the system starts no process.
        """
        process = cls(
            await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(),
                cwd=Path(sys.executable).parent,  # llama.cpp looks for libraries here
                limit=_LONGEST_LINE,
                **_no_console(),
            )
        )
        try:
            await process.tell(order)
            yield process
        finally:
            await process.end()

    async def tell(self, order: Order) -> None:
        """Send the order; standard input stays open for as long as the child shall live."""
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # it is gone already: its output ends, too
            self._process.stdin.write(order.line().encode())
            await self._process.stdin.drain()

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Yield what the child reports, until its output ends."""
        assert self._process.stdout is not None
        async for line in _lines(self._process.stdout):
            report = read_report(line)
            if report is not None:
                yield report

    async def exit_code(self) -> int:
        """Wait for its end; negative for the signal that ended it."""
        code = await self._process.wait()
        await self._listening
        return code

    async def end(self) -> None:
        """End it at once: it keeps nothing that could be lost."""
        with suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self.exit_code()

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        async for line in _lines(self._process.stderr):
            self.log.append(line)


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[str, None]:
    """Yield lines to the end; one that is longer than anybody writes is left out."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue
        if not line:
            return
        yield line.decode("utf-8", "replace").rstrip()


def _no_console() -> dict[str, Any]:
    """Keep Windows from opening a console for a program that a window starts."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {}
