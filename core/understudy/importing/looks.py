"""Tells what is meant from what only stands in for it: files of examples are full of that."""

from __future__ import annotations

import re

from understudy.errors import UsageError
from understudy.keys import clean_key
from understudy.phrases import Phrase

_WORDS = re.compile(
    r"(?i)(?:^|[-_. /:])"
    r"(?:your|example|placeholder|dummy|sample|insert|replace|change[-_ ]?me|todo|redacted)"
    r"(?:$|[-_. /:])"
    r"|(?:^|[-_])my[-_ ](?:api|key|secret|token)"
    r"|(?:key|token|secret)[-_ ]?here$"
    r"|^(?:none|null|nil|undefined|true|false|test|secret|token|key|api[-_ ]?key|\d{1,3})$"
)
_MARKS = re.compile(r"\.\.|…|\*{3}|[<>{}]|(?i:x{5})|^(.)\1*$|^(?i:x{2,4})$")
_SHOWN_NAME = re.compile(r"[A-Z][A-Z0-9]{0,19}(?:_[A-Z0-9]{1,20})*")


def fault_of_key(text: str, variable: str) -> str:
    """Say why ``text`` can be no key, without showing any of it; nothing for one that may be."""
    try:
        key = clean_key(text)
    except UsageError as error:
        return error.happened
    if stands_in(key) or key.upper() == variable.upper():
        return Phrase("What stands there is an example, no key.")
    return ""


def stands_in(text: str) -> bool:
    """Whether a text only shows where another belongs: ``your-key-here``, ``sk-...``, ``<key>``.

    Keys are random: of a million with 60 letters, digits and dashes three look like this.
    """
    return bool(_WORDS.search(text) or _MARKS.search(text))


def may_be_shown(name: str) -> bool:
    """Whether a name is one of a variable for sure. ``GzT0b9Qw==`` in a line is a key, no name."""
    return _SHOWN_NAME.fullmatch(name) is not None
