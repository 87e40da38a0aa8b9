"""The frozen folder where there is no Python: its window opens, the practice provider answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUCH_MB = 170

pytestmark = [pytest.mark.frozen, pytest.mark.timeout(350)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Freeze the program as `dev.py package` does, into a folder of this test's own."""
    place = tmp_path_factory.mktemp("frozen")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(place / "dist"), "--workpath", str(place / "build")]
    told = subprocess.run(
        [*command, "packaging/understudy.spec"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return place / "dist" / "understudy"


def start(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Start it as on a machine that has nothing of ours: no PATH, no Python, no checkout."""
    env = {"HOME": str(home), "UNDERSTUDY_HOME": str(home), "LANG": "C.UTF-8"}
    if sys.platform == "linux":
        env["DISPLAY"] = os.environ["DISPLAY"]
    return subprocess.run(
        [str(folder / "understudy"), *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_that_its_window_opens_and_the_practice_provider_answers(folder: Path, home: Path) -> None:
    told = start(folder, home, "--self-check")
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert report["ok"]
    assert report["platform"] != "offscreen"
    assert "practice provider" in report["answer"]


def test_that_its_command_line_answers_too(folder: Path, home: Path) -> None:
    told = start(folder, home, "ask", "--model", "practice/steady", "Hello")
    assert told.returncode == 0, told.stderr
    assert "practice provider" in told.stdout


def test_that_its_keyrings_and_migrations_came_along(folder: Path, home: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert any(name.startswith("keyring-") for name in names)
    assert any(name.endswith(".sql") for name in names)
    told = start(folder, home, "keys", "list", "--json")
    assert told.returncode == 0, told.stderr


def test_that_it_stays_lean_and_tells_nothing_of_where_it_was_built(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < MUCH_MB * 1_000_000
    assert not [path for path in files if path.name == "direct_url.json"]
    assert not [path for path in files if "libqgtk3" in path.name or "libgtk" in path.name]
