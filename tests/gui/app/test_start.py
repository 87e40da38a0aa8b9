"""Starting: what is loaded when, and what is said where no window can be shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"asyncio", "sqlite3", "pydantic", "httpx", "keyring", "markdown_it", "pygments"}
LATER = {"pydantic", "httpx", "keyring", "markdown_it", "pygments"}

WATCH = """
import json, os, sys
from understudy_gui.start_trace import StartTrace

def mark(trace, moment):
    loaded = [name for name in sys.modules if "." not in name]
    print(json.dumps([moment, loaded]), flush=True)
    if moment == "ready":
        os._exit(0)

StartTrace.mark = mark
from understudy_gui.__main__ import main
main([])
"""


def test_that_the_window_is_painted_before_anything_heavy_is_loaded() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WATCH], capture_output=True, text=True, check=True, timeout=40
    )
    moments = dict(json.loads(line) for line in told.stdout.splitlines())
    assert HEAVY.isdisjoint(moments["first_paint"])
    assert LATER.isdisjoint(moments["ready"])


def test_that_the_start_can_be_traced(tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    home = tmp_path / "home"
    environ = {**os.environ, "UNDERSTUDY_TRACE_START": str(trace), "UNDERSTUDY_HOME": str(home)}
    command = [sys.executable, "-m", "understudy_gui", "--self-check"]
    told = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=50
    )
    assert told.returncode == 0, told.stderr
    moments = json.loads(trace.read_text(encoding="utf-8"))
    assert set(moments) == {"first_paint", "ready"}
    assert 0 < moments["first_paint"]["cpu"] <= moments["ready"]["cpu"]
    said = json.loads(told.stdout)
    assert said["ok"]
    assert said["provider"] == "Practice"
    assert "Understudy" in said["answer"]
    assert not home.exists()


def test_that_without_a_display_it_is_said_what_to_do() -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    told = subprocess.run(
        [sys.executable, "-m", "understudy_gui"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert told.returncode == 1
    assert "There is no display" in told.stderr
    assert "understudy chat" in told.stderr
