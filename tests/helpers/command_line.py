"""The command line as a person runs it: a real process with a home folder of its own.

cli = CommandLine(tmp_path)
outcome = cli("ask", "Hello?")
assert outcome.code == 0
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

KEPT = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
"""The rest of the environment could hold keys, proxies and a keyring of whoever runs the tests."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: its exit code and all that it said."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> Any:
        """The one JSON object that was printed."""
        return json.loads(self.out)

    @property
    def objects(self) -> list[Any]:
        """The JSON objects that were printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class CommandLine:
    """Runs ``understudy`` below ``home`` with no keyring, no key and no proxy but those given."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, *arguments: str, stdin: str = "", timeout: float = 30) -> Outcome:
        """Run one command to its end."""
        with self.started(*arguments) as process:
            out, err = process.communicate(stdin, timeout=timeout)
        return Outcome(process.returncode, out, err)

    @contextmanager
    def started(self, *arguments: str) -> Generator[subprocess.Popen[str]]:
        """Begin a command with pipes on all three streams; what has not ended then is killed."""
        with subprocess.Popen(
            [sys.executable, "-m", "understudy", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment(),
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def environment(self) -> Mapping[str, str]:
        """What the process sees of the world."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {"HOME": str(self.home / "person"), "UNDERSTUDY_HOME": str(self.home)}
        return {**kept, **own, "PYTHONUTF8": "1", **self.environ}
