"""The form for an endpoint of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from understudy.errors import UsageError
from understudy_gui import i18n
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.page import Scroller
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.field import Field, LineEdit
from understudy_gui.widgets.key_field import KeyField
from understudy_gui.widgets.label import Label
from understudy_gui.widgets.select import Select

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.wire.format import WireName
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager


def _languages() -> tuple[tuple[WireName, str, str], ...]:
    """List what a server may speak: the format, what people call it, and how an address looks."""
    return (
        ("openai-chat", tr("OpenAI Chat Completions (most servers)"), "https://server.example/v1"),
        ("openai-responses", tr("OpenAI Responses"), "https://server.example/v1"),
        ("anthropic", tr("Anthropic Messages"), "https://server.example"),
        ("gemini", tr("Google Gemini"), "https://server.example/v1beta"),
        ("ollama", tr("Ollama"), "http://server.example:11434"),
    )


class EndpointForm(Scroller):
    """Takes a name, an address, what is spoken there and, where one is asked for, a key.

    Signals: `added(id)`; `abandoned`.
    """

    added = Signal(str)
    abandoned = Signal()

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self._themes = themes
        self._controller = controller
        self.name = LineEdit(themes, tr("Name"))
        self.address = LineEdit(themes, tr("Base URL"), kind="code")
        choices = [(wire, label) for wire, label, _example in _languages()]
        self.language = Select(themes, tr("What it speaks"), choices)
        self.key = KeyField(themes, tr("API key, if it asks for one"))
        self.variable = LineEdit(themes, tr("Environment variable of the key"), kind="code")
        self.name_box = Field(themes, tr("Name"), self.name)
        self.address_box = Field(themes, tr("Base URL"), self.address)
        self.language_box = Field(themes, tr("What it speaks"), self.language)
        self.key_box = Field(themes, tr("API key, if it asks for one"), self.key)
        self.variable_box = Field(themes, tr("Environment variable of the key"), self.variable)
        self.add = Button(themes, tr("Add"), "primary")
        self._cancel = Button(themes, tr("Cancel"), "quiet")
        self._build()
        self._connect()

    def start(self) -> None:
        """Begin with empty fields."""
        for line in (self.name, self.address, self.variable):
            line.clear()
        self.key.show_key("")
        self.language.choose("openai-chat")
        self._speak("openai-chat")
        for box in (self.name_box, self.address_box, self.key_box, self.variable_box):
            box.set_error("")
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        match arg__1.key():
            case Qt.Key.Key_Escape:
                self.abandoned.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._add()
            case _:
                super().keyPressEvent(arg__1)

    def _build(self) -> None:
        self.column.setContentsMargins(24, 20, 24, 24)
        self.column.addWidget(Label(self._themes, tr("Endpoint of your own"), "h2"))
        hint = tr("A server of your own or of your company, or a provider that is not listed.")
        self.column.addWidget(Label(self._themes, hint, "caption", "text2", wrap=True))
        for box in (
            self.name_box,
            self.address_box,
            self.language_box,
            self.key_box,
            self.variable_box,
        ):
            self.column.addSpacing(16)
            self.column.addWidget(box)
        self.name.setPlaceholderText(tr("My server"))
        self.variable.setPlaceholderText("MY_SERVER_API_KEY")
        self.variable_box.set_hint(tr("Optional: read instead of a stored key, if it is set."))
        self.column.addSpacing(20)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.add)
        row.addWidget(self._cancel)
        row.addStretch()
        self.column.addLayout(row)
        self.column.addStretch()

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self._cancel.clicked.connect(self.abandoned)
        self.language.chosen.connect(self._speak)
        self.key.submitted.connect(self._add)
        self.key.abandoned.connect(self.abandoned)
        for line in (self.name, self.address, self.key):
            line.textEdited.connect(self._forgive)

    def _speak(self, wire: str) -> None:
        """Show how addresses of such servers look."""
        examples = {each: example for each, _label, example in _languages()}
        self.address.setPlaceholderText(examples[wire])

    def _forgive(self) -> None:
        """Take back what was said about the field that is being mended."""
        for line, box in (
            (self.name, self.name_box),
            (self.address, self.address_box),
            (self.key, self.key_box),
        ):
            if line is self.sender():
                box.set_error("")

    def _add(self) -> None:
        """Add what was typed; whatever cannot be used is said at its field and nothing is lost."""
        if not self._check():
            return
        try:
            provider = self._controller.add_endpoint(
                self.name.text().strip(),
                self.address.text(),
                self.variable.text().strip(),
                self.language.choice,
            )
        except UsageError as error:
            self.name_box.set_error(i18n.said(error))
            return
        if self.key.text().strip():
            self._controller.servers.save_key(provider, self.key.text())
        self.added.emit(provider)

    def _check(self) -> bool:
        from understudy.effective import provider_id
        from understudy.keys import clean_key
        from understudy.providers.address import check_base_url

        def check_name() -> None:
            if not self.name.text().strip():
                raise UsageError(tr("Give it a name."))
            provider_id(self.name.text().strip())

        checks: list[tuple[Field, Callable[[], object]]] = [
            (self.name_box, check_name),
            (self.address_box, lambda: check_base_url(self.address.text())),
        ]
        if self.key.text().strip():
            checks.append((self.key_box, lambda: clean_key(self.key.text())))
        good = True
        for box, check in checks:
            try:
                check()
            except UsageError as error:
                box.set_error(i18n.said(error))
                good = False
        return good
