"""What every test here stands on: no key, proxy or telemetry from outside, one practice server."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from helpers.practice_server import PracticeServer

if TYPE_CHECKING:
    from collections.abc import Generator

FROM_OUTSIDE = re.compile(
    r"(?i)(.*_(API_KEY|TOKEN|BASE_URL|ENDPOINT|HOST)|(https?|all|no)_proxy|UNDERSTUDY_.*)"
)


def pytest_configure() -> None:
    """Clean the environment before any library reads it."""
    for name in [name for name in os.environ if FROM_OUTSIDE.fullmatch(name)]:
        del os.environ[name]


@pytest.fixture(scope="session")
def practice() -> Generator[PracticeServer]:
    """The server that everybody asks."""
    with PracticeServer() as server:
        yield server


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutines on asyncio."""
    return "asyncio"
