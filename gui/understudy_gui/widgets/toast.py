"""A toast: a short word about what was done, with the way back while it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled, tokens
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import Button, IconButton
from understudy_gui.widgets.label import Glyph, Label
from understudy_gui.widgets.roles import set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy_gui.theme import ThemeManager

_MARGIN: Final = 20
_HEIGHT: Final = 44
_WIDEST: Final = 560
_BOTTOM: Final = 16


class Toast(QWidget):
    """Stands at the lower edge of `host` for a few seconds; one at a time, the newest wins."""

    def __init__(self, themes: ThemeManager, host: QWidget) -> None:
        super().__init__(host)
        set_role(self, QAccessible.Role.AlertMessage)
        self._themes = themes
        self._host = host
        self._row = QHBoxLayout(self)
        self._undo: Callable[[], None] | None = None
        self._glyph = Glyph(themes, "info", "text2")
        self._words = Label(themes)
        self._button = Button(themes, tr("Undo"), "quiet", small=True, key="Ctrl Z")
        self._close = IconButton(themes, "x", tr("Close"))
        self._timer = QTimer(self, singleShot=True)
        self._shortcut = QShortcut(QKeySequence.StandardKey.Undo, host)
        self._shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        self._build()
        self.hide()
        host.installEventFilter(self)

    def say(
        self, text: str, undo: Callable[[], None] | None = None, *, glyph: str = "info"
    ) -> None:
        """Show a text; with `undo` there is a button for it, and Ctrl Z, for eight seconds."""
        self._undo = undo
        self._words.setText(text)
        self._glyph.show_glyph(glyph, "text2")
        self._button.setVisible(undo is not None)
        self._close.setVisible(undo is None)
        self._shortcut.setEnabled(undo is not None)
        self._timer.start(tokens()["duration"]["undo" if undo is not None else "toast"])
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def words(self) -> str:
        """Return what is said."""
        return self._words.text()

    def dismiss(self) -> None:
        """Go away; what was done stays done."""
        self._timer.stop()
        self._undo = None
        self._shortcut.setEnabled(False)
        self.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    @override
    def sizeHint(self) -> QSize:
        width = self._row.sizeHint().width()
        return QSize(min(width, scaled(_WIDEST)), scaled(_HEIGHT) + 2 * _MARGIN)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        box = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painting.shadow(painter, box, 8, 20, 6, theme.shadow)
        painting.rounded(painter, box, 8, theme.raised, theme.border)
        painter.end()

    def _build(self) -> None:
        row = self._row
        row.setContentsMargins(_MARGIN + 14, _MARGIN, _MARGIN + 8, _MARGIN)
        row.setSpacing(10)
        for part in (self._glyph, self._words, self._button, self._close):
            row.addWidget(part)
        self._timer.timeout.connect(self.dismiss)
        self._close.clicked.connect(self.dismiss)
        self._button.clicked.connect(self._take_back)
        self._shortcut.activated.connect(self._take_back)
        self._shortcut.setEnabled(False)

    def _place(self) -> None:
        size = self.sizeHint()
        x = (self._host.width() - size.width()) // 2
        y = self._host.height() - size.height() + _MARGIN - _BOTTOM
        self.setGeometry(x, y, size.width(), size.height())

    def _take_back(self) -> None:
        undo = self._undo
        self.dismiss()
        if undo is not None:
            undo()
