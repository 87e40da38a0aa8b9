"""Whether a provider answers: asked for a word, and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.controllers.wording import THIN_SPACE, number
from understudy_gui.i18n import tr
from understudy_gui.settings import wording
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.flow import FlowLayout
from understudy_gui.widgets.label import Box, Glyph, Label

if TYPE_CHECKING:
    from understudy.errors import ProviderError
    from understudy_gui.controllers.servers import Tested
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

NARROW_NO_BREAK_SPACE = "\u202f"
"""Between thousands where a line may end."""


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
        self._when = Label(themes, "", "caption", "text3", wrap=True, tabular=True)
        self._box = Box(themes)
        self._measures = QWidget()
        self._chat = Label(themes, "", "ui", "text2", tabular=True)
        self._first = Label(themes, "", "ui", "text2", tabular=True)
        self._spoken = QWidget()
        self._stream = QWidget()
        self._embeds = QWidget()
        self._failure = QWidget()
        self._why = Label(themes, "", "ui", "text", wrap=True)
        self._build()
        self.test.clicked.connect(self._start)

    @property
    def said(self) -> str:
        """What is shown of the last test, as text."""
        if not self._box.isVisibleTo(self):
            return ""
        measured = (
            (self._spoken, self._chat.text()),
            (self._stream, self._first.text()),
            (self._embeds, tr("Embeddings")),
            (self._failure, self._why.text()),
        )
        return " ".join(text for part, text in measured if part.isVisibleTo(self._box))

    @property
    def when(self) -> str:
        """What is said of when it was tested, and what that took."""
        return self._when.text()

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
            self._show(tested)

    def _show(self, tested: Tested) -> None:
        report, embedded = tested.report, tested.embedded
        made = embedded is not None and embedded.error is None
        spoke = report.error is None and tested.converses
        self._measures.setVisible(spoke or made)
        self._spoken.setVisible(spoke)
        self._stream.setVisible(spoke and report.first_token_ms is not None)
        self._embeds.setVisible(made)
        self._chat.setText(_milliseconds(report.chat_ms))
        first = _milliseconds(report.first_token_ms)
        self._first.setText(tr("first token {time}", time=first) if first else "")
        why = self._failed(tested)
        self._why.setText(why)
        self._failure.setVisible(bool(why))

    def _failed(self, tested: Tested) -> str:
        """Say what did not work: all of it, or only the vectors."""
        report, embedded = tested.report, tested.embedded
        if report.error is not None:
            return self._said(report.error, report.model)
        if embedded is not None and embedded.error is not None:
            why = self._said(embedded.error, embedded.model)
            return tr("Embeddings: {why}", why=why)
        return ""

    def _said(self, error: ProviderError, model: str) -> str:
        name = self._controller.name(self._provider)
        local = self._controller.placed(self._provider).row.local
        return wording.failed(error, self._provider, name, model, local=local)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(self._themes, tr("Connection"), "ui_strong"))
        head.addWidget(self._when, 1)
        head.addWidget(self.test)
        column.addLayout(head)
        column.addWidget(self._box)
        self._build_measures()
        self._build_failure()
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(12, 11, 4, 11)
        inside.setSpacing(8)
        inside.addWidget(self._measures)
        inside.addWidget(self._failure)

    def _build_measures(self) -> None:
        row = FlowLayout(self._measures, gap=20, line_gap=6)
        for part, title, value in (
            (self._spoken, tr("Chat"), self._chat),
            (self._stream, tr("Stream"), self._first),
            (self._embeds, tr("Embeddings"), None),
        ):
            inside = QHBoxLayout(part)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(6)
            inside.addWidget(Glyph(self._themes, "circle-check", "ok_text", 16))
            inside.addWidget(Label(self._themes, title, "ui_strong"))
            if value is not None:
                inside.addWidget(value)
            row.addWidget(part)

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
    """Say when it was tested, and what that took: tokens, and how long the vectors are."""
    ago, tokens, embedded = wording.ago(tested.at), tested.report.tokens, tested.embedded
    said = tr("Tested {ago}", ago=ago)
    if tested.report.error is None and tokens is not None:
        said = tr("Tested {ago} with {count} tokens", ago=ago, count=tokens)
    if embedded is None or not embedded.dimensions:
        return said
    count = number(embedded.dimensions).replace(THIN_SPACE, NARROW_NO_BREAK_SPACE)
    return tr("{tested}, {count} dimensions", tested=said, count=count)


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}\u00a0ms"
