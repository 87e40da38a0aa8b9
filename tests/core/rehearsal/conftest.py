"""The practice provider is tested on virtual time: its pace costs no waiting."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.virtual_time import VirtualLoop


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}
