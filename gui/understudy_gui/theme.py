"""Colours and type from the design tokens, in the theme that is on.

A `Theme` is one ground, light or dark: every colour token is an attribute, in snake_case.
`ThemeManager` says which theme is on and signals when that changes, because the desktop's did or
because the user chose. Type is the same in both themes and grows with the text size.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication

from understudy_gui import assets
from understudy_resources import read_text

ThemeChoice = Literal["system", "light", "dark"]
Ground = Literal["light", "dark"]
Kind = Literal[
    "micro", "caption", "ui", "ui_strong", "title", "body", "h3", "h2", "h1", "hero", "code"
]

UI_FAMILIES: Final = ("Inter", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo")
"""Inter has no Hangul: each system's Korean face stands behind it."""
DISPLAY_FAMILIES: Final = ("Inter Display", *UI_FAMILIES)
MONO_FAMILIES: Final = ("JetBrains Mono", "monospace", *UI_FAMILIES[1:])

_DISPLAY_KINDS: Final = frozenset({"h1", "h2", "hero"})
_DISPLAY_TRACKING: Final = -0.012
_KOREAN_BODY_LINE: Final = 26


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Theme:
    """The colours of one ground. What each is for stands in the design's table of tokens."""

    dark: bool
    window: QColor
    surface: QColor
    inset: QColor
    raised: QColor
    backdrop: QColor
    hover: QColor
    hover_raised: QColor
    pressed: QColor
    selected: QColor
    user_bubble: QColor
    border: QColor
    border_strong: QColor
    control: QColor
    text: QColor
    text2: QColor
    text3: QColor
    disabled: QColor
    accent: QColor
    accent_hover: QColor
    accent_pressed: QColor
    on_accent: QColor
    accent_text: QColor
    accent_soft: QColor
    focus: QColor
    ok: QColor
    ok_text: QColor
    ok_soft: QColor
    warn: QColor
    warn_text: QColor
    warn_soft: QColor
    danger: QColor
    danger_text: QColor
    danger_soft: QColor
    on_danger: QColor
    off: QColor
    stage: QColor
    stage_soft: QColor
    code_text: QColor
    code_keyword: QColor
    code_string: QColor
    code_number: QColor
    code_comment: QColor
    code_function: QColor
    scrollbar: QColor
    shadow: QColor
    scrim: QColor
    logo: QColor

    @property
    def ground(self) -> Ground:
        """The name of this theme in the tokens."""
        return "dark" if self.dark else "light"

    def provider(self, name: str) -> tuple[QColor, QColor]:
        """Return a provider's hue as (text, ground); an unknown name gets one of its own."""
        known = tokens()["provider"].get(name)
        if known is None:
            return _hashed_hue(name, self.dark)
        return QColor(known[self.ground]["fg"]), QColor(known[self.ground]["bg"])

    def monogram(self, name: str) -> str:
        """Return the two letters on a provider's tile."""
        known = tokens()["provider"].get(name)
        if known is not None:
            return str(known["monogram"])
        letters = [letter for letter in name if letter.isalnum()]
        return "".join(letters[:2]).capitalize() or "?"


@lru_cache(maxsize=1)
def tokens() -> Mapping[str, Any]:
    """Return the design tokens as they stand in the bundled file."""
    return json.loads(read_text("themes/tokens.json"))


@lru_cache(maxsize=2)
def theme(ground: Ground) -> Theme:
    """Return the light or the dark theme."""
    colors = tokens()["color"][ground]
    named = {
        field.name: _color(colors[_token_name(field.name)])
        for field in fields(Theme)
        if field.name not in {"dark", "logo"}
    }
    return Theme(dark=ground == "dark", logo=QColor(tokens()["logo"][ground]), **named)


def _token_name(attribute: str) -> str:
    first, *rest = attribute.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _color(value: str) -> QColor:
    """Read #RRGGBB or the tokens' #RRGGBBAA (Qt would read the latter as #AARRGGBB)."""
    color = QColor(value[:7])
    if len(value) == 9:
        color.setAlpha(int(value[7:], 16))
    return color


def _hashed_hue(name: str, dark: bool) -> tuple[QColor, QColor]:
    hue = zlib.crc32(name.casefold().encode()) % 360
    if dark:
        return QColor.fromHsl(hue, 170, 200), QColor.fromHsl(hue, 90, 48)
    return QColor.fromHsl(hue, 130, 66), QColor.fromHsl(hue, 140, 234)


class ThemeManager(QObject):
    """Which theme is on, and how large the text is.

    Signals: `changed` after colours or type changed; `current` is new by then.
    """

    changed = Signal()

    def __init__(self, choice: ThemeChoice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: ThemeChoice = choice
        self._current = theme(self._resolve())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def current(self) -> Theme:
        """The theme that is on."""
        return self._current

    @property
    def choice(self) -> ThemeChoice:
        """What the user chose."""
        return self._choice

    def set_choice(self, choice: ThemeChoice) -> None:
        """Put a theme on, or follow the desktop's."""
        self._choice = choice
        self._follow()

    def set_text_scale(self, scale: float) -> None:
        """Set the text size, 1.0 being the design's."""
        if set_text_scale(scale):
            self.changed.emit()

    def _resolve(self) -> Ground:
        if self._choice != "system":
            return self._choice
        scheme = QGuiApplication.styleHints().colorScheme()
        return "dark" if scheme == Qt.ColorScheme.Dark else "light"

    def _follow(self, _scheme: object = None) -> None:
        chosen = theme(self._resolve())
        if chosen is not self._current:
            self._current = chosen
            self.changed.emit()


_scale = 1.0


def set_text_scale(scale: float) -> bool:
    """Set the text size of every font asked for from now on; return whether that is a change."""
    global _scale  # noqa: PLW0603 - one text size for the whole program
    changed = scale != _scale
    _scale = scale
    return changed


def text_scale() -> float:
    """Return the text size, 1.0 being the design's."""
    return _scale


def scaled(pixels: float) -> int:
    """Return a length of the design at the text size that is set, in logical pixels."""
    return round(pixels * _scale)


def font(kind: Kind, *, tabular: bool = False) -> QFont:
    """Return one of the design's type styles; `tabular` sets figures of one width."""
    style = tokens()["type"][_token_name(kind)]
    families = _families(kind)
    result = QFont(list(families))
    result.setPixelSize(scaled(style["px"]))
    result.setWeight(QFont.Weight(style["weight"]))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if kind in _DISPLAY_KINDS:
        tracking = _DISPLAY_TRACKING * result.pixelSize()
        result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, tracking)
    if tabular:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


def line_height(kind: Kind, *, korean: bool = False) -> int:
    """Return the height of a line in logical pixels; Korean body text is set wider."""
    if korean and kind == "body":
        return scaled(_KOREAN_BODY_LINE)
    return scaled(tokens()["type"][_token_name(kind)]["line"])


def _families(kind: Kind) -> tuple[str, ...]:
    """Return the faces of a style, loading those that the first picture does without."""
    if kind == "code":
        assets.load_mono()
        return MONO_FAMILIES
    if kind in _DISPLAY_KINDS:
        assets.load_display()
        return DISPLAY_FAMILIES
    return UI_FAMILIES
