"""What each system tells of the memory that is free."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast

import psutil
import pytest

from understudy.local_model import free_memory as module
from understudy.local_model.free_memory import (
    free_memory,
    of_linux,
    of_macos,
    of_windows,
    vm_stat,
)

if TYPE_CHECKING:
    from pathlib import Path

KIB = 1024
MEMINFO = "MemTotal:       16000000 kB\nMemFree:  100 kB\nMemAvailable:    9000000 kB\n"
# As macOS prints it: https://ss64.com/mac/vm_stat.html
VM_STAT = """\
Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            200000.
Pages inactive:                           30000.
Pages speculative:                          500.
Pages throttled:                              0.
Pages wired down:                         90000.
Pages purgeable:                           7000.
"""


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_that_this_system_tells_about_what_psutil_reads_there() -> None:
    free = free_memory()
    assert free is not None
    assert 0 < free <= psutil.virtual_memory().total


def test_that_linux_tells_what_is_available_without_swapping(tmp_path: Path) -> None:
    assert of_linux(system(tmp_path, {"proc/meminfo": MEMINFO})) == 9_000_000 * KIB


def test_that_a_containers_limit_counts(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "4000000000\n",
            "sys/fs/cgroup/memory.current": "3000000000\n",
            "sys/fs/cgroup/memory.stat": "anon 1\nfile 900\ninactive_file 500000000\n",
        },
    )
    assert of_linux(root) == 1_500_000_000


def test_that_the_limit_of_an_outer_group_counts_too(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/user.slice/app.scope\n",
            "sys/fs/cgroup/user.slice/memory.max": "2000000000",
            "sys/fs/cgroup/user.slice/memory.current": "500000000",
            "sys/fs/cgroup/user.slice/app.scope/memory.max": "max",
            "sys/fs/cgroup/user.slice/app.scope/memory.current": "400000000",
        },
    )
    assert of_linux(root) == 1_500_000_000


def test_that_groups_of_the_older_kind_are_read(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "9:cpu,cpuacct:/x\n4:memory:/docker/../abc\n0::/\n",
            "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1000000000",
            "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "900000000",
            "sys/fs/cgroup/memory/docker/abc/memory.stat": (
                "inactive_file 5\ntotal_inactive_file 100000000\n"
            ),
        },
    )
    assert of_linux(root) == 200_000_000


def test_that_a_group_which_is_full_leaves_nothing(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "100",
            "sys/fs/cgroup/memory.current": "200",
        },
    )
    assert of_linux(root) == 0


@pytest.mark.parametrize("files", [{}, {"proc/meminfo": "nothing", "proc/self/cgroup": "odd\n"}])
def test_that_a_linux_that_tells_nothing_is_not_known(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert of_linux(system(tmp_path, files)) is None


class Kernel32:
    """Fills the structure in as Windows does, after a look at the length that it was given."""

    def __init__(self, available: int) -> None:
        self._available = available

    def GlobalMemoryStatusEx(self, status: Any) -> int:  # noqa: N802 - Windows' name
        buffer = status._obj
        assert ctypes.sizeof(buffer) == 64
        words = ctypes.cast(ctypes.byref(buffer), ctypes.POINTER(ctypes.c_uint32))
        assert words[0] == 64
        longs = ctypes.cast(ctypes.byref(buffer), ctypes.POINTER(ctypes.c_uint64))
        longs[1], longs[2] = 16 * 2**30, self._available  # total, then available
        return int(self._available > 0)


def test_that_windows_tells_the_physical_memory_that_is_available() -> None:
    assert of_windows(cast("ctypes.CDLL", Kernel32(5 * 2**30))) == 5 * 2**30


def test_that_a_windows_that_refuses_is_not_known() -> None:
    assert of_windows(cast("ctypes.CDLL", Kernel32(0))) is None


def test_that_macos_counts_the_pages_that_it_gives_away() -> None:
    assert of_macos(VM_STAT) == (10_000 + 30_000 + 500) * 16_384


@pytest.mark.parametrize("text", ["", "Pages free: 5.", "(page size of 4096 bytes)"])
def test_that_a_macos_that_tells_nothing_is_not_known(text: str) -> None:
    assert of_macos(text) is None


def test_that_on_macos_its_own_program_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, VM_STAT, "")

    monkeypatch.setattr(module.subprocess, "run", run)
    assert vm_stat() == VM_STAT
    monkeypatch.setattr(sys, "platform", "darwin")
    assert free_memory() == of_macos(VM_STAT)


def test_that_a_program_that_cannot_be_run_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(module.subprocess, "run", run)
    assert vm_stat() == ""


def test_that_other_systems_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    assert free_memory() is None
