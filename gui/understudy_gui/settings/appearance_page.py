"""How the window looks: theme, language, text size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import LANGUAGES, tr
from understudy_gui.settings.page import Page, Scroller, heading
from understudy_gui.theme import scaled
from understudy_gui.widgets.label import Label
from understudy_gui.widgets.segmented import Segmented
from understudy_gui.widgets.select import Select

if TYPE_CHECKING:
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

TEXT_SIZES = (0.85, 1.0, 1.15, 1.3, 1.5)


class AppearancePage(Page):
    """Every choice shows at once."""

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._controller = controller
        choices = [("system", tr("System")), ("light", tr("Light")), ("dark", tr("Dark"))]
        self.theme = Segmented(themes, tr("Theme"), choices)
        languages = [("system", tr("Like the system")), *LANGUAGES.items()]
        self.language = Select(themes, tr("Language"), languages)
        self.text_size = Select(themes, tr("Text size"), self._sizes(), tabular=True)
        self._build()
        self.theme.chosen.connect(self._set_theme)
        self.language.chosen.connect(self._set_language)
        self.text_size.chosen.connect(self._set_text_size)
        self.refresh()

    def refresh(self) -> None:
        """Show what is in effect now."""
        appearance = self._controller.settings.appearance
        self.theme.choose(appearance.theme)
        self.language.choose(appearance.language)
        self.text_size.set_choices(self._sizes())
        self.text_size.choose(str(appearance.text_scale))

    def _set_theme(self, choice: str) -> None:
        self._controller.set_appearance(theme=choice)

    def _set_language(self, choice: str) -> None:
        self._controller.set_appearance(language=choice)

    def _set_text_size(self, choice: str) -> None:
        self._controller.set_appearance(text_scale=float(choice))

    def _sizes(self) -> list[tuple[str, str]]:
        """Offer the usual sizes and the one that is set, which may be any."""
        sizes = sorted({*TEXT_SIZES, self._controller.settings.appearance.text_scale})
        return [(str(size), f"{round(size * 100)}\u00a0%") for size in sizes]

    def _build(self) -> None:
        scroller = Scroller(self._themes)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroller)
        scroller.column.setContentsMargins(24, 16, 24, 24)
        scroller.column.addWidget(heading(self._themes, tr("Appearance")))
        rows = (
            (tr("Theme"), self.theme),
            (tr("Language"), self.language),
            (tr("Text size"), self.text_size),
        )
        for label, control in rows:
            scroller.column.addSpacing(16)
            scroller.column.addLayout(self._row(label, control))
        scroller.column.addStretch()

    def _row(self, label: str, control: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        words = Label(self._themes, label, "ui", "text2")
        words.setFixedWidth(scaled(120))
        words.setBuddy(control)
        row.addWidget(words, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(control)
        row.addStretch()
        return row
