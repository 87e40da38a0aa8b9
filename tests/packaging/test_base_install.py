"""The wheel with its base requirements alone: what a service installs that wants the router."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"


def run(*command: object, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def must(*command: object) -> None:
    told = run(*command)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release does."""
    folder = tmp_path_factory.mktemp("dist")
    hatch = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    told = subprocess.run(
        [str(word) for word in hatch], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return next(folder.glob("understudy-*.whl"))


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and the base section of the lock, and nothing else; the folder of it."""
    folder = tmp_path_factory.mktemp("base")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    section = re.search(r"^# \[base\]\n(.*?)^# \[", lock, flags=re.MULTILINE | re.DOTALL)
    assert section is not None
    (folder / "base.txt").write_text(section[1], encoding="utf-8")
    must(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    pip = [sys.executable, "-m", "pip", "--python", folder / "venv", "install", "--quiet"]
    must(*pip, "--no-deps", "--require-hashes", "--requirement", folder / "base.txt")
    must(*pip, "--no-deps", wheel)
    must(*pip, "--dry-run", wheel)
    return folder / "venv"


def outside(home: Path) -> dict[str, str]:
    """Give the environment of somebody who never heard of this checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "UNDERSTUDY_HOME": str(home)}


@pytest.mark.timeout(180)
def test_that_the_base_brings_no_window(base: Path) -> None:
    installed = {path.name.lower() for path in base.glob("**/site-packages/*")}
    assert "httpx" in installed
    assert not {name for name in installed if "pyside" in name or "shiboken" in name}


@pytest.mark.timeout(180)
def test_that_a_service_can_import_the_router_and_read_its_version(base: Path) -> None:
    code = "import understudy; understudy.Router; print(understudy.__version__)"
    told = run(base / BIN / "python", "-I", "-c", code)
    assert told.returncode == 0, told.stderr
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", told.stdout)


@pytest.mark.timeout(180)
def test_that_the_command_line_works_with_the_base_alone(base: Path, home: Path) -> None:
    told = run(base / BIN / "understudy", "status", "--json", env=outside(home))
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)


@pytest.mark.timeout(180)
def test_that_without_the_window_the_program_says_what_to_install(base: Path, home: Path) -> None:
    told = run(base / BIN / "understudy", env=outside(home))
    assert told.returncode == 1
    assert 'pip install "understudy[desktop]"' in told.stderr
    assert "Traceback" not in told.stderr


def test_that_the_wheel_holds_the_three_packages_and_their_licences(wheel: Path) -> None:
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"understudy", "understudy_gui", "understudy_resources"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name]
