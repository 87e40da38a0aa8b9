"""What every test stands on: a home of its own, no keys from outside, and a screen if needed."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from helpers.screen import environment_on, screen

if TYPE_CHECKING:
    from pathlib import Path

# Whoever runs the tests may have keys and a proxy; no test may depend on them, or use them.
FROM_OUTSIDE = re.compile(
    r"(?i)(.*_(API_KEY|TOKEN|BASE_URL|ENDPOINT)|OLLAMA_HOST|(https?|all|no)_proxy|UNDERSTUDY_.*|QT_.*)"
)


def pytest_configure(config: pytest.Config) -> None:
    """Clean the environment before any module reads it, and see to a screen."""
    for name in [name for name in os.environ if FROM_OUTSIDE.fullmatch(name)]:
        del os.environ[name]
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    if sys.platform == "linux" and needs_screen(config):
        if shutil.which("Xvfb") is None:
            raise pytest.UsageError("There is no display and no Xvfb. Type: python3 dev.py test")
        stack = ExitStack()
        config.add_cleanup(stack.close)
        display = stack.enter_context(screen())
        os.environ.update(environment_on(display))
        os.environ.pop("WAYLAND_DISPLAY", None)


def needs_screen(config: pytest.Config) -> bool:
    """Tell whether to start one: workers never share theirs, two windows would fight for focus."""
    if hasattr(config, "workerinput"):
        return True
    starts_workers = bool(config.getoption("numprocesses", None))
    return not starts_workers and not os.environ.get("DISPLAY")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Move settings, history, cache and logs of the program under a folder of this test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("UNDERSTUDY_HOME", str(folder))
    return folder


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutines on asyncio; under gui in the window's own loop."""
    return "asyncio"
