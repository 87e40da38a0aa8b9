"""What people paste, and the key that is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import UsageError
from understudy.keys import clean_key

KEY_CHARACTERS = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\"`")


@pytest.mark.parametrize(
    "pasted",
    [
        "sk-abc_123",
        "  sk-abc_123\n",
        "\r\n\tsk-abc_123 ",
        '"sk-abc_123"',
        "'sk-abc_123'\n",
        "“sk-abc_123”",
        "` sk-abc_123 `",
        "\ufeffsk-abc_123\u200b",
        "\u00a0sk-abc_123\u3000",
    ],
)
def test_that_white_space_and_one_pair_of_quotes_around_a_key_go(pasted: str) -> None:
    assert clean_key(pasted) == "sk-abc_123"


@pytest.mark.parametrize(
    ("pasted", "fault"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ('""', "empty"),
        ("sk-abc def", "a space inside"),
        ("sk-abc\ndef", "a line break inside"),
        ("sk-abc\r\nsk-def", "a line break inside"),
        ("sk-abc\u00a0def", "a space inside"),
        ("sk-abc\u200bdef", "control characters"),
        ("sk-abc\x00def", "control characters"),
        ("sk-abc\x1b[0m", "control characters"),
        ("sk-ㅁㅠㅊ", "cannot be sent"),
        ("sk-é", "cannot be sent"),
        ("Bearer sk-abc", "a space inside"),
    ],
)
def test_that_what_is_no_key_is_refused_without_showing_it(pasted: str, fault: str) -> None:
    with pytest.raises(UsageError) as caught:
        clean_key(pasted)
    error = caught.value
    assert fault in error.happened
    assert error.did
    assert error.can_do
    assert "sk-" not in str(error)


@given(st.text(KEY_CHARACTERS, min_size=1), st.sampled_from(["", " ", "\n", "\t \r\n"]))
def test_that_every_sendable_key_survives_being_pasted(key: str, around: str) -> None:
    assert clean_key(f"{around}{key}{around}") == key
    assert clean_key(f'{around}"{key}"{around}') == key


@given(st.text())
def test_that_whatever_is_accepted_can_be_sent_in_a_header(text: str) -> None:
    try:
        key = clean_key(text)
    except UsageError:
        return
    assert key
    assert all("!" <= character <= "~" for character in key)
