"""When the program could be seen and used, for the benches: two moments, in two clocks."""

from __future__ import annotations

import os
import time
from typing import Literal, TypeAlias

VARIABLE = "UNDERSTUDY_TRACE_START"
"""Names the JSON file to write: moment to its ``monotonic`` and process ``cpu`` seconds."""

Moment: TypeAlias = Literal["first_paint", "ready"]


class StartTrace:
    """Takes the moments down where the variable asks for it; costs nothing otherwise."""

    def __init__(self) -> None:
        self._path = os.environ.get(VARIABLE, "")
        self._moments: dict[str, dict[str, float]] = {}

    def mark(self, moment: Moment) -> None:
        """Take a moment down and write what is known so far."""
        if not self._path:
            return
        self._moments[moment] = {"monotonic": time.monotonic(), "cpu": time.process_time()}
        import json
        from pathlib import Path

        Path(self._path).write_text(json.dumps(self._moments), encoding="utf-8")
