"""Writing a message: keys, Hangul in composition, growing, waiting in line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget

from understudy_gui.theme import ThemeManager
from understudy_gui.views.composer import Composer
from understudy_gui.widgets.button import Button

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def composer(qtbot: QtBot) -> Iterator[Composer]:
    """A composer in a window of 800 × 600."""
    window = QWidget()
    window.resize(800, 600)
    composer = Composer(ThemeManager("light"), window)
    composer.setGeometry(0, 400, 768, 100)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    composer.editor.setFocus()
    yield composer
    window.close()


def sent(spy: QSignalSpy) -> list[str]:
    return [str(spy.at(number)[0]) for number in range(spy.count())]


def compose(composer: Composer, commit: str, preedit: str) -> None:
    """What an input method sends: text that is certain, and text still being composed."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QGuiApplication.sendEvent(composer.editor, event)


def test_that_enter_sends_and_empties_the_field(composer: Composer) -> None:
    spy = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.editor, "Hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent(spy) == ["Hello"]
    assert composer.text == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_that_shift_and_enter_break_the_line(composer: Composer, key: Qt.Key) -> None:
    spy = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, key, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    assert composer.text == "one\ntwo"
    QTest.keyClick(composer.editor, key)
    assert sent(spy) == ["one\ntwo"]


def test_that_one_enter_after_hangul_sends_the_whole_text(composer: Composer) -> None:
    spy = QSignalSpy(composer.sent)
    compose(composer, "안녕하", "세")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent(spy) == ["안녕하세"]
    assert composer.text == ""


def test_that_a_syllable_committed_late_does_not_stay_behind(composer: Composer) -> None:
    compose(composer, "안녕하", "세")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    compose(composer, "세", "")
    assert composer.text == ""
    compose(composer, "세", "")
    assert composer.text == "세"


def test_that_the_next_word_in_hangul_is_composed_as_ever(composer: Composer) -> None:
    spy = QSignalSpy(composer.sent)
    compose(composer, "안녕하", "세")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    compose(composer, "", "네")
    compose(composer, "네", "")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent(spy) == ["안녕하세", "네"]


def test_that_the_send_button_takes_over_what_is_in_composition(composer: Composer) -> None:
    spy = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.editor, "a")
    compose(composer, "", "가")
    QTest.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert sent(spy) == ["a가"]


def test_that_shift_and_enter_keep_the_syllable_in_composition(composer: Composer) -> None:
    compose(composer, "안", "녕")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert composer.text == "안녕\n"


def test_that_nothing_but_blanks_is_not_sent(composer: Composer) -> None:
    spy = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.editor, "   ")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert spy.count() == 0
    assert composer.text == "   "
    assert not composer.send.isEnabled()


def test_that_the_field_grows_with_its_text_up_to_its_share_of_the_window(
    composer: Composer,
) -> None:
    one_line = composer.editor.height()
    composer.set_text("\n".join("line" for _ in range(4)))
    four_lines = composer.editor.height()
    composer.set_text("\n".join("line" for _ in range(400)))
    assert one_line < four_lines < composer.editor.height() <= 600 * 0.4
    composer.set_text("")
    assert composer.editor.height() == one_line


def test_that_the_empty_field_says_at_once_that_the_answer_is_done(
    composer: Composer, qtbot: QtBot
) -> None:
    composer.set_writing(True)
    qtbot.wait(50)
    waiting = composer.editor.grab().toImage()
    shown = screen_of(composer.editor.viewport())
    composer.set_writing(False)
    qtbot.wait(50)
    assert composer.editor.grab().toImage() != waiting
    assert screen_of(composer.editor.viewport()) != shown


def screen_of(widget: QWidget) -> QImage:
    """What stands on the screen there, painted anew or not."""
    window = widget.window()
    corner = widget.mapTo(window, widget.rect().topLeft())
    handle = window.windowHandle()
    assert handle is not None
    return (
        handle.screen()
        .grabWindow(window.winId(), corner.x(), corner.y(), widget.width(), widget.height())
        .toImage()
    )


def test_that_send_becomes_stop_while_an_answer_is_written(composer: Composer) -> None:
    spy = QSignalSpy(composer.stopped)
    composer.set_writing(True)
    assert composer.stop.isVisible()
    assert not composer.send.isVisible()
    assert "waits" in composer.editor.placeholderText()
    QTest.mouseClick(composer.stop, Qt.MouseButton.LeftButton)
    assert spy.count() == 1
    composer.set_writing(False)
    assert composer.send.isVisible()
    assert not composer.stop.isVisible()


def test_that_a_message_that_waits_can_be_withdrawn(composer: Composer) -> None:
    spy = QSignalSpy(composer.withdrawn)
    composer.waiting.show_waiting(["first", "second"])
    assert composer.waiting.texts == ("first", "second")
    assert composer.waiting.isVisible()
    withdraw = composer.waiting.findChildren(Button)[1]
    QTest.mouseClick(withdraw, Qt.MouseButton.LeftButton)
    assert [spy.at(0)[0]] == [1]
    composer.waiting.show_waiting([])
    assert not composer.waiting.isVisible()
