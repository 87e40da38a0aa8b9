"""The settings window: beside the conversation, never in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from understudy_gui import i18n
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.appearance_page import AppearancePage
from understudy_gui.settings.navigation import Navigation
from understudy_gui.settings.providers_page import ProvidersPage
from understudy_gui.settings.routing_page import RoutingPage
from understudy_gui.theme import scaled
from understudy_gui.widgets.banner import Banner
from understudy_gui.widgets.label import Panel
from understudy_gui.widgets.toast import Toast

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent

    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.settings.page import Page
    from understudy_gui.theme import ThemeManager

PageName: TypeAlias = Literal["appearance", "providers", "routing"]

_PAGES: tuple[PageName, ...] = ("appearance", "providers", "routing")
_SIZE = 980, 700
_SMALLEST = 820, 520
_TICK = 30_000
"""Milliseconds between looks at what time alone changes, as "3 min ago"."""


class SettingsWindow(QWidget):
    """Non-modal. Every change counts at once; there is nothing to confirm."""

    def __init__(self, themes: ThemeManager, controller: SettingsController) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._themes = themes
        self._controller = controller
        self._page: PageName = "providers"
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._ticks = QTimer(self, interval=_TICK)
        self._ticks.timeout.connect(self._refresh)
        self._pending = QTimer(self, singleShot=True, interval=0)
        self._pending.timeout.connect(self._refresh)
        self._body: _Body | None = None
        self._fit()
        self.resize(self._in_text_size(_SIZE))
        self._build()
        themes.changed.connect(self._fit)
        controller.changed.connect(self._pending.start)
        controller.trouble.connect(self._tell)
        i18n.on_change.append(self._translate)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self)
        shortcut.activated.connect(self.close)

    @property
    def body(self) -> _Body:
        """What is in the window, in the language of the moment."""
        if self._body is None:
            raise RuntimeError("The window was not built.")
        return self._body

    @property
    def providers(self) -> ProvidersPage:
        """The providers' page."""
        return self.body.providers

    @property
    def routing(self) -> RoutingPage:
        """The routes' page."""
        return self.body.routing

    @property
    def appearance(self) -> AppearancePage:
        """The page of theme, language and text size."""
        return self.body.appearance

    @property
    def toast(self) -> Toast:
        """What was done last, with the way back."""
        return self.body.toast

    def open_page(self, name: PageName, at: str = "") -> None:
        """Show a page; `at` names a provider or a route on it. Brings the window to the front."""
        self._page = name
        self.body.navigation.open(_PAGES.index(name))
        if at and name == "providers":
            self.providers.show_provider(at)
        if at and name == "routing":
            self.routing.show_route(at)
        self.show()
        self.raise_()
        self.activateWindow()

    def dispose(self) -> None:
        """Let go of everything that outlives the window."""
        i18n.on_change.remove(self._translate)
        self.close()
        self.deleteLater()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ticks.start()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._ticks.stop()
        super().closeEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # what has a use of its own for it took it before
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._refresh()
            self._controller.servers.look_around()

    def _build(self) -> None:
        if self._body is not None:
            self._row.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self.setWindowTitle(tr("Settings"))
        self._body = _Body(self._themes, self._controller)
        self._row.addWidget(self._body)
        self._body.navigation.opened.connect(self._opened)
        self._body.navigation.open(_PAGES.index(self._page))

    def _fit(self) -> None:
        """Take at least the room that the text needs at its size."""
        self.setMinimumSize(self._in_text_size(_SMALLEST))

    def _in_text_size(self, size: tuple[int, int]) -> QSize:
        """Multiply a size with the text's, as far as the screen has room."""
        wanted = QSize(scaled(size[0]), scaled(size[1]))
        return wanted.boundedTo(self.screen().availableSize()).expandedTo(QSize(*_SMALLEST))

    def _translate(self) -> None:
        shown = self.providers.shown
        self._build()
        if shown:
            self.providers.show_provider(shown)

    def _opened(self, number: int) -> None:
        self._page = _PAGES[number]
        self.body.open(number)

    def _refresh(self) -> None:
        if self.isVisible():
            self.body.refresh()

    def _tell(self, sentence: str) -> None:
        self.body.banner.say("warn", tr("The settings could not be saved."), sentence)


class _Body(Panel):
    """Navigation and pages; built anew for another language."""

    def __init__(self, themes: ThemeManager, controller: SettingsController) -> None:
        super().__init__(themes, "surface")
        entries = [
            ("palette", tr("Appearance")),
            ("plug", tr("Providers")),
            ("route", tr("Routing")),
        ]
        self.navigation = Navigation(themes, entries)
        self.banner = Banner(themes)
        self._stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        row.addLayout(column, 1)
        self.toast = Toast(themes, self)
        self.appearance = AppearancePage(themes, controller)
        self.providers = ProvidersPage(themes, controller, self.toast)
        self.routing = RoutingPage(themes, controller, self.toast)
        self._pages: tuple[Page, ...] = (self.appearance, self.providers, self.routing)
        for page in self._pages:
            self._stack.addWidget(page)

    def open(self, number: int) -> None:
        """Show a page."""
        self._stack.setCurrentIndex(number)
        self._pages[number].refresh()

    def refresh(self) -> None:
        """Bring the page that is shown up to date."""
        self._pages[self._stack.currentIndex()].refresh()
