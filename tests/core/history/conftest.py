"""A history on a real file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.history import History

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    """Where the database is; its folder does not exist yet."""
    return tmp_path / "data" / "history.db"


@pytest.fixture
async def history(database_path: Path) -> AsyncGenerator[History]:
    opened = await History.open(database_path)
    yield opened
    await opened.close()
