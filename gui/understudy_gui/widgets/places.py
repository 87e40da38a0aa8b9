"""Places and numbers in words, for what is read out and for short sentences."""

from __future__ import annotations

from understudy_gui.i18n import tr


def place(name: str, number: int, of: int) -> str:
    """Say where something stands: "Gemini, second of four"."""
    return tr("{name}, {ordinal} of {count}", name=name, ordinal=ordinal(number), count=count(of))


def ordinal(number: int) -> str:
    """Say a place in words as far as people do, then in figures."""
    words = [
        tr("first"),
        tr("second"),
        tr("third"),
        tr("fourth"),
        tr("fifth"),
        tr("sixth"),
        tr("seventh"),
        tr("eighth"),
    ]
    return words[number - 1] if 1 <= number <= len(words) else tr("number {n}", n=number)


def count(number: int) -> str:
    """Say a number in words as far as people do, then in figures."""
    words = [
        tr("one"),
        tr("two"),
        tr("three"),
        tr("four"),
        tr("five"),
        tr("six"),
        tr("seven"),
        tr("eight"),
    ]
    return words[number - 1] if 1 <= number <= len(words) else str(number)
