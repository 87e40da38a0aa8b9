"""Every sentence of the window stands in every translation, and nothing else does."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest

import understudy
import understudy_gui
from understudy_gui.i18n import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

KOREAN = load_catalogue("ko")
HANGUL = range(ord("가"), ord("힣") + 1)


def trees(package: object) -> Iterator[ast.AST]:
    folder = Path(str(getattr(package, "__file__", ""))).parent
    for path in sorted(folder.rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"), str(path))


def spoken() -> set[str]:
    """Collect what the window passes to ``tr`` as a literal."""
    found: set[str] = set()
    for tree in trees(understudy_gui):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id == "tr" and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


NOT_SHOWN = (
    *("cli", "importing", "serve", "ready_made.py", "metrics.py", "metrics_prometheus.py"),
    *("rehearsal", "routing", "transport", "wire", "errors.py"),
)
NOT_SHOWN_EITHER = tuple(
    f"providers/{name}.py" for name in ("answers", "embedding", "http", "trial", "wires")
)
"""The terminal's and other programs' words, and failures of providers: the window words those by
their kind and code."""


def routers() -> Iterator[ast.AST]:
    """Parse what of the router the window repeats as it is: of settings, keys and history."""
    folder = Path(understudy.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder)
        if place.parts[0] not in NOT_SHOWN and place.as_posix() not in NOT_SHOWN_EITHER:
            yield ast.parse(path.read_text(encoding="utf-8"), str(path))


def aside(tree: ast.AST) -> set[ast.AST]:
    """Find the texts that are no sentences for people: docstrings, log lines, parts of others."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):
                found.add(text)
            case ast.JoinedStr(values=parts):
                found.update(parts)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log")), args=[text, *_]):
                found.add(text)
            case _:
                pass
    return found


def said_by_routers() -> set[str]:
    """Collect every sentence, and whatever is made into a phrase, sentence or not."""
    found: set[str] = set()
    for tree in routers():
        left_out = aside(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if node not in left_out:
                    if SENTENCE.fullmatch(text):
                        found.add(text)
                case ast.Call(func=ast.Name(id="Phrase"), args=[ast.Constant(value=str(text))]):
                    found.add(text)
                case _:
                    pass
    return found


def constants() -> set[str]:
    """Collect every text of both packages: what the router says reaches ``tr`` as a value."""
    return {
        node.value
        for package in (understudy, understudy_gui)
        for tree in trees(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


SPOKEN = sorted(spoken())
SENTENCE = re.compile(r"""["{A-Z].* .*[.!]""", re.DOTALL)
SAID_BY_ROUTERS = sorted(said_by_routers())


@pytest.mark.parametrize("sentence", SPOKEN)
def test_that_a_sentence_of_the_window_is_translated(sentence: str) -> None:
    assert sentence in KOREAN


@pytest.mark.parametrize("sentence", SAID_BY_ROUTERS)
def test_that_a_sentence_of_the_router_that_the_window_shows_is_translated(sentence: str) -> None:
    assert sentence in KOREAN


def test_that_a_sentence_of_the_router_with_values_in_it_keeps_them_apart() -> None:
    joined = [
        ast.unparse(node)
        for tree in routers()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and SENTENCE.fullmatch(ast.unparse(node)[2:-1])
    ]
    assert joined == []


def test_that_what_is_looked_for_is_found() -> None:
    assert "The settings could not be saved ({reason})." in SAID_BY_ROUTERS
    assert "The conversations' file is damaged." in SAID_BY_ROUTERS
    assert "a space inside" in SAID_BY_ROUTERS


def test_that_nothing_is_translated_that_nobody_says() -> None:
    assert sorted(set(KOREAN) - set(SPOKEN) - constants()) == []


@pytest.mark.parametrize("sentence", sorted(KOREAN))
def test_that_a_translation_uses_the_values_of_its_sentence(sentence: str) -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert values(KOREAN[sentence]) <= values(sentence)


def test_that_translations_are_korean() -> None:
    foreign = [
        sentence
        for sentence, korean in KOREAN.items()
        if not any(ord(letter) in HANGUL for letter in korean) and sentence != korean
    ]
    assert foreign == []


def test_that_the_file_is_in_order() -> None:
    assert list(KOREAN) == sorted(KOREAN)
