"""Measures taken in fresh processes: a warm one would flatter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHOUT = ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONUNBUFFERED")
TESTS = Path(__file__).resolve().parents[1]


def environment(**more: str) -> Mapping[str, str]:
    """This process's environment, with the tests' folder to import from.

    Modules are compiled once and kept, as they are wherever a program was installed.
    """
    kept = {name: each for name, each in os.environ.items() if name not in WITHOUT}
    return {**kept, "PYTHONPATH": str(TESTS), **more}


def measure(module: str, *arguments: str) -> Any:
    """Run ``bench.<module>`` in a process of its own; returns the JSON that it prints."""
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)
