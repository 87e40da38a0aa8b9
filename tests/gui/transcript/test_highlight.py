from __future__ import annotations

import pytest

from understudy_gui.transcript.highlight import LONGEST_LINE, Highlighter


def coloured(language: str, code: str) -> list[list[tuple[str, str]]]:
    highlighter = Highlighter(language)
    lines = code.split("\n")
    assert highlighter.advance(lines, len(lines), 10)
    return [
        [
            (line[start : start + length], colour)
            for start, length, colour in highlighter.line(number)
            if length
        ]
        for number, line in enumerate(lines)
    ]


def test_that_python_is_coloured_as_designed() -> None:
    first, second = coloured("python", "def remaining(dose):\n    return round(2)  # 66")
    assert first == [("def", "keyword"), ("remaining", "function")]
    assert second == [
        ("return", "keyword"),
        ("round", "function"),
        ("2", "number"),
        ("# 66", "comment"),
    ]


@pytest.mark.parametrize("language", ["c", "js", "java", "css", "go", "rust"])
def test_that_a_comment_over_several_lines_stays_a_comment(language: str) -> None:
    lines = coloured(language, "/* one\ntwo\nthree */")
    assert ["".join(text for text, _ in line) for line in lines] == ["/* one", "two", "three */"]
    assert {colour for line in lines for _, colour in line} == {"comment"}


def test_that_a_string_over_several_lines_stays_a_string() -> None:
    lines = coloured("python", 'x = """a\nb = 1\n"""\ny = 1')
    assert {colour for _, colour in lines[1]} == {"string"}
    assert lines[3] == [("1", "number")]


@pytest.mark.parametrize("language", ["json", "yaml", "ruby", "bash", "html", "sql", "php"])
def test_that_common_languages_have_colours(language: str) -> None:
    code = {"json": '{"a": 1}', "yaml": "a: 1", "html": "<p>", "php": "<?php echo 1;"}
    assert any(coloured(language, code.get(language, "select 'a' # 1 -- x\necho 1")))


@pytest.mark.parametrize("language", ["", "klingon", "🙂"])
def test_that_an_unknown_language_stays_plain(language: str) -> None:
    assert coloured(language, "def x") == [[]]


def test_that_a_line_of_data_is_not_read() -> None:
    assert coloured("python", "1," * LONGEST_LINE) == [[]]


def test_that_a_long_block_is_read_in_portions() -> None:
    highlighter = Highlighter("python")
    lines = ["x = 1"] * 100
    assert not highlighter.advance(lines, 100, 0)
    assert highlighter.read == 1
    assert highlighter.advance(lines, 100, 10)
    assert highlighter.read == 100


def test_that_a_growing_line_has_colours_and_changes_nothing_behind_it() -> None:
    highlighter = Highlighter("python")
    highlighter.advance(["a = 1"], 1, 10)
    assert (4, 1, "string") in highlighter.unfinished("b = '")
    highlighter.advance(["a = 1", "b = 2"], 2, 10)
    assert highlighter.line(1) == ((4, 1, "number"),)
