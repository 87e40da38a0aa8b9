"""A route's name, and the field it turns into to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy.errors import UsageError
from understudy_gui import i18n
from understudy_gui.controllers.wording import route_name
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.label import Label

if TYPE_CHECKING:
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


class RouteTitle(QWidget):
    """Shows a name; the pencil, or `start`, lets it be typed anew.

    Signals: `renamed(name)`.
    """

    renamed = Signal(str)

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._name = ""
        self._label = Label(themes, "", "h2")
        self._pencil = IconButton(themes, "pencil", tr("Rename"))
        self.line = LineEdit(themes, tr("Name of the route"))
        self._fault = Label(themes, "", "caption", "danger_text", wrap=True)
        self._build()
        self._show(typing=False)

    @property
    def fault(self) -> str:
        """What is said to be wrong with the name; empty where nothing is."""
        return self._fault.text() if self._fault.isVisible() else ""

    def show_route(self, name: str) -> None:
        """Show another name; a name that is being typed for this route stays."""
        if name != self._name:
            self._name = name
            self._show(typing=False)
        self._label.setText(route_name(name))

    def start(self) -> None:
        """Let the name be typed anew."""
        self._show(typing=True)
        self.line.setText(self._name)
        self.line.selectAll()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.isVisible():
            self._show(typing=False)
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._label)
        row.addWidget(self._pencil)
        row.addWidget(self.line, 1)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self._fault)
        self._pencil.clicked.connect(self.start)
        self.line.returnPressed.connect(self._commit)
        self.line.editingFinished.connect(self._leave)

    def _show(self, *, typing: bool) -> None:
        self._label.setVisible(not typing)
        self._pencil.setVisible(not typing)
        self.line.setVisible(typing)
        self._fault.hide()
        self.line.set_wrong(False)

    def _commit(self) -> None:
        name = self.line.text().strip()
        if name == self._name:
            self._show(typing=False)
            return
        try:
            self._controller.routes.rename(self._name, name)
        except UsageError as error:
            self._fault.setText(i18n.said(error))
            self._fault.show()
            self.line.set_wrong(True)
            return
        self._name = name
        self._show(typing=False)
        self.renamed.emit(name)

    def _leave(self) -> None:
        if self.line.isVisible() and not self.line.hasFocus():
            self._commit()
