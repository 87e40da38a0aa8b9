"""The routes' page: rows dragged and moved by keys, over a real router."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit

from helpers.desk import Desk, by_hand
from understudy.settings_model import EntrySettings, RouteSettings
from understudy_gui.widgets.label import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow

    from understudy_gui.settings.routing_page import RoutingPage

pytestmark = pytest.mark.anyio

ALT = Qt.KeyboardModifier.AltModifier
ORDER = ("openai", "groq", "mistral", "practice")


async def everyday(desk: Desk, *providers: str) -> RoutingPage:
    """Set a route through these providers and show it."""
    entries = [EntrySettings(provider=provider) for provider in providers or ORDER]
    route = RouteSettings(name="Everyday", entries=entries)
    desk.workspace.save(desk.workspace.settings.with_route(route))
    desk.window.open_page("routing", "Everyday")
    await desk.settle()
    return desk.window.routing


def shown(page: RoutingPage) -> list[str]:
    return [row.entry.provider for row in page.table.rows]


async def drag(desk: Desk, page: RoutingPage, source: int, target: int, *, let_go: bool) -> None:
    handle = desk.window.windowHandle()
    rows = page.table.list
    begin = rows.mapTo(desk.window, QPoint(12, source * 48 + 24))
    end = rows.mapTo(desk.window, QPoint(12, target * 48 + 24))
    await by_hand(lambda: press_and_move(handle, begin, end))
    if let_go:
        left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        await by_hand(lambda: QTest.mouseRelease(handle, left, plain, end))


def press_and_move(handle: QWindow, begin: QPoint, end: QPoint) -> None:
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, left, plain, begin)
    for step in range(1, 7):
        QTest.mouseMove(handle, begin + (end - begin) * (step / 6))


async def test_that_a_dragged_row_is_asked_first_from_the_next_message_on(desk: Desk) -> None:
    page = await everyday(desk)
    await drag(desk, page, 2, 0, let_go=True)
    assert desk.order("Everyday") == ["mistral", "openai", "groq", "practice"]
    assert shown(page) == ["mistral", "openai", "groq", "practice"]
    stored = next(route for route in desk.settings.routes if route.name == "Everyday")
    assert [entry.provider for entry in stored.entries] == desk.order("Everyday")


async def test_that_places_are_numbered_anew_while_dragging(desk: Desk) -> None:
    page = await everyday(desk)
    await drag(desk, page, 3, 1, let_go=False)
    assert page.table.list.dragging
    numbers = {row.entry.provider: row.number for row in page.table.rows}
    assert numbers == {"openai": 1, "practice": 2, "groq": 3, "mistral": 4}
    await desk.key(Qt.Key.Key_Escape)
    assert desk.window.isVisible()
    assert [row.number for row in page.table.rows] == [1, 2, 3, 4]
    assert desk.order("Everyday") == list(ORDER)


async def test_that_alt_and_arrows_move_a_row_and_keep_the_focus_on_it(desk: Desk) -> None:
    page = await everyday(desk)
    page.table.list.set_current(1)
    page.table.list.setFocus(Qt.FocusReason.TabFocusReason)
    await desk.key(Qt.Key.Key_Down, ALT)
    await desk.settle()
    assert desk.order("Everyday") == ["openai", "mistral", "groq", "practice"]
    assert page.table.list.announced == "Groq, third of four"
    await desk.key(Qt.Key.Key_Down, ALT)
    assert desk.order("Everyday") == ["openai", "mistral", "practice", "groq"]
    assert page.table.list.hasFocus()


async def test_that_a_move_can_be_undone(desk: Desk) -> None:
    page = await everyday(desk)
    assert not page.undo.isVisible()
    await drag(desk, page, 0, 1, let_go=True)
    await desk.settle()
    await desk.click(page.undo)
    await desk.settle()
    assert desk.order("Everyday") == list(ORDER)
    assert shown(page) == list(ORDER)


async def test_that_a_place_has_its_own_model_deadline_and_retries(desk: Desk) -> None:
    page = await everyday(desk)
    row = page.table.rows[0]
    line = row.model.lineEdit()
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    await desk.keys("gpt-5.5")
    await desk.key(Qt.Key.Key_Return)
    row.deadline.setFocus()
    await desk.key(Qt.Key.Key_Down)
    row.retries.setFocus()
    await desk.key(Qt.Key.Key_Down)
    await desk.settle()
    entry = desk.workspace.router.route("Everyday").entries[0]
    assert (entry.model, entry.first_token_within, entry.retries) == ("gpt-5.5", 12.0, 1)
    row = page.table.rows[0]
    assert (row.deadline.choice, row.retries.choice) == ("12", "1")


async def test_that_a_place_is_switched_off_and_keeps_its_place(desk: Desk) -> None:
    page = await everyday(desk)
    await desk.click(page.table.rows[1].on)
    entry = desk.workspace.router.route("Everyday").entries[1]
    assert (entry.provider, entry.enabled) == ("groq", False)


async def test_that_a_place_is_taken_out_by_button_and_by_key_and_comes_back(desk: Desk) -> None:
    page = await everyday(desk)
    await desk.click(page.table.rows[1].away)
    assert desk.order("Everyday") == ["openai", "mistral", "practice"]
    assert desk.window.toast.words() == "Groq is out of the line-up"
    await desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.settle()
    assert desk.order("Everyday") == list(ORDER)
    page.table.list.setFocus()
    page.table.list.set_current(3)
    await desk.key(Qt.Key.Key_Delete)
    assert desk.order("Everyday") == ["openai", "groq", "mistral"]


async def test_that_somebody_is_added_to_the_line_up(desk: Desk) -> None:
    page = await everyday(desk, "practice")
    desk.controller.add_provider("ollama")
    menu = page.table.add_menu()
    names = [action.text() for action in menu.actions()]
    assert names == ["Ollama", "Practice"]
    menu.actions()[0].trigger()
    await desk.settle()
    assert desk.order("Everyday") == ["practice", "ollama"]
    assert shown(page) == ["practice", "ollama"]


async def test_that_the_order_that_understudy_made_becomes_the_users_with_a_change(
    desk: Desk,
) -> None:
    desk.window.open_page("routing")
    await desk.settle()
    page = desk.window.routing
    assert desk.controller.routes.made_by_us
    assert shown(page) == ["practice"]
    await desk.click(page.table.rows[0].on)
    assert not desk.controller.routes.made_by_us
    assert [route.name for route in desk.settings.routes] == ["Everyday"]


async def test_that_a_route_is_added_named_and_removed(desk: Desk) -> None:
    page = await everyday(desk)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    await desk.click(page.add)
    await desk.settle()
    assert page.title.line.hasFocus()
    await desk.keys("Coding")
    await desk.key(Qt.Key.Key_Return)
    await desk.settle()
    assert [route.name for route in desk.settings.routes] == ["Everyday", "Coding"]
    assert page.shown == "Coding"
    menu = page.menu()
    assert [each.text() for each in menu.actions()][:2] == ["Rename", "Use for new chats"]
    menu.actions()[-1].trigger()
    await desk.settle()
    assert [route.name for route in desk.settings.routes] == ["Everyday"]
    assert page.shown == "Everyday"


async def test_that_a_name_that_is_taken_is_refused_and_stays_to_be_mended(desk: Desk) -> None:
    page = await everyday(desk)
    desk.controller.routes.add("Coding", ["practice"])
    page.show_route("Coding")
    page.title.start()
    await desk.settle()
    page.title.line.selectAll()
    await desk.keys("Everyday")
    await desk.key(Qt.Key.Key_Return)
    assert page.title.fault == "There is a route of that name already."
    assert page.title.line.text() == "Everyday"
    await desk.key(Qt.Key.Key_Escape)
    assert desk.window.isVisible()
    assert [route.name for route in desk.settings.routes] == ["Everyday", "Coding"]


async def test_that_a_renamed_default_route_stays_the_default(desk: Desk) -> None:
    await everyday(desk)
    desk.controller.routes.set_default("Everyday")
    desk.controller.routes.rename("Everyday", "Daily")
    assert desk.controller.routes.default == "Daily"


async def test_that_breaking_off_can_be_left_at_the_part(desk: Desk) -> None:
    page = await everyday(desk)
    page.rescue.setFocus()
    await desk.key(Qt.Key.Key_Down)
    assert desk.workspace.router.route("Everyday").rescue == "keep"
    await desk.key(Qt.Key.Key_Down)
    assert page.rescue.currentText() == "Start again with next"
    assert desk.workspace.router.route("Everyday").rescue == "restart"


async def test_that_a_removed_providers_place_is_shown_by_its_id(desk: Desk) -> None:
    page = await everyday(desk, "practice", "gone-server")
    assert shown(page) == ["practice", "gone-server"]
    assert page.table.rows[1].pill.condition.health == "off"


async def test_that_the_route_made_for_a_person_is_named_in_their_language(desk: Desk) -> None:
    desk.controller.set_appearance(language="ko")
    desk.window.open_page("routing")
    await desk.until(desk.window.routing.model.rowCount)
    page = desk.window.routing
    assert page.title.findChildren(Label)[0].text() == "일상"
    assert page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("일상,")
    assert page.shown == "Everyday"
