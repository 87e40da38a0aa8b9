"""The models of a provider: asked for, searched, checked for use, or typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.settings import wording
from understudy_gui.settings.model_list import ModelListModel, ModelView
from understudy_gui.theme import scaled
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.label import Box, Label
from understudy_gui.widgets.menu import Menu

if TYPE_CHECKING:
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

_ROWS_SHOWN = 8
_SEARCH_FROM = 8


class ModelsSection(QWidget):
    """Shows which models a provider has and which are in use."""

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._controller = controller
        self._provider = ""
        self.model = ModelListModel(self)
        self.view = ModelView(themes, self.model)
        self.search = LineEdit(themes, tr("Find or add a model"))
        self.reload = Button(themes, tr("Refresh"), "quiet", icon="refresh-cw", small=True)
        self._count = Label(themes, "", "caption", "text3", tabular=True)
        self._when = Label(themes, "", "caption", "text3", wrap=True, tabular=True)
        self._fault = Label(themes, "", "caption", "danger_text", wrap=True)
        self._empty = Label(themes, "", "caption", "text3", wrap=True)
        self._box = Box(themes)
        self._build()
        self._connect()

    def show_provider(self, provider: str) -> None:
        """Show a provider's models."""
        self._provider = provider
        self.search.clear()
        self.model.clear()
        self._fault.setText("")
        self.refresh()

    def refresh(self) -> None:
        """Bring the list up to date."""
        if not self._provider:
            return
        models = self._controller.models(self._provider)
        used = self._controller.used_models(self._provider)
        facts = {model: self._controller.facts(self._provider, model) for model in models}
        self.model.show(models, used, facts)
        self._count.setText(
            tr("{used} of {count} in use", used=len(used), count=len(models)) if models else ""
        )
        listing = self._controller.servers.listing(self._provider)
        self._when.setText(tr("Updated {ago}", ago=wording.ago(listing.at)) if listing else "")
        busy = self._controller.servers.busy("refresh", self._provider)
        self.reload.setEnabled(not busy)
        self.reload.setText(tr("Asking…") if busy else tr("Refresh"))
        self._show_empty(bool(models), asked=listing is not None)
        self._fit()

    def fault(self, sentence: str) -> None:
        """Say why the list could not be fetched; the old one stays."""
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(self._themes, tr("Models"), "ui_strong"))
        head.addWidget(self._count)
        self._when.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._when, 1)
        head.addWidget(self.reload)
        column.addLayout(head)
        self._fault.hide()
        column.addWidget(self._fault)
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.view)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(16, 16, 16, 16)
        inside.addWidget(self._empty)
        column.addWidget(self._box)
        self.search.setPlaceholderText(tr("Find a model, or type an id and press Enter to add it"))
        column.addWidget(self.search)

    def _connect(self) -> None:
        self.model.used_changed.connect(self._use)
        self.reload.clicked.connect(self._ask)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._add)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)

    def _use(self, models: list[str]) -> None:
        self._controller.use_models(self._provider, models)

    def _ask(self) -> None:
        self.fault("")
        self._controller.servers.refresh(self._provider)

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        self._fit()

    def _add(self) -> None:
        text = self.search.text().strip()
        if text:
            used = self._controller.used_models(self._provider)
            self._controller.use_models(self._provider, tuple(dict.fromkeys((*used, text))))
            self.search.clear()

    def _open_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if not index.isValid() or self.model.is_default(index):
            return
        menu = Menu(self)
        menu.addAction(tr("Ask this one first"), lambda: self.model.make_default(index))
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _show_empty(self, some: bool, *, asked: bool) -> None:
        name = self._controller.name(self._provider)
        if asked:
            self._empty.setText(tr("{name} says it has no models.", name=name))
        else:
            self._empty.setText(tr("{name} has not been asked for its list yet.", name=name))
        self._empty.setVisible(not some)
        self.view.setVisible(some)

    def _fit(self) -> None:
        rows = min(max(self.model.rowCount(), 1), _ROWS_SHOWN)
        self.view.setFixedHeight(rows * scaled(32))
