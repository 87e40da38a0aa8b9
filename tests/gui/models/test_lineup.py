"""The line-up's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from understudy_gui.models.lineup import LineUpModel, Place

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

FOUR = (Place("anthropic", "Anthropic", on=True), Place("openai", "OpenAI"))


def test_that_a_change_of_health_leaves_the_rows_where_they_are(qapp: QApplication) -> None:
    model = LineUpModel()
    QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=model
    )
    model.show("Everyday", FOUR)
    resets, changes = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    resting = Place("anthropic", "Anthropic", health="resting", until=42.0)
    model.show("Everyday", (resting, Place("openai", "OpenAI", on=True)))
    assert (resets.count(), changes.count()) == (0, 1)
    assert model.on is not None
    assert model.on.name == "OpenAI"


def test_that_showing_the_same_again_says_nothing(qapp: QApplication) -> None:
    model = LineUpModel()
    model.show("Everyday", FOUR)
    changes, resets = QSignalSpy(model.dataChanged), QSignalSpy(model.modelReset)
    model.show("Everyday", FOUR)
    assert (changes.count(), resets.count()) == (0, 0)


def test_that_another_order_is_another_list(qapp: QApplication) -> None:
    model = LineUpModel()
    model.show("Everyday", FOUR)
    resets = QSignalSpy(model.modelReset)
    model.show("Everyday", FOUR[::-1])
    assert resets.count() == 1
    assert [place.name for place in model.places] == ["OpenAI", "Anthropic"]
