"""A stage for conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.stage import Stage
from understudy.history import History

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """A stage on a database of its own."""
    history = await History.open(tmp_path / "history.db")
    stage = Stage(history)
    yield stage
    await stage.tasks.aclose()
    await history.close()
    assert stage.errors == []
