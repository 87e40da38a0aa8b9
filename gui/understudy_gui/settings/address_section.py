"""The base URL of a provider: checked while it is typed, and put back with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from understudy.errors import UsageError
from understudy_gui import i18n
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.field import Field, LineEdit

if TYPE_CHECKING:
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

_CHECK_AFTER = 400
"""Milliseconds of rest before an unfinished address is called wrong."""


class AddressSection(QWidget):
    """Shows and changes where a provider is asked."""

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._provider = ""
        self.line = LineEdit(themes, tr("Base URL"), kind="code")
        self.reset = IconButton(themes, "rotate-ccw", tr("Put the address back"), parent=self.line)
        self.box = Field(themes, tr("Base URL"), self.line)
        self._wait = QTimer(self, singleShot=True, interval=_CHECK_AFTER)
        self._wait.timeout.connect(self._check)
        self.line.reserve(26)
        self.line.installEventFilter(self)
        self.line.textEdited.connect(self._edited)
        self.line.editingFinished.connect(self._commit)
        self.reset.clicked.connect(self._put_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)

    def show_provider(self, provider: str) -> None:
        """Show a provider's address."""
        self._commit()
        self._provider = provider
        self.line.setModified(False)
        self.box.set_error("")
        self.refresh()

    def refresh(self) -> None:
        """Show what is in effect; what is being typed stays."""
        if not self._provider:
            return
        placed = self._controller.placed(self._provider)
        given = self._controller.settings.providers.get(self._provider)
        changed = given is not None and bool(given.base_url)
        if not self.line.isModified() and not self.box.error:
            self.line.setText((given.base_url if given else None) or placed.row.base_url)
        self.reset.setVisible(changed and not placed.own)
        if placed.problem:
            self.box.set_error(tr(placed.problem))

    def fault(self, sentence: str) -> None:
        """Say what came of asking at this address."""
        self.box.set_error(sentence)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and event.type() == QEvent.Type.Resize:
            size = self.reset.sizeHint()
            top = (self.line.height() - size.height()) // 2
            left = self.line.width() - size.width() - 2
            self.reset.setGeometry(left, top, size.width(), size.height())
        return False

    def _edited(self) -> None:
        self.box.set_error("")
        self._wait.start()

    def _check(self) -> None:
        from understudy.providers.address import check_base_url

        if not self.line.text().strip():
            return
        try:
            check_base_url(self.line.text())
        except UsageError as error:
            self.box.set_error(i18n.said(error))

    def _commit(self) -> None:
        """Put a changed address into effect; one that cannot be stays in the field, with why."""
        self._wait.stop()
        if not self._provider or not self.line.isModified():
            return
        try:
            self._controller.set_base_url(self._provider, self.line.text())
        except UsageError as error:
            self.box.set_error(i18n.said(error))
            return
        self.line.setModified(False)
        self.box.set_error("")
        self.refresh()

    def _put_back(self) -> None:
        self.line.setModified(False)
        self.box.set_error("")
        self._controller.set_base_url(self._provider, "")
        self.refresh()
