"""The settings window over a real workspace, and hands to use it."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from understudy.assembly import Workspace
from understudy.paths import Paths
from understudy_gui.controllers.settings import SettingsController
from understudy_gui.settings.window import SettingsWindow
from understudy_gui.tasks import TaskScope
from understudy_gui.theme import ThemeManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from understudy.settings_model import Settings


class Desk:
    """The window, what stands behind it, and a person's hands."""

    def __init__(self) -> None:
        self.environ: dict[str, str] = {}
        self.workspace = Workspace.open(Paths.find(), self.environ)
        self.errors: list[BaseException] = []
        self.tasks = TaskScope(lambda _name, error: self.errors.append(error))
        self.themes = ThemeManager("light")
        self.controller = SettingsController(self.workspace, self.themes, self.tasks)
        self.window = SettingsWindow(self.themes, self.controller)

    @property
    def settings(self) -> Settings:
        """What is set, as it stands in the file."""
        from understudy.settings import SettingsFile

        return SettingsFile(self.workspace.settings_file.path).load().settings

    def order(self, route: str) -> list[str]:
        """The providers of a route as the router has it."""
        return [entry.provider for entry in self.workspace.router.route(route).entries]

    async def until(self, true: Callable[[], object], within: float = 20.0) -> None:
        """Let the window work until something is so; `within` only bounds a failure."""
        deadline = time.monotonic() + within
        while not true():
            assert time.monotonic() < deadline, "it did not become so in time"
            await asyncio.sleep(0.005)

    async def settle(self) -> None:
        """Let the window show what was changed."""
        for _ in range(3):
            await asyncio.sleep(0.005)

    async def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click where a person would, once everything stands where it will stay."""
        await self.settle()
        inside = widget.rect().center() if at is None else at
        handle = widget.window().windowHandle()
        point = widget.mapTo(widget.window(), inside)
        left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        await by_hand(lambda: QTest.mouseClick(handle, left, plain, point))

    async def keys(self, text: str) -> None:
        """Type into whatever has the focus."""
        handle = self.window.windowHandle()
        click, none = QTest.KeyAction.Click, Qt.KeyboardModifier.NoModifier
        for letter in text:
            key = Qt.Key.Key_unknown
            await by_hand(partial(QTest.sendKeyEvent, click, handle, key, letter, none))

    async def key(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key."""
        handle = self.window.windowHandle()
        await by_hand(lambda: QTest.keyClick(handle, key, modifier))


async def by_hand(action: Callable[[], object]) -> None:
    """Do something as Qt delivers input: between tasks, for QTest runs Qt's events itself."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def act() -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - it belongs to the test that asked
            done.set_exception(error)
        else:
            done.set_result(None)

    QTimer.singleShot(0, act)
    await done
