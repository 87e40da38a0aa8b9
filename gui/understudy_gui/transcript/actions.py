"""What the transcript's own buttons and menus do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication

from understudy_gui.i18n import tr
from understudy_gui.transcript.code_block import COPY_CODE, WRAP_CODE, CodeBlock
from understudy_gui.transcript.furniture import STANDIN_TRACE
from understudy_gui.transcript.gathering import Gathering
from understudy_gui.transcript.meta_part import COPY, MORE
from understudy_gui.transcript.plain import plain_text, with_seams
from understudy_gui.transcript.seam_parts import TRACE, trace_text
from understudy_gui.widgets.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QMenu

    from understudy_gui.models.transcript import Item, TraceRow
    from understudy_gui.transcript.parts import Part
    from understudy_gui.transcript.scene import Spot
    from understudy_gui.transcript.view import TranscriptView

COPIED_FOR: Final = 1200
"""Milliseconds for which the button over code says that it has copied."""

_SEPARATOR: Final = ":"


class Actions:
    """Copies, opens traces and shows menus; everything else goes to the shell."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._gathering: Gathering | None = None
        self._copied: CodeBlock | None = None
        self._copied_timer = QTimer(view)
        self._copied_timer.setSingleShot(True)
        self._copied_timer.setInterval(COPIED_FOR)
        self._copied_timer.timeout.connect(self._forget_copied)

    def activate(self, spot: Spot, part: Part | None = None) -> None:
        """Do what a button says; ``part`` is the part it belongs to, where that matters."""
        item = self._view.model.item(spot.row)
        if item is None:
            return
        name, _, number = spot.action.partition(_SEPARATOR)
        match name:
            case "trace" if number:
                self._toggle(spot.row, item, {int(number)})
            case "trace":
                self.toggle_trace(spot.row)
            case "copy_trace":
                copy(trace_text(_trace(item, int(number))))
            case "link":
                self._view.link_activated.emit(spot.action.partition(" ")[2])
            case "copy_code" | "wrap_code":
                self._act_on_code(spot, part)
            case "copy":
                copy(item.text)
                self._view.action.emit(spot.row, COPY)
            case "more":
                rect = self._view.action_rect(spot.row, MORE)
                corner = self._view.viewport().mapToGlobal(rect.bottomLeft())
                self._show_menu(spot.row, corner)
            case _:
                self._view.action.emit(spot.row, spot.action)

    def copy_selection(self) -> None:
        """Copy the selected text, joined without seams, as soon as all of it is in memory."""
        if self._gathering is not None:
            self._gathering.stop()
        selection = self._view.selection
        if not selection.is_empty:
            self._gathering = Gathering(self._view, selection, copy)

    def toggle_trace(self, row: int) -> bool:
        """Open or close the traces of a row; False if it has none."""
        item = self._view.model.item(row)
        if item is None:
            return False
        numbers = {n for n, segment in enumerate(item.segments[1:]) if _has_trace(segment.seam)}
        if item.standin_trace:
            numbers.add(STANDIN_TRACE)
        opened = self._view.rows.opened(item.key)
        self._toggle(row, item, numbers if numbers <= opened else numbers - opened)
        return bool(numbers)

    def open_menu(self, point: QPoint, corner: QPoint) -> None:
        """Open the menu of the row under a point of the viewport."""
        place = self._view.scene.row_at(point)
        if place is not None:
            self._show_menu(place.row, corner)

    def _toggle(self, row: int, item: Item, numbers: set[int]) -> None:
        self._view.rows.opened(item.key).symmetric_difference_update(numbers)
        self._view.change_layout_of(row)
        self._view.action.emit(row, TRACE)

    def _act_on_code(self, spot: Spot, part: Part | None) -> None:
        if not isinstance(part, CodeBlock):
            return
        if spot.action == COPY_CODE:
            copy(part.code())
            self._say_copied(part)
        elif spot.action == WRAP_CODE:
            part.toggle_wrap()
            part.lay(self._view.rows.style, part.width)
            self._view.change_layout_of(spot.row)

    def _say_copied(self, part: CodeBlock) -> None:
        """Let the button say so for a moment; only the one that was pressed last."""
        self._forget_copied()
        self._copied = part
        part.copied = True
        self._copied_timer.start()
        self._view.viewport().update()

    def _forget_copied(self) -> None:
        if self._copied is not None:
            self._copied.copied = False
            self._copied = None
            self._view.viewport().update()

    def _show_menu(self, row: int, corner: QPoint) -> None:
        menu = self.menu_for(row)
        self._view.menu_requested.emit(row, menu)
        menu.popup(corner)

    def menu_for(self, row: int) -> QMenu:
        """Make the menu of a row; it deletes itself when it closes."""
        menu = Menu(self._view)
        menu.aboutToHide.connect(menu.deleteLater)
        item = self._view.model.item(row)
        selected = menu.addAction(tr("Copy"), self.copy_selection)
        selected.setEnabled(not self._view.selection.is_empty)
        if item is not None:
            self._add_item_actions(menu, item)
        menu.addSeparator()
        menu.addAction(tr("Select all"), self.select_all)
        return menu

    def _add_item_actions(self, menu: QMenu, item: Item) -> None:
        menu.addAction(tr("Copy as plain text"), lambda: copy(plain_text(item)))
        menu.addAction(tr("Copy as Markdown"), lambda: copy(item.text))
        seam = menu.addAction(tr("Copy with seam"), lambda: copy(with_seams(item)))
        seam.setEnabled(any(segment.seam is not None for segment in item.segments))

    def select_all(self) -> None:
        """Select the whole conversation."""
        self._view.selection.select_all(self._view.model.count)
        self._view.selection_was_changed()


def copy(text: str) -> None:
    """Put text on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def _has_trace(seam: object) -> bool:
    return bool(getattr(seam, "trace", ()))


def _trace(item: Item, number: int) -> Sequence[TraceRow]:
    if number == STANDIN_TRACE:
        return item.standin_trace
    seam = item.segments[number + 1].seam
    return seam.trace if seam is not None else ()
