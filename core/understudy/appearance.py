"""What the window must know before its first paint, read without loading all of the settings.

The settings file is validated later, after the window is on screen. Until then whatever is wrong
with it counts as not set.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

if TYPE_CHECKING:
    from pathlib import Path

Theme: TypeAlias = Literal["system", "light", "dark"]
Language: TypeAlias = Literal["system", "en", "ko"]

SMALLEST_TEXT = 0.5
LARGEST_TEXT = 3.0
"""Bounds of ``text_scale``: beyond them the window cannot be used to set it back."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the window looks; ``text_scale`` 1.0 is the design's own size."""

    theme: Theme = "system"
    language: Language = "system"
    text_scale: float = 1.0


def peek(settings_path: Path) -> Appearance:
    """Read the appearance out of the settings file. Never raises."""
    try:
        data: Any = json.loads(settings_path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return Appearance()
    found = _member(data, "appearance")
    return Appearance(
        _choice(_member(found, "theme"), get_args(Theme), "system"),
        _choice(_member(found, "language"), get_args(Language), "system"),
        _scale(_member(found, "text_scale")),
    )


def _member(data: object, name: str) -> object:
    return cast("dict[str, object]", data).get(name) if isinstance(data, dict) else None


def _choice(value: object, choices: tuple[Any, ...], default: Any) -> Any:
    return value if value in choices else default


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 1.0
    return float(value) if SMALLEST_TEXT <= value <= LARGEST_TEXT else 1.0
