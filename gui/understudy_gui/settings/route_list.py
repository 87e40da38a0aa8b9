"""The routes as rows: name, and who stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QPainter

from understudy_gui.controllers.wording import route_name
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.settings.row_model import RowModel
from understudy_gui.settings.row_view import Index, RowDelegate
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from understudy_gui.theme import Theme, ThemeManager

_TILE = 16
_TILES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A row of the list. `note` stands at its right: what it is used for."""

    name: str
    providers: tuple[str, ...]
    note: str = ""

    @property
    def key(self) -> str:
        """The route's name, which no other has."""
        return self.name

    @property
    def spoken(self) -> str:
        """All that the row shows, in words."""
        who = ", ".join(self.providers) or tr("nobody")
        return ", ".join(filter(None, (route_name(self.name), who, self.note)))


class RouteListModel(RowModel[RouteLine]):
    """The routes in the user's order."""


class RouteDelegate(RowDelegate):
    """Paints a route's row, 58 high."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(themes, 58)

    @override
    def paint_row(self, painter: QPainter, box: QRect, index: Index, theme: Theme) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(line, RouteLine):
            return
        name = font("ui")
        name.setWeight(QFont.Weight.Medium)
        inner = box.adjusted(8, 8, -8, -8)
        upper = scaled(20)
        title = QRect(inner.left(), inner.top(), inner.width(), upper)
        painting.text(painter, title, route_name(line.name), name, theme.text)
        top = inner.top() + upper + 6
        size = scaled(_TILE)
        for number, provider in enumerate(line.providers[:_TILES_SHOWN]):
            paint_tile(
                painter, QPointF(inner.left() + number * (size + 4), top), size, provider, theme
            )
        if line.note:
            right = Qt.AlignmentFlag.AlignRight
            note = QRect(inner.left(), top, inner.width(), size)
            painting.text(painter, note, line.note, font("micro"), theme.text3, right)
