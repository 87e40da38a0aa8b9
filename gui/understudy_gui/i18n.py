"""The words on the screen, in the reader's language.

`tr` takes the English sentence itself as the key, and named values: `tr("{name} is on", name=who)`.
Korean particles depend on the last sound of the word before them, so a Korean sentence names the
pair and the value decides: `{name:이/가}` gives "Mistral이" and "Claude가".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Literal

from understudy.phrases import Phrase
from understudy_gui.korean import with_particle
from understudy_gui.overriding import override
from understudy_resources import read_text

if TYPE_CHECKING:
    from understudy.errors import UnderstudyError

LanguageChoice = Literal["system", "en", "ko"]
Language = Literal["en", "ko"]

LANGUAGES: Final[Mapping[Language, str]] = {"en": "English", "ko": "한국어"}
"""The languages there are, each under its own name for itself."""

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
    """Say an error of the router: what happened and what one can do."""
    return said_in_full(error.happened, error.can_do)


def said_in_full(*sentences: str) -> str:
    """Say sentences of the router one after the other, leaving out the empty ones."""
    return " ".join(said_by_router(sentence) for sentence in sentences if sentence)


def said_by_router(sentence: str) -> str:
    """Translate a finished sentence, one with values in it by the template it was made of."""
    if not isinstance(sentence, Phrase):
        return tr(sentence)
    values = {
        name: said_by_router(value) if isinstance(value, Phrase) else value
        for name, value in sentence.values.items()
    }
    return tr(sentence.template, **values)


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
