"""The menu of routes: which one the conversation takes, and the way to change them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup

from understudy_gui.controllers.wording import route_name
from understudy_gui.i18n import tr
from understudy_gui.widgets.menu import Menu

if TYPE_CHECKING:
    from understudy.assembly import Workspace
    from understudy_gui.controllers.conversation import ConversationController
    from understudy_gui.controllers.line_up import LineUpController
    from understudy_gui.views.main_window import MainWindow


class RouteMenu(QObject):
    """Opens from the header's pill, the composer's and the strip.

    Signal: ``settings_wanted`` for the page where routes are set up.
    """

    settings_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        workspace: Workspace,
        conversation: ConversationController,
        line_up: LineUpController,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._conversation = conversation
        self._line_up = line_up
        window.pane.header.routes_wanted.connect(self.open)
        window.pane.composer.routes_wanted.connect(self.open_above)
        window.sidebar.strip.routes_wanted.connect(self.open_above)
        line_up.changed.connect(self._name_route)

    def menu(self) -> Menu:
        """Make the menu; the route in use has the mark."""
        menu = Menu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        current = self._line_up.route().name
        for route in self._workspace.routes:
            action = menu.addAction(route_name(route.name))
            action.setCheckable(True)
            action.setChecked(route.name == current)
            action.triggered.connect(partial(self._choose, route.name))
            group.addAction(action)
        menu.addSeparator()
        menu.addAction(tr("Change routes…")).triggered.connect(self.settings_wanted)
        return menu

    def open(self, at: QPoint) -> None:
        """Open the menu below a place."""
        self.menu().popup(at)

    def open_above(self, at: QPoint) -> None:
        """Open the menu so that it ends above a place."""
        menu = self.menu()
        menu.popup(at - QPoint(0, menu.sizeHint().height()))

    def _choose(self, name: str) -> None:
        self._conversation.choose_route(name)
        self._line_up.refresh()

    def _name_route(self) -> None:
        several = len(self._workspace.routes) > 1
        name = route_name(self._line_up.route().name) if several else ""
        self._window.pane.composer.set_route(name)
