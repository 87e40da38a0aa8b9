"""The sidebar's rows: groups by day, and small changes for small edits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from understudy_gui.models.conversations import ConversationsModel, Entry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

TODAY = date(2026, 3, 29)


def at(days_ago: int, hour: int = 12) -> float:
    """A moment of a day, in seconds since the epoch."""
    return datetime.combine(TODAY - timedelta(days=days_ago), time(hour)).timestamp()


def lines(model: ConversationsModel) -> list[str]:
    return [str(model.index(row).data()) for row in range(model.rowCount())]


@pytest.fixture
def model(qapp: QApplication) -> ConversationsModel:
    model = ConversationsModel()
    QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=model
    )
    return model


def test_that_conversations_stand_under_their_day_the_newest_first(
    model: ConversationsModel,
) -> None:
    model.show(
        [
            Entry(1, "Lisbon", at(9)),
            Entry(2, "Tides", at(0, 9)),
            Entry(3, "Caffeine", at(0, 11)),
            Entry(4, "Letter", at(1, 23)),
            Entry(5, "House style", at(40), pinned=True),
        ],
        TODAY,
    )
    assert lines(model) == [
        "Pinned",
        "House style",
        "Today",
        "Caffeine",
        "Tides",
        "Yesterday",
        "Letter",
        "Earlier",
        "Lisbon",
    ]


def test_that_a_label_cannot_be_selected_and_a_conversation_can(model: ConversationsModel) -> None:
    model.show([Entry(1, "Tides", at(0))], TODAY)
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsSelectable


def test_that_an_unnamed_conversation_has_a_name_to_read(model: ConversationsModel) -> None:
    model.show([Entry(1, "", at(0))], TODAY)
    assert lines(model) == ["Today", "New chat"]


def test_that_a_conversation_that_is_used_again_moves_up_and_stays_itself(
    model: ConversationsModel,
) -> None:
    old = [Entry(1, "Lisbon", at(9)), Entry(2, "Tides", at(0, 9)), Entry(3, "Regex", at(20))]
    model.show(old, TODAY)
    kept = QPersistentModelIndex(model.index_of(1))
    model.show([Entry(1, "Lisbon", at(0, 13)), *old[1:]], TODAY)
    assert lines(model) == ["Today", "Lisbon", "Tides", "Earlier", "Regex"]
    assert kept.isValid()
    assert model.data(kept, ConversationsModel.IdRole) == 1


def test_that_writing_is_shown_and_read_out(model: ConversationsModel) -> None:
    model.show([Entry(1, "Tides", at(0))], TODAY)
    model.set_writing(1, True)
    index = model.index_of(1)
    assert index.data(ConversationsModel.WritingRole) is True
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Tides, writing"
    model.set_writing(1, False)
    assert index.data(ConversationsModel.WritingRole) is False


def test_that_what_a_search_finds_is_one_list_in_the_order_found(
    model: ConversationsModel,
) -> None:
    model.show([Entry(1, "Tides", at(0)), Entry(2, "Lisbon", at(9))], TODAY)
    model.show_found([Entry(2, "Lisbon", at(9)), Entry(1, "Tides", at(0))])
    assert lines(model) == ["Lisbon", "Tides"]


entries = st.lists(
    st.builds(
        Entry,
        id=st.integers(1, 12),
        title=st.sampled_from(["a", "b"]),
        updated=st.integers(0, 5).map(at),
        pinned=st.booleans(),
    ),
    unique_by=lambda entry: entry.id,
    max_size=10,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=entries, after=entries)
def test_that_any_change_gives_the_same_rows_as_a_fresh_list(
    model: ConversationsModel, before: list[Entry], after: list[Entry]
) -> None:
    model.show(before, TODAY)
    model.show(after, TODAY)
    fresh = ConversationsModel()
    fresh.show(after, TODAY)
    assert lines(model) == lines(fresh)
    assert model.ids() == fresh.ids()
