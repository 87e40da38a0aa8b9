"""The providers: who there is, and everything about one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings import facts_wording, wording
from understudy_gui.settings.add_provider import AddProvider
from understudy_gui.settings.choosing import DropPlace
from understudy_gui.settings.endpoint_form import EndpointForm
from understudy_gui.settings.page import Page
from understudy_gui.settings.provider_detail import ProviderDetail
from understudy_gui.settings.provider_list import ProviderLine
from understudy_gui.settings.provider_side import ProviderSide
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.label import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent

    from understudy.errors import ProviderError
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager
    from understudy_gui.widgets.toast import Toast


class ProvidersPage(Page):
    """The list at the left, the chosen provider at the right."""

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
        self._pasted = ""
        self.side = ProviderSide(themes)
        self.model, self.view, self.add = self.side.model, self.side.view, self.side.add
        self.detail = ProviderDetail(themes, controller)
        self.offers = AddProvider(themes, controller)
        self.form = EndpointForm(themes, controller)
        self._empty = _NobodyYet(themes)
        self._stack = QStackedWidget()
        self.drop = DropPlace(themes, self)
        self._build()
        self._connect()
        self.refresh()

    @property
    def shown(self) -> str:
        """The provider that is shown, empty where none is."""
        return self.detail.provider if self._stack.currentWidget() is self.detail else ""

    def show_provider(self, provider: str) -> None:
        """Choose a provider in the list and show it; one that was just added is in it by then."""
        self._fill()
        if provider in self._controller.providers:
            self.side.choose(provider)
            self._show(provider)

    def refresh(self) -> None:
        """Show what is in effect now."""
        shown, listed = self.detail.provider, self._controller.providers
        self._fill()
        if self._stack.currentWidget() in {self.offers, self.form}:
            return
        if not listed:
            self._stack.setCurrentWidget(self._empty)
        elif shown not in listed:
            self.show_provider(listed[0])
        else:
            self._stack.setCurrentWidget(self.detail)
            if not self.side.searching:
                self.side.choose(shown)
            self.detail.refresh()

    def start_endpoint(self) -> None:
        """Show the form for an endpoint of the user's own."""
        self.view.clearSelection()
        self._stack.setCurrentWidget(self.form)
        self.form.start()

    def add_provider(self, provider: str) -> None:
        """Add a provider of the catalogue and show it, ready for its key."""
        self._controller.add_provider(provider)
        self._stack.setCurrentWidget(self.detail)
        self.show_provider(provider)
        if self._controller.takes_key(provider):
            self.detail.key.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def start_adding(self) -> None:
        """Offer everybody who can be added."""
        self.view.clearSelection()
        self._stack.setCurrentWidget(self.offers)
        self.offers.start()

    def add_file(self, path: str) -> None:
        """Have a model's file looked at and added; what is wrong with it is said at the offers."""
        if self._stack.currentWidget() is not self.offers:
            self.start_adding()
        self.offers.add_file(path)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drop.begin(event)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        for widget in (self._empty, self.detail, self.offers, self.form):
            self._stack.addWidget(widget)
        row.addWidget(self._stack, 1)
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        self.side.chosen.connect(self._show)
        self.side.adding.connect(self.start_adding)
        self._empty.add.clicked.connect(self.start_adding)
        self.drop.dropped.connect(self.add_file)
        self._controller.files.added.connect(self._file_added)
        self.offers.chosen.connect(self.add_provider)
        self.offers.own.connect(self.start_endpoint)
        self.offers.abandoned.connect(self._leave_form)
        self._empty.look.clicked.connect(self._controller.servers.look_around)
        self.form.added.connect(self._endpoint_added)
        self.form.abandoned.connect(self._leave_form)
        self.detail.remove.connect(self._remove)
        self.detail.key_removed.connect(self._key_removed)
        self.detail.misfiled.connect(self._offer)
        self.detail.banner.pressed.connect(self._answered)
        servers = self._controller.servers
        servers.key_read.connect(self._key_read)
        servers.key_refused.connect(self._key_refused)
        servers.listed.connect(self._listed)
        for key, act in (
            (QKeySequence.StandardKey.Paste, self._paste),
            (QKeySequence.StandardKey.Find, self.side.start_search),
        ):
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _fill(self) -> None:
        self.side.show_lines([self._line(provider) for provider in self._controller.providers])

    def _line(self, provider: str) -> ProviderLine:
        condition, name = self._controller.condition(provider), self._controller.name(provider)
        off = condition.health == "off"
        return ProviderLine(provider, name, self._caption(provider), condition, faded=off)

    def _caption(self, provider: str) -> str:
        row = self._controller.placed(provider).row
        if row.wire == "practice":
            return tr("Built in")
        if row.wire == "gguf":
            self._controller.files.look(provider)
            file = self._controller.files.file(provider)
            here = tr("On this computer")
            return here if file is None else f"{here}, {facts_wording.size(file.size)}"
        models = len(self._controller.models(provider))
        parts = [tr("Local")] if row.local else []
        return ", ".join([*parts, wording.models_count(models)] if models else parts)

    def _show(self, provider: str) -> None:
        self._stack.setCurrentWidget(self.detail)
        if self.detail.provider != provider:
            self.detail.show_provider(provider)

    def _endpoint_added(self, provider: str) -> None:
        self._stack.setCurrentWidget(self.detail)
        self.refresh()
        self.show_provider(provider)
        self._controller.servers.refresh(provider)

    def _file_added(self, provider: str) -> None:
        self._stack.setCurrentWidget(self.detail)
        self.show_provider(provider)

    def _leave_form(self) -> None:
        self._stack.setCurrentWidget(self.detail)
        self.refresh()

    def _remove(self, provider: str) -> None:
        name = self._controller.name(provider)
        key = self._controller.key(provider)
        self._controller.servers.discard_key(provider)
        self._controller.remove_provider(provider)

        def put_back() -> None:
            self._controller.undo()
            if key:
                self._controller.servers.restore_key(provider, key)
            self.show_provider(provider)

        self._toast.say(tr("{name} removed", name=name), put_back, glyph="trash-2")

    def _key_removed(self, provider: str, key: str) -> None:
        name = self._controller.name(provider)

        def put_back() -> None:
            self._controller.servers.restore_key(provider, key)

        self._toast.say(tr("Key of {name} removed", name=name), put_back, glyph="trash-2")

    def _key_read(self, provider: str) -> None:
        if provider == self.shown and self._controller.exists(provider):
            self.detail.key.reading_arrived()
            self.detail.refresh()

    def _key_refused(self, provider: str, sentence: str) -> None:
        if provider == self.shown and self._controller.exists(provider):
            self.detail.key.refuse(sentence)
        else:
            self._toast.say(sentence, glyph="circle-alert")

    def _listed(self, provider: str, error: ProviderError | None) -> None:
        if provider == self.shown and error is not None:
            self.detail.show_listing_error(error)

    def _paste(self) -> None:
        """Take a key that is pasted beside the fields to the provider it belongs to."""
        text = QGuiApplication.clipboard().text()
        owner = wording.owner_of(text)
        if owner:
            self._offer(text, owner)

    def _offer(self, text: str, owner: str) -> None:
        if not self._controller.exists(owner):
            return
        self._pasted = text
        name = self._controller.name(owner)
        self.detail.banner.say(
            "info",
            tr("This looks like a key of {name}.", name=name),
            "",
            [(owner, tr("File it under {name}", name=name)), ("", tr("Leave it"))],
            glyph="key-round",
        )

    def _answered(self, owner: str) -> None:
        text, self._pasted = self._pasted, ""
        self.detail.banner.hide()
        if not owner:
            return
        if self.shown and self.shown != owner:
            self.detail.key.show_provider(self.shown)
        if owner not in self._controller.providers:
            self._controller.add_provider(owner)
        self.show_provider(owner)
        self._controller.servers.save_key(owner, text)


class _NobodyYet(QWidget):
    """What stands where there is no provider to show."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self.add = Button(themes, tr("Add provider"), "primary")
        self.look = Button(themes, tr("Find local models"))
        column = QVBoxLayout(self)
        column.addStretch()
        middle = Qt.AlignmentFlag.AlignHCenter
        line = tr("Add a key, or use a model on this computer.")
        column.addWidget(Label(themes, tr("Nobody is in the line-up"), "ui_strong"), 0, middle)
        column.addWidget(Label(themes, line, "caption", "text3"), 0, middle)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.add)
        row.addWidget(self.look)
        row.addStretch()
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch()
