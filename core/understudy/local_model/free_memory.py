"""How much memory a program may take just now, as each system tells it.

Swap counts nowhere: a model that lies on the disk says a word a minute.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIB: Final = 1024
_VM_STAT_WITHIN: Final = 2.0
_IDLE: Final = re.compile(r"^(?:total_)?inactive_file (\d+)", re.MULTILINE)  # the total comes last


def free_memory() -> int | None:
    """Bytes, or None where the system does not tell; blocks for milliseconds, on macOS for 20."""
    if sys.platform == "linux":
        return of_linux(Path("/"))
    if sys.platform == "win32":
        return of_windows(ctypes.windll.kernel32)
    return of_macos(vm_stat()) if sys.platform == "darwin" else None


def of_linux(root: Path) -> int | None:
    """Read /proc and the control groups, of which a container has one with a limit of its own.

    https://docs.kernel.org/admin-guide/cgroup-v2.html; the older kind in the same words.
    """
    told = re.search(r"^MemAvailable:\s+(\d+) kB", _text(root / "proc/meminfo"), re.MULTILINE)
    free = [int(told[1]) * _KIB] if told else []
    free += [left for left in map(_left_in, _groups(root)) if left is not None]
    return min(free, default=None)


def _groups(root: Path) -> Iterator[Path]:
    """Find the folders of the groups that this process is in, the outer ones too."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, name = (*line.split(":", 2), "", "")[:3]
        if controllers and "memory" not in controllers.split(","):
            continue
        top = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        within = [part for part in name.split("/") if part and part != ".."]
        for depth in range(len(within) + 1):
            yield top.joinpath(*within[:depth])


def _left_in(group: Path) -> int | None:
    """Give what a group may still take; None where it has no limit."""
    for limit, usage in (
        ("memory.max", "memory.current"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        most, taken = _text(group / limit).strip(), _text(group / usage).strip()
        if most.isdecimal() and taken.isdecimal():
            # Pages of files that nobody has read of late are given up before anything is refused.
            idle = _IDLE.findall(_text(group / "memory.stat"))
            return max(0, int(most) - int(taken) + sum(map(int, idle[-1:])))
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of sysinfoapi.h."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((f"bytes_{index}", ctypes.c_uint64) for index in range(7)),
    )


_AVAILABLE_PHYSICAL: Final = "bytes_1"  # after ullTotalPhys


def of_windows(kernel32: ctypes.CDLL) -> int | None:
    """Ask GlobalMemoryStatusEx."""
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    told = kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(getattr(status, _AVAILABLE_PHYSICAL)) if told else None


def of_macos(vm_stat: str) -> int | None:
    """Read what vm_stat prints: pages that are free, and those that are given up at once."""
    size = re.search(r"page size of (\d+) bytes", vm_stat)
    pages = re.findall(r"^Pages (?:free|inactive|speculative):\s+(\d+)\.", vm_stat, re.MULTILINE)
    return sum(map(int, pages)) * int(size[1]) if size and pages else None


def vm_stat() -> str:
    """Run macOS's own program; what it prints, empty where it cannot be run."""
    try:
        told = subprocess.run(
            ["/usr/bin/vm_stat"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_VM_STAT_WITHIN,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout
