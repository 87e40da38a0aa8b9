"""The seam between two providers, the trace below it, and the line of one who stood in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPen

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.buttons import Button, paint_button
from understudy_gui.transcript.labels import TILE, paint_tile, width_of, write
from understudy_gui.transcript.lines import Lines
from understudy_gui.transcript.parts import Part, Zone
from understudy_gui.transcript.values import Inline, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.models.transcript import Seam, TraceRow
    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.style import Style

TRACE: Final = "trace"
COPY_TRACE: Final = "copy_trace"

_SEAM: Final = 32
_STANDIN: Final = 24
_KNOT: Final = 10
_KNOT_LEFT: Final = -24
_ICON: Final = 15
_HEAD: Final = 33
_ROW_PAD: Final = 6
_NODE: Final = 7
_CHIP: Final = 18
_TIME: Final = 29
_TIME_WIDTH: Final = 84
_WHO_WIDTH: Final = 148
_CODE_WIDTH: Final = 52
_GAP: Final = 8
_NARROW: Final = 620
"""Below this width a row of the trace says what happened below the provider, not beside it."""


class SeamPart(Part):
    """Who broke off and who carries on, and a button that opens the trace."""

    def __init__(self, seam: Seam, number: int, opened: bool) -> None:
        super().__init__()
        self._seam = seam
        self.action = f"{TRACE}:{number}"
        self._opened = opened
        self._trace: Button | None = None

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = scaled(_SEAM)
        if self._seam.trace:
            icon = "chevron-up" if self._opened else "chevron-down"
            self._trace = Button.with_text(self.action, icon, tr("Trace"), style, icon_last=True)
            self._trace.move_to(width + scaled(8) - self._trace.rect.width(), self.height)

    @override
    def zones(self) -> Sequence[Zone]:
        return [self._trace.zone()] if self._trace else ()

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        self._paint_knot(canvas, x, y)
        icon = style.glyph("unplug", theme.stage, _ICON, canvas.dpr)
        canvas.painter.drawPixmap(QPointF(x, y + (self.height - scaled(_ICON)) // 2), icon)
        right = x + self.width
        if self._trace is not None:
            self._trace.ink = theme.text
            paint_button(canvas, self._trace, x, y)
            right = x + self._trace.rect.left()
        left = self._write_sentence(canvas, x + scaled(_ICON + _GAP), y, right)
        self._paint_rule(canvas, left, y, right)

    def _paint_knot(self, canvas: Canvas, x: int, y: int) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        size = scaled(_KNOT)
        left, top = x + scaled(_KNOT_LEFT), y + (self.height - size) / 2
        painter.setPen(QPen(theme.stage, 2))
        painter.setBrush(theme.surface)
        inset = size * 0.175
        painter.drawEllipse(QRectF(left, top, size, size).adjusted(inset, inset, -inset, -inset))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _write_sentence(self, canvas: Canvas, left: int, y: int, right: int) -> int:
        style, theme, seam = canvas.style, canvas.style.theme, self._seam
        words = [(seam.title, style.ui_medium, theme.text), (seam.detail, style.ui, theme.text2)]
        if seam.title_end:
            words += [("—", style.ui, theme.text3), (seam.title_end, style.ui_medium, theme.text)]
        space = width_of(" ", style.ui)
        if sum(width_of(text, font) + space for text, font, _ in words) > right - left - _GAP:
            del words[1]
        at = float(left)
        for text, font, ink in words:
            if text:
                spot = QRect(round(at), y, max(0, right - round(at) - _GAP), self.height)
                at += write(canvas, text, font, ink, spot) + space
        return round(at - space)

    def _paint_rule(self, canvas: Canvas, left: int, y: int, right: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        gap = scaled(_GAP)
        pause = width_of(self._seam.pause, style.caption) + gap
        if right - left - pause < 2 * gap:
            pause = 0
        elif self._seam.pause:
            spot = QRect(round(right - pause), y, round(pause), self.height)
            write(canvas, self._seam.pause, style.caption, theme.text3, spot)
        rule = QRectF(left + gap, y + self.height // 2, right - left - pause - 2 * gap, 1)
        if rule.width() > gap:
            canvas.painter.fillRect(rule, theme.border_strong)


class TracePart(Part):
    """Every attempt in order: when, who, which code, what happened and why."""

    def __init__(self, rows: Sequence[TraceRow], title: str, number: int) -> None:
        super().__init__()
        self._rows = rows
        self._title = title
        self._number = number
        self._copy: Button | None = None
        self._words: list[tuple[Lines, Lines]] = []
        self._tops: list[int] = []
        self._narrow = False

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self._narrow = width < scaled(_NARROW)
        label = tr("Copy trace")
        self._copy = Button.with_text(f"{COPY_TRACE}:{self._number}", "copy", label, style)
        self._copy.move_to(width - scaled(4) - self._copy.rect.width(), scaled(_HEAD))
        room = width - self._words_left() - scaled(12)
        self._words = [
            (_caption(row.what, style, room), _caption(row.why, style, room)) for row in self._rows
        ]
        self._tops = []
        y = scaled(_HEAD + 4)
        for row in range(len(self._rows)):
            self._tops.append(y)
            y += self._row_height(style, row)
        self.height = y + scaled(8) + 1

    def _words_left(self) -> int:
        if self._narrow:
            return scaled(_TIME)
        return scaled(_TIME + _TIME_WIDTH + _WHO_WIDTH + _CODE_WIDTH + 3 * _GAP)

    def _row_height(self, style: Style, row: int) -> int:
        words = sum(lines.height for lines in self._words[row] if lines.inline.text)
        above = scaled(TILE) + scaled(2) if self._narrow else 0
        return above + max(words, 2 * style.caption_line) + 2 * scaled(_ROW_PAD)

    @override
    def zones(self) -> Sequence[Zone]:
        return [self._copy.zone()] if self._copy else ()

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        frame = QRectF(x + 0.5, y + 0.5, self.width - 1, self.height - 1)
        painter.setPen(QPen(theme.border, 1))
        painter.setBrush(theme.window)
        painter.drawRoundedRect(frame, 8, 8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.fillRect(QRect(x + 1, y + scaled(_HEAD) - 1, self.width - 2, 1), theme.border)
        self._paint_head(canvas, x, y)
        for number, row in enumerate(self._rows):
            self._paint_row(canvas, row, number, x, y + self._tops[number])

    def _paint_head(self, canvas: Canvas, x: int, y: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        left = x + 1 + scaled(12)
        spot = QRect(left, y, self.width, scaled(_HEAD))
        taken = write(canvas, tr("Route trace"), style.cell_head, theme.text2, spot)
        assert self._copy is not None
        left += round(taken) + scaled(_GAP)
        spot = QRect(left, y, x + self._copy.rect.left() - left, scaled(_HEAD))
        write(canvas, self._title, style.caption, theme.text3, spot)
        paint_button(canvas, self._copy, x, y)

    def _paint_row(self, canvas: Canvas, row: TraceRow, number: int, x: int, y: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        top = y + scaled(_ROW_PAD)
        self._paint_node(canvas, number, x, top)
        line = QRect(x + scaled(_TIME), top, scaled(_TIME_WIDTH), style.caption_line)
        write(canvas, row.time, style.small_code, theme.text3, line)
        who = line.translated(scaled(_TIME_WIDTH + _GAP), 0)
        paint_tile(canvas, row.provider, who.left(), top - 1)
        indent = scaled(TILE + _GAP)
        name = QRect(who.left() + indent, top, scaled(_WHO_WIDTH) - indent, style.caption_line)
        write(canvas, row.model or row.provider, style.caption_medium, theme.text, name)
        _paint_chip(canvas, row, who.left() + scaled(_WHO_WIDTH + _GAP), top - 1)
        what, why = self._words[number]
        if self._narrow:
            top += scaled(TILE) + scaled(2)
        left = x + self._words_left()
        canvas.painter.setPen(theme.text)
        what.draw(canvas, left, top, None)
        canvas.painter.setPen(theme.text3)
        why.draw(canvas, left, top + what.height, None)

    def _paint_node(self, canvas: Canvas, number: int, x: int, top: int) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        size = scaled(_NODE)
        left = x + 1 + scaled(12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.border_strong)
        painter.drawEllipse(QRectF(left, top + scaled(5), size, size))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if number + 1 < len(self._rows):
            height = self._tops[number + 1] - self._tops[number] - scaled(12)
            painter.fillRect(QRect(left + size // 2, top + scaled(14), 1, height),
                             theme.border_strong)  # fmt: skip


class StandinPart(Part):
    """One line above an answer whose first provider never spoke."""

    def __init__(self, text: str, opened: bool, has_trace: bool) -> None:
        super().__init__()
        self._text = text
        self._opened = opened
        self._has_trace = has_trace
        self._lines: Lines | None = None
        self._trace: Button | None = None

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        left = scaled(_ICON + 7)
        button = 0
        if self._has_trace:
            icon = "chevron-up" if self._opened else "chevron-down"
            text = tr("Trace")
            self._trace = Button.with_text(f"{TRACE}:-1", icon, text, style, icon_last=True)
            button = self._trace.rect.width()
        self._lines = _caption(self._text, style, width - left - button)
        self.height = max(scaled(_STANDIN), self._lines.height + scaled(8))
        if self._trace is not None:
            at = left + round(self._lines.natural_width) + scaled(4)
            self._trace.move_to(min(at, width - button), self.height)

    @override
    def zones(self) -> Sequence[Zone]:
        return [self._trace.zone()] if self._trace else ()

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        theme = canvas.style.theme
        icon = canvas.style.glyph("corner-down-right", theme.stage, 14, canvas.dpr)
        assert self._lines is not None
        top = y + (self.height - self._lines.height) // 2
        canvas.painter.drawPixmap(QPointF(x, top + 1), icon)
        canvas.painter.setPen(theme.text2)
        self._lines.draw(canvas, x + scaled(_ICON + 7), top, None)
        if self._trace is not None:
            paint_button(canvas, self._trace, x, y)


def _paint_chip(canvas: Canvas, row: TraceRow, x: int, y: int) -> None:
    """Paint the code an attempt ended with."""
    painter, theme, style = canvas.painter, canvas.style.theme, canvas.style
    ink, ground = {
        "ok": (theme.ok_text, theme.ok_soft),
        "warn": (theme.warn_text, theme.warn_soft),
        "danger": (theme.danger_text, theme.danger_soft),
    }[row.tone]
    width = round(width_of(row.code, style.caption_medium)) + 2 * scaled(8)
    spot = QRect(x, y, width, scaled(_CHIP))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(spot, spot.height() / 2, spot.height() / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    write(canvas, row.code, style.caption_medium, ink, spot.adjusted(scaled(8), 0, 8, 0))


def _caption(text: str, style: Style, width: int) -> Lines:
    lines = Lines(style, style.caption, style.caption_line)
    lines.lay(Inline(text, (), units(text)), max(40, width))
    return lines


def trace_text(rows: Sequence[TraceRow]) -> str:
    """Return a trace as it is copied: a line for each attempt."""
    return "\n".join(
        "\t".join((row.time, row.provider, row.model, row.code, row.what, row.why)) for row in rows
    )
