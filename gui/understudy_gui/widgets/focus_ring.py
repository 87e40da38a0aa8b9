"""The focus ring: 2 px wide, 2 px outside, and only when the keyboard moved the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import ThemeManager, tokens
from understudy_gui.widgets.painting import begin, rounded

KEYBOARD = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class FocusRing(QObject):
    """Watches one control and shows a ring around it; belongs to the control."""

    def __init__(self, control: QWidget, themes: ThemeManager, radius: int = 6) -> None:
        super().__init__(control)
        self._control = control
        self._themes = themes
        self._radius = radius
        self._overlay: _Overlay | None = None
        control.installEventFilter(self)

    @property
    def shown(self) -> bool:
        """Whether the ring is visible."""
        return self._overlay is not None and self._overlay.isVisible()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.FocusIn if isinstance(event, QFocusEvent):
                if event.reason() in KEYBOARD:
                    self._show()
            case QEvent.Type.FocusOut | QEvent.Type.Hide:
                self._hide()
            case QEvent.Type.Move | QEvent.Type.Resize if self.shown:
                self._show()
            case _:
                pass
        return False

    def _show(self) -> None:
        parent = self._control.parentWidget()
        if parent is None:  # a window has its system's own sign of focus
            return
        if self._overlay is None or self._overlay.parentWidget() is not parent:
            self._overlay = _Overlay(parent, self._themes, self._radius)
        self._overlay.surround(self._control)

    def _hide(self) -> None:
        if self._overlay is not None:
            self._overlay.hide()


class _Overlay(QWidget):
    """The ring itself, beside the control, so that it may lie outside it."""

    def __init__(self, parent: QWidget, themes: ThemeManager, radius: int) -> None:
        super().__init__(parent)
        self._themes = themes
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def surround(self, control: QWidget) -> None:
        reach = tokens()["focus"]["width"] + tokens()["focus"]["offset"]
        self.setGeometry(control.geometry().adjusted(-reach, -reach, reach, reach))
        self.raise_()
        self.show()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = begin(QPainter(self))
        width = tokens()["focus"]["width"]
        radius = self._radius + width + tokens()["focus"]["offset"]
        rounded(painter, QRectF(self.rect()), radius, None, self._themes.current.focus, width)
        painter.end()
