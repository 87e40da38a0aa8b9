"""Fonts, lengths and text formats of the transcript, for one theme at one text size."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPixmap, QTextCharFormat

from understudy_gui import assets
from understudy_gui.theme import font, line_height, scaled

if TYPE_CHECKING:
    from understudy_gui.theme import Kind, Theme
    from understudy_gui.transcript.highlight import Colour
    from understudy_gui.transcript.values import Span, TextKind

_HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_HEADINGS: Final[dict[str, Kind]] = {"h1": "h1", "h2": "h2"}
_TABLE_FONT: Final = 14
_SELECTION_STRENGTH: Final = 0.3


class Style:
    """What the parts of the transcript are drawn with. A new theme or text size makes a new one."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.body = font("body")
        self.caption = font("caption", tabular=True)
        self.caption_medium = _weighted(self.caption, QFont.Weight.Medium)
        self.ui = font("ui")
        self.ui_medium = _weighted(self.ui, QFont.Weight.Medium)
        self.ui_strong = font("ui_strong")
        self.body_line = line_height("body")
        self.korean_line = line_height("body", korean=True)
        self.ui_line = line_height("ui")
        self.caption_line = line_height("caption")
        self.code_line = line_height("code")
        self._formats: dict[tuple[bool, bool, bool, bool, bool], QTextCharFormat] = {}
        self._colours: dict[str, QTextCharFormat] = {}

    @cached_property
    def code(self) -> QFont:
        """The fixed face, without ligatures."""
        face = font("code")
        for feature in ("calt", "liga"):
            face.setFeature(QFont.Tag(feature), 0)
        return face

    @cached_property
    def small_code(self) -> QFont:
        """The fixed face beside captions."""
        face = QFont(self.code)
        face.setPixelSize(scaled(12))
        return face

    @cached_property
    def cell(self) -> QFont:
        """The face of a table's rows; figures have one width."""
        face = QFont(self.body)
        face.setPixelSize(scaled(_TABLE_FONT))
        face.setFeature(QFont.Tag("tnum"), 1)
        return face

    @cached_property
    def cell_head(self) -> QFont:
        """The face of a table's head."""
        return _weighted(self.caption, QFont.Weight.DemiBold)

    @cached_property
    def digit(self) -> float:
        """The width of one character of code."""
        return QFontMetricsF(self.code).horizontalAdvance("0")

    @cached_property
    def selection(self) -> QColor:
        """The ground of selected text: the accent, thinned so that every text stays legible."""
        return blend(self.theme.accent_text, self.theme.surface, _SELECTION_STRENGTH)

    @cached_property
    def selection_format(self) -> QTextCharFormat:
        """The format that shows a selection."""
        chosen = QTextCharFormat()
        chosen.setBackground(self.selection)
        return chosen

    def text_font(self, kind: TextKind) -> QFont:
        """Return the face of a paragraph or heading."""
        if kind == "p":
            return self.body
        return font(_HEADINGS.get(kind, "h3"))

    def text_line(self, kind: TextKind, text: str) -> int:
        """Return the height of a line of ``text``; Korean is set wider."""
        if kind != "p":
            return line_height(_HEADINGS.get(kind, "h3"))
        return self.korean_line if _HANGUL.search(text) else self.body_line

    def span_format(self, span: Span) -> QTextCharFormat:
        """Return the format of a span."""
        key = (span.bold, span.italic, span.strike, span.code, bool(span.href))
        made = self._formats.get(key)
        if made is None:
            made = self._formats[key] = self._make_format(*key)
        return made

    def _make_format(
        self, bold: bool, italic: bool, strike: bool, code: bool, link: bool
    ) -> QTextCharFormat:
        made = QTextCharFormat()
        if bold or italic:
            assets.load_text()
        if bold:
            made.setFontWeight(QFont.Weight.DemiBold)
        if italic:
            made.setFontItalic(True)
        if strike:
            made.setFontStrikeOut(True)
        if code:
            made.setFontFamilies(self.code.families())
            made.setProperty(QTextCharFormat.Property.FontPixelSize, self.code.pixelSize())
        if link:
            made.setForeground(self.theme.accent_text)
            made.setFontUnderline(True)
        return made

    def code_format(self, colour: Colour) -> QTextCharFormat:
        """Return the format of a colour of code."""
        made = self._colours.get(colour)
        if made is None:
            made = self._colours[colour] = QTextCharFormat()
            made.setForeground(getattr(self.theme, f"code_{colour}"))
        return made

    def glyph(self, name: str, colour: QColor, size: int, dpr: float) -> QPixmap:
        """Return an icon that grows with the text."""
        return assets.glyph(name, colour, scaled(size), dpr)


def scroll_bar_style(handle: QColor) -> str:
    """Return the look of the scroll bar: a thin handle on nothing."""
    return (
        "QScrollBar:vertical { background: transparent; width: 12px; margin: 0; border: none; }"
        f"QScrollBar::handle:vertical {{ background: {handle.name()}; border-radius: 3px;"
        " margin: 2px 3px; min-height: 32px; }"
        "QScrollBar::handle:vertical:disabled { background: transparent; }"
        "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
        "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }"
    )


def blend(over: QColor, under: QColor, strength: float) -> QColor:
    """Mix two colours; ``strength`` 1 gives the first."""
    rest = 1 - strength
    return QColor(
        round(over.red() * strength + under.red() * rest),
        round(over.green() * strength + under.green() * rest),
        round(over.blue() * strength + under.blue() * rest),
    )


def _weighted(face: QFont, weight: QFont.Weight) -> QFont:
    made = QFont(face)
    made.setWeight(weight)
    return made
