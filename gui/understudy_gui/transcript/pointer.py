"""The mouse over the transcript: selecting, clicking, hovering, scrolling sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from understudy_gui.transcript.scene import Spot

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QWheelEvent

    from understudy_gui.transcript.actions import Actions
    from understudy_gui.transcript.parts import TextPart
    from understudy_gui.transcript.view import TranscriptView

_SCROLL_EVERY: Final = 40
_NEAREST: Final = 0.3


class Pointer:
    """Turns what the mouse does into selections and actions."""

    def __init__(self, view: TranscriptView, actions: Actions) -> None:
        self._view = view
        self._actions = actions
        self._pressed = Spot()
        self._pressed_link = ""
        self._pressed_at = QPoint()
        self._drags = False
        self._bar: tuple[TextPart, QPoint] | None = None
        self._last = QPoint()
        self._double_clicked_at: QPoint | None = None
        self._auto_scroll = QTimer(view)
        self._auto_scroll.setInterval(_SCROLL_EVERY)
        self._auto_scroll.timeout.connect(self._scroll_on)

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a selection."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self._pressed_at = self._last = point
        if self._hold_bar(point):
            return
        zone = self._view.scene.zone_at(point)
        self._pressed = zone[0] if zone is not None else Spot()
        self._pressed_link = "" if zone is not None else self._view.scene.link_at(point)
        if zone is None:
            self._begin_selection(event, point)

    def _hold_bar(self, point: QPoint) -> bool:
        """Begin to drag the scroll bar of what is too wide, if it is here."""
        found = self._view.scene.text_at(point)
        if found is None or not found[0].has_bar_at(found[1]):
            return False
        self._bar = found[0], point - found[1]
        found[0].hold_bar(found[1])
        self._drag_bar(*self._bar, point)
        return True

    def _drag_bar(self, part: TextPart, corner: QPoint, point: QPoint) -> None:
        part.drag_bar(point - corner)
        self._view.viewport().update()

    def _begin_selection(self, event: QMouseEvent, point: QPoint) -> None:
        at = self._view.scene.position_at(point)
        if at is None:
            return
        selection = self._view.selection
        had = not selection.is_empty
        if self._is_third_click(point):
            selection.begin(at, "line")
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            selection.extend(at)
        else:
            selection.begin(at)
        self._double_clicked_at = None
        self._drags = True
        if had or not selection.is_empty:
            self._view.selection_was_changed()

    def _is_third_click(self, point: QPoint) -> bool:
        """Say whether a double click was here a moment ago."""
        before = self._double_clicked_at
        near = QApplication.startDragDistance()
        return before is not None and (point - before).manhattanLength() < near

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word; on a button a second click is a click."""
        point = event.position().toPoint()
        at = self._view.scene.position_at(point)
        if event.button() != Qt.MouseButton.LeftButton or self._view.scene.zone_at(point):
            self.press(event)
            return
        if at is not None and self._view.scene.text_at(point) is not None:
            self._view.selection.begin(at, "word")
            self._drags = True
            self._view.selection_was_changed()
        self._double_clicked_at = point
        QTimer.singleShot(QApplication.doubleClickInterval(), self._view, self._forget_double)

    def _forget_double(self) -> None:
        self._double_clicked_at = None

    def move(self, event: QMouseEvent) -> None:
        """Select further, or show what is under the pointer."""
        point = event.position().toPoint()
        self._last = point
        if self._bar is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_bar(*self._bar, point)
            return
        if self._drags and event.buttons() & Qt.MouseButton.LeftButton:
            self._select_to(point)
            inside = 0 <= point.y() < self._view.viewport().height()
            if inside:
                self._auto_scroll.stop()
            elif not self._auto_scroll.isActive():
                self._auto_scroll.start()
            return
        self._hover(point)

    def _select_to(self, point: QPoint) -> None:
        height = self._view.viewport().height()
        inside = QPoint(point.x(), min(max(0, point.y()), height - 1))
        at = self._view.scene.position_at(inside)
        if at is not None:
            before = self._view.selection.span
            self._view.selection.extend(at)
            if self._view.selection.span != before:
                self._view.selection_was_changed()

    def _scroll_on(self) -> None:
        """Scroll while a selection is dragged out of the view, the faster the further."""
        height = self._view.viewport().height()
        over = self._last.y() - height if self._last.y() >= height else min(0, self._last.y())
        self._view.scroll_pixels(round(over * _NEAREST) or (1 if over > 0 else -1))
        self._select_to(self._last)

    def release(self, event: QMouseEvent) -> None:
        """End a selection, or do what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._auto_scroll.stop()
        self._drags = False
        if self._bar is not None:
            self._bar = None
            return
        point = event.position().toPoint()
        zone = self._view.scene.zone_at(point)
        pressed, self._pressed = self._pressed, Spot()
        link, self._pressed_link = self._pressed_link, ""
        if zone is not None and zone[0] == pressed:
            found = self._view.scene.part_at(point)
            self._actions.activate(pressed, found[1] if found is not None else None)
            self._hover(point)
        elif link and self._view.selection.is_empty and self._view.scene.link_at(point) == link:
            self._view.link_activated.emit(link)

    def _hover(self, point: QPoint) -> None:
        scene = self._view.scene
        zone = scene.zone_at(point)
        place = scene.row_at(point)
        if zone is not None:
            spot, shape = zone[0], Qt.CursorShape.PointingHandCursor
        else:
            spot = Spot(place.row) if place is not None else Spot()
            found = scene.text_at(point)
            over_text = found is not None and not found[0].has_bar_at(found[1])
            shape = Qt.CursorShape.IBeamCursor if over_text else Qt.CursorShape.ArrowCursor
            if over_text and scene.link_at(point):
                shape = Qt.CursorShape.PointingHandCursor
        self._view.viewport().setCursor(shape)
        self._set_hovered(spot)

    def _set_hovered(self, spot: Spot) -> None:
        if spot != self._view.scene.hovered:
            self._view.scene.hovered = spot
            self._view.viewport().update()

    def leave(self) -> None:
        """Forget what the pointer was over."""
        self._set_hovered(Spot())

    def view_moved(self) -> None:
        """Look again at what is under the pointer, which has not moved."""
        if not self._drags and self._view.viewport().underMouse():
            self._hover(self._view.viewport().mapFromGlobal(QCursor.pos()))

    def tool_tip(self, event: QEvent) -> bool:
        """Show a link's address or a button's name."""
        if not isinstance(event, QHelpEvent):
            return False
        zone = self._view.scene.zone_at(event.pos())
        text = zone[1].label if zone is not None else self._view.scene.link_at(event.pos())
        if text:
            QToolTip.showText(event.globalPos(), text, self._view.viewport())
        else:
            QToolTip.hideText()
        return True

    def wheel(self, event: QWheelEvent) -> bool:
        """Scroll what is too wide; False if the wheel means the view."""
        sideways = event.pixelDelta().x() or event.angleDelta().x()
        upright = event.pixelDelta().y() or event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways, upright = upright, 0
        if abs(sideways) <= abs(upright):
            return False
        found = self._view.scene.text_at(event.position().toPoint())
        if found is not None and found[0].scroll_by(-sideways // 2):
            self._view.viewport().update()
        return True
