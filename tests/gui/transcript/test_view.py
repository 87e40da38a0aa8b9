from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from helpers.transcript_samples import SAMPLES, SEAM, TRACE
from understudy_gui.models.transcript import Failure, Item, Meta, Segment, Waiting
from understudy_gui.theme import theme
from understudy_gui.transcript.code_block import CodeBlock
from understudy_gui.transcript.pace import INTERVAL
from understudy_gui.transcript.scene import Spot
from understudy_gui.widgets import announcing

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from helpers.transcript_stage import Stage
    from understudy_gui.transcript.parts import TextPart


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def picture(stage: Stage) -> QImage:
    stage.settle()
    return stage.view.viewport().grab().toImage()


def colours_of(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }


def test_that_a_link_is_followed_by_a_click(stage: Stage) -> None:
    row = stage.tell("See [the page](https://example.org/a?b=1) now")
    stage.settle()
    followed: list[str] = []
    stage.view.link_activated.connect(followed.append)
    stage.click(stage.point_of(row, 0, 6))
    assert followed == ["https://example.org/a?b=1"]


@pytest.mark.parametrize(
    "source",
    [
        "[click](javascript:alert(1))",
        "[click](file:///etc/passwd)",
        "[click](data:text/html,x)",
        "[click](vbscript:x)",
        "[click](steam://run/1)",
        "[click](/etc/passwd)",
        "![click](file:///etc/passwd)",
        "<steam://run/1>",
        "[click][ref]\n\n[ref]: JaVaScRiPt:alert(1)",
    ],
)
def test_that_only_harmless_addresses_are_links(stage: Stage, source: str) -> None:
    row = stage.tell(source)
    stage.settle()
    followed: list[str] = []
    stage.view.link_activated.connect(followed.append)
    for offset in range(5):
        stage.click(stage.point_of(row, 0, offset))
    assert followed == []


def test_that_dragging_over_a_link_selects_and_does_not_follow_it(stage: Stage) -> None:
    row = stage.tell("See [the page](https://example.org) now")
    stage.settle()
    followed: list[str] = []
    stage.view.link_activated.connect(followed.append)
    stage.drag(stage.point_of(row, 0, 5), stage.point_of(row, 0, 8))
    assert followed == []
    assert stage.view.selected_text() == "he "


def test_that_the_pointer_shows_what_is_under_it(stage: Stage) -> None:
    row = stage.tell("See [the page](https://example.org) now")
    stage.settle()
    cursor = stage.view.viewport().cursor
    stage.hover(stage.point_of(row, 0, 1))
    assert cursor().shape() == Qt.CursorShape.IBeamCursor
    stage.hover(stage.point_of(row, 0, 6))
    assert cursor().shape() == Qt.CursorShape.PointingHandCursor
    stage.hover(QPoint(5, 400))
    assert cursor().shape() == Qt.CursorShape.ArrowCursor


def test_that_an_image_is_a_link_and_raw_html_is_text(stage: Stage) -> None:
    row = stage.tell("![a cat](https://example.org/cat.png) <b>x</b>")
    assert stage.view.plain_text(row) == "Image: a cat <b>x</b>"


def test_that_code_is_copied_by_its_button(stage: Stage) -> None:
    row = stage.tell("```python\nprint(1)\n\nprint(2)\n```")
    stage.settle()
    stage.click_action(row, "copy_code")
    assert clipboard() == "print(1)\n\nprint(2)"


def test_that_each_block_of_code_has_its_own_buttons(stage: Stage) -> None:
    row = stage.tell("```\none\n```\n\n```\ntwo\n```")
    stage.settle()
    rects = [rect for spot, rect in stage.view.scene.spots() if spot.action == "copy_code"]
    assert len(rects) == 2
    stage.click(rects[1].center())
    assert clipboard() == "two"
    assert row == 0


def test_that_long_lines_wrap_when_asked(stage: Stage) -> None:
    row = stage.tell("```\n" + "word " * 80 + "\n" + "한국어 " * 60 + "\n```")
    stage.settle()
    before = stage.view.rows.measure(row)
    stage.click_action(row, "wrap_code")
    assert stage.view.rows.measure(row) > before + 100
    stage.click_action(row, "wrap_code")
    assert stage.view.rows.measure(row) == before


