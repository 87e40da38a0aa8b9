"""YAML, plain and hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import FileError
from understudy.importing.yaml_tree import NODES, Tree, read_tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: 1\nb: true\nc: 2020-01-01\n", {"a": "1", "b": "true", "c": "2020-01-01"}),
        ("a:\nb: ~\nc: ''\n", {"a": None, "b": None, "c": ""}),
        ("a: [x, {b: 'y'}]", {"a": ["x", {"b": "y"}]}),
        ("a: ${B}\n", {"a": "${B}"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: &x [1]\nb: *x\n", {"a": ["1"], "b": ["1"]}),
        (
            "a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}",
            {"a": {"k": "1", "l": "2"}, "b": {"k": "1", "l": "3"}},
        ),
        ("b: {<<: [{k: 1}, {k: 2, l: 2}]}", {"b": {"k": "1", "l": "2"}}),
    ],
)
def test_that_values_are_the_text_that_stands_there(text: str, tree: Tree) -> None:
    assert read_tree(text, "a.yaml") == tree


def test_that_a_tag_makes_nothing() -> None:
    text = "a: !!python/object/apply:os.system ['exit']\nb: !mine x\n"
    assert read_tree(text, "a.yaml") == {"a": ["exit"], "b": "x"}


LETTERS = "abcdefghijklmnop"
LAUGHS = "\n".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9) if before else 'ha'}]"
    for before, name in zip(["", *LETTERS], LETTERS, strict=False)
)
MERGES = "\n".join(
    f"{name}: &{name}\n  {f'<<: [*{before}, *{before}]' if before else 'k: ha'}"
    for before, name in zip(["", *LETTERS], LETTERS, strict=False)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "its aliases make far too many values"),
        (MERGES, "its aliases make far too many values"),
        ("a: b\n" * NODES, "it has far too many values"),
        ("[" * 100_000, "it is nested too deeply"),
        ("- " * 100_000, "it is nested too deeply"),
        ("a: &a [*a]", "it is nested too deeply"),
    ],
)
def test_that_a_bomb_does_not_go_off(text: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read_tree(text, "a.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2", "it is no YAML (line 2, column 1)"),
        ("a: b: c", "it is no YAML (line 1, column 5)"),
        ("a: 'b", "it is no YAML"),
        ("a: *secret", "it is no YAML (line 1, column 4)"),
        ("a: 1\n---\nb: 2", "it is no YAML (line 2, column 1)"),
        ("a: 1\nb: 2\na: 3", "a name stands twice in one place (line 3, column 1)"),
        ("? [a]\n: b", "a name in it is no text (line 1, column 3)"),
        ("a:\n  <<: x\n", "something other than names is merged (line 2, column 3)"),
        ("a: \x01", "it is no YAML"),
    ],
)
def test_that_what_is_wrong_is_said_with_its_place_and_without_its_words(
    text: str, said: str
) -> None:
    with pytest.raises(FileError) as caught:
        read_tree(text, "a.yaml")
    assert caught.value.happened.startswith(f"a.yaml cannot be used: {said}")
    assert caught.value.did == "Nothing was changed."
    assert "secret" not in str(caught.value)


@given(st.text(st.sampled_from("ab: \n-[]{}&*!|>'\"#%@`,?<~\t$"), max_size=60))
def test_that_no_text_breaks_the_reader(text: str) -> None:
    try:
        tree = read_tree(text, "a.yaml")
    except FileError:
        return
    assert tree is None or isinstance(tree, str | list | dict)
