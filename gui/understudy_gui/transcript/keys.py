"""The keyboard in the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from understudy_gui.theme import scaled
from understudy_gui.transcript.scene import Spot

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from understudy_gui.transcript.actions import Actions
    from understudy_gui.transcript.view import TranscriptView

_OVERLAP: Final = 48
_STANDARD: Final = QKeySequence.StandardKey


class Keys:
    """Turns keys into scrolling, copying, and a focus that walks over what can be clicked."""

    def __init__(self, view: TranscriptView, actions: Actions) -> None:
        self._view = view
        self._actions = actions

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key says; False if it says nothing here."""
        if event.matches(_STANDARD.Copy):
            self._actions.copy_selection()
        elif event.matches(_STANDARD.SelectAll):
            self._actions.select_all()
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            return self._activate()
        elif event.key() == Qt.Key.Key_Escape:
            return self._clear()
        else:
            return self._scroll(event.key())
        return True

    def _scroll(self, key: int) -> bool:
        page = max(scaled(_OVERLAP), self._view.viewport().height() - scaled(_OVERLAP))
        match key:
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_PageUp:
                self._view.scroll_pixels(-page)
            case Qt.Key.Key_PageDown:
                self._view.scroll_pixels(page)
            case Qt.Key.Key_Home:
                self._view.scroll_to_start()
            case Qt.Key.Key_End:
                self._view.scroll_to_end()
            case _:
                return False
        return True

    def _step(self, by: int) -> None:
        """Go to the message above or below; from none, to the first or the last in the view."""
        scene = self._view.scene
        if not scene.placed:
            return
        if scene.focused.row >= 0:
            row = min(max(0, scene.focused.row + by), self._view.model.count - 1)
        else:
            row = scene.placed[0 if by > 0 else -1].row
        scene.focused = Spot(row)
        self._view.show_row(row)
        if by < 0:
            self._view.unpin()

    def _clear(self) -> bool:
        """Let go of the selection; without one Escape means something to the window."""
        if self._view.selection.is_empty:
            return False
        self._view.selection.clear()
        self._view.selection_was_changed()
        return True

    def _activate(self) -> bool:
        spot = self._view.scene.focused
        if not spot.action:
            return False
        point = self._view.scene.rect_of(spot).center()
        found = self._view.scene.part_at(point)
        self._actions.activate(spot, found[1] if found is not None else None)
        return True

    def move_focus(self, *, forward: bool) -> bool:
        """Go to the next thing on the screen that can be clicked; False behind the last one."""
        spots = [spot for spot, rect in self._view.scene.spots() if self._is_seen(rect.top())]
        if not spots:
            return False
        now = self._view.scene.focused
        at = self._after(now, spots, forward=forward)
        if not 0 <= at < len(spots):
            self.drop_focus()
            return False
        self._view.scene.focused = spots[at]
        self._view.viewport().update()
        return True

    @staticmethod
    def _after(now: Spot, spots: list[Spot], *, forward: bool) -> int:
        """Return the number of the next spot; from a message, the first one in it or behind it."""
        if now in spots:
            return spots.index(now) + (1 if forward else -1)
        if now.row < 0:
            return 0 if forward else len(spots) - 1
        above = sum(spot.row < now.row for spot in spots)
        return above if forward else above - 1

    def _is_seen(self, y: int) -> bool:
        return 0 <= y < self._view.viewport().height()

    def drop_focus(self) -> None:
        """Take the focus ring away."""
        if self._view.scene.focused != Spot():
            self._view.scene.focused = Spot()
            self._view.viewport().update()
