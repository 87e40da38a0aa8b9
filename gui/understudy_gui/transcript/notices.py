"""What stands below or in place of an answer: waiting, a note, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt

from understudy_gui.overriding import override
from understudy_gui.theme import scaled
from understudy_gui.transcript.buttons import SIDE, Button, paint_button
from understudy_gui.transcript.labels import TILE, paint_tile, write
from understudy_gui.transcript.lines import Lines
from understudy_gui.transcript.parts import Part, Zone
from understudy_gui.transcript.values import Inline, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.models.transcript import Failure, Waiting
    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.style import Style

_LINE: Final = 28
_GAP: Final = 8
_BAR: Final = 120
_BAR_HEIGHT: Final = 3
_ICON: Final = 16
_PAD: Final = 12
_PAD_SIDE: Final = 14
_RADIUS: Final = 8


class WaitingPart(Part):
    """Who is waited for, and a bar that shows how much of the deadline is gone."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__()
        self._waiting = waiting

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = scaled(_LINE)

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        style, theme = canvas.style, canvas.style.theme
        left = x
        if self._waiting.provider:
            paint_tile(canvas, self._waiting.provider, x, y + (self.height - scaled(TILE)) // 2)
            left += scaled(TILE + _GAP)
        spot = QRect(left, y, x + self.width - left, self.height)
        left += round(write(canvas, self._waiting.text, style.caption, theme.text2, spot))
        fraction = self._waiting.fraction
        if fraction is not None:
            track = QRectF(left + scaled(_GAP), y + (self.height - _BAR_HEIGHT) // 2,
                           scaled(_BAR), _BAR_HEIGHT)  # fmt: skip
            self._paint_bar(canvas, track, min(1.0, max(0.0, fraction)))

    def _paint_bar(self, canvas: Canvas, track: QRectF, fraction: float) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.pressed)
        painter.drawRoundedRect(track, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        gone = QRectF(track)
        gone.setWidth(track.width() * fraction)
        painter.setBrush(theme.accent_text)
        painter.drawRoundedRect(gone, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)


class NotePart(Part):
    """A word about how the answer ended, with what can be done about it."""

    def __init__(self, text: str, actions: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._text = text
        self._actions = actions
        self._buttons: list[Button] = []
        self._text_width = 0

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = scaled(_LINE)
        lines = Lines(style, style.caption, style.caption_line, wrap=False)
        lines.lay(Inline(self._text, (), units(self._text)), width)
        self._text_width = round(lines.natural_width)
        left = self._text_width + scaled(4)
        self._buttons = []
        for action, label in self._actions:
            button = Button.with_text(action, "", label, style)
            button.ink = style.theme.accent_text
            button.move_to(left, self.height)
            left += button.rect.width()
            self._buttons.append(button)

    @override
    def zones(self) -> Sequence[Zone]:
        return [button.zone() for button in self._buttons]

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        spot = QRect(x, y, self.width, self.height)
        write(canvas, self._text, canvas.style.caption, canvas.style.theme.text3, spot)
        for button in self._buttons:
            paint_button(canvas, button, x, y)


class BannerPart(Part):
    """What happened, what was done about it, and what one can do."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure
        self._title: Lines | None = None
        self._text: Lines | None = None
        self._buttons: list[Button] = []

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        left = self._left()
        room = width - left - scaled(_PAD_SIDE)
        self._title = _lines(self._failure.title, style, room, strong=True)
        y = scaled(_PAD) + self._title.height
        self._text = None
        if self._failure.text:
            self._text = _lines(self._failure.text, style, room, strong=False)
            y += self._text.height
        y = self._place_buttons(style, left, y, width - scaled(_PAD_SIDE))
        self.height = y + scaled(_PAD)

    def _left(self) -> int:
        return scaled(_PAD_SIDE + _ICON + 12)

    def _place_buttons(self, style: Style, left: int, y: int, right: int) -> int:
        """Place the buttons below the text, in as many rows as they need; return their end."""
        self._buttons = []
        at, top = left, y + scaled(_GAP)
        for number, (action, label) in enumerate(self._failure.actions):
            last = number == len(self._failure.actions) - 1 and number > 1
            make = Button.with_text(action, "", label, style) if last else None
            button = make or Button.outlined(action, label, style)
            if at + button.rect.width() > right and at > left:
                at, top = left, top + scaled(SIDE + _GAP)
            button.rect.moveTo(at, top)
            at += button.rect.width() + scaled(_GAP)
            self._buttons.append(button)
        return top + scaled(SIDE) if self._buttons else y

    @override
    def zones(self) -> Sequence[Zone]:
        return [button.zone() for button in self._buttons]

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        painter, theme = canvas.painter, canvas.style.theme
        danger = self._failure.tone == "danger"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.danger_soft if danger else theme.warn_soft)
        painter.drawRoundedRect(QRectF(x, y, self.width, self.height), _RADIUS, _RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = theme.danger_text if danger else theme.warn_text
        icon = canvas.style.glyph("octagon-alert" if danger else "triangle-alert", ink, _ICON,
                                  canvas.dpr)  # fmt: skip
        painter.drawPixmap(QPointF(x + scaled(_PAD_SIDE), y + scaled(_PAD) + 2), icon)
        left, top = x + self._left(), y + scaled(_PAD)
        assert self._title is not None
        painter.setPen(theme.text)
        self._title.draw(canvas, left, top, None)
        if self._text is not None:
            painter.setPen(theme.text2)
            self._text.draw(canvas, left, top + self._title.height, None)
        for button in self._buttons:
            paint_button(canvas, button, x, y)


def _lines(text: str, style: Style, width: int, *, strong: bool) -> Lines:
    lines = Lines(style, style.ui_strong if strong else style.ui, style.ui_line)
    lines.lay(Inline(text, (), units(text)), max(40, width))
    return lines
