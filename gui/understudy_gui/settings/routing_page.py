"""The routes: who is asked, in which order, and what happens when an answer breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.controllers.wording import route_name
from understudy_gui.i18n import tr
from understudy_gui.settings.lineup_table import LineUpTable
from understudy_gui.settings.page import Page, Scroller, heading
from understudy_gui.settings.route_list import RouteDelegate, RouteLine, RouteListModel
from understudy_gui.settings.route_title import RouteTitle
from understudy_gui.settings.row_view import RowView
from understudy_gui.theme import scaled
from understudy_gui.widgets.button import Button, IconButton
from understudy_gui.widgets.label import Box, Glyph, Label, Panel
from understudy_gui.widgets.menu import Menu
from understudy_gui.widgets.select import Select

if TYPE_CHECKING:
    from understudy.routing.route import Rescue
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager
    from understudy_gui.widgets.toast import Toast

_LIST_WIDTH = 200
_RESCUES: Final[dict[str, Rescue]] = {
    "carry-on": "carry-on",
    "keep": "keep",
    "restart": "restart",
}


class RoutingPage(Page):
    """The routes at the left, the chosen one at the right."""

    def __init__(
        self,
        themes: ThemeManager,
        controller: SettingsController,
        toast: Toast,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._controller = controller
        self._toast = toast
        self._shown = ""
        self.model = RouteListModel(self)
        self._delegate = RouteDelegate(themes)
        self.view = RowView(themes, tr("Routes"), self.model, self._delegate)
        self.add = IconButton(themes, "plus", tr("New route"))
        self.title = RouteTitle(themes, controller)
        self.undo = Button(themes, tr("Undo"), "quiet", icon="undo-2", small=True)
        self.more = IconButton(themes, "ellipsis", tr("More"))
        self.table = LineUpTable(themes, controller)
        choices = [
            ("carry-on", tr("Carry on with next")),
            ("keep", tr("Keep the part and stop")),
            ("restart", tr("Start again with next")),
        ]
        self.rescue = Select(themes, tr("Breaks off mid-answer"), choices, bare=True)
        self._ours = Label(themes, "", "caption", "text3", wrap=True)
        self._build()
        self._connect()
        self.refresh()

    @property
    def shown(self) -> str:
        """The name of the route that is shown."""
        return self._shown

    def show_route(self, name: str) -> None:
        """Choose a route and show it."""
        if self._controller.routes.get(name) is not None:
            self._shown = name
            self.refresh()

    def refresh(self) -> None:
        """Show what is in effect now."""
        routes = self._controller.routes
        self.model.show([self._line(route.name) for route in routes.all])
        route = routes.get(self._shown) or routes.get(routes.default) or routes.all[0]
        self._shown = route.name
        row = self.model.row_of(route.name)
        if self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(self.model.index(row))
        self.title.show_route(route.name)
        self.undo.setVisible(self._controller.can_undo)
        self.table.show_route(route)
        self.rescue.choose(route.rescue)
        ours = tr("Understudy made this order from your keys. Change it, and it is yours.")
        self._ours.setText(ours if routes.made_by_us else "")
        self._ours.setVisible(routes.made_by_us)

    def add_route(self) -> None:
        """Add a route through everybody who is ready, and let it be named."""
        names = {route.name for route in self._controller.routes.all}
        name, number = tr("New route"), 2
        while name in names:
            name, number = tr("New route {number}", number=number), number + 1
        self._controller.routes.add(name, self._controller.ready)
        self.show_route(name)
        self.title.start()

    def menu(self) -> Menu:
        """Return what can be done with the route that is shown."""
        menu = Menu(self)
        menu.addAction(tr("Rename"), self.title.start)
        if self._shown != self._controller.routes.default:
            menu.addAction(tr("Use for new chats"), self._make_default)
        if not self._controller.routes.made_by_us:
            menu.addSeparator()
            menu.addAction(tr("Remove {name}", name=route_name(self._shown)), self._remove)
        return menu

    def _line(self, name: str) -> RouteLine:
        route = self._controller.routes.get(name)
        entries = route.entries if route is not None else []
        who = tuple(self._controller.name(entry.provider) for entry in entries if entry.enabled)
        note = tr("New chats") if name == self._controller.routes.default else ""
        return RouteLine(name, who, note)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._build_list())
        scroller = Scroller(self._themes)
        scroller.column.setContentsMargins(24, 12, 24, 24)
        row.addWidget(scroller, 1)
        scroller.column.addLayout(self._build_header())
        scroller.column.addSpacing(12)
        strategy = tr("In order: ask the first. If it cannot answer, the next goes on.")
        scroller.column.addWidget(Label(self._themes, strategy, "ui", "text2", wrap=True))
        scroller.column.addWidget(self._ours)
        scroller.column.addSpacing(16)
        scroller.column.addWidget(self.table)
        scroller.column.addSpacing(16)
        scroller.column.addLayout(self._build_rules_head())
        scroller.column.addSpacing(8)
        scroller.column.addWidget(self._build_rule())
        scroller.column.addStretch()

    def _build_list(self) -> QWidget:
        side = Panel(self._themes, "surface", edges=Qt.Edge.RightEdge)
        side.setFixedWidth(scaled(_LIST_WIDTH))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 8, 8)
        head.addWidget(heading(self._themes, tr("Routes")))
        head.addStretch()
        head.addWidget(self.add)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        return side

    def _build_header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title, 1)
        row.addWidget(self.undo)
        row.addWidget(self.more)
        return row

    def _build_rules_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(Label(self._themes, tr("When this happens"), "ui_strong"))
        row.addWidget(Glyph(self._themes, "arrow-right", "text3", 14))
        row.addWidget(Label(self._themes, tr("do this"), "ui_strong"))
        row.addStretch()
        return row

    def _build_rule(self) -> QWidget:
        box = Box(self._themes)
        box.setFixedHeight(scaled(42))
        row = QHBoxLayout(box)
        row.setContentsMargins(12, 1, 4, 1)
        row.setSpacing(8)
        row.addWidget(Glyph(self._themes, "unplug", "text3", 15))
        row.addWidget(Label(self._themes, tr("Breaks off mid-answer")))
        row.addStretch()
        self.rescue.setFixedWidth(scaled(206))
        row.addWidget(self.rescue)
        return box

    def _connect(self) -> None:
        self.view.selectionModel().currentChanged.connect(self._chosen)
        self.add.clicked.connect(self.add_route)
        self.more.clicked.connect(self._open_menu)
        self.undo.clicked.connect(self._controller.undo)
        self.rescue.chosen.connect(self._set_rescue)
        self.title.renamed.connect(self._renamed)
        self.table.removed.connect(self._entry_removed)

    def _chosen(self, index: QModelIndex) -> None:
        name = self.model.key_at(index.row())
        if name and name != self._shown:
            self._shown = name
            self.refresh()

    def _set_rescue(self, choice: str) -> None:
        self._controller.routes.set_rescue(self._shown, _RESCUES[choice])

    def _renamed(self, name: str) -> None:
        self._shown = name
        self.refresh()

    def _make_default(self) -> None:
        self._controller.routes.set_default(self._shown)

    def _remove(self) -> None:
        name = self._shown
        self._controller.routes.remove(name)
        self._toast.say(
            tr("{name} removed", name=route_name(name)), self._controller.undo, glyph="trash-2"
        )

    def _entry_removed(self, name: str) -> None:
        text = tr("{name} is out of the line-up", name=name)
        self._toast.say(text, self._controller.undo, glyph="x")

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
