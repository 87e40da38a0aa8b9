"""A place in the line-up: who, which model, how long it may take, how it is doing, on or off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy.routing.route import DEFAULT_FIRST_TOKEN, DEFAULT_FIRST_TOKEN_LOCAL
from understudy_gui.i18n import tr
from understudy_gui.theme import scaled
from understudy_gui.widgets import health
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.health import StatusPill
from understudy_gui.widgets.label import Glyph, Label
from understudy_gui.widgets.select import Select
from understudy_gui.widgets.tile import ProviderTile
from understudy_gui.widgets.toggles import Switch

if TYPE_CHECKING:
    from understudy.settings_model import EntrySettings
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import ThemeManager

GAP, COMPACT_GAP = 10, 6
LEFT, RIGHT = 6, 8
NAME, FIRST_TOKEN, RETRIES, HEALTH, ON, REMOVE = 104, 76, 52, 156, 32, 24
COMPACT_BELOW = 720
"""Pixels of width under which the state is written below the name, not in a column."""

_DEADLINES = (2, 4, 6, 8, 12, 20, 30, 60, 120, 300)
_RETRIES = (0, 1, 2, 3, 5)


class LineUpRow(QWidget):
    """One entry of a route.

    Signals: `edited(row, entry)` with the entry as it is now; `remove(row)`.
    """

    edited = Signal(QWidget, object)
    remove = Signal(QWidget)

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, entry: EntrySettings
    ) -> None:
        super().__init__()
        self._controller = controller
        self._entry = entry
        self._compact = False
        self._row = QHBoxLayout(self)
        self._number = Label(themes, "", "ui", "text3", tabular=True)
        self._tile = ProviderTile(themes, "", 28)
        self._name = Label(themes, "", "ui")
        self._state = Label(themes, "", "micro", "text3", tabular=True)
        self.model = Select(themes, tr("Model"), bare=True, free=True)
        self.deadline = Select(themes, tr("First token within"), bare=True, tabular=True)
        self.retries = Select(themes, tr("Retries"), bare=True, tabular=True)
        self.pill = StatusPill(themes)
        self._health = QWidget()
        self.on = Switch(themes, tr("In use"), show_name=False)
        self.away = IconButton(themes, "x", tr("Take out of the line-up"), size=24)
        self._build(themes)
        self._connect()

    @property
    def entry(self) -> EntrySettings:
        """What the row shows."""
        return self._entry

    @property
    def number(self) -> int:
        """The place that is shown, counted from 1."""
        return int(self._number.text() or 1)

    def show_number(self, number: int) -> None:
        """Show another place, counted from 1, as while rows are being dragged."""
        self._number.setText(str(number))

    def show_entry(self, entry: EntrySettings, number: int) -> None:
        """Show an entry at a place, counted from 1."""
        self._entry = entry
        name = self._controller.name(entry.provider)
        self.setAccessibleName(name)
        self._number.setText(str(number))
        self._tile.show_provider(name)
        self._name.setText(name)
        self._name.set_ink("text" if entry.enabled else "text3")
        self._show_choices()
        self.on.setChecked(entry.enabled)
        condition = self._controller.condition(entry.provider)
        self.pill.show_condition(condition)
        self._state.setText(health.word(condition, time.time()))
        self._tile.show_condition(condition if self._compact else None)

    def set_compact(self, compact: bool) -> None:
        """Write the state below the name, where there is no room for a column of its own."""
        self._compact = compact
        self._row.setSpacing(COMPACT_GAP if compact else GAP)
        self._health.setVisible(not compact)
        self._state.setVisible(compact)
        self.show_entry(self._entry, self.number)

    def _show_choices(self) -> None:
        entry = self._entry
        models = self._controller.models(entry.provider) if self._exists() else ()
        first = tr("{model}, default", model=models[0]) if models else tr("Its first model")
        ids = dict.fromkeys((*models, *((entry.model,) if entry.model else ())))
        if not self.model.hasFocus():
            self.model.set_choices([("", first), *((model, model) for model in ids)])
            self.model.choose(entry.model)
        self.deadline.set_choices(self._deadlines())
        self.deadline.choose(_seconds_id(entry.first_token_within))
        retries = sorted({*_RETRIES, entry.retries})
        self.retries.set_choices([(str(count), str(count)) for count in retries])
        self.retries.choose(str(entry.retries))

    def _deadlines(self) -> list[tuple[str, str]]:
        local = self._exists() and self._controller.placed(self._entry.provider).row.local
        default = DEFAULT_FIRST_TOKEN_LOCAL if local else DEFAULT_FIRST_TOKEN
        given = self._entry.first_token_within
        others = {float(each) for each in _DEADLINES} - {default}
        if given is not None:
            others.add(given)
        choices = [("", default), *((_seconds_id(each), each) for each in others)]
        choices.sort(key=lambda choice: choice[1])
        return [(name, tr("{count}\u00a0s", count=f"{value:g}")) for name, value in choices]

    def _exists(self) -> bool:
        return self._controller.exists(self._entry.provider)

    def _build(self, themes: ThemeManager) -> None:
        row = self._row
        row.setContentsMargins(LEFT, 0, RIGHT, 0)
        row.setSpacing(GAP)
        row.addWidget(Glyph(themes, "grip-vertical", "text3", 14))
        self._number.setFixedWidth(scaled(12))
        row.addWidget(self._number)
        row.addWidget(self._tile)
        who = QVBoxLayout()
        who.setSpacing(0)
        who.addStretch()
        who.addWidget(self._name)
        who.addWidget(self._state)
        who.addStretch()
        self._name.setFixedWidth(scaled(NAME))
        self._state.hide()
        row.addLayout(who)
        row.addWidget(self.model, 1)
        for control, width in ((self.deadline, FIRST_TOKEN), (self.retries, RETRIES)):
            control.setFixedWidth(scaled(width))
            row.addWidget(control)
        inside = QHBoxLayout(self._health)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignLeft)
        self._health.setFixedWidth(scaled(HEALTH))
        row.addWidget(self._health)
        row.addWidget(self.on)
        row.addWidget(self.away)

    def _connect(self) -> None:
        self.model.chosen.connect(self._set_model)
        self.deadline.chosen.connect(self._set_deadline)
        self.retries.chosen.connect(self._set_retries)
        self.on.clicked.connect(self._switch)
        self.away.clicked.connect(lambda: self.remove.emit(self))

    def _set_model(self, choice: str) -> None:
        self._edit(model=choice)

    def _set_deadline(self, choice: str) -> None:
        self._edit(first_token_within=float(choice) if choice else None)

    def _set_retries(self, choice: str) -> None:
        self._edit(retries=int(choice))

    def _switch(self, on: bool) -> None:
        self._edit(enabled=on)

    def _edit(self, **changes: object) -> None:
        self._entry = self._entry.model_copy(update=changes)
        self.edited.emit(self, self._entry)


def _seconds_id(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
