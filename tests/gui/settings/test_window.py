"""The settings window as a whole, and the page of appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QRadioButton, QWidget

from understudy_gui import i18n
from understudy_gui.theme import font

if TYPE_CHECKING:
    from helpers.desk import Desk

pytestmark = pytest.mark.anyio


async def test_that_the_window_is_not_modal_and_has_the_designs_size(desk: Desk) -> None:
    assert not desk.window.isModal()
    assert (desk.window.width(), desk.window.height()) == (980, 700)


async def test_that_a_page_is_opened_without_taking_the_focus_into_it(desk: Desk) -> None:
    items = desk.window.body.navigation.findChildren(QRadioButton)
    await desk.click(items[2])
    assert desk.window.routing.isVisible()
    assert items[2].hasFocus()
    await desk.key(Qt.Key.Key_Up)
    assert desk.window.providers.isVisible()


async def test_that_a_theme_is_put_on_at_once_and_kept(desk: Desk) -> None:
    desk.window.open_page("appearance")
    await desk.settle()
    dark = desk.window.appearance.theme.findChildren(QRadioButton)[2]
    await desk.click(dark)
    assert desk.themes.current.dark
    assert desk.settings.appearance.theme == "dark"
    desk.controller.undo()
    assert not desk.themes.current.dark or desk.settings.appearance.theme == "system"


async def test_that_another_language_is_spoken_at_once(desk: Desk) -> None:
    desk.window.open_page("appearance")
    await desk.settle()
    desk.window.appearance.language.setFocus()
    await desk.key(Qt.Key.Key_End)
    await desk.settle()
    assert i18n.language() == "ko"
    assert desk.window.windowTitle() == "설정"
    assert desk.window.appearance.isVisible()
    assert desk.settings.appearance.language == "ko"


async def test_that_text_grows_at_once(desk: Desk) -> None:
    desk.window.open_page("appearance")
    await desk.settle()
    before = font("ui").pixelSize()
    desk.window.appearance.text_size.setFocus()
    await desk.key(Qt.Key.Key_End)
    await desk.settle()
    assert desk.settings.appearance.text_scale == 1.5
    assert font("ui").pixelSize() == round(before * 1.5)
    desk.controller.undo()
    assert font("ui").pixelSize() == before


async def test_that_escape_closes_the_window(desk: Desk) -> None:
    await desk.key(Qt.Key.Key_Escape)
    assert not desk.window.isVisible()


async def test_that_everything_that_takes_the_focus_has_a_name(desk: Desk) -> None:
    desk.controller.add_provider("openai")
    for page in ("providers", "routing", "appearance"):
        desk.window.open_page(page)
        await desk.settle()
        for widget in desk.window.findChildren(QWidget):
            takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if takes_focus and widget.isVisible():
                text = getattr(widget, "text", None)
                named = widget.accessibleName() or (text() if callable(text) else "")
                assert named, f"{type(widget).__name__} on {page}"
