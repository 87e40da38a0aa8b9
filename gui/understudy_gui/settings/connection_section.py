"""Whether a provider answers: asked for a word, and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.settings import wording
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.label import Box, Glyph, Label

if TYPE_CHECKING:
    from understudy.providers.http import TestReport
    from understudy_gui.controllers.servers import Tested
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


class ConnectionSection(QWidget):
    """Shows what the last test of a provider found."""

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._controller = controller
        self._provider = ""
        self.test = Button(themes, tr("Test"), icon="play", small=True)
        self._when = Label(themes, "", "caption", "text3", tabular=True)
        self._box = Box(themes)
        self._measures = QWidget()
        self._chat = Label(themes, "", "ui", "text2", tabular=True)
        self._first = Label(themes, "", "ui", "text2", tabular=True)
        self._stream = QWidget()
        self._failure = QWidget()
        self._why = Label(themes, "", "ui", "text", wrap=True)
        self._build()
        self.test.clicked.connect(self._start)

    @property
    def said(self) -> str:
        """What is shown of the last test, as text."""
        if not self._box.isVisibleTo(self):
            return ""
        if self._failure.isVisibleTo(self._box):
            return self._why.text()
        return f"{self._chat.text()} {self._first.text()}".strip()

    def show_provider(self, provider: str) -> None:
        """Show a provider's last test."""
        self._provider = provider
        self.refresh()

    def refresh(self) -> None:
        """Bring what is shown up to date."""
        if not self._provider:
            return
        busy = self._controller.servers.busy("test", self._provider)
        self.test.setEnabled(not busy)
        self.test.setText(tr("Testing…") if busy else tr("Test"))
        tested = self._controller.servers.test_of(self._provider)
        self._box.setVisible(tested is not None)
        self._when.setText(_when(tested) if tested is not None else "")
        if tested is not None:
            self._show(tested.report)

    def _show(self, report: TestReport) -> None:
        error = report.error
        self._failure.setVisible(error is not None)
        self._measures.setVisible(error is None)
        if error is not None:
            name = self._controller.name(self._provider)
            local = self._controller.placed(self._provider).row.local
            said = wording.failed(error, self._provider, name, report.model, local=local)
            self._why.setText(said)
            return
        self._chat.setText(_milliseconds(report.chat_ms))
        self._stream.setVisible(report.first_token_ms is not None)
        first = _milliseconds(report.first_token_ms)
        self._first.setText(tr("first token {time}", time=first) if first else "")

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(self._themes, tr("Connection"), "ui_strong"))
        head.addWidget(self._when)
        head.addStretch()
        head.addWidget(self.test)
        column.addLayout(head)
        column.addWidget(self._box)
        self._build_measures()
        self._build_failure()
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(12, 11, 12, 11)
        inside.addWidget(self._measures)
        inside.addWidget(self._failure)

    def _build_measures(self) -> None:
        row = QHBoxLayout(self._measures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        chat = QWidget()
        for part, title, value in (
            (chat, tr("Chat"), self._chat),
            (self._stream, tr("Stream"), self._first),
        ):
            inside = QHBoxLayout(part)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(6)
            inside.addWidget(Glyph(self._themes, "circle-check", "ok_text", 16))
            inside.addWidget(Label(self._themes, title, "ui_strong"))
            inside.addWidget(value)
            row.addWidget(part)
        row.addStretch()

    def _build_failure(self) -> None:
        row = QHBoxLayout(self._failure)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        glyph = Glyph(self._themes, "circle-alert", "danger_text", 16)
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._why, 1)

    def _start(self) -> None:
        self._controller.servers.test(self._provider)


def _when(tested: Tested) -> str:
    ago, tokens = wording.ago(tested.at), tested.report.tokens
    if tested.report.error is not None or tokens is None:
        return tr("Tested {ago}", ago=ago)
    return tr("Tested {ago} with {count} tokens", ago=ago, count=tokens)


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}\u00a0ms"
