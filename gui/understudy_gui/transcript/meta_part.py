"""The line below an answer: who wrote it, how it went, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.buttons import Button, paint_button
from understudy_gui.transcript.labels import TILE, paint_tile, width_of, write
from understudy_gui.transcript.parts import Part, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.models.transcript import Meta
    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.style import Style

COPY: Final = "copy"
REGENERATE: Final = "regenerate"
MORE: Final = "more"
PREVIOUS_VERSION: Final = "previous_version"
NEXT_VERSION: Final = "next_version"

_HEIGHT: Final = 28
_GAP: Final = 6
_OUTSET: Final = 6
_DOT_ALPHA: Final = 178


class MetaPart(Part):
    """The meta line. While the answer grows it has no actions, but its place is kept."""

    def __init__(self, meta: Meta | None, versions: tuple[int, int], finished: bool) -> None:
        super().__init__()
        self._meta = meta
        self._versions = versions
        self._finished = finished
        self._buttons: list[Button] = []
        self._pager: list[Button] = []
        self._pager_text = ""

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = scaled(_HEIGHT)
        self._buttons = []
        self._pager = []
        if not self._finished:
            return
        actions = (
            (MORE, "ellipsis", tr("More")),
            (REGENERATE, "refresh-cw", tr("Regenerate")),
            (COPY, "copy", tr("Copy")),
        )
        left = width + scaled(_OUTSET)
        for action, icon, label in actions:
            button = Button.with_icon(action, icon, label)
            left -= button.rect.width()
            button.move_to(left, self.height)
            self._buttons.insert(0, button)
        self._lay_pager(style, left)

    def _lay_pager(self, style: Style, right: int) -> None:
        number, count = self._versions
        if count < 2:
            return
        self._pager_text = tr("{number} of {count}", number=number, count=count)
        following = Button.with_icon(NEXT_VERSION, "chevron-right", tr("Next version"), 14)
        before = Button.with_icon(PREVIOUS_VERSION, "chevron-left", tr("Previous version"), 14)
        left = right - scaled(8) - following.rect.width()
        following.move_to(left, self.height)
        left -= round(width_of(self._pager_text, style.caption))
        before.move_to(left - before.rect.width(), self.height)
        self._pager = [before, following]

    @override
    def zones(self) -> Sequence[Zone]:
        return [button.zone() for button in (*self._pager, *self._buttons)]

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        shown = [*self._pager, *(self._buttons if canvas.shows_actions else ())]
        for button in shown:
            paint_button(canvas, button, x, y)
        self._paint_pager(canvas, x, y)
        right = x + min((button.rect.left() for button in shown), default=self.width)
        if self._meta is not None:
            self._paint_words(canvas, self._meta, x, y, right - scaled(_GAP))

    def _paint_pager(self, canvas: Canvas, x: int, y: int) -> None:
        if self._pager:
            left = self._pager[0].rect.right() + 1
            spot = QRect(x + left, y, self._pager[1].rect.left() - left + 1, self.height)
            write(canvas, self._pager_text, canvas.style.caption, canvas.style.theme.text2, spot)

    def _paint_words(self, canvas: Canvas, meta: Meta, x: int, y: int, right: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        paint_tile(canvas, meta.provider, x, y + (self.height - scaled(TILE)) // 2)
        gap = scaled(_GAP)
        left = x + scaled(TILE) + gap
        dot = QColor(theme.text3)
        dot.setAlpha(_DOT_ALPHA)
        words = [(meta.model or meta.provider, style.caption_medium, theme.text2)]
        for item in meta.items:
            words += [("·", style.caption, dot), (item, style.caption, theme.text3)]
        for text, font, ink in words:
            room = right - left
            if room < width_of("…", font):
                break
            spot = QRect(left, y, room, self.height)
            left += round(write(canvas, text, font, ink, spot)) + gap
