"""Settings, keys and router in the window: loaded after it can be used, told of where they lack."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from understudy.assembly import Workspace
from understudy.effective import PRACTICE
from understudy.errors import SettingsError
from understudy_gui import i18n, theme
from understudy_gui.controllers.line_up import LineUpController
from understudy_gui.i18n import said_by_router, said_in_full, tr
from understudy_gui.views import shortcuts
from understudy_gui.views.route_menu import RouteMenu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.discovery import LocalServer
    from understudy.keys import KeyReading
    from understudy.notices import Notice
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.session import Session
    from understudy_gui.settings.window import PageName, SettingsWindow

HEAVY = ("understudy.settings", "understudy.keys", "understudy.routing.router")
PREWARMED = ("understudy.transport.http", "httpx", "markdown_it", "pygments.lexers.python")
"""Loaded in a thread once everything stands, so that the first answer does not wait for them."""

KEYS_WITHIN = 5.0
"""Seconds to wait for the keyring before questions are asked with the keys there are."""

SMALLEST, LARGEST, STEP = 0.8, 1.6, 0.1
SAVE_TEXT_SIZE_AFTER = 600


class Workplace(QObject):
    """The workspace joined to the window."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        super().__init__(session)
        self.workspace = workspace
        self._session = session
        self._window = session.shell.window
        self._banners = self._window.pane.banners
        self._found: dict[str, LocalServer] = {}
        self._settings: tuple[SettingsWindow, SettingsController] | None = None
        self.line_up = LineUpController(
            workspace, session.conversation, session.shell.line_up, self
        )
        self.routes = RouteMenu(self._window, workspace, session.conversation, self.line_up)
        self._scale = QTimer(self, interval=SAVE_TEXT_SIZE_AFTER, singleShot=True)
        self._scale.timeout.connect(self._save_text_scale)
        self._connect()

    @classmethod
    async def open(cls, session: Session) -> Workplace:
        """Load settings and router, show the line-up, then ask for keys and look around."""
        for module in HEAVY:
            await asyncio.to_thread(import_module, module)
        paths = session.shell.paths
        workspace = Workspace.open(paths, {} if session.isolated else os.environ)
        workplace = cls(session, workspace)
        for notice in workspace.notices:
            workplace.tell(notice)
        workplace.line_up.refresh()
        if session.isolated:
            workplace._begin()
        else:
            session.tasks.spawn(workplace._ask_for_keys(), "keys")
        return workplace

    async def aclose(self) -> None:
        """Write what waits to be written, close the settings and the connections."""
        if self._settings is not None:
            window, controller = self._settings
            window.dispose()
            controller.close()
        if self._scale.isActive():
            self._scale.stop()
            self._save_text_scale()
        await self.workspace.aclose()
        self.line_up.close()

    def _connect(self) -> None:
        self.workspace.changed.append(self._settings_changed)
        self._banners.pressed.connect(self._act)
        self.line_up.changed.connect(self._tell_of_practice)
        self.routes.settings_wanted.connect(lambda: self.open_settings("routing"))
        self._session.binding.settings_wanted.connect(self.open_settings)
        shortcuts.install(
            self._window,
            {
                "larger": lambda: self._zoom(STEP),
                "smaller": lambda: self._zoom(-STEP),
                "normal_size": lambda: self._zoom(0),
            },
        )

    def open_settings(self, page: PageName, at: str = "") -> None:
        """Show the settings window, at a provider where one is named."""
        if self._settings is None:
            from understudy_gui.controllers.settings import SettingsController
            from understudy_gui.settings.window import SettingsWindow

            themes = self._session.shell.themes
            controller = SettingsController(self.workspace, themes, self._session.tasks, self)
            self._settings = SettingsWindow(themes, controller), controller
        if page == "routing" and not at:
            at = self.line_up.route().name
        self._settings[0].open_page(page, at)

    # Keys and what runs on this computer

    async def _ask_for_keys(self) -> None:
        """Read the keys in use; a keyring that waits for its password holds nobody up for ever."""
        reading = asyncio.ensure_future(self.workspace.load_keys())
        await asyncio.wait((reading,), timeout=KEYS_WITHIN)
        self._begin()
        self._tell_of_keyring(await reading)
        await self._look_around()
        await self._prewarm()

    def _begin(self) -> None:
        local = {each.provider for each in self.workspace.router.statuses() if each.local}
        self._session.conversation.use_router(self.workspace.router, local)
        self.line_up.refresh()

    async def _look_around(self) -> None:
        """Find the model servers of this computer, and offer those that are not in use."""
        from understudy.discovery import find_local_servers

        servers = await find_local_servers(self.workspace.transport)
        in_use = {
            entry.provider for route in self.workspace.routes for entry in route.entries
        } | self.workspace.settings.providers.keys()
        for server in servers:
            if server.row.id not in in_use:
                self._offer(server)

    def _offer(self, server: LocalServer) -> None:
        self._found[server.row.id] = server
        title = tr("{name} is running on this computer", name=server.row.name)
        actions = [("add", tr("Add to the line-up")), ("dismiss", tr("Not now"))]
        self._banners.say(f"local:{server.row.id}", "info", title, _models(server), actions)

    async def _prewarm(self) -> None:
        for module in PREWARMED:
            await asyncio.to_thread(import_module, module)

    # Banners

    def tell(self, notice: Notice) -> None:
        """Show what people should know of their files."""
        title, said = said_by_router(notice.happened), said_in_full(notice.did, notice.can_do)
        actions = [("dismiss", tr("Dismiss"))]
        self._banners.say(f"notice:{notice.happened}", "warn", title, said, actions)

    def _tell_of_practice(self) -> None:
        """Say so where nobody but the practice provider can answer."""
        able = [p for p in self._session.shell.line_up.places if p.health == "ready"]
        if able and all(place.provider == PRACTICE for place in able):
            title = tr("Practice answers")
            text = tr("Add a key, or use a model on this computer.")
            actions = [("settings", tr("Add a key"))]
            self._banners.say("practice", "info", title, text, actions)
        else:
            self._banners.take_back("practice")

    def _tell_of_keyring(self, readings: Mapping[str, KeyReading]) -> None:
        states = [reading.state for reading in readings.values()]
        locked = next((state for state in states if state.state == "locked"), None)
        if locked is None:
            self._banners.take_back("keyring")
            return
        name = locked.backend_name or tr("The keyring")
        title = tr("{name} is locked.", name=name)
        text = tr("Keys cannot be read until it is opened.")
        self._banners.say(
            "keyring", "warn", title, text, [("unlock", tr("Unlock"))], glyph="key-round"
        )

    def _act(self, about: str, action: str) -> None:
        match action:
            case "unlock":
                self._session.tasks.spawn(self._unlock(), "unlock")
            case "add":
                self._add(about.removeprefix("local:"))
                self._banners.take_back(about)
            case "settings":
                self.open_settings("providers")
            case _:
                self._banners.take_back(about)

    async def _unlock(self) -> None:
        await self.workspace.keys.unlock()
        self._tell_of_keyring(await self.workspace.load_keys())

    def _add(self, provider: str) -> None:
        """Put a found server at the end of the line-up; it answers from the next message on."""
        from understudy.settings_model import ProviderSettings

        server = self._found.pop(provider, None)
        if server is None:
            return
        given = ProviderSettings(models=list(server.models), local=True)
        changed = self.workspace.settings.with_provider(provider, given)
        with suppress(SettingsError):  # it is in effect all the same; the notice tells the rest
            self.workspace.save(changed)

    # Appearance

    def _settings_changed(self) -> None:
        look = self.workspace.settings.appearance
        self._session.shell.themes.set_choice(look.theme)
        self._session.shell.themes.set_text_scale(look.text_scale)
        i18n.set_language(look.language)
        local = {each.provider for each in self.workspace.router.statuses() if each.local}
        self._session.conversation.set_local(local)

    def _zoom(self, by: float) -> None:
        wanted = round(theme.text_scale() + by, 2) if by else 1.0
        self._session.shell.themes.set_text_scale(min(LARGEST, max(SMALLEST, wanted)))
        self._scale.start()

    def _save_text_scale(self) -> None:
        changed = self.workspace.settings.with_appearance(text_scale=theme.text_scale())
        with suppress(SettingsError):  # it is in effect all the same; it is not kept
            self.workspace.save(changed)


def _models(server: LocalServer) -> str:
    match len(server.models):
        case 0:
            return tr("No model is loaded in it yet.")
        case 1:
            return tr("It has the model {model}.", model=server.models[0])
        case count:
            return tr("It has {count} models.", count=count)
