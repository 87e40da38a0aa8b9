"""Titles from first questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.history.titles import LONGEST, title_from


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("Why is the sky blue? And the sea?", "Why is the sky blue?"),
        ("Tell me a story.", "Tell me a story"),
        ("  \n\n  Hello there\nsecond line", "Hello there"),
        ("# A heading\ntext", "A heading"),
        ("> quoted\n> more", "quoted"),
        ("- first\n- second", "first"),
        ("1. first\n2. second", "first"),
        ("Is **bold** or `code` kept?", "Is bold or code kept?"),
        ("What does 3.14 mean in math", "What does 3.14 mean in math"),
        ("Compare snake_case and 2 * 3", "Compare snake_case and 2 * 3"),
        ("Fix this:\n```python\nprint(1)\n```", "Fix this:"),
        ("```python\nprint(1)\n```\nWhy does it fail?", "Why does it fail?"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("하늘은 왜 파란가요? 바다는요?", "하늘은 왜 파란가요?"),
        ("空はなぜ青いのですか。海は？", "空はなぜ青いのですか。"),
        (
            "Could you please explain how the tides of the sea are made by the moon",
            "Could you please explain how the tides of the…",
        ),
        ("", ""),
        (" \n\t", ""),
        ("???", "???"),
    ],
)
def test_that_a_title_is_the_first_sentence_in_whole_words(question: str, title: str) -> None:
    assert title_from(question) == title


def test_that_a_script_without_spaces_is_cut_at_the_length() -> None:
    title = title_from("바" * 100)
    assert title == "바" * (LONGEST - 1) + "…"


@given(st.text())
def test_that_any_text_gives_one_short_line(text: str) -> None:
    title = title_from(text)
    assert len(title) <= LONGEST
    assert title == " ".join(title.split())


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_that_words_never_vanish(word: str) -> None:
    assert title_from(word)
