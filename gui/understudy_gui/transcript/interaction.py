"""Events of the transcript, handed to those who know what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractScrollArea

from understudy_gui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QMenu

    from understudy_gui.transcript.actions import Actions
    from understudy_gui.transcript.keys import Keys
    from understudy_gui.transcript.pointer import Pointer


class InteractiveArea(QAbstractScrollArea):
    """A scroll area whose mouse, keys and menus are answered by objects of their own."""

    def _hear_with(self, actions: Actions, pointer: Pointer, keys: Keys) -> None:
        """Say who answers events; to be called before the first one can come."""
        self._actions = actions
        self._pointer = pointer
        self._keys = keys

    def menu_for(self, row: int) -> QMenu:
        """Make the menu of a row, as it opens on a right click."""
        return self._actions.menu_for(row)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointer.double_click(event)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._pointer.tool_tip(event):
            return True
        if event.type() == QEvent.Type.Leave:
            self._pointer.leave()
        return super().viewportEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._actions.open_menu(event.pos(), event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  Qt's own name
        return self._keys.move_focus(forward=next) or super().focusNextPrevChild(next)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._keys.drop_focus()
        super().focusOutEvent(event)
