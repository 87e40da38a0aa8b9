"""A list whose rows can be put in another order, by dragging and by Alt ↑ and Alt ↓.

While a row is dragged its picture floats under the pointer, the others close up and open a gap
where it would land, and a line with a ring marks the place. Escape puts everything back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import scaled, tokens
from understudy_gui.widgets import painting
from understudy_gui.widgets.drag import DropLine, Gap, Lifted
from understudy_gui.widgets.focus_ring import KEYBOARD
from understudy_gui.widgets.places import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import ThemeManager

_SHIFT: Final = 16
"""How far right of its column a lifted row floats, as in the design."""


class ReorderList(QWidget):
    """Rows of one height, given as widgets; each row's accessible name is what is announced.

    The list is one stop for the keyboard: ↑ and ↓ choose the current row, Tab goes into it.

    Signals: `moved(from, to)` when the user moved a row, the list showing it there by then;
    `previewed(rows)` with the rows in the order that letting go now would give;
    `current_changed(row)`.
    """

    previewed = Signal(list)
    moved = Signal(int, int)
    current_changed = Signal(int)

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        row_height: int = 48,
        *,
        animated: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._row_height = row_height
        self._animated = animated
        self._rows: list[QWidget] = []
        self._slides: dict[QWidget, QPropertyAnimation] = {}
        self._current = -1
        self._by_keyboard = False
        self._pressed: tuple[int, QPoint] | None = None
        self._dragged: int | None = None
        self._target = 0
        self._preview: list[QWidget] = []
        self._lifted: Lifted | None = None
        self._gap = Gap(themes, self)
        self._line = DropLine(themes, self)
        self.announced = ""
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bind("Alt+Up", -1)
        self._bind("Alt+Down", 1)
        themes.changed.connect(self._restyle)

    @property
    def rows(self) -> tuple[QWidget, ...]:
        """The rows in order."""
        return tuple(self._rows)

    @property
    def current(self) -> int:
        """The current row, -1 where there is none."""
        return self._current

    @property
    def dragging(self) -> bool:
        """Whether a row is being dragged."""
        return self._dragged is not None

    def set_rows(self, rows: Sequence[QWidget]) -> None:
        """Show other rows; those that are gone are deleted."""
        self.cancel()
        for row in self._rows:
            if row not in rows:
                row.hide()
                row.deleteLater()
        self._slides.clear()
        self._rows = list(rows)
        for row in self._rows:
            row.setParent(self)
            row.show()
        self._current = min(self._current, len(rows) - 1)
        self.updateGeometry()
        self._place_all()

    def set_current(self, row: int) -> None:
        """Make a row the current one."""
        row = max(-1, min(row, len(self._rows) - 1))
        if row != self._current:
            self._current = row
            self.update()
            self.current_changed.emit(row)

    def move_row(self, source: int, target: int) -> None:
        """Put a row in another place, announce it and signal it; past the ends nothing happens."""
        if source == target or not (0 <= source < len(self._rows) > target >= 0):
            return
        self._rows.insert(target, self._rows.pop(source))
        self._current = target
        self._place_all(self._rows[target])
        self._announce(target)
        self.moved.emit(source, target)

    def cancel(self) -> None:
        """End a drag with everything where it was."""
        if self._dragged is not None:
            self._end_drag()
        self._pressed = None

    @override
    def sizeHint(self) -> QSize:
        return QSize(scaled(400), scaled(self._row_height) * len(self._rows))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_all()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if event.button() != Qt.MouseButton.LeftButton or row < 0:
            event.ignore()
            return
        self._by_keyboard = False
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.set_current(row)
        self._pressed = row, event.position().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._dragged is None and self._pressed is not None:
            far = (at - self._pressed[1]).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._begin_drag(self._pressed[0])
        if self._dragged is not None:
            self._drag_to(at)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if self._dragged is not None:
            source, target = self._dragged, self._target
            self._end_drag()
            self.move_row(source, target)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        }
        match event.key():
            case Qt.Key.Key_Escape if self.dragging:
                self.cancel()
            case Qt.Key.Key_Up if plain:
                self._walk(-1)
            case Qt.Key.Key_Down if plain:
                self._walk(1)
            case _:
                super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in KEYBOARD
        if self._by_keyboard and self._current < 0:
            self.set_current(0)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = False
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        for row in self._rows[1:]:
            painter.fillRect(QRect(1, row.y(), self.width() - 2, 1), theme.border)
        if self._by_keyboard and 0 <= self._current < len(self._rows):
            box = self._slot(self._current).adjusted(3, 3, -3, -3)
            painting.rounded(painter, box, 6, None, theme.focus, tokens()["focus"]["width"])
        painter.end()

    def _bind(self, keys: str, step: int) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self._move_current(step))

    def _move_current(self, step: int) -> None:
        holder = QApplication.focusWidget()
        for number, row in enumerate(self._rows):
            if holder is not None and row.isAncestorOf(holder):
                self.set_current(number)
        if self._current >= 0:
            self.move_row(self._current, self._current + step)

    def _walk(self, step: int) -> None:
        self._by_keyboard = True
        if self._rows:
            self.set_current(max(0, min(self._current + step, len(self._rows) - 1)))
        self.update()

    def _begin_drag(self, row: int) -> None:
        self._dragged = self._target = row
        self._lifted = Lifted(self._themes, self._rows[row])
        self._gap.raise_()
        self._gap.show()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.grabKeyboard()  # Escape ends the drag whatever had the focus

    def _drag_to(self, at: QPoint) -> None:
        if self._dragged is None or self._lifted is None or self._pressed is None:
            return
        height = scaled(self._row_height)
        grip = self._pressed[1].y() - self._dragged * height
        top = max(-height // 2, min(at.y() - grip, self.height() - height // 2))
        corner = self.mapTo(self.window(), QPoint(_SHIFT, top))
        self._lifted.place(corner)
        self._target = max(0, min((top + height // 2) // height, len(self._rows) - 1))
        self._open_gap()

    def _open_gap(self) -> None:
        if self._dragged is None:
            return
        order = list(self._rows)
        dragged = order.pop(self._dragged)
        order.insert(self._target, dragged)
        if order != self._preview:
            self._preview = order
            self.previewed.emit(order)
            if self._lifted is not None:
                self._lifted.show_row(dragged)
        for number, row in enumerate(order):
            self._slide(row, self._slot(number), animated=number != self._target)
        slot = self._slot(self._target)
        self._gap.setGeometry(slot.adjusted(1, 1, -1, 0))
        self._gap.raise_()
        self._line.mark(slot.top())

    def _end_drag(self) -> None:
        self._dragged = None
        self._preview = []
        self.previewed.emit(list(self._rows))
        self.releaseKeyboard()
        self.unsetCursor()
        self._gap.hide()
        self._line.hide()
        if self._lifted is not None:
            self._lifted.hide()
            self._lifted.deleteLater()
            self._lifted = None
        self._place_all()

    def _place_all(self, sliding: QWidget | None = None) -> None:
        for number, row in enumerate(self._rows):
            self._slide(row, self._slot(number), animated=sliding is not None)
        self.update()

    def _slide(self, row: QWidget, slot: QRect, *, animated: bool) -> None:
        """Move a row to its place, visibly where that helps to see what changed."""
        running = self._slides.pop(row, None)
        if running is not None:
            if running.endValue() == slot and animated:
                self._slides[row] = running
                return
            running.stop()
        if not (animated and self._animated and self.isVisible()) or row.geometry() == slot:
            row.setGeometry(slot)
            return
        slide = QPropertyAnimation(row, b"geometry", row)
        slide.setDuration(tokens()["duration"]["slow"])
        slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        slide.setEndValue(slot)
        slide.valueChanged.connect(self._repaint_lines)
        self._slides[row] = slide
        slide.start()

    def _repaint_lines(self, _value: object) -> None:
        self.update()

    def _slot(self, number: int) -> QRect:
        height = scaled(self._row_height)
        return QRect(0, number * height, self.width(), height)

    def _row_at(self, y: int) -> int:
        number = y // scaled(self._row_height)
        return number if 0 <= number < len(self._rows) else -1

    def _announce(self, row: int) -> None:
        self.announced = place(self._rows[row].accessibleName(), row + 1, len(self._rows))
        event = QAccessibleAnnouncementEvent(self, self.announced)
        QAccessible.updateAccessibility(event)

    def _restyle(self) -> None:
        self.updateGeometry()
        self._place_all()
