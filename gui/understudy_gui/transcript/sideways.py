"""Blocks that may be wider than the column: scrolled sideways, by the wheel or by their own bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF, Qt

from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.block import BlockPart

if TYPE_CHECKING:
    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.values import Block

BAR_ROOM: Final = 10
"""The strip at the lower edge in which the bar can be taken hold of."""

_BAR: Final = 4
_BELOW_BAR: Final = 3
_SHORTEST: Final = 24


class WideBlock(BlockPart):
    """A block with a scroll bar at its lower edge where its content is too wide."""

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self._scroll = 0
        self._held_at: float | None = None

    def _overflow(self) -> int:
        """Return how much wider the content is than the room for it."""
        raise NotImplementedError

    def _bar_track(self) -> tuple[int, int]:
        """Return the left end and the length of the way that the bar goes."""
        raise NotImplementedError

    def _clamp_scroll(self) -> None:
        self._scroll = min(self._scroll, self._overflow())

    @override
    def scroll_by(self, pixels: int) -> bool:
        return self._scroll_to(self._scroll + pixels)

    def _scroll_to(self, offset: int) -> bool:
        before = self._scroll
        self._scroll = max(0, min(self._overflow(), offset))
        return self._scroll != before

    def _bar(self) -> QRectF | None:
        """Return the handle, None where nothing is too wide."""
        overflow = self._overflow()
        if not overflow:
            return None
        left, room = self._bar_track()
        length = max(_SHORTEST, room * room / (room + overflow))
        at = left + (room - length) * self._scroll / overflow
        return QRectF(at, self.height - _BAR - _BELOW_BAR, length, _BAR)

    @override
    def has_bar_at(self, point: QPoint) -> bool:
        bottom = self.height - scaled(BAR_ROOM)
        return self._bar() is not None and bottom <= point.y() < self.height

    @override
    def hold_bar(self, point: QPoint) -> None:
        bar = self._bar()
        if bar is not None:
            inside = bar.left() <= point.x() <= bar.right()
            self._held_at = point.x() - bar.left() if inside else bar.width() / 2

    @override
    def drag_bar(self, point: QPoint) -> None:
        bar = self._bar()
        left, room = self._bar_track()
        if bar is None or self._held_at is None or room <= bar.width():
            return
        way = (point.x() - self._held_at - left) / (room - bar.width())
        self._scroll_to(round(way * self._overflow()))

    def _paint_bar(self, canvas: Canvas, x: int, y: int) -> None:
        bar = self._bar()
        if bar is not None:
            canvas.painter.setPen(Qt.PenStyle.NoPen)
            canvas.painter.setBrush(canvas.style.theme.scrollbar)
            canvas.painter.drawRoundedRect(bar.translated(x, y), _BAR / 2, _BAR / 2)
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