def test_that_a_long_line_is_scrolled_by_a_sideways_wheel(stage: Stage) -> None:
    row = stage.tell("```\n" + "word " * 80 + "\n```")
    stage.settle()
    laid = stage.view.rows.message(row)
    assert laid is not None
    code = laid.blocks[0]
    inside = QPoint(100, code.top_of(0) + 5)
    before = code.offset_at(inside)
    stage.wheel_sideways(stage.point_of(row, 0, 3), 240)
    assert code.offset_at(inside) > before + 10
    assert stage.view.pinned


def test_that_copying_an_answer_copies_its_source(stage: Stage) -> None:
    row = stage.model.append(
        Item(1, "assistant", [Segment("A", "a", "**one** tw"), Segment("B", "b", "o", SEAM)])
    )
    stage.settle()
    stage.click_action(row, "copy")
    assert clipboard() == "**one** two"


@pytest.mark.parametrize("action", ["regenerate", "next_version", "previous_version"])
def test_that_other_buttons_go_to_the_shell(stage: Stage, action: str) -> None:
    item = Item(1, "assistant", [Segment("A", "a", "text")], meta=Meta("A", "a"), versions=(2, 3))
    row = stage.model.append(item)
    stage.settle()
    seen: list[tuple[int, str]] = []

    def note(where: int, what: str) -> None:
        seen.append((where, what))

    stage.view.action.connect(note)
    stage.click_action(row, action)
    assert seen == [(row, action)]


def failed(stage: Stage) -> int:
    item = Item(1, "assistant", [], state="failed")
    item.failure = Failure("Nobody could answer", "x", (("try_again", "Try again"), ("fix", "Fix")))
    row = stage.model.append(item)
    stage.settle()
    return row


def test_that_buttons_of_a_failure_are_clicked(stage: Stage) -> None:
    row = failed(stage)
    seen: list[str] = []

    def note(_row: int, what: str) -> None:
        seen.append(what)

    stage.view.action.connect(note)
    stage.click_action(row, "fix")
    stage.click_action(row, "try_again")
    assert seen == ["fix", "try_again"]


def test_that_buttons_of_a_failure_are_reached_by_tab(stage: Stage) -> None:
    failed(stage)
    seen: list[str] = []

    def note(_row: int, what: str) -> None:
        seen.append(what)

    stage.view.action.connect(note)
    stage.view.setFocus()
    stage.key(Qt.Key.Key_Tab)
    stage.key(Qt.Key.Key_Return)
    stage.key(Qt.Key.Key_Tab)
    stage.key(Qt.Key.Key_Space)
    assert seen == ["try_again", "fix"]


def test_that_a_failure_shows_its_trace_and_hides_it_again(stage: Stage) -> None:
    item = Item(1, "assistant", [], state="failed", standin_trace=TRACE)
    item.failure = Failure("Nobody could answer", "x", (("trace", "Show trace"),))
    row = stage.model.append(item)
    stage.settle()
    before = stage.view.rows.measure(row)
    stage.click_action(row, "trace")
    assert stage.view.rows.measure(row) > before + 100
    stage.click_action(row, "copy_trace:-1")
    assert clipboard().splitlines()[0].startswith("21:14:02.1\tAnthropic")
    stage.click_action(row, "trace")
    assert stage.view.rows.measure(row) == before


def test_that_all_traces_of_an_answer_open_at_once(stage: Stage) -> None:
    item = Item(1, "assistant", [Segment("A", "a", "one"), Segment("B", "b", "two", SEAM)])
    item.standin, item.standin_trace = "A stood in.", TRACE
    row = stage.model.append(item)
    stage.settle()
    stage.click_action(row, "trace:0")
    assert stage.view.toggle_trace(row)
    assert stage.view.rows.opened(1) == {0, -1}
    assert stage.view.toggle_trace(row)
    assert stage.view.rows.opened(1) == set()
    assert not stage.view.toggle_trace(stage.tell("no trace"))


def test_that_a_press_on_a_button_released_elsewhere_does_nothing(stage: Stage) -> None:
    row = failed(stage)
    seen: list[str] = []

    def note(_row: int, what: str) -> None:
        seen.append(what)

    stage.view.action.connect(note)
    stage.drag(stage.view.action_rect(row, "fix").center(), QPoint(5, 5))
    assert seen == []


def test_that_actions_of_older_answers_are_shown_on_hover_only(stage: Stage) -> None:
    first = stage.tell("one")
    stage.ask("two")
    stage.tell("three")
    stage.settle()
    rect = stage.view.action_rect(first, "copy")
    stage.hover(QPoint(5, 590))
    assert len(colours_of(picture(stage).copy(rect))) == 1
    stage.hover(QPoint(200, stage.top_of(first) + 30))
    assert len(colours_of(picture(stage).copy(rect))) > 1


