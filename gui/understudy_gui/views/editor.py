"""Where a message is written: Enter sends, Shift Enter breaks, Hangul is whole."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from understudy_gui.overriding import override

SLACK = 2
"""Pixels by which a text may be higher than its lines' spacing: fallback faces stand taller."""

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Editor(QPlainTextEdit):
    """A text field that is as high as its text.

    Signals: ``submitted`` when Enter asks to send; ``height_wanted`` when the text got another
    number of lines.
    """

    submitted = Signal()
    height_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preedit = ""
        self._taken_over = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        layout = self.document().documentLayout()
        layout.documentSizeChanged.connect(self.height_wanted)

    def invite(self, text: str) -> None:
        """Say in the empty field what it is for.

        Qt neither paints a text that changed (6.11) nor lays one out anew that stays the same.
        """
        self.setPlaceholderText("")
        self.setPlaceholderText(text)
        if self.isVisible():
            self.viewport().update()

    def text_height(self) -> int:
        """Return how high the text is, in pixels; at least one line."""
        lines = max(1, round(self.document().size().height()))
        return lines * QFontMetrics(self.font()).lineSpacing() + SLACK

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self.text_height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(80, QFontMetrics(self.font()).lineSpacing())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._taken_over = ""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in _ENTER and not shift:
            self.finish_composition()
            self.submitted.emit()
        elif event.key() in _ENTER:
            self.finish_composition()
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self._taken_over and event.commitString() == self._taken_over:
            # The input method commits late what was taken over already: a syllable that would
            # otherwise stay behind in the emptied field.
            event.setCommitString("")
            self._taken_over = ""
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def finish_composition(self) -> None:
        """Make the syllable in composition part of the text before it is used.

        The input method is asked first; where it does not answer at once, what it was composing is
        taken over from it.
        """
        if not self._preedit:
            return
        method = QGuiApplication.inputMethod()
        method.commit()
        if not self._preedit:
            return
        taken_over = QInputMethodEvent()
        taken_over.setCommitString(self._preedit)
        syllable, self._preedit = self._preedit, ""
        super().inputMethodEvent(taken_over)
        self._taken_over = syllable
        method.reset()
