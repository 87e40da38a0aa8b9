from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from helpers.transcript_samples import SEAM
from helpers.transcript_stage import PARAGRAPH
from understudy_gui.models.transcript import Failure, Item, Meta, Segment

if TYPE_CHECKING:
    from helpers.transcript_stage import Stage


def test_that_a_conversation_opens_at_its_end(stage: Stage) -> None:
    stage.fill()
    assert stage.view.pinned
    assert stage.from_end == 0
    assert stage.value > 0


def test_that_the_view_follows_a_growing_answer(stage: Stage) -> None:
    stage.fill()
    row = stage.begin_answer()
    for _ in range(20):
        stage.grow(row, PARAGRAPH + "\n\n")
        assert stage.from_end == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home])
def test_that_an_upward_key_unpins_and_nothing_moves_any_more(stage: Stage, key: Qt.Key) -> None:
    stage.fill()
    row = stage.begin_answer("begun")
    stage.settle()
    stage.key(key)
    assert not stage.view.pinned
    before = stage.value, stage.view.scene.tops
    stage.grow(row, PARAGRAPH * 20)
    assert (
        stage.value,
        {r: y for r, y in stage.view.scene.tops.items() if r in before[1]},
    ) == before


def test_that_one_notch_of_the_wheel_unpins_though_it_stays_near_the_end(stage: Stage) -> None:
    stage.fill()
    stage.view.verticalScrollBar().setSingleStep(4)
    stage.wheel(1)
    assert stage.from_end < 24
    assert not stage.view.pinned


def test_that_returning_to_the_end_pins_again(stage: Stage) -> None:
    stage.fill()
    seen: list[bool] = []
    stage.view.pinned_changed.connect(seen.append)
    stage.wheel(2)
    stage.wheel(-1)
    assert seen == [False]
    stage.wheel(-1)
    assert seen == [False, True]
    assert stage.view.pinned


def test_that_end_pins_from_anywhere(stage: Stage) -> None:
    stage.fill(30)
    stage.key(Qt.Key.Key_Home)
    assert stage.value == 0
    stage.key(Qt.Key.Key_End)
    assert stage.view.pinned
    assert stage.from_end == 0


def test_that_dragging_the_scroll_bar_upwards_unpins(stage: Stage) -> None:
    stage.fill()
    bar = stage.view.verticalScrollBar()
    bar.setSliderDown(True)
    bar.setSliderPosition(bar.maximum() - 300)
    stage.settle()
    assert not stage.view.pinned
    bar.setSliderDown(False)


def test_that_selecting_unpins(stage: Stage) -> None:
    stage.fill()
    row = stage.begin_answer(PARAGRAPH * 3)
    stage.settle()
    stage.drag(stage.point_of(row, 0, 4), stage.point_of(row, 0, 30))
    assert not stage.view.pinned
    assert stage.view.selected_text() == PARAGRAPH[4:30]
    value = stage.value
    stage.grow(row, PARAGRAPH * 30)
    assert stage.value == value
    assert stage.view.selected_text() == PARAGRAPH[4:30]


def test_that_a_click_alone_does_not_unpin(stage: Stage) -> None:
    stage.fill()
    stage.click(QPoint(300, 300))
    assert stage.view.pinned


def test_that_behind_says_when_the_end_is_out_of_sight(stage: Stage) -> None:
    stage.fill()
    seen: list[bool] = []
    stage.view.behind_changed.connect(seen.append)
    stage.key(Qt.Key.Key_PageUp)
    assert stage.view.behind
    stage.view.scroll_to_end()
    assert not stage.view.behind
    assert seen == [True, False]


def test_that_finishing_an_answer_never_moves_the_view(stage: Stage) -> None:
    stage.fill()
    row = stage.begin_answer(PARAGRAPH * 20)
    stage.grow(row, "the end")
    tops = stage.view.scene.tops
    item = stage.model.item(row)
    assert item is not None
    item.state, item.note, item.meta = "complete", "A note", Meta("Groq", "llama", ("1 s",))
    stage.model.update_row(row)
    stage.settle()
    assert stage.view.scene.tops == tops


def test_that_a_failure_at_the_end_comes_into_view(stage: Stage) -> None:
    stage.fill()
    row = stage.begin_answer(PARAGRAPH * 20)
    stage.grow(row, "so far")
    item = stage.model.item(row)
    assert item is not None
    item.state, item.failure = "failed", Failure("Nobody could answer", "x", (("a", "Again"),))
    stage.model.update_row(row)
    stage.settle()
    assert stage.from_end == 0
    assert stage.view.viewport().rect().contains(stage.view.action_rect(row, "a"))


