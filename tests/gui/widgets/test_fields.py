from collections.abc import Callable
from typing import TypeAlias

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from understudy_gui.theme import ThemeManager
from understudy_gui.widgets import key_field
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.field import Field, LineEdit
from understudy_gui.widgets.key_field import KeyField, masked
from understudy_gui.widgets.select import Select

Shown: TypeAlias = Callable[..., QWidget]
KEY = "sk-proj-abcdefghijklmnopqrstuv4f2A"


def test_that_a_masked_key_shows_its_kind_and_last_four() -> None:
    assert masked(KEY).startswith("sk-proj-•")
    assert masked(KEY).endswith("•4f2A")
    assert "abcdef" not in masked(KEY)


@pytest.mark.parametrize("key", ["a", "short-key", "12345678901"])
def test_that_nothing_of_a_short_key_is_shown(key: str) -> None:
    assert set(masked(key)) == {"•"}


def test_that_a_key_is_revealed_and_masked_again_on_focus_loss(
    themes: ThemeManager, shown: Shown
) -> None:
    field, other = KeyField(themes, "API key"), LineEdit(themes, "Other")
    field.show_key(KEY)
    shown(field, other)
    assert KEY not in field.text()
    eye = field.findChild(IconButton)
    assert isinstance(eye, IconButton)
    QTest.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert field.text() == KEY
    other.setFocus()
    assert field.text() == masked(KEY)


def test_that_a_revealed_key_is_masked_again_by_itself(
    qtbot: QtBot,
    themes: ThemeManager,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_field, "REVEAL_MS", 50)
    field = KeyField(themes, "API key")
    field.show_key(KEY)
    shown(field)
    field.reveal()
    assert field.text() == KEY
    qtbot.waitUntil(lambda: field.text() == masked(KEY))


def test_that_a_masked_key_cannot_be_copied(themes: ThemeManager, shown: Shown) -> None:
    field = KeyField(themes, "API key")
    field.show_key(KEY)
    shown(field)
    QGuiApplication.clipboard().setText("before")
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert KEY not in QGuiApplication.clipboard().text()


def test_that_a_new_key_is_typed_hidden_and_submitted_with_enter(
    themes: ThemeManager, shown: Shown
) -> None:
    field = KeyField(themes, "API key")
    submitted: list[str] = []
    field.submitted.connect(submitted.append)
    shown(field)
    field.setFocus()
    QTest.keyClicks(field, "gsk_123")
    assert field.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert submitted == ["gsk_123"]


def test_that_a_paste_is_told_from_typing(themes: ThemeManager, shown: Shown) -> None:
    field = KeyField(themes, "API key")
    pasted: list[str] = []
    field.pasted.connect(pasted.append)
    shown(field)
    field.setFocus()
    QTest.keyClicks(field, "gsk_1234567890")
    assert pasted == []
    field.clear()
    QGuiApplication.clipboard().setText(KEY)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert pasted == [KEY]


def test_that_a_field_says_its_error_in_place_of_its_hint(
    themes: ThemeManager, shown: Shown
) -> None:
    line = LineEdit(themes, "Base URL")
    field = Field(themes, "Base URL", line)
    field.set_hint("Where it is asked.")
    shown(field)
    field.set_error("No answer at this address")
    assert line.wrong
    assert line.accessibleDescription() == "No answer at this address"
    edge = line.grab().toImage().pixelColor(100, 0)
    assert edge == themes.current.danger
    field.set_error("")
    assert not line.wrong


def test_that_a_select_is_chosen_with_the_keyboard_and_not_by_the_wheel(
    themes: ThemeManager, shown: Shown
) -> None:
    select = Select(themes, "Retries", [("0", "0"), ("1", "1"), ("2", "2")])
    chosen: list[str] = []
    select.chosen.connect(chosen.append)
    select.choose("0")
    window = shown(select)
    select.setFocus()
    QTest.keyClick(select, Qt.Key.Key_Down)
    assert select.choice == "1"
    assert chosen == ["1"]
    at = select.mapTo(window, select.rect().center())
    QTest.wheelEvent(window.windowHandle(), at.toPointF(), window.rect().bottomRight() * 10)
    assert select.choice == "1"


def test_that_choosing_in_code_is_not_signalled(themes: ThemeManager, qtbot: QtBot) -> None:
    select = Select(themes, "Retries", [("0", "0"), ("1", "1")])
    qtbot.addWidget(select)
    with qtbot.assertNotEmitted(select.chosen):
        select.choose("1")
    assert select.choice == "1"


def test_that_a_free_select_takes_what_is_typed(themes: ThemeManager, shown: Shown) -> None:
    select = Select(themes, "Model", [("", "gpt-5, default"), ("gpt-5", "gpt-5")], free=True)
    chosen: list[str] = []
    select.chosen.connect(chosen.append)
    select.choose("")
    assert select.choice == ""
    shown(select)
    line = select.lineEdit()
    assert line is not None
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "my-tuned-model")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert select.choice == "my-tuned-model"
    assert chosen == ["my-tuned-model"]
