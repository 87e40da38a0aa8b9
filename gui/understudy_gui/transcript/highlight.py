"""Colours for code, line by line, and only for lines that somebody looks at.

Pygments reads whole texts (0.1 ms a line); a fence of 5,000 lines would hold the window for half a
second, and once more at every line that arrives. Here its rules are applied to one line at a time
and the state between lines is kept. Tokens that one rule takes over several lines at once, such as
``/* */``, are followed by hand. Pygments is imported with the first line of a known language.
"""

from __future__ import annotations

from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Colour: TypeAlias = Literal["keyword", "string", "number", "comment", "function"]
Stretch: TypeAlias = tuple[int, int, Colour]
"""Start and length in characters, and the colour."""

LONGEST_LINE: Final = 2000
"""Longer lines stay plain: they are data, and some rules take quadratic time."""

_COLOURS: Final[dict[str, Colour]] = {
    "Keyword": "keyword",
    "Operator.Word": "keyword",
    "Name.Tag": "keyword",
    "Literal.String": "string",
    "Literal.String.Doc": "comment",
    "Literal.Number": "number",
    "Keyword.Constant": "number",
    "Comment": "comment",
    "Name.Function": "function",
    "Name.Class": "function",
    "Name.Builtin": "function",
    "Name.Decorator": "function",
    "Name.Attribute": "function",
}
_PAIRS: Final = (("/*", "*/"), ("<!--", "-->"), ("(*", "*)"), ("{-", "-}"), ("`", "`"))


class Highlighter:
    """The colours of one block of code whose lines may still be arriving."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._lines: list[tuple[Stretch, ...]] = []
        self._state = _State()

    def advance(self, lines: Sequence[str], stop: int, budget: float = 0.008) -> bool:
        """Read lines up to ``stop``; False if the ``budget`` of seconds ended before.

        ``lines`` have to be complete: each is read once.
        """
        rules = _rules(self._language)
        if rules is None:
            return True
        end = perf_counter() + budget
        for line in lines[len(self._lines) : stop]:
            self._lines.append(tuple(rules.read(line, self._state)))
            if perf_counter() > end:
                return len(self._lines) >= min(stop, len(lines))
        return True

    def line(self, number: int) -> tuple[Stretch, ...]:
        """Return the colours of a line, none if it has not been read."""
        return self._lines[number] if number < len(self._lines) else ()

    def unfinished(self, line: str) -> tuple[Stretch, ...]:
        """Return the colours of a line that is still growing, behind all that were read."""
        rules = _rules(self._language)
        return () if rules is None else tuple(rules.read(line, self._state.copy()))

    @property
    def read(self) -> int:
        """How many lines have their colours."""
        return len(self._lines)


class _State:
    """What carries over from one line to the next."""

    __slots__ = ("stack", "until")

    def __init__(self, stack: Iterable[str] = ("root",), until: tuple[str, Any] | None = None):
        self.stack = list(stack)
        self.until = until

    def copy(self) -> _State:
        return _State(self.stack, self.until)


class _Rules:
    """A Pygments lexer, used one line at a time."""

    def __init__(self, lexer: Any, stateful: bool) -> None:
        self._lexer = lexer
        self._stateful = stateful
        self._pairs = tuple(_long_tokens(lexer)) if stateful else ()

    def read(self, line: str, state: _State) -> Iterator[Stretch]:
        if len(line) > LONGEST_LINE:
            return
        calls = _Calls()
        for start, kind, text in self._tokens(line + "\n", state):
            yield from calls.see(start, text, kind)

    def _tokens(self, text: str, state: _State) -> Iterator[tuple[int, Any, str]]:
        """Yield start, Pygments' kind and text of what is in a line."""
        at = 0
        if state.until is not None:
            closing, kind = state.until
            found = text.find(closing)
            at = len(text) if found < 0 else found + len(closing)
            yield 0, kind, text[:at]
            if found < 0:
                return
            state.until = None
        if self._stateful:
            yield from self._follow(text, at, state)
        else:
            yield from self._lexer.get_tokens_unprocessed(text)

    def _follow(self, text: str, at: int, state: _State) -> Iterator[tuple[int, Any, str]]:
        """Apply the rules of the state that is on top of the stack, as Pygments does."""
        rules = self._lexer._tokens  # noqa: SLF001  the compiled rules have no public name
        while at < len(text):
            opened = self._opened(text, at)
            if opened is not None:
                state.until = opened
                yield at, opened[1], text[at:]
                return
            for match_here, action, change in rules[state.stack[-1]]:
                match = match_here(text, at)
                if match is None:
                    continue
                if isinstance(action, tuple):
                    yield at, action, match.group()
                elif action is not None:
                    yield from action(self._lexer, match)
                at = match.end()
                _change(state.stack, change)
                break
            else:
                if text[at] == "\n":
                    state.stack[:] = ["root"]
                at += 1

    def _opened(self, text: str, at: int) -> tuple[str, Any] | None:
        for opening, closing, kind in self._pairs:
            if text.startswith(opening, at) and text.find(closing, at + len(opening)) < 0:
                return closing, kind
        return None


class _Calls:
    """Gives a name the colour of a function when a bracket follows it."""

    def __init__(self) -> None:
        self._name: tuple[int, int] | None = None

    def see(self, start: int, text: str, kind: Any) -> Iterator[Stretch]:
        colour = colour_of(kind)
        if self._name is not None and text.startswith("("):
            yield (*self._name, "function")
        self._name = None
        if colour is not None:
            yield start, len(text), colour
        elif str(kind) == "Token.Name":
            self._name = (start, len(text))


def _change(stack: list[str], change: Any) -> None:
    """Go to the state that a rule names."""
    match change:
        case None:
            pass
        case int():
            del stack[max(1, len(stack) + change if change < 0 else change) :]
        case str():
            _go(stack, change)
        case _:
            for name in change:
                _go(stack, name)


def _go(stack: list[str], name: str) -> None:
    if name == "#pop":
        if len(stack) > 1:
            stack.pop()
    else:
        stack.append(stack[-1] if name == "#push" else name)


@lru_cache(maxsize=512)
def colour_of(kind: Any) -> Colour | None:
    """Return the colour of a Pygments token, that of its nearest ancestor which has one."""
    name = str(kind).removeprefix("Token.")
    while name:
        if name in _COLOURS:
            return _COLOURS[name]
        name = name.rpartition(".")[0]
    return None


def _long_tokens(lexer: Any) -> Iterator[tuple[str, str, Any]]:
    """Find the pairs that this lexer reads as one token, over line ends too."""
    for opening, closing in _PAIRS:
        text = f"{opening} a\nb {closing}"
        for _, kind, part in lexer.get_tokens_unprocessed(text):
            if part == text and colour_of(kind) is not None:
                yield opening, closing, kind
            if part:
                break


@lru_cache(maxsize=64)
def _rules(language: str) -> _Rules | None:
    """Load the rules of a language (24 ms for the first), None for one nobody knows."""
    if not language:
        return None
    from pygments import lexers
    from pygments.lexer import ExtendedRegexLexer, RegexLexer
    from pygments.util import ClassNotFound

    untyped: Any = lexers
    try:
        lexer: Any = untyped.get_lexer_by_name(language)
    except ClassNotFound:
        return None
    stateful = isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer)
    return _Rules(lexer, stateful)


def prewarm(languages: Iterable[str]) -> None:
    """Load rules before they are needed."""
    for language in languages:
        _rules(language)
