"""Nothing that may be a secret goes any further."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.wire.redact import redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Incorrect API key provided: sk-proj-ab12. See",
            "Incorrect API key provided: [removed] See",
        ),
        ("Incorrect key sk-ab***********yz given", "Incorrect key [removed] given"),
        ("Authorization: Bearer abcdef123", "Authorization: [removed]"),
        ("sent Bearer abcdef123, refused", "sent [removed], refused"),
        ("Basic dXNlcjpwYXNz", "[removed]"),
        ("url https://x/v1?api_key=abc&model=m", "url https://x/v1?api_key=[removed]&model=m"),
        ('{"x-api-key": "abc", "n": 1}', '{"x-api-key": "[removed]", "n": 1}'),
        ("token='abc'", "token='[removed]'"),
        (
            "gsk_abcd1234 AIzaSyAbc123 xai-12345 hf_abcdef",
            "[removed] [removed] [removed] [removed]",
        ),
        ("key=AIzaSyAbc123&alt=sse", "key=[removed]&alt=sse"),
        ("url https://x/v1?key%3DAIzaSyAbc123", "url https://x/v1?key%3D[removed]"),
        ("https://user:pass@host/v1", "https://[removed]@host/v1"),
        ('{\\"api_key\\": \\"abc\\"}', '{\\"api_key\\": \\"[removed]\\"}'),
        ("account <ak-f7azbgd8toki>", "account <[removed]>"),
        ("ABSKQmVkcm9ja0FQSUtleS1=", "[removed]"),
        ("Your api key: ****abcd is invalid", "Your api key: [removed] is invalid"),
        ("the one that ends in ****abcd", "the one that ends in [removed]"),
        ("jwt eyJhbGci.eyJzdWIi.abc-_1", "jwt [removed]"),
        ("mistral abcdefghijklmnop1234567890ABCDEF", "mistral [removed]"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id [removed]"),
        ("a\nb\t c\x00d\x1b[0m", "a b c d [0m"),
    ],
)
def test_that_secrets_are_removed(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "The model `Qwen/Qwen3-30B-A3B-Instruct-2507` does not exist",
        "Rate limit reached for gpt-5.4-mini on tokens per min (TPM): Limit 30000, Used 29000",
        "This model's maximum context length is 131072 tokens",
        "Please try again in 5.289s. Visit https://console.groq.com/docs/rate-limits",
        "invalid_request_error: context_length_exceeded",
        "internationalizationalizations",
        "모델을 찾을 수 없습니다",
    ],
)
def test_that_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_that_known_secrets_are_removed_whatever_they_look_like() -> None:
    assert redact("hunter2 and hunter2", ["hunter2"]) == "[removed] and [removed]"


@pytest.mark.parametrize(
    "form",
    [
        "Hunter-Two/3+",
        "hunter-two/3+",
        "Hunter-Two%2F3%2B",
        "48756e7465722d54776f2f332b",
        "SHVudGVyLVR3by8zKw==",
        "dXNlcjpIdW50ZXItVHdvLzMr",
        "Hunter***",
        "Hunt....3+",
        "hun…wo/3+",
    ],
)
def test_that_a_known_secret_is_removed_in_every_form(form: str) -> None:
    kept = redact(f"it was {form}, no", ["Hunter-Two/3+"])
    assert "[removed]" in kept
    assert form not in kept


def test_that_what_is_left_out_stays_where_no_secret_is() -> None:
    said = "one of model, messages, ... or xxxx; and so on…"
    assert redact(said, ["Hunter-Two"]) == said


def test_that_a_secret_too_short_to_be_one_does_not_eat_the_text() -> None:
    assert redact("a banana", ["a", ""]) == "a banana"


def test_that_a_secret_across_the_cut_is_not_half_shown() -> None:
    assert "hunt" not in redact("x" * 497 + "hunter2", ["hunter2"])


def test_that_text_is_cut_to_its_limit() -> None:
    assert redact("ab " * 1000, limit=10) == "ab ab ab …"


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.from_regex(r"sk-[A-Za-z0-9]{20,48}", fullmatch=True),
)
def test_that_a_key_is_removed_from_between_any_words(before: str, after: str, key: str) -> None:
    assert key not in redact(f"{before} {key} {after}", limit=1000)
    assert key not in redact(f"{before}{key}{after}", [key], limit=1000)
