"""The whole program in this process: real window, real loop, real files, typed into key by key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from understudy.paths import Paths
from understudy_gui.app import open_shell
from understudy_gui.loop import runner
from understudy_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtGui import QWindow

    from understudy_gui.app import Shell
    from understudy_gui.models.transcript import Item


class Theatre:
    """The running program and a person in front of it."""

    def __init__(self, shell: Shell, session: Session) -> None:
        self.shell = shell
        self.session = session

    @property
    def window(self) -> QWindow:
        """The window as the window system knows it: keys go there, and find the focus."""
        handle = self.shell.window.windowHandle()
        assert handle is not None
        return handle

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        for letter in text:
            await self._by_hand(
                lambda letter=letter: QTest.sendKeyEvent(
                    QTest.KeyAction.Click,
                    self.window,
                    Qt.Key.Key_unknown,
                    letter,
                    Qt.KeyboardModifier.NoModifier,
                )
            )

    async def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press one key."""
        await self._by_hand(lambda: QTest.keyClick(self.window, key, modifier))

    async def ask(self, text: str) -> None:
        """Type a question and press Enter."""
        await self.type(text)
        await self.press(Qt.Key.Key_Return)

    async def _by_hand(self, act: Callable[[], object]) -> None:
        """Do what runs Qt's loop within itself, outside of any task: no other could run in it."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def now() -> None:
            act()
            done.set_result(None)

        loop.call_soon(now)
        await done

    def rows(self) -> list[tuple[str, str]]:
        """What the transcript on screen says: role and text of every row."""
        transcript, view = self.shell.transcript, self.shell.window.pane.transcript
        items = [transcript.item(row) for row in range(transcript.count)]
        return [(i.role, view.plain_text(row)) for row, i in enumerate(items) if i is not None]

    @property
    def answer(self) -> Item:
        """The last row."""
        item = self.shell.transcript.item(self.shell.transcript.count - 1)
        assert item is not None
        return item

    async def until(self, what: Callable[[], object], within: float = 30.0) -> None:
        """Let the program work until something is so."""
        async with asyncio.timeout(within):
            while not what():  # noqa: ASYNC110 - conditions of several objects have no one event
                await asyncio.sleep(0.01)

    async def ready(self) -> None:
        """Wait until settings and keys are read, and the window has the keyboard."""
        await self.until(lambda: self.session.workplace is not None)
        self.shell.window.raise_up()
        await self.until(lambda: QApplication.focusWindow() is self.window)
        self.shell.window.pane.focus_composer()

    async def answered(self) -> Item:
        """Wait until the answer on screen has ended."""
        await self.until(lambda: self.shell.transcript.count > 1)
        await self.until(lambda: not self.session.conversation.busy)
        return self.answer


def play(home: Path, act: Callable[[Theatre], Awaitable[None]]) -> None:
    """Start the program on ``home``, let ``act`` use it, and close it as a person would."""
    shell = open_shell(Paths.under(home))
    assert shell is not None

    async def live() -> None:
        session = Session(shell)
        theatre = Theatre(shell, session)

        async def acting() -> None:
            try:
                await theatre.ready()
                await act(theatre)
            finally:
                shell.window.close()

        acted = asyncio.ensure_future(acting())
        await session.live()
        await acted

    with runner(shell.application) as started:
        started.run(live())
    shell.window.deleteLater()
