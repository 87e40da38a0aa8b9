r"""Reads a ``.env`` file, the way that its readers agree upon. Pure: text in, values out.

They do not agree on everything. Where they differ this takes what Docker Compose documents
(docs.docker.com/compose/how-tos/environment-variables/env-file), with Node's backticks
(nodejs.org/api/environment_variables.html) and python-dotenv's ``${NAME:-default}``
(saurabh-kumar.com/python-dotenv):

- ``NAME=value`` or ``NAME: value``, after ``export`` if one likes, with blanks around the sign.
- Without quotes the value ends with its line, or at a ``#`` after a blank.
- ``"…"`` may go over several lines; in it ``\n \r \t \\ \" \$`` and the like are escapes.
- ``'…'`` and backticks are literal and may go over several lines; ``\'`` is a quote.
- ``${NAME}`` outside them means what the file said before, else the environment. A bare ``$NAME``
  stays as it is, as python-dotenv has it: keys and passwords hold dollars.
- The last of several values for a name counts.

A line that is none of this is a fault that costs that line only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.importing.references import Filled, References
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(
    r"[^\S\n]*(?:export[^\S\n]+)?(?P<name>[A-Za-z_][\w.-]*)[^\S\n]*(?:=|:(?=\s|$))[^\S\n]*",
    re.ASCII,
)
_NOTHING = re.compile(r"[^\S\n]*(?:#[^\n]*|export[^\S\n]+[A-Za-z_][\w. \t-]*)?$", re.MULTILINE)
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "'": re.compile(r"'((?:\\'|[^'])*)'"),
    "`": re.compile(r"`([^`]*)`"),
}
_REST = re.compile(r"[^\S\n]*(?:#[^\n]*)?$", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPE = re.compile(r"\\(.)|(\$\{[^{}\n]*\})", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "b": "\b", "a": "\a"}
_ITSELF = "\\\"'`$"


@dataclass(frozen=True, slots=True)
class Variable:
    """A value and the line where it begins; ``missing`` names what it refers to in vain."""

    value: str = field(repr=False)
    line: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line; never the line itself, which may hold a key."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a file sets. ``repeated`` names what it sets several times to different values."""

    variables: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    repeated: tuple[str, ...] = ()
    faults: tuple[LineFault, ...] = ()

    def get(self, name: str) -> str:
        """Give a variable's value; nothing where it is not set."""
        found = self.variables.get(name)
        return found.value if found else ""


def read_env(text: str, environ: Mapping[str, str]) -> EnvFile:
    r"""Read a file's text, whose lines end with ``\n``; never raises.

    ``environ`` is where references look that the file itself does not answer.
    """
    return _Reading(text, environ).whole()


class _Reading:
    """One pass over a text."""

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        self._text = text
        self._environ = environ
        self._references = References(self._look_up)
        self._line = 1
        self._variables: dict[str, Variable] = {}
        self._repeated: dict[str, None] = {}
        self._faults: list[LineFault] = []

    def whole(self) -> EnvFile:
        """Take up one statement after the other."""
        start = 0
        while start < len(self._text):
            end = self._take(start) + 1
            self._line += self._text.count("\n", start, end)
            start = end
        return EnvFile(self._variables, tuple(self._repeated), tuple(self._faults))

    def _take(self, start: int) -> int:
        """Take up the statement at ``start``, and give where its last line ends."""
        if nothing := _NOTHING.match(self._text, start):
            return nothing.end()
        end = self._text.find("\n", start)
        end = len(self._text) if end < 0 else end
        line = _LINE.match(self._text, start)
        if line is None:
            self._fault(Phrase("it is no NAME=value"))
            return end
        return self._take_value(line["name"], line.end(), end)

    def _take_value(self, name: str, start: int, end: int) -> int:
        quoted = _QUOTED.get(self._text[start : start + 1])
        if quoted is None:
            raw = _COMMENT.sub("", self._text[start:end], count=1).strip()
            self._set(name, self._references.fill(raw))
            return end
        match = quoted.match(self._text, start)
        rest = _REST.match(self._text, match.end()) if match else None
        if match is None or rest is None:
            self._fault(Phrase("its quotes have no end, or something stands after them"))
            return end
        self._set(name, self._inside(self._text[start], match[1]))
        return rest.end()

    def _inside(self, quote: str, raw: str) -> Filled:
        if quote == '"':
            return self._unescaped(raw)
        return Filled(raw.replace("\\'", "'") if quote == "'" else raw)

    def _unescaped(self, raw: str) -> Filled:
        references: list[Filled] = []

        def meant(found: re.Match[str]) -> str:
            letter = found[1]
            if letter is None:
                references.append(self._references.fill(found[2]))
                return references[-1].text
            return letter if letter in _ITSELF else _ESCAPED.get(letter, found[0])

        text = _ESCAPE.sub(meant, raw)
        missing = tuple(name for each in references for name in each.missing)
        return Filled(text, missing, any(each.overfull for each in references))

    def _look_up(self, name: str) -> str | None:
        found = self._variables.get(name)
        return self._environ.get(name) if found is None else found.value

    def _set(self, name: str, filled: Filled) -> None:
        if filled.overfull:
            self._fault(Phrase("the variables in it make it far too long"))
            return
        before = self._variables.get(name)
        if before is not None and before.value != filled.text:
            self._repeated[name] = None
        self._variables[name] = Variable(filled.text, self._line, filled.missing)

    def _fault(self, what: Phrase) -> None:
        self._faults.append(LineFault(self._line, what))
