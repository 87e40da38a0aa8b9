"""One row on the screen: its parts, where each stands, and how they follow the item."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRectF, Qt

from understudy_gui.theme import scaled
from understudy_gui.transcript.block import BlockPart
from understudy_gui.transcript.bubble import Bubble
from understudy_gui.transcript.code_block import CodeBlock
from understudy_gui.transcript.furniture import (
    KINDS,
    CaretLine,
    end_parts,
    head_parts,
    part_of,
    seam_parts,
)
from understudy_gui.transcript.incremental import IncrementalParser
from understudy_gui.transcript.parts import LINK, Canvas, Part, TextPart, Zone
from understudy_gui.transcript.seam_parts import SeamPart, TracePart
from understudy_gui.transcript.spacing import gap_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from understudy_gui.models.transcript import Item, Segment
    from understudy_gui.transcript.parts import Selection
    from understudy_gui.transcript.style import Style
    from understudy_gui.transcript.values import Block

GAP_ABOVE: Final = 20
"""Empty space above every row."""

_THREAD_LEFT: Final = -20
_THREAD_WIDTH: Final = 2
_THREAD_INSET: Final = 4
_THREAD_OVER_SEAM: Final = 2


_BETWEEN_BLOCKS: Final = (SeamPart, TracePart, CaretLine)


class LaidMessage:
    """The parts of one item, laid out to a width.

    ``height`` includes the space above. ``sync`` follows the item's text, ``sync_all`` everything
    about it; both return the y from which the picture may have changed.
    """

    def __init__(self, item: Item, opened: set[int]) -> None:
        self.item = item
        self.height = 0
        self.width = 0
        self._opened = opened
        self._style: Style | None = None
        self._parts: list[Part] = []
        self._tops: list[int] = []
        self._blocks: list[TextPart] = []
        self._at: list[int] = []
        self._body_end = 0
        self._head: list[Part] = []
        self._end: list[Part] = []
        self._seams: dict[int, list[Part]] = {}
        self._question: str = ""
        self._caret_top: int | None = None
        self._laid_above: tuple[object, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self._parser = IncrementalParser()
        self._fed: list[int] = []
        self._finished = False
        self._blocks.clear()

    # Following the item

    def sync(self, style: Style, width: int) -> int:
        """Take the text that is new in the item, and lay out what it changes."""
        if style is not self._style or width != self.width:
            return self.sync_all(style, width)
        if self.item.role == "user":
            return self.height
        return self._with_caret(self._arrange(self._update_blocks(style, self._feed())))

    def sync_all(self, style: Style, width: int) -> int:
        """Take everything about the item, and lay out what it changes."""
        again = style is self._style and width == self.width
        self._style, self.width = style, width
        if self.item.role == "user":
            return self._sync_question(style, width)
        above = self._above_text()
        if not again or above != self._laid_above:
            self._laid_above = above
            self._parts.clear()
            self._tops.clear()
            self._at.clear()
            self._seams.clear()
            self._body_end = 0
            self._head = self._all_laid(head_parts(self.item, self._opened))
        first = self._feed()
        changed = self._update_blocks(style, first if again else 0)
        self._end = self._all_laid(end_parts(self.item, self._opened))
        return self._with_caret(self._arrange(changed if self._at else 0))

    def _above_text(self) -> tuple[object, ...]:
        """Return all that decides which parts stand above and between the blocks."""
        item = self.item
        seams = tuple(segment.seam for segment in item.segments)
        return item.standin, item.standin_trace, seams, frozenset(self._opened)

    def _with_caret(self, changed: int) -> int:
        """Count the place where the caret was among what has changed."""
        return changed if self._caret_top is None else min(changed, self._caret_top)

    def _sync_question(self, style: Style, width: int) -> int:
        text = self.item.text
        if text != self._question or not self._blocks:
            self._question = text
            self._blocks = [Bubble(text)]
        bubble = self._blocks[0]
        bubble.lay(style, width)
        self._parts, self._tops, self._at = [bubble], [scaled(GAP_ABOVE)], [0]
        self.height = scaled(GAP_ABOVE) + bubble.height
        return 0

    def _feed(self) -> int:
        """Give the parser what it has not read; return the first block that may differ."""
        lengths = [len(segment) for segment in self.item.segments]
        if not self._continues(lengths):
            self._begin()
        first = len(self._parser.blocks)
        for number, segment in enumerate(self.item.segments):
            if number == len(self._fed):
                if number:
                    first = min(first, self._begin_segment(segment))
                self._fed.append(0)
            if self._fed[number] < lengths[number]:
                first = min(first, self._parser.feed(segment.text[self._fed[number] :]))
                self._fed[number] = lengths[number]
        if self.item.state != "streaming" and not self._finished:
            first = min(first, self._parser.finish())
            self._finished = True
        return first

    def _begin_segment(self, segment: Segment) -> int:
        """Put a seam into the text; return the first block that may differ."""
        if segment.seam is not None and segment.seam.join == "starts-again":
            return self._parser.begin_anew()
        self._parser.mark()
        return len(self._parser.blocks)

    def _continues(self, lengths: list[int]) -> bool:
        """Say whether the item's text is what was read, with more at its end."""
        if self._finished or len(lengths) < len(self._fed):
            return lengths == self._fed
        *earlier, last = self._fed or [0]
        return lengths[: len(earlier)] == earlier and sum(lengths[len(earlier) :]) >= last

    def _update_blocks(self, style: Style, first: int) -> int:
        """Bring the parts of the blocks up to date; return the first that is different."""
        blocks = self._parser.blocks
        del self._blocks[len(blocks) :]
        changed = len(blocks)
        for number in range(first, len(blocks)):
            if self._renew(number, blocks[number]) or self._blocks[number].width == 0:
                changed = min(changed, number)
            part = self._blocks[number]
            part.lay(style, max(40, self.width - part.indent))
        return changed

    def _renew(self, number: int, block: Block) -> bool:
        """Give the part at ``number`` its block; False if it showed the same already."""
        if number == len(self._blocks):
            self._blocks.append(part_of(block))
            return True
        part = self._blocks[number]
        if not isinstance(part, KINDS[type(block)]):
            self._blocks[number] = part_of(block)
            return True
        return part.update(block)

    # Arranging

    def _arrange(self, first: int) -> int:
        """Place the parts from block ``first`` on; return the y from which the picture changed."""
        if not self._parts:
            for part in self._head:
                self._add(part)
        cut = self._cut_before(first)
        kept = self._parts[cut] if cut < len(self._parts) else None
        before = self._tops[cut] if kept is not None else self.height
        del self._parts[cut:], self._tops[cut:], self._at[first:]
        self._add_body(first)
        self._body_end = len(self._parts)
        for part in self._end:
            self._add(part)
        self.height = self._tops[-1] + self._parts[-1].height if self._parts else 0
        after = self._tops[cut] if cut < len(self._tops) else self.height
        if isinstance(kept, BlockPart) and before == after and self._parts[cut] is kept:
            return before + kept.changed_from
        return min(before, after)

    def _cut_before(self, block: int) -> int:
        """Return the first part to place anew: ``block``, or a seam that stands before it."""
        cut = self._at[block] if block < len(self._at) else self._body_end
        cut = max(cut, len(self._head))
        while cut > len(self._head) and isinstance(self._parts[cut - 1], _BETWEEN_BLOCKS):
            cut -= 1
        return cut

    def _add(self, part: Part) -> None:
        """Put a part that is laid out below the others."""
        above = self._parts[-1] if self._parts else None
        gap = gap_between(above, part)
        if isinstance(part, BlockPart):
            part.gap = gap
        top = self._tops[-1] + above.height if above is not None else scaled(GAP_ABOVE)
        self._parts.append(part)
        self._tops.append(top + gap)

    def _all_laid(self, parts: Iterable[Part]) -> list[Part]:
        assert self._style is not None
        laid = list(parts)
        for part in laid:
            part.lay(self._style, self.width)
        return laid

    def _add_body(self, first: int) -> None:
        for number in range(first, len(self._blocks)):
            self._add_seams(number)
            self._at.append(len(self._parts))
            self._add(self._blocks[number])
        self._add_seams(len(self._blocks))
        if self._begins_block() and self.item.state == "streaming" and self.item.waiting is None:
            self._add(*self._all_laid([CaretLine()]))

    def _begins_block(self) -> bool:
        """Say whether nothing stands yet behind the last seam, or at all."""
        seams = self._parser.seams
        return not self._blocks or bool(seams and seams[-1] >= len(self._blocks))

    def _add_seams(self, block: int) -> None:
        for number, at in enumerate(self._parser.seams):
            if at == block:
                if number not in self._seams:
                    parts = seam_parts(self.item, number, self._opened)
                    self._seams[number] = self._all_laid(parts)
                for part in self._seams[number]:
                    self._add(part)

    # Painting

    def paint(
        self, canvas: Canvas, x: int, y: int, selection_of: Callable[[int], Selection | None]
    ) -> bool:
        """Paint what the clip shows; True if something has to be painted again soon."""
        behind = False
        first = max(0, bisect_right(self._tops, canvas.clip.top() - y) - 1)
        for number in range(first, len(self._parts)):
            top = y + self._tops[number]
            if top > canvas.clip.bottom() + scaled(GAP_ABOVE):
                break
            part = self._parts[number]
            canvas.selection = selection_of(self._block_at(number))
            part.paint(canvas, x + part.indent, top)
            behind = behind or (isinstance(part, CodeBlock) and part.behind)
        canvas.selection = None
        self._paint_threads(canvas, x, y)
        if self.item.state == "streaming" and self.item.waiting is None:
            self._paint_caret(canvas, x, y)
        return behind

    def _block_at(self, part: int) -> int:
        """Return the block that is the part ``part``, -1 if it is none."""
        at = bisect_right(self._at, part) - 1
        return at if at >= 0 and self._at[at] == part else -1

    def _paint_threads(self, canvas: Canvas, x: int, y: int) -> None:
        if len(self.item.segments) < 2:
            return
        for number, (top, bottom) in enumerate(self._threads()):
            segment = self.item.segments[number]
            line = QRectF(x + scaled(_THREAD_LEFT), y + top, _THREAD_WIDTH, bottom - top)
            if line.height() > 0 and line.intersects(QRectF(canvas.clip)):
                canvas.painter.setPen(Qt.PenStyle.NoPen)
                canvas.painter.setBrush(canvas.style.theme.provider(segment.provider)[0])
                canvas.painter.drawRoundedRect(line, 1, 1)
        canvas.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _threads(self) -> Iterator[tuple[int, int]]:
        """Yield where the line of each segment begins and ends."""
        borders = [0, *self._parser.seams, len(self._blocks)]
        for number in range(len(borders) - 1):
            first, stop = borders[number], borders[number + 1]
            if first >= stop:
                yield 0, 0
                continue
            last = self._at[stop - 1]
            top = self._tops[self._at[first]]
            bottom = self._tops[last] + self._parts[last].height
            ends = number == len(borders) - 2
            begins = scaled(_THREAD_INSET) if number == 0 else -_THREAD_OVER_SEAM
            yield top + begins, bottom + (-_THREAD_INSET if ends else scaled(6))

    def _paint_caret(self, canvas: Canvas, x: int, y: int) -> None:
        last = self._parts[self._body_end - 1] if self._body_end else None
        if isinstance(last, TextPart):
            top = self._tops[self._body_end - 1]
            caret = last.caret().translated(x + last.indent, top)
            self._caret_top = caret.top()
            canvas.painter.fillRect(caret.translated(0, y), canvas.style.theme.accent_text)

    # Asking what is where

    @property
    def blocks(self) -> list[TextPart]:
        """The parts with text, in order."""
        return self._blocks

    def top_of(self, block: int) -> int:
        """Return the top of a block."""
        return self._tops[self._at[block]]

    def block_near(self, y: int) -> int:
        """Return the block nearest to ``y``, -1 if there is no text."""
        if not self._at:
            return -1
        part = bisect_right(self._tops, y) - 1
        return max(0, bisect_right(self._at, part) - 1)

    def part_at(self, point: QPoint) -> tuple[Part, QPoint] | None:
        """Return the part under ``point`` and its corner."""
        number = bisect_right(self._tops, point.y()) - 1
        if number < 0:
            return None
        part, top = self._parts[number], self._tops[number]
        return (part, QPoint(part.indent, top)) if point.y() < top + part.height else None

    def stops(self) -> Iterator[tuple[Zone, QPoint]]:
        """Yield everything that the keyboard reaches: what can be clicked, and links."""
        for number, (part, top) in enumerate(zip(self._parts, self._tops, strict=True)):
            corner = QPoint(part.indent, top)
            for zone in part.links() if isinstance(part, TextPart) else ():
                at = f"{number},{zone.rect.left()},{zone.rect.top()}"
                yield Zone(zone.rect, f"{LINK}:{at} {zone.action}", zone.label), corner
            for zone in part.zones():
                yield zone, corner
