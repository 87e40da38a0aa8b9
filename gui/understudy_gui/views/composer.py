"""The composer: where a message is written, what waits in line above it, and Send or Stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import font, line_height, scaled
from understudy_gui.views.editor import Editor
from understudy_gui.views.pill import Pill, Words
from understudy_gui.views.waiting_line import WaitingLine
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.theme import ThemeManager

WIDEST = 768
RADIUS = 12
GROWS_TO = 0.4
"""Share of the window's height at which the field scrolls instead of growing."""


class SendButton(QPushButton):
    """An arrow on a square of 32; greyed while there is nothing to send."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAccessibleName(tr("Send"))
        self.setToolTip(tr("Send"))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.ring = FocusRing(self, themes, 8)
        themes.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(scaled(32), scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        ground, ink = colors.accent, colors.on_accent
        if not self.isEnabled():
            ground, ink = colors.pressed, colors.text3
        elif self.isDown():
            ground = colors.accent_pressed
        elif self.underMouse():
            ground = colors.accent_hover
        painting.rounded(painter, self.rect(), 8, ground)
        side = scaled(18)
        corner = (self.width() - side) / 2
        painting.icon(painter, corner, corner, "arrow-up", ink, side)
        painter.end()


class Composer(QWidget):
    """Field, route and Send.

    Signals: ``sent(text)`` (the field is empty by then); ``stopped``; ``withdrawn(number)`` of a
    message that waits in line; ``changed`` at every edit; ``routes_wanted(global position)``;
    ``grew`` when the composer wants another height.
    """

    sent = Signal(str)
    stopped = Signal()
    withdrawn = Signal(int)
    changed = Signal()
    routes_wanted = Signal(QPoint)
    grew = Signal()

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._writing = False
        self.editor = Editor()
        self.waiting = WaitingLine(themes)
        self.route = Pill(themes, tr("Route of the next message"), "caption")
        self.send = SendButton(themes)
        self.stop = Button(themes, tr("Stop"), icon="square", key="Esc")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._build()
        self._connect()
        self._restyle()
        self.retranslate()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.waiting)
        field = QHBoxLayout()
        field.setContentsMargins(6, 0, 6, 0)
        field.addWidget(self.editor)
        column.addLayout(field)
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addStretch(1)
        bar.addWidget(self.route)
        bar.addSpacing(4)
        bar.addWidget(self.send)
        bar.addWidget(self.stop)
        column.addLayout(bar)
        self.stop.hide()
        self.route.hide()

    def _connect(self) -> None:
        self.editor.submitted.connect(self.submit)
        self.editor.textChanged.connect(self._text_changed)
        self.editor.height_wanted.connect(self.fit)
        self.editor.installEventFilter(self)
        self.send.clicked.connect(self.submit)
        self.stop.clicked.connect(self.stopped)
        self.waiting.withdrawn.connect(self.withdrawn)
        self.route.clicked.connect(self._ask_for_routes)
        self._themes.changed.connect(self._restyle)

    @property
    def text(self) -> str:
        """What is written and not yet sent."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a text into the field, the cursor behind it."""
        self.editor.setPlainText(text)
        cursor = self.editor.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.editor.setTextCursor(cursor)

    def submit(self) -> None:
        """Hand the text over and empty the field; nothing happens where there is none."""
        self.editor.finish_composition()
        text = self.text.strip()
        if text:
            self.editor.clear()
            self.sent.emit(text)

    def set_writing(self, writing: bool) -> None:
        """Show Stop instead of Send, and say that the next message waits."""
        self._writing = writing
        had_focus = self.send.hasFocus() or self.stop.hasFocus()
        self.send.setVisible(not writing)
        self.stop.setVisible(writing)
        if had_focus:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.retranslate()

    def set_route(self, name: str) -> None:
        """Name the route that the next message takes; without a name there is no choice."""
        self.route.setVisible(bool(name))
        self.route.set_words([Words(name)])

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.stop.setText(tr("Stop"))
        self.send.setAccessibleName(tr("Send"))
        self.send.setToolTip(tr("Send"))
        self.route.setAccessibleName(tr("Route of the next message"))
        self.editor.setAccessibleName(tr("Message"))
        waits = tr("Write the next message; it waits until this answer is done")
        self.editor.invite(waits if self._writing else tr("Write a message"))

    def fit(self) -> None:
        """Give the field the height of its text, up to its share of the window."""
        most = round(self.window().height() * GROWS_TO)
        wanted = max(self.editor.text_height(), line_height("body"))
        most = max(most, line_height("body"))
        height = min(wanted, most)
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.editor.setVerticalScrollBarPolicy(scrolls if wanted > most else never)
        if height != self.editor.height():
            self.editor.setFixedHeight(height)
            self.grew.emit()

    def _ask_for_routes(self) -> None:
        self.routes_wanted.emit(self.route.mapToGlobal(QPoint(0, -4)))

    def _text_changed(self) -> None:
        self.send.setEnabled(bool(self.text.strip()))
        self.fit()
        self.changed.emit()

    def _restyle(self) -> None:
        colors = self._themes.current
        palette = QPalette(self.palette())
        for role, color in (
            (QPalette.ColorRole.Base, colors.inset if colors.dark else colors.surface),
            (QPalette.ColorRole.Text, colors.text),
            (QPalette.ColorRole.PlaceholderText, colors.text3),
            (QPalette.ColorRole.Highlight, colors.accent),
            (QPalette.ColorRole.HighlightedText, colors.on_accent),
        ):
            palette.setColor(role, color)
        self.editor.setPalette(palette)
        self.editor.setFont(font("body"))
        self.setMaximumWidth(scaled(WIDEST))
        self.retranslate()
        self.send.setEnabled(bool(self.text.strip()))
        self.fit()
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {event.Type.FocusIn, event.Type.FocusOut}:
            self.update()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        ground = colors.inset if colors.dark else colors.surface
        edge = colors.focus if self.editor.hasFocus() else colors.control
        painting.rounded(painter, self.rect(), RADIUS, ground, edge)
        painter.end()
