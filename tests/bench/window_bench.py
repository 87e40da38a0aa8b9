"""What the window costs to open and to leave open, over a bare one on the same screen."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.fresh import environment
from helpers.screen import environment_on, screen

if TYPE_CHECKING:
    from collections.abc import Generator

ROUNDS = 15
IDLE_SECONDS = 6.0
QUIET = 0.002
"""CPU seconds in one second below which the start counts as over."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: CPU seconds until the first paint and until ready, and bytes in memory then."""

    first_paint: float
    ready: float
    memory: int


@contextmanager
def running(module: str) -> Generator[tuple[subprocess.Popen[bytes], Start]]:
    """Start a window in a new home and wait until it can be used."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        env = environment(UNDERSTUDY_HOME=folder, UNDERSTUDY_TRACE_START=str(trace))
        with subprocess.Popen([sys.executable, "-m", module], env=env) as process:
            try:
                yield process, _started(process, trace)
            finally:
                process.kill()


def _started(process: subprocess.Popen[bytes], trace: Path) -> Start:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        moments = _read(trace)
        if "ready" in moments:
            memory = psutil.Process(process.pid).memory_info().rss
            return Start(moments["first_paint"]["cpu"], moments["ready"]["cpu"], memory)
        time.sleep(0.002)
    raise RuntimeError("The window did not come up.")


def _read(trace: Path) -> dict[str, dict[str, float]]:
    try:
        return json.loads(trace.read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # not written yet, or just now
        return {}


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads in seconds, to the nanosecond: clock ticks are 10 ms."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def idle_cpu(pid: int) -> float:
    """CPU milliseconds a second at rest, once the start is over."""
    for _ in range(30):
        before = cpu_seconds(pid)
        time.sleep(1)
        if cpu_seconds(pid) - before < QUIET:
            break
    before = cpu_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return (cpu_seconds(pid) - before) / IDLE_SECONDS * 1e3


def _starts_in_turns() -> tuple[list[Start], list[Start]]:
    """Start the bare window and the program in turns; the first start of each compiles modules."""
    starts: dict[str, list[Start]] = {"bench.bare_window": [], "understudy": []}
    for _ in range(ROUNDS + 1):
        for module, into in starts.items():
            with running(module) as (_, start):
                into.append(start)
    bare, ours = (each[1:] for each in starts.values())
    return bare, ours


def figures() -> dict[str, float]:
    """The window's figures, floors and starts taking turns."""
    with ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            os.environ.update(environment_on(stack.enter_context(screen())))
        bare, ours = _starts_in_turns()
        with running("understudy") as (process, _):
            idle = idle_cpu(process.pid)
    floor = statistics.median(start.first_paint for start in bare)
    memory = statistics.median(start.memory for start in bare)
    return {
        "startup_first_paint": statistics.median(start.first_paint for start in ours) / floor,
        "startup_ready": statistics.median(start.ready for start in ours) / floor,
        "rss_at_start": statistics.median(start.memory for start in ours) / memory,
        "idle_cpu_ms_per_s": idle,
    }
