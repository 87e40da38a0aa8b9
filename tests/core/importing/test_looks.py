"""What only stands in for a key or a name."""

from __future__ import annotations

import pytest

from understudy.importing.looks import fault_of_key, may_be_shown


@pytest.mark.parametrize(
    "text",
    [
        "your-key-here",
        "YOUR_API_KEY",
        "sk-your-openai-api-key-here",
        "sk-ant-your-anthropic-api-key-here",
        "sk-...",
        "sk-proj-***",
        "<key>",
        "{{OPENAI_API_KEY}}",
        "changeme",
        "replace-me-please",
        "my-api-key",
        "xxx",
        "sk-xxxxxxxxxxxxxxxx",
        "0000000000",
        "none",
        "OPENAI_API_KEY",
        "openai_api_key",
    ],
)
def test_that_what_examples_show_is_no_key(text: str) -> None:
    assert "an example" in fault_of_key(text, "OPENAI_API_KEY")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("sk one", "a space inside"),
        ("sk-one\nsk-two", "a line break inside"),
        ("sk-…", "characters that cannot be sent"),
    ],
)
def test_that_what_cannot_be_sent_is_no_key_and_is_not_repeated(text: str, said: str) -> None:
    fault = fault_of_key(text, "OPENAI_API_KEY")
    assert said in fault
    assert not text or text not in fault


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-aB3_x-9Qw7Zk2LmN8pR4tVyU6sDf1GhJ",
        "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
        "gsk_8yourxQ2",
        "sk-1234",
        "EMPTY",
        "lm-studio",
        "0123456789abcdef.AbCdEf",
        " sk-1234567890 ",
    ],
)
def test_that_a_key_is_taken_for_one(text: str) -> None:
    assert fault_of_key(text, "OPENAI_API_KEY") == ""


@pytest.mark.parametrize("name", ["AGNO_API_KEY", "PORT", "AWS_S3_REGION", "A1"])
def test_that_the_name_of_a_variable_may_be_shown(name: str) -> None:
    assert may_be_shown(name)


@pytest.mark.parametrize("name", ["GzT0b9Qw", "sk-proj-abc", "AKIAIOSFODNN7EXAMPLEKEY", "port"])
def test_that_a_name_which_may_be_a_key_is_not_shown(name: str) -> None:
    assert not may_be_shown(name)
