from collections.abc import Callable
from typing import TypeAlias

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from understudy_gui.theme import ThemeManager
from understudy_gui.widgets.drag import DropLine, Lifted
from understudy_gui.widgets.label import Label
from understudy_gui.widgets.reorder import ReorderList

Shown: TypeAlias = Callable[..., QWidget]
NAMES = ("Anthropic", "OpenAI", "Gemini", "Ollama")
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def rows(themes: ThemeManager, shown: Shown) -> ReorderList:
    rows = ReorderList(themes, "Line-up", animated=False)
    rows.set_rows([_row(themes, name) for name in NAMES])
    shown(rows)
    return rows


def _row(themes: ThemeManager, name: str) -> QWidget:
    row = QWidget()
    row.setAccessibleName(name)
    inside = QHBoxLayout(row)
    inside.addWidget(Label(themes, name))
    inside.addWidget(QLineEdit())
    return row


def order(rows: ReorderList) -> list[str]:
    return [row.accessibleName() for row in rows.rows]


def drag(rows: ReorderList, source: int, target: int) -> Callable[[], None]:
    """Press on a row and move to another, as a hand does; returns what lets go."""
    handle = rows.window().windowHandle()
    begin = rows.mapTo(rows.window(), QPoint(20, source * 48 + 24))
    end = rows.mapTo(rows.window(), QPoint(20, target * 48 + 24))
    button, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, button, plain, begin)
    for step in range(1, 9):
        QTest.mouseMove(handle, begin + (end - begin) * (step / 8))
    return lambda: QTest.mouseRelease(handle, button, plain, end)


def test_that_a_row_is_dragged_to_another_place(rows: ReorderList) -> None:
    moves: list[tuple[int, int]] = []

    def note(source: int, target: int) -> None:
        moves.append((source, target))

    rows.moved.connect(note)
    drag(rows, 2, 1)()
    assert order(rows) == ["Anthropic", "Gemini", "OpenAI", "Ollama"]
    assert moves == [(2, 1)]


def test_that_a_row_is_dragged_to_the_very_end(rows: ReorderList) -> None:
    drag(rows, 0, 3)()
    assert order(rows) == ["OpenAI", "Gemini", "Ollama", "Anthropic"]
    assert [row.y() for row in rows.rows] == [0, 48, 96, 144]


def test_that_the_place_is_marked_while_dragging(rows: ReorderList) -> None:
    let_go = drag(rows, 3, 1)
    assert rows.dragging
    lifted = rows.window().findChild(Lifted)
    line = rows.findChild(DropLine)
    assert isinstance(lifted, Lifted)
    assert isinstance(line, DropLine)
    assert lifted.isVisible()
    assert line.geometry().center().y() == pytest.approx(48, abs=1)
    assert lifted.x() + Lifted.margin == rows.mapTo(rows.window(), QPoint(16, 0)).x()
    let_go()
    assert not line.isVisible()


def test_that_escape_puts_everything_back(rows: ReorderList, qtbot: QtBot) -> None:
    let_go = drag(rows, 2, 0)
    QTest.keyClick(rows.window().windowHandle(), Qt.Key.Key_Escape)
    assert not rows.dragging
    with qtbot.assertNotEmitted(rows.moved):
        let_go()
    assert order(rows) == list(NAMES)


def test_that_a_click_moves_nothing_and_chooses_the_row(rows: ReorderList) -> None:
    drag(rows, 1, 1)()
    assert order(rows) == list(NAMES)
    assert rows.current == 1


def test_that_alt_and_arrows_move_the_current_row_and_say_where_to(rows: ReorderList) -> None:
    handle = rows.window().windowHandle()
    rows.set_current(0)
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(handle, Qt.Key.Key_Down)
    QTest.keyClick(handle, Qt.Key.Key_Down)
    QTest.keyClick(handle, Qt.Key.Key_Up, ALT)
    assert order(rows) == ["Anthropic", "Gemini", "OpenAI", "Ollama"]
    assert rows.announced == "Gemini, second of four"
    QTest.keyClick(handle, Qt.Key.Key_Down, ALT)
    assert order(rows) == list(NAMES)


def test_that_the_first_row_cannot_go_up(rows: ReorderList) -> None:
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(rows.window().windowHandle(), Qt.Key.Key_Up, ALT)
    assert order(rows) == list(NAMES)
    assert rows.announced == ""


def test_that_a_field_inside_a_row_moves_with_its_row(rows: ReorderList) -> None:
    inside = rows.rows[3].findChild(QLineEdit)
    assert isinstance(inside, QLineEdit)
    inside.setFocus()
    QTest.keyClick(rows.window().windowHandle(), Qt.Key.Key_Up, ALT)
    assert order(rows) == ["Anthropic", "OpenAI", "Ollama", "Gemini"]
    assert inside.hasFocus()
