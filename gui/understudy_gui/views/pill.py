"""The rounded button that names a route and opens its menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import Kind, font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from understudy_gui.theme import ThemeManager

Ink: TypeAlias = Literal["text", "text2", "text3"]
HEIGHT = 28
LEFT, RIGHT = 12, 10
CHEVRON = 14
GAP = 6


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of the pill's text: its ink and whether it is set in medium weight."""

    text: str
    ink: Ink = "text"
    strong: bool = False


class Pill(QAbstractButton):
    """A pill of 28 high with pieces of text and a chevron."""

    def __init__(
        self, themes: ThemeManager, name: str, kind: Kind = "ui", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._kind: Kind = kind
        self._words: tuple[Words, ...] = ()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes, HEIGHT // 2)
        themes.changed.connect(self._restyle)

    def set_words(self, words: Sequence[Words]) -> None:
        """Show other pieces of text."""
        self._words = tuple(words)
        self.setAccessibleDescription("".join(piece.text for piece in words))
        self._restyle()

    def _font(self, piece: Words) -> QFont:
        chosen = font(self._kind)
        if piece.strong:
            chosen.setWeight(QFont.Weight.Medium)
        return chosen

    @override
    def sizeHint(self) -> QSize:
        texts = sum(_width(self._font(piece), piece.text) for piece in self._words)
        return QSize(texts + 1 + _around(), scaled(HEIGHT))

    @override
    def minimumSizeHint(self) -> QSize:
        first = self._words[0] if self._words else Words("")
        return QSize(_width(self._font(first), first.text) + 1 + _around(), scaled(HEIGHT))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        lit = self.underMouse() or self.isDown()
        ground = colors.hover if lit else colors.surface
        painting.rounded(painter, self.rect(), self.height() / 2, ground, colors.border_strong)
        side = scaled(CHEVRON)
        end = self.width() - scaled(RIGHT) - side
        x = scaled(LEFT)
        for piece in self._words:
            room = end - scaled(GAP) - x + 1
            if room <= 8:
                break
            face = self._font(piece)
            wide = _width(face, piece.text)
            box = QRect(x, 0, min(wide + 1, room), self.height())
            painting.text(painter, box, piece.text, face, getattr(colors, piece.ink))
            x += wide
        top = (self.height() - side) / 2
        painting.icon(painter, end, top, "chevron-down", colors.text3, side)
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def _width(face: QFont, text: str) -> int:
    return QFontMetrics(face).horizontalAdvance(text)


def _around() -> int:
    return scaled(LEFT) + scaled(GAP) + scaled(CHEVRON) + scaled(RIGHT)
