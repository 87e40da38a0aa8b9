"""An open settings window for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.desk import Desk
from understudy_gui import i18n

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from PySide6.QtWidgets import QApplication


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncGenerator[Desk]:
    """Give an open settings window with nothing set."""
    qapp.setQuitOnLastWindowClosed(False)
    desk = Desk()
    desk.window.open_page("providers")
    await desk.until(desk.window.isActiveWindow)
    await desk.settle()
    yield desk
    await desk.tasks.aclose()
    desk.controller.close()
    desk.window.dispose()
    await desk.workspace.aclose()
    i18n.set_language("en")
    for error in desk.errors:
        raise error
