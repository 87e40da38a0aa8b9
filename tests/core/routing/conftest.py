"""Routing is tested on virtual time: hours of rest pass in a moment."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.virtual_time import VirtualLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}
