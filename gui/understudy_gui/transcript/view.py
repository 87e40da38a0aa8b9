"""The conversation on the screen: a scroll area that draws its rows itself."""

from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.actions import Actions
from understudy_gui.transcript.interaction import InteractiveArea
from understudy_gui.transcript.keys import Keys
from understudy_gui.transcript.layout import Anchor, TranscriptLayout
from understudy_gui.transcript.pace import Pace
from understudy_gui.transcript.plain import plain_text
from understudy_gui.transcript.pointer import Pointer
from understudy_gui.transcript.scene import Scene, Spot
from understudy_gui.transcript.selection import TextSelection
from understudy_gui.transcript.style import Style, scroll_bar_style

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent

    from understudy_gui.models.transcript import TranscriptModel, Waiting
    from understudy_gui.theme import ThemeManager
    from understudy_gui.transcript.layout import LineMark

PIN_THRESHOLD: Final = 24
"""Pixels from the end within which the view follows it."""

STEP: Final = 24
"""Pixels of one step of the wheel's three, and of an arrow key's two."""


class TranscriptView(InteractiveArea):
    """Shows a TranscriptModel.

    Signals: ``link_activated(address)``, only ever http, https or mailto; ``action(row, id)`` for
    buttons the view does not answer itself (copying and traces it does); ``pinned_changed(bool)``;
    ``behind_changed(bool)`` when the end of the conversation leaves or enters the view;
    ``selection_changed()``; ``menu_requested(row, menu)`` before a row's menu opens, to add to it.
    """

    link_activated = Signal(str)
    action = Signal(int, str)
    pinned_changed = Signal(bool)
    behind_changed = Signal(bool)
    selection_changed = Signal()
    menu_requested = Signal(int, object)

    def __init__(
        self, model: TranscriptModel, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._themes = themes
        self._layout = TranscriptLayout(model, Style(themes.current))
        self._selection = TextSelection(self._layout)
        self._scene = Scene(self._layout, self._selection)
        actions = Actions(self)
        self._hear_with(actions, Pointer(self, actions), Keys(self, actions))
        self._pace = Pace(self._show_growth, self)
        self._grown: set[int] = set()
        self._changed: set[int] = set()
        self._value = 0
        self._moving = False
        self._pinned = True
        self._behind = False
        self._uncoloured = False
        self._spoken = ""
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(tr("Conversation"))
        viewport = self.viewport()
        viewport.setMouseTracking(True)
        viewport.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._apply_theme()

    def _connect(self) -> None:
        model = self._model
        model.text_appended.connect(self._note_growth)
        model.dataChanged.connect(self._take_change)
        model.rowsInserted.connect(self._take_rows)
        model.rowsRemoved.connect(self._drop_rows)
        model.modelReset.connect(self._begin_again)
        self._themes.changed.connect(self._change_theme)

    # What the shell asks for

    @property
    def pinned(self) -> bool:
        """The view follows the end."""
        return self._pinned

    @property
    def behind(self) -> bool:
        """The end of the conversation is below the view."""
        return self._behind

    @property
    def selection(self) -> TextSelection:
        """What is selected."""
        return self._selection

    def send_pinned(self, row: int) -> None:
        """Show the question in ``row`` at the top, with room for the answer to grow below it."""
        self._layout.room_row = row
        self._set_pinned(True)
        self._place()

    def scroll_to_end(self) -> None:
        """Go to the end and follow it."""
        self._set_pinned(True)
        self._place()

    def show_row(self, row: int) -> None:
        """Bring the top of a row to the top of the view, unless the whole row is in view."""
        place = next((place for place in self._scene.placed if place.row == row), None)
        height = self.viewport().height()
        if place is None or place.y < 0 or place.y + place.height > height:
            self._set_pinned(False)
            self._layout.anchor = Anchor(row)
            self._layout.place()
            self._set_pinned(self._layout.end - self._layout.value <= PIN_THRESHOLD)
            self._place()
        self.viewport().update()

    def scroll_to_start(self) -> None:
        """Go to the first row."""
        self._set_pinned(False)
        self._layout.scroll_to(0)
        self._place()

    def flush(self) -> None:
        """Show at once what has arrived."""
        if self._grown or self._changed:
            self._pace.now()

    def plain_text(self, row: int) -> str:
        """Return what a row says, joined without seams; empty for a row that is not loaded."""
        item = self._model.item(row)
        return plain_text(item) if item is not None else ""

    def toggle_trace(self, row: int) -> bool:
        """Open or close the traces of a row; False if it has none."""
        return self._actions.toggle_trace(row)

    def selected_text(self) -> str:
        """Return the selected text of the rows in memory; copying asks for the others."""
        return self._selection.text()

    def action_rect(self, row: int, action: str) -> QRect:
        """Return where a button of a row is in the viewport, empty if it is not on the screen."""
        return self._scene.rect_of(Spot(row, action))

    # Following the model

    def _note_growth(self, row: int, _delta: str) -> None:
        self._grown.add(row)
        self._pace.ask()

    def _show_growth(self) -> None:
        """Lay out what rows on the screen have gained, and paint from there on."""
        grown, self._grown = self._grown, set()
        changed, self._changed = self._changed, set()
        shown = self._scene.tops
        dirty: list[tuple[int, int]] = []
        for row in grown | changed:
            if row in shown:
                take = self._layout.changed if row in changed else self._layout.grew
                dirty.append((row, take(row)))
            else:
                self._layout.mark_stale(row)
        if self._uncoloured:
            self._uncoloured = False
            self.viewport().update()
        if dirty or ((grown or changed) and self._pinned):
            self._place(dirty)
        else:
            self._sync_scroll_bar()

    def _take_change(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        if roles == [Qt.ItemDataRole.DisplayRole]:
            return
        item = self._model.item(first.row())
        if first == last and item is not None and item.state == "streaming":
            self._read_out(item.waiting)
            self._changed.add(first.row())
            self._pace.ask()
            return
        rows = range(first.row(), last.row() + 1)
        for row in rows:
            self._layout.mark_stale(row)
        pinned = self._pinned
        self._pinned = pinned and any(self._demands_view(row) for row in rows)
        self._place()
        self._pinned = pinned

    def _read_out(self, waiting: Waiting | None) -> None:
        """Have a screen reader say who is waited for, or how far a model is, when that changes."""
        spoken = waiting.spoken if waiting is not None else ""
        if spoken and spoken != self._spoken:
            from understudy_gui.widgets.announcing import announce

            announce(self, spoken)
        self._spoken = spoken

    def _demands_view(self, row: int) -> bool:
        """Say whether a changed row may move the view: an answer that is done must not."""
        item = self._model.item(row)
        last = row == self._model.count - 1
        return item is not None and last and item.state == "failed"

    def _take_rows(self, _parent: QModelIndex, first: int, last: int) -> None:
        for _ in range(first, last + 1):
            self._layout.appended()
        self._place()

    def _drop_rows(self, _parent: QModelIndex, first: int, _last: int) -> None:
        self._layout.truncated()
        self._selection.dropped_from(first)
        self._place()

    def _begin_again(self) -> None:
        self._layout.reset()
        self._selection.clear()
        self._grown.clear()
        self._changed.clear()
        self._scene.hovered = self._scene.focused = Spot()
        self._set_pinned(True)
        self._place()

    def _change_theme(self) -> None:
        mark = self._layout.top_line()
        self._layout.set_style(Style(self._themes.current))
        self._apply_theme()
        self._fit(mark)

    def _apply_theme(self) -> None:
        theme = self._themes.current
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.surface)
        palette.setColor(QPalette.ColorRole.Base, theme.surface)
        self.setPalette(palette)
        self.verticalScrollBar().setStyleSheet(scroll_bar_style(theme.scrollbar))
        self.verticalScrollBar().setSingleStep(scaled(STEP))

    # Placing rows

    def _place(self, dirty: list[tuple[int, int]] | None = None) -> None:
        """Find out which rows are where; paint everything, or what moved and what is ``dirty``."""
        before = self._scene.tops
        if self._pinned:
            self._layout.to_end()
        self._scene.placed = self._layout.place()
        self._sync_scroll_bar()
        if dirty is None:
            self.viewport().update()
        else:
            self._paint_changes(before, dirty)

    def _paint_changes(self, before: dict[int, int], dirty: list[tuple[int, int]]) -> None:
        """Move the picture by as much as its rows have moved, and paint below what changed."""
        now = self._scene.tops
        kept = [row for row in now if row in before]
        viewport = self.viewport()
        first_dirty = min((row for row, _ in dirty), default=-1)
        if not kept or (first_dirty >= 0 and kept[0] > first_dirty):
            viewport.update()
            return
        moved = now[kept[0]] - before[kept[0]]
        if abs(moved) >= viewport.height() or not self.devicePixelRatioF().is_integer():
            viewport.update()
            return
        if moved:
            viewport.scroll(0, moved)
        tops = [now[row] + y for row, y in dirty if row in now]
        if tops:
            top = max(0, min(tops) - 2)
            viewport.update(0, top, viewport.width(), viewport.height() - top)

    def _sync_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        layout = self._layout
        self._moving = True
        if not bar.isSliderDown() or layout.value > bar.maximum():
            bar.setRange(0, layout.end)
            bar.setPageStep(self.viewport().height())
        bar.setEnabled(layout.end > 0)
        bar.setValue(layout.value)
        self._value = bar.value()
        self._moving = False
        behind = not self._pinned and layout.end - layout.value > PIN_THRESHOLD
        if behind != self._behind:
            self._behind = behind
            self.behind_changed.emit(behind)

    def _fit(self, mark: LineMark | None) -> None:
        """Lay everything out for a new width or style; the first line stays where it is.

        The column stands in the middle of the whole width: the scroll bar lies over its margin.
        """
        self._layout.resize(self.width(), self.viewport().height())
        if not self._pinned:
            self._layout.restore(mark)
        self._place()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(self._layout.top_line())

    # Scrolling

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Follow the scroll bar when the user moved it."""
        if self._moving:
            return
        value = self.verticalScrollBar().value()
        moved = value - self._value
        if moved < 0:
            self.unpin()
        before = self._scene.tops
        far = abs(moved) > 3 * self.viewport().height()
        if far:
            self._layout.scroll_to(value)
        else:
            self._layout.scroll_by(moved)
        self._scene.placed = self._layout.place()
        self._sync_scroll_bar()
        if moved > 0 and self._layout.end - self._layout.value <= PIN_THRESHOLD:
            self._set_pinned(True)
        if far:
            self.viewport().update()
        else:
            self._paint_changes(before, [])
        self._pointer.view_moved()

    def unpin(self) -> None:
        """Stop following the end: the user wants to stay here."""
        self._set_pinned(False)
        self._sync_scroll_bar()

    def _set_pinned(self, pinned: bool) -> None:
        if pinned != self._pinned:
            self._pinned = pinned
            self.pinned_changed.emit(pinned)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._pointer.wheel(event):
            event.accept()
            return
        up = event.angleDelta().y() > 0 or event.pixelDelta().y() > 0
        if up and self.verticalScrollBar().maximum() > 0:
            self.unpin()
        super().wheelEvent(event)

    def scroll_pixels(self, pixels: int) -> None:
        """Scroll as a key or a drag does."""
        bar = self.verticalScrollBar()
        if pixels < 0 and bar.maximum() > 0:
            self.unpin()
        bar.setValue(bar.value() + pixels)

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        begin = thread_time()
        behind = self._scene.paint(self.viewport(), event.rect())
        self._pace.add_cost(thread_time() - begin)
        if behind:
            self._uncoloured = True
            self._pace.ask()

    # Pointing, keys and menus

    @property
    def scene(self) -> Scene:
        """What is where on the screen."""
        return self._scene

    @property
    def rows(self) -> TranscriptLayout:
        """The rows, laid out."""
        return self._layout

    @property
    def model(self) -> TranscriptModel:
        """The rows of the conversation."""
        return self._model

    def change_layout_of(self, row: int) -> None:
        """Lay a row out anew because the user opened something in it; what is above stays."""
        self._layout.mark_stale(row)
        pinned, self._pinned = self._pinned, False
        self._place()
        self._pinned = pinned
        if self._layout.end - self._layout.value > PIN_THRESHOLD:
            self.unpin()

    def selection_was_changed(self) -> None:
        """Show another selection."""
        if not self._selection.is_empty:
            self.unpin()
        self.viewport().update()
        self.selection_changed.emit()