def test_that_the_theme_changes_while_the_view_is_shown(stage: Stage) -> None:
    stage.tell("Text and ```code```")
    assert picture(stage).pixelColor(3, 3) == theme("light").surface
    stage.themes.set_choice("dark")
    assert picture(stage).pixelColor(3, 3) == theme("dark").surface


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [456, 720, 1100])
def test_that_what_is_painted_bit_by_bit_is_what_is_painted_at_once(
    stage: Stage, name: str, width: int
) -> None:
    stage.view.resize(width, 620)
    stage.model.set_items(SAMPLES[name]())
    stage.settle()
    for pixels in (-37, -211, 96, -999, 53):
        stage.view.scroll_pixels(pixels)
        stage.settle()
    stage.rest()
    moved = stage.view.viewport().grab().toImage()
    stage.view.viewport().update()
    assert picture(stage) == moved


def test_that_an_answer_painted_while_it_grew_is_what_is_painted_at_once(stage: Stage) -> None:
    shown = stage.view.window()
    row = stage.begin_answer()
    text = SAMPLES["everything"]()[1].text
    for at in range(0, len(text), 23):
        stage.grow(row, text[at : at + 23])
    stage.rest()
    grown = screen_of(stage)
    shown.update()
    stage.view.viewport().update()
    assert screen_of(stage) == grown


def screen_of(stage: Stage) -> QImage:
    """What is on the screen, not what would be painted if asked: stale pixels included."""
    stage.settle()
    handle = stage.view.windowHandle()
    assert handle is not None
    QTest.qWait(20)
    screen = handle.screen()
    return screen.grabWindow(stage.view.winId()).toImage()


def test_that_at_rest_no_timer_runs(stage: Stage) -> None:
    stage.fill(3)
    row = stage.begin_answer("begun")
    stage.grow(row, " and done")
    item = stage.model.item(row)
    assert item is not None
    item.state = "complete"
    stage.model.update_row(row)
    stage.rest()
    assert not stage.active_timers()


def test_that_deltas_are_shown_thirty_times_a_second_at_most(stage: Stage) -> None:
    row = stage.begin_answer()
    stage.settle()
    pictures: list[int] = []
    begun = time.monotonic()
    for _ in range(60):
        stage.model.append_text(row, "word ")
        QTest.qWait(5)
        laid = stage.view.rows.laid(row)
        assert laid is not None
        pictures.append(sum(part.length for part in laid.blocks))
    changes = len(set(pictures))
    most = (time.monotonic() - begun) / INTERVAL * 1.1 + 2  # timers may be early by 5 %
    assert 2 <= changes <= most


def test_that_code_of_a_known_language_is_coloured(stage: Stage) -> None:
    pictures: list[QImage] = []
    for language in ("python", "nonsense"):
        stage.model.set_items([Item(1, "user", [Segment("", "", "?")])])
        row = stage.tell(f"```{language}\nreturn 12345678\n```")
        stage.rest()
        laid = stage.view.rows.message(row)
        assert laid is not None
        code = QRect(stage.view.rows.left, stage.top_of(row) + 60, 300, 30)
        pictures.append(picture(stage).copy(code))
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(("width", "left", "column"), [(1016, 140, 736), (456, 24, 408)])
def test_that_the_column_stands_in_the_middle_as_if_there_were_no_scroll_bar(
    stage: Stage, width: int, left: int, column: int
) -> None:
    stage.view.resize(width, 600)
    stage.settle()
    assert (stage.view.rows.left, stage.view.rows.width) == (left, column)


def test_that_the_button_over_code_says_that_it_has_copied(stage: Stage) -> None:
    row = stage.tell("```py\none\n```\n\n```py\ntwo\n```")
    stage.settle()
    first, second = (part for part in laid_parts(stage, row) if isinstance(part, CodeBlock))
    rects = [rect for spot, rect in stage.view.scene.spots() if spot.action == "copy_code"]
    stage.click(rects[1].center())
    assert clipboard() == "two"
    assert [part.zones()[-1].label for part in (first, second)] == ["Copy", "Copied"]
    stage.rest()
    assert second.zones()[-1].label == "Copy"


def laid_parts(stage: Stage, row: int) -> list[TextPart]:
    laid = stage.view.rows.message(row)
    assert laid is not None
    return laid.blocks


