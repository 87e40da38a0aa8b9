"""Pictures of the window's states."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
"""The photographer stands among the tests."""


def test_that_a_state_is_pictured_in_both_themes_and_languages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shots", str(tmp_path), "seam"]
    subprocess.run(command, check=True, timeout=50, env=ENVIRONMENT)
    pictures = {path.stem: QImage(str(path)) for path in tmp_path.glob("*.png")}
    assert set(pictures) == {f"seam-{g}-{lang}" for g in ("light", "dark") for lang in ("en", "ko")}
    assert all(picture.size().toTuple() == (1280, 820) for picture in pictures.values())
    grounds = [pictures[name].pixelColor(900, 65).name() for name in sorted(pictures)]
    assert grounds == ["#1f2021", "#1f2021", "#ffffff", "#ffffff"]


def test_that_an_unknown_state_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shots", str(tmp_path), "nothing"]
    told = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=50, env=ENVIRONMENT
    )
    assert told.returncode == 2
    assert "No such state: nothing." in told.stderr
    assert "main" in told.stderr
