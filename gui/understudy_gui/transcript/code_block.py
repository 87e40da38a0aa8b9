"""Fenced code: a head with the language, wrap and copy, and lines that are laid out when seen."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPen

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.buttons import Button, paint_button
from understudy_gui.transcript.code_lines import CodeLine, columns
from understudy_gui.transcript.highlight import Highlighter
from understudy_gui.transcript.parts import Zone
from understudy_gui.transcript.sideways import WideBlock
from understudy_gui.transcript.text_block import word_around
from understudy_gui.transcript.values import Code, cut, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.transcript.highlight import Stretch
    from understudy_gui.transcript.parts import Canvas, Selection
    from understudy_gui.transcript.style import Style
    from understudy_gui.transcript.values import Block

COPY_CODE: Final = "copy_code"
WRAP_CODE: Final = "wrap_code"

_HEAD: Final = 33
_PAD_TOP: Final = 8
_PAD_SIDE: Final = 13
_PAD_BOTTOM: Final = 11
_RADIUS: Final = 8
_LINES_KEPT: Final = 400
_NAMES: Final = {
    "bash": "Bash", "c": "C", "c++": "C++", "cpp": "C++", "cs": "C#", "csharp": "C#", "css": "CSS",
    "diff": "Diff", "go": "Go", "html": "HTML", "ini": "INI", "java": "Java", "js": "JavaScript",
    "javascript": "JavaScript", "json": "JSON", "jsx": "JSX", "kt": "Kotlin", "md": "Markdown",
    "php": "PHP", "ps1": "PowerShell", "py": "Python", "rb": "Ruby", "rs": "Rust", "sh": "Shell",
    "sql": "SQL", "toml": "TOML", "ts": "TypeScript", "tsx": "TSX", "typescript": "TypeScript",
    "xml": "XML", "yaml": "YAML", "yml": "YAML",
}  # fmt: skip


class CodeBlock(WideBlock):
    """A fence. The height of a line never changes, so that most lines need no layout."""

    def __init__(self, block: Code) -> None:
        super().__init__(block)
        self._block = block
        self._style: Style | None = None
        self._highlighter = Highlighter(block.language)
        self._laid: dict[int, CodeLine] = {}
        self._starts: list[int] = []
        self._tops: list[int] = []
        self._widest = 0
        self._wraps = False
        self._changed_from = 0
        self._head_changed = False
        self.behind = False
        self.copied = False

    @override
    def update(self, block: Block) -> bool:
        if not isinstance(block, Code):
            raise TypeError("Code can only become other code.")
        if block.lines is not self._block.lines or block.language != self._block.language:
            self._start_again(block)
        else:
            self._forget(max(0, len(self._starts) - 1))
        self._head_changed = block.language != self._block.language
        self._block = block
        self._take(block)
        return True

    def _start_again(self, block: Code) -> None:
        old, same = self._block.lines, 0
        while same < min(len(old), len(block.lines)) and old[same] == block.lines[same]:
            same += 1
        self._forget(max(0, same - 1))
        if block.language != self._block.language or same < self._highlighter.read:
            self._highlighter = Highlighter(block.language)
            self._laid.clear()

    def _forget(self, line: int) -> None:
        del self._starts[line:]
        del self._tops[line:]

    @property
    @override
    def changed_from(self) -> int:
        return self._changed_from

    @override
    def lay(self, style: Style, width: int) -> None:
        if style is not self._style or (width != self.width and self._wraps):
            self._laid.clear()
            self._forget(0)
        if style is not self._style:
            self._widest = 0
        self._style, self.width = style, width
        first = len(self._starts)
        self._changed_from = self._line_top(first) if first and not self._head_changed else 0
        self._head_changed = False
        for number in range(first, len(self._block.lines)):
            self._place(number)
        rows = self._tops[-1] + self._rows(len(self._tops) - 1) if self._tops else 1
        self.height = scaled(_HEAD + _PAD_TOP + _PAD_BOTTOM) + rows * style.code_line
        self._clamp_scroll()

    def _place(self, number: int) -> None:
        lines = self._block.lines
        start = top = 0
        if number:
            start = self._starts[number - 1] + units(lines[number - 1]) + 1
            top = self._tops[number - 1] + self._rows(number - 1)
        self._starts.append(start)
        self._tops.append(top)
        self._widest = max(self._widest, columns(lines[number]))

    def _rows(self, number: int) -> int:
        """Return how many rows a line takes; only broken ones that are not ASCII need a layout."""
        if not self._wraps or self._style is None:
            return 1
        line = self._block.lines[number]
        if line.isascii() and "\t" not in line:
            fit = max(1, int(self._room() / self._style.digit))
            return max(1, -(-len(line) // fit))
        return self._line(number).rows

    def _room(self) -> int:
        return max(20, self.width - 2 * scaled(_PAD_SIDE))

    @override
    def _bar_track(self) -> tuple[int, int]:
        return scaled(_PAD_SIDE), self._room()

    @override
    def _overflow(self) -> int:
        if self._wraps or self._style is None:
            return 0
        return max(0, round(self._widest * self._style.digit) - self._room())

    def _line(self, number: int) -> CodeLine:
        assert self._style is not None
        line = self._laid.get(number)
        if line is None:
            line = self._laid[number] = CodeLine(self._style, self._room() if self._wraps else None)
        line.lay(self._block.lines[number], self._colours(number))
        return line

    def _colours(self, number: int) -> Sequence[Stretch]:
        if number == len(self._block.lines) - 1 and number >= self._highlighter.read:
            return self._highlighter.unfinished(self._block.lines[number])
        return self._highlighter.line(number)

    def _line_top(self, number: int) -> int:
        assert self._style is not None
        row = self._tops[number] if number < len(self._tops) else 0
        if self._tops and number >= len(self._tops):
            row = self._tops[-1] + 1
        return scaled(_HEAD + _PAD_TOP) + row * self._style.code_line

    def _line_at(self, y: int) -> tuple[int, int]:
        """Return the line at ``y`` and the row in it."""
        assert self._style is not None
        row = max(0, (y - scaled(_HEAD + _PAD_TOP)) // self._style.code_line)
        number = max(0, bisect_right(self._tops, row) - 1)
        return number, row - (self._tops[number] if self._tops else 0)

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        self._style = canvas.style
        self.paint_place(canvas, x, y, scaled(_HEAD))
        painter, theme = canvas.painter, canvas.style.theme
        frame = QRectF(x + 0.5, y + 0.5, self.width - 1, self.height - 1)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.inset)
        painter.drawRoundedRect(frame, scaled(_RADIUS), scaled(_RADIUS))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_head(canvas, x, y)
        self._paint_lines(canvas, x, y)
        self._paint_bar(canvas, x, y)

    def _paint_head(self, canvas: Canvas, x: int, y: int) -> None:
        if y + scaled(_HEAD) < canvas.clip.top():
            return
        painter, theme = canvas.painter, canvas.style.theme
        painter.fillRect(QRect(x + 1, y + scaled(_HEAD) - 1, self.width - 2, 1), theme.border)
        painter.setPen(theme.text2)
        painter.setFont(canvas.style.caption_medium)
        room = QRect(x + scaled(_PAD_SIDE), y, self.width - scaled(140), scaled(_HEAD))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.label())
        for button in self._buttons():
            paint_button(canvas, button, x, y)

    def label(self) -> str:
        """Return the name of the language."""
        language = self._block.language
        return _NAMES.get(language, language.capitalize()) if language else tr("Code")

    def _buttons(self) -> list[Button]:
        assert self._style is not None
        words = ("check", tr("Copied")) if self.copied else ("copy", tr("Copy"))
        copy = Button.with_text(COPY_CODE, *words, self._style)
        height = scaled(_HEAD)
        copy.move_to(self.width - scaled(4) - copy.rect.width(), height)
        wrap = Button.with_icon(WRAP_CODE, "wrap-text", tr("Wrap long lines"), 14)
        wrap.on = self._wraps
        wrap.move_to(copy.rect.left() - wrap.rect.width(), height)
        return [wrap, copy]

    @override
    def zones(self) -> Sequence[Zone]:
        return [button.zone() for button in self._buttons()] if self._style else ()

    def _paint_lines(self, canvas: Canvas, x: int, y: int) -> None:
        lines = self._block.lines
        if not lines:
            return
        first, _ = self._line_at(canvas.clip.top() - y)
        last, _ = self._line_at(canvas.clip.bottom() - y)
        stop = min(len(lines), last + 1)
        self.behind = not self._highlighter.advance(lines, min(stop, len(lines) - 1))
        painter = canvas.painter
        painter.save()
        inside = QRect(x + 1, y + scaled(_HEAD), self.width - 2, self.height - scaled(_HEAD) - 1)
        painter.setClipRect(inside, Qt.ClipOperation.IntersectClip)
        painter.setPen(canvas.style.theme.code_text)
        left = x + scaled(_PAD_SIDE) - self._scroll
        for number in range(first, stop):
            line = self._line(number)
            chosen = self._selected(number, canvas.selection)
            line.draw(canvas, left, y + self._line_top(number), chosen)
        painter.restore()
        self._keep_near(first, stop)

    def _keep_near(self, first: int, stop: int) -> None:
        if len(self._laid) > _LINES_KEPT:
            near = range(first - 50, stop + 50)
            self._laid = {at: line for at, line in self._laid.items() if at in near}

    def _selected(self, number: int, selection: Selection | None) -> Selection | None:
        if selection is None:
            return None
        start = self._starts[number]
        length = units(self._block.lines[number])
        chosen = max(0, selection[0] - start), min(length, selection[1] - start)
        return chosen if chosen[1] > chosen[0] else None

    def toggle_wrap(self) -> None:
        """Break long lines, or let them be scrolled; ``lay`` follows."""
        self._wraps = not self._wraps
        self._scroll = 0
        self._laid.clear()
        self._forget(0)

    def code(self) -> str:
        """Return the code as it is copied by the button."""
        return "\n".join(self._block.lines)

    @property
    @override
    def length(self) -> int:
        if not self._starts:
            return 0
        return self._starts[-1] + units(self._block.lines[len(self._starts) - 1])

    @override
    def plain(self, start: int, stop: int) -> str:
        first = self._number_of(start)
        lines = self._block.lines[first : self._number_of(stop) + 1]
        if not lines:
            return ""
        begin = self._starts[first]
        return cut("\n".join(lines), start - begin, stop - begin)

    def _number_of(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)

    @override
    def offset_at(self, point: QPoint) -> int:
        if not self._starts or self._style is None:
            return 0
        number, row = self._line_at(point.y())
        x = point.x() - scaled(_PAD_SIDE) + self._scroll
        return self._starts[number] + self._line(number).offset_at(x, row)

    @override
    def top_of(self, offset: int) -> int:
        if not self._starts or self._style is None:
            return 0
        number = self._number_of(offset)
        top = self._line_top(number)
        if self._wraps:
            row = self._line(number).row_of(offset - self._starts[number])
            top += row * self._style.code_line
        return top

    @override
    def caret(self) -> QRect:
        if self._style is None:
            return QRect(0, 0, 2, 0)
        height = round(self._style.code_line * 0.9)
        top = scaled(_HEAD + _PAD_TOP)
        x = scaled(_PAD_SIDE)
        if self._starts:
            number = len(self._starts) - 1
            line = self._line(number)
            top = self._line_top(number) + (line.rows - 1) * self._style.code_line
            x += round(line.end_of_last_row()) - self._scroll
        return QRect(min(x, self.width - 2) + 1, top + 1, 2, height)

    @override
    def word_at(self, offset: int) -> Selection:
        start, stop = self.line_at(offset)
        first, last = word_around(self.plain(start, stop), offset - start)
        return first + start, last + start

    @override
    def line_at(self, offset: int) -> Selection:
        if not self._starts:
            return 0, 0
        number = self._number_of(offset)
        start = self._starts[number]
        return start, start + units(self._block.lines[number])
