"""The API key of a provider: shown masked, replaced, removed, and where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.settings import wording
from understudy_gui.widgets.banner import Banner
from understudy_gui.widgets.button import Button, IconButton
from understudy_gui.widgets.field import Field
from understudy_gui.widgets.key_field import KeyField

if TYPE_CHECKING:
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


class KeySection(QWidget):
    """Shows one provider's key.

    Signals: `misfiled(text, owner)` when a key was pasted that looks like another provider's;
    `removed(key)` after a key was taken away.
    """

    misfiled = Signal(str, str)
    removed = Signal(str)

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._provider = ""
        self._saving = False
        self._locked = Banner(themes)
        self.field = KeyField(themes, tr("API key"))
        self.save = Button(themes, tr("Save"), "primary")
        self.cancel = Button(themes, tr("Cancel"), "quiet")
        self.replace = Button(themes, tr("Replace"))
        self.remove = IconButton(themes, "trash-2", tr("Remove the key"), size=32)
        self.get = Button(themes, tr("Get a key"), "link", icon="external-link", small=True)
        self.box = Field(themes, tr("API key"), self.field, beside=self._buttons())
        self._build()
        self._connect()

    @property
    def hint(self) -> str:
        """What is said about where the key is."""
        return self.box.hint

    def show_provider(self, provider: str) -> None:
        """Show a provider's key; a text that was being typed for another one is dropped."""
        self._provider = provider
        self._saving = False
        self.box.set_error("")
        self.field.show_key(self._controller.key(provider))
        self.refresh()

    def refresh(self) -> None:
        """Bring what is said about the key up to date; a key that is being typed stays."""
        if not self._provider:
            return
        key = self._controller.key(self._provider)
        if not self.field.editing or (key and not self.field.text()):
            self.field.show_key(key)
        placed = self._controller.placed(self._provider)
        reading = self._controller.servers.reading(self._provider)
        own = placed.row.needs_key or not placed.own
        self.field.setPlaceholderText(tr("Paste the key") if own else tr("Only if it asks for one"))
        kept = reading is not None and reading.state.state == "ready"
        said = wording.stored(reading, placed.row.key_env)
        self.box.set_hint(said, "lock" if kept else "info")
        self._show_buttons(has_key=bool(key))
        self._show_lock()

    def reading_arrived(self) -> None:
        """Show what the keyring said; a key that is being typed meanwhile stays."""
        if self._saving:
            self.show_provider(self._provider)
        else:
            self.refresh()

    def refuse(self, sentence: str) -> None:
        """Say at the field why a key was not taken; the text stays to be mended."""
        self._saving = False
        self.box.set_error(sentence)
        if self.field.isReadOnly():
            return
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def fault(self, sentence: str) -> None:
        """Say what a server said about the key."""
        self.box.set_error(sentence)

    def _buttons(self) -> QWidget:
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.save, self.cancel, self.replace, self.remove):
            row.addWidget(button)
        return beside

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._locked)
        column.addWidget(self.box)
        column.addWidget(self.get, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        self.field.submitted.connect(self._save)
        self.field.abandoned.connect(self._abandon)
        self.field.pasted.connect(self._pasted)
        self.field.textEdited.connect(self._edited)
        self.save.clicked.connect(lambda: self._save(self.field.text()))
        self.cancel.clicked.connect(self._abandon)
        self.replace.clicked.connect(self._replace)
        self.remove.clicked.connect(self._remove)
        self.get.clicked.connect(self._open_key_page)
        self._locked.pressed.connect(self._unlock)

    def _show_buttons(self, *, has_key: bool) -> None:
        editing = self.field.editing
        reading = self._controller.servers.reading(self._provider)
        ours = reading is not None and reading.source in {"keyring", "session"}
        self.save.setVisible(editing)
        self.save.setEnabled(bool(self.field.text().strip()))
        self.cancel.setVisible(editing and has_key)
        self.replace.setVisible(not editing)
        self.remove.setVisible(not editing and ours)
        url = self._controller.placed(self._provider).row.key_url
        self.get.setVisible(not has_key and bool(url))

    def _show_lock(self) -> None:
        reading = self._controller.servers.reading(self._provider)
        if reading is None or reading.state.state != "locked":
            self._locked.hide()
            return
        name = reading.state.backend_name or tr("The keyring")
        self._locked.say(
            "warn",
            tr("{name} is locked.", name=name),
            tr("Keys cannot be read until it is opened."),
            [("unlock", tr("Unlock"))],
            glyph="lock",
        )

    def _save(self, text: str) -> None:
        if text.strip():
            self._saving = True
            self.box.set_error("")
            self._controller.servers.save_key(self._provider, text)

    def _abandon(self) -> None:
        self.box.set_error("")
        self.field.show_key(self._controller.key(self._provider))
        self.refresh()

    def _replace(self) -> None:
        self.field.edit()
        self._show_buttons(has_key=True)

    def _remove(self) -> None:
        key = self._controller.key(self._provider)
        self._controller.servers.remove_key(self._provider)
        self.removed.emit(key)

    def _edited(self, text: str) -> None:
        self.save.setEnabled(bool(text.strip()))
        if self.box.error:
            self.box.set_error("")

    def _pasted(self, text: str) -> None:
        owner = wording.owner_of(text)
        if owner and owner != self._provider:
            self.misfiled.emit(text, owner)

    def _unlock(self, _action: str) -> None:
        self._controller.servers.unlock(self._provider)

    def _open_key_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._controller.placed(self._provider).row.key_url))
