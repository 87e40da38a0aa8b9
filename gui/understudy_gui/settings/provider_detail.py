"""One provider: on or off, its key, its address, its models, and whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy.errors import ErrorKind
from understudy_gui.i18n import tr
from understudy_gui.settings import wording
from understudy_gui.settings.address_section import AddressSection
from understudy_gui.settings.connection_section import ConnectionSection
from understudy_gui.settings.file_section import FileSection
from understudy_gui.settings.key_section import KeySection
from understudy_gui.settings.models_section import ModelsSection
from understudy_gui.settings.page import Scroller
from understudy_gui.theme import scaled
from understudy_gui.widgets.banner import Banner
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.label import Label
from understudy_gui.widgets.menu import Menu
from understudy_gui.widgets.tile import ProviderTile
from understudy_gui.widgets.toggles import Switch

if TYPE_CHECKING:
    from understudy.errors import ProviderError
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


class ProviderDetail(Scroller):
    """Shows one provider and changes it.

    Signals: `misfiled(text, owner)` for a key that looks like another provider's; `remove(id)` when
    the user wants the provider gone; `key_removed(id, key)` after its key was taken away.
    """

    misfiled = Signal(str, str)
    remove = Signal(str)
    key_removed = Signal(str, str)

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self._themes = themes
        self._controller = controller
        self.provider = ""
        self._tile = ProviderTile(themes, "", 40)
        self._name = Label(themes, "", "h2")
        self._standing = Label(themes, "", "caption", "text2", wrap=True)
        self.enabled = Switch(themes, tr("Use this provider"), show_name=False)
        self.more = IconButton(themes, "ellipsis", tr("More"))
        self.banner = Banner(themes)
        self._note = Label(themes, "", "ui", "text2", wrap=True)
        self.key = KeySection(themes, controller)
        self.address = AddressSection(themes, controller)
        self.file = FileSection(themes, controller)
        self.models = ModelsSection(themes, controller)
        self.connection = ConnectionSection(themes, controller)
        self._sections = (self.key, self.address, self.file, self.models, self.connection)
        self._build()
        self._connect()

    def show_provider(self, provider: str) -> None:
        """Show another provider."""
        self.provider = provider
        self.banner.hide()
        for section in self._sections:
            section.show_provider(provider)
        self.verticalScrollBar().setValue(0)
        self.refresh()
        if self._controller.takes_key(provider) and not self._controller.servers.reading(provider):
            self._controller.servers.read_key(provider)

    def refresh(self) -> None:
        """Show what is in effect now."""
        if not self.provider or not self._controller.exists(self.provider):
            return
        placed = self._controller.placed(self.provider)
        built_in, inside = placed.row.wire == "practice", placed.row.wire == "gguf"
        self._tile.show_provider(placed.row.name)
        self._name.setText(placed.row.name)
        self._standing.setText(self._where())
        self.enabled.setChecked(self._controller.enabled(self.provider))
        self.key.setVisible(self._controller.takes_key(self.provider))
        self.address.setVisible(not built_in and not inside)
        self.file.setVisible(inside)
        self.models.setVisible(not built_in and not inside)
        self.connection.setVisible(not built_in)
        self._note.setVisible(built_in)
        self.more.setVisible(bool(self._actions()))
        for section in self._sections:
            section.refresh()

    def show_listing_error(self, error: ProviderError) -> None:
        """Say why the models could not be fetched, at the field that can mend it."""
        placed = self._controller.placed(self.provider)
        name, local = placed.row.name, placed.row.local
        said = wording.failed(error, self.provider, name, "", local=local)
        if error.kind is ErrorKind.AUTH and self._controller.takes_key(self.provider):
            self.key.fault(said)
        elif wording.concerns_address(error):
            self.address.fault(said)
        else:
            self.models.fault(said)

    def _where(self) -> str:
        if self._controller.servers.found(self.provider) and not self._controller.enabled(
            self.provider
        ):
            return tr("Runs on this computer. Switch it on to use it.")
        return wording.standing(self._controller.routes.standing(self.provider))

    def _build(self) -> None:
        self.column.setContentsMargins(24, 16, 24, 24)
        self.column.addLayout(self._header())
        self.column.addSpacing(16)
        self.column.addWidget(self.banner)
        self._note.setText(
            tr("Built in. It answers without a key and without a network, to try things out.")
        )
        self.column.addWidget(self._note)
        sections = QVBoxLayout()
        sections.setSpacing(16)
        for section in self._sections:
            sections.addWidget(section)
        self.column.addLayout(sections)
        self.column.addStretch()

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._name.setMinimumHeight(scaled(24))
        words.addWidget(self._name)
        words.addWidget(self._standing)
        row.addLayout(words, 1)
        row.addWidget(self.enabled, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _connect(self) -> None:
        self.enabled.clicked.connect(self._switch)
        self.more.clicked.connect(self._open_menu)
        self.key.misfiled.connect(self.misfiled)
        self.key.removed.connect(self._key_removed)

    def _key_removed(self, key: str) -> None:
        self.key_removed.emit(self.provider, key)

    def _switch(self, on: bool) -> None:
        self._controller.set_enabled(self.provider, on)

    def _actions(self) -> list[tuple[str, str]]:
        """List what the menu offers: an id or an address, and its label."""
        row = self._controller.placed(self.provider).row
        actions: list[tuple[str, str]] = []
        if row.key_url:
            actions.append((row.key_url, tr("Open the page with your keys")))
        if row.billing_url:
            actions.append((row.billing_url, tr("Open billing")))
        if self._controller.removable(self.provider):
            actions.append(("remove", tr("Remove {name}", name=row.name)))
        return actions

    def _open_menu(self) -> None:
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action, label in self._actions():
            if action == "remove" and menu.actions():
                menu.addSeparator()
            menu.addAction(label, lambda action=action: self._do(action))
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _do(self, action: str) -> None:
        if action == "remove":
            self.remove.emit(self.provider)
        else:
            QDesktopServices.openUrl(QUrl(action))
