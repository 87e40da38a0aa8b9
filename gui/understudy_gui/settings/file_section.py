"""The file of a model inside the program: where it is, what it holds, and another in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import said_by_router, tr
from understudy_gui.settings import facts_wording
from understudy_gui.settings.choosing import choose_model_file
from understudy_gui.theme import scaled
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.field import Field, LineEdit
from understudy_gui.widgets.label import Box, Glyph, Label, Rule

if TYPE_CHECKING:
    from understudy.local_model.model_file import ModelFile
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

_LABEL_WIDTH = 112


class FileSection(QWidget):
    """Shows which file a provider's model is in; a bad one is told here."""

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._provider = ""
        self._refused = ""
        self.line = LineEdit(themes, tr("File"), kind="code")
        self.choose = Button(themes, tr("Choose another file"))
        self.box = Field(themes, tr("File"), self.line, beside=self.choose)
        self.facts = _Facts(themes)
        self._build()
        self.choose.clicked.connect(self._choose)
        controller.files.refused.connect(self._refuse)

    def show_provider(self, provider: str) -> None:
        """Show a provider's file, as it is now."""
        self._provider = provider
        self._refused = ""
        if self._controller.placed(provider).row.file:
            self._controller.files.look(provider, again=True)
        self.refresh()

    def refresh(self) -> None:
        """Show what is in effect and what is known."""
        if not self._provider or not self._controller.placed(self._provider).row.file:
            return
        files, path = self._controller.files, self._controller.placed(self._provider).row.file
        if self.line.text() != path:
            self._refused = ""
            self.line.setText(path)  # the end of it tells more than its beginning
        self.choose.setEnabled(not files.busy)
        self.box.set_hint(self._controller.lacks(self._provider), "info")
        self.box.set_error(self._refused or files.fault(self._provider))
        self.facts.show_file(files.file(self._provider), self._window())

    def _window(self) -> str:
        model = next(iter(self._controller.used_models(self._provider)), "")
        return facts_wording.window(self._controller.facts(self._provider, model))

    def _build(self) -> None:
        self.line.setReadOnly(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.box)
        column.addWidget(self.facts)

    def _choose(self) -> None:
        choose_model_file(self, self._replace, beside=self.line.text())

    def _replace(self, path: str) -> None:
        self._refused = ""
        self._controller.files.replace(self._provider, path)

    def _refuse(self, provider: str, sentence: str) -> None:
        if provider and provider == self._provider:
            self._refused = f"{sentence} {tr('Nothing was changed.')}"
            self.refresh()


class _Facts(QWidget):
    """What a file holds, a line each, and what one should know before one uses it."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._box = Box(themes)
        self._rows: dict[str, tuple[QWidget, Label]] = {}
        self._remark = QWidget()
        self._remark_words = Label(themes, "", "caption", "warn_text", wrap=True)
        self._build()

    @property
    def said(self) -> str:
        """All that is shown, as text."""
        lines = [label.text() for row, label in self._rows.values() if row.isVisibleTo(self)]
        return ", ".join([*lines, self._remark_words.text()]).strip(", ")

    def show_file(self, file: ModelFile | None, window: str) -> None:
        """Show what a file holds; nothing before that is known."""
        self.setVisible(file is not None)
        if file is None:
            return
        shape = file.shape
        made_for = tr("Embeddings") if shape.purpose == "embedding" else tr("Conversation")
        values = {
            "model": f"{shape.name} ({shape.architecture})" if shape.name else shape.architecture,
            "size": facts_wording.size(file.size),
            "quantisation": shape.quantisation,
            "window": tr("{count} tokens", count=window) if window else "",
            "purpose": made_for,
        }
        for name, (row, label) in self._rows.items():
            label.setText(values[name])
            row.setVisible(bool(values[name]))
        self._remark_words.setText(said_by_router(file.remark))
        self._remark.setVisible(bool(file.remark))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(self._themes, tr("Model"), "ui_strong"))
        column.addWidget(self._box)
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        for name, label in (
            ("model", tr("Name")),
            ("size", tr("Size")),
            ("quantisation", tr("Quantisation")),
            ("window", tr("Reads")),
            ("purpose", tr("Made for")),
        ):
            inside.addWidget(self._row(name, label))
        row = QHBoxLayout(self._remark)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        glyph = Glyph(self._themes, "triangle-alert", "warn_text", 13)
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._remark_words, 1)
        column.addWidget(self._remark)

    def _row(self, name: str, label: str) -> QWidget:
        whole, value = QWidget(), Label(self._themes, "", "ui", "text", tabular=True)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if self._rows:
            column.addWidget(Rule(self._themes))
        row = QHBoxLayout()
        row.setContentsMargins(11, 0, 11, 0)
        said = Label(self._themes, label, "caption", "text2")
        said.setFixedWidth(scaled(_LABEL_WIDTH))
        row.addWidget(said)
        row.addWidget(value, 1)
        column.addLayout(row)
        whole.setFixedHeight(scaled(32) + bool(self._rows))
        self._rows[name] = whole, value
        return whole
