"""The sidebar's list in step with the history."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from understudy.history import History
from understudy_gui.controllers.library import LibraryController
from understudy_gui.models.conversations import ConversationsModel
from understudy_gui.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

pytestmark = pytest.mark.anyio


class Shelf:
    """A library over a real history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.model = ConversationsModel()
        QAbstractItemModelTester(
            self.model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=self.model
        )
        self.errors: list[BaseException] = []
        self.tasks = TaskScope(lambda _name, error: self.errors.append(error))
        self.library = LibraryController(history, self.model, self.tasks)

    async def settle(self) -> list[str]:
        """Wait until nothing is under way; the lines of the list."""
        while len(self.tasks):  # noqa: ASYNC110 - one task may start another
            await asyncio.sleep(0.005)
        return [str(self.model.index(row).data()) for row in range(self.model.rowCount())]


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncGenerator[Shelf]:
    history = await History.open(tmp_path / "history.db")
    shelf = Shelf(history)
    for title in ("Tides", "Caffeine", "Lisbon"):
        await history.create_conversation(title)
    await shelf.library.load()
    yield shelf
    await shelf.tasks.aclose()
    await history.close()
    assert shelf.errors == []


async def test_that_the_list_shows_what_is_kept(shelf: Shelf) -> None:
    assert await shelf.settle() == ["Today", "Lisbon", "Caffeine", "Tides"]


async def test_that_a_new_title_is_kept_and_told(shelf: Shelf) -> None:
    spy = QSignalSpy(shelf.library.renamed)
    (_, _, tides) = shelf.model.ids()
    shelf.library.rename(tides, "High water")
    assert "High water" in await shelf.settle()
    assert [spy.at(0)[0], spy.at(0)[1]] == [tides, "High water"]
    assert (await shelf.history.conversation(tides)).title == "High water"


async def test_that_pinning_moves_a_conversation_to_the_top_and_back(shelf: Shelf) -> None:
    tides = shelf.model.ids()[-1]
    shelf.library.set_pinned(tides, True)
    assert (await shelf.settle())[:2] == ["Pinned", "Tides"]
    shelf.library.set_pinned(tides, False)
    assert "Pinned" not in await shelf.settle()


async def test_that_a_deletion_can_be_undone(shelf: Shelf) -> None:
    spy = QSignalSpy(shelf.library.deleted)
    tides = shelf.model.ids()[-1]
    shelf.library.delete(tides)
    assert "Tides" not in await shelf.settle()
    assert spy.at(0)[0] == tides
    shelf.library.restore(tides)
    assert "Tides" in await shelf.settle()


async def test_that_search_looks_in_messages_too_and_ends(shelf: Shelf) -> None:
    caffeine = shelf.model.ids()[1]
    await shelf.history.add_question(caffeine, "오늘 커피를 세 시에 마시면 언제 잘까?")
    shelf.library.search("커피")
    assert await shelf.settle() == ["Caffeine"]
    shelf.library.search("no such word")
    assert await shelf.settle() == []
    shelf.library.search("")
    assert len(await shelf.settle()) == 4


async def test_that_the_last_of_two_quick_searches_counts(shelf: Shelf) -> None:
    shelf.library.search("Tides")
    shelf.library.search("Lisbon")
    assert await shelf.settle() == ["Lisbon"]
