from collections.abc import Callable
from typing import TypeAlias

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from understudy_gui.theme import ThemeManager
from understudy_gui.widgets.banner import Banner
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.stylesheet import palette, stylesheet
from understudy_gui.widgets.toast import Toast

Shown: TypeAlias = Callable[..., QWidget]


@pytest.fixture
def host(shown: Shown) -> QWidget:
    return shown()


def test_that_a_banner_says_what_happened_and_what_one_can_do(
    qtbot: QtBot, themes: ThemeManager
) -> None:
    banner = Banner(themes)
    qtbot.addWidget(banner)
    pressed: list[str] = []
    banner.pressed.connect(pressed.append)
    assert not banner.isVisible()
    banner.say("warn", "GNOME Keyring is locked.", "Open it.", [("unlock", "Unlock")])
    assert banner.isVisible()
    assert banner.accessibleName() == "GNOME Keyring is locked. Open it."
    button = banner.findChild(Button)
    assert isinstance(button, Button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == ["unlock"]


def test_that_a_banners_old_buttons_go_when_it_says_something_else(
    qtbot: QtBot, themes: ThemeManager
) -> None:
    banner = Banner(themes)
    qtbot.addWidget(banner)
    banner.say("warn", "One", actions=[("a", "A"), ("b", "B")])
    banner.say("danger", "Two", actions=[("c", "C")])

    def visible() -> list[str]:
        return [button.text() for button in banner.findChildren(Button) if button.isVisible()]

    qtbot.waitUntil(lambda: visible() == ["C"])


def test_that_a_banner_is_an_alert_to_assistive_technology(
    qtbot: QtBot, themes: ThemeManager
) -> None:
    banner = Banner(themes)
    qtbot.addWidget(banner)
    banner.say("danger", "Nobody could answer")
    face = QAccessible.queryAccessibleInterface(banner)
    assert face.role() == QAccessible.Role.AlertMessage


def test_that_a_toast_takes_back_what_was_done(
    host: QWidget, qtbot: QtBot, themes: ThemeManager
) -> None:
    toast, undone = Toast(themes, host), list[str]()
    toast.say("Conversation deleted", lambda: undone.append("deleted"))
    assert toast.isVisible()
    assert toast.geometry().center().x() == pytest.approx(host.width() / 2, abs=1)
    button = toast.findChild(Button)
    assert isinstance(button, Button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert undone == ["deleted"]
    assert not toast.isVisible()


def test_that_control_z_takes_back_too_but_once(host: QWidget, themes: ThemeManager) -> None:
    toast, undone = Toast(themes, host), list[str]()
    toast.say("Conversation deleted", lambda: undone.append("deleted"))
    for _ in range(2):
        QTest.keyClick(host.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["deleted"]


def test_that_control_z_in_a_text_field_is_the_fields_own(
    host: QWidget, themes: ThemeManager
) -> None:
    toast, undone = Toast(themes, host), list[str]()
    field = QLineEdit(host)
    field.show()
    field.setFocus()
    QTest.keyClicks(field, "abc")
    toast.say("Conversation deleted", lambda: undone.append("deleted"))
    QTest.keyClick(host.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == []
    assert field.text() == ""


def test_that_control_z_in_an_untouched_field_takes_back_what_was_done(
    host: QWidget, themes: ThemeManager
) -> None:
    toast, undone = Toast(themes, host), list[str]()
    field = LineEdit(themes, "Name", parent=host)
    field.show()
    field.setFocus()
    toast.say("Conversation deleted", lambda: undone.append("deleted"))
    QTest.keyClick(host.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["deleted"]


def test_that_the_palette_and_the_sheet_carry_the_tokens(themes: ThemeManager) -> None:
    for choice in ("light", "dark"):
        themes.set_choice(choice)
        theme = themes.current
        assert palette(theme).windowText().color() == theme.text
        assert theme.raised.name() in stylesheet(theme)
        assert "{" not in stylesheet(theme).replace(" {", "").replace("{ ", "")
