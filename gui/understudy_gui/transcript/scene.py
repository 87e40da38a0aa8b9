"""The rows on the screen: what is painted, and what is where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from understudy_gui.theme import scaled
from understudy_gui.transcript.buttons import paint_focus
from understudy_gui.transcript.message import GAP_ABOVE
from understudy_gui.transcript.parts import LINK, Canvas, TextPart
from understudy_gui.transcript.selection import Position

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from understudy_gui.transcript.layout import Placed, TranscriptLayout
    from understudy_gui.transcript.parts import Part, Selection, Zone
    from understudy_gui.transcript.selection import TextSelection

_RING: Final = 8
"""Pixels between a message and the ring around it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to click or to focus: a row and the action of a zone in it, none for the row itself.

    Row -1 is nowhere.
    """

    row: int = -1
    action: str = ""


class Scene:
    """The rows that are placed, for painting and for pointing at. Points are the viewport's."""

    def __init__(self, layout: TranscriptLayout, selection: TextSelection) -> None:
        self.placed: list[Placed] = []
        self.hovered = Spot()
        self.focused = Spot()
        self._layout = layout
        self._selection = selection

    @property
    def tops(self) -> dict[int, int]:
        """Where each row on the screen begins."""
        return {place.row: place.y for place in self.placed}

    def paint(self, widget: QWidget, clip: QRect) -> bool:
        """Paint what ``clip`` shows; True if some code is not coloured yet."""
        painter = QPainter(widget)
        painter.fillRect(clip, self._layout.style.theme.surface)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        behind = False
        for place in self.placed:
            laid = self._layout.laid(place.row)
            if laid is None or place.y > clip.bottom() or place.y + place.height < clip.top():
                continue
            canvas = Canvas(painter, self._layout.style, clip, widget.devicePixelRatioF())
            self._set_marks(canvas, place.row)

            def chosen(block: int, row: int = place.row) -> Selection | None:
                return self._chosen(row, block)

            behind = laid.paint(canvas, self._layout.left, place.y, chosen) or behind
            if self.focused.row == place.row:
                self._paint_focus(canvas, place)
        painter.end()
        return behind

    def _paint_focus(self, canvas: Canvas, place: Placed) -> None:
        """Paint the ring around a row or a link; buttons paint their own."""
        if not self.focused.action:
            left, outset = self._layout.left, scaled(_RING)
            row = QRect(left, place.y, self._layout.width, place.height)
            paint_focus(canvas, row.adjusted(-outset, scaled(GAP_ABOVE) - outset, outset, outset))
        elif self.focused.action.startswith(LINK):
            paint_focus(canvas, self.rect_of(self.focused))

    def _set_marks(self, canvas: Canvas, row: int) -> None:
        """Say what of a row the pointer and the focus are on."""
        canvas.hovered = self.hovered.action if self.hovered.row == row else ""
        canvas.focused = self.focused.action if self.focused.row == row else ""
        newest = row >= self._layout.model.count - 2
        canvas.shows_actions = newest or row in {self.hovered.row, self.focused.row}

    def _chosen(self, row: int, block: int) -> Selection | None:
        laid = self._layout.laid(row)
        if laid is None or block < 0:
            return None
        return self._selection.within(row, block, laid.blocks[block].length)

    def spots(self) -> list[tuple[Spot, QRect]]:
        """Return everything that the keyboard reaches, in reading order."""
        found: list[tuple[Spot, QRect]] = []
        for place in self.placed:
            laid = self._layout.laid(place.row)
            for zone, corner in laid.stops() if laid is not None else ():
                rect = zone.rect.translated(corner).translated(self._layout.left, place.y)
                found.append((Spot(place.row, zone.action), rect))
        return found

    def rect_of(self, spot: Spot) -> QRect:
        """Return where a clickable place is, empty if it is not on the screen."""
        return next((rect for found, rect in self.spots() if found == spot), QRect())

    def row_at(self, point: QPoint) -> Placed | None:
        """Return the row at a point, or the nearest one above it."""
        above = [place for place in self.placed if place.y <= point.y()]
        return above[-1] if above else (self.placed[0] if self.placed else None)

    def part_at(self, point: QPoint) -> tuple[int, Part, QPoint] | None:
        """Return the part under a point: its row, itself, and the point from its corner."""
        place = self.row_at(point)
        laid = self._layout.laid(place.row) if place is not None else None
        if place is None or laid is None:
            return None
        inner = point - QPoint(self._layout.left, place.y)
        found = laid.part_at(inner)
        return (place.row, found[0], inner - found[1]) if found is not None else None

    def zone_at(self, point: QPoint) -> tuple[Spot, Zone] | None:
        """Return what can be clicked under a point."""
        found = self.part_at(point)
        if found is None:
            return None
        row, part, inner = found
        zone = part.zone_at(inner)
        return (Spot(row, zone.action), zone) if zone is not None else None

    def text_at(self, point: QPoint) -> tuple[TextPart, QPoint] | None:
        """Return the text under a point and the point from its corner."""
        found = self.part_at(point)
        if found is None or not isinstance(found[1], TextPart):
            return None
        return found[1], found[2]

    def link_at(self, point: QPoint) -> str:
        """Return the address of the link under a point."""
        found = self.text_at(point)
        return found[0].link_at(found[1]) if found is not None else ""

    def position_at(self, point: QPoint) -> Position | None:
        """Return the place in the text nearest to a point."""
        place = self.row_at(point)
        laid = self._layout.laid(place.row) if place is not None else None
        if place is None or laid is None or not laid.blocks:
            return None
        inner = point - QPoint(self._layout.left, place.y)
        block = laid.block_near(inner.y())
        part = laid.blocks[block]
        offset = part.offset_at(inner - QPoint(part.indent, laid.top_of(block)))
        return Position(place.row, block, offset)