def test_that_the_arrows_go_from_message_to_message_and_tab_into_one(stage: Stage) -> None:
    stage.fill(4)
    stage.view.scroll_to_start()
    for row in (0, 1, 2):
        stage.key(Qt.Key.Key_Down)
        assert stage.view.scene.focused == Spot(row)
        assert 0 <= stage.top_of(row) < stage.view.viewport().height()
    stage.key(Qt.Key.Key_Up)
    assert stage.view.scene.focused == Spot(1)
    assert stage.top_of(1) >= 0
    stage.model.replace(1, Item(99, "assistant", [Segment("A", "a", "[x](https://a.b)\n")]))
    stage.settle()
    stage.key(Qt.Key.Key_Tab)
    assert stage.view.scene.focused.row == 1
    assert stage.view.scene.focused.action


def test_that_the_arrows_stop_at_the_ends(stage: Stage) -> None:
    stage.ask("One")
    stage.tell("Two")
    stage.settle()
    for _ in range(4):
        stage.key(Qt.Key.Key_Down)
    assert stage.view.scene.focused == Spot(1)
    for _ in range(4):
        stage.key(Qt.Key.Key_Up)
    assert stage.view.scene.focused == Spot(0)


@pytest.mark.parametrize(
    "text",
    [
        "Look [here](https://a.b/one) and at **[there](https://a.b/two)**.",
        "| a |\n|---|\n| [x](https://a.b/one) and [y](https://a.b/two) |",
        "> - https://a.b/one\n> - https://a.b/two",
    ],
)
def test_that_links_are_reached_by_tab_and_opened_by_enter(stage: Stage, text: str) -> None:
    stage.tell(text)
    stage.settle()
    opened: list[str] = []
    stage.view.link_activated.connect(opened.append)
    before = picture(stage)
    for _ in range(2):
        stage.key(Qt.Key.Key_Tab)
        assert picture(stage) != before
        rect = stage.view.scene.rect_of(stage.view.scene.focused)
        assert stage.view.scene.link_at(rect.center()).startswith("https://a.b/")
        stage.key(Qt.Key.Key_Return)
    assert opened == ["https://a.b/one", "https://a.b/two"]


WIDE_TABLE = (
    "|" + "".join(f" Column number{n} |" for n in range(14)) + "\n|" + "---|" * 14 + "\n"
    "|" + "".join(f" cell{n} |" for n in range(14)) + "\n"
)


@pytest.mark.parametrize("text", [WIDE_TABLE, f"```\n{'wide ' * 60}\n```\n"])
def test_that_what_is_too_wide_is_scrolled_by_dragging_its_bar(stage: Stage, text: str) -> None:
    row = stage.tell(text)
    stage.settle()
    [part] = laid_parts(stage, row)
    before = picture(stage)
    left = stage.view.rows.left
    y = stage.top_of(row) + 20 + part.height - 5
    stage.drag(QPoint(left + 30, y), QPoint(left + 30 + part.width // 4, y))
    assert stage.view.selection.is_empty
    dragged = picture(stage)
    assert dragged != before
    stage.drag(QPoint(left + part.width // 2, y), QPoint(left - 500, y))
    stage.hover(QPoint(1, 1))
    assert picture(stage) == before


def test_that_a_narrow_column_of_a_table_breaks_no_word(stage: Stage) -> None:
    row = stage.tell(WIDE_TABLE)
    stage.settle()
    [part] = laid_parts(stage, row)
    assert part.scroll_by(10_000)
    assert part.plain(0, 14) == "Column number0"
    two_lines = part.top_of(part.length)
    assert two_lines < 60


def test_that_who_is_waited_for_is_read_out_whenever_it_is_something_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def announce(_widget: QWidget, words: str) -> None:
        told.append(words)

    monkeypatch.setattr(announcing, "announce", announce)
    stage.ask()
    row = stage.begin_answer()
    item = stage.model.item(row)
    assert item is not None
    for text, spoken in (
        ("Loading qwen … 26 %", "Loading qwen … 25 %"),
        ("Loading qwen … 31 %", "Loading qwen … 25 %"),
        ("Waiting for Qwen, 0.1 of 30 s", "Waiting for Qwen"),
    ):
        item.waiting = Waiting(text, 0.3, "Qwen", spoken)
        stage.model.update_row(row)
    item.waiting = None
    stage.model.update_row(row)
    assert told == ["Loading qwen … 25 %", "Waiting for Qwen"]
