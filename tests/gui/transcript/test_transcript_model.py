from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from understudy_gui.models.transcript import (
    PAGE,
    PAGES_KEPT,
    Item,
    Seam,
    Segment,
    TranscriptModel,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


def question(key: int) -> Item:
    return Item(key, "user", [Segment("", "", f"Question {key}")])


def answer(key: int, text: str = "") -> Item:
    return Item(key, "assistant", [Segment("Groq", "llama", text)], state="streaming")


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[TranscriptModel]:
    model = TranscriptModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    yield model
    tester.setParent(None)


def test_that_rows_come_and_go_as_a_view_of_qt_expects(model: TranscriptModel) -> None:
    model.set_items([question(1)])
    row = model.append(answer(2))
    model.append_text(row, "Hello ")
    model.begin_segment(row, Segment("OpenAI", "gpt", "there", Seam("Groq broke off")))
    assert model.rowCount() == 2
    assert model.data(model.index(row)) == "Hello there"
    model.truncate(1)
    assert model.rowCount() == 1
    assert model.item(1) is None


def test_that_a_delta_says_which_row_grew_and_by_what(model: TranscriptModel) -> None:
    row = model.append(answer(1))
    grown: list[tuple[int, str]] = []
    roles: list[list[int]] = []

    def grew(row: int, delta: str) -> None:
        grown.append((row, delta))

    def changed(_first: QModelIndex, _last: QModelIndex, which: list[int]) -> None:
        roles.append(which)

    model.text_appended.connect(grew)
    model.dataChanged.connect(changed)
    model.append_text(row, "word ")
    assert grown == [(0, "word ")]
    assert roles == [[Qt.ItemDataRole.DisplayRole]]


def test_that_the_text_of_a_segment_is_the_sum_of_its_deltas() -> None:
    segment = Segment("Groq", "llama", "one")
    for delta in (" two", "", " 셋"):
        segment.append(delta)
    assert segment.text == "one two 셋"
    assert len(segment) == len(segment.text)


def test_that_opening_a_long_conversation_asks_for_nothing(model: TranscriptModel) -> None:
    asked: list[tuple[int, int]] = []
    model.set_source(10_000, [question(9_999)], lambda a, b: asked.append((a, b)))
    assert model.rowCount() == 10_000
    assert model.item(0) is None
    assert model.item(9_999) is not None
    assert asked == []


def test_that_a_page_is_asked_for_once_and_fills_its_rows(model: TranscriptModel) -> None:
    asked: list[tuple[int, int]] = []
    model.set_source(1_000, [question(999)], lambda a, b: asked.append((a, b)))
    model.want(5)
    model.want(6)
    assert asked == [(0, PAGE)]
    model.set_page(0, [question(row) for row in range(PAGE)])
    item = model.item(5)
    assert item is not None
    assert item.key == 5
    model.want(7)
    assert asked == [(0, PAGE)]


def test_that_pages_looked_at_long_ago_are_given_back(model: TranscriptModel) -> None:
    def load(start: int, stop: int) -> None:
        model.set_page(start, [question(row) for row in range(start, stop)])

    model.set_source(10_000, [question(9_999)], load)
    for page in range(PAGES_KEPT + 3):
        model.want(page * PAGE)
    assert model.item(0) is None
    assert model.item((PAGES_KEPT + 2) * PAGE) is not None
    assert model.item(9_999) is not None


def test_that_a_page_never_overwrites_a_row_that_is_being_written(model: TranscriptModel) -> None:
    live = answer(99, "live")
    model.set_source(100, [live], lambda _a, _b: None)
    model.want(70)
    model.set_page(64, [question(row) for row in range(64, 100)])
    assert model.item(99) is live
    assert model.item(70) is not None


def test_that_a_tail_longer_than_the_conversation_is_refused(model: TranscriptModel) -> None:
    with pytest.raises(ValueError, match="tail"):
        model.set_source(1, [question(1), question(2)])


def test_that_rows_have_no_children(model: TranscriptModel) -> None:
    model.set_items([question(1)])
    assert model.rowCount(model.index(0)) == 0
    assert model.data(QModelIndex()) is None


def test_that_a_message_is_found_by_its_key(model: TranscriptModel) -> None:
    model.set_items([question(7), question(8)])
    assert model.row_of(8) == 1
    assert model.row_of(9) is None
