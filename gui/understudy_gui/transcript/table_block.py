"""Tables: an own grid, so that a row costs a row, however many there are."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPen

from understudy_gui.overriding import override
from understudy_gui.theme import line_height, scaled
from understudy_gui.transcript.lines import Lines
from understudy_gui.transcript.parts import Zone
from understudy_gui.transcript.sideways import BAR_ROOM, WideBlock
from understudy_gui.transcript.text_block import link_in, word_around
from understudy_gui.transcript.values import LINE_BREAK, Inline, Table, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style
    from understudy_gui.transcript.values import Align, Block

ROWS_MEASURED: Final = 30
"""Rows that decide the columns' widths; later ones wrap into what there is."""

_PAD: Final = 12
_HEAD_PAD: Final = 6
_ROW_PAD: Final = 4
_RADIUS: Final = 8
_NARROWEST: Final = 48
_LONGEST_WORD: Final = 200
_EASY_WIDTH: Final = 160
"""What a column of a table that has to be scrolled may take without more lines in its cells."""

_STEP: Final = 16
_CELLS_KEPT: Final = 600
_BORDER: Final = 1
_EMPTY: Final = Inline()
_BREAKS: Final = re.compile(r"[\s\u3000-\u30ff\u3400-\u9fff-]")


class TableBlock(WideBlock):
    """A table. Row 0 is the head; a cell's text is laid out when it is painted."""

    def __init__(self, block: Table) -> None:
        super().__init__(block)
        self._block = block
        self._style: Style | None = None
        self._natural: list[int] = []
        self._columns: list[int] = []
        self._tops: list[int] = []
        self._starts: list[int] = []
        self._cells: dict[tuple[int, int], Lines] = {}
        self._changed_from = 0
        self._least: list[int] = []

    @override
    def update(self, block: Block) -> bool:
        if not isinstance(block, Table):
            raise TypeError("A table can only become another table.")
        if block.rows is not self._block.rows or block.head != self._block.head:
            self._forget(0)
            self._natural, self._least = [], []
        else:
            self._forget(max(0, len(self._tops) - 2))
        self._block = block
        self._take(block)
        return True

    @property
    @override
    def changed_from(self) -> int:
        return self._changed_from

    @override
    def lay(self, style: Style, width: int) -> None:
        if style is not self._style or width != self.width:
            self._style, self._natural, self.width = style, [], width
            self._least = []
            self._forget(0)
        if self._measure(style):
            self._forget(0)
            self._columns = self._share(width - 2 * _BORDER)
        self._changed_from = self._tops[-1] if self._tops else 0
        self._place_rows()
        if self._overflow():
            self.height += scaled(BAR_ROOM)
        self._clamp_scroll()

    def _forget(self, row: int) -> None:
        """Lay out again from ``row`` on."""
        del self._tops[row:]
        del self._starts[row:]
        for cell in [cell for cell in self._cells if cell[0] >= row]:
            del self._cells[cell]

    def _measure(self, style: Style) -> bool:
        """Find the natural widths; True if a column is wider than it was."""
        before = list(self._natural)
        columns = len(self._block.head)
        self._natural += [0] * (columns - len(self._natural))
        self._least += [scaled(_NARROWEST)] * (columns - len(self._least))
        first = len(self._tops)
        for row in range(first, min(len(self._block.rows) + 1, ROWS_MEASURED)):
            metrics = QFontMetricsF(style.cell_head if row == 0 else style.cell)
            for column, cell in enumerate(self._row(row)[:columns]):
                width = _advance(metrics, cell) + 2 * scaled(_PAD)
                wide = -(-int(width + 1) // _STEP) * _STEP
                self._natural[column] = max(self._natural[column], wide)
                least = min(scaled(_LONGEST_WORD), _longest_word(metrics, cell)) + 2 * scaled(_PAD)
                self._least[column] = min(max(self._least[column], least), self._natural[column])
        return self._natural != before

    def _share(self, width: int) -> list[int]:
        """Give the columns the whole width, to each what it needs, if it is not more than fair.

        No column is narrower than its longest word; where that is too much, the table is scrolled.
        """
        total = sum(self._natural)
        if total <= width:
            shared = [natural * width // total for natural in self._natural]
        else:
            fair = width // len(self._natural)
            pairs = zip(self._natural, self._least, strict=True)
            shared = [natural if natural <= fair else least for natural, least in pairs]
            if sum(shared) > width:
                ease = scaled(_EASY_WIDTH)
                return [max(least, min(n, ease)) for n, least in
                        zip(self._natural, self._least, strict=True)]  # fmt: skip
            spare = width - sum(shared)
            wanted = [n - s for n, s in zip(self._natural, shared, strict=True)]
            part = max(1, sum(wanted))
            shared = [s + spare * w // part for s, w in zip(shared, wanted, strict=True)]
        shared[-1] += max(0, width - sum(shared))
        return shared

    def _place_rows(self) -> None:
        rows = len(self._block.rows) + 1
        for row in range(len(self._tops), rows):
            top = self._tops[row - 1] + self._row_height(row - 1) if row else _BORDER
            start = self._starts[row - 1] + self._row_length(row - 1) + 1 if row else 0
            self._tops.append(top)
            self._starts.append(start)
        self.height = self._tops[-1] + self._row_height(rows - 1)

    def _row(self, row: int) -> tuple[Inline, ...]:
        return self._block.rows[row - 1] if row else self._block.head

    def _row_length(self, row: int) -> int:
        cells = self._row(row)
        return sum(cell.units for cell in cells) + max(0, len(cells) - 1)

    def _row_height(self, row: int) -> int:
        """Return the height with the line below; most rows have one line and need no layout."""
        head = row == 0
        line = line_height("caption" if head else "ui")
        lines = 1
        for column, cell in enumerate(self._row(row)[: len(self._columns)]):
            if self._needs_lines(cell, column, head):
                lines = max(lines, self._cell(row, column).count)
        return lines * line + 2 * scaled(_HEAD_PAD if head else _ROW_PAD) + 1

    def _needs_lines(self, cell: Inline, column: int, head: bool) -> bool:
        room = self._columns[column] - 2 * scaled(_PAD)
        if LINE_BREAK in cell.text:
            return True
        style = self._style
        assert style is not None
        metrics = QFontMetricsF(style.cell_head if head else style.cell)
        return _advance(metrics, cell) > room

    def _cell(self, row: int, column: int) -> Lines:
        lines = self._cells.get((row, column))
        if lines is None:
            style = self._style
            assert style is not None
            head = row == 0
            face = style.cell_head if head else style.cell
            lines = Lines(style, face, line_height("caption" if head else "ui"))
            cells = self._row(row)
            cell = cells[column] if column < len(cells) else _EMPTY
            lines.lay(cell, self._columns[column] - 2 * scaled(_PAD))
            if len(self._cells) > _CELLS_KEPT:
                self._cells.clear()
            self._cells[row, column] = lines
        return lines

    @override
    def _bar_track(self) -> tuple[int, int]:
        return scaled(_PAD), self.width - 2 * scaled(_PAD)

    @override
    def _overflow(self) -> int:
        return max(0, sum(self._columns) + 2 * _BORDER - self.width)

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        self.paint_place(canvas, x, y, line_height("caption") + 2 * scaled(_HEAD_PAD))
        painter, theme = canvas.painter, canvas.style.theme
        frame = QRectF(x + 0.5, y + 0.5, self.width - 1, self.height - 1)
        radius = scaled(_RADIUS)
        inside = QPainterPath()
        inside.addRoundedRect(frame, radius, radius)
        painter.save()
        painter.setClipPath(inside, Qt.ClipOperation.IntersectClip)
        if len(self._tops) > 1:
            painter.fillRect(QRectF(x, y, self.width, self._tops[1]), theme.inset)
        else:
            painter.fillRect(QRectF(x, y, self.width, self.height), theme.inset)
        self._paint_rows(canvas, x + _BORDER - self._scroll, y)
        painter.restore()
        painter.setPen(QPen(theme.border, 1))
        painter.drawRoundedRect(frame, radius, radius)
        self._paint_bar(canvas, x, y)

    def _paint_rows(self, canvas: Canvas, x: int, y: int) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        for row in range(self._row_at(canvas.clip.top() - y), len(self._tops)):
            top = y + self._tops[row]
            if top > canvas.clip.bottom():
                break
            if row:
                painter.fillRect(QRect(x, top - 1, max(self.width, sum(self._columns)), 1),
                                 theme.border)  # fmt: skip
            painter.setPen(theme.text if row else theme.text2)
            pad = scaled(_ROW_PAD if row else _HEAD_PAD)
            left = x
            for column, width in enumerate(self._columns):
                chosen = self._selected(row, column, canvas.selection)
                cell = self._cell(row, column)
                cell.draw(canvas, left + scaled(_PAD), top + pad, chosen, self._align(column))
                left += width

    def _align(self, column: int) -> Align:
        return self._block.aligns[column]

    def _selected(self, row: int, column: int, selection: Selection | None) -> Selection | None:
        if selection is None:
            return None
        start = self._cell_start(row, column)
        length = self._cell(row, column).inline.units
        chosen = max(0, selection[0] - start), min(length, selection[1] - start)
        return chosen if chosen[1] > chosen[0] else None

    def _cell_start(self, row: int, column: int) -> int:
        cells = self._row(row)[:column]
        return self._starts[row] + sum(cell.units for cell in cells) + len(cells)

    def _row_at(self, y: int) -> int:
        return max(0, bisect_right(self._tops, y) - 1)

    def _column_at(self, x: int) -> tuple[int, int]:
        """Return the column at ``x`` and its left edge."""
        left = _BORDER - self._scroll
        for column, width in enumerate(self._columns[:-1]):
            if x < left + width:
                return column, left
            left += width
        return len(self._columns) - 1, left

    @property
    @override
    def length(self) -> int:
        return self._starts[-1] + self._row_length(len(self._tops) - 1) if self._starts else 0

    @override
    def plain(self, start: int, stop: int) -> str:
        """Return rows as lines, cells parted by tabs, without cells that stand above a seam."""
        first = self._row_of(start)
        rows: list[str] = []
        for row in range(first, self._row_of(max(start, stop - 1)) + 1):
            text = "\t".join(cell.text for cell in self._row(row)).replace(LINE_BREAK, " ")
            begin = self._starts[row]
            piece = cut(text, max(0, start - begin), max(0, stop - begin))
            if self.glue is not None and row == 0:
                continue
            rows.append(piece[self._block.lead :] if row == 1 and start <= begin else piece)
        return "\n".join(rows)

    def _row_of(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)

    @override
    def offset_at(self, point: QPoint) -> int:
        row = self._row_at(point.y())
        column, left = self._column_at(point.x())
        cell = self._cell(row, column)
        x, y = point.x() - left - scaled(_PAD), point.y() - self._tops[row] - scaled(_ROW_PAD)
        last = len(self._row(row)) - 1
        if column > last:
            return self._starts[row] + self._row_length(row)
        return self._cell_start(row, column) + cell.offset_at(x, y, self._align(column))

    @override
    def top_of(self, offset: int) -> int:
        return self._tops[self._row_of(offset)]

    @override
    def caret(self) -> QRect:
        """Stand behind the last cell that has text."""
        row = len(self._tops) - 1
        cells = self._row(row)
        filled = [column for column, cell in enumerate(cells) if cell.text]
        column = min(filled[-1], len(self._columns) - 1) if filled else 0
        spot = self._cell(row, column).caret()
        left = _BORDER + sum(self._columns[:column]) + scaled(_PAD) - self._scroll
        if self._align(column) == "right":
            left += self._columns[column] - 2 * scaled(_PAD) - spot.right()
        return spot.translated(left, self._tops[row] + scaled(_ROW_PAD))

    @override
    def word_at(self, offset: int) -> Selection:
        row = self._row_of(offset)
        for column, cell in enumerate(self._row(row)):
            start = self._cell_start(row, column)
            if start <= offset <= start + cell.units:
                word = word_around(cell.text, offset - start)
                return word[0] + start, word[1] + start
        return offset, offset

    @override
    def line_at(self, offset: int) -> Selection:
        row = self._row_of(offset)
        return self._starts[row], self._starts[row] + self._row_length(row)

    @override
    def link_at(self, point: QPoint) -> str:
        if not (0 <= point.y() < self.height and 0 <= point.x() < self.width):
            return ""
        row = self._row_at(point.y())
        column, left = self._column_at(point.x())
        cell = self._cell(row, column)
        x, y = point.x() - left - scaled(_PAD), point.y() - self._tops[row] - scaled(_ROW_PAD)
        return link_in(cell.inline, cell.character_at(x, y, self._align(column)))

    @override
    def links(self) -> Sequence[Zone]:
        cells = [(row, column) for row in range(len(self._tops))
                 for column, cell in enumerate(self._row(row)[: len(self._columns)])
                 if any(span.href for span in cell.spans)]  # fmt: skip
        return [
            Zone(rect.translated(self._cell_corner(row, column)), address, address)
            for row, column in cells
            for rect, address in self._cell(row, column).links()
        ]

    def _cell_corner(self, row: int, column: int) -> QPoint:
        left = _BORDER + sum(self._columns[:column]) + scaled(_PAD) - self._scroll
        return QPoint(left, self._tops[row] + scaled(_ROW_PAD))


def _longest_word(metrics: QFontMetricsF, cell: Inline) -> int:
    """Return how wide the longest part of a cell is that lines are not broken in."""
    words = _BREAKS.split(cell.text)
    width = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    return int(width * 1.12 + 2 if cell.spans else width) + 1


def _advance(metrics: QFontMetricsF, cell: Inline) -> float:
    """Measure a cell; spans may be bolder or fixed and get a little more."""
    width = metrics.horizontalAdvance(cell.text)
    return width * 1.12 + 2 if cell.spans else width
