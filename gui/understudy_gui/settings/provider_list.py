"""The providers as rows: tile, name, models and how each is doing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter

from understudy_gui.overriding import override
from understudy_gui.settings.row_model import RowModel
from understudy_gui.settings.row_view import Index, RowDelegate
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import health, painting
from understudy_gui.widgets.health import Condition
from understudy_gui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from understudy_gui.theme import Theme, ThemeManager

ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """A row of the list; `faded` for one that is switched off."""

    provider: str
    name: str
    caption: str
    condition: Condition
    faded: bool = False

    @property
    def key(self) -> str:
        """The provider's id."""
        return self.provider

    @property
    def spoken(self) -> str:
        """All that the row shows, in words."""
        state = health.word(self.condition, time.time())
        return ", ".join(filter(None, (self.name, self.caption, state)))


class ProviderListModel(RowModel[ProviderLine]):
    """The providers that are shown, in the program's order."""


class ProviderDelegate(RowDelegate):
    """Paints a provider's row, 48 high."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 48)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        line = index.data(ROW)
        if not isinstance(line, ProviderLine):
            return
        tile = scaled(28)
        corner = QPointF(box.left() + 10, box.center().y() + 1 - tile / 2)
        paint_tile(painter, corner, tile, line.name, theme, faded=line.faded)
        now = time.time()
        pill = health.pill_size(line.condition, now)
        place = QPointF(box.right() - 9 - pill.width(), box.center().y() + 1 - pill.height() / 2)
        health.paint_pill(painter, place, line.condition, theme, now)
        left = box.left() + 10 + tile + 8
        words = QRect(left, box.top(), int(place.x()) - left - 8, scaled(48))
        paint_words(painter, words, line.name, line.caption, theme, faded=line.faded)


def paint_words(
    painter: QPainter, box: QRect, title: str, caption: str, theme: Theme, *, faded: bool = False
) -> None:
    """Paint a name, and below it a caption where there is one."""
    name = font("ui")
    name.setWeight(QFont.Weight.Medium)
    color = theme.text3 if faded else theme.text
    upper, lower = scaled(20), scaled(16)
    if not caption:
        painting.text(painter, box, title, name, color)
        return
    top = box.top() + (box.height() - upper - lower) // 2
    painting.text(painter, QRect(box.left(), top, box.width(), upper), title, name, color)
    below = QRect(box.left(), top + upper, box.width(), lower)
    small = font("micro")
    small.setWeight(QFont.Weight.Normal)
    painting.text(painter, below, caption, small, theme.text3)
