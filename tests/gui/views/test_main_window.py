"""The window's halves: the sidebar beside the conversation, over it, or away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest

from shots.samples import TODAY, entries, line_up
from understudy.paths import Paths
from understudy_gui.app import build, furnish
from understudy_gui.instance import Instance
from understudy_gui.models.conversations import Entry
from understudy_gui.models.lineup import Place
from understudy_gui.views.tiles import PlaceTile
from understudy_gui.views.window_state import WindowState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from understudy_gui.app import Shell


@pytest.fixture
def shell(qapp: QApplication, qtbot: QtBot, home: Path) -> Iterator[Shell]:
    paths = Paths.under(home)
    shell = build(qapp, paths, Instance(paths.data))
    furnish(shell)
    shell.window.show()
    qtbot.waitExposed(shell.window)
    yield shell
    shell.window.hide()
    shell.window.deleteLater()


def test_that_the_sidebar_stands_beside_the_conversation_and_can_be_hidden(shell: Shell) -> None:
    window = shell.window
    window.resize(1280, 820)
    assert window.sidebar_shown
    assert window.pane.x() == window.sidebar.width() == 264
    assert not window.pane.header.sidebar.isVisible()
    window.toggle_sidebar()
    assert not window.sidebar_shown
    assert window.pane.x() == 0
    assert window.pane.header.sidebar.isVisible()


def test_that_the_sidebar_lies_over_a_narrow_window_and_a_click_beside_it_closes_it(
    shell: Shell,
) -> None:
    window = shell.window
    window.resize(760, 600)
    assert not window.sidebar_shown
    QTest.mouseClick(window.pane.header.sidebar, Qt.MouseButton.LeftButton)
    assert window.sidebar_shown
    assert window.pane.x() == 0
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(600, 400))
    assert not window.sidebar_shown


def test_that_closing_asks_the_owner_and_does_not_close_by_itself(shell: Shell) -> None:
    spy = QSignalSpy(shell.window.closing)
    shell.window.close()
    assert spy.count() == 1
    assert shell.window.isVisible()


def test_that_a_window_from_a_screen_that_is_gone_is_still_on_a_screen(
    qapp: QApplication, home: Path
) -> None:
    WindowState(geometry=(99_000, 99_000, 1000, 700)).save(home / "data")
    paths = Paths.under(home)
    shell = build(qapp, paths, Instance(paths.data))
    assert shell.window.size().toTuple() == (1000, 700)
    assert shell.window.x() < 99_000
    shell.window.deleteLater()


def test_that_the_last_line_up_is_in_the_first_picture(qapp: QApplication, home: Path) -> None:
    WindowState(route="Everyday", line_up=[("openai", "OpenAI")]).save(home / "data")
    paths = Paths.under(home)
    shell = build(qapp, paths, Instance(paths.data))
    assert shell.line_up.places == (Place("openai", "OpenAI", health="unknown"),)
    shell.window.deleteLater()


def test_that_a_click_opens_a_conversation_and_its_right_end_a_menu(shell: Shell) -> None:
    shell.conversations.show(entries("en"), TODAY)
    listed = shell.window.sidebar.list
    opened, menus = QSignalSpy(listed.opened), QSignalSpy(listed.menu_wanted)
    row = listed.visualRect(shell.conversations.index_of(3))
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    QTest.mouseClick(
        listed.viewport(), Qt.MouseButton.LeftButton, pos=row.topRight() - QPoint(9, -9)
    )
    assert (opened.count(), opened.at(0)[0]) == (1, 3)
    assert (menus.count(), menus.at(0)[0]) == (1, 3)


def test_that_the_keyboard_opens_renames_and_deletes(shell: Shell) -> None:
    shell.conversations.show([Entry(1, "Tides", 0.0), Entry(2, "Lisbon", 0.0)], TODAY)
    listed = shell.window.sidebar.list
    opened, deleted, renamed = (
        QSignalSpy(signal) for signal in (listed.opened, listed.deleted, listed.renamed)
    )
    listed.setCurrentIndex(shell.conversations.index_of(2))
    QTest.keyClick(listed, Qt.Key.Key_Return)
    QTest.keyClick(listed, Qt.Key.Key_Delete)
    QTest.keyClick(listed, Qt.Key.Key_F2)
    field = shell.window.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "Porto")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (opened.at(0)[0], deleted.at(0)[0]) == (2, 2)
    assert (renamed.at(0)[0], renamed.at(0)[1]) == (2, "Porto")


def test_that_escape_leaves_the_old_title(shell: Shell) -> None:
    shell.conversations.show([Entry(1, "Tides", 0.0)], TODAY)
    listed = shell.window.sidebar.list
    renamed = QSignalSpy(listed.renamed)
    listed.begin_rename(1)
    field = shell.window.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "Porto")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert renamed.count() == 0


def test_that_the_strip_names_everyone_for_those_who_cannot_see_it(shell: Shell) -> None:
    shell.line_up.show("Everyday", line_up("resting", 1))
    strip = shell.window.sidebar.strip
    assert strip.accessibleName() == "Line-up Everyday"
    assert strip.accessibleDescription() == "Anthropic rests 0:42. OpenAI is on."
    names = [tile.accessibleName() for tile in strip.findChildren(PlaceTile)]
    assert names[:2] == ["Anthropic, Resting 0:42", "OpenAI, Ready, is on"]


def test_that_the_theme_changes_in_the_open_window(shell: Shell, qtbot: QtBot) -> None:
    for choice, ground in (("dark", "#1f2021"), ("light", "#ffffff")):
        shell.themes.set_choice("dark" if choice == "dark" else "light")
        qtbot.wait(20)
        picture = shell.window.grab().toImage()
        assert picture.pixelColor(picture.width() - 40, 300).name() == ground


def test_that_no_search_result_is_said_and_escape_ends_the_search(
    shell: Shell, qtbot: QtBot
) -> None:
    searched = QSignalSpy(shell.window.sidebar.searched)
    search = shell.window.sidebar.search
    search.setFocus()
    QTest.keyClicks(search, "tidse")
    qtbot.waitUntil(lambda: searched.count() == 1)
    assert searched.at(0)[0] == "tidse"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert searched.at(searched.count() - 1)[0] == ""
