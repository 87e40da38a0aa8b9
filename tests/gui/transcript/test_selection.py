from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from helpers.transcript_samples import SEAM
from understudy_gui.models.transcript import Item, Segment
from understudy_gui.transcript.selection import Position

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from helpers.transcript_stage import Stage


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def select(stage: Stage, start: Position, stop: Position) -> str:
    stage.view.selection.begin(start)
    stage.view.selection.extend(stop)
    return stage.view.selected_text()


def test_that_dragging_selects_and_copying_copies_it(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    stage.drag(stage.point_of(row, 0, 4), stage.point_of(row, 0, 13))
    stage.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "two three"


def test_that_a_selection_reaches_across_messages(stage: Stage) -> None:
    first = stage.ask("A question")
    second = stage.tell("An answer\n\nin two paragraphs")
    stage.settle()
    stage.drag(stage.point_of(first, 0, 2), stage.point_of(second, 1, 6))
    assert stage.view.selected_text() == "question\n\nAn answer\n\nin two"


def test_that_dragging_upwards_selects_the_same(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    stage.drag(stage.point_of(row, 0, 13), stage.point_of(row, 0, 4))
    assert stage.view.selected_text() == "two three"


def test_that_shift_click_extends(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    stage.click(stage.point_of(row, 0, 4))
    stage.click(stage.point_of(row, 0, 13), Qt.KeyboardModifier.ShiftModifier)
    assert stage.view.selected_text() == "two three"


def test_that_a_double_click_selects_a_word_and_a_third_the_paragraph(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    point = stage.point_of(row, 0, 10)
    viewport = stage.view.viewport()
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, none, point)
    assert stage.view.selected_text() == "three"
    stage.click(point)
    assert stage.view.selected_text() == "One two three four"


def test_that_words_are_added_whole_after_a_double_click(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    stage.view.selection.begin(Position(row, 0, 5), "word")
    stage.view.selection.extend(Position(row, 0, 9))
    assert stage.view.selected_text() == "two three"


def test_that_a_click_elsewhere_lets_go_of_the_selection(stage: Stage) -> None:
    row = stage.tell("One two three four")
    stage.settle()
    stage.drag(stage.point_of(row, 0, 4), stage.point_of(row, 0, 13))
    stage.click(stage.point_of(row, 0, 2))
    assert stage.view.selection.is_empty


def test_that_select_all_takes_everything(stage: Stage) -> None:
    stage.ask("Q")
    stage.tell("# A\n\n- b\n- c\n\n| d | e |\n|---|---|\n| f | g |\n\n```\nh\n```")
    stage.settle()
    stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert stage.view.selected_text() == "Q\n\nA\n\n• b\n• c\n\nd\te\nf\tg\n\nh"


def test_that_rows_in_the_middle_need_no_layout_to_be_copied(stage: Stage) -> None:
    stage.fill(30)
    stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    text = stage.view.selected_text()
    assert text.startswith("Question 0\n\nThe Moon")
    assert "Question 17\n\nThe Moon" in text


@pytest.mark.parametrize(
    ("text", "start", "stop", "chosen"),
    [
        ("a 😀 b", 2, 4, "😀"),
        ("**a** 😀 `b` c", 5, 8, "b c"[:1] + " c"),
        ("한국어 단어", 4, 6, "단어"),
        ("a  \nb", 0, 3, "a\nb"),
    ],
)
def test_that_offsets_count_utf_16_units(
    stage: Stage, text: str, start: int, stop: int, chosen: str
) -> None:
    row = stage.tell(text)
    assert select(stage, Position(row, 0, start), Position(row, 0, stop)) == chosen


def test_that_code_is_copied_with_its_line_ends(stage: Stage) -> None:
    row = stage.tell("```py\none\ntwo\nthree\n```")
    assert select(stage, Position(row, 0, 1), Position(row, 0, 9)) == "ne\ntwo\nt"


def test_that_part_of_a_table_is_copied_cell_by_cell(stage: Stage) -> None:
    row = stage.tell("| aa | bb |\n|---|---|\n| cc | dd |\n| ee | ff |")
    assert select(stage, Position(row, 0, 3), Position(row, 0, 14)) == "bb\ncc\tdd\nee"


def broken(first: str, second: str) -> Item:
    return Item(50, "assistant", [Segment("A", "a", first), Segment("B", "b", second, SEAM)])


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("so the wa", "ter gathers", "so the water gathers"),
        ("```\na = 1\nb", " = 2\n```", "a = 1\nb = 2"),
        ("```\na\n", "b\n```", "a\nb"),
        ("| a | b |\n|---|---|\n| 1 | tw", "o |\n| 3 | 4 |", "a\tb\n1\ttwo\n3\t4"),
        ("- one\n- tw", "o\n- three", "• one\n• two\n• three"),
        ("one\n\n", "two", "one\n\ntwo"),
    ],
)
def test_that_text_over_a_seam_is_copied_joined(
    stage: Stage, first: str, second: str, joined: str
) -> None:
    row = stage.model.append(broken(first, second))
    stage.settle()
    stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert stage.view.selected_text() == joined
    assert stage.view.plain_text(row) == joined


def test_that_the_menu_copies_source_and_seam(stage: Stage) -> None:
    row = stage.model.append(broken("**so** the wa", "ter"))
    stage.settle()
    menu = stage.view.menu_for(row)
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy as Markdown"].trigger()
    assert clipboard() == "**so** the water"
    actions["Copy as plain text"].trigger()
    assert clipboard() == "so the water"
    actions["Copy with seam"].trigger()
    assert clipboard() == (
        "**so** the wa\n\n[Anthropic broke off (529 overloaded) — OpenAI carries on]\n\nter"
    )


def test_that_copy_with_seam_is_offered_only_where_there_is_one(stage: Stage) -> None:
    row = stage.tell("no seam")
    actions = {action.text(): action for action in stage.view.menu_for(row).actions()}
    assert not actions["Copy with seam"].isEnabled()
    assert not actions["Copy"].isEnabled()


def test_that_dragging_out_of_the_view_scrolls_on(stage: Stage, qtbot: QtBot) -> None:
    stage.fill()
    stage.key(Qt.Key.Key_PageUp)
    before = stage.value
    middle = stage.view.viewport().rect().center()
    stage.press(middle)
    stage.move_pressed(QPoint(middle.x(), -40))
    qtbot.waitUntil(lambda: stage.value < before)
    QTest.mouseRelease(
        stage.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle
    )
    after = stage.value
    QTest.qWait(100)
    assert stage.value == after


def test_that_a_selection_stays_when_the_answer_grows_a_seam(stage: Stage) -> None:
    row = stage.begin_answer("One two three four")
    stage.settle()
    select(stage, Position(row, 0, 4), Position(row, 0, 13))
    stage.model.begin_segment(row, Segment("B", "b", "", SEAM))
    stage.grow(row, " five")
    assert stage.view.selected_text() == "two three"


def test_that_rows_that_go_take_their_selection_with_them(stage: Stage) -> None:
    stage.ask("One")
    row = stage.tell("Two three")
    select(stage, Position(row, 0, 0), Position(row, 0, 3))
    stage.model.truncate(1)
    assert stage.view.selection.is_empty


class Pages:
    """A conversation of which only the end is in memory; pages come when they are let."""

    def __init__(self, stage: Stage, count: int) -> None:
        self._model = stage.model
        self.asked: list[tuple[int, int]] = []
        self._model.set_source(count, self._items(count - 20, count), self._note)
        stage.settle()

    def _items(self, start: int, stop: int) -> list[Item]:
        return [Item(row, "user", [Segment("", "", f"Row {row}")]) for row in range(start, stop)]

    def _note(self, start: int, stop: int) -> None:
        self.asked.append((start, stop))

    def deliver(self) -> None:
        """Bring what was asked for until nothing more is."""
        while self.asked:
            start, stop = self.asked.pop(0)
            self._model.set_page(start, self._items(start, stop))
            QTest.qWait(1)


def test_that_copying_everything_waits_for_the_rows_that_are_not_here(stage: Stage) -> None:
    QGuiApplication.clipboard().setText("before")
    pages = Pages(stage, 1000)
    stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    stage.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "before"
    pages.deliver()
    assert clipboard() == "\n\n".join(f"Row {row}" for row in range(1000))


def test_that_a_part_of_rows_that_are_not_here_is_copied(stage: Stage) -> None:
    pages = Pages(stage, 1000)
    stage.view.selection.begin(Position(100, 0, 4))
    stage.view.selection.extend(Position(300, 0, 5))
    stage.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    stage.view.selection.clear()
    pages.deliver()
    rows = "\n\n".join(f"Row {row}" for row in range(101, 300))
    assert clipboard() == f"100\n\n{rows}\n\nRow 3"


def test_that_a_copy_ends_when_another_conversation_is_shown(stage: Stage) -> None:
    QGuiApplication.clipboard().setText("before")
    pages = Pages(stage, 1000)
    stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    stage.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    stage.model.set_items([])
    pages.asked.clear()
    stage.tell("Elsewhere")
    stage.settle()
    assert clipboard() == "before"
