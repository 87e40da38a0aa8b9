"""The pinned PySide6 keeps the reference that 6.12 loses on Python 3.11 at every void call."""

from __future__ import annotations

import subprocess
import sys

# A process starts with some 5,000 references to None, so four times as many calls are proof.
CODE = """
import sys
from PySide6.QtCore import QObject, QRect
thing, rect = QObject(), QRect()
before = sys.getrefcount(None)
for _ in range(10_000):
    thing.setObjectName("x")
    rect.setX(1)
lost = before - sys.getrefcount(None)
assert lost < 100, f"{lost} references to None are gone"
print("alive")
"""


def test_that_twenty_thousand_void_calls_do_not_abort_the_process() -> None:
    told = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=30
    )
    assert (told.returncode, told.stdout.strip()) == (0, "alive"), told.stderr
