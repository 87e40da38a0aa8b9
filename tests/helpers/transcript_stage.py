"""A transcript that is shown, and what a user does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from understudy_gui import assets
from understudy_gui.models.transcript import Item, Segment, TranscriptModel
from understudy_gui.theme import ThemeManager
from understudy_gui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

_NO_KEY = Qt.KeyboardModifier.NoModifier

PARAGRAPH = "The Moon pulls every part of the Earth, but not equally, and so the water gathers. "


class Stage:
    """A shown view, and what a user does with it."""

    def __init__(self, qtbot: QtBot) -> None:
        assets.load_fonts()
        self.model = TranscriptModel()
        self.themes = ThemeManager("light")
        self.view = TranscriptView(self.model, self.themes)
        qtbot.addWidget(self.view)
        self.view.resize(900, 600)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.settle()

    def settle(self) -> None:
        QApplication.sendPostedEvents()
        QApplication.processEvents()

    def active_timers(self) -> list[QTimer]:
        return [timer for timer in self.view.findChildren(QTimer) if timer.isActive()]

    def rest(self) -> None:
        """Wait until the view has nothing more to do."""
        self.settle()
        while self.active_timers():
            QTest.qWait(10)
        self.settle()

    def ask(self, text: str = "Why?") -> int:
        return self.model.append(Item(self.model.count, "user", [Segment("", "", text)]))

    def begin_answer(self, text: str = "") -> int:
        segment = Segment("Groq", "llama", text)
        return self.model.append(Item(self.model.count, "assistant", [segment], state="streaming"))

    def tell(self, text: str) -> int:
        segment = Segment("Groq", "llama", text)
        return self.model.append(Item(self.model.count, "assistant", [segment]))

    def grow(self, row: int, text: str) -> None:
        self.model.append_text(row, text)
        self.view.flush()
        self.settle()

    def fill(self, pairs: int = 10) -> None:
        for number in range(pairs):
            self.ask(f"Question {number}")
            self.tell((PARAGRAPH * 6 + "\n\n") * 3)
        self.settle()

    def wheel(self, notches: int) -> None:
        """Turn the wheel, upwards for positive notches."""
        viewport = self.view.viewport()
        middle = QPointF(viewport.rect().center())
        QApplication.sendEvent(
            viewport,
            QWheelEvent(
                middle, viewport.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip
        self.settle()

    def wheel_sideways(self, point: QPoint, pixels: int) -> None:
        viewport = self.view.viewport()
        place = QPointF(point)
        QApplication.sendEvent(
            viewport,
            QWheelEvent(
                place, viewport.mapToGlobal(place), QPoint(), QPoint(-pixels, 0),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip
        self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.view, key, modifier or Qt.KeyboardModifier.NoModifier)
        self.settle()

    @property
    def value(self) -> int:
        return self.view.verticalScrollBar().value()

    @property
    def from_end(self) -> int:
        return self.view.verticalScrollBar().maximum() - self.value

    def top_of(self, row: int) -> int:
        """Where the row begins in the viewport."""
        return self.view.scene.tops[row]

    def press(self, point: QPoint, key: Qt.KeyboardModifier | None = None) -> None:
        viewport = self.view.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, key or _NO_KEY, point)

    def click(self, point: QPoint, key: Qt.KeyboardModifier | None = None) -> None:
        self.press(point, key)
        QTest.mouseRelease(self.view.viewport(), Qt.MouseButton.LeftButton, key or _NO_KEY, point)
        self.settle()

    def hover(self, point: QPoint) -> None:
        self._move(point, Qt.MouseButton.NoButton)
        self.settle()

    def click_action(self, row: int, action: str) -> None:
        self.click(self.view.action_rect(row, action).center())

    def drag(self, start: QPoint, stop: QPoint) -> None:
        viewport = self.view.viewport()
        self.press(start)
        self.move_pressed(stop)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, _NO_KEY, stop)
        self.settle()

    def move_pressed(self, point: QPoint) -> None:
        self._move(point, Qt.MouseButton.LeftButton)

    def _move(self, point: QPoint, buttons: Qt.MouseButton) -> None:
        """Move the mouse: QTest's own moves carry no buttons and follow the real pointer."""
        viewport = self.view.viewport()
        place = QPointF(point)
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, viewport.mapToGlobal(place),
            Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)

    def point_of(self, row: int, block: int, offset: int) -> QPoint:
        """Where a character of a block is in the viewport, found by looking for it."""
        laid = self.view.rows.message(row)
        assert laid is not None
        part = laid.blocks[block]
        top = laid.top_of(block)
        y = part.top_of(offset) + 6
        for x in range(part.width + 1):
            if part.offset_at(QPoint(x, y)) >= offset:
                return QPoint(x + part.indent + self.view.rows.left, self.top_of(row) + top + y)
        raise AssertionError("The character is not on this line.")
