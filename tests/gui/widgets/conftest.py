"""Controls in a real, active window."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from understudy_gui.theme import ThemeManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

Shown: TypeAlias = "Callable[..., QWidget]"


@pytest.fixture
def themes(qapp: object) -> ThemeManager:
    """Give the light theme, whatever the desktop has."""
    return ThemeManager("light")


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """Give a function that puts controls into a window and waits until it is the active one."""
    kept: list[QWidget] = []

    def show(*controls: QWidget) -> QWidget:
        window = QWidget()
        column = QVBoxLayout(window)
        for control in controls:
            column.addWidget(control)
        column.addStretch()
        window.resize(500, 320)
        kept.append(window)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return show
