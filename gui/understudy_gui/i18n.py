"""The words on the screen, in the reader's language.

`tr` takes the English sentence itself as the key, and named values: `tr("{name} is on", name=who)`.
Korean particles depend on the last sound of the word before them, so a Korean sentence names the
pair and the value decides: `{name:이/가}` gives "Mistral이" and "Claude가".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Literal

from understudy_gui.korean import with_particle
from understudy_gui.overriding import override
from understudy_resources import read_text

if TYPE_CHECKING:
    from understudy.errors import UnderstudyError

LanguageChoice = Literal["system", "en", "ko"]
Language = Literal["en", "ko"]

LANGUAGES: Final[Mapping[Language, str]] = {"en": "English", "ko": "한국어"}
"""The languages there are, each under its own name for itself."""

_PATTERNS: Final = (
    "This is no key: it has {fault}.",
    "The address goes too far: it ends in {ending}.",
    "{name} is locked.",
)
"""Sentences of the router that have a value in them and are shown at fields of the settings."""

on_change: Final[list[Callable[[], None]]] = []
"""Called after the language changed, so that open windows can say everything again."""


class _Sentences(Formatter):
    """str.format with one more conversion: a pair of Korean particles as the format."""

    @override
    def format_field(self, value: Any, format_spec: str) -> str:
        if "/" in format_spec:
            return with_particle(str(value), format_spec)
        return str(super().format_field(value, format_spec))


_sentences: Final = _Sentences()
_language: Language = "en"
_catalogue: Mapping[str, str] = {}


def tr(text: str, /, **values: object) -> str:
    """Return `text` in the chosen language with its values put in.

    A sentence without a translation is shown in English: better read than missing.
    """
    sentence = _catalogue.get(text, text)
    return _sentences.vformat(sentence, (), values) if values else sentence


def said(error: UnderstudyError) -> str:
    """Say an error of the router: what happened and what one can do, as far as it is translated."""
    return " ".join(said_by_router(part) for part in (error.happened, error.can_do) if part)


def said_by_router(sentence: str) -> str:
    """Translate a finished sentence, one with a value in it by the pattern that it was made of."""
    for pattern in _PATTERNS:
        before, name, after = re.split(r"\{(\w+)\}", pattern)
        if sentence.startswith(before) and sentence.endswith(after) and sentence != before + after:
            value = sentence[len(before) : len(sentence) - len(after)]
            return tr(pattern, **{name: tr(value)})
    return tr(sentence)


def language() -> Language:
    """Return the language that is spoken now."""
    return _language


def set_language(choice: LanguageChoice) -> None:
    """Speak another language; "system" follows the desktop and falls back to English."""
    global _language, _catalogue  # noqa: PLW0603 - one language for the whole program
    chosen = _system_language() if choice == "system" else choice
    if chosen == _language:
        return
    _language = chosen
    _catalogue = {} if chosen == "en" else load_catalogue(chosen)
    for listener in tuple(on_change):
        listener()


def load_catalogue(code: Language) -> dict[str, str]:
    """Read one bundled translation: English sentence to translated sentence."""
    catalogue: dict[str, str] = json.loads(read_text(f"translations/{code}.json"))
    return catalogue


def _system_language() -> Language:
    from PySide6.QtCore import QLocale

    korean = QLocale.system().language() == QLocale.Language.Korean
    return "ko" if korean else "en"
