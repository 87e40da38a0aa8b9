"""Which rows stand where. Only rows that are looked at are laid out.

The truth is an anchor, a row and how many of its pixels are above the view; the scroll bar follows.
Heights of rows that nobody has seen are estimates, and getting one right moves nothing on screen.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint

from understudy_gui.theme import scaled
from understudy_gui.transcript.heights import Heights
from understudy_gui.transcript.message import LaidMessage

if TYPE_CHECKING:
    from understudy_gui.models.transcript import TranscriptModel
    from understudy_gui.transcript.style import Style

KEPT: Final = 80
"""Messages that stay laid out; the one looked at longest ago goes first."""

COLUMN: Final = 736
GUTTER: Final = 24
BELOW: Final = 24
"""Empty space below the last row."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row on the screen: where its top is in the view, and its height."""

    row: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The first visible pixel: a row, and how far below its top."""

    row: int = 0
    dy: int = 0


@dataclass(frozen=True, slots=True)
class LineMark:
    """A line of text and how far above the view's top it begins, kept through a new layout."""

    row: int
    block: int
    offset: int
    above: int


class TranscriptLayout:
    """The rows of a model, laid out to the width of a view."""

    def __init__(self, model: TranscriptModel, style: Style) -> None:
        self.model = model
        self.style = style
        self.heights = Heights(model.count)
        self.anchor = Anchor()
        self.room_row: int | None = None
        self._width = scaled(COLUMN)
        self._left = GUTTER
        self._view_height = 0
        self._laid: OrderedDict[int, LaidMessage] = OrderedDict()
        self._stale: set[int] = set()
        self._opened: dict[int, set[int]] = {}

    # The column

    @property
    def left(self) -> int:
        """The left edge of the column in the view."""
        return self._left

    @property
    def width(self) -> int:
        """The width of the column."""
        return self._width

    def resize(self, width: int, height: int) -> bool:
        """Fit the column into a view; True if its width changed."""
        before = self._width
        gutter = scaled(GUTTER)
        self._width = max(scaled(160), min(scaled(COLUMN), width - 2 * gutter))
        self._left = max(gutter, (width - self._width) // 2)
        self._view_height = height
        if self._width != before:
            self._stale.update(self._laid)
        return self._width != before

    def set_style(self, style: Style) -> None:
        """Draw with other colours or sizes."""
        self.style = style
        self._laid.clear()
        self._stale.clear()

    def reset(self) -> None:
        """Begin again with whatever the model holds now."""
        self.heights = Heights(self.model.count)
        self._laid.clear()
        self._stale.clear()
        self.anchor = Anchor()
        self.room_row = None

    def appended(self) -> None:
        """Take note of a new last row."""
        self.heights.append()

    def truncated(self) -> None:
        """Take note that the last rows are gone."""
        count = self.model.count
        self.heights.truncate(count)
        for row in [row for row in self._laid if row >= count]:
            del self._laid[row]
        if self.room_row is not None and self.room_row >= count:
            self.room_row = None

    # Messages

    def message(self, row: int) -> LaidMessage | None:
        """Return a row laid out, None while its page is not here; the page is asked for then."""
        self.model.want(row)
        item = self.model.item(row)
        if item is None:
            return None
        laid = self._laid.get(row)
        if laid is None or laid.item is not item:
            laid = self._laid[row] = LaidMessage(item, self.opened(item.key))
            self._stale.add(row)
        self._laid.move_to_end(row)
        if row in self._stale:
            self._stale.discard(row)
            laid.sync_all(self.style, self._width)
            self.heights.set(row, laid.height)
            self._forget_old()
        return laid

    def laid(self, row: int) -> LaidMessage | None:
        """Return a row if it is laid out already."""
        return self._laid.get(row)

    def opened(self, key: int) -> set[int]:
        """Return which traces of a message are open."""
        return self._opened.setdefault(key, set())

    def grew(self, row: int) -> int:
        """Take in text that was added to a row on the screen; return the y that changed first."""
        laid = self._laid.get(row)
        if laid is None or row in self._stale:
            self.message(row)
            return 0
        changed = laid.sync(self.style, self._width)
        self.heights.set(row, laid.height)
        return changed

    def changed(self, row: int) -> int:
        """Take in whatever changed about a row on the screen; return the y that changed first."""
        laid = self._laid.get(row)
        if laid is None or row in self._stale or laid.item is not self.model.item(row):
            self.message(row)
            return 0
        changed = laid.sync_all(self.style, self._width)
        self.heights.set(row, laid.height)
        return changed

    def mark_stale(self, row: int) -> None:
        """Lay a row out anew when it is looked at next."""
        if row in self._laid:
            self._stale.add(row)

    def measure(self, row: int) -> int:
        """Return the height of a row, laid out for it if it is in memory."""
        self.message(row)
        return self.heights.height(row)

    def _forget_old(self) -> None:
        while len(self._laid) > KEPT:
            row, _ = self._laid.popitem(last=False)
            self._stale.discard(row)

    # Places

    @property
    def total(self) -> int:
        """The height of everything, with the room that a new question needs below it."""
        total = self.heights.total + scaled(BELOW)
        if self.room_row is not None:
            total = max(total, self.heights.before(self.room_row) + self._view_height)
        return total

    @property
    def value(self) -> int:
        """The scroll position that the anchor stands for."""
        return self.heights.before(self.anchor.row) + self.anchor.dy

    @property
    def end(self) -> int:
        """The last scroll position."""
        return max(0, self.total - self._view_height)

    def to_end(self) -> None:
        """Move to the end, measuring upwards from the last row."""
        row = self.model.count
        left = self._view_height - scaled(BELOW)
        while row > 0 and left > 0:
            row -= 1
            left -= self.measure(row)
            if row == self.room_row and left >= 0:
                self.anchor = Anchor(row)
                return
        self.anchor = Anchor(row, max(0, -left))

    def scroll_by(self, pixels: int) -> None:
        """Move by pixels on the screen."""
        self.anchor = Anchor(self.anchor.row, self.anchor.dy + pixels)

    def scroll_to(self, value: int) -> None:
        """Move to a scroll position, measuring nothing on the way."""
        self.anchor = Anchor(*self.heights.find(value))

    def place(self) -> list[Placed]:
        """Return the rows on the screen, after making the anchor sound."""
        count = self.model.count
        if not count:
            self.anchor = Anchor()
            return []
        self._settle_anchor(count)
        placed = self._from_anchor(count)
        last = placed[-1]
        below = last.y + last.height + scaled(BELOW)
        if last.row == count - 1 and below < self._view_height and self.value > self.end:
            self.to_end()
            placed = self._from_anchor(count)
        return placed

    def _settle_anchor(self, count: int) -> None:
        row, dy = min(self.anchor.row, count - 1), self.anchor.dy
        while dy < 0 and row > 0:
            row -= 1
            dy += self.measure(row)
        dy = max(0, dy)
        while row < count - 1 and dy >= self.measure(row):
            dy -= self.heights.height(row)
            row += 1
        self.anchor = Anchor(row, dy)

    def _from_anchor(self, count: int) -> list[Placed]:
        row, y = self.anchor.row, -self.anchor.dy
        placed: list[Placed] = []
        while row < count and (y < self._view_height or not placed):
            height = self.measure(row)
            placed.append(Placed(row, y, height))
            y += height
            row += 1
        return placed

    # Keeping a line where it is

    def top_line(self) -> LineMark | None:
        """Remember which line of text is the first in the view."""
        laid = self._laid.get(self.anchor.row)
        if laid is None or not laid.blocks:
            return None
        block = laid.block_near(self.anchor.dy)
        if block < 0:
            return None
        part, top = laid.blocks[block], laid.top_of(block)
        offset = part.offset_at(QPoint(0, self.anchor.dy - top))
        return LineMark(self.anchor.row, block, offset, self.anchor.dy - top - part.top_of(offset))

    def restore(self, mark: LineMark | None) -> None:
        """Bring a remembered line back to where it was."""
        laid = self.message(mark.row) if mark is not None else None
        if mark is None or laid is None or mark.block >= len(laid.blocks):
            return
        top = laid.top_of(mark.block) + laid.blocks[mark.block].top_of(mark.offset)
        self.anchor = Anchor(mark.row, top + mark.above)
