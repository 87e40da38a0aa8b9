"""dev.py, tried as a person would: in a fresh copy of the project, with the real pip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = "PySide6/Qt/plugins/platforms/libqxcb.so"

# A Python as some distributions deliver it: pip is there, what makes environments is not.
WITHOUT_VENV = """
import dev, sys
find = dev.find_spec
dev.find_spec = lambda name: None if name in ("venv", "ensurepip") else find(name)
sys.exit(dev.main())
"""


@pytest.fixture
def dev() -> Any:
    """Load dev.py as a module of this test's own."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Give the project as it is after cloning: no environment, nothing built."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("core", "gui", "resources", "packaging"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for name in ("dev.py", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def run(folder: Path, *arguments: str, words: Sequence[str] = ("dev.py",)) -> tuple[str, float]:
    """Run dev.py without a display and with nobody typing; what it said, and its seconds."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    started = time.monotonic()
    told = subprocess.run(
        [sys.executable, *words, *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    return told.stdout, time.monotonic() - started


@pytest.mark.timeout(300)
def test_that_one_command_runs_a_fresh_clone_and_the_second_time_at_once(clone: Path) -> None:
    first, _ = run(clone, "run")
    assert "There is no display to open a window on" in first
    assert not list(clone.glob(".venv/lib/*/site-packages/PySide6"))

    second, seconds = run(clone, "run", "--version")
    assert second.startswith("understudy ")
    assert "Installing" not in second
    assert seconds < 2


@pytest.mark.timeout(300)
def test_that_a_python_without_venv_gets_its_environment_all_the_same(clone: Path) -> None:
    told, _ = run(clone, "run", "--version", words=("-c", WITHOUT_VENV))
    assert told.splitlines()[-1].startswith("understudy ")


def test_that_a_changed_lock_is_installed_again(
    dev: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "LOCK", tmp_path / "requirements.lock")
    environment = dev.Environment("environment")
    environment.python = Path(sys.executable)
    environment.folder.mkdir()
    dev.LOCK.write_text("# [base]\n")
    environment.write_stamp(["base"], ["desktop"])
    assert environment.read_stamp() == {"sections": ["base"], "system": ["desktop"]}
    dev.LOCK.write_text("# [base]\nidna==3.20\n")
    assert environment.read_stamp() == {}


def test_that_a_python_without_pip_is_told_the_one_command(
    dev: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    found: dict[str, object] = {}
    monkeypatch.setattr(dev, "find_spec", found.get)
    with pytest.raises(dev.SetupError, match="This Python has no pip"):
        dev.Environment("environment").make()


def test_that_an_old_python_is_told_which_one_is_needed() -> None:
    code = "import runpy, sys; sys.version_info = (3, 9, 18); runpy.run_path('dev.py')"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr.startswith("Understudy needs Python 3.11 or newer")
    assert "\nType: python3." in told.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves libraries to the person")
def test_that_a_missing_library_is_found_by_asking_the_linker(dev: Any, tmp_path: Path) -> None:
    import PySide6

    plugin = Path(PySide6.__path__[0]).parent / PLUGIN
    there = tmp_path / "lib/python3/site-packages" / PLUGIN
    there.parent.mkdir(parents=True)
    there.write_bytes(plugin.read_bytes().replace(b"libxcb-cursor.so.0", b"libxcb-cursor.so.9"))
    assert "libxcb-cursor.so.9" in dev.missing_libraries(["desktop"], tmp_path)
    with pytest.raises(dev.SetupError, match=r"This system lacks .*libxcb-cursor\.so\.9"):
        dev.provide(["desktop"], tmp_path)


def test_that_what_is_missing_becomes_one_command(
    dev: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says() -> str:
        sonames = ["libxcb-cursor.so.0"]
        told: str = dev.how_libraries(["libxcb-cursor0"], ["'libxcb-cursor.so.0()'"], sonames)
        return told.splitlines()[-1].replace("sudo ", "")

    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev.how_libraries(["x"], ["y"], ["libx.so.1"]).startswith("This system lacks libx.so.1.")
    for installer, command in (
        ("apt-get", "Type: apt-get install libxcb-cursor0"),
        ("dnf", "Type: dnf install 'libxcb-cursor.so.0()'"),
    ):
        (tmp_path / installer).write_text("#!/bin/sh\n")
        (tmp_path / installer).chmod(0o755)
        assert says() == command


def test_that_sections_of_the_lock_are_told_apart(dev: Any) -> None:
    one, two = "idna==3.20 \\\n    --hash=sha256:aa\n", "h11==0.16.0\n"
    assert dev.read_sections(f"# [base]\n{one}# [test]\n{two}") == {"base": one, "test": two}


@pytest.mark.parametrize(
    ("command", "arguments", "environment", "words"),
    [
        ("peers", ["-k", "ollama"], ".venv-peers", ["-m", "pytest", "-k", "ollama", "peers"]),
        ("peers", ["tests/peers/test_answers.py"], ".venv-peers", ["-m", "test_answers.py"]),
        ("bench", ["--peers", "--json"], ".venv-peers", ["-m", "bench.peers", "--json"]),
        ("bench", ["--soak", "20"], ".venv", ["-m", "bench", "--soak", "20"]),
        ("fuzz", ["5", "sse"], ".venv", ["-m", "fuzz", "5", "sse"]),
    ],
)
def test_that_a_command_runs_in_the_environment_that_has_what_it_needs(
    dev: Any,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    arguments: list[str],
    environment: str,
    words: list[str],
) -> None:
    ran: list[tuple[str, tuple[object, ...]]] = []

    def prepare(*_needs: object) -> None:
        """Nothing is installed for this."""

    def become(name: str, *words: object, env: object = None) -> None:
        ran.append((name, words))

    for each in (dev.VENV, dev.PEERS):
        monkeypatch.setattr(each, "prepare", prepare)
        monkeypatch.setattr(each, "become", partial(become, each.folder.name))
    monkeypatch.chdir(ROOT)
    dev.COMMANDS[command](arguments)
    ((where, given),) = ran
    assert where == environment
    ends = iter(Path(str(word)).name for word in given)
    assert all(word in ends for word in words), "in this order"


def test_that_the_lock_is_checked_where_there_is_no_screen_and_no_qt(dev: Any) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    without = "import sys; sys.modules['PySide6'] = None; sys.path.insert(0, '')\n"
    run_it = f"{without}import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    told = subprocess.run(
        [sys.executable, "-c", run_it, "-q", "-c", dev.LOCK_TEST_INI, dev.LOCK_TEST],
        env={**env, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_that_an_unknown_command_shows_what_there_is() -> None:
    told = subprocess.run(
        [sys.executable, "dev.py", "fly"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "python3 dev.py run" in told.stderr
