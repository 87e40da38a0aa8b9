"""Lines of code as they are painted: laid out only when seen, a long one in pieces."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QTextLayout, QTextOption

from understudy_gui.transcript.lines import format_range
from understudy_gui.transcript.values import cut, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.transcript.highlight import Stretch
    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style

PIECE: Final = 1000
"""Units of a line in one layout: a line of 100,000 characters may grow without being laid out."""

_TAB: Final = 4
_UNBROKEN: Final = 1 << 22


class CodeLine:
    """One line of code, broken to ``width`` pixels or, with None, not at all."""

    def __init__(self, style: Style, width: int | None) -> None:
        self._style = style
        self._width = width
        self._text: str = ""
        self._colours: Sequence[Stretch] = ()
        self._pieces: list[tuple[int, float, QTextLayout]] = []
        self.rows = 1

    def lay(self, text: str, colours: Sequence[Stretch]) -> None:
        """Lay the line out, as far as it is new."""
        if text == self._text and colours == self._colours and self._pieces:
            return
        grows = text.startswith(self._text) and not colours and not self._colours
        keep = len(self._pieces) - 1 if grows and self._width is None else 0
        del self._pieces[max(0, keep) :]
        self._text, self._colours = text, colours
        if self._width is not None:
            self._add(text, 0, 0.0)
            self.rows = max(1, self._pieces[0][2].lineCount())
            return
        self._add_pieces(units(text))

    def _add_pieces(self, length: int) -> None:
        start, x = 0, 0.0
        if self._pieces:
            start, x, layout = self._pieces[-1]
            start, x = start + PIECE, x + layout.lineAt(0).naturalTextWidth()
        while start < length or not self._pieces:
            layout = self._add(cut(self._text, start, start + PIECE), start, x)
            start += PIECE
            x += layout.lineAt(0).naturalTextWidth() if layout.lineCount() else 0.0

    def _add(self, text: str, start: int, x: float) -> QTextLayout:
        layout = QTextLayout(text, self._style.code)
        option = QTextOption()
        wraps = self._width is not None
        option.setWrapMode(
            QTextOption.WrapMode.WrapAnywhere if wraps else QTextOption.WrapMode.NoWrap
        )
        option.setTabStopDistance(_TAB * self._style.digit)
        layout.setTextOption(option)
        layout.setFormats(self._formats(text, start))
        layout.setCacheEnabled(True)
        layout.beginLayout()
        metrics = QFontMetricsF(self._style.code)
        height = self._style.code_line
        baseline = round((height - metrics.height()) / 2 + metrics.ascent())
        row = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._width if self._width is not None else _UNBROKEN)
            line.setPosition(QPointF(0, round(row * height + baseline - line.ascent())))
            row += 1
        layout.endLayout()
        self._pieces.append((start, x, layout))
        return layout

    def _formats(self, text: str, start: int) -> list[QTextLayout.FormatRange]:
        """Return the colours; they are given in characters, which are units but for emoji."""
        if start or not self._colours:
            return []
        plain = units(text) == len(text)
        formats: list[QTextLayout.FormatRange] = []
        for first, length, colour in self._colours:
            piece = QTextLayout.FormatRange()
            piece.start = first if plain else units(self._text[:first])
            piece.length = length if plain else units(self._text[first : first + length])
            piece.format = self._style.code_format(colour)
            formats.append(piece)
        return formats

    @property
    def natural_width(self) -> float:
        """The width of the line where it is not broken."""
        _, x, layout = self._pieces[-1]
        return x + (layout.lineAt(0).naturalTextWidth() if layout.lineCount() else 0.0)

    def draw(self, canvas: Canvas, x: float, y: int, selection: Selection | None) -> None:
        """Draw the pieces that the canvas' clip shows."""
        left = self._piece_at_x(canvas.clip.left() - x) if self._width is None else 0
        for start, offset, layout in self._pieces[left:]:
            if self._width is None and x + offset > canvas.clip.right():
                break
            chosen: list[QTextLayout.FormatRange] = []
            if selection is not None and selection[1] > start:
                first = max(0, selection[0] - start)
                chosen = [format_range(first, selection[1] - start - first, self._style)]
            layout.draw(canvas.painter, QPointF(x + offset, y), chosen, QRectF(canvas.clip))

    def offset_at(self, x: float, row: int) -> int:
        """Return the offset nearest to ``x`` in a row of the line."""
        at = self._piece_at_x(x) if self._width is None else 0
        start, left, layout = self._pieces[at]
        if not layout.lineCount():
            return 0
        line = layout.lineAt(min(row, layout.lineCount() - 1))
        return start + line.xToCursor(x - left)

    def row_of(self, offset: int) -> int:
        """Return the row in which an offset stands."""
        line = self._pieces[0][2].lineForTextPosition(offset)
        return max(0, line.lineNumber()) if self._width is not None and line.isValid() else 0

    def end_of_last_row(self) -> float:
        """Return where the last row ends."""
        layout = self._pieces[-1][2]
        if self._width is None or not layout.lineCount():
            return self.natural_width
        return layout.lineAt(layout.lineCount() - 1).naturalTextWidth()

    def _piece_at_x(self, x: float) -> int:
        return max(0, bisect_right(self._pieces, x, key=lambda piece: piece[1]) - 1)


def columns(text: str) -> int:
    """Estimate the width of a line of code in characters: wide letters count double."""
    if text.isascii():
        return len(text) + text.count("\t") * (_TAB - 1)
    return sum(2 if letter > "\u10ff" else 1 for letter in text) + text.count("\t") * (_TAB - 1)
