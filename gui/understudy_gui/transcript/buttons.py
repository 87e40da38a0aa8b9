"""Buttons that are painted, not widgets: a transcript has thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from understudy_gui.theme import scaled
from understudy_gui.transcript.parts import Zone

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from understudy_gui.transcript.parts import Canvas
    from understudy_gui.transcript.style import Style

SIDE: Final = 28
"""Height of every small button, width of one that is an icon."""

_RADIUS: Final = 6
_GAP: Final = 6


@dataclass(slots=True)
class Button:
    """An icon, a word, or both. ``kind`` is plain ("quiet") or outlined ("outlined")."""

    action: str
    icon: str
    text: str
    label: str
    rect: QRect
    icon_size: int = 14
    icon_last: bool = False
    kind: Literal["quiet", "outlined"] = "quiet"
    on: bool = False
    ink: QColor | None = None

    @classmethod
    def with_icon(cls, action: str, icon: str, label: str, size: int = 15) -> Button:
        """Make a button that is an icon."""
        side = scaled(SIDE)
        return cls(action, icon, "", label, QRect(0, 0, side, side), size)

    @classmethod
    def with_text(
        cls, action: str, icon: str, text: str, style: Style, *, icon_last: bool = False
    ) -> Button:
        """Make a button with a word, and an icon before or behind it if there is one."""
        width = QFontMetricsF(style.caption).horizontalAdvance(text) + scaled(16)
        if icon:
            width += scaled(14 + _GAP)
        rect = QRect(0, 0, round(width), scaled(SIDE))
        return cls(action, icon, text, text, rect, icon_last=icon_last)

    @classmethod
    def outlined(cls, action: str, text: str, style: Style) -> Button:
        """Make a button with an outline, for what one is expected to do."""
        width = QFontMetricsF(style.ui_medium).horizontalAdvance(text) + scaled(20) + 2
        rect = QRect(0, 0, round(width), scaled(SIDE))
        return cls(action, "", text, text, rect, kind="outlined")

    def move_to(self, left: int, height: int) -> None:
        """Stand at ``left``, in the middle of a line of the given height."""
        self.rect.moveTo(left, (height - self.rect.height()) // 2)

    def zone(self) -> Zone:
        """Return the button's place."""
        return Zone(QRect(self.rect), self.action, self.label)


def paint_button(canvas: Canvas, button: Button, x: int, y: int) -> None:
    """Paint a button of the part whose corner is at (x, y)."""
    painter, theme = canvas.painter, canvas.style.theme
    rect = button.rect.translated(x, y)
    hovered = canvas.hovered == button.action
    if button.kind == "outlined":
        painter.setPen(QPen(theme.border_strong, 1))
        painter.setBrush(theme.hover_raised if hovered else theme.raised)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    elif hovered or button.on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.pressed if button.on and hovered else theme.hover)
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = button.ink or (theme.text if hovered or button.kind == "outlined" else theme.text2)
    _paint_inside(canvas, button, rect, ink)
    if canvas.focused == button.action:
        paint_focus(canvas, rect)


def _paint_inside(canvas: Canvas, button: Button, rect: QRect, ink: QColor) -> None:
    painter, style = canvas.painter, canvas.style
    size = scaled(button.icon_size)
    middle = rect.top() + (rect.height() - size) // 2
    if not button.text:
        left = rect.left() + (rect.width() - size) // 2
        glyph = style.glyph(button.icon, ink, button.icon_size, canvas.dpr)
        painter.drawPixmap(QPointF(left, middle), glyph)
        return
    painter.setFont(style.ui_medium if button.kind == "outlined" else style.caption)
    painter.setPen(ink)
    if not button.icon:
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, button.text)
        return
    pad = scaled(8)
    icon_left = rect.right() + 1 - pad - size if button.icon_last else rect.left() + pad
    text_left = rect.left() + pad if button.icon_last else icon_left + size + scaled(_GAP)
    glyph = style.glyph(button.icon, ink, button.icon_size, canvas.dpr)
    painter.drawPixmap(QPointF(icon_left, middle), glyph)
    room = QRect(text_left, rect.top(), rect.width(), rect.height())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, button.text)


def paint_focus(canvas: Canvas, rect: QRect) -> None:
    """Paint the ring around what has the focus."""
    painter = canvas.painter
    painter.setPen(QPen(canvas.style.theme.focus, 2))
    painter.drawRoundedRect(QRectF(rect).adjusted(-1, -1, 1, 1), _RADIUS + 1, _RADIUS + 1)
