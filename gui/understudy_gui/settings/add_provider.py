"""Everybody who can be added: the catalogue, to be searched, and an endpoint of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.choosing import choose_model_file
from understudy_gui.settings.provider_list import ROW, paint_words
from understudy_gui.settings.row_model import RowModel
from understudy_gui.settings.row_view import Index, RowDelegate, RowView
from understudy_gui.theme import scaled
from understudy_gui.widgets.announcing import announce
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.field import LineEdit
from understudy_gui.widgets.label import Glyph, Label, Panel, Rule
from understudy_gui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow
    from understudy_gui.controllers.settings import SettingsController
    from understudy_gui.theme import Theme, ThemeManager

_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of the catalogue that is not in the list yet."""

    provider: str
    name: str
    caption: str

    @property
    def key(self) -> str:
        """The provider's id."""
        return self.provider

    @property
    def spoken(self) -> str:
        """All that the row shows, in words."""
        return f"{self.name}, {self.caption}"


class OfferDelegate(RowDelegate):
    """Paints an offer, 48 high: tile, name, and what one needs for it."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 48)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        offer = index.data(ROW)
        if not isinstance(offer, Offer):
            return
        tile = scaled(28)
        corner = QPointF(box.left() + 10, box.center().y() + 1 - tile / 2)
        paint_tile(painter, corner, tile, offer.name, theme)
        left = box.left() + 10 + tile + 8
        words = QRect(left, box.top(), box.right() - left - 8, scaled(48))
        paint_words(painter, words, offer.name, offer.caption, theme)


class AddProvider(Panel):
    """Offers the catalogue.

    Signals: `chosen(id)`; `own` for an endpoint of one's own; `abandoned`.
    """

    chosen = Signal(str)
    own = Signal()
    abandoned = Signal()

    def __init__(
        self, themes: ThemeManager, controller: SettingsController, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, "surface", parent=parent)
        self._themes = themes
        self._controller = controller
        self.model: RowModel[Offer] = RowModel(self)
        self.search = LineEdit(themes, tr("Find a provider"))
        self._delegate = OfferDelegate(themes)
        self.view = RowView(themes, tr("Providers"), self.model, self._delegate)
        own = tr("Endpoint of your own…")
        self.endpoint = Button(themes, own, "quiet", icon="plug", small=True)
        self.file = Button(themes, tr("Model file…"), "quiet", icon="cpu", small=True)
        self.file.setToolTip(tr("A .gguf file can also be dropped onto this page."))
        self._fault = QWidget()
        self._why = Label(themes, "", "caption", "danger_text", wrap=True)
        self._nobody = Label(themes, "", "caption", "text3", wrap=True)
        self._build()
        self._connect()

    def start(self) -> None:
        """Offer everybody, ready to be searched."""
        self.refuse("")
        self.search.clear()
        self._fill()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def fault(self) -> str:
        """What is said to be wrong with the file that was chosen."""
        return self._why.text()

    def add_file(self, path: str) -> None:
        """Have a model's file looked at, and added if it is good."""
        self.refuse("")
        self._controller.files.add(path)

    def refuse(self, sentence: str) -> None:
        """Say why a file was not added; an empty sentence takes that back."""
        self._why.setText(sentence)
        self._fault.setVisible(bool(sentence))
        if sentence:
            announce(self._why, sentence)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.abandoned.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self.view.currentIndex())
            case _:
                super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let ↑ and ↓ choose while one types."""
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            step = _MOVES.get(Qt.Key(event.key())) if pressed else None
            if step is not None:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 20, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(24, 0, 24, 12)
        head.setSpacing(0)
        head.addWidget(Label(self._themes, tr("Add provider"), "h2"))
        hint = tr("Keys go into the system's keyring, never into a file.")
        head.addWidget(Label(self._themes, hint, "caption", "text2", wrap=True))
        head.addSpacing(16)
        self.search.setPlaceholderText(tr("Find a provider"))
        head.addWidget(self.search)
        head.addWidget(self._nobody)
        column.addLayout(head)
        sides = QHBoxLayout()
        sides.setContentsMargins(8, 0, 8, 0)
        sides.addWidget(self.view)
        column.addLayout(sides, 1)
        column.addWidget(Rule(self._themes))
        column.addWidget(self._build_fault())
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 8)
        foot.setSpacing(4)
        foot.addWidget(self.endpoint)
        foot.addWidget(self.file)
        foot.addStretch()
        column.addLayout(foot)

    def _build_fault(self) -> QWidget:
        row = QHBoxLayout(self._fault)
        row.setContentsMargins(26, 10, 24, 0)
        row.setSpacing(6)
        glyph = Glyph(self._themes, "circle-alert", "danger_text", 13)
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._why, 1)
        return self._fault

    def _connect(self) -> None:
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._fill)
        self.view.clicked.connect(self._choose)
        self.endpoint.clicked.connect(self.own)
        self.file.clicked.connect(self._choose_file)
        self._controller.files.changed.connect(self._show_busy)
        self._controller.files.refused.connect(self._refused)

    def _fill(self) -> None:
        wanted = self.search.text().strip().casefold()
        rows = [row for row in self._controller.addable if _fits(row, wanted)]
        self.model.show([Offer(row.id, row.name, _caption(row)) for row in rows])
        said = tr("Nobody is called so. A server that speaks a known language can be added.")
        self._nobody.setText("" if rows else said)
        self._nobody.setVisible(not rows)
        self.view.setCurrentIndex(self.model.index(0) if rows else QModelIndex())
        self.view.scrollToTop()

    def _move(self, step: int) -> None:
        last = self.model.rowCount() - 1
        if last >= 0:
            row = min(max(self.view.currentIndex().row() + step, 0), last)
            self.view.setCurrentIndex(self.model.index(row))

    def _choose_file(self) -> None:
        choose_model_file(self, self.add_file)

    def _show_busy(self) -> None:
        busy = self._controller.files.busy
        self.file.setEnabled(not busy)
        self.file.setText(tr("Looking at it…") if busy else tr("Model file…"))

    def _refused(self, provider: str, sentence: str) -> None:
        if not provider:
            self.refuse(f"{sentence} {tr('Nothing was added.')}")

    def _choose(self, index: QModelIndex) -> None:
        provider = self.model.key_at(index.row())
        if provider:
            self.chosen.emit(provider)


def _fits(row: ProviderRow, wanted: str) -> bool:
    return wanted in row.name.casefold() or wanted in row.id


def _caption(row: ProviderRow) -> str:
    """Say what one needs for it."""
    if row.local:
        return tr("On this computer")
    if row.needs_address:
        return tr("Your own address, and a key of it")
    host = (urlsplit(row.key_url).hostname or "").removeprefix("www.")
    return tr("Key from {site}", site=host)
