"""What all tests of the core share."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The core runs on asyncio."""
    return "asyncio"
