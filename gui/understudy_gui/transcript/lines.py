"""Running text broken into lines of one height, cheap to lengthen.

Qt lays out a text as a whole. A long paragraph is therefore cut into several layouts, each ending
where a line ends, so that a delta lays out the last few lines and nothing else. Breaking is greedy,
so the lines are the same as those of one layout.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QTextLayout, QTextOption

from understudy_gui.transcript.values import Inline, cut, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QFont, QTextLine

    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style
    from understudy_gui.transcript.values import Align, Span

CHUNK: Final = 600
"""Units of text in one layout, at least; the rest of the line is added."""

_MARGIN: Final = 200
_CODE_OUTSET: Final = 3
_CODE_RADIUS: Final = 4
_FAR: Final = 1 << 31


@dataclass(slots=True)
class _Chunk:
    """Whole lines of a paragraph.

    They hold the units ``start`` to ``stop``; text up to ``seen`` was looked at to break them.
    ``last`` says that the text ended there.
    """

    start: int
    stop: int
    seen: int
    last: bool
    first_line: int
    layout: QTextLayout
    natural_width: float


class Lines:
    """An ``Inline`` broken into lines."""

    def __init__(self, style: Style, font: QFont, line_height: int, *, wrap: bool = True) -> None:
        self.style = style
        self.line_height = line_height
        self.count = 0
        self.natural_width = 0.0
        self._font = font
        self._option = _option(wrap)
        metrics = QFontMetricsF(font)
        above = (line_height - metrics.height()) / 2
        self._baseline = round(above + metrics.ascent())
        self._inline = Inline()
        self._width = 0
        self._chunks: list[_Chunk] = []

    @property
    def inline(self) -> Inline:
        """The text that is laid out."""
        return self._inline

    @property
    def height(self) -> int:
        """The height of all lines; an empty text has one."""
        return max(1, self.count) * self.line_height

    def lay(self, inline: Inline, width: int) -> int:
        """Lay ``inline`` out and return the top of the first line that may have changed."""
        if width == self._width and inline == self._inline and self._chunks:
            return self.height
        keep = self._same_start(inline) if width == self._width else 0
        while self._chunks and (self._chunks[-1].last or self._chunks[-1].seen > keep):
            self._chunks.pop()
        self._inline = inline
        self._width = width
        at = self._chunks[-1].stop if self._chunks else 0
        first = line = self._last_line()
        while at < inline.units:
            at = self._add_chunk(at, line)
            line = self._last_line()
        self.count = line
        self.natural_width = max((chunk.natural_width for chunk in self._chunks), default=0.0)
        return first * self.line_height

    def draw(
        self, canvas: Canvas, x: int, y: int, selection: Selection | None, align: Align = "left"
    ) -> None:
        """Draw the lines that the canvas' clip shows, with the pen that is set."""
        x += round(self._indent(align))
        first = self._chunk_at_line((canvas.clip.top() - y) // self.line_height)
        for chunk in self._chunks[first:]:
            top = y + chunk.first_line * self.line_height
            if top > canvas.clip.bottom():
                break
            self._draw_code_grounds(canvas, chunk, x, top)
            chosen = self._selected(chunk, selection)
            chunk.layout.draw(canvas.painter, QPointF(x, top), chosen, QRectF(canvas.clip))

    def offset_at(self, x: float, y: float, align: Align = "left") -> int:
        """Return the offset of the gap between characters that is nearest to (x, y)."""
        found = self._line_near(int(y // self.line_height))
        if found is None:
            return 0
        chunk, line = found
        return chunk.start + line.xToCursor(x - self._indent(align))

    def character_at(self, x: float, y: float, align: Align = "left") -> int:
        """Return the offset of the character under (x, y), -1 where there is none."""
        found = self._line_near(int(y // self.line_height))
        if found is None:
            return -1
        chunk, line = found
        x -= self._indent(align)
        if not 0 <= x <= line.naturalTextWidth():
            return -1
        return chunk.start + line.xToCursor(x, type(line).CursorPosition.CursorOnCharacter)

    def line_of(self, offset: int) -> int:
        """Return the number of the line in which ``offset`` stands."""
        chunk = self._chunk_of(offset)
        if chunk is None:
            return 0
        line = chunk.layout.lineForTextPosition(max(0, offset - chunk.start))
        return chunk.first_line + max(0, line.lineNumber() if line.isValid() else 0)

    def links(self) -> Iterator[tuple[QRect, str]]:
        """Yield every link: where its first line stands, and its address."""
        stop, address = -1, ""
        for span in self._inline.spans:
            goes_on = span.start == stop and span.href == address
            stop, address = span.start + span.length, span.href
            chunk = self._chunk_of(span.start) if span.href and not goes_on else None
            rect = next(self._rects(chunk, span), None) if chunk is not None else None
            if chunk is not None and rect is not None:
                yield rect.translated(0, chunk.first_line * self.line_height).toRect(), span.href

    def caret(self) -> QRect:
        """Return where a caret stands behind the last character."""
        height = round(self.line_height * 0.75)
        top = (max(1, self.count) - 1) * self.line_height + (self.line_height - height) // 2
        right = 0.0
        if self._chunks:
            layout = self._chunks[-1].layout
            right = layout.lineAt(layout.lineCount() - 1).naturalTextWidth()
        return QRect(round(right) + 1, top, 2, height)

    def _indent(self, align: Align) -> float:
        if align == "left":
            return 0.0
        spare = max(0.0, self._width - self.natural_width)
        return spare if align == "right" else spare / 2

    def _last_line(self) -> int:
        if not self._chunks:
            return 0
        last = self._chunks[-1]
        return last.first_line + last.layout.lineCount()

    def _same_start(self, inline: Inline) -> int:
        """Return up to which unit the new text is the old one, formats included."""
        old = self._inline
        same = old.units
        if not inline.text.startswith(old.text):
            same = _common(old.text, inline.text)
        return min(same, _first_difference(old.spans, inline.spans))

    def _add_chunk(self, start: int, first_line: int) -> int:
        """Lay out the lines from ``start`` on until there are enough; return where they end."""
        seen = min(self._inline.units, start + CHUNK + _MARGIN)
        text = cut(self._inline.text, start, seen)
        layout = QTextLayout(text, self._font)
        layout.setTextOption(self._option)
        layout.setFormats(list(self._formats(start, seen)))
        layout.setCacheEnabled(True)
        whole = seen == self._inline.units
        stop = self._break(layout, seen - start, whole)
        natural = _natural_width(layout)
        self._chunks.append(_Chunk(start, start + stop, seen, whole, first_line, layout, natural))
        return start + stop

    def _break(self, layout: QTextLayout, length: int, whole: bool) -> int:
        """Create lines; where the text goes on behind ``length``, not those near its end."""
        stop = count = 0
        layout.beginLayout()
        while stop < length and (whole or stop < CHUNK or stop == 0):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(self._width)
            top = count * self.line_height + self._baseline - line.ascent()
            line.setPosition(QPointF(0, round(top)))
            stop = line.textStart() + line.textLength()
            count += 1
        layout.endLayout()
        return stop if stop > 0 else length

    def _formats(self, start: int, stop: int) -> Iterator[QTextLayout.FormatRange]:
        for span in _spans_between(self._inline.spans, start, stop):
            piece = QTextLayout.FormatRange()
            first = max(start, span.start)
            piece.start = first - start
            piece.length = min(stop, span.start + span.length) - first
            piece.format = self.style.span_format(span)
            yield piece

    def _selected(
        self, chunk: _Chunk, selection: Selection | None
    ) -> list[QTextLayout.FormatRange]:
        if selection is None:
            return []
        start, stop = max(selection[0], chunk.start), min(selection[1], chunk.stop)
        if stop <= start:
            return []
        return [format_range(start - chunk.start, stop - start, self.style)]

    def _draw_code_grounds(self, canvas: Canvas, chunk: _Chunk, x: int, top: int) -> None:
        codes = [
            span
            for span in _spans_between(self._inline.spans, chunk.start, chunk.stop)
            if span.code
        ]
        if not codes:
            return
        painter = canvas.painter
        pen = painter.pen()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(canvas.style.theme.inset)
        for span in codes:
            for rect in self._rects(chunk, span):
                painter.drawRoundedRect(rect.translated(x, top), _CODE_RADIUS, _CODE_RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)

    def _rects(self, chunk: _Chunk, span: Span) -> Iterator[QRectF]:
        start = max(0, span.start - chunk.start)
        stop = min(chunk.stop, span.start + span.length) - chunk.start
        for number in range(chunk.layout.lineCount()):
            line = chunk.layout.lineAt(number)
            first = max(start, line.textStart())
            last = min(stop, line.textStart() + line.textLength())
            if first < last:
                left, right = x_of(line, first), x_of(line, last)
                top = number * self.line_height + self._baseline - self._font.pixelSize()
                height = self._font.pixelSize() + 2 * _CODE_OUTSET
                width = right - left + 2 * _CODE_OUTSET
                yield QRectF(left - _CODE_OUTSET, top, width, height)

    def _chunk_of(self, offset: int) -> _Chunk | None:
        if not self._chunks:
            return None
        at = bisect_right(self._chunks, offset, key=lambda chunk: chunk.start) - 1
        return self._chunks[max(0, at)]

    def _chunk_at_line(self, number: int) -> int:
        at = bisect_right(self._chunks, number, key=lambda chunk: chunk.first_line) - 1
        return max(0, at)

    def _line_near(self, number: int) -> tuple[_Chunk, QTextLine] | None:
        if not self._chunks:
            return None
        number = min(max(0, number), self.count - 1)
        chunk = self._chunks[self._chunk_at_line(number)]
        return chunk, chunk.layout.lineAt(number - chunk.first_line)


def format_range(start: int, length: int, style: Style) -> QTextLayout.FormatRange:
    """Return a stretch of text set as selected."""
    piece = QTextLayout.FormatRange()
    piece.start = start
    piece.length = length
    piece.format = style.selection_format
    return piece


def x_of(line: QTextLine, offset: int) -> float:
    """Return the x of a gap between characters."""
    found: Any = line.cursorToX(offset)
    return float(found[0])


def _option(wrap: bool) -> QTextOption:
    option = QTextOption()
    mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    option.setWrapMode(mode if wrap else QTextOption.WrapMode.NoWrap)
    return option


def _natural_width(layout: QTextLayout) -> float:
    return max(
        (layout.lineAt(number).naturalTextWidth() for number in range(layout.lineCount())),
        default=0.0,
    )


def _spans_between(spans: tuple[Span, ...], start: int, stop: int) -> Iterator[Span]:
    at = bisect_right(spans, start, key=lambda span: span.start + span.length)
    while at < len(spans) and spans[at].start < stop:
        yield spans[at]
        at += 1


def _common(one: str, other: str) -> int:
    """Return how many units the starts of two texts have in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if other.startswith(one[:middle]):
            low = middle
        else:
            high = middle - 1
    return units(one[:low])


def _first_difference(old: tuple[Span, ...], new: tuple[Span, ...]) -> int:
    """Return the unit at which the first span begins that is not in both."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    return min((spans[low].start for spans in (old, new) if low < len(spans)), default=_FAR)
