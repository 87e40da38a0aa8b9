from collections.abc import Callable
from typing import TypeAlias

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from understudy_gui.theme import ThemeManager
from understudy_gui.widgets.button import Button, IconButton, Kind
from understudy_gui.widgets.focus_ring import FocusRing
from understudy_gui.widgets.segmented import Segmented
from understudy_gui.widgets.toggles import CheckBox, Switch

Shown: TypeAlias = Callable[..., QWidget]
KINDS: tuple[Kind, ...] = ("primary", "secondary", "quiet", "link", "danger")


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_button_is_pressed_by_mouse_space_and_enter(
    themes: ThemeManager, shown: Shown, kind: Kind
) -> None:
    button = Button(themes, "Test", kind)
    presses: list[bool] = []
    button.clicked.connect(lambda: presses.append(True))
    shown(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert len(presses) == 3


def test_that_a_button_is_as_high_as_the_design_says(themes: ThemeManager) -> None:
    assert Button(themes, "Test").sizeHint().height() == 32
    assert Button(themes, "Test", small=True).sizeHint().height() == 28
    assert IconButton(themes, "copy", "Copy").sizeHint().width() == 28


def test_that_the_primary_button_is_drawn_in_the_accent_of_the_theme(
    themes: ThemeManager, shown: Shown
) -> None:
    button = Button(themes, "Send", "primary")
    shown(button)
    assert button.grab().toImage().pixelColor(6, 16) == themes.current.accent
    themes.set_choice("dark")
    assert button.grab().toImage().pixelColor(6, 16) == themes.current.accent


def test_that_an_icon_button_says_what_it_does(themes: ThemeManager) -> None:
    button = IconButton(themes, "copy", "Copy")
    assert (button.accessibleName(), button.toolTip()) == ("Copy", "Copy")


@pytest.mark.parametrize("make", [Switch, CheckBox])
def test_that_a_toggle_turns_by_mouse_on_its_label_and_by_space(
    themes: ThemeManager,
    shown: Shown,
    make: Callable[[ThemeManager, str], Switch | CheckBox],
) -> None:
    toggle = make(themes, "Remember")
    shown(toggle)
    at = toggle.rect().center()
    at.setX(toggle.width() - 2)
    QTest.mouseClick(toggle, Qt.MouseButton.LeftButton, pos=at)
    assert toggle.isChecked()
    QTest.keyClick(toggle, Qt.Key.Key_Space)
    assert not toggle.isChecked()
    assert toggle.accessibleName() == "Remember"


def test_that_a_switch_shows_its_state_by_shape_too(themes: ThemeManager, shown: Shown) -> None:
    switch = Switch(themes, "On", show_name=False)
    shown(switch)
    off = switch.grab().toImage()
    switch.setChecked(True)
    on = switch.grab().toImage()
    assert off.pixelColor(25, 9) == themes.current.surface
    assert on.pixelColor(25, 9) == themes.current.on_accent
    assert on.pixelColor(7, 9) == themes.current.accent


def ring_of(widget: QWidget) -> FocusRing:
    ring = widget.findChild(FocusRing)
    assert isinstance(ring, FocusRing)
    return ring


def test_that_the_focus_ring_follows_the_keyboard_and_not_the_mouse(
    themes: ThemeManager, shown: Shown
) -> None:
    first, second = Button(themes, "One"), Button(themes, "Two")
    window = shown(first, second)
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not ring_of(first).shown
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert ring_of(second).shown
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert not ring_of(second).shown


def test_that_a_segmented_control_is_chosen_by_mouse_and_arrow_keys(
    themes: ThemeManager, shown: Shown
) -> None:
    control = Segmented(
        themes, "Theme", [("system", "System"), ("light", "Light"), ("dark", "Dark")]
    )
    chosen: list[str] = []
    control.chosen.connect(chosen.append)
    control.choose("system")
    window = shown(control)
    light = control.findChildren(QWidget)[1]
    QTest.mouseClick(light, Qt.MouseButton.LeftButton)
    assert control.choice == "light"
    light.setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Right)
    assert control.choice == "dark"
    assert chosen == ["light", "dark"]
