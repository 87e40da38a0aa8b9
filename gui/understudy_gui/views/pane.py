"""The conversation's side of the window: header, banners, transcript, composer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from understudy_gui.overriding import override
from understudy_gui.views.banners import Banners
from understudy_gui.views.composer import Composer
from understudy_gui.views.empty_state import EmptyState
from understudy_gui.views.header import Header
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager
    from understudy_gui.transcript.view import TranscriptView
    from understudy_gui.views.latest_pill import LatestPill
    from understudy_gui.widgets.toast import Toast

GUTTER = 24
BELOW_COMPOSER = 16
PILL_ABOVE = 12


class ConversationPane(QWidget):
    """One conversation: what was said, and where the next message is written."""

    def __init__(
        self,
        line_up: LineUpModel,
        themes: ThemeManager,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._transcript: TranscriptView | None = None
        self._toast: Toast | None = None
        self.header = Header(line_up, themes)
        self.banners = Banners(themes)
        self.empty = EmptyState(line_up, themes)
        self.composer = Composer(themes)
        self._latest: LatestPill | None = None
        self._stack = QStackedWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.banners)
        self._stack.addWidget(self.empty)
        column.addWidget(self._stack, 1)
        dock = QHBoxLayout()
        dock.setContentsMargins(GUTTER, 0, GUTTER, BELOW_COMPOSER)
        dock.addStretch(1)
        dock.addWidget(self.composer, 1000)
        dock.addStretch(1)
        column.addLayout(dock)

    def _connect(self) -> None:
        self.composer.installEventFilter(self)
        self._themes.changed.connect(self.update)

    @property
    def transcript(self) -> TranscriptView:
        """The transcript; there is none until ``install``."""
        if self._transcript is None:
            raise RuntimeError("The transcript is installed after the first paint.")
        return self._transcript

    @property
    def toast(self) -> Toast:
        """The short word about what was done; made when the first is said."""
        if self._toast is None:
            from understudy_gui.widgets.toast import Toast

            self._toast = Toast(self._themes, self)
        return self._toast

    def install(self, transcript: TranscriptView) -> None:
        """Take the transcript in. It comes after the first paint, which needs none: 45 ms."""
        from understudy_gui.views.latest_pill import LatestPill

        self._transcript = transcript
        self._stack.addWidget(transcript)
        self._latest = LatestPill(self._themes, self)
        self._latest.clicked.connect(transcript.scroll_to_end)
        transcript.behind_changed.connect(self._show_way_back)

    def show_empty(self, empty: bool) -> None:
        """Show the invitation, or the transcript."""
        self._stack.setCurrentWidget(self.empty if empty else self.transcript)
        if empty and self._latest is not None:
            self._latest.hide()

    def set_writing(self, writing: bool) -> None:
        """Show that an answer is on its way."""
        self.composer.set_writing(writing)
        if self._latest is not None:
            self._latest.set_writing(writing)
            self._place_latest()

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.header.retranslate()
        self.composer.retranslate()
        self.empty.refresh()
        if self._latest is not None:
            self._latest.update()

    def _show_way_back(self, behind: bool) -> None:
        if self._latest is not None:
            self._latest.setVisible(behind and self._stack.currentWidget() is not self.empty)
            self._place_latest()

    def _place_latest(self) -> None:
        pill, corner = self._latest, self.composer.geometry()
        if pill is not None:
            left = corner.center().x() - pill.width() // 2
            pill.move(left, corner.top() - PILL_ABOVE - pill.height() + pill.margin)
            pill.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self._place_latest()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painting.fill(painter, self.rect(), self._themes.current.surface)
        painter.end()

    def focus_composer(self) -> None:
        """Put the cursor where the next message is written."""
        self.composer.editor.setFocus(Qt.FocusReason.OtherFocusReason)
