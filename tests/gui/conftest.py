"""Under tests/gui a coroutine runs in the window's own event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from understudy_gui.loop import Loop

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@pytest.fixture
def anyio_backend(qapp: QApplication) -> tuple[str, dict[str, Any]]:
    """Give AnyIO's plugin the loop that the program uses."""
    return "asyncio", {"loop_factory": lambda: Loop(qapp)}
