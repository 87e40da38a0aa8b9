"""Every sentence of the window stands in every translation, and nothing else does."""

from __future__ import annotations

import ast
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


@pytest.mark.parametrize("sentence", SPOKEN)
def test_that_a_sentence_of_the_window_is_translated(sentence: str) -> None:
    assert sentence in KOREAN


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