def test_that_sending_puts_the_question_at_the_top_and_the_answer_below_it(stage: Stage) -> None:
    stage.fill()
    stage.key(Qt.Key.Key_PageUp)
    question = stage.ask("A new question")
    answer = stage.begin_answer()
    stage.view.send_pinned(question)
    stage.settle()
    assert stage.view.pinned
    assert stage.top_of(question) == 0
    for _ in range(3):
        stage.grow(answer, PARAGRAPH * 3)
        assert stage.top_of(question) == 0
    for _ in range(12):
        stage.grow(answer, PARAGRAPH * 3 + "\n\n")
    assert stage.from_end == 0
    assert stage.view.scene.tops.get(question, -1) < 0


def test_that_layout_changes_above_keep_the_first_line_still(stage: Stage) -> None:
    stage.fill(20)
    stage.key(Qt.Key.Key_PageUp)
    first = stage.view.scene.placed[0]
    tops = stage.view.scene.tops
    stage.model.replace(first.row - 1, Item(900, "user", [Segment("", "", "much longer\n" * 30)]))
    stage.settle()
    assert stage.view.scene.tops == tops


def test_that_scrolling_into_unmeasured_rows_moves_by_what_was_asked(stage: Stage) -> None:
    stage.fill(40)
    for _ in range(25):
        row = stage.view.scene.placed[0].row
        before = stage.top_of(row)
        stage.view.scroll_pixels(-60)
        stage.settle()
        assert stage.top_of(row) - before == 60


def test_that_a_narrower_window_keeps_the_first_line(stage: Stage) -> None:
    stage.fill(20)
    stage.key(Qt.Key.Key_PageUp)
    stage.key(Qt.Key.Key_PageUp)
    mark = stage.view.rows.top_line()
    assert mark is not None
    stage.view.resize(640, 600)
    stage.settle()
    after = stage.view.rows.top_line()
    assert after is not None
    assert (after.row, after.block) == (mark.row, mark.block)
    assert after.offset <= mark.offset < after.offset + 120


def test_that_opening_a_trace_never_moves_the_text_above(stage: Stage) -> None:
    stage.fill()
    segments = [Segment("A", "a", PARAGRAPH * 3), Segment("B", "b", PARAGRAPH * 9, SEAM)]
    row = stage.model.append(Item(77, "assistant", segments))
    stage.settle()
    top = stage.top_of(row)
    rect = stage.view.action_rect(row, "trace:0")
    stage.click_action(row, "trace:0")
    assert stage.view.rows.opened(77) == {0}
    assert stage.top_of(row) == top
    assert stage.view.action_rect(row, "trace:0").top() == rect.top()


def test_that_ten_thousand_rows_open_with_the_last_pages_only(stage: Stage) -> None:
    asked: list[tuple[int, int]] = []

    def load(start: int, stop: int) -> None:
        asked.append((start, stop))
        stage.model.set_page(start, [_said(row) for row in range(start, stop)])

    stage.model.set_source(10_000, [_said(row) for row in range(9_936, 10_000)], load)
    stage.settle()
    assert asked == []
    assert stage.from_end == 0
    bar = stage.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    stage.settle()
    assert 0 < len(asked) <= 2
    assert 4_000 < asked[0][0] < 6_000


def test_that_a_page_that_comes_late_appears_in_its_place(stage: Stage) -> None:
    asked: list[tuple[int, int]] = []

    def note(start: int, stop: int) -> None:
        asked.append((start, stop))

    stage.model.set_source(1_000, [_said(999)], note)
    stage.view.verticalScrollBar().setValue(5_000)
    stage.settle()
    top = stage.view.scene.placed[0]
    for start, stop in asked:
        stage.model.set_page(start, [_said(row) for row in range(start, stop)])
    stage.settle()
    now = stage.view.scene.placed[0]
    assert abs(now.row - top.row) <= 1
    assert stage.view.plain_text(top.row) == _said(top.row).text


def _said(row: int) -> Item:
    if row % 2:
        return Item(row, "assistant", [Segment("Groq", "llama", f"{PARAGRAPH * 4} {row}.")])
    return Item(row, "user", [Segment("", "", f"Question {row}")])
