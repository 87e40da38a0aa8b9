"""What an import costs: processes that import a library, beside processes that import httpx."""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.fresh import environment

ROUNDS = 9
HTTPX = "import httpx"
UNDERSTUDY = """
import understudy
for name in understudy.__all__:
    getattr(understudy, name)
from understudy.providers.http import HttpProvider
from understudy.providers.wires import WIRES, wire_format
for name in WIRES:
    wire_format(name)
from understudy.transport.http import HttpTransport
import httpx
"""
"""Every public name, for their modules load late; what a provider behind HTTP needs; and httpx,
which is loaded with the first request."""

_AT_ITS_END = """
import time
with open("/proc/self/statm") as memory:
    pages = int(memory.read().split()[1])
print(time.process_time(), pages * 4096)
"""


def cost(code: str) -> tuple[float, float]:
    """CPU seconds and bytes of a process that runs ``code``."""
    words = [sys.executable, "-c", f"{code}{_AT_ITS_END}"]
    told = subprocess.run(
        words, env=environment(), stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    return float(told[-2]), float(told[-1])


def over_httpx(code: str, rounds: int = ROUNDS) -> tuple[float, float]:
    """The CPU and the memory of a process that runs ``code`` over those of one with httpx.

    They take turns; the first of each, which may compile modules, does not count.
    """
    taken: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(rounds + 1):
        for each, into in zip((HTTPX, code), taken, strict=True):
            into.append(cost(each))
    (floor_cpu, floor_memory), (cpu, memory) = (
        [statistics.median(values) for values in zip(*each[1:], strict=True)] for each in taken
    )
    return cpu / floor_cpu, memory / floor_memory


def figures() -> dict[str, float]:
    """What our import costs."""
    cpu, memory = over_httpx(UNDERSTUDY)
    return {"import_over_httpx_cpu": cpu, "import_over_httpx_rss": memory}
