"""Sentences that remember what they were made of, so that they can be said in another language."""

from __future__ import annotations

from typing import Any


class Phrase(str):
    """An English sentence, made of a ``template`` and named ``values``.

    It is that sentence wherever text is wanted. Who speaks another language translates the
    template and puts the values in there; a value that is a phrase itself is translated too.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Phrase:
        """Put the values in, as ``str.format`` does; a template without any stays as it is."""
        phrase = super().__new__(cls, template.format(**values) if values else template)
        phrase.template, phrase.values = template, values
        return phrase
