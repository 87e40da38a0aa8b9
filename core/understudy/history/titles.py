"""Derives a conversation's title from its first question."""

from __future__ import annotations

import re

LONGEST = 48
"""Characters that a row of the sidebar shows without cutting, about."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_BLOCK_MARK = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+]\s+|\d+[.)]\s+)")
_WORD_MARK = re.compile(r"(?<!\w)(?:[*_`]{1,3}|~~)(?=\S)|(?<=\S)(?:[*_`]{1,3}|~~)(?!\w)")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s|(?<=[。！？])")


def title_from(question: str) -> str:
    """Take the first sentence, without markdown's marks, in whole words and at most 48 characters.

    Code alone gives its first line. Returns an empty text for white space.
    """
    lines = (line.strip() for line in _FENCE.sub("\n", question).splitlines())
    words = next(filter(None, lines), "") or _first_line_of_code(question)
    sentence = _SENTENCE_END.split(_plain(words), maxsplit=1)[0]
    return _whole_words(" ".join(sentence.split()).rstrip("."))


def _plain(words: str) -> str:
    return _WORD_MARK.sub("", _BLOCK_MARK.sub("", words)).strip()


def _first_line_of_code(question: str) -> str:
    lines = (line.strip() for line in question.splitlines())
    return next((line for line in lines if line and not line.startswith("```")), "")


def _whole_words(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    start = text[:LONGEST]
    cut = start.rfind(" ")
    # One endless word, or a script without spaces: cut it where it is.
    return f"{start[:cut] if cut > LONGEST // 2 else start[:-1]}…"
